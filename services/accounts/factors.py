"""Second factors by code: an authenticator app (TOTP, RFC 6238), and recovery codes for the day it is lost.

A code of the app works once, also within its half minute; the clocks may differ by one step.
"""

import secrets
from uuid import UUID

import pyotp
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import ROLE_SCOPES, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Unauthenticated
from core.security import keys
from core.settings import settings
from models.accounts import TotpSecret
from services.accounts import letters, repository
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.schemas import NO_DEVICE, Device, SecondFactor

STEP_SECONDS = 30
SKEW_STEPS = 1


async def methods(session: AsyncSession, user_id: UUID) -> list[SecondFactor]:
    """The second factors that signing in accepts; empty where it asks for none."""
    totp, passkeys, codes = await repository.second_factors(session, user_id)
    found: list[SecondFactor] = []
    if totp:
        found.append("totp")
    if passkeys:
        found.append("passkey")
    if found and codes:
        found.append("recovery_code")
    return found


def scopes(role: Role, *, proven: bool) -> frozenset[Scope]:
    """What a session of `role` may do. An operator who has no second factor operates nothing, where that is asked for."""
    held = ROLE_SCOPES[role]
    return held if proven or not settings().operators_need_second_factor else held - {Scope.ADMIN}


async def check_code(db: Database, user_id: UUID, code: str, *, device: Device = NO_DEVICE) -> SecondFactor:
    """Use up a code of the app or a recovery code. Raises `Unauthenticated` (wrong_code); the caller limits attempts."""
    async with db.transaction() as session:
        used = await _use(session, user_id, code)
        if used is None:
            record(session, SecurityEvent.SECOND_FACTOR_FAILED, user_id, device=device)
        elif used == "recovery_code":
            await _tell_used(session, user_id, device)
    if used is None:
        raise wrong_code()
    return used


async def _use(session: AsyncSession, user_id: UUID, code: str) -> SecondFactor | None:
    plain = plain_code(code)
    if plain.isdigit() and len(plain) == 6:
        row = await repository.totp(session, user_id, lock=True)
        return "totp" if row is not None and row.confirmed_at is not None and accept(row, plain) else None
    hashes = keys().fingerprints("recovery code", plain)
    return "recovery_code" if await repository.use_recovery_code(session, user_id, hashes, at=now()) else None


def accept(row: TotpSecret, code: str) -> bool:
    """Whether `code` belongs to this step or a neighbour that is newer than the last one used; that one is now used."""
    totp = pyotp.TOTP(keys().decrypt(row.secret))
    current = int(now().timestamp()) // STEP_SECONDS
    for step in range(current - SKEW_STEPS, current + SKEW_STEPS + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS), plain_code(code)) and step > row.last_step:
            row.last_step = step
            return True
    return False


async def _tell_used(session: AsyncSession, user_id: UUID, device: Device) -> None:
    record(session, SecurityEvent.RECOVERY_CODE_USED, user_id, device=device)
    user = await repository.user(session, user_id)
    if user is not None:
        left = await repository.count_recovery_codes(session, user_id)
        await letters.write(
            session,
            LetterKind.RECOVERY_CODE_USED,
            user,
            left=str(left),
            link=letters.page("/settings/security"),
        )


def wrong_code() -> Unauthenticated:
    return Unauthenticated(
        "This code is wrong or was used already. Wait for the next one, and check your device's clock.",
        code="wrong_code",
    )


def plain_code(code: str) -> str:
    """A code without what people put into it: spaces, dashes, capitals."""
    # Non-ASCII digits would pass isdigit() and break compare_digest.
    return "".join(c for c in code.casefold() if c.isascii() and c.isalnum())
