"""The providers' endpoints.

Google: OpenID Connect with discovery, nonce, PKCE. LinkedIn: OpenID Connect, the client secret in the form only, an
id_token without the nonce, `locale` as an object. GitHub: plain OAuth 2; errors of the token endpoint come with
status 200 and form-encoded unless JSON is asked for; `/user` hides the address, `/user/emails` wants its scope.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from sandbox.identity.people import ACCOUNTS, Account, typed
from sandbox.page import render

CLIENT_ID = "sextant"
CLIENT_SECRET = "sandbox-secret"  # noqa: S105
CODE_SECONDS = 60
NAMES = {"google": "Google", "linkedin": "LinkedIn", "github": "GitHub"}


@dataclass(frozen=True, slots=True)
class Grant:
    """A person's consent, on its way to becoming a token."""

    provider: str
    account: Account
    redirect_uri: str
    scope: str
    nonce: str | None
    challenge: str | None
    at: float


class IdentityApi:
    """The three providers under one base URL. Codes and tokens live in memory: a restart ends what is under way."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url
        self._key = RSAKey.generate_key(
            2048, parameters={"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"}
        )
        self._codes: dict[str, Grant] = {}
        self._tokens: dict[str, Grant] = {}

    def routes(self) -> list[Mount]:
        return [self._openid("google"), self._openid("linkedin"), self._github()]

    def _openid(self, provider: str) -> Mount:
        async def metadata(request: Request) -> Response:
            base = f"{self._base}/{provider}"
            return JSONResponse(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/userinfo",
                    "jwks_uri": f"{base}/jwks",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public" if provider == "google" else "pairwise"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    **({"code_challenge_methods_supported": ["S256"]} if provider == "google" else {}),
                }
            )

        async def jwks(request: Request) -> Response:
            return JSONResponse({"keys": [self._key.as_dict(private=False)]})

        async def userinfo(request: Request) -> Response:
            grant = self._bearer(request)
            if grant is None:
                return JSONResponse({"error": "invalid_token"}, 401)
            return JSONResponse(_claims(grant))

        return Mount(
            f"/{provider}",
            routes=[
                Route("/.well-known/openid-configuration", metadata),
                Route("/authorize", self._authorize(provider), methods=["GET", "POST"]),
                Route("/token", self._token(provider), methods=["POST"]),
                Route("/userinfo", userinfo),
                Route("/jwks", jwks),
            ],
        )

    def _github(self) -> Mount:
        async def user(request: Request) -> Response:
            grant = self._bearer(request)
            if grant is None:
                return JSONResponse({"message": "Bad credentials"}, 401)
            account = grant.account
            return JSONResponse(
                {"id": account.number, "login": account.login, "name": account.name, "email": None}
            )

        async def emails(request: Request) -> Response:
            grant = self._bearer(request)
            if grant is None:
                return JSONResponse({"message": "Bad credentials"}, 401)
            if "user:email" not in grant.scope.split():
                return JSONResponse({"message": "Not Found"}, 404)
            account = grant.account
            hidden = f"{account.number}+{account.login}@users.noreply.github.com"
            return JSONResponse(
                [
                    {"email": hidden, "primary": False, "verified": True, "visibility": None},
                    {
                        "email": account.email,
                        "primary": True,
                        "verified": account.verified,
                        "visibility": "public",
                    },
                ]
            )

        return Mount(
            "/github",
            routes=[
                Route("/login/oauth/authorize", self._authorize("github"), methods=["GET", "POST"]),
                Route("/login/oauth/access_token", self._token("github"), methods=["POST"]),
                Route("/user", user),
                Route("/user/emails", emails),
            ],
        )

    def _authorize(self, provider: str) -> Any:
        async def authorize(request: Request) -> Response:
            query = request.query_params
            redirect_uri = query.get("redirect_uri", "")
            if query.get("client_id") != CLIENT_ID or not redirect_uri.startswith(("http://", "https://")):
                return render("identity_error.html", status=400, provider=NAMES[provider])
            if request.method == "GET":
                return render(
                    "identity.html",
                    provider=NAMES[provider],
                    accounts=list(ACCOUNTS.values()),
                    action=str(request.url.include_query_params()),
                    forms_lead_to=(redirect_uri,),
                )
            form = await request.form()
            account = _chosen({name: str(value) for name, value in form.items()})
            if account is None:
                return _redirect(redirect_uri, error="access_denied", state=query.get("state", ""))
            code = secrets.token_urlsafe(24)
            self._codes[code] = Grant(
                provider=provider,
                account=account,
                redirect_uri=redirect_uri,
                scope=query.get("scope", ""),
                nonce=query.get("nonce"),
                challenge=query.get("code_challenge"),
                at=time.monotonic(),
            )
            return _redirect(redirect_uri, code=code, state=query.get("state", ""))

        return authorize

    def _token(self, provider: str) -> Any:
        def refuse(error: str, status: int = 400) -> Response:
            return JSONResponse({"error": error}, 200 if provider == "github" else status)

        async def token(request: Request) -> Response:
            form = {name: str(value) for name, value in (await request.form()).items()}
            if not _is_our_client(provider, request, form):
                if provider == "github":
                    return refuse("incorrect_client_credentials")
                return refuse("invalid_client", 401)
            # Popped whatever comes next: a code that was tried is used up.
            grant = self._codes.pop(form.get("code", ""), None)
            if grant is None or grant.provider != provider or not _fits(grant, form):
                return refuse("bad_verification_code" if provider == "github" else "invalid_grant")
            access_token = secrets.token_urlsafe(30)
            self._tokens[access_token] = grant
            if provider == "github":
                answer = {
                    "access_token": access_token,
                    "token_type": "bearer",
                    "scope": grant.scope.replace(" ", ","),
                }
                if "json" in request.headers.get("accept", ""):
                    return JSONResponse(answer)
                return Response(urlencode(answer), media_type="application/x-www-form-urlencoded")
            return JSONResponse(
                {
                    "access_token": access_token,
                    "token_type": "Bearer",
                    "expires_in": 3600,
                    "scope": grant.scope,
                    "id_token": self._id_token(grant),
                }
            )

        return token

    def _id_token(self, grant: Grant) -> str:
        now = int(time.time())
        claims = {
            **_claims(grant),
            "iss": f"{self._base}/{grant.provider}",
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 3600,
        }
        if grant.provider == "google" and grant.nonce:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": "RS256", "kid": self._key.kid}, claims, self._key)

    def _bearer(self, request: Request) -> Grant | None:
        return self._tokens.get(request.headers.get("authorization", "").rpartition(" ")[2])


def _chosen(form: dict[str, str]) -> Account | None:
    if form.get("login") == "typed" and form.get("email"):
        return typed(form.get("name", ""), form["email"], form.get("verified") == "on")
    return ACCOUNTS.get(form.get("login", ""))


def _claims(grant: Grant) -> dict[str, Any]:
    account = grant.account
    claims: dict[str, Any] = {
        "sub": account.subject,
        "email": account.email,
        "email_verified": account.verified,
        "name": account.name,
    }
    if grant.provider == "linkedin":
        claims["locale"] = {"country": "US", "language": "en"}
    return claims


def _is_our_client(provider: str, request: Request, form: dict[str, str]) -> bool:
    client_id, secret = form.get("client_id"), form.get("client_secret")
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and provider != "linkedin":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError:
            return False
        client_id, secret = unquote(client_id), unquote(secret)
    return client_id == CLIENT_ID and hmac.compare_digest(secret or "", CLIENT_SECRET)


def _fits(grant: Grant, form: dict[str, str]) -> bool:
    if time.monotonic() - grant.at > CODE_SECONDS or form.get("redirect_uri") != grant.redirect_uri:
        return False
    if grant.challenge is None:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == grant.challenge


def _redirect(uri: str, **query: str) -> Response:
    return RedirectResponse(f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}", 303)
