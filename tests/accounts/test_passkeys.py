"""Passkeys, with an authenticator in software."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from core.clock import now
from core.db import Database
from core.settings import settings, use
from models.accounts import Session
from services.accounts import passkeys, stepup
from services.accounts.schemas import UserRead
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import Letterbox
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie

ORIGIN = "http://testserver"


@pytest.fixture(autouse=True)
def public_url() -> Iterator[None]:
    before = settings()
    use(before.model_copy(update={"public_url": ORIGIN}))
    yield
    use(before)


class Owner:
    """A person in a browser with a passkey."""

    def __init__(self, browser: httpx.AsyncClient, user: UserRead) -> None:
        self.browser, self.user, self.key = browser, user, Authenticator(ORIGIN)

    async def add(self, key: Authenticator | None = None, **change: Any) -> httpx.Response:
        begun = (await self.browser.post("/me/passkeys/options")).json()
        credential = (key or self.key).create(begun["options"])
        body = {"challenge": begun["challenge"], "name": "Laptop", "credential": credential, **change}
        return await self.browser.post("/me/passkeys", json=body)

    async def sign_in(self, **change: Any) -> httpx.Response:
        begun = (await self.browser.post("/sessions/passkey/options")).json()
        credential = self.key.get(begun["options"])
        credential["response"].update(change)
        return await self.browser.post(
            "/sessions/passkey", json={"challenge": begun["challenge"], "credential": credential}
        )


@pytest.fixture
async def owner(browser: httpx.AsyncClient, db: Database) -> Owner:
    user = await make_user(db, password=PASSWORD)
    browser.cookies.set("sextant_session", await sign_in_cookie(db, user))
    return Owner(browser, user)


async def test_a_passkey_signs_in_and_comes_with_recovery_codes(owner: Owner, letterbox: Letterbox) -> None:
    added = await owner.add()
    assert added.status_code == 201, added.text
    assert len(added.json()["recovery_codes"]) == 10
    assert owner.user.email is not None
    assert letterbox.kinds(owner.user.email) == ["two_factor_on"]
    owner.browser.cookies.clear()
    signed_in = await owner.sign_in()
    assert signed_in.status_code == 201, signed_in.text
    assert signed_in.json()["user"]["id"] == str(owner.user.id)
    (listed,) = (await owner.browser.get("/me/passkeys")).json()["items"]
    assert (listed["name"], listed["last_used_at"] is not None) == ("Laptop", True)


async def test_with_a_passkey_the_password_alone_is_not_enough(owner: Owner) -> None:
    await owner.add()
    owner.browser.cookies.clear()
    answer = await owner.browser.post("/sessions", json={"email": owner.user.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["methods"]) == (202, ["passkey", "recovery_code"])


async def test_a_passkey_is_a_step_up_of_its_owners_session(owner: Owner, db: Database) -> None:
    await owner.add()
    async with db.transaction() as session:
        await session.execute(
            update(Session)
            .where(Session.user_id == owner.user.id)
            .values(authenticated_at=now() - stepup.FRESH)
        )
    refused = await owner.browser.post("/me/passkeys/options")
    assert refused.json()["code"] == "step_up_required"
    assert "passkey" in refused.json()["methods"]
    before = (await owner.browser.get("/sessions")).json()["items"][0]["id"]
    assert (await owner.sign_in()).json()["session_id"] == before
    assert (await owner.browser.post("/me/passkeys/options")).status_code == 201


async def test_a_challenge_works_once(owner: Owner) -> None:
    await owner.add()
    begun = (await owner.browser.post("/sessions/passkey/options")).json()
    body = {"challenge": begun["challenge"], "credential": owner.key.get(begun["options"])}
    assert (await owner.browser.post("/sessions/passkey", json=body)).status_code == 201
    again = await owner.browser.post("/sessions/passkey", json=body)
    assert (again.status_code, again.json()["code"]) == (410, "link_used")


async def test_a_copied_authenticator_is_refused(owner: Owner) -> None:
    await owner.add()
    for _ in range(3):
        assert (await owner.sign_in()).status_code == 201
    owner.key.counter = 1
    refused = await owner.sign_in()
    assert (refused.status_code, refused.json()["code"]) == (401, "passkey_refused")


@pytest.mark.parametrize("flaw", ["origin", "unverified", "signature", "handle", "unknown", "empty"])
async def test_what_is_not_the_passkey_is_refused(owner: Owner, flaw: str) -> None:
    await owner.add()
    change: dict[str, str] = {}
    if flaw == "origin":
        owner.key.origin = "https://evil.example"
    elif flaw == "unverified":
        owner.key.verifies_user = False
    elif flaw == "unknown":
        owner.key = Authenticator(ORIGIN)
    else:
        change = {
            "signature": {"signature": "AAAA"},
            "handle": {"userHandle": "AAAA"},
            "empty": {"authenticatorData": "", "signature": "", "clientDataJSON": ""},
        }[flaw]
    owner.browser.cookies.clear()
    refused = await owner.sign_in(**change)
    assert (refused.status_code, refused.json()["code"]) == (401, "passkey_refused")


@pytest.mark.parametrize("flaw", ["origin", "unverified"])
async def test_a_flawed_registration_is_refused(owner: Owner, flaw: str) -> None:
    if flaw == "origin":
        owner.key.origin = "https://evil.example"
    else:
        owner.key.verifies_user = False
    refused = await owner.add()
    assert (refused.status_code, refused.json()["code"]) == (422, "passkey_refused")


async def test_one_passkey_belongs_to_one_account(owner: Owner, db: Database) -> None:
    await owner.add()
    owner.browser.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
    refused = await owner.add()
    assert (refused.status_code, refused.json()["code"]) == (409, "passkey_known")


async def test_removing_the_last_second_factor_switches_it_off(owner: Owner) -> None:
    passkey = (await owner.add()).json()["passkey"]["id"]
    assert (await owner.browser.delete(f"/me/passkeys/{passkey}")).status_code == 204
    assert (await owner.browser.delete(f"/me/passkeys/{passkey}")).status_code == 404
    assert (await owner.browser.get("/me")).json()["two_factor"] is False
    answer = await owner.browser.post("/sessions", json={"email": owner.user.email, "password": PASSWORD})
    assert answer.status_code == 201


async def test_the_last_way_to_sign_in_stays(browser: httpx.AsyncClient, db: Database) -> None:
    user = await make_user(db)
    browser.cookies.set("sextant_session", await sign_in_cookie(db, user))
    passkey = (await Owner(browser, user).add()).json()["passkey"]["id"]
    refused = await browser.delete(f"/me/passkeys/{passkey}")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_sign_in_method")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:8000", ("localhost", "http://localhost:8000")),
        ("https://sextant.example", ("sextant.example", "https://sextant.example")),
    ],
)
def test_what_passkeys_are_bound_to(url: str, expected: tuple[str, str]) -> None:
    use(settings().model_copy(update={"public_url": url}))
    assert passkeys.relying_party() == expected
