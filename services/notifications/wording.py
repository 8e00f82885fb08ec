"""The mails of the accounts room in words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson

from core.security import keys
from services.accounts.letters import LetterKind
from services.notifications.schemas import AccountLetter, Message, Recipient

_NOT_YOU = "If this was not you, choose a new password now: {reset_link}"
_IGNORE = "If you did not ask for this, you need do nothing."


@dataclass(frozen=True, slots=True)
class Wording:
    """A mail in words. `{…}` are the values of its kind; `action` labels the button that leads to `{link}`."""

    subject: str
    text: str
    action: str | None = None
    link: str = "link"


WORDINGS: dict[LetterKind, Wording] = {
    LetterKind.VERIFY_EMAIL: Wording(
        "Confirm your e-mail address",
        "Welcome to Sextant. Confirm that this address is yours; the link works for {hours} hours.\n\n"
        + _IGNORE,
        "Confirm my address",
    ),
    LetterKind.ALREADY_REGISTERED: Wording(
        "You already have an account at Sextant",
        "Somebody, most likely you, signed up with this address. It has an account already: sign in with it. If you "
        "have forgotten the password, you can choose a new one: {reset_link}\n\n" + _IGNORE,
        "Sign in",
    ),
    LetterKind.RESET_PASSWORD: Wording(
        "Choose a new password",
        "You asked for a new password. The link works once, for {minutes} minutes.\n\n" + _IGNORE,
        "Choose a new password",
    ),
    LetterKind.PASSWORD_CHANGED: Wording(
        "Your password was changed",
        "The password of your account was changed, and all other devices were signed out.\n\n" + _NOT_YOU,
    ),
    LetterKind.CONFIRM_EMAIL_CHANGE: Wording(
        "Confirm your new e-mail address",
        "Confirm that this is to be the address of your account. The link works for {hours} hours.\n\n"
        + _IGNORE,
        "Use this address",
    ),
    LetterKind.EMAIL_CHANGE_REQUESTED: Wording(
        "A new e-mail address was asked for",
        "The address of your account is to become {address}. Nothing changes until that address is confirmed.\n\n"
        + _NOT_YOU,
    ),
    LetterKind.EMAIL_CHANGED: Wording(
        "Your e-mail address was changed",
        "The address of your account is now {address}.\n\nIf this was not you, write to us at once.",
    ),
    LetterKind.NEW_DEVICE: Wording(
        "New sign-in to your account",
        "Your account was signed in to on a new device.\n\nDevice: {device}\nAddress: {ip}\nTime: {at}\n\n"
        "If this was not you, sign that device out and choose a new password.",
        "See my devices",
    ),
    LetterKind.TWO_FACTOR_ON: Wording(
        "Second factor switched on",
        "Signing in to your account now asks for a second factor: {method}.",
        "Security settings",
    ),
    LetterKind.TWO_FACTOR_OFF: Wording(
        "Second factor switched off",
        "Signing in to your account no longer asks for this second factor: {method}.\n\n"
        "If this was not you, choose a new password and switch it on again.",
        "Security settings",
    ),
    LetterKind.RECOVERY_CODE_USED: Wording(
        "A recovery code was used",
        "One of your recovery codes was used to sign in. Codes left: {left}.\n\n"
        "If this was not you, choose a new password and new codes.",
        "Security settings",
    ),
    LetterKind.IDENTITY_LINKED: Wording(
        "{provider} was connected to your account",
        "You can now sign in with {provider}.\n\nIf this was not you, disconnect it and choose a new password.",
        "Connected accounts",
    ),
    LetterKind.API_TOKEN_CREATED: Wording(
        "A new API token was made",
        "The token “{token}” may act for you: {scopes}.\n\nIf this was not you, revoke it and choose a new password.",
        "See my tokens",
    ),
    LetterKind.DELETION_REQUESTED: Wording(
        "Your account will be deleted",
        "Your account and what belongs to it will be deleted on {at}. Until then you can keep it: sign in and cancel "
        "the deletion.",
        "Keep my account",
    ),
    LetterKind.DELETED: Wording(
        "Your account was deleted",
        "Your account was deleted, as you asked. Thank you for having been here.",
    ),
}


def worded(letter: AccountLetter, recipient: Recipient) -> Message:
    """The letter in words; times in the recipient's zone. Raises `UndecipherableError` if our keys are gone."""
    values: dict[str, str] = orjson.loads(keys().decrypt(letter.sealed))
    if "at" in values:
        values["at"] = _local(values["at"], recipient.timezone)
    wording = WORDINGS[letter.kind]
    shown = _Values(values)
    return Message(
        subject=wording.subject.format_map(shown),
        text=wording.text.format_map(shown),
        action_label=wording.action if wording.link in values else None,
        action_url=values.get(wording.link) if wording.action else None,
    )


class _Values(dict[str, str]):
    """A value that was not given is left blank rather than keeping the mail back."""

    def __missing__(self, key: str) -> str:
        return "unknown"


def _local(at: str, timezone: str) -> str:
    moment = datetime.fromisoformat(at)
    there = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(ZoneInfo(timezone))
    return f"{there:%A}, {there.day} {there:%B %Y}, {there:%H:%M} ({timezone})"
