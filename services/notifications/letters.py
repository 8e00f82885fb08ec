"""The mails of the accounts room: it says what happened, `wording.py` puts it in words.

The values may hold links that let their bearer into the account, so they are encrypted while they wait and forgotten
once the mail has gone out.
"""

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from core.jobs import enqueue
from core.security import keys
from services.accounts import service as accounts
from services.accounts.letters import Letter
from services.notifications import repository
from services.notifications.jobs import deliver
from services.notifications.schemas import AccountLetter


@accounts.deliver_with
async def send(session: AsyncSession, letter: Letter) -> None:
    """Send a letter when the caller's transaction commits."""
    await session.flush()  # the row of the account may be new, and is referred to
    context = AccountLetter(kind=letter.kind, sealed=keys().encrypt(orjson.dumps(letter.values).decode()))
    email_id = await repository.add(
        session,
        user_id=letter.user_id,
        address=letter.to,
        template="account_letter",
        context=context.model_dump(mode="json"),
    )
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)
