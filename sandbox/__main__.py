"""`python -m sandbox --port P --data DIR`: run the stand-ins until SIGINT or SIGTERM.

The environment may name one webhook endpoint that hears of every event of Stripe (SANDBOX_WEBHOOK_URL and
SANDBOX_WEBHOOK_SECRET), and one that hears of bounced and unwanted mail (SANDBOX_RESEND_WEBHOOK_URL and
SANDBOX_RESEND_WEBHOOK_SECRET). The pages ask for no sign-in: bind to loopback.
"""

import argparse
import logging
import os
from pathlib import Path

import uvicorn

from sandbox.app import Options, create_app


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Stand-ins for the vendors.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps their state")
    parser.add_argument("--host", default="127.0.0.1", help="loopback unless you know why")
    parser.add_argument("--public-url", help="how browsers reach it, default http://HOST:PORT")
    parser.add_argument("--merchant", default="Sextant", help="name on the checkout page")
    parser.add_argument("--log-level", default="warning", choices=["debug", "info", "warning", "error"])
    arguments = parser.parse_args()
    logging.basicConfig(level=arguments.log_level.upper(), format="%(levelname)s %(name)s: %(message)s")
    options = Options(
        data=arguments.data,
        base_url=(arguments.public_url or f"http://{arguments.host}:{arguments.port}").rstrip("/"),
        merchant=arguments.merchant,
        webhook_url=os.environ.get("SANDBOX_WEBHOOK_URL") or None,
        webhook_secret=os.environ.get("SANDBOX_WEBHOOK_SECRET") or None,
        mail_webhook_url=os.environ.get("SANDBOX_RESEND_WEBHOOK_URL") or None,
        mail_webhook_secret=os.environ.get("SANDBOX_RESEND_WEBHOOK_SECRET") or None,
    )
    uvicorn.run(
        create_app(options),
        host=arguments.host,
        port=arguments.port,
        log_level=arguments.log_level,
        access_log=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
