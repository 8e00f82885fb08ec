"""What goes into and comes out of the accounts room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, HttpUrl, StringConstraints

from core.actor import Role

_TIMEZONES = frozenset(available_timezones())


def _known_timezone(name: str) -> str:
    if name not in _TIMEZONES:
        raise ValueError("not an IANA time zone, such as Europe/Lisbon")
    return name


Timezone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_timezone)]
Locale = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$", max_length=16)]
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f<>]+$"),
]
Email = Annotated[EmailStr, Field(max_length=254)]
# Bounded, because hashing and comparing cost time; what a good password is, policy.py says.
Password = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00]*$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$")]


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from, as far as the door knows."""

    ip: str | None = None
    user_agent: str | None = None


NO_DEVICE = Device()


class StartGuest(Input):
    timezone: Timezone = "UTC"
    locale: Locale = "en"


class SignUp(Input):
    email: Email
    password: Password
    name: Name
    timezone: Timezone | None = Field(None, description="IANA name; by default the guest session's, or UTC")
    locale: Locale | None = None


class SignIn(Input):
    email: Email
    password: Password


class UpdateMe(Input):
    """Only the fields that are given change."""

    name: Name | None = None
    timezone: Timezone | None = None
    locale: Locale | None = None
    avatar_url: HttpUrl | None = Field(None, description="null removes the photo")


class UserRead(BaseModel):
    """One's own account."""

    id: UUID
    email: str | None
    email_verified: bool
    name: str
    role: Role
    timezone: str
    locale: str
    avatar_url: str | None
    is_demo: bool
    created_at: datetime
    deletion_due_at: datetime | None = Field(
        None, description="The account is deleted then, unless that is cancelled"
    )


class MeRead(UserRead):
    """One's own account, with what the settings page needs to know."""

    has_password: bool
    two_factor: bool = Field(description="Signing in asks for a second factor")
    scopes: list[str] = Field(description="What this session or token may do")


class Person(BaseModel):
    """What others see of an account."""

    id: UUID
    name: str
    role: Role
    avatar_url: str | None
    is_demo: bool


class SessionStarted(BaseModel):
    """A session, its cookie's value included: the door puts `token` into the cookie and never into a body."""

    user: UserRead
    session_id: UUID
    token: str = Field(repr=False)
    expires_at: datetime


class SessionRead(BaseModel):
    """A session that has just begun. Its token is in the cookie only."""

    user: UserRead
    session_id: UUID
    expires_at: datetime

    @classmethod
    def of(cls, started: SessionStarted) -> Self:
        return cls(user=started.user, session_id=started.session_id, expires_at=started.expires_at)


SecondFactor = Literal["totp", "recovery_code", "passkey"]


class SecondFactorNeeded(BaseModel):
    """The password fits; the account asks for more."""

    challenge: str = Field(repr=False, description="Send it back with the code, within ten minutes")
    methods: list[SecondFactor]
    expires_at: datetime
