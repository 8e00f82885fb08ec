"""Where one is signed in: the list of devices, signing them out, and a mail when a new one appears."""

import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import NotFound
from models.accounts import User
from services.accounts import letters, repository, sessions, stepup
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.schemas import NO_DEVICE, Device, SessionInfo, SessionList

_BROWSERS = (
    ("Edge", r"\bEdgA?/"),
    ("Opera", r"\bOPR/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
    ("curl", r"^curl/"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Linux", r"\bLinux\b"),
)


def describe(user_agent: str | None) -> str:
    """A device in words, without version numbers: `Firefox on Linux`."""
    text = user_agent or ""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, text)), None)
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, text)), None)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or "Unknown device"


async def list_own(session: AsyncSession, actor: Actor) -> SessionList:
    """The actor's live sessions, the one last used first."""
    actor.require(Scope.ACCOUNT_READ)
    rows = await repository.sessions(session, actor.user_id, now=now(), idle=sessions.IDLE)
    return SessionList(
        items=[
            SessionInfo(
                id=row.id,
                device=describe(row.user_agent),
                ip=row.ip,
                method=row.method,
                current=row.id == actor.session_id,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                expires_at=row.expires_at,
            )
            for row in rows
        ]
    )


async def sign_out_one(
    session: AsyncSession, actor: Actor, session_id: UUID, *, device: Device = NO_DEVICE
) -> None:
    """End one of the actor's sessions. Raises `NotFound`, also for somebody else's; `Forbidden` (step_up_required):
    who stole a session shall not put its owner out."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    if not await repository.delete_session(session, session_id, user_id=actor.user_id):
        raise NotFound("There is no such session.")
    record(session, SecurityEvent.SESSION_REVOKED, actor.user_id, device=device, ended=str(session_id))
    sessions.tell_ended(session, actor.user_id, [session_id])


async def sign_out_others(session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE) -> int:
    """End all of the actor's sessions but this one; returns how many. Raises `Forbidden` (step_up_required)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    ended = await sessions.end_all(session, actor.user_id, but=actor.session_id)
    if ended:
        record(session, SecurityEvent.SESSION_REVOKED, actor.user_id, device=device, others=ended)
    return ended


async def tell_if_new(session: AsyncSession, user: User, device: Device) -> None:
    """Write to the owner when nobody has signed in from such a device before. Call it before recording the sign-in."""
    earlier = await repository.devices_signed_in(session, user.id)
    if not earlier or describe(device.user_agent) in {describe(user_agent) for user_agent in earlier}:
        return
    await letters.write(
        session,
        LetterKind.NEW_DEVICE,
        user,
        device=describe(device.user_agent),
        ip=device.ip or "",
        at=now().isoformat(timespec="minutes"),
        link=letters.page("/settings/devices"),
    )
