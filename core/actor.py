"""Who is acting. Every rule takes an `Actor`; doors build it from a session, a token or a job, never from input."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.errors import Forbidden, SignUpRequired


class Role(StrEnum):
    """What an account is. A guest has not signed up yet; SYSTEM is a job or an operator's command."""

    GUEST = "guest"
    USER = "user"
    CTO = "cto"
    ADMIN = "admin"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class Scope(StrEnum):
    """What an actor may do. Sessions carry all scopes of their role; an API token carries those it was made with."""

    ACCOUNT_READ = "account:read"
    ACCOUNT_WRITE = "account:write"
    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    EXPERTS_READ = "experts:read"
    EXPERTS_WRITE = "experts:write"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    BILLING_READ = "billing:read"
    BILLING_WRITE = "billing:write"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    FILES_READ = "files:read"
    FILES_WRITE = "files:write"
    ADMIN = "admin"


ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.GUEST: frozenset(
        {
            Scope.ACCOUNT_READ,
            Scope.PROJECTS_READ,
            Scope.PROJECTS_WRITE,
            Scope.EXPERTS_READ,
            Scope.BOOKINGS_READ,
            Scope.CONVERSATIONS_READ,
            Scope.CONVERSATIONS_WRITE,
            Scope.FILES_READ,
        }
    ),
    Role.USER: frozenset(Scope) - {Scope.ADMIN},
    Role.CTO: frozenset(Scope) - {Scope.ADMIN},
    Role.ADMIN: frozenset(Scope),
    Role.ASSISTANT: frozenset(),
    Role.SYSTEM: frozenset(Scope),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """The identity a rule is run for. `expires_at`: when the session or token ends that it was proved by."""

    user_id: UUID
    role: Role
    scopes: frozenset[Scope] = field(default_factory=frozenset)
    session_id: UUID | None = None
    timezone: str = "UTC"
    locale: str = "en"
    expires_at: datetime | None = None

    @property
    def is_guest(self) -> bool:
        return self.role is Role.GUEST

    @property
    def is_admin(self) -> bool:
        """Whether an operator is acting as one: a token of theirs without that scope is not."""
        return self.role in (Role.ADMIN, Role.SYSTEM) and Scope.ADMIN in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise unless the actor holds `scope`. Guests are told to sign up where signing up would grant it."""
        if scope in self.scopes:
            return
        if self.is_guest and scope in ROLE_SCOPES[Role.USER]:
            raise SignUpRequired(
                "Sign up or sign in to do this. Your conversation is kept.", scope=scope.value
            )
        if scope is Scope.ADMIN and self.role is Role.ADMIN and self.session_id is not None:
            raise Forbidden(
                "Operators need a second factor. Set one up in your security settings first.",
                code="second_factor_required",
            )
        raise Forbidden("You are not allowed to do this.", scope=scope.value)

    def require_account(self) -> None:
        """Raise `SignUpRequired` for guests."""
        if self.is_guest:
            raise SignUpRequired("Sign up or sign in to do this. Your conversation is kept.")


# Somebody who looks at what is public, without a session.
VISITOR = Actor(UUID(int=0), Role.GUEST, frozenset({Scope.EXPERTS_READ}))
