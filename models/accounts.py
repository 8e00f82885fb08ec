"""Accounts: people and their sessions, ways to sign in, API tokens, single-use tokens and the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, CiText, Identified, Timestamped


class User(Identified, Timestamped, Base):
    """A person, a guest who may become one, or the assistant.

    An address belongs to one account only once it is verified: anyone may type any address into the sign-up form,
    and neither an answer nor a lock may come from that.
    """

    __tablename__ = "users"

    email: Mapped[CiText | None]
    email_verified_at: Mapped[datetime | None]
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    password_changed_at: Mapped[datetime | None]
    timezone: Mapped[str] = mapped_column(String(64), server_default="UTC")
    locale: Mapped[str] = mapped_column(String(16), server_default="en")
    avatar_url: Mapped[str | None] = mapped_column(String(500))
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    signed_up_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    deletion_due_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    merged_into_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))

    __table_args__ = (
        CheckConstraint("role in ('guest', 'user', 'cto', 'admin', 'assistant')", name="role"),
        CheckConstraint(
            "role in ('guest', 'assistant') or email is not null or deleted_at is not null", name="email"
        ),
        Index(
            "uq_users_verified_email",
            "email",
            unique=True,
            postgresql_where=text("deleted_at is null and email_verified_at is not null"),
        ),
        Index("ix_users_email", "email", postgresql_where=text("deleted_at is null")),
        Index(
            "ix_users_deletion_due_at",
            "deletion_due_at",
            postgresql_where=text("deletion_due_at is not null"),
        ),
        Index(
            "ix_users_merged_into_id", "merged_into_id", postgresql_where=text("merged_into_id is not null")
        ),
    )


class Session(Identified, Timestamped, Base):
    """A signed-in (or guest) browser. Ending it deletes the row; the audit log remembers."""

    __tablename__ = "sessions"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    previous_token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    rotated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    method: Mapped[str] = mapped_column(String(32))
    authenticated_at: Mapped[datetime | None]
    user_agent: Mapped[str | None] = mapped_column(String(300))
    ip: Mapped[str | None] = mapped_column(String(45))
    last_seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SingleUseToken(Identified, Timestamped, Base):
    """Something that is good once and for a short time: a link in a mail, a started sign-in, a challenge."""

    __tablename__ = "single_use_tokens"

    purpose: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class ApiToken(Identified, Timestamped, Base):
    """A token for REST clients. `prefix` is the part that is shown in lists."""

    __tablename__ = "api_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_ip: Mapped[str | None] = mapped_column(String(45))


class Identity(Identified, Timestamped, Base):
    """An account at Google, LinkedIn or GitHub that signs its owner in here."""

    __tablename__ = "identities"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    provider: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(255))
    email: Mapped[CiText | None]
    last_used_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("provider", "subject"),
        UniqueConstraint("user_id", "provider"),
        CheckConstraint("provider in ('google', 'linkedin', 'github')", name="provider"),
    )


class TotpSecret(Timestamped, Base):
    """The seed of an authenticator app, encrypted. `last_step` is the newest time step used: none works twice."""

    __tablename__ = "totp_secrets"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(String(400))
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(server_default=text("0"))


class RecoveryCode(Identified, Base):
    """One of ten codes that stand in for a lost second factor, once each."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("user_id", "code_hash"),)


class Passkey(Identified, Timestamped, Base):
    """A WebAuthn credential."""

    __tablename__ = "passkeys"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    transports: Mapped[list[str]] = mapped_column(ARRAY(String(16)), server_default=text("'{}'"))
    backed_up: Mapped[bool] = mapped_column(server_default=text("false"))
    last_used_at: Mapped[datetime | None]


class AuditEntry(Identified, Base):
    """A security event. Append-only: a trigger refuses updates and deletes. Rows outlive the account they name."""

    __tablename__ = "audit_log"

    at: Mapped[datetime] = mapped_column(server_default=func.now())
    user_id: Mapped[UUID | None]
    actor_id: Mapped[UUID | None]
    event: Mapped[str] = mapped_column(String(60))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(300))
    data: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    __table_args__ = (
        Index("ix_audit_log_user_id_id", "user_id", "id"),
        Index("ix_audit_log_event_at", "event", "at"),
    )


class RateWindow(Base):
    """How often something was done in one stretch of time. Unlogged: after a crash the counts start at zero."""

    __tablename__ = "rate_windows"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    bucket: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hits: Mapped[float] = mapped_column(Double)
    expires_at: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = {"prefixes": ["UNLOGGED"]}


class Backoff(Base):
    """Failed attempts at something guessable, and until when the next one is refused."""

    __tablename__ = "backoffs"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
