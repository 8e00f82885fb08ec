"""The accounts' API as a browser meets it: cookies, the Origin check, headers, limits, problems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.middleware import content_policy, same_origin
from api.rest.limits import network
from core.actor import Role
from core.db import Database
from core.settings import Settings
from tests.accounts.conftest import Letterbox, accounts_app
from tests.accounts.factories import PASSWORD, make_user, sign_in_cookie, unique_email


@asynccontextmanager
async def _browser(
    db: Database, *, address: str = "127.0.0.1", **changes: Any
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=accounts_app(db, **changes), client=(address, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        yield client


async def _sign_up(browser: httpx.AsyncClient, email: str | None = None) -> dict[str, Any]:
    answer = await browser.post(
        "/accounts",
        json={
            "email": email or unique_email(),
            "password": PASSWORD,
            "name": "Ada",
            "timezone": "Asia/Tokyo",
        },
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_the_whole_way_from_guest_to_sign_out(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/me")).status_code == 401
    guest = await browser.post("/guest-sessions")
    assert guest.status_code == 201
    account = await _sign_up(browser)
    assert account["user"]["id"] == guest.json()["user"]["id"]
    me = (await browser.get("/me")).json()
    assert (me["role"], me["timezone"], me["has_password"], me["two_factor"]) == (
        "user",
        "Asia/Tokyo",
        True,
        False,
    )
    changed = await browser.patch("/me", json={"name": "Ada L."})
    assert changed.json()["name"] == "Ada L."
    assert (await browser.delete("/sessions/current")).status_code == 204
    assert (await browser.get("/me")).status_code == 401
    again = await browser.post("/sessions", json={"email": me["email"], "password": PASSWORD})
    assert again.status_code == 201
    assert (await browser.get("/me")).json()["id"] == me["id"]


async def test_asking_for_a_guest_session_twice_keeps_the_first(browser: httpx.AsyncClient) -> None:
    first = await browser.post("/guest-sessions", json={"timezone": "Asia/Tokyo"})
    second = await browser.post("/guest-sessions")
    assert first.json() == second.json()
    account = await _sign_up(browser)
    third = await browser.post("/guest-sessions")
    assert third.json()["user"]["email"] == account["user"]["email"], (
        "a second tab must not sign its owner out"
    )


async def test_the_token_is_in_the_cookie_only(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/guest-sessions")
    cookie = answer.headers["set-cookie"]
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    token = browser.cookies["sextant_session"]
    assert token not in answer.text


async def test_with_https_the_cookie_is_secure_and_bound_to_the_host(db: Database) -> None:
    async with _browser(db, public_url="https://sextant.example") as browser:
        answer = await browser.post("/guest-sessions")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-sextant_session=")
    assert "secure" in cookie.lower()
    assert "domain" not in cookie.lower()
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver@evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=lambda headers: " ".join(headers.values()),
)
async def test_another_site_cannot_use_the_cookie(db: Database, headers: dict[str, str]) -> None:
    user = await make_user(db)
    async with _browser(db) as browser:
        browser.cookies.set("sextant_session", await sign_in_cookie(db, user))
        refused = await browser.patch("/me", json={"name": "Eve"}, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_origin")
        assert (await browser.get("/me", headers=headers)).json()["name"] == user.name


@pytest.mark.parametrize("origin", ["http://testserver", None])
async def test_the_own_site_and_no_browser_at_all_may(db: Database, origin: str | None) -> None:
    user = await make_user(db)
    async with _browser(db) as browser:
        browser.cookies.set("sextant_session", await sign_in_cookie(db, user))
        answer = await browser.patch(
            "/me", json={"name": "Grace"}, headers={"Origin": origin} if origin else {}
        )
    assert answer.status_code == 200


async def test_a_bearer_token_needs_no_origin(db: Database) -> None:
    token = await sign_in_cookie(db, await make_user(db))
    async with _browser(db) as browser:
        answer = await browser.patch(
            "/me",
            json={"name": "Grace"},
            headers={"Authorization": f"Bearer {token}", "Origin": "https://integration.example"},
        )
    assert answer.status_code == 200


async def test_only_sites_with_the_widget_may_call_from_a_browser(db: Database) -> None:
    """None by default. Those that are named get no cookie used, and may do what needs none."""
    preflight = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}
    shop, stranger = {"Origin": "https://shop.example"}, {"Origin": "https://stranger.example"}
    async with _browser(db) as browser:
        assert (await browser.options("/me", headers=shop | preflight)).status_code == 405
        assert "access-control-allow-origin" not in (await browser.get("/me", headers=shop)).headers
    async with _browser(db, widget_origins="https://shop.example, https://blog.example:8443") as browser:
        allowed = await browser.options("/me", headers=shop | preflight)
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
        assert "access-control-allow-credentials" not in allowed.headers
        refused = await browser.options("/me", headers=stranger | preflight)
        assert "access-control-allow-origin" not in refused.headers
        guest = await browser.post("/guest-sessions", headers=shop)
        assert guest.status_code == 201
        assert guest.headers["access-control-allow-origin"] == "https://shop.example"
        # The cookie is there now: what comes with it is not the visitor's wish.
        with_cookie = await browser.patch("/me", json={"timezone": "Asia/Tokyo"}, headers=shop)
        assert (with_cookie.status_code, with_cookie.json()["code"]) == (403, "cross_origin")
        browser.cookies.clear()
        elsewhere = await browser.post("/guest-sessions", headers=stranger)
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "cross_origin")


@pytest.mark.parametrize(
    "loose", ["*", "https://*.example", "shop.example", "https://shop.example/", "https://a@b"]
)
def test_loose_widget_origins_are_refused(loose: str) -> None:
    with pytest.raises(ValueError, match="WIDGET_ORIGINS"):
        Settings(widget_origins=f"https://fine.example,{loose}")


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("https://sextant.example", "internal:8000", True),
        ("http://localhost:8000", "localhost:8000", True),
        ("http://localhost:8001", "localhost:8000", False),
        ("chrome-extension://localhost:8000", "localhost:8000", False),
        ("null", "null", False),
        ("", "", False),
        (None, "localhost", False),
    ],
)
def test_what_counts_as_the_same_origin(origin: str | None, host: str, same: bool) -> None:
    assert same_origin(origin, host, "https://sextant.example") is same


async def test_every_answer_carries_the_security_headers(browser: httpx.AsyncClient) -> None:
    for answer in (
        await browser.get("/me"),
        await browser.post("/guest-sessions"),
        await browser.get("/nowhere"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"


def test_the_page_policy_allows_the_apps_inline_script_by_hash_only(tmp_path: Path) -> None:
    index = tmp_path / "index.html"
    index.write_text('<script src="/app.js"></script><script type="module">start()</script>')
    policy = content_policy(index)
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self' 'sha256-ZUWf/uQcSCvMRnJqm9hq2aPP9WQ6yxmxPGd6dMSGsYM='" or (
        scripts.count("sha256-") == 1 and "unsafe-inline" not in scripts
    )


async def test_limits_are_told_and_kept_per_address(db: Database) -> None:
    async with _browser(db, address="203.0.113.77", rate_limit_scale=0.1) as browser:
        answers = [await browser.post("/accounts", json={}) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [422] * 3
        assert answers[0].headers["ratelimit-limit"] == "30"
        assert answers[0].headers["ratelimit-policy"] == "30;w=3600"
        refused = await browser.post("/accounts", json={})
    assert refused.status_code == 429
    assert refused.json()["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["ratelimit-remaining"] == "0"
    async with _browser(db, address="203.0.113.78", rate_limit_scale=0.1) as neighbour:
        assert (await neighbour.post("/accounts", json={})).status_code == 422


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        (None, "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_who_counts_as_one_caller(address: str | None, caller: str) -> None:
    assert network(address) == caller


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD, "name": "Ada"}, "email"),
        ({"email": "no address", "password": PASSWORD, "name": "Ada"}, "email"),
        ({"email": "a" * 250 + "@x.example", "password": PASSWORD, "name": "Ada"}, "email"),
        ({"email": "a@x.example", "password": "x" * 257, "name": "Ada"}, "password"),
        ({"email": "a@x.example", "password": "nul\x00 in the middle", "name": "Ada"}, "password"),
        ({"email": "a@x.example", "password": PASSWORD, "name": "  "}, "name"),
        ({"email": "a@x.example", "password": PASSWORD, "name": "<script>"}, "name"),
        (
            {"email": "a@x.example", "password": PASSWORD, "name": "Ada", "timezone": "Mars/Olympus"},
            "timezone",
        ),
        ({"email": "a@x.example", "password": PASSWORD, "name": "Ada", "role": "admin"}, "role"),
    ],
    ids=[
        "missing",
        "malformed",
        "too long",
        "huge password",
        "NUL",
        "blank",
        "markup",
        "no such zone",
        "unknown field",
    ],
)
async def test_bad_sign_ups_name_the_field(
    browser: httpx.AsyncClient, body: dict[str, str], field: str
) -> None:
    answer = await browser.post("/accounts", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_forgotten_password_answers_alike_for_every_address(
    browser: httpx.AsyncClient, db: Database
) -> None:
    known = (await make_user(db, password=PASSWORD)).email
    answers = [
        await browser.post("/password-resets", json={"email": email}) for email in (known, unique_email())
    ]
    assert [(answer.status_code, answer.content) for answer in answers] == [(202, b"null")] * 2


async def test_verifying_by_the_mails_link_over_rest(
    browser: httpx.AsyncClient, letterbox: Letterbox
) -> None:
    email = unique_email()
    await _sign_up(browser, email)
    token = letterbox.token(email)
    verified = await browser.post("/email-verifications", json={"token": token})
    assert verified.json()["email_verified"] is True
    again = await browser.post("/email-verifications", json={"token": token})
    assert (again.status_code, again.json()["code"]) == (410, "link_used")
    cut = await browser.post("/email-verifications", json={"token": token[:-3]})
    assert (cut.status_code, cut.json()["code"]) == (404, "link_unknown")


async def test_guests_are_told_to_sign_up(browser: httpx.AsyncClient) -> None:
    await browser.post("/guest-sessions")
    answer = await browser.post("/api-tokens", json={"name": "x", "scopes": ["account:read"]})
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_up_required")


async def test_operators_only_read_the_whole_log(db: Database) -> None:
    for role, status in ((Role.USER, 403), (Role.ADMIN, 200)):
        async with _browser(db) as browser:
            browser.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db, role=role)))
            assert (await browser.get("/admin/security-events")).status_code == status


async def test_one_page_of_the_log_after_another(browser: httpx.AsyncClient) -> None:
    account = await _sign_up(browser)
    for _ in range(3):
        await browser.post("/sessions", json={"email": account["user"]["email"], "password": PASSWORD})
    seen: list[str] = []
    cursor = None
    while True:
        page = (
            await browser.get(
                "/me/security-events", params={"limit": 2, **({"before": cursor} if cursor else {})}
            )
        ).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 4
    assert seen == sorted(seen, reverse=True)


async def test_the_export_is_a_zip(browser: httpx.AsyncClient) -> None:
    await _sign_up(browser)
    answer = await browser.get("/me/export")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.content.startswith(b"PK")
