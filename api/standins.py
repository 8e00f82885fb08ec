"""Starting the vendors' stand-ins beside the server when there are no keys. Never in production."""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from core.settings import Settings, random_secret

ROOT = Path(__file__).parent.parent
START_SECONDS = 20.0


def free_port(host: str, preferred: int, tries: int = 50) -> socket.socket:
    """A listening socket on `preferred` or the next port that is free. Raises OSError when none is."""
    for port in (*range(preferred, preferred + tries), 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError:
            sock.close()
            continue
        return sock
    raise OSError("no free port")


def needed(settings: Settings) -> bool:
    """Whether a vendor is without a key."""
    return not settings.is_production and (
        settings.stripe_secret_key is None or settings.resend_api_key is None
    )


@asynccontextmanager
async def stand_ins(settings: Settings, base_url: str) -> AsyncIterator[dict[str, str]]:
    """Run the stand-ins; yields the settings that point to them (empty when all vendors have keys)."""
    if not needed(settings):
        yield {}
        return
    probe = free_port("127.0.0.1", settings.port + 1)
    port = probe.getsockname()[1]
    probe.close()
    secret = "whsec_" + random_secret()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SANDBOX_WEBHOOK_URL": f"{base_url}/webhooks/stripe",
        "SANDBOX_WEBHOOK_SECRET": secret,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(settings.data_dir / "sandbox")),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        start_new_session=True,  # Ctrl-C goes to the server, which then stops this in order
    )
    url = f"http://127.0.0.1:{port}"
    try:
        await _healthy(url, process)
        overrides = {"identity_base_url": f"{url}/identity"}
        if settings.stripe_secret_key is None:
            overrides |= {
                "stripe_api_base": url,
                "stripe_secret_key": "sk_test_sandbox",
                "stripe_webhook_secret": secret,
            }
        if settings.resend_api_key is None:
            overrides |= {"resend_api_url": f"{url}/resend", "resend_api_key": "re_sandbox"}
        yield overrides
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()


async def _healthy(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    async with httpx.AsyncClient(timeout=1) as client:
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{url}/health")).status_code == 200:
                    return
            if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise RuntimeError("the vendors' stand-ins did not start")
            await asyncio.sleep(0.05)


def _die_with_parent() -> None:
    # A server that is killed must not leave its stand-ins behind (prctl PR_SET_PDEATHSIG).
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
