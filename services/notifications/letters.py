"""The mails of the accounts room: it says what happened, `wording.py` puts it in words.

The values may hold links that let their bearer into the account, so they are encrypted while they wait and forgotten
once the mail has gone out.
"""

import hashlib

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.jobs import enqueue
from core.security import keys
from services.accounts import service as accounts
from services.accounts.letters import Letter, LetterKind
from services.notifications import repository
from services.notifications.jobs import deliver
from services.notifications.kinds import Kind
from services.notifications.schemas import AccountLetter
from services.notifications.telling import News, tell
from services.notifications.wording import in_words

# What is told in the app as well, where a thief who reads the mail cannot hide it.
TOLD_IN_APP = frozenset(
    {
        LetterKind.PASSWORD_CHANGED,
        LetterKind.EMAIL_CHANGE_REQUESTED,
        LetterKind.EMAIL_CHANGED,
        LetterKind.EMAIL_CHANGE_UNDONE,
        LetterKind.NEW_DEVICE,
        LetterKind.TWO_FACTOR_ON,
        LetterKind.TWO_FACTOR_OFF,
        LetterKind.RECOVERY_CODE_USED,
        LetterKind.IDENTITY_LINKED,
        LetterKind.API_TOKEN_CREATED,
        LetterKind.DELETION_REQUESTED,
    }
)


def _key(letter: Letter) -> str:
    """The same letter to two addresses in one minute (a changed address) is one line in the app."""
    values = hashlib.sha256(orjson.dumps(letter.values, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return f"security:{letter.kind.value}:{clock.now():%Y%m%d%H%M}:{values}"


@accounts.deliver_with
async def send(session: AsyncSession, letter: Letter) -> None:
    """Send a letter when the caller's transaction commits."""
    await session.flush()  # the row of the account may be new, and is referred to
    context = AccountLetter(letter=letter.kind, sealed=keys().encrypt(orjson.dumps(letter.values).decode()))
    email_id = await repository.add(
        session,
        user_id=letter.user_id,
        address=letter.to,
        template="account_letter",
        context=context.model_dump(mode="json"),
    )
    if email_id is not None:
        await enqueue(session, deliver, email_id=email_id)
    if letter.kind in TOLD_IN_APP and letter.user_id is not None:
        message = in_words(letter.kind, letter.values, letter.locale)
        news = News(
            letter.user_id,
            Kind.SECURITY,
            "security",
            key=_key(letter),
            path="/settings",
            context={"subject": message.subject},
        )
        await tell(session, news)
