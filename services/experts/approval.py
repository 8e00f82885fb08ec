"""From draft to shown: handing in, deciding, pausing; each step is kept with who took it and why.

The owner hands a profile in, takes it back, pauses and resumes it. An operator works through the queue, longest
waiting first: approves with every point of the checklist, or returns or suspends it with a reason that the owner reads.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Role, Scope
from core.errors import Conflict, InvalidInput, NotFound
from core.events import UserEvent, emit
from core.settings import settings
from models.experts import Expert
from models.experts import StatusEntry as EntryRow
from services.accounts import service as accounts
from services.experts import completeness, policy, reading, repository
from services.experts.schemas import (
    Check,
    Decision,
    ExpertRead,
    MyProfile,
    Status,
    StatusChange,
    StatusEntry,
    Submission,
    SubmissionPage,
)
from services.files import service as files
from services.notifications import service as notifications

_WITH_ACCOUNT = "The account is suspended."


async def change_status(
    session: AsyncSession, actor: Actor, data: StatusChange, *, expert_id: UUID | None = None
) -> ExpertRead:
    """Submit, withdraw, pause or resume one's own profile; operators name an `expert_id`, see `decide`."""
    actor.require_account()
    actor.require(Scope.EXPERTS_WRITE)
    if expert_id is not None:
        decision = data if isinstance(data, Decision) else Decision(status=data.status, reason=data.reason)
        return await decide(session, actor, expert_id, decision)
    expert = await repository.by_user(session, actor.user_id, lock=True)
    if expert is None:
        raise NotFound("You have no expert profile yet.", code="no_profile")
    await _move(session, actor, expert, data)
    return await to_mine(session, actor, expert)


async def decide(session: AsyncSession, actor: Actor, expert_id: UUID, data: Decision) -> ExpertRead:
    """For operators: approve, return, pause, suspend or reinstate a profile. The owner is told by mail.

    Raises `Conflict` (status_conflict, profile_changed, profile_incomplete, account_suspended), `InvalidInput` (reason_needed,
    checklist_incomplete), `Forbidden` (own_profile).
    """
    actor.require(Scope.ADMIN)
    expert = await repository.by_id(session, expert_id, lock=True)
    if expert is None:
        raise NotFound("There is no such expert.")
    if data.as_of is not None and data.as_of != expert.updated_at:
        raise Conflict(
            "The profile has changed since you looked at it. Look again, then decide.", code="profile_changed"
        )
    if data.status is Status.APPROVED and await accounts.is_suspended(session, expert.user_id):
        raise Conflict(
            "The account behind this profile is suspended. Reinstate the account first.",
            code="account_suspended",
        )
    policy.check_decision(
        actor,
        is_owner=expert.user_id == actor.user_id,
        old=Status(expert.status),
        new=data.status,
        checked=data.checklist,
    )
    await _move(session, actor, expert, data, checklist=data.checklist)
    return await reading.to_read(session, actor, expert)


async def submissions(
    session: AsyncSession, actor: Actor, *, status: Status, cursor: str | None, limit: int
) -> SubmissionPage:
    """For operators: profiles of one status; those handed in are the queue, longest waiting first."""
    actor.require(Scope.ADMIN)
    after = _decode(cursor)
    rows = await repository.by_status(session, status, after=after, limit=limit + 1)
    items = []
    for expert in rows[:limit]:
        profile = await reading.to_read(session, actor, expert)
        items.append(
            Submission(
                profile=profile,
                submitted_at=expert.submitted_at,
                completeness=completeness.measure(profile),
                history=await _history(session, expert.id),
            )
        )
    more = len(rows) > limit
    return SubmissionPage(items=items, next_cursor=_encode(rows[limit - 1]) if more else None)


async def to_mine(session: AsyncSession, actor: Actor, expert: Expert) -> MyProfile:
    """The profile as its owner works on it."""
    read = await reading.to_read(session, actor, expert)
    return MyProfile(
        **dict(read),
        completeness=completeness.measure(read),
        history=await _history(session, expert.id),
        next=policy.open_to_owner(read.status),
    )


async def _move(
    session: AsyncSession,
    actor: Actor,
    expert: Expert,
    data: StatusChange,
    *,
    checklist: list[Check] | None = None,
) -> None:
    old = Status(expert.status)
    by_operator = policy.check_transition(
        actor, is_owner=expert.user_id == actor.user_id, old=old, new=data.status, reason=data.reason
    )
    if data.status in (Status.SUBMITTED, Status.APPROVED):
        completeness.require_ready(await reading.to_read(session, actor, expert))
    if data.status is Status.SUBMITTED:
        expert.submitted_at = clock.now()
    actor_id = None if actor.role is Role.SYSTEM else actor.user_id
    await _set(session, expert, data, actor_id=actor_id, by_operator=by_operator, checklist=checklist)
    if by_operator and actor.role is not Role.SYSTEM:
        await _tell(session, expert, data)


async def _set(
    session: AsyncSession,
    expert: Expert,
    data: StatusChange,
    *,
    actor_id: UUID | None,
    by_operator: bool,
    checklist: list[Check] | None = None,
) -> None:
    """Make a step that is allowed, and keep it."""
    old = expert.status
    expert.status, expert.status_reason = data.status, data.reason if by_operator else None
    # Whoever has kept the addresses of a suspended profile's files reads them no longer either.
    await files.show_portfolio(session, expert.user_id, data.status in policy.PORTFOLIO_SHOWN)
    await repository.add_status_entry(
        session,
        EntryRow(
            expert_id=expert.id,
            actor_id=actor_id,
            by_operator=by_operator,
            old_status=old,
            new_status=data.status.value,
            reason=data.reason,
            checklist=[check.value for check in checklist or []],
            at=clock.now(),
        ),
    )
    await session.flush()  # the search column and the time of change come back from the database
    await session.refresh(expert)
    emit(
        session,
        UserEvent(expert.user_id, "profile.changed", {"type": "profile.changed", "status": expert.status}),
    )


@accounts.on_suspension
async def _follow(session: AsyncSession, user_id: UUID, suspended: bool) -> None:
    """Nobody is shown, matched or booked whose account is suspended. When it is reinstated, so is the profile."""
    expert = await repository.by_user(session, user_id, lock=True)
    if expert is None:
        return
    if suspended:
        if expert.status not in (Status.DRAFT, Status.SUSPENDED):
            change = StatusChange(status=Status.SUSPENDED, reason=_WITH_ACCOUNT)
            await _set(session, expert, change, actor_id=None, by_operator=True)
        return
    last = await repository.status_entries(session, expert.id, limit=1)
    if expert.status == Status.SUSPENDED and last and last[0].reason == _WITH_ACCOUNT:
        change = StatusChange(status=Status(last[0].old_status))
        await _set(session, expert, change, actor_id=None, by_operator=True)


_DECISIONS = {
    Status.APPROVED: "live",
    Status.DRAFT: "returned",
    Status.PAUSED: "paused",
    Status.SUSPENDED: "suspended",
}


async def _tell(session: AsyncSession, expert: Expert, data: StatusChange) -> None:
    await notifications.send_email(
        session,
        user_id=expert.user_id,
        template="profile_decided",
        context={
            "decision": _DECISIONS[data.status],
            "reason": data.reason,
            "url": f"{settings().base_url}/cto",
        },
    )


async def _history(session: AsyncSession, expert_id: UUID) -> list[StatusEntry]:
    return [
        StatusEntry(
            old=Status(row.old_status),
            new=Status(row.new_status),
            by_operator=row.by_operator,
            reason=row.reason,
            checklist=[Check(value) for value in row.checklist],
            at=row.at,
        )
        for row in await repository.status_entries(session, expert_id, limit=20)
    ]


def _encode(expert: Expert) -> str:
    return f"{(expert.submitted_at or expert.created_at).isoformat()}~{expert.id}"


def _decode(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    try:
        at, _, expert_id = cursor.partition("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or not 1900 < moment.year < 3000:
            raise ValueError("not a moment of ours")
        return moment, UUID(expert_id)
    except ValueError:
        raise InvalidInput("This page does not exist; start from the first.", code="bad_cursor") from None
