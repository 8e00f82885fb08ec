"""Experts and matches over REST."""

import base64
import json
from uuid import UUID, uuid4

import httpx
import pytest

from core.actor import Role
from core.db import Database
from services.experts import service as experts
from services.experts.demo.load import DEMO_DOMAIN
from services.experts.schemas import Check, Status
from tests.accounts.factories import make_user, sign_in_cookie
from tests.experts.factories import profile

TEXT = "A telehealth app for people with diabetes"


async def sign_in(client: httpx.AsyncClient, db: Database, role: Role = Role.USER) -> None:
    user = await make_user(db, role=role)
    client.headers["authorization"] = f"Bearer {await sign_in_cookie(db, user)}"


async def test_a_match_over_rest_and_read_again(client: httpx.AsyncClient, library: Database) -> None:
    await sign_in(client, library, Role.GUEST)
    query = {"text": TEXT, "max_rate": {"amount": 15000, "currency": "USD"}, "languages": ["en"]}
    made = await client.post("/matches", json=query)
    assert made.status_code == 201, made.text
    body = made.json()
    assert len(body["items"]) == 5
    first = body["items"][0]
    assert first["expert"]["is_demo"] is True
    assert first["slots"][0].endswith("Z")
    assert {factor["key"] for factor in first["factors"]} >= {"similarity", "industry", "budget"}
    again = await client.get(f"/matches/{body['id']}")
    assert again.json() == body
    await sign_in(client, library)
    assert (await client.get(f"/matches/{body['id']}")).status_code == 404


async def test_a_search_needs_somebody(client: httpx.AsyncClient) -> None:
    answer = await client.post("/matches", json={"text": TEXT})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert (await client.get("/experts")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": TEXT, "colour": "blue"}, "colour"),
        ({"text": "x" * 6001}, "text"),
        ({"text": TEXT, "max_rate": {"amount": 1.5, "currency": "USD"}}, "max_rate"),
        ({"text": TEXT, "max_rate": {"amount": 100, "currency": "dollars"}}, "max_rate"),
        ({"text": TEXT, "languages": ["english"]}, "languages"),
        ({"text": TEXT, "limit": 1000}, "limit"),
        ({"text": TEXT, "exclude": ["nobody"]}, "exclude"),
    ],
)
async def test_bad_input_is_named(
    client: httpx.AsyncClient, library: Database, body: dict[str, object], field: str
) -> None:
    await sign_in(client, library)
    answer = await client.post("/matches", json=body)
    assert answer.status_code == 422
    assert any(field in error["field"] for error in answer.json()["errors"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"text": "x" * 6001}, "String should have at most 6000 characters"),
        ({"text": TEXT, "max_rate": {"amount": 0, "currency": "USD"}}, "rates are above zero"),
    ],
)
async def test_what_is_wrong_is_said_in_words(
    client: httpx.AsyncClient, library: Database, body: dict[str, object], message: str
) -> None:
    await sign_in(client, library)
    assert [error["message"] for error in (await client.post("/matches", json=body)).json()["errors"]] == [
        message
    ]


async def test_the_list_of_experts_filters_and_pages(client: httpx.AsyncClient, library: Database) -> None:
    await sign_in(client, library, Role.GUEST)
    found = await client.get(
        "/experts",
        params={"skills": "postgres", "max_rate": 90, "currency": "EUR", "sort": "rate_low", "limit": 3},
    )
    assert found.status_code == 200, found.text
    page = found.json()
    assert len(page["items"]) == 3
    assert page["total"] > 3
    assert any(value["value"] == "postgresql" for value in page["facets"]["skills"])
    more = await client.get(
        "/experts",
        params={
            "skills": "postgres",
            "max_rate": 90,
            "currency": "EUR",
            "sort": "rate_low",
            "limit": 3,
            "cursor": page["next_cursor"],
        },
    )
    assert not {item["id"] for item in more.json()["items"]} & {item["id"] for item in page["items"]}
    one = await client.get(f"/experts/{page['items'][0]['slug']}")
    assert one.json()["story"]
    assert one.json() == (await client.get(f"/experts/{page['items'][0]['id']}")).json()
    assert DEMO_DOMAIN not in one.text


@pytest.mark.parametrize(
    "query",
    [
        "?colour=blue",
        "?limit=0",
        "?limit=51",
        "?sort=best",
        "?max_rate=-4",
        "?cursor=%00",
        "?currency=usd",
        "?languages=xx",
        "?countries=ZZ",
        "?industries=no-such",
        "?min_rate=90&max_rate=80",
        # A page marker that none of our lists has given out.
        "?cursor="
        + base64.urlsafe_b64encode(json.dumps(["relevance", True, str(UUID(int=1))]).encode()).decode(),
    ],
)
async def test_bad_lists_are_refused(client: httpx.AsyncClient, library: Database, query: str) -> None:
    await sign_in(client, library)
    assert (await client.get(f"/experts{query}")).status_code == 422


async def test_unknown_experts_and_lists_are_not_found(client: httpx.AsyncClient, library: Database) -> None:
    await sign_in(client, library)
    for path in (f"/experts/{uuid4()}", "/experts/nobody-at-all", f"/matches/{uuid4()}"):
        assert (await client.get(path)).status_code == 404


async def test_a_profile_from_draft_to_approval_and_back(
    client: httpx.AsyncClient, library: Database
) -> None:
    await sign_in(client, library)
    assert (await client.get("/me/expert-profile")).status_code == 404
    data = profile().model_dump(mode="json")
    made = await client.post("/me/expert-profile", json=data)
    assert made.status_code == 201, made.text
    assert made.json()["status"] == Status.DRAFT
    assert (await client.post("/me/expert-profile", json=data)).status_code == 409
    changed = await client.patch("/me/expert-profile", json={"headline": "New words <b>"})
    assert changed.json()["headline"] == "New words <b>"
    submitted = await client.post("/me/expert-profile/status", json={"status": "submitted"})
    assert submitted.json()["status"] == Status.SUBMITTED
    expert_id = made.json()["id"]
    refused = await client.post(f"/experts/{expert_id}/status", json={"status": "approved"})
    assert refused.status_code == 403
    await sign_in(client, library, Role.ADMIN)
    unchecked = await client.post(f"/experts/{expert_id}/status", json={"status": "approved"})
    assert unchecked.status_code == 422
    decision = {"status": "approved", "checklist": list(Check)}
    approved = await client.post(f"/experts/{expert_id}/status", json=decision)
    assert approved.json()["status"] == Status.APPROVED
    async with library.transaction() as session:
        await experts.set_bookable(session, made.json()["id"], False)
