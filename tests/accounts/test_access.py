"""No route is open by accident: every operation of the OpenAPI document declares a scope or that it is public, the
document says so, and the running app keeps to it."""

import re
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from api import health, webhooks
from api.app import ROOMS, create_app
from api.deps import Public, Scoped
from api.middleware import SAFE_METHODS
from api.runtime import Runtime
from core.actor import Scope
from core.db import Database
from core.security import API_TOKEN_PREFIX, hash_token, new_token
from core.settings import settings
from models.accounts import ApiToken
from tests.accounts.factories import make_user, sign_in_cookie

APP = create_app(settings())
DOCUMENT: dict[str, Any] = APP.openapi()
PARAMETERS = {
    "provider": "google",
    "skill": "react",
    "kind": "message",
}

# A route becomes public by a change of this list, and of nothing else. Each is guarded by its own secret, or gives
# what everyone may see.
PUBLIC = {
    "start_guest_session",
    "sign_up",
    "sign_in",
    "sign_out",
    "finish_sign_in",
    "verify_email",
    "change_email",
    "undo_email_change",
    "forgot_password",
    "reset_password",
    "list_providers",
    "start_oauth",
    "finish_oauth",
    "begin_passkey_sign_in",
    "finish_passkey_sign_in",
    "get_meta",
    "list_experts",
    "get_vocabulary",
    "read_expert",
    "list_expert_reviews",
    "download_file",  # files that everyone may see; others by who asks
    "get_thumbnail",
    "receive_stripe_webhook",
    "receive_resend_webhook",
    "unsubscribe_at_once",
    "show_unsubscribe_page",
    "preview_unsubscription",
    "unsubscribe",
    "confirm_address",
    "live",
    "ready",
    "metrics",
}


def _routes() -> dict[str, APIRoute]:
    routers = [room.router for room in ROOMS] + [webhooks.router, health.router]
    return {route.name: route for router in routers for route in router.routes if isinstance(route, APIRoute)}


def _operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
    ]


def _declared(name: str) -> list[Scope | None]:
    route = _routes()[name]
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [
        call.scope if isinstance(call, Scoped) else None
        for call in calls
        if isinstance(call, Scoped | Public)
    ]


OPERATIONS = [pytest.param(*operation, id=operation[2]["operationId"]) for operation in _operations()]
SCOPED = [parameter for parameter in OPERATIONS if _declared(str(parameter.id)) not in ([None], [])]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_declares_one_scope_or_that_it_is_public(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    name = operation["operationId"]
    declared = _declared(name)
    assert len(declared) == 1, f"{method} {path} declares {declared}"
    assert (declared == [None]) == (name in PUBLIC)
    assert bool(operation.get("security")) == (declared != [None])


# Beside whatever is public and changes something: what takes a secret, sends mail, hashes, or packs much.
COSTLY_OR_GUESSABLE = {
    "start_oauth",
    "finish_oauth",
    "connect_identity",
    "change_password",
    "request_email_change",
    "resend_email_verification",
    "step_up",
    "confirm_totp",
    "create_api_token",
    "export_data",
    "create_invitation",
    "read_resume",
}
# Takes nothing that could be guessed, or what was signed: by the vendor, or by us for a mail program to send back.
UNLIMITED = {"sign_out", "receive_stripe_webhook", "receive_resend_webhook", "unsubscribe_at_once"}


def test_every_costly_or_guessable_door_has_a_limit() -> None:
    public_changes = {
        operation["operationId"]
        for method, _, operation in _operations()
        if method.upper() not in SAFE_METHODS and _declared(operation["operationId"]) == [None]
    }
    limited = {
        name
        for name, route in _routes().items()
        if any(
            getattr(dependency.call, "__qualname__", "").startswith("limited.")
            for dependency in route.dependant.dependencies
        )
    }
    assert (public_changes | COSTLY_OR_GUESSABLE) - UNLIMITED <= limited
    documented = {operation["operationId"]: operation for _, _, operation in _operations()}
    assert all("429" in documented[name]["responses"] for name in limited)


def test_the_routes_that_are_not_in_the_document_are_known() -> None:
    documented = {operation["operationId"] for _, _, operation in _operations()}
    assert set(_routes()) - documented <= {"live", "ready", "metrics"}


@pytest.fixture
async def client(db: Database) -> AsyncIterator[httpx.AsyncClient]:
    app: FastAPI = create_app(settings(), cast(Runtime, SimpleNamespace(db=db, settings=settings())))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://testserver"
    ) as client:
        yield client


def _url(path: str) -> str:
    return re.sub(r"{(\w+)}", lambda match: PARAMETERS.get(match[1], str(uuid4())), path)


@pytest.mark.parametrize(("method", "path", "operation"), SCOPED)
async def test_without_credentials_the_answer_is_401(
    client: httpx.AsyncClient, method: str, path: str, operation: dict[str, Any]
) -> None:
    answer = await client.request(method, _url(path))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), answer.text


@pytest.mark.parametrize(("method", "path", "operation"), SCOPED)
async def test_a_token_with_every_other_scope_is_refused(
    client: httpx.AsyncClient, db: Database, method: str, path: str, operation: dict[str, Any]
) -> None:
    (needed,) = _declared(operation["operationId"])
    user, token = await make_user(db), new_token(API_TOKEN_PREFIX)
    async with db.transaction() as session:
        session.add(
            ApiToken(
                user_id=user.id,
                name="all but one",
                prefix=token[:10],
                token_hash=hash_token(token),
                scopes=[scope.value for scope in Scope if scope is not needed],
            )
        )
    answer = await client.request(method, _url(path), headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403, answer.text
    assert answer.json()["scope"] == needed


@pytest.mark.parametrize("token", ["", "x", "sxt_", "sxs_" + "A" * 43, "sxt_" + "A" * 43, "ü", "a" * 5000])
async def test_made_up_tokens_are_nobody(client: httpx.AsyncClient, token: str) -> None:
    answer = await client.get("/api/v1/me", headers={b"Authorization": f"Bearer {token}".encode()})
    assert answer.status_code == 401


async def test_every_change_is_bounded_per_account(db: Database) -> None:
    """Also where a route has no limit of its own; reading is free of it, and others are not concerned."""
    scarce = settings().model_copy(update={"rate_limit_scale": 2 / 600})
    app = create_app(scarce, cast(Runtime, SimpleNamespace(db=db, settings=scarce)))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        path = f"/proposals/{uuid4()}/decline"
        client.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
        assert [(await client.post(path)).status_code for _ in range(3)] == [404, 404, 429]
        refused = await client.post(path)
        assert refused.json()["code"] == "rate_limited"
        assert refused.headers["RateLimit-Remaining"] == "0"
        assert int(refused.headers["Retry-After"]) >= 1
        assert (await client.get("/me")).status_code == 200
        client.cookies.set("sextant_session", await sign_in_cookie(db, await make_user(db)))
        assert (await client.post(path)).status_code == 404
    documented = {
        operation["operationId"]: operation["responses"].keys()
        for path, operations in DOCUMENT["paths"].items()
        for method, operation in operations.items()
        if method != "get" and path.startswith("/api/v1/")
    }
    assert [name for name, answers in documented.items() if "429" not in answers] == []
