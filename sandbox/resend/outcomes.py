"""What becomes of mail to the addresses that Resend offers for tests: `bounced@resend.dev` and `complained@resend.dev`,
with any label (`bounced+one@resend.dev`). All other mail is delivered."""

import re
from datetime import UTC, datetime
from typing import Any

_TEST_ADDRESS = re.compile(r"(?:.*<)?(bounced|complained)(?:\+[^@]*)?@resend\.dev>?", re.IGNORECASE)
_BOUNCE = {
    "type": "Permanent",
    "subType": "General",
    "message": "The recipient's email provider sent a hard bounce message.",
}


def outcome(address: str) -> str:
    """`bounced`, `complained` or `delivered`."""
    known = _TEST_ADDRESS.fullmatch(address.strip())
    return known[1].lower() if known else "delivered"


def events(email_id: str, email: dict[str, Any], at: float) -> list[dict[str, Any]]:
    """What the webhook endpoint hears: it is subscribed to bounces and complaints alone."""
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    bodies = []
    for address in email["to"]:
        what = outcome(address)
        if what == "delivered":
            continue
        data = {
            "email_id": email_id,
            "created_at": moment,
            "from": email["from"],
            "to": [re.sub(r".*<|>.*", "", address)],
            "subject": email["subject"],
        }
        if what == "bounced":
            data["bounce"] = _BOUNCE
        bodies.append({"type": f"email.{what}", "created_at": moment, "data": data})
    return bodies
