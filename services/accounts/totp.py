"""Setting up and removing the authenticator app, and the recovery codes that come with a second factor."""

import secrets

import pyotp
import segno
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor
from core.clock import now
from core.errors import Conflict, NotFound
from core.security import keys
from models.accounts import TotpSecret
from services.accounts import letters, repository, stepup
from services.accounts.audit import SecurityEvent, record
from services.accounts.factors import accept, methods, plain_code, wrong_code
from services.accounts.letters import LetterKind
from services.accounts.schemas import NO_DEVICE, Device, RecoveryCodes, TotpSetup

RECOVERY_CODES = 10
ISSUER = "Sextant"

# Without characters that look alike.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


async def begin(session: AsyncSession, actor: Actor) -> TotpSetup:
    """A new seed, which counts from the moment a code made with it is confirmed. Raises `Conflict` (totp_on)."""
    await stepup.require(session, actor)
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    row = await repository.totp(session, user.id)
    if row is not None and row.confirmed_at is not None:
        raise Conflict("An authenticator app is set up already. Remove it first.", code="totp_on")
    secret = pyotp.random_base32()
    if row is None:
        session.add(TotpSecret(user_id=user.id, secret=keys().encrypt(secret)))
    else:
        row.secret = keys().encrypt(secret)
    uri = pyotp.TOTP(secret).provisioning_uri(name=user.email or user.name, issuer_name=ISSUER)
    return TotpSetup(
        secret=secret, uri=uri, qr_svg=segno.make(uri, error="m").svg_data_uri(scale=5, border=2)
    )


async def confirm(
    session: AsyncSession, actor: Actor, code: str, *, device: Device = NO_DEVICE
) -> RecoveryCodes:
    """The app works: from now on signing in asks for a code. Returns the recovery codes, shown this once.

    Raises `Unauthenticated` (wrong_code), `Conflict` (totp_on, totp_not_begun)."""
    await stepup.require(session, actor)
    row = await repository.totp(session, actor.user_id, lock=True)
    if row is None:
        raise Conflict("Scan the QR code first.", code="totp_not_begun")
    if row.confirmed_at is not None:
        raise Conflict("An authenticator app is set up already.", code="totp_on")
    if not accept(row, code):
        raise wrong_code()
    row.confirmed_at = now()
    user = await repository.user(session, actor.user_id)
    if user is not None:
        await letters.write(
            session,
            LetterKind.TWO_FACTOR_ON,
            user,
            method="authenticator app",
            link=letters.page("/settings/security"),
        )
    record(session, SecurityEvent.TOTP_ENABLED, actor.user_id, device=device)
    return await new_recovery_codes(session, actor, device=device)


async def remove(session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE) -> None:
    """Signing in asks for no code of the app any more. Raises `NotFound` when there is none."""
    await stepup.require(session, actor)
    row = await repository.totp(session, actor.user_id, lock=True)
    if row is None or row.confirmed_at is None:
        raise NotFound("No authenticator app is set up.")
    await session.delete(row)
    await session.flush()
    if not await methods(session, actor.user_id):
        await repository.delete_recovery_codes(session, actor.user_id)
    user = await repository.user(session, actor.user_id)
    if user is not None:
        await letters.write(
            session,
            LetterKind.TWO_FACTOR_OFF,
            user,
            method="authenticator app",
            link=letters.page("/settings/security"),
        )
    record(session, SecurityEvent.TOTP_DISABLED, actor.user_id, device=device)


async def new_recovery_codes(
    session: AsyncSession, actor: Actor, *, device: Device = NO_DEVICE
) -> RecoveryCodes:
    """Ten fresh codes; the earlier ones stop working. Raises `Conflict` (two_factor_off) without a second factor."""
    await stepup.require(session, actor)
    await session.flush()
    if not await methods(session, actor.user_id):
        raise Conflict("Set up an authenticator app or a passkey first.", code="two_factor_off")
    codes = [_random_code() for _ in range(RECOVERY_CODES)]
    await repository.replace_recovery_codes(
        session, actor.user_id, [keys().fingerprint("recovery code", plain_code(code)) for code in codes]
    )
    record(session, SecurityEvent.RECOVERY_CODES_CREATED, actor.user_id, device=device)
    return RecoveryCodes(codes=codes)


def _random_code() -> str:
    # 24 of 31 characters are 118 bits: enough for a plain keyed hash, with no costly one at every try.
    text = "".join(secrets.choice(_ALPHABET) for _ in range(24))
    return "-".join(text[start : start + 6] for start in range(0, 24, 6))
