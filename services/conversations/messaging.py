"""A message to other people as a proposal: the assistant drafts it, the person sends it."""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Scope
from core.errors import InvalidInput
from services.conversations import proposals, repository, service
from services.conversations.assistant_schemas import ProposalOutcome, ProposalRead
from services.conversations.schemas import Text

KIND = "message"
_OPEN_FOR = timedelta(days=1)


class MessageDraft(BaseModel):
    """A message before anybody has agreed to it. `to` is filled in here, never by who drafts."""

    model_config = ConfigDict(extra="forbid")

    to_room_id: UUID
    to: str = Field(max_length=400, description="Who will read it")
    text: Text


async def propose(
    session: AsyncSession,
    actor: Actor,
    room_id: UUID,
    *,
    to_room_id: UUID,
    text: str,
    key: str,
    turn_id: UUID | None = None,
) -> ProposalRead:
    """Put a message to the people of another room before the actor. Raises NotFound for a room that is not theirs."""
    target = await service.get(session, actor, to_room_id)
    readers = [member.name for member in target.members if member.user_id != actor.user_id]
    if target.kind == "assistant" or not readers:
        raise InvalidInput("Nobody reads that conversation. Choose one from list_conversations.")
    to = ", ".join(readers)[:400]
    draft = MessageDraft(to_room_id=to_room_id, to=to, text=text)
    return await proposals.prepare(
        session,
        actor,
        room_id,
        KIND,
        draft,
        title=f"Message to {to}",
        key=key,
        expires_at=clock.now() + _OPEN_FOR,
        turn_id=turn_id,
    )


async def _confirm(
    session: AsyncSession, actor: Actor, proposal_id: UUID, draft: MessageDraft
) -> ProposalOutcome:
    """Send it as the person, once: the proposal's id is the message's."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    await repository.locked_room_of(session, actor.user_id, draft.to_room_id)
    sent = await repository.post_message(
        session, draft.to_room_id, sender_id=actor.user_id, text=draft.text, client_id=proposal_id
    )
    return ProposalOutcome(
        text=f"Your message to {draft.to} was sent.",
        data={"room_id": str(draft.to_room_id), "message_id": str(sent.id)},
    )


proposals.register(
    proposals.ProposalKind(kind=KIND, payload=MessageDraft, confirm=_confirm, editable=frozenset({"text"}))
)
