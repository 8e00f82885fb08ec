"""Loads the demo experts once, with an account and availability each. Never in production.

The people are invented. Their accounts are marked as demo, and so are their profiles wherever they are shown. All
share the password `DEMO_PASSWORD`, so that a developer can sign in as any of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Final
from uuid import UUID

import orjson
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Actor, Role
from core.db import Database
from core.errors import Conflict
from core.gateways import gateways
from core.gateways.embeddings import LocalEmbeddings
from core.money import Money
from core.settings import settings
from services.accounts import service as accounts
from services.experts import repository, service
from services.experts.demo import kept
from services.experts.jobs import index_missing
from services.experts.schemas import ProfileInput, Status, StatusChange, WeeklyWindow

DEMO_PASSWORD: Final = "sextant-demo-2026"  # noqa: S105  documented, development only
DEMO_DOMAIN: Final = "demo.sextant.example"

AvailabilityHook = Callable[[AsyncSession, UUID, list[WeeklyWindow]], Awaitable[None]]
_hooks: list[AvailabilityHook] = []

_SYSTEM = Actor(user_id=UUID(int=0), role=Role.SYSTEM, scopes=ROLE_SCOPES[Role.SYSTEM])


class DemoExpert(BaseModel):
    """One entry of the JSON files beside this module."""

    model_config = ConfigDict(extra="forbid")

    email: str = Field(pattern=rf"^[a-z.]+@{DEMO_DOMAIN.replace('.', '[.]')}$")
    name: str
    profile: ProfileInput
    windows: list[WeeklyWindow] = Field(min_length=1)


def on_expert(hook: AvailabilityHook) -> AvailabilityHook:
    """Call `hook(session, expert_id, windows)` for every demo expert that is loaded, in its transaction. The windows
    are in the expert's own time zone."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


@lru_cache
def read_demo() -> tuple[DemoExpert, ...]:
    """All demo experts of the data files, in a fixed order."""
    people: list[DemoExpert] = []
    for entry in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if entry.name.endswith(".json"):
            for raw in orjson.loads(entry.read_bytes()):
                rate = raw["profile"]["rate"]
                raw["profile"]["rate"] = Money.of(Decimal(rate["major"]), rate["currency"])
                people.append(DemoExpert.model_validate(raw))
    return tuple(people)


async def load(db: Database) -> int:
    """Load the demo experts that are not there yet, and embed them. Returns how many were new.

    Raises `Conflict` in production.
    """
    if not _hooks:
        raise RuntimeError("import services.rooms first: without the bookings room nobody would be available")
    if settings().is_production:
        raise Conflict("Demo data is never loaded in production.", code="demo_in_production")
    people = await asyncio.to_thread(read_demo)
    new = 0
    for person in people:
        async with db.transaction() as session:
            new += await _load_one(session, person)
    await _use_kept_vectors()
    await index_missing(db)
    return new


async def _use_kept_vectors() -> None:
    embeddings = gateways().embeddings
    if isinstance(embeddings, LocalEmbeddings):
        embeddings.keep(await asyncio.to_thread(kept.vectors))


async def _load_one(session: AsyncSession, person: DemoExpert) -> bool:
    account = await accounts.ensure_account(
        session,
        email=person.email,
        name=person.name,
        role=Role.CTO,
        password=DEMO_PASSWORD,
        timezone=person.profile.timezone,
        is_demo=True,
    )
    if await repository.by_user(session, account.id) is not None:
        return False
    actor = Actor(
        user_id=account.id, role=Role.CTO, scopes=ROLE_SCOPES[Role.CTO], timezone=person.profile.timezone
    )
    profile = await service.create_profile(session, actor, person.profile, is_demo=True)
    await service.change_status(session, actor, StatusChange(status=Status.SUBMITTED))
    await service.change_status(session, _SYSTEM, StatusChange(status=Status.APPROVED), expert_id=profile.id)
    await service.set_bookable(session, profile.id, True)
    for hook in _hooks:
        await hook(session, profile.id, person.windows)
    return True


async def is_loaded(db: Database) -> bool:
    """Whether demo experts are there already."""
    found: bool = await db.raw.fetchval("select exists (select from experts where is_demo)")
    return found


def demo_sign_ins(count: int = 3) -> list[dict[str, str]]:
    """Accounts to sign in with as a demo expert. For development only."""
    return [
        {"email": person.email, "password": DEMO_PASSWORD, "role": Role.CTO.value, "name": person.name}
        for person in read_demo()[:count]
    ]
