"""What people are told of, and by which channels: the choices there are."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from core.actor import Role


class Kind(StrEnum):
    """What a notice is about. People choose channels for each."""

    MESSAGE = "message"
    MENTION = "mention"
    BOOKING = "booking"
    PAYMENT = "payment"
    MATCH = "match"
    OPPORTUNITY = "opportunity"
    SECURITY = "security"
    REPORT = "report"


class Channel(StrEnum):
    IN_APP = "in_app"
    EMAIL = "email"
    PUSH = "push"


_ALL = frozenset(Channel)
DEFAULTS: dict[Kind, frozenset[Channel]] = {
    Kind.MESSAGE: _ALL,
    Kind.MENTION: _ALL,
    Kind.BOOKING: _ALL,
    Kind.PAYMENT: _ALL,
    Kind.MATCH: _ALL - {Channel.PUSH},
    Kind.OPPORTUNITY: frozenset(),  # nobody is told of searches unless they ask for it
    Kind.SECURITY: _ALL,
    Kind.REPORT: _ALL,
}
# Money and the safety of the account are always told by e-mail: a thief must not be able to switch the alarm off.
LOCKED: dict[Kind, frozenset[Channel]] = {
    Kind.PAYMENT: frozenset({Channel.EMAIL}),
    Kind.SECURITY: frozenset({Channel.EMAIL, Channel.IN_APP}),
}
# Kinds that nobody has to be told of: their mails carry a way to end them at once.
UNSUBSCRIBABLE = frozenset({Kind.MESSAGE, Kind.MENTION, Kind.MATCH, Kind.OPPORTUNITY, Kind.REPORT})
# Kinds of which only people with a role are told, and have a choice.
ONLY_FOR: dict[Kind, Role] = {Kind.OPPORTUNITY: Role.CTO, Kind.REPORT: Role.ADMIN}


class ChoiceRead(BaseModel):
    """By which channels one is told of a kind. `locked` channels are always on."""

    kind: Kind
    in_app: bool
    email: bool
    push: bool
    locked: list[Channel]


class ChoiceList(BaseModel):
    items: list[ChoiceRead]


class UnsubscriptionRead(BaseModel):
    """The kinds whose mails a link ends, and whether none of them is mailed any more."""

    kinds: list[Kind]
    ended: bool


class ChangeChoice(BaseModel):
    """Channels that are not named stay as they are."""

    model_config = ConfigDict(extra="forbid")

    in_app: Annotated[bool | None, Field(strict=True)] = None
    email: Annotated[bool | None, Field(strict=True)] = None
    push: Annotated[bool | None, Field(strict=True)] = None
