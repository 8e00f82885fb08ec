"""By which channels a person is told of what."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.errors import Conflict
from models.notifications import NotificationChoice
from services.notifications import repository, unsubscribing
from services.notifications.kinds import (
    DEFAULTS,
    LOCKED,
    ONLY_FOR,
    ChangeChoice,
    Channel,
    ChoiceList,
    ChoiceRead,
    Kind,
    UnsubscriptionRead,
)
from services.notifications.schemas import Recipient


async def channels(session: AsyncSession, user_id: UUID, kind: Kind) -> frozenset[Channel]:
    """The channels by which a person is told of `kind`."""
    return (await channels_of_all(session, [(user_id, kind)]))[user_id, kind]


async def channels_of_all(
    session: AsyncSession, asked: Collection[tuple[UUID, Kind]]
) -> dict[tuple[UUID, Kind], frozenset[Channel]]:
    """The channels by which each of these people is told of a kind."""
    chosen = await repository.choices(session, {user_id for user_id, _ in asked})
    return {(user_id, kind): _on(kind, chosen.get((user_id, kind.value))) for user_id, kind in asked}


def _on(kind: Kind, chosen: NotificationChoice | None) -> frozenset[Channel]:
    if chosen is None:
        on = DEFAULTS[kind]
    else:
        on = frozenset(channel for channel in Channel if getattr(chosen, channel.value))
    return on | LOCKED.get(kind, frozenset())


async def wants_mail(session: AsyncSession, user_id: UUID, kind: Kind) -> bool:
    """Whether a mail of this kind, or of one that comes in the same mail, is wanted."""
    for each in unsubscribing.together(kind):
        if Channel.EMAIL in await channels(session, user_id, each):
            return True
    return False


async def who_asked_for(session: AsyncSession, kind: Kind) -> list[Recipient]:
    """Everyone who chose to be told of a kind that nobody is told of by default."""
    assert not DEFAULTS[kind], "this would be nearly everybody"
    return await repository.choosers(session, kind.value)


async def list_own(session: AsyncSession, actor: Actor) -> ChoiceList:
    """The actor's choices, defaults included. Kinds that are for CTOs or operators alone are left out for others."""
    actor.require(Scope.ACCOUNT_READ)
    kinds = [kind for kind in Kind if ONLY_FOR.get(kind, actor.role) is actor.role]
    return ChoiceList(items=[await _read(session, actor.user_id, kind) for kind in kinds])


async def change(session: AsyncSession, actor: Actor, kind: Kind, data: ChangeChoice) -> ChoiceRead:
    """Choose channels for a kind. Raises Conflict (channel_locked) for one that cannot be switched off."""
    actor.require(Scope.ACCOUNT_WRITE)
    actor.require_account()
    asked = data.model_dump(exclude_none=True)
    for channel in LOCKED.get(kind, frozenset()):
        if asked.get(channel.value) is False:
            raise Conflict(
                "This cannot be switched off: it keeps your account and your money safe.",
                code="channel_locked",
                channel=channel.value,
            )
    await _keep(session, actor.user_id, kind, asked)
    return await _read(session, actor.user_id, kind)


async def read_unsubscription(session: AsyncSession, token: str) -> UnsubscriptionRead:
    """What a token from a mail would end; it ends nothing yet. Raises NotFound."""
    user_id, kind = unsubscribing.read(token)
    ended = not await wants_mail(session, user_id, kind)
    return UnsubscriptionRead(kinds=list(unsubscribing.together(kind)), ended=ended)


async def unsubscribe(session: AsyncSession, token: str) -> ChoiceRead:
    """End the mails that a token from one of them stands for. Doing it again changes nothing. Raises NotFound."""
    user_id, kind = unsubscribing.read(token)
    if await repository.recipient(session, user_id) is not None:
        for each in unsubscribing.together(kind):
            await _keep(session, user_id, each, {Channel.EMAIL.value: False})
    return await _read(session, user_id, kind)


async def _keep(session: AsyncSession, user_id: UUID, kind: Kind, asked: dict[str, bool]) -> None:
    now = await channels(session, user_id, kind)
    await repository.choose(
        session, user_id, kind.value, {channel.value: channel in now for channel in Channel} | asked
    )


async def _read(session: AsyncSession, user_id: UUID, kind: Kind) -> ChoiceRead:
    on = await channels(session, user_id, kind)
    return ChoiceRead(
        kind=kind,
        in_app=Channel.IN_APP in on,
        email=Channel.EMAIL in on,
        push=Channel.PUSH in on,
        locked=sorted(LOCKED.get(kind, frozenset())),
    )
