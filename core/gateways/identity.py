"""Signing in with Google, LinkedIn (OpenID Connect) and GitHub (OAuth 2), by authlib.

What differs between them: Google echoes the nonce, LinkedIn does not (so its id_token is checked without one) and
takes the client secret in the form only; GitHub has no id_token, answers errors with status 200, and hides the
address behind a second call. Where PKCE is supported (Google, GitHub) it is used.

Errors: `Unauthenticated` (provider_refused) when the provider does not vouch for the person, `VendorUnavailable`.
"""

import logging
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict

from core.errors import NotFound, Unauthenticated, VendorUnavailable
from core.settings import Settings

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 10.0
_CLOCK_SKEW_SECONDS = 60
_METADATA_SECONDS = 3600.0


class Provider(StrEnum):
    GOOGLE = "google"
    LINKEDIN = "linkedin"
    GITHUB = "github"


class ExternalIdentity(BaseModel):
    """Who a provider says somebody is. `email_verified` is the provider's word; without it the address proves
    nothing."""

    model_config = ConfigDict(frozen=True)

    provider: Provider
    subject: str
    email: str | None
    email_verified: bool
    name: str | None


@dataclass(frozen=True, slots=True)
class Client:
    """Our registration at one provider. `issuer` is where its metadata is; for GitHub, its site."""

    provider: Provider
    client_id: str
    client_secret: str
    issuer: str
    api: str = ""

    @property
    def scope(self) -> str:
        return "read:user user:email" if self.provider is Provider.GITHUB else "openid email profile"

    @property
    def uses_pkce(self) -> bool:
        return self.provider is not Provider.LINKEDIN

    @property
    def echoes_nonce(self) -> bool:
        return self.provider is Provider.GOOGLE


_SITES = {
    Provider.GOOGLE: ("https://accounts.google.com", ""),
    Provider.LINKEDIN: ("https://www.linkedin.com/oauth", ""),
    Provider.GITHUB: ("https://github.com", "https://api.github.com"),
}


def _clients(settings: Settings) -> dict[Provider, Client]:
    clients = {}
    for provider, (issuer, api) in _SITES.items():
        client_id = getattr(settings, f"{provider.value}_client_id")
        secret = getattr(settings, f"{provider.value}_client_secret")
        if client_id and secret:
            clients[provider] = Client(provider, client_id, secret.get_secret_value(), issuer, api)
        elif settings.identity_base_url:
            base = f"{settings.identity_base_url}/{provider.value}"
            clients[provider] = Client(provider, "sextant", "sandbox-secret", base, base)
    return clients


class IdentityGateway:
    """The providers that this deployment is registered at."""

    def __init__(self, clients: dict[Provider, Client]) -> None:
        self._clients = clients
        self._http = httpx2.AsyncClient(timeout=_TIMEOUT_SECONDS)
        self._cached: dict[str, tuple[float, dict[str, Any]]] = {}

    @classmethod
    def from_settings(cls, settings: Settings) -> "IdentityGateway":
        """From GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET and so on; or the stand-in for those without."""
        return cls(_clients(settings))

    async def close(self) -> None:
        await self._http.aclose()

    def providers(self) -> list[Provider]:
        """Those that can be used."""
        return sorted(self._clients)

    async def authorization_url(
        self, provider: Provider, *, redirect_uri: str, state: str, nonce: str, verifier: str
    ) -> str:
        """Where to send the browser."""
        client = self._client(provider)
        endpoint = (await self._metadata(client))["authorization_endpoint"]
        extra = {"nonce": nonce} if client.echoes_nonce else {}
        async with self._session(client, redirect_uri) as oauth:
            url, _ = oauth.create_authorization_url(
                endpoint, state=state, code_verifier=verifier if client.uses_pkce else None, **extra
            )
        return str(url)

    async def identify(
        self, provider: Provider, *, redirect_uri: str, code: str, nonce: str, verifier: str
    ) -> ExternalIdentity:
        """Exchange the code and ask who it is for."""
        client = self._client(provider)
        metadata = await self._metadata(client)
        extra = {"code_verifier": verifier} if client.uses_pkce else {}
        try:
            async with self._session(client, redirect_uri) as oauth:
                token = await oauth.fetch_token(
                    metadata["token_endpoint"], grant_type="authorization_code", code=code, **extra
                )
                if provider is Provider.GITHUB:
                    return await self._github(client, oauth)
                return await self._openid(client, metadata, token, nonce)
        except OAuthError as error:
            log.info("%s refused a sign-in: %s", provider.value, error.error)
            raise _refused(provider) from error
        except httpx2.HTTPError as error:
            raise _unavailable(provider) from error

    async def _openid(
        self, client: Client, metadata: dict[str, Any], token: dict[str, Any], nonce: str
    ) -> ExternalIdentity:
        claims = await self._verified_claims(client, metadata, str(token.get("id_token") or ""))
        if client.echoes_nonce and claims.get("nonce") != nonce:
            log.warning("%s: an id_token came with another nonce", client.provider.value)
            raise _refused(client.provider)
        email = claims.get("email")
        return ExternalIdentity(
            provider=client.provider,
            subject=str(claims["sub"]),
            email=email if isinstance(email, str) else None,
            # LinkedIn has been seen to send the word instead of the value.
            email_verified=claims.get("email_verified") in (True, "true"),
            name=claims.get("name") if isinstance(claims.get("name"), str) else None,
        )

    async def _verified_claims(
        self, client: Client, metadata: dict[str, Any], id_token: str
    ) -> dict[str, Any]:
        issuers = [metadata["issuer"], metadata["issuer"].removeprefix("https://")]
        registry = jwt.JWTClaimsRegistry(
            leeway=_CLOCK_SKEW_SECONDS,
            iss={"essential": True, "values": issuers},
            aud={"essential": True, "value": client.client_id},
            sub={"essential": True},
            exp={"essential": True},
        )
        for fresh in (False, True):
            keys = await self._json(metadata["jwks_uri"], fresh=fresh)
            try:
                decoded = jwt.decode(id_token, KeySet.import_key_set(keys), algorithms=["RS256", "ES256"])  # type: ignore[arg-type]
                registry.validate(decoded.claims)
            except (JoseError, ValueError) as error:
                # The provider may have changed its keys since they were read.
                if fresh:
                    log.warning("%s: an id_token does not verify: %s", client.provider.value, error)
                    raise _refused(client.provider) from error
            else:
                return dict(decoded.claims)
        raise AssertionError("unreachable: the second attempt returns or raises")

    async def _github(self, client: Client, oauth: AsyncOAuth2Client) -> ExternalIdentity:
        headers = {"Accept": "application/vnd.github+json"}
        user = (await oauth.get(f"{client.api}/user", headers=headers)).raise_for_status().json()
        emails = (await oauth.get(f"{client.api}/user/emails", headers=headers)).raise_for_status().json()
        primary = next((entry for entry in emails if entry.get("primary")), None)
        return ExternalIdentity(
            provider=client.provider,
            subject=str(user["id"]),
            email=primary["email"] if primary else None,
            email_verified=bool(primary and primary.get("verified")),
            name=user.get("name") or user.get("login"),
        )

    def _client(self, provider: Provider) -> Client:
        client = self._clients.get(provider)
        if client is None:
            raise NotFound("Signing in with this provider is not set up here.", code="provider_unknown")
        return client

    def _session(self, client: Client, redirect_uri: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client.client_id,
            client.client_secret,
            scope=client.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256" if client.uses_pkce else None,
            token_endpoint_auth_method=(
                "client_secret_basic" if client.provider is Provider.GOOGLE else "client_secret_post"
            ),
            timeout=_TIMEOUT_SECONDS,
        )

    async def _metadata(self, client: Client) -> dict[str, Any]:
        if client.provider is Provider.GITHUB:
            return {
                "authorization_endpoint": f"{client.issuer}/login/oauth/authorize",
                "token_endpoint": f"{client.issuer}/login/oauth/access_token",
            }
        try:
            return await self._json(f"{client.issuer}/.well-known/openid-configuration")
        except (httpx2.HTTPError, ValueError) as error:
            raise _unavailable(client.provider) from error

    async def _json(self, url: str, *, fresh: bool = False) -> dict[str, Any]:
        read_at, document = self._cached.get(url, (0.0, {}))
        if fresh or not document or time.monotonic() - read_at > _METADATA_SECONDS:
            document = (await self._http.get(url)).raise_for_status().json()
            self._cached[url] = (time.monotonic(), document)
        return document


def _refused(provider: Provider) -> Unauthenticated:
    return Unauthenticated(
        f"{_NAMES[provider]} did not confirm who you are. Try again.",
        code="provider_refused",
        provider=provider.value,
    )


def _unavailable(provider: Provider) -> VendorUnavailable:
    return VendorUnavailable(
        f"{_NAMES[provider]} cannot be reached right now. Try again, or sign in another way.",
        vendor=provider.value,
    )


_NAMES = {Provider.GOOGLE: "Google", Provider.LINKEDIN: "LinkedIn", Provider.GITHUB: "GitHub"}
