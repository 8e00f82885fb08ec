"""Proposals: the assistant prepares, a person decides.

A room of the service registers each kind it offers with `register`. Preparing stores a draft and shows it; confirming
calls the kind's rule directly, once, in the transaction of the person who pressed the button. No model is on that path.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from pydantic import BaseModel, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.clock import now
from core.errors import Conflict, Forbidden, Gone, InvalidInput
from core.ids import ASSISTANT_ID, new_id
from models.turns import Proposal
from services.conversations import repository
from services.conversations.assistant_schemas import ProposalOutcome, ProposalRead

Confirm = Callable[[AsyncSession, Actor, UUID, Any], Awaitable[ProposalOutcome]]
Revise = Callable[[AsyncSession, Actor, Any], Awaitable[BaseModel]]


@dataclass(frozen=True, slots=True)
class ProposalKind:
    """A kind of proposal. `payload` is the model of its draft; `confirm` carries it out under the proposal's id as
    idempotency key; `revise` checks and completes a draft that the person edited; `editable` names the fields they may
    change (None: all)."""

    kind: str
    payload: type[BaseModel]
    confirm: Confirm
    revise: Revise | None = None
    editable: frozenset[str] | None = None


_kinds: dict[str, ProposalKind] = {}


def register(kind: ProposalKind) -> None:
    """Offer a kind of proposal. Called when a room is imported."""
    _kinds[kind.kind] = kind


async def prepare(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    kind: str,
    payload: BaseModel,
    *,
    title: str,
    key: str,
    expires_at: datetime,
    turn_id: UUID | None = None,
) -> ProposalRead:
    """Store a draft and show it in the room. The same `key` again returns the same proposal."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    await repository.room_of(session, actor.user_id, room_id)
    if kind not in _kinds or not isinstance(payload, _kinds[kind].payload):
        raise InvalidInput("This cannot be proposed.", kind=kind)
    if (known := await repository.proposal_by_key(session, room_id, key)) is not None:
        return _read(known)
    proposal = Proposal(
        id=new_id(),
        room_id=room_id,
        user_id=actor.user_id,
        kind=kind,
        title=title[:200],
        status="open",
        payload=payload.model_dump(mode="json"),
        outcome=None,
        key=key,
        turn_id=turn_id,
        expires_at=expires_at,
        created_at=now(),
    )
    session.add(proposal)
    await session.flush()  # a concurrent run of the same turn fails here, before it shows anything
    read = _read(proposal)
    await repository.log_event(
        session, room_id, "proposal.created", {"proposal": read.model_dump(mode="json")}
    )
    return read


async def get(session: AsyncSession, actor: Actor, proposal_id: UUID) -> ProposalRead:
    """A proposal in a room of the actor's."""
    actor.require(Scope.CONVERSATIONS_READ)
    return _read(await repository.proposal_of(session, actor.user_id, proposal_id))


async def confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, edits: dict[str, Any]
) -> ProposalRead:
    """Carry the proposal out. Confirming again returns the first outcome; guests are asked to sign up first."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    proposal = await repository.proposal_of(session, actor.user_id, proposal_id, lock=True)
    if proposal.user_id != actor.user_id:
        raise Forbidden("Only the person it was made for can confirm this.", code="not_yours")
    actor.require_account()
    if proposal.status == "confirmed":
        return _read(proposal)
    _check_open(proposal)
    kind = _kinds[proposal.kind]
    payload = _with_edits(kind, proposal, edits)
    if edits and kind.revise is not None:
        payload = await kind.revise(session, actor, payload)
    outcome = await kind.confirm(session, actor, proposal.id, payload)
    proposal.payload = payload.model_dump(mode="json")
    return await _resolve(session, proposal, "confirmed", outcome)


async def decline(session: AsyncSession, actor: Actor, proposal_id: UUID) -> ProposalRead:
    """Turn the proposal down. Declining again changes nothing."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    proposal = await repository.proposal_of(session, actor.user_id, proposal_id, lock=True)
    if proposal.user_id != actor.user_id:
        raise Forbidden("Only the person it was made for can decline this.", code="not_yours")
    if proposal.status == "declined":
        return _read(proposal)
    _check_open(proposal)
    return await _resolve(session, proposal, "declined", ProposalOutcome(text=f"Declined: {proposal.title}"))


async def append_outcome(
    session: AsyncSession, proposal_id: UUID, status_key: str, outcome: ProposalOutcome
) -> ProposalRead | None:
    """Tell the conversation what became of a confirmed proposal later on (paid, expired). Once per `status_key`;
    for the rules of the room that carried it out. None when there is no such proposal."""
    proposal = await session.get(Proposal, proposal_id, with_for_update=True)
    if proposal is None:
        return None
    proposal.outcome = {**(proposal.outcome or {}), **outcome.data}
    read = _read(proposal)
    await repository.log_event(
        session, proposal.room_id, "proposal.resolved", {"proposal": read.model_dump(mode="json")}
    )
    await _tell(session, proposal, status_key, outcome)
    return read


def _check_open(proposal: Proposal) -> None:
    if proposal.status != "open":
        raise Conflict(
            f"This was already {proposal.status}.", code="already_resolved", status=proposal.status
        )
    if proposal.expires_at <= now():
        raise Gone("This proposal has expired. Ask for a new one.", code="proposal_expired")


def _with_edits(kind: ProposalKind, proposal: Proposal, edits: dict[str, Any]) -> BaseModel:
    unknown = set(edits) - (kind.editable if kind.editable is not None else set(kind.payload.model_fields))
    if unknown:
        raise InvalidInput("These fields cannot be changed.", fields=sorted(unknown))
    try:
        return kind.payload.model_validate({**proposal.payload, **edits})
    except ValidationError as error:
        details = [{"field": ".".join(map(str, e["loc"])), "message": e["msg"]} for e in error.errors()]
        raise InvalidInput("The changes do not fit.", errors=details) from None


async def _resolve(
    session: AsyncSession, proposal: Proposal, status: str, outcome: ProposalOutcome
) -> ProposalRead:
    proposal.status = status
    proposal.resolved_at = now()
    proposal.outcome = outcome.data
    await session.flush()
    read = _read(proposal)
    await repository.log_event(
        session, proposal.room_id, "proposal.resolved", {"proposal": read.model_dump(mode="json")}
    )
    await _tell(session, proposal, status, outcome)
    return read


async def _tell(session: AsyncSession, proposal: Proposal, status_key: str, outcome: ProposalOutcome) -> None:
    await repository.post_message(
        session,
        proposal.room_id,
        sender_id=ASSISTANT_ID,
        kind="event",
        text=outcome.text,
        cards=outcome.cards,
        client_id=uuid5(proposal.id, status_key),
        meta={"proposal_id": str(proposal.id), "status": status_key},
    )


def _read(proposal: Proposal) -> ProposalRead:
    read = ProposalRead.model_validate(proposal, from_attributes=True)
    if read.status == "open" and read.expires_at <= now():
        return read.model_copy(update={"status": "expired"})
    return read


__all__ = ["ProposalKind", "append_outcome", "confirm", "decline", "get", "prepare", "register"]
