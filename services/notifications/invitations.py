"""The letter that invites somebody into a room. Its link lets the bearer in, so it waits encrypted."""

from sqlalchemy.ext.asyncio import AsyncSession

from core.jobs import enqueue
from core.security import keys
from services.conversations import invitations
from services.conversations.invitations import InvitationLetter
from services.notifications import repository
from services.notifications.jobs import deliver
from services.notifications.schemas import Invitation, SealedInvitation


@invitations.deliver_with
async def send(session: AsyncSession, letter: InvitationLetter) -> None:
    """Send it when the caller's transaction commits."""
    content = Invitation(
        invited_by=letter.invited_by,
        room_title=letter.room_title,
        expires_at=letter.expires_at,
        url=letter.link,
    )
    context = SealedInvitation(sealed=keys().encrypt(content.model_dump_json()))
    email_id = await repository.add(
        session,
        user_id=None,
        address=letter.address,
        template="sealed_invitation",
        context=context.model_dump(mode="json"),
        key=f"invitation {letter.invitation_id}",
    )
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)
