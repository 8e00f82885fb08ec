"""Signing in with the three providers, against the stand-in over HTTP: quirks, denial, takeover, linking."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount

from core.clock import now
from core.db import Database
from core.gateways import Gateways, configure
from core.gateways.identity import IdentityGateway, Provider
from core.security import keys
from core.settings import settings, use
from models.accounts import TotpSecret
from sandbox.identity.app import Grant, IdentityApi
from sandbox.identity.people import ACCOUNTS
from services.accounts import oauth
from tests.accounts.conftest import Letterbox, accounts_app
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie, unique_email

PROVIDERS = [provider.value for provider in Provider]


@pytest.fixture(scope="module")
async def stand_in() -> AsyncIterator[str]:
    """The identity stand-in on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        base = f"http://127.0.0.1:{sock.getsockname()[1]}/identity"
        app = Starlette(routes=[Mount("/identity", routes=IdentityApi(base).routes())])
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[sock]))
        yield base
        server.should_exit = True
        await serving


class Browser:
    """A browser that can also walk through the provider's page."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def consent(self, url: str, **form: str) -> str:
        """Choose an account on the provider's page; returns where the provider sends the browser."""
        async with httpx.AsyncClient() as outside:
            answer = await outside.post(url, data=form)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def sign_in(self, provider: str, *, return_to: str = "/", **form: str) -> str:
        """The whole way; returns the path the app sends the browser to in the end."""
        started = await self.client.get(f"/oauth/{provider}/start", params={"return_to": return_to})
        assert started.status_code == 303
        return await self.come_back(await self.consent(started.headers["location"], **form))

    async def connect(self, provider: str, **form: str) -> str:
        started = await self.client.post(f"/me/identities/{provider}")
        assert started.status_code == 201, started.text
        return await self.come_back(await self.consent(started.json()["url"], **form))

    async def come_back(self, url: str) -> str:
        answer = await self.client.get(url)
        assert answer.status_code == 303
        return str(answer.headers["location"])

    async def me(self) -> dict[str, Any]:
        body: dict[str, Any] = (await self.client.get("/me")).json()
        return body


@asynccontextmanager
async def _open(db: Database, **changes: Any) -> AsyncIterator[Browser]:
    app = accounts_app(db, **changes)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://testserver/api/v1"
    ) as client:
        yield Browser(client)


@pytest.fixture
async def person(db: Database, stand_in: str) -> AsyncIterator[Browser]:
    before = settings()
    current = before.model_copy(update={"identity_base_url": stand_in, "public_url": "http://testserver"})
    use(current)
    gateways = Gateways(identity=IdentityGateway.from_settings(current))
    configure(gateways)
    async with _open(db) as browser:
        yield browser
    await gateways.close()
    use(before)


def _typed(email: str | None = None, name: str = "Grace Hopper", verified: bool = True) -> dict[str, str]:
    return {
        "login": "typed",
        "name": name,
        "email": email or unique_email(),
        **({"verified": "on"} if verified else {}),
    }


def _error(location: str) -> str:
    return parse_qs(urlsplit(location).query)["error"][0]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_new_person_signs_in_and_comes_again(person: Browser, db: Database, provider: str) -> None:
    form = _typed()
    assert await person.sign_in(provider, return_to="/chat?x=1", **form) == "/chat?x=1"
    first = await person.me()
    assert (first["email"], first["email_verified"], first["role"]) == (form["email"], True, "user")
    assert first["name"] == "Grace Hopper"
    assert not first["has_password"]
    async with _open(db) as elsewhere:
        await elsewhere.sign_in(provider, **form)
        assert (await elsewhere.me())["id"] == first["id"]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_guest_becomes_the_account(person: Browser, provider: str) -> None:
    guest = (await person.client.post("/guest-sessions")).json()
    await person.sign_in(provider, **_typed())
    assert (await person.me())["id"] == guest["user"]["id"]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_declining_leads_back_with_a_reason(person: Browser, provider: str) -> None:
    location = await person.sign_in(provider, login="")
    assert location.startswith("/sign-in?")
    assert _error(location) == "denied"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_unverified_address_never_takes_an_account_over(
    person: Browser, db: Database, letterbox: Letterbox, provider: str
) -> None:
    victim = await make_user(db, password=PASSWORD)
    assert victim.email is not None
    location = await person.sign_in(provider, **_typed(victim.email, "Eve", verified=False))
    assert _error(location) == "email_unverified"
    assert (await person.client.get("/me")).status_code == 401
    assert letterbox.to(victim.email) == []


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_verified_address_reaches_its_account_and_the_owner_is_told(
    person: Browser, db: Database, letterbox: Letterbox, provider: str
) -> None:
    owner = await make_user(db, password=PASSWORD)
    assert owner.email is not None
    await person.sign_in(provider, **_typed(owner.email.upper()))
    assert (await person.me())["id"] == str(owner.id)
    assert letterbox.kinds(owner.email) == ["identity_linked"]


async def test_a_provider_does_not_replace_the_second_factor(person: Browser, db: Database) -> None:
    owner = await make_user(db)
    assert owner.email is not None
    async with db.transaction() as session:
        session.add(
            TotpSecret(
                user_id=owner.id,
                secret=keys().encrypt("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"),
                confirmed_at=now(),
            )
        )
    location = await person.sign_in("google", return_to="/chat", **_typed(owner.email))
    fragment = parse_qs(urlsplit(location).fragment)
    assert (urlsplit(location).path, fragment["methods"], fragment["return_to"]) == (
        "/sign-in",
        ["totp"],
        ["/chat"],
    )
    assert (await person.client.get("/me")).status_code == 401
    wrong = await person.client.post(
        "/sessions/second-factor", json={"challenge": fragment["challenge"][0], "code": "000000"}
    )
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")


async def test_a_strangers_unverified_account_is_not_what_the_owner_gets(
    person: Browser, db: Database
) -> None:
    email = unique_email()
    async with _open(db) as stranger:
        await stranger.client.post("/accounts", json={"email": email, "password": PASSWORD, "name": "Eve"})
        strangers_id = (await stranger.me())["id"]
    await person.sign_in("google", **_typed(email))
    assert (await person.me())["id"] != strangers_id


async def test_signing_in_with_google_proves_the_address_of_ones_own_new_account(person: Browser) -> None:
    email = unique_email()
    await person.client.post("/accounts", json={"email": email, "password": PASSWORD, "name": "Grace"})
    before = await person.me()
    await person.sign_in("google", **_typed(email))
    after = await person.me()
    assert after["id"] == before["id"]
    assert (before["email_verified"], after["email_verified"]) == (False, True)


async def test_the_callback_works_once_and_only_in_the_browser_that_began(
    person: Browser, db: Database
) -> None:
    async with _open(db) as thief:
        started = await person.client.get("/oauth/google/start")
        back = await person.consent(started.headers["location"], **_typed())
        assert _error(await thief.come_back(back)) == "other_browser"
    assert await person.come_back(back) == "/", "an attempt from elsewhere must not spoil the sign-in"
    await person.client.delete("/sessions/current")
    restarted = await person.client.get("/oauth/google/start")
    assert restarted.status_code == 303
    assert _error(await person.come_back(back)) == "link_used"


async def test_a_callback_nobody_asked_for_signs_nobody_in(person: Browser) -> None:
    assert _error(await person.come_back("/oauth/google/callback?state=made-up&code=x")) == "link_unknown"
    assert _error(await person.come_back("/oauth/google/callback")) == "link_unknown"


async def test_a_state_of_another_provider_is_refused(person: Browser) -> None:
    started = await person.client.get("/oauth/google/start")
    state = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    assert _error(await person.come_back(f"/oauth/github/callback?state={state}&code=x")) == "other_browser"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_code_that_the_provider_does_not_know(person: Browser, provider: str) -> None:
    started = await person.client.get(f"/oauth/{provider}/start")
    state = parse_qs(urlsplit(started.headers["location"]).query)["state"][0]
    location = await person.come_back(f"/oauth/{provider}/callback?state={state}&code={uuid4().hex}")
    assert _error(location) == "provider_refused"


@pytest.mark.parametrize(
    ("provider", "pkce", "nonce"), [("google", 1, 1), ("linkedin", 0, 0), ("github", 1, 0)]
)
async def test_what_is_sent_to_the_provider(person: Browser, provider: str, pkce: int, nonce: int) -> None:
    query = parse_qs(
        urlsplit((await person.client.get(f"/oauth/{provider}/start")).headers["location"]).query
    )
    assert len(query["state"][0]) >= 43
    assert len(query.get("code_challenge", [])) == pkce
    assert query.get("code_challenge_method", []) == ["S256"] * pkce
    assert len(query.get("nonce", [])) == nonce
    assert query["redirect_uri"] == [f"http://testserver/api/v1/oauth/{provider}/callback"]


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb", ""],
)
async def test_nobody_is_sent_on_to_another_site(person: Browser, target: str) -> None:
    assert await person.sign_in("github", return_to=target, **_typed()) == "/"


async def test_connecting_and_disconnecting(person: Browser, db: Database, letterbox: Letterbox) -> None:
    user = await make_user(db, password=PASSWORD)
    assert user.email is not None
    person.client.cookies.set("sextant_session", await sign_in_cookie(db, user))
    other_address = _typed(verified=False)
    assert await person.connect("linkedin", **other_address) == "/settings/connections?connected=linkedin"
    listed = (await person.client.get("/me/identities")).json()["items"]
    assert [(item["provider"], item["email"]) for item in listed] == [("linkedin", other_address["email"])]
    assert _error(await person.connect("linkedin", **_typed())) == "provider_linked"

    async with _open(db) as elsewhere:
        await elsewhere.sign_in("linkedin", **other_address)
        assert (await elsewhere.me())["id"] == str(user.id), (
            "a connected identity signs in whatever its address"
        )

    assert (await person.client.delete("/me/identities/linkedin")).status_code == 204
    assert (await person.client.delete("/me/identities/linkedin")).status_code == 404
    assert letterbox.kinds(user.email)[0] == "identity_linked"


async def test_one_identity_belongs_to_one_person(person: Browser, db: Database) -> None:
    form = _typed()
    await person.sign_in("github", **form)
    async with _open(db) as other:
        other.client.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
        assert _error(await other.connect("github", **form)) == "identity_in_use"


async def test_the_last_way_to_sign_in_stays(person: Browser) -> None:
    await person.sign_in("google", **_typed())
    refused = await person.client.delete("/me/identities/google")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_sign_in_method")
    assert (await person.client.put("/me/password", json={"new": "a phrase to remember"})).status_code == 204
    assert (await person.client.delete("/me/identities/google")).status_code == 204


async def test_connecting_needs_the_account_that_began(person: Browser, db: Database) -> None:
    person.client.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
    started = await person.client.post("/me/identities/google")
    back = await person.consent(started.json()["url"], **_typed())
    person.client.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
    assert _error(await person.come_back(back)) == "other_browser"


async def test_an_id_token_of_somebody_else_is_refused(person: Browser, stand_in: str) -> None:
    """The token endpoint of another stand-in signs with a key that ours does not publish."""
    forged = IdentityApi(stand_in)
    started = await person.client.get("/oauth/google/start")
    query = parse_qs(urlsplit(started.headers["location"]).query)
    gateway = IdentityGateway.from_settings(settings())
    grant = Grant("google", ACCOUNTS["alice"], "http://x", "openid", query["nonce"][0], None, 0.0)
    client = gateway._client(Provider.GOOGLE)
    metadata = await gateway._metadata(client)
    with pytest.raises(Exception, match="did not confirm"):
        await gateway._verified_claims(client, metadata, forged._id_token(grant))
    with pytest.raises(Exception, match="did not confirm"):
        await gateway._verified_claims(client, metadata, "not.a.token")
    await gateway.close()


async def test_an_unreachable_provider_is_told_apart(person: Browser) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        closed = f"http://127.0.0.1:{sock.getsockname()[1]}/identity"
    gateways = Gateways(
        identity=IdentityGateway.from_settings(settings().model_copy(update={"identity_base_url": closed}))
    )
    configure(gateways)
    assert (
        _error((await person.client.get("/oauth/google/start")).headers["location"]) == "vendor_unavailable"
    )
    await gateways.close()


async def test_only_providers_that_are_set_up_are_offered(person: Browser) -> None:
    assert (await person.client.get("/oauth/providers")).json() == {"items": ["github", "google", "linkedin"]}
    assert (await person.client.get("/oauth/myspace/start")).status_code == 422
    bare = Gateways(
        identity=IdentityGateway.from_settings(settings().model_copy(update={"identity_base_url": None}))
    )
    configure(bare)
    assert oauth.providers().items == []
    await bare.close()
