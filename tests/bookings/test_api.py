"""The bookings room over REST: shapes, codes, hostile input."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from core.actor import Role
from core.db import Database
from tests.accounts.factories import make_user, sign_in_cookie
from tests.bookings.factories import ahead, make_expert

API = "/api/v1"


async def signed_in(db: Database, client: AsyncClient, role: Role = Role.USER) -> dict[str, str]:
    """Headers that act as a new user."""
    token = await sign_in_cookie(db, await make_user(db, role=role))
    return {"Authorization": f"Bearer {token}"}


async def test_the_whole_life_of_a_booking(db: Database, client: AsyncClient) -> None:
    expert, headers = await make_expert(db), await signed_in(db, client)
    at = ahead()
    query: dict[str, str | int] = {
        "start": at.isoformat(),
        "end": (at + timedelta(days=1)).isoformat(),
        "minutes": 60,
    }
    slots = (await client.get(f"{API}/experts/{expert.id}/slots", params=query, headers=headers)).json()
    assert slots["price"] == {"amount": 150_00, "currency": "USD"}
    body = {
        "expert_id": str(expert.id),
        "starts_at": slots["starts"][0],
        "minutes": 60,
        "timezone": "Asia/Tokyo",
    }
    keyed = {**headers, "Idempotency-Key": str(uuid4())}
    created = await client.post(f"{API}/bookings", json=body, headers=keyed)
    assert created.status_code == 201, created.text
    booking = created.json()
    assert (await client.post(f"{API}/bookings", json=body, headers=keyed)).json()["id"] == booking["id"]
    assert (await client.get(f"{API}/bookings/{booking['id']}", headers=headers)).json() == booking
    listed = (await client.get(f"{API}/bookings", params={"when": "upcoming"}, headers=headers)).json()
    assert ([each["id"] for each in listed["items"]], listed["next_cursor"]) == ([booking["id"]], None)

    rival = await signed_in(db, client)
    taken = await client.post(f"{API}/bookings", json=body, headers=rival)
    assert (taken.status_code, taken.json()["code"]) == (409, "slot_taken")
    assert taken.headers["content-type"] == "application/problem+json"
    assert len(taken.json()["next_slots"]) == 5
    for path in (f"{API}/bookings/{booking['id']}/cancel",):
        assert (await client.post(path, headers=rival)).status_code == 404
    assert (await client.get(f"{API}/bookings/{booking['id']}", headers=rival)).status_code == 404

    cancelled = await client.post(f"{API}/bookings/{booking['id']}/cancel", headers=headers)
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await client.post(f"{API}/bookings", json=body, headers=rival)).status_code == 201


async def test_who_is_not_signed_in_and_guests_cannot_book(db: Database, client: AsyncClient) -> None:
    expert = await make_expert(db)
    body = {"expert_id": str(expert.id), "starts_at": ahead().isoformat()}
    assert (await client.post(f"{API}/bookings", json=body)).status_code == 401
    guest = await signed_in(db, client, Role.GUEST)
    refused = await client.post(f"{API}/bookings", json=body, headers=guest)
    assert (refused.status_code, refused.json()["code"]) == (403, "sign_up_required")
    assert (await client.get(f"{API}/experts/{expert.id}/slots", headers=guest)).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"expert_id": "1; drop table bookings"}, "expert_id"),
        ({"starts_at": "2027-01-01T10:00:00"}, "starts_at"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-12:00"}, "starts_at"),
        ({"starts_at": 1e308}, "starts_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": -30}, "minutes"),
        ({"minutes": 100000}, "minutes"),
        ({"minutes": 31}, "minutes"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"agenda": "x" * 1001}, "agenda"),
        ({"agenda": ["a"]}, "agenda"),
        ({"price": {"amount": 1, "currency": "USD"}}, "price"),
        ({"client_id": str(uuid4())}, "client_id"),
    ],
)
async def test_malformed_bodies_are_named(
    db: Database, client: AsyncClient, change: dict[str, Any], field: str
) -> None:
    headers = await signed_in(db, client)
    body = {"expert_id": str(uuid4()), "starts_at": ahead().isoformat(), **change}
    refused = await client.post(f"{API}/bookings", json=body, headers=headers)
    assert refused.status_code == 422
    assert field in {each["field"] for each in refused.json()["errors"]}


async def test_agendas_are_cleaned_of_what_cannot_be_seen(db: Database, client: AsyncClient) -> None:
    expert, headers = await make_expert(db), await signed_in(db, client)
    body = {
        "expert_id": str(expert.id),
        "starts_at": ahead().isoformat(),
        "agenda": "  <b>Plan</b>\x00\u202e and\u200b price ",
    }
    created = await client.post(f"{API}/bookings", json=body, headers=headers)
    assert created.status_code == 201, created.text
    assert created.json()["agenda"] == "<b>Plan</b> and price"


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "garbage"},
        {"cursor": "2027-01-01T00:00:00~not-a-uuid"},
        {"cursor": f"2027-01-01T00:00:00~{uuid4()}"},
        {"cursor": f"0001-01-01T00:00:00+23:59~{uuid4()}"},
        {"limit": "0"},
        {"limit": "101"},
        {"when": "never"},
        {"client_id": str(uuid4())},
    ],
)
async def test_malformed_queries_are_refused(
    db: Database, client: AsyncClient, query: dict[str, str]
) -> None:
    headers = await signed_in(db, client)
    refused = await client.get(f"{API}/bookings", params=query, headers=headers)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"minutes": "20"},
        {"start": "2027-01-01"},
        {"start": "2027-01-01T00:00:00Z", "end": "2028-01-01T00:00:00Z"},
        {"start": "2027-01-02T00:00:00Z", "end": "2027-01-01T00:00:00Z"},
        {"start": "9999-12-31T23:59:59-12:00"},
    ],
)
async def test_malformed_slot_queries_are_refused(
    db: Database, client: AsyncClient, query: dict[str, str]
) -> None:
    expert, headers = await make_expert(db), await signed_in(db, client)
    refused = await client.get(f"{API}/experts/{expert.id}/slots", params=query, headers=headers)
    assert refused.status_code == 422


async def test_only_the_expert_sets_their_hours(db: Database, client: AsyncClient) -> None:
    expert, stranger = await make_expert(db), await signed_in(db, client, Role.CTO)
    hours = {"week": [{"weekday": 1, "start": "09:00", "end": "12:30"}]}
    path = f"{API}/experts/{expert.id}/availability"
    assert (await client.put(path, json=hours, headers=stranger)).status_code == 404
    assert (await client.get(path, headers=stranger)).status_code == 404
