"""Passkeys (WebAuthn): a sign-in of its own, and so also the second factor and the step-up of who has one.

User verification is required, so a passkey is possession and a PIN or biometric in one. A challenge is a single-use
token, known to the server alone until it is answered.
"""

import ipaddress
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from webauthn.helpers import base64url_to_bytes, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from core.actor import Actor, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from core.security import hash_token
from core.settings import settings
from models.accounts import Passkey, User
from services.accounts import factors, letters, repository, service, sessions, single_use, stepup, totp
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.passkey_schemas import (
    PasskeyAdded,
    PasskeyChallenge,
    PasskeyCredential,
    PasskeyList,
    PasskeyRead,
)
from services.accounts.schemas import NO_DEVICE, Device, RecoveryCodes, SessionStarted
from services.accounts.single_use import Purpose

MOST = 20
NAME = "Sextant"


def relying_party() -> tuple[str, str]:
    """The name passkeys are bound to, and the origin they are used at. Browsers refuse addresses of numbers, so a
    loopback address becomes `localhost`."""
    parts = urlsplit(settings().base_url)
    host = parts.hostname or "localhost"
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if loopback:
        return "localhost", f"{parts.scheme}://localhost" + (f":{parts.port}" if parts.port else "")
    return host, f"{parts.scheme}://{parts.netloc}"


async def begin_registration(session: AsyncSession, actor: Actor) -> PasskeyChallenge:
    """The options for `navigator.credentials.create`. Raises `Forbidden` (step_up_required), `Conflict`."""
    await stepup.require(session, actor)
    user = await _locked(session, actor.user_id)
    existing = await repository.passkeys(session, user.id)
    if len(existing) >= MOST:
        raise Conflict(f"You have {MOST} passkeys. Remove one first.", code="too_many_passkeys")
    issued = await single_use.issue(session, Purpose.PASSKEY_REGISTRATION, user_id=user.id)
    options = webauthn.generate_registration_options(
        rp_id=relying_party()[0],
        rp_name=NAME,
        user_id=user.id.bytes,
        user_name=user.email or user.name,
        user_display_name=user.name,
        challenge=hash_token(issued.token),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=row.credential_id, transports=_transports(row.transports))
            for row in existing
        ],
    )
    return PasskeyChallenge(
        challenge=issued.token, options=options_to_json_dict(options), expires_at=issued.expires_at
    )


async def finish_registration(
    session: AsyncSession,
    actor: Actor,
    challenge: str,
    name: str,
    credential: PasskeyCredential,
    *,
    device: Device = NO_DEVICE,
) -> PasskeyAdded:
    """Store the passkey. The first second factor of an account comes with recovery codes, shown this once.

    Raises as `single_use.redeem`; `InvalidInput` (passkey_refused); `Conflict` (passkey_known)."""
    await stepup.require(session, actor)
    row = await single_use.redeem(session, Purpose.PASSKEY_REGISTRATION, challenge)
    if row.user_id != actor.user_id:
        raise NotFound("This challenge is not yours.", code="link_unknown")
    rp_id, origin = relying_party()
    try:
        verified = webauthn.verify_registration_response(
            credential=credential.model_dump(mode="json", by_alias=True, exclude_none=True),
            expected_challenge=hash_token(challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InvalidInput("This passkey was not accepted. Try again.", code="passkey_refused") from error
    user = await _locked(session, actor.user_id)
    first = not await factors.methods(session, user.id)
    passkey = Passkey(
        user_id=user.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        transports=[each.value for each in _transports(credential.response.transports or [])],
        backed_up=verified.credential_backed_up,
    )
    try:
        async with session.begin_nested():
            session.add(passkey)
    except IntegrityError as error:
        raise Conflict("This passkey is registered already.", code="passkey_known") from error
    await session.refresh(passkey)
    await letters.write(
        session, LetterKind.TWO_FACTOR_ON, user, method="passkey", link=letters.page("/settings/security")
    )
    record(session, SecurityEvent.PASSKEY_ADDED, user.id, device=device, passkey=str(passkey.id))
    codes: RecoveryCodes | None = None
    if first:
        codes = await totp.new_recovery_codes(session, actor, device=device)
    return PasskeyAdded(passkey=_read(passkey), recovery_codes=codes.codes if codes else None)


async def begin_sign_in(session: AsyncSession) -> PasskeyChallenge:
    """The options for `navigator.credentials.get`; they name no account, so they tell nothing."""
    issued = await single_use.issue(session, Purpose.PASSKEY_SIGN_IN)
    options = webauthn.generate_authentication_options(
        rp_id=relying_party()[0],
        challenge=hash_token(issued.token),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return PasskeyChallenge(
        challenge=issued.token, options=options_to_json_dict(options), expires_at=issued.expires_at
    )


async def finish_sign_in(
    db: Database,
    actor: Actor | None,
    challenge: str,
    credential: PasskeyCredential,
    *,
    device: Device = NO_DEVICE,
) -> SessionStarted:
    """A session of the passkey's owner; in a session of theirs already, the step-up of that.

    Raises as `single_use.redeem`; `Unauthenticated` (passkey_refused) for an unknown passkey, a wrong signature, or a
    counter that went back, which is what a copied authenticator shows."""
    async with db.transaction() as session:
        await single_use.redeem(session, Purpose.PASSKEY_SIGN_IN, challenge)
    async with db.transaction() as session:
        row = await repository.passkey(session, _bytes(credential.raw_id))
        if row is None or not _verify(row, challenge, credential):
            raise Unauthenticated(
                "This passkey was not accepted. Sign in another way, and check your passkeys in the settings.",
                code="passkey_refused",
            )
        user = await repository.user(session, row.user_id, lock=True)
        if user is None:
            raise Unauthenticated("This account no longer exists.")
        if actor is not None and actor.session_id is not None and actor.user_id == user.id:
            renewed = await sessions.prove(session, user, actor.session_id, method="passkey")
            if renewed is not None:
                record(session, SecurityEvent.STEPPED_UP, user.id, device=device, method="passkey")
                return renewed
        return await service.enter(session, actor, user, method="passkey", device=device)


async def list_own(session: AsyncSession, actor: Actor) -> PasskeyList:
    """The actor's passkeys, oldest first."""
    actor.require(Scope.ACCOUNT_READ)
    return PasskeyList(items=[_read(row) for row in await repository.passkeys(session, actor.user_id)])


async def remove(
    session: AsyncSession, actor: Actor, passkey_id: UUID, *, device: Device = NO_DEVICE
) -> None:
    """Raises `NotFound`; `Conflict` (last_sign_in_method) when nothing else signs in; `Forbidden` (step_up_required)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    user = await _locked(session, actor.user_id)
    rows = await repository.passkeys(session, user.id)
    row = next((row for row in rows if row.id == passkey_id), None)
    if row is None:
        raise NotFound("There is no such passkey.")
    if user.password_hash is None and len(rows) == 1 and not await repository.identities(session, user.id):
        raise Conflict("This is your only way to sign in. Set a password first.", code="last_sign_in_method")
    await session.delete(row)
    await session.flush()
    if not await factors.methods(session, user.id):
        await repository.delete_recovery_codes(session, user.id)
    await letters.write(
        session, LetterKind.TWO_FACTOR_OFF, user, method="passkey", link=letters.page("/settings/security")
    )
    record(session, SecurityEvent.PASSKEY_REMOVED, user.id, device=device, passkey=str(passkey_id))


def _verify(row: Passkey, challenge: str, credential: PasskeyCredential) -> bool:
    handle = credential.response.user_handle
    if handle is not None and _bytes(handle) != row.user_id.bytes:
        return False
    rp_id, origin = relying_party()
    try:
        verified = webauthn.verify_authentication_response(
            credential=credential.model_dump(mode="json", by_alias=True, exclude_none=True),
            expected_challenge=hash_token(challenge),
            expected_rp_id=rp_id,
            expected_origin=origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    row.sign_count, row.backed_up, row.last_used_at = (
        verified.new_sign_count,
        verified.credential_backed_up,
        now(),
    )
    return True


def _bytes(text: str) -> bytes:
    try:
        return base64url_to_bytes(text)
    except ValueError:
        return b""


def _transports(names: list[str]) -> list[AuthenticatorTransport]:
    known = {each.value for each in AuthenticatorTransport}
    return [AuthenticatorTransport(name) for name in names if name in known]


async def _locked(session: AsyncSession, user_id: UUID) -> User:
    user = await repository.user(session, user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    return user


def _read(row: Passkey) -> PasskeyRead:
    return PasskeyRead(
        id=row.id,
        name=row.name,
        backed_up=row.backed_up,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
    )
