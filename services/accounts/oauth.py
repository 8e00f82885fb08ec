"""Signing in with Google, LinkedIn or GitHub, and connecting such an account to one's own.

What starts in one browser ends in the same one: the state is bound to a cookie, used once, and names the provider.
An address counts only when the provider has verified it; an identity without that never reaches an account by it.
"""

import hmac
import re
import secrets
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Role, Scope
from core.clock import now
from core.db import Database
from core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from core.gateways import gateways
from core.gateways.identity import ExternalIdentity, Provider
from core.ids import new_id
from core.security import hash_token, keys, new_token
from core.settings import settings
from models.accounts import Identity, SingleUseToken, User
from services.accounts import letters, repository, service, sessions, single_use, stepup
from services.accounts.addresses import claim
from services.accounts.audit import SecurityEvent, record
from services.accounts.letters import LetterKind
from services.accounts.profiles import tell_changed
from services.accounts.schemas import (
    NO_DEVICE,
    Device,
    IdentityList,
    IdentityRead,
    OAuthStarted,
    ProviderList,
    SecondFactorNeeded,
    SessionStarted,
)
from services.accounts.single_use import Purpose

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\x00-\x20\\]{0,499}")


def providers() -> ProviderList:
    """The providers that people can sign in with here."""
    return ProviderList(items=list(gateways().identity.providers()))


async def start(
    db: Database, actor: Actor | None, provider: Provider, *, return_to: str = "/", link: bool = False
) -> OAuthStarted:
    """Where to send the browser, and what its cookie must hold until it is back. With `link`, the identity will be
    connected to the actor's account, which needs a fresh step-up."""
    binding, nonce, verifier = new_token(), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    async with db.transaction() as session:
        if link:
            if actor is None:
                raise Unauthenticated("Sign in to connect an account.")
            actor.require(Scope.ACCOUNT_WRITE)
            await stepup.require(session, actor)
        issued = await single_use.issue(
            session,
            Purpose.OAUTH,
            user_id=actor.user_id if link and actor else None,
            data={
                "provider": provider.value,
                "binding": hash_token(binding).hex(),
                "nonce": nonce,
                "verifier": keys().encrypt(verifier),
                "return_to": return_to if _LOCAL_PATH.fullmatch(return_to) else "/",
                "link": link,
            },
        )
    url = await gateways().identity.authorization_url(
        provider, redirect_uri=callback_url(provider), state=issued.token, nonce=nonce, verifier=verifier
    )
    return OAuthStarted(url=url, binding=binding)


async def finish(
    db: Database,
    actor: Actor | None,
    provider: Provider,
    *,
    state: str,
    code: str | None,
    binding: str | None,
    device: Device = NO_DEVICE,
) -> tuple[SessionStarted | SecondFactorNeeded | IdentityRead, str]:
    """The browser is back: a session, a second factor to ask for, or the identity that is now connected; and the
    path to go on to.

    Raises as `single_use.redeem` for the state; `Unauthenticated` (other_browser, denied, provider_refused);
    `Conflict` (email_unverified, identity_in_use, provider_linked)."""
    async with db.transaction() as session:
        row = await single_use.redeem(session, Purpose.OAUTH, state)
        _check_browser(row, provider, binding)
    if code is None:
        raise Unauthenticated("You did not agree, so nothing was done.", code="denied")
    external = await gateways().identity.identify(
        provider,
        redirect_uri=callback_url(provider),
        code=code,
        nonce=row.data["nonce"],
        verifier=keys().decrypt(row.data["verifier"]),
    )
    return_to: str = row.data["return_to"]
    async with db.transaction() as session:
        if row.data["link"]:
            if actor is None or actor.user_id != row.user_id:
                raise Forbidden("Sign in to your account, then connect again.", code="other_browser")
            return await _connect(session, actor, external, device), return_to
        return await _sign_in(session, actor, external, device), return_to


def callback_url(provider: Provider) -> str:
    """What is registered at the provider."""
    return f"{settings().base_url}/api/v1/oauth/{provider.value}/callback"


def _check_browser(row: SingleUseToken, provider: Provider, binding: str | None) -> None:
    expected = bytes.fromhex(row.data["binding"])
    if row.data["provider"] != provider.value or not hmac.compare_digest(expected, hash_token(binding or "")):
        raise Unauthenticated(
            "This sign-in began in another browser. Begin again in this one.", code="other_browser"
        )


async def _sign_in(
    session: AsyncSession, actor: Actor | None, external: ExternalIdentity, device: Device
) -> SessionStarted | SecondFactorNeeded:
    method = f"oauth:{external.provider.value}"
    known = await repository.identity(session, external.provider.value, external.subject)
    if known is not None:
        known.last_used_at, known.email = now(), external.email
        user = await repository.user(session, known.user_id, lock=True)
        if user is None:
            raise Unauthenticated("This account no longer exists.")
        return await service.enter_or_ask(session, actor, user, method=method, device=device)
    if external.email is None or not external.email_verified:
        raise Conflict(
            "The provider has not verified your e-mail address. Verify it there, or sign in another way.",
            code="email_unverified",
        )
    owner = await repository.owner_of_email(session, external.email)
    if owner is not None:
        user = await repository.user(session, owner.id, lock=True)
        if user is None:
            raise Unauthenticated("This account no longer exists.")
        await _attach(session, user, external, device)
        return await service.enter_or_ask(session, actor, user, method=method, device=device)
    return await _sign_up(session, actor, external, method, device)


async def _sign_up(
    session: AsyncSession, actor: Actor | None, external: ExternalIdentity, method: str, device: Device
) -> SessionStarted:
    """A new account, or the one the person is already in: a guest's, or an unverified one with the same address."""
    assert external.email is not None, "checked by the caller"
    user = await repository.user(session, actor.user_id, lock=True) if actor and actor.session_id else None
    if user is not None and not _becomes(user, external.email):
        user = None
    created = user is None or user.role == Role.GUEST.value
    if user is None:
        user = User(id=new_id(), timezone="UTC", locale="en")
        session.add(user)
    if created:
        changes: dict[str, Any] = {
            "name": _name(external),
            "role": Role.USER.value,
            "signed_up_at": now(),
            "email": external.email,
        }
        for field, value in changes.items():
            setattr(user, field, value)
    user.email_verified_at = now()
    await claim(session, user)
    await session.refresh(user)
    if created:
        record(session, SecurityEvent.SIGNED_UP, user.id, device=device, method=method)
    await _attach(session, user, external, device, tell=not created)
    tell_changed(session, user)
    started = None
    if actor is not None and actor.session_id is not None and actor.user_id == user.id:
        started = await sessions.prove(session, user, actor.session_id, method=method)
    elif actor is not None:
        await sessions.sign_out(session, actor, device=device)
    return started or await sessions.begin(session, user, method=method, device=device)


def _becomes(user: User, email: str) -> bool:
    if user.role == Role.GUEST.value:
        return True
    return user.email_verified_at is None and (user.email or "").casefold() == email.casefold()


def _name(external: ExternalIdentity) -> str:
    name = re.sub(r"[\x00-\x1f\x7f<>]+", " ", external.name or "").strip()[:120]
    return name or (external.email or "").partition("@")[0][:120]


async def _connect(
    session: AsyncSession, actor: Actor, external: ExternalIdentity, device: Device
) -> IdentityRead:
    known = await repository.identity(session, external.provider.value, external.subject)
    if known is not None and known.user_id != actor.user_id:
        raise Conflict("That account is connected to another person here.", code="identity_in_use")
    user = await repository.user(session, actor.user_id, lock=True)
    if user is None:
        raise NotFound("This account no longer exists.")
    return _read(known or await _attach(session, user, external, device))


async def _attach(
    session: AsyncSession, user: User, external: ExternalIdentity, device: Device, *, tell: bool = True
) -> Identity:
    if any(row.provider == external.provider.value for row in await repository.identities(session, user.id)):
        raise Conflict(
            "Another account at this provider is connected already. Disconnect it first.",
            code="provider_linked",
        )
    row = Identity(
        user_id=user.id,
        provider=external.provider.value,
        subject=external.subject,
        email=external.email,
        last_used_at=now(),
    )
    session.add(row)
    await session.flush()
    await session.refresh(row)
    if tell:
        await letters.write(
            session,
            LetterKind.IDENTITY_LINKED,
            user,
            provider=external.provider.value,
            link=letters.page("/settings/connections"),
        )
    record(session, SecurityEvent.IDENTITY_LINKED, user.id, device=device, provider=external.provider.value)
    return row


async def list_own(session: AsyncSession, actor: Actor) -> IdentityList:
    """The actor's connected accounts."""
    actor.require(Scope.ACCOUNT_READ)
    return IdentityList(items=[_read(row) for row in await repository.identities(session, actor.user_id)])


async def disconnect(
    session: AsyncSession, actor: Actor, provider: Provider, *, device: Device = NO_DEVICE
) -> None:
    """Raises `NotFound`; `Conflict` (last_sign_in_method) when nothing else signs in; `Forbidden` (step_up_required)."""
    actor.require(Scope.ACCOUNT_WRITE)
    await stepup.require(session, actor)
    user = await repository.user(session, actor.user_id, lock=True)
    rows = await repository.identities(session, actor.user_id)
    row = next((row for row in rows if row.provider == provider.value), None)
    if user is None or row is None:
        raise NotFound("That provider is not connected.")
    passkeys = await repository.passkeys(session, actor.user_id)
    if user.password_hash is None and len(rows) == 1 and not passkeys:
        raise Conflict("This is your only way to sign in. Set a password first.", code="last_sign_in_method")
    await session.delete(row)
    record(session, SecurityEvent.IDENTITY_UNLINKED, actor.user_id, device=device, provider=provider.value)


def _read(row: Identity) -> IdentityRead:
    return IdentityRead(
        provider=Provider(row.provider),
        email=row.email,
        linked_at=row.created_at,
        last_used_at=row.last_used_at,
    )
