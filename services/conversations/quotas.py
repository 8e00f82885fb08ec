"""How much of the assistant a person may use: messages a day and tokens a month, by plan.

Days and months are those of UTC, and the person is told when the next one begins. Messages are counted when they are
stored, tokens when a turn ends, so that a month's tokens can be overrun by the turn that uses them up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import RateLimited
from core.settings import Settings, settings
from models.turns import AssistantUsage
from services.conversations.assistant_schemas import Quota, QuotaRead
from services.conversations.schemas import Unanswered

USED = """
select user_id, coalesce(sum(messages) filter (where day = $2), 0)::int as messages,
    coalesce(sum(input_tokens + output_tokens), 0)::bigint as tokens
from assistant_usage where user_id = any($1::uuid[]) and day >= date_trunc('month', $2::date)::date group by user_id
"""


class QuotaExceeded(RateLimited):
    """The plan's messages of the day or tokens of the month are used up. Carries `resets_at` and `plan`."""

    default_code = "quota_exceeded"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plan includes."""

    plan: Literal["guest", "free"]
    messages: int
    tokens: int


def limits(guest: bool, current: Settings | None = None) -> Limits:
    """The limits of a guest, or of an account on the free plan."""
    chosen = current or settings()
    scale = chosen.rate_limit_scale
    if guest:
        messages, tokens = chosen.guest_messages_per_day, chosen.guest_tokens_per_month
    else:
        messages, tokens = chosen.free_messages_per_day, chosen.free_tokens_per_month
    return Limits("guest" if guest else "free", int(messages * scale), int(tokens * scale))


def today(at: datetime | None = None) -> date:
    """The day that counts now."""
    return (at or clock.now()).astimezone(UTC).date()


def refusal(guest: bool, messages: int, tokens: int) -> QuotaExceeded | None:
    """Why one more message is not possible; None where it is."""
    allowed = limits(guest)
    day = today()
    if messages >= allowed.messages:
        what, resets = f"{allowed.messages} messages to the assistant", _midnight(day + timedelta(days=1))
        span = "today"
    elif tokens >= allowed.tokens:
        what, resets = "the assistant's reading and writing", _midnight(_next_month(day))
        span = "this month"
    else:
        return None
    more = " Signing up gives you more, and keeps this conversation." if guest else ""
    return QuotaExceeded(
        f"You have used up {what} for {span}. It goes on at {resets:%H:%M} UTC on {resets.day} {resets:%B}.{more}",
        retry_after=max(1.0, (resets - clock.now()).total_seconds()),
        plan=allowed.plan,
        resets_at=resets.isoformat().replace("+00:00", "Z"),
    )


def unanswered(guest: bool, messages: int, tokens: int) -> Unanswered:
    """What the sender of a message among people is told that was stored without asking the assistant."""
    refused = refusal(guest, messages, tokens)
    if refused is None:  # the day is over by now, or some of what was asked at once was not stored after all
        why = "Your plan was used up. You can ask it again now."
        plan, resets = limits(guest).plan, clock.now()
    else:
        why, plan, resets = refused.message, refused.fields["plan"], refused.fields["resets_at"]
    text = f"Your message was sent, but the assistant will not answer it. {why}"
    return Unanswered.model_validate({"message": text, "plan": plan, "resets_at": resets})


async def used(connection: Any, people: Sequence[UUID]) -> dict[UUID, tuple[int, int]]:
    """Messages of the day and tokens of the month, on an asyncpg connection or pool."""
    rows = await connection.fetch(USED, list(people), today())
    return {row["user_id"]: (row["messages"], row["tokens"]) for row in rows}


async def spend(session: AsyncSession, actor: Actor) -> None:
    """Count one message, or raise QuotaExceeded."""
    row = insert(AssistantUsage).values(user_id=actor.user_id, day=today(), messages=1)
    row = row.on_conflict_do_update(
        index_elements=["user_id", "day"], set_={"messages": AssistantUsage.messages + 1}
    )
    await session.execute(row)  # locks the day, so that racers see each other
    messages, tokens = await _used(session, actor.user_id)
    if (refused := refusal(actor.is_guest, messages - 1, tokens)) is not None:
        raise refused


async def read(session: AsyncSession, actor: Actor) -> QuotaRead:
    """What the actor has used, of how much, and when it begins anew."""
    actor.require(Scope.CONVERSATIONS_READ)
    messages, tokens = await _used(session, actor.user_id)
    allowed, day = limits(actor.is_guest), today()
    return QuotaRead(
        plan=allowed.plan,
        messages=Quota(used=messages, limit=allowed.messages, resets_at=_midnight(day + timedelta(days=1))),
        tokens=Quota(used=tokens, limit=allowed.tokens, resets_at=_midnight(_next_month(day))),
    )


async def record(
    session: AsyncSession, user_id: UUID, *, input_tokens: int, output_tokens: int, cost_microusd: int
) -> None:
    """Add what a turn has used."""
    if not (input_tokens or output_tokens):
        return
    row = insert(AssistantUsage).values(
        user_id=user_id,
        day=today(),
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cost_microusd=cost_microusd,
    )
    sums = {
        name: getattr(AssistantUsage, name) + row.excluded[name]
        for name in ("input_tokens", "output_tokens", "cost_microusd")
    }
    await session.execute(row.on_conflict_do_update(index_elements=["user_id", "day"], set_=sums))


async def _used(session: AsyncSession, user_id: UUID) -> tuple[int, int]:
    day = today()
    usage = AssistantUsage
    tokens = func.sum(usage.input_tokens + usage.output_tokens)
    row = (
        await session.execute(
            select(
                func.coalesce(func.sum(usage.messages).filter(usage.day == day), 0),
                func.coalesce(tokens, 0),
            ).where(usage.user_id == user_id, usage.day >= day.replace(day=1))
        )
    ).one()
    return int(row[0]), int(row[1])


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
