"""The audit log: security events, written in the transaction that caused them and never changed."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from models.accounts import AuditEntry
from services.accounts.schemas import NO_DEVICE, Device


class SecurityEvent(StrEnum):
    SIGNED_UP = "signed_up"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSION_REVOKED = "session_revoked"
    STEPPED_UP = "stepped_up"
    STEP_UP_FAILED = "step_up_failed"
    EMAIL_VERIFIED = "email_verified"
    EMAIL_CHANGED = "email_changed"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    EMAIL_CHANGE_UNDONE = "email_change_undone"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET_REQUESTED = "password_reset_requested"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    TOTP_ENABLED = "totp_enabled"
    TOTP_DISABLED = "totp_disabled"
    SECOND_FACTOR_FAILED = "second_factor_failed"
    RECOVERY_CODE_USED = "recovery_code_used"
    RECOVERY_CODES_CREATED = "recovery_codes_created"
    PASSKEY_ADDED = "passkey_added"
    PASSKEY_REMOVED = "passkey_removed"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    API_TOKEN_CREATED = "api_token_created"  # noqa: S105
    API_TOKEN_REVOKED = "api_token_revoked"  # noqa: S105
    ROLE_CHANGED = "role_changed"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    DATA_EXPORTED = "data_exported"
    DELETION_REQUESTED = "deletion_requested"
    DELETION_CANCELLED = "deletion_cancelled"
    DELETED = "deleted"


def record(
    session: AsyncSession,
    event: SecurityEvent,
    user_id: UUID | None,
    *,
    actor_id: UUID | None = None,
    device: Device = NO_DEVICE,
    **data: Any,
) -> None:
    """Add an entry about `user_id`, done by `actor_id` (by default the same person). `data` holds no secrets."""
    session.add(
        AuditEntry(
            event=event.value,
            user_id=user_id,
            actor_id=actor_id or user_id,
            ip=device.ip,
            user_agent=device.user_agent[:300] if device.user_agent else None,
            data=data,
        )
    )
