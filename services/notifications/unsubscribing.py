"""Ending mails of one kind at once, without signing in (RFC 8058).

The token names a person and a kind, signed; it does nothing else than switch that kind's mails off, so it does not
expire: an old mail's link must still work.
"""

import base64
import hmac
from uuid import UUID

from core.errors import NotFound
from core.security import keys
from core.settings import settings
from services.notifications.kinds import UNSUBSCRIBABLE, Kind

_PURPOSE = "unsubscribe"
# Messages and mentions come in one digest, so they end together.
_TOGETHER = {Kind.MESSAGE: (Kind.MESSAGE, Kind.MENTION)}


def together(kind: Kind) -> tuple[Kind, ...]:
    """All kinds that come in the mails of one."""
    return _TOGETHER.get(kind, (kind,))


def token(user_id: UUID, kind: Kind) -> str:
    """The token that switches off `kind` for a person."""
    name = f"{user_id.hex}.{kind.value}"
    return f"{name}.{_text(keys().fingerprint(_PURPOSE, name))}"


def read(text: str) -> tuple[UUID, Kind]:
    """What a token stands for. Raises NotFound for one that is not ours."""
    name, _, signature = text.rpartition(".")
    known = [_text(each) for each in keys().fingerprints(_PURPOSE, name)]
    if not any(hmac.compare_digest(each.encode(), signature.encode(errors="replace")) for each in known):
        raise NotFound("This link is not one of ours. It may have been cut off.", code="link_unknown")
    user_id, _, kind = name.partition(".")
    return UUID(user_id), Kind(kind)


def page(user_id: UUID, kind: Kind | None) -> str | None:
    """Where a person ends mails of a kind by a button. None for mails that have to be sent."""
    if kind not in UNSUBSCRIBABLE:
        return None
    return f"{settings().base_url}/unsubscribe#token={token(user_id, kind)}"


def headers(user_id: UUID, kind: Kind | None) -> dict[str, str]:
    """What lets the mail program offer a button of its own."""
    if kind not in UNSUBSCRIBABLE:
        return {}
    address = f"{settings().base_url}/webhooks/unsubscribe/{token(user_id, kind)}"
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def _text(signature: bytes) -> str:
    return base64.urlsafe_b64encode(signature[:18]).decode()
