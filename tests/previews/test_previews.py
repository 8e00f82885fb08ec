"""Attachments and previews in rooms, through the whole server: sockets, jobs, storage and a site to link to."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.ws.client import RealtimeClient
from core.embedded_storage import EmbeddedStorage
from tests.files.factories import PDF, png
from tests.files.storage import settings_on
from tests.previews.site import Site, answer, moved, page
from tests.serving import Served, serving


async def uploaded(http: httpx.AsyncClient, content: bytes, name: str) -> str:
    """A file of this person's, ready to be sent."""
    begun = await http.post("/api/v1/files", json={"name": name, "size": len(content)})
    assert begun.status_code == 201, begun.text
    file, target = begun.json()["file"], begun.json()["upload"]
    async with httpx.AsyncClient() as plain:
        assert (await plain.put(target["url"], content=content, headers=target["headers"])).status_code == 200
    state = (await http.post(f"/api/v1/files/{file['id']}/complete")).json()
    async with asyncio.timeout(20):
        while state["state"] == "processing":
            await asyncio.sleep(0.05)
            state = (await http.get(f"/api/v1/files/{file['id']}")).json()
    assert state["state"] == "ready", state
    return str(file["id"])


async def edited(socket: RealtimeClient, message: str) -> dict[str, Any]:
    event = await socket.wait_for(
        lambda each: each["type"] == "message.edited" and each["message"]["id"] == message
    )
    changed: dict[str, Any] = event["message"]
    return changed


async def reads(server: Served, token: str | None, path: str) -> int:
    async with server.http(token) as http:
        return (await http.get(path, follow_redirects=False)).status_code


async def test_files_travel_with_a_message_and_are_seen_by_its_room_alone(
    fresh_database: str, storage_server: EmbeddedStorage
) -> None:
    async with serving(fresh_database, worker=True, **settings_on(storage_server)) as server:
        (ada, ada_token), (bob, bob_token), (_, eve_token) = [await server.person() for _ in range(3)]
        room, other = await server.room(ada, bob), await server.room(ada)
        async with (
            server.http(ada_token) as http,
            server.socket(ada_token) as a,
            server.socket(bob_token) as b,
        ):
            await b.subscribe(room, 0)
            await a.subscribe(room, 0)
            picture, plan = await uploaded(http, png(), "a.png"), await uploaded(http, PDF, "plan.pdf")
            for path in (f"/api/v1/files/{plan}/content", f"/api/v1/files/{picture}/thumbnail"):
                assert await reads(server, bob_token, path) == 404  # not sent yet
            client_id = uuid4()
            ack = await a.send_message(room, "", client_id, attachments=[picture, plan])
            names = [each["name"] for each in ack["message"]["attachments"]]
            assert names == ["a.png", "plan.pdf"]
            event = await b.wait_for(lambda each: each["type"] == "message.created")
            assert event["message"] == ack["message"]
            # A retry after a lost answer finds what was stored; the files cannot be sent a second time.
            again = await a.send_message(room, "", client_id, attachments=[picture, plan])
            assert (again["duplicate"], again["message"]) == (True, ack["message"])
            with pytest.raises(Exception, match="cannot be sent"):
                await a.send_message(other, "", attachments=[picture])
            async with server.http(bob_token) as bobs:
                listed = (await bobs.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
                replayed = (await bobs.get(f"/api/v1/rooms/{room}/events")).json()["items"]
                assert [listed[0], replayed[0]["message"]] == [ack["message"], ack["message"]]
                taken = await bobs.post(
                    f"/api/v1/rooms/{room}/messages",
                    json={"client_id": str(uuid4()), "text": "mine now", "attachments": [plan]},
                )
                assert (taken.status_code, taken.json()["code"]) == (422, "attachment_unavailable")
                empty = {"client_id": str(uuid4()), "text": " ", "attachments": []}
                assert (await bobs.post(f"/api/v1/rooms/{room}/messages", json=empty)).status_code == 422
                small = await bobs.get(f"/api/v1/files/{picture}/thumbnail")
                assert (small.headers["content-type"], small.headers["x-content-type-options"]) == (
                    "image/webp",
                    "nosniff",
                )
                assert small.headers["cache-control"].startswith("private")
                there = await bobs.get(f"/api/v1/files/{plan}/content", follow_redirects=False)
                assert (there.status_code, there.headers["x-content-type-options"]) == (307, "nosniff")
            async with httpx.AsyncClient() as plain:
                assert (await plain.get(there.headers["location"])).content == PDF
            for token in (eve_token, None):
                for path in (f"/api/v1/files/{plan}/content", f"/api/v1/files/{picture}/thumbnail"):
                    assert await reads(server, token, path) == 404
            assert (await http.delete(f"/api/v1/files/{plan}")).status_code == 204
            assert await reads(server, bob_token, f"/api/v1/files/{plan}/content") == 404


async def test_a_linked_page_is_shown_under_the_message_until_its_sender_removes_it(
    fresh_database: str, storage_server: EmbeddedStorage
) -> None:
    async with Site() as site, Site() as inside:
        site.pages |= {
            "/post": page(
                '<title>x</title><meta property="og:title" content="<script>alert(1)</script> Ship it">'
                '<meta name="description" content="How to ship"><meta property="og:image" content="/cover.png">'
            ),
            "/cover.png": answer("image/png", png(400, 200)),
            "/evil": page(f'<title>Evil</title><meta property="og:image" content="{inside.url("/secret.png")}">'),
            "/away": moved("http://169.254.169.254/latest/meta-data/"),
            "/bad-picture": page('<title>Bad</title><meta property="og:image" content="/not.png">'),
            "/not.png": answer("image/png", b"<script>alert(1)</script>"),
        }  # fmt: skip
        inside.pages["/secret.png"] = answer("image/png", png())
        allow: dict[str, Any] = {"link_preview_allow": site.address, **settings_on(storage_server)}
        async with serving(fresh_database, worker=True, **allow) as server:
            (ada, ada_token), (bob, bob_token), (_, eve_token) = [await server.person() for _ in range(3)]
            room = await server.room(ada, bob)
            async with server.socket(ada_token) as a, server.socket(bob_token) as b:
                await b.subscribe(room, 0)
                text = f"{inside.url('/secret.png')} {site.url('/away')} {site.url('/post')}"
                sent = (await a.send_message(room, text))["message"]
                assert sent["previews"] == []
                message = await edited(b, sent["id"])
                assert message["edited_at"] is None
                [preview] = message["previews"]
                assert preview["title"] == "<script>alert(1)</script> Ship it"
                assert (preview["description"], preview["url"]) == ("How to ship", site.url("/post"))
                picture = f"/api/v1/files/{preview['image']}/thumbnail"
                assert await reads(server, bob_token, picture) == 200
                assert await reads(server, eve_token, picture) == 404
                second = (await a.send_message(room, f"{site.url('/evil')} {site.url('/bad-picture')}"))[
                    "message"
                ]
                shown = await edited(b, second["id"])
                assert [(each["title"], each["image"]) for each in shown["previews"]] == [
                    ("Evil", None),
                    ("Bad", None),
                ]
                assert inside.asked == []

                # An edit takes along the previews of links that it takes away, and brings those of new ones.
                async def mended(text: str, wanted: list[str]) -> dict[str, Any]:
                    changed = await a.command("message.edit", room=room, message=second["id"], text=text)
                    event = await b.wait_for(
                        lambda e: (
                            e["type"] == "message.edited"
                            and e["message"]["text"] == text
                            and [each["title"] for each in e["message"]["previews"]] == wanted
                        )
                    )
                    assert changed["message"]["text"] == text
                    message: dict[str, Any] = event["message"]
                    return message

                ship = "<script>alert(1)</script> Ship it"
                await mended(f"{site.url('/bad-picture')}", ["Bad"])
                both = await mended(f"{site.url('/bad-picture')} {site.url('/post')}", ["Bad", ship])
                cover = f"/api/v1/files/{both['previews'][1]['image']}/thumbnail"
                assert await reads(server, bob_token, cover) == 200
                await mended("nothing to see", [])
                assert await reads(server, bob_token, cover) == 404
                back = await mended(f"after all {site.url('/post')}", [ship])
                async with server.http(ada_token) as adas:
                    gone = back["previews"][0]["id"]
                    base = f"/api/v1/rooms/{room}/messages/{second['id']}"
                    assert (await adas.delete(f"{base}/previews/{gone}")).status_code == 200
                    await mended(f"after all, {site.url('/post')} {site.url('/evil')}", ["Evil"])
                path = f"/api/v1/rooms/{room}/messages/{sent['id']}/previews/{preview['id']}"
                async with (
                    server.http(bob_token) as bobs,
                    server.http(ada_token) as adas,
                    server.http(eve_token) as eves,
                ):
                    assert (await bobs.delete(path)).status_code == 403
                    assert (await eves.delete(path)).status_code == 404
                    removed = await adas.delete(path)
                    assert (removed.status_code, removed.json()["previews"]) == (200, [])
                    assert (await adas.delete(path)).status_code == 404
                    # What is replayed is what is fetched.
                    listed = (await bobs.get(f"/api/v1/rooms/{room}/messages")).json()["items"]
                    events = (await bobs.get(f"/api/v1/rooms/{room}/events")).json()["items"]
                    assert {each["id"]: each for each in listed} == {
                        each["message"]["id"]: each["message"] for each in events
                    }
                assert await reads(server, bob_token, picture) == 404


async def test_previews_stand_for_what_the_message_links_to_now(
    fresh_database: str, storage_server: EmbeddedStorage
) -> None:
    """Reading a page takes a while, and messages are edited meanwhile."""
    async with Site() as site:
        asked, go_on = asyncio.Event(), asyncio.Event()

        async def slow(path: str, headers: dict[str, str], writer: asyncio.StreamWriter) -> None:
            asked.set()
            await go_on.wait()
            writer.write(page("<title>Slow</title>"))
            await writer.drain()

        site.pages |= {
            "/quick": page("<title>Quick</title>"),
            "/slow": slow,
            "/other": page("<title>Other</title>"),
        }
        allow: dict[str, Any] = {"link_preview_allow": site.address, **settings_on(storage_server)}
        async with serving(fresh_database, worker=True, **allow) as server:
            ada, token = await server.person()
            room = await server.room(ada)
            async with server.socket(token) as socket:
                await socket.subscribe(room, 0)

                async def shows(message: str, *titles: str) -> None:
                    await socket.wait_for(
                        lambda e: (
                            e["type"] == "message.edited"
                            and e["message"]["id"] == message
                            and [each["title"] for each in e["message"]["previews"]] == list(titles)
                        )
                    )

                sent = await socket.send_message(room, f"{site.url('/quick')} {site.url('/slow')}")
                message = sent["message"]["id"]
                await asyncio.wait_for(asked.wait(), 20)
                text = f"{site.url('/slow')} {site.url('/other')}"
                await socket.command("message.edit", room=room, message=message, text=text)
                await shows(message, "Other")
                go_on.set()
                await shows(message, "Slow", "Other")
                # An address that only begins like another one is another one.
                text = f"{site.url('/slow')}-and-gone"
                await socket.command("message.edit", room=room, message=message, text=text)
                await shows(message)


async def test_a_message_that_is_edited_before_its_links_were_read_has_previews(
    fresh_database: str, storage_server: EmbeddedStorage
) -> None:
    async with Site() as site:
        site.pages["/post"] = page("<title>Post</title>")
        allow: dict[str, Any] = {"link_preview_allow": site.address, **settings_on(storage_server)}
        async with serving(fresh_database, **allow) as server:
            ada, token = await server.person()
            room = await server.room(ada)
            async with server.socket(token) as socket:
                await socket.subscribe(room, 0)
                sent = await socket.send_message(room, f"raed {site.url('/post')}")
                message = sent["message"]["id"]
                text = f"read {site.url('/post')}"
                await socket.command("message.edit", room=room, message=message, text=text)
                async with serving(fresh_database, worker=True, **allow):
                    event = await socket.wait_for(
                        lambda e: e["type"] == "message.edited" and e["message"]["previews"]
                    )
                assert event["message"]["text"] == text
