"""Lines in the app: told once, put together, read on all devices, and never of somebody else."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from core.db import Database
from core.events import UserEvent
from services.accounts.letters import Letter, LetterKind
from services.accounts.schemas import UserRead
from services.conversations.sending import Sender
from services.notifications import choosing, letters, service
from services.notifications.jobs import forget_old
from services.notifications.kinds import ChangeChoice, Kind
from services.notifications.words import catalogue
from tests.accounts.factories import actor_for, make_actor, make_user, sign_in_cookie
from tests.conversations.factories import make_room, say
from tests.serving import serving

PAGE = "/api/v1/notifications"


async def tell(db: Database, user_id: UUID, name: str = "payment_refunded", **more: Any) -> list[UserEvent]:
    """Tell somebody of something; what their devices hear."""
    values: dict[str, Any] = {
        "key": uuid4().hex,
        "path": "/bookings",
        "context": {"amount": "$75", "description": "Call with Grace"},
        **more,
    }
    heard: list[UserEvent] = []
    stop = db.broker.listen(lambda events: heard.extend(e for e in events if isinstance(e, UserEvent)))
    async with db.transaction() as session:
        await service.tell(session, service.News(user_id, values.pop("kind", Kind.PAYMENT), name, **values))
    stop()
    return [event for event in heard if event.user_id == user_id]


async def signed_in(client: httpx.AsyncClient, db: Database, **fields: Any) -> UserRead:
    user = await make_user(db, **fields)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    return user


async def test_a_line_is_heard_listed_and_read(client: httpx.AsyncClient, db: Database) -> None:
    user, other = await signed_in(client, db, timezone="Asia/Tokyo"), await make_user(db)
    await tell(db, other.id)
    (event,) = await tell(
        db,
        user.id,
        "booking_confirmed",
        kind=Kind.BOOKING,
        context={"name": "Grace <b>", "starts_at": "2026-11-24T14:00:00+00:00"},
    )
    assert event.type == "notification"
    assert event.body["unread"] == 1
    page = (await client.get(PAGE)).json()
    assert (page["unread"], page["next_cursor"]) == (1, None)
    (line,) = page["items"]
    assert line == event.body["notification"]
    assert line["title"] == "Your call with Grace <b> is confirmed"
    assert line["body"] == "Tuesday, 24 November, 23:00"
    assert (line["read"], line["count"], line["path"]) == (False, 1, "/bookings")

    heard: list[UserEvent] = []
    stop = db.broker.listen(lambda events: heard.extend(e for e in events if isinstance(e, UserEvent)))
    for _ in range(2):
        answer = await client.post(f"{PAGE}/read", json={"ids": [line["id"]]})
        assert answer.json() == {"unread": 0}
    stop()
    assert [(e.type, e.body["ids"]) for e in heard] == [("notifications.read", [line["id"]])]
    assert (await client.get(PAGE)).json()["items"][0]["read"] is True


async def test_what_belongs_to_others_stays_unread(client: httpx.AsyncClient, db: Database) -> None:
    other = await make_user(db)
    (event,) = await tell(db, other.id)
    await signed_in(client, db)
    answer = await client.post(f"{PAGE}/read", json={"ids": [event.body["notification"]["id"]]})
    assert answer.json() == {"unread": 0}
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, other)}"
    assert (await client.get(PAGE)).json()["unread"] == 1


async def test_what_others_have_read_begins_no_line_anew(client: httpx.AsyncClient, db: Database) -> None:
    reader = await make_actor(db)
    room = await make_room(db, reader)
    sender = Sender(db)
    await say(sender, reader, room, "My own words are read.")
    await sender.close()
    line: dict[str, Any] = {
        "name": "message",
        "kind": Kind.MESSAGE,
        "context": {"sender": "Grace", "preview": "Hi"},
    }
    await tell(db, reader.user_id, **line, key="messages:theirs", room_id=room, seq=1)
    user = await signed_in(client, db)
    await tell(db, user.id, **line, key="messages:mine", count=2, seq=5)
    (event,) = await tell(db, user.id, **line, key="messages:mine", count=1, seq=6)
    assert event.body["notification"]["title"] == "3 new messages from Grace"


async def test_one_key_is_one_line(client: httpx.AsyncClient, db: Database) -> None:
    user = await signed_in(client, db)
    once: dict[str, Any] = {"key": "refund:1"}
    assert len(await tell(db, user.id, **once)) == 1
    assert await tell(db, user.id, **once) == [], "the same thing again is nothing new"
    room: dict[str, Any] = {
        "name": "message",
        "kind": Kind.MESSAGE,
        "key": "messages:1",
        "context": {"sender": "Grace", "preview": "Hi"},
    }
    await tell(db, user.id, **room, count=2, seq=5)
    await tell(db, user.id, **room, count=1, seq=6)
    assert await tell(db, user.id, **room, count=1, seq=6) == []
    assert await tell(db, user.id, **room, count=9, seq=3) == [], "late news of what was told"
    page = (await client.get(PAGE)).json()
    assert page["unread"] == 2
    assert page["items"][0]["title"] == "3 new messages from Grace"
    await client.post(f"{PAGE}/read", json={})
    (event,) = await tell(db, user.id, **room, count=1, seq=7)
    assert event.body["notification"]["title"] == "Grace wrote to you"
    assert event.body["unread"] == 1


async def test_pages_go_back_without_gap_or_double(client: httpx.AsyncClient, db: Database) -> None:
    user = await signed_in(client, db)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(7):  # three share a moment
        await tell(db, user.id, at=at + timedelta(hours=number // 3))
    ids, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(PAGE, params=query)).json()
        ids += [line["id"] for line in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert len(ids) == len(set(ids)) == 7
    for bad in ("x", "2026-11-01~x", f"2026-11-01T00:00:00~{uuid4()}", f"~{uuid4()}"):
        answer = await client.get(PAGE, params={"cursor": bad})
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    bodies: list[object] = [{"ids": []}, {"ids": ["x"]}, {"ids": [str(uuid4())] * 101}, {"all": True}]
    for body in bodies:
        assert (await client.post(f"{PAGE}/read", json=body)).status_code == 422
    await forget_old(db)
    assert (await client.get(PAGE)).json()["unread"] == 7


async def test_who_does_not_want_it_is_not_told(client: httpx.AsyncClient, db: Database) -> None:
    user = await signed_in(client, db)
    async with db.transaction() as session:
        await choosing.change(session, actor_for(user), Kind.PAYMENT, ChangeChoice(in_app=False))
    assert await tell(db, user.id) == []
    assert (await client.get(PAGE)).json() == {"items": [], "next_cursor": None, "unread": 0}


async def test_news_of_security_is_told_once_for_both_addresses(
    client: httpx.AsyncClient, db: Database
) -> None:
    user = await signed_in(client, db)
    for to in ("old@people.example", "new@people.example"):
        letter = Letter(
            kind=LetterKind.EMAIL_CHANGED,
            to=to,
            name=user.name,
            locale="en",
            user_id=user.id,
            values={"address": "n**@people.example"},
        )
        async with db.transaction() as session:
            await letters.send(session, letter)
    page = (await client.get(PAGE)).json()
    assert [line["title"] for line in page["items"]] == ["Your e-mail address was changed"]
    link = Letter(kind=LetterKind.RESET_PASSWORD, to="a@b.example", name="", locale="en", user_id=user.id, values={"link": "https://x.example"})  # fmt: skip
    async with db.transaction() as session:
        await letters.send(session, link)
    assert (await client.get(PAGE)).json()["unread"] == 1


async def test_a_device_hears_it_live(fresh_database: str) -> None:
    async with serving(fresh_database) as server:
        user, token = await server.person()
        async with server.socket(token) as first, server.socket(token) as second:
            await tell(server.runtime.db, user.id)
            for socket in (first, second):
                frame = await socket.wait_for(lambda event: event["type"] == "notification")
                assert frame["unread"] == 1
            async with server.http(token) as http:
                assert (await http.post(f"{PAGE}/read", json={})).json() == {"unread": 0}
            for socket in (first, second):
                frame = await socket.wait_for(lambda event: event["type"] == "notifications.read")
                assert (frame["ids"], frame["unread"]) == (None, 0)


def test_every_notice_has_a_title() -> None:
    names = {key.split(".")[1] for key in catalogue("en") if key.startswith("notice.")}
    assert names
    for name in names:
        assert f"notice.{name}.title" in catalogue("en")


@pytest.mark.parametrize("body", [{"title": "x"}])
async def test_a_name_without_words_is_an_error_at_once(db: Database, body: dict[str, str]) -> None:
    user = await make_user(db)
    with pytest.raises(LookupError):
        await tell(db, user.id, "nothing", context=body)
