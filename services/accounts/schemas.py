"""What goes into and comes out of the accounts room, passkeys apart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
)

from core.actor import Role, Scope
from core.gateways.identity import Provider as Provider

# Names of no place: the machine's own zone, which browsers do not know, and none at all.
_TIMEZONES = frozenset(available_timezones()) - {"localtime", "Factory"}


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

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=6, max_length=40)]


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
    authenticator_app: bool = Field(description="An authenticator app is set up")
    recovery_codes_left: int
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


class FinishSignIn(Input):
    """The second step of a sign-in: a code of the authenticator app, or a recovery code."""

    challenge: Token
    code: Code


class StepUp(Input):
    """Proof of who is there: the password, and a code where the account has a second factor."""

    password: Password | None = None
    code: Code | None = None


class ChangePassword(Input):
    current: Password | None = Field(None, description="Needed unless the account has no password yet")
    new: Password


class ForgotPassword(Input):
    email: Email


class ResetPassword(Input):
    token: Token
    password: Password


class ChangeEmail(Input):
    email: Email


class EmailChangeUndone(BaseModel):
    """The account has its address of before again. `reset_token` sets a new password, as a link of a mail would."""

    email: str
    reset_token: str = Field(repr=False)


class UseToken(Input):
    """The token of a link in a mail."""

    token: Token


class TotpSetup(BaseModel):
    """What an authenticator app needs. Nothing changes until a code is confirmed."""

    secret: str = Field(repr=False, description="Base32, for typing it in")
    uri: str = Field(repr=False, description="otpauth://…")
    qr_svg: str = Field(repr=False, description="data:image/svg+xml,… of the QR code")


class ConfirmTotp(Input):
    code: Code


class RecoveryCodes(BaseModel):
    """Shown once; only their hashes are stored."""

    codes: list[str] = Field(repr=False)


class SessionInfo(BaseModel):
    """A place where one is signed in."""

    id: UUID
    device: str
    ip: str | None
    method: str
    current: bool
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


class SessionList(BaseModel):
    items: list[SessionInfo]
    next_cursor: str | None = None


class CreateApiToken(Input):
    name: Annotated[Name, Field(max_length=80)]
    scopes: set[Scope] = Field(min_length=1, max_length=len(Scope))
    expires_in_days: int | None = Field(90, ge=1, le=366, description="null: it does not expire")


class ApiTokenRead(BaseModel):
    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class ApiTokenCreated(ApiTokenRead):
    token: str = Field(repr=False, description="Shown this once")


class ApiTokenList(BaseModel):
    items: list[ApiTokenRead]
    next_cursor: str | None = None


class AuditRead(BaseModel):
    """A security event of one's account."""

    id: UUID
    at: datetime
    event: str
    user_id: UUID | None
    actor_id: UUID | None
    ip: str | None
    device: str
    data: dict[str, Any]


class AuditPage(BaseModel):
    items: list[AuditRead]
    next_cursor: str | None


class DeletionRead(BaseModel):
    """A planned deletion. Cancel it before then to keep the account."""

    due_at: datetime


class ProviderList(BaseModel):
    """The providers that people can sign in with."""

    items: list[Provider]


class OAuthStarted(BaseModel):
    """Where to send the browser. `binding` goes into a cookie and is asked for when it comes back."""

    url: str
    binding: str = Field(repr=False)


class LinkStarted(BaseModel):
    """Where to send the browser to connect an account."""

    url: str


class IdentityRead(BaseModel):
    """An account at a provider that signs in here."""

    provider: Provider
    email: str | None
    linked_at: datetime
    last_used_at: datetime | None


class IdentityList(BaseModel):
    items: list[IdentityRead]
    next_cursor: str | None = None


class AccountRead(UserRead):
    """An account as operators see it."""

    suspended_at: datetime | None


class AccountPage(BaseModel):
    items: list[AccountRead]
    next_cursor: str | None = None


class Suspend(Input):
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class ChangeRole(Input):
    role: Literal[Role.USER, Role.CTO, Role.ADMIN]
