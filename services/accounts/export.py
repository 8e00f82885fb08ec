"""Everything the service holds about a person, as a ZIP of JSON files. Each room registers its own part."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import NotFound
from services.accounts import api_tokens, devices, repository, stepup, trail
from services.accounts.audit import SecurityEvent, record
from services.accounts.profiles import me
from services.accounts.schemas import NO_DEVICE, Device

MOST_EVENTS = 10_000

# Takes the session and the person's id; returns something Pydantic can write as JSON.
ExportHook = Callable[[AsyncSession, UUID], Awaitable[Any]]
H = TypeVar("H", bound=ExportHook)

_parts: dict[str, ExportHook] = {}


def on_export(name: str) -> Callable[[H], H]:
    """Register a part of the export; its file is `<name>.json`."""

    def register(hook: H) -> H:
        _parts[name] = hook
        return hook

    return register


async def build(db: Database, actor: Actor, *, device: Device = NO_DEVICE) -> bytes:
    """The ZIP. Each part is read in a transaction of its own. Raises `Forbidden` (step_up_required)."""
    actor.require(Scope.ACCOUNT_READ)
    async with db.transaction() as session:
        await stepup.require(session, actor)
        record(session, SecurityEvent.DATA_EXPORTED, actor.user_id, device=device)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _README.format(at=now().isoformat(timespec="seconds")))
        async with db.transaction() as session:
            _write(archive, "account", await _account(session, actor))
        for name, read in sorted(_parts.items()):
            async with db.transaction() as session:
                _write(archive, name, await read(session, actor.user_id))
    return buffer.getvalue()


def _write(archive: zipfile.ZipFile, name: str, content: Any) -> None:
    archive.writestr(f"{name}.json", to_json(content, indent=2))


async def _account(session: AsyncSession, actor: Actor) -> dict[str, Any]:
    user = await repository.user(session, actor.user_id)
    if user is None:
        raise NotFound("This account no longer exists.")
    events = await trail.own(session, actor, before=None, limit=MOST_EVENTS)
    return {
        "profile": (await me(session, actor)).model_dump(mode="json"),
        "sessions": [item.model_dump(mode="json") for item in (await devices.list_own(session, actor)).items],
        "api_tokens": [
            item.model_dump(mode="json") for item in (await api_tokens.list_own(session, actor)).items
        ],
        "connected_accounts": [
            {"provider": row.provider, "email": row.email, "linked_at": row.created_at}
            for row in await repository.identities(session, actor.user_id)
        ],
        "security_events": [item.model_dump(mode="json") for item in events.items],
    }


_README = """Your data at Sextant, as of {at}.

Each file is JSON in UTF-8. Times are UTC (ISO 8601); amounts of money are in minor units (cents) with their
currency. Secrets (password, tokens, seeds of authenticator apps) are stored hashed or encrypted and are not part of
an export.
"""
