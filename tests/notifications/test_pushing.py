"""Browser push: subscribed, encrypted for one browser, sent to a push service on this machine that decrypts it, and
ended with the session."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.db import Database
from core.errors import VendorUnavailable
from core.gateways import Gateways, configure
from core.gateways.webpush import PushGateway, PushRefused, PushTarget, encrypted
from core.settings import Settings
from services.notifications import push_repository, service
from services.notifications.kinds import Kind
from services.notifications.notices import MarkNotifications, list_own, mark
from services.notifications.pushing import push
from tests.accounts.factories import actor_for, make_user, sign_in_cookie

DEVICES = "/api/v1/notifications/devices"
CURVE = ec.SECP256R1()


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def raw(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


class BrowserKeys:
    """What a browser keeps of a subscription; reads messages as RFC 8291 has it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(CURVE)
        self._auth = os.urandom(16)
        self.point = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def as_json(self) -> dict[str, str]:
        return {"p256dh": text(self.point), "auth": text(self._auth)}

    def read(self, body: bytes) -> dict[str, Any]:
        salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
        theirs, content = body[21 : 21 + length], body[21 + length :]
        assert len(content) <= size
        shared = self._key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, theirs))
        secret = self._hkdf(shared, self._auth, b"WebPush: info\0" + self.point + theirs, 32)
        key = self._hkdf(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = self._hkdf(secret, salt, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, content, None)
        assert padded.endswith(b"\x02")
        line: dict[str, Any] = json.loads(padded[:-1])
        return line

    @staticmethod
    def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


class PushService:
    """A push service on this machine. `status` is what it answers."""

    def __init__(self) -> None:
        self.status = 201
        self.got: list[tuple[dict[str, str], bytes]] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(sink.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def push_service() -> Iterator[PushService]:
    service = PushService()
    yield service
    service.close()


@pytest.fixture
async def gateway(push_service: PushService) -> AsyncIterator[PushGateway]:
    made = PushGateway(
        ec.generate_private_key(CURVE),
        contact="mailto:hello@sextant.example",
        more_hosts=frozenset({push_service.host}),
    )
    configure(Gateways(push=made))
    yield made
    configure(Gateways(push=PushGateway(None, contact="mailto:hello@sextant.example")))
    await made.close()


async def subscribed(
    client: httpx.AsyncClient, db: Database, where: PushService, browser: BrowserKeys
) -> tuple[Any, dict[str, Any]]:
    """Somebody with a subscribed browser: the person, and the device."""
    user = await make_user(db)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    body = {"endpoint": f"http://{where.host}/{uuid4().hex}", "keys": browser.as_json()}
    answer = await client.post(DEVICES, json=body)
    assert answer.status_code == 201, answer.text
    return user, answer.json()


async def told(db: Database, user_id: UUID) -> UUID:
    """Tell somebody of something; the id of the line."""
    async with db.transaction() as session:
        news = service.News(
            user_id,
            Kind.BOOKING,
            "booking_booked",
            key=uuid4().hex,
            path="/rooms/1",
            context={"name": "Ada <script>", "starts_at": "2026-11-24T14:00:00+00:00"},
        )
        await service.tell(session, news)
    user = await _reader(db, user_id)
    async with db.transaction() as session:
        return (await list_own(session, user)).items[0].id


async def _reader(db: Database, user_id: UUID) -> Any:
    from core.actor import ROLE_SCOPES, Actor, Role

    return Actor(user_id=user_id, role=Role.USER, scopes=ROLE_SCOPES[Role.USER])


async def test_a_message_can_be_read_by_the_one_browser_alone(
    client: httpx.AsyncClient, db: Database, push_service: PushService, gateway: PushGateway
) -> None:
    browser = BrowserKeys()
    user, device = await subscribed(client, db, push_service, browser)
    state = (await client.get(DEVICES)).json()
    assert state["public_key"] == gateway.public_key
    assert [each["id"] for each in state["devices"]] == [device["id"]]
    assert state["devices"][0]["current"] is True
    notification_id = await told(db, user.id)
    await push(db, subscription_id=UUID(device["id"]), notification_id=notification_id)
    ((headers, body),) = push_service.got
    assert browser.read(body) == {
        "title": "Ada <script> booked a call with you",
        "body": "Tuesday, 24 November, 14:00",
        "path": "/rooms/1",
        "tag": str(notification_id),
        "unread": 1,
    }
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "86400")
    assert headers["topic"] == notification_id.hex
    token, key = (part.strip()[2:] for part in headers["authorization"].removeprefix("vapid ").split(","))
    head, claims, signature = token.split(".")
    assert key == gateway.public_key
    assert json.loads(raw(claims))["aud"] == f"http://{push_service.host}"
    r, s = (int.from_bytes(half, "big") for half in (raw(signature)[:32], raw(signature)[32:]))
    ec.EllipticCurvePublicKey.from_encoded_point(CURVE, raw(key)).verify(
        encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256())
    )


async def test_what_was_read_is_not_pushed_and_who_is_gone_is_forgotten(
    client: httpx.AsyncClient, db: Database, push_service: PushService, gateway: PushGateway
) -> None:
    user, device = await subscribed(client, db, push_service, BrowserKeys())
    subscription_id, first = UUID(device["id"]), await told(db, user.id)
    async with db.transaction() as session:
        await mark(session, actor_for(user), MarkNotifications(ids=[first]))
    await push(db, subscription_id=subscription_id, notification_id=first)
    assert push_service.got == []
    second = await told(db, user.id)
    for status in (429, 500, 503):
        push_service.status = status
        with pytest.raises(VendorUnavailable):
            await push(db, subscription_id=subscription_id, notification_id=second)
    push_service.status = 400  # will never be taken: not tried again, and no reason to forget the browser
    await push(db, subscription_id=subscription_id, notification_id=second)
    assert len((await client.get(DEVICES)).json()["devices"]) == 1
    push_service.status = 410
    await push(db, subscription_id=subscription_id, notification_id=second)
    assert (await client.get(DEVICES)).json()["devices"] == []
    before = len(push_service.got)
    await push(db, subscription_id=subscription_id, notification_id=second)
    assert len(push_service.got) == before


async def test_it_ends_with_the_session_and_by_hand(
    client: httpx.AsyncClient, db: Database, push_service: PushService, gateway: PushGateway
) -> None:
    user, device = await subscribed(client, db, push_service, BrowserKeys())
    other = await make_user(db)
    mine = client.headers["Authorization"]
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, other)}"
    assert (await client.delete(f"{DEVICES}/{device['id']}")).status_code == 404
    client.headers["Authorization"] = mine
    assert (await client.delete(f"{DEVICES}/{device['id']}")).status_code == 204
    assert (await client.delete(f"{DEVICES}/{device['id']}")).status_code == 404
    body = {"endpoint": f"http://{push_service.host}/again", "keys": BrowserKeys().as_json()}
    first = (await client.post(DEVICES, json=body)).json()
    body["keys"] = BrowserKeys().as_json()
    assert (await client.post(DEVICES, json=body)).json()["id"] == first["id"], (
        "the same browser is one device"
    )
    assert (await client.delete("/api/v1/sessions/current")).status_code == 204
    async with db.transaction() as session:
        assert await push_repository.of_person(session, user.id) == []


async def test_only_push_services_are_called(
    client: httpx.AsyncClient, db: Database, push_service: PushService, gateway: PushGateway
) -> None:
    await subscribed(client, db, push_service, BrowserKeys())
    good = BrowserKeys().as_json()
    for endpoint in (
        "http://127.0.0.1:5432/",
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com@evil.example/x",
        "http://fcm.googleapis.com/x",
        "https://evilpush.apple.com.example/x",
    ):
        answer = await client.post(DEVICES, json={"endpoint": endpoint, "keys": good})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_push_service"), endpoint
    for keys in ({"p256dh": "x", "auth": good["auth"]}, {"p256dh": good["p256dh"], "auth": "AAAA"}, {"p256dh": text(b"\4" + bytes(64)), "auth": good["auth"]}):  # fmt: skip
        answer = await client.post(DEVICES, json={"endpoint": "https://fcm.googleapis.com/x", "keys": keys})
        assert (answer.status_code, answer.json()["code"]) == (422, "unknown_push_service")
    real = PushTarget(endpoint="https://updates.push.services.mozilla.com/wpush/v2/x", **good)
    assert gateway.accepts(real)
    with pytest.raises(PushRefused):
        encrypted(real, b"x" * 4000)
    for count in range(22):
        body = {"endpoint": f"http://{push_service.host}/{count}", "keys": good}
        assert (await client.post(DEVICES, json=body)).status_code == 201
    assert len((await client.get(DEVICES)).json()["devices"]) == 20


async def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "new")
    made = await asyncio.gather(*(asyncio.to_thread(PushGateway.from_settings, settings) for _ in range(4)))
    assert len({each.public_key for each in made}) == 1
    assert (tmp_path / "new" / "vapid.key").stat().st_mode & 0o077 == 0
    given = Settings(_env_file=None, vapid_private_key=(tmp_path / "new" / "vapid.key").read_text())
    assert PushGateway.from_settings(given).public_key == made[0].public_key
    for wrong in ("x", "AAAA", ""):
        if wrong:
            with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, the service does not start
                PushGateway.from_settings(Settings(_env_file=None, vapid_private_key=wrong))


async def test_without_a_key_it_is_off(client: httpx.AsyncClient, db: Database) -> None:
    configure(Gateways(push=PushGateway(None, contact="mailto:hello@sextant.example")))
    user = await make_user(db)
    client.headers["Authorization"] = f"Bearer {await sign_in_cookie(db, user)}"
    assert (await client.get(DEVICES)).json() == {"public_key": None, "devices": []}
    body = {"endpoint": "https://fcm.googleapis.com/x", "keys": BrowserKeys().as_json()}
    answer = await client.post(DEVICES, json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "push_off")
