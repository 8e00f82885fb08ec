"""The mails of the accounts room in words: `letter.<kind>` of the catalogue."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson

from core.security import keys
from services.accounts.letters import LetterKind, reset_page
from services.notifications.schemas import AccountLetter, Invitation, Message, Recipient, SealedInvitation
from services.notifications.words import has, template, words


def worded(letter: AccountLetter, recipient: Recipient) -> Message:
    """The letter in words; times in the recipient's zone. Raises `UndecipherableError` if our keys are gone."""
    values: dict[str, str] = orjson.loads(keys().decrypt(letter.sealed))
    if "at" in values:
        values["at"] = _local(values["at"], recipient.timezone)
    return in_words(letter.letter, values, recipient.language)


def in_words(kind: LetterKind, values: dict[str, str], locale: str) -> Message:
    """A letter with the given values. One that is missing is named unknown rather than keeping the mail back."""
    known = _Values(values, words("shared.unknown", locale))
    known["ignore"] = words("letter.ignore", locale)
    known.setdefault("reset_link", reset_page())
    known["not_you"] = _filled(f"letter.{_way_out(kind, values)}", locale, known)
    key = f"letter.{kind.value}"
    action = f"{key}.action"
    button = has(action) and "link" in values
    return Message(
        subject=_filled(f"{key}.subject", locale, known),
        text=_filled(f"{key}.text", locale, known).strip(),
        action_label=words(action, locale) if button else None,
        action_url=values["link"] if button else None,
    )


def _way_out(kind: LetterKind, values: dict[str, str]) -> str:
    """What whoever did not do this is told to do."""
    if "days" in values:
        return "take_back"
    # The account is another address's by now, and this one was never proven to be its owner's.
    return "write_to_us" if kind is LetterKind.EMAIL_CHANGED and "reset_link" not in values else "not_you"


def _filled(key: str, locale: str, values: "_Values") -> str:
    return template(key, locale).format_map(values)


def unsealed(letter: SealedInvitation) -> Invitation:
    """The invitation that was encrypted. Raises `UndecipherableError` if our keys are gone."""
    return Invitation.model_validate(orjson.loads(keys().decrypt(letter.sealed)))


class _Values(dict[str, str]):
    def __init__(self, values: dict[str, str], unknown: str) -> None:
        super().__init__(values)
        self._unknown = unknown

    def __missing__(self, key: str) -> str:
        return self._unknown


def _local(at: str, timezone: str) -> str:
    moment = datetime.fromisoformat(at)
    there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(timezone))
    return f"{there:%A}, {there.day} {there:%B %Y}, {there:%H:%M} ({timezone})"
