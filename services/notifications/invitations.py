"""The letter that invites somebody into a room. Its link lets the bearer in, so it waits encrypted."""

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from core.jobs import enqueue
from core.security import keys
from services.conversations import invitations
from services.conversations.invitations import InvitationLetter
from services.notifications import repository
from services.notifications.jobs import deliver
from services.notifications.schemas import SealedMessage


@invitations.deliver_with
async def send(session: AsyncSession, letter: InvitationLetter) -> None:
    """Send it when the caller's transaction commits."""
    content = {
        "subject": f"{letter.invited_by} invites you to “{letter.room_title}” on Sextant",
        "text": f"{letter.invited_by} would like to talk with you in “{letter.room_title}”.\n\n"
        f"The link works once, until {letter.expires_at:%d %B %Y}. If you do not know this person, you need do "
        "nothing.",
        "action_label": "Join the conversation",
        "action_url": letter.link,
    }
    context = SealedMessage(sealed=keys().encrypt(orjson.dumps(content).decode()))
    email_id = await repository.add(
        session,
        user_id=None,
        address=letter.address,
        template="sealed_message",
        context=context.model_dump(mode="json"),
        key=f"invitation {letter.invitation_id}",
    )
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)
