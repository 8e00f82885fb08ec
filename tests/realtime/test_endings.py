"""How connections end: a dead peer is noticed on both sides, and a server that goes down sends everyone elsewhere."""

import asyncio
import socket as sockets
from typing import Any

import pytest
from websockets.utils import accept_key

from api.ws.client import RealtimeClient
from services.conversations import log
from tests.serving import Served, serving


async def until(condition: object) -> None:
    """Wait for something that has no event of its own."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def open_raw(served: Served, token: str) -> sockets.socket:
    """A socket whose owner will neither speak nor answer pings."""
    loop = asyncio.get_running_loop()
    host, port = served.base_url.removeprefix("http://").split(":")
    raw = sockets.socket()
    raw.setblocking(False)
    await loop.sock_connect(raw, (host, int(port)))
    await loop.sock_sendall(
        raw,
        f"GET /ws HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Authorization: Bearer {token}\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode(),
    )
    assert (await loop.sock_recv(raw, 4096)).startswith(b"HTTP/1.1 101")
    return raw


async def test_the_server_notices_a_dead_client_and_keeps_a_live_one(database_url: str) -> None:
    async with serving(database_url, ws_ping_seconds=0.5) as served:
        ada, token = await served.person()
        room = await served.room(ada)
        async with served.socket(token) as alive:
            await alive.subscribe(room)
            raw = await open_raw(served, token)
            await until(lambda: served.runtime.hub.connections == 2)
            received = b""
            async with asyncio.timeout(30):
                while chunk := await asyncio.get_running_loop().sock_recv(raw, 65_536):
                    received += chunk
            raw.close()
            assert b"keepalive ping timeout" in received
            await until(lambda: served.runtime.hub.connections == 1)
            assert (await alive.send_message(room, "still here"))["duplicate"] is False


async def test_the_client_notices_a_dead_server() -> None:
    over = asyncio.Event()

    async def go_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode()
        key = next(line for line in request.splitlines() if line.lower().startswith("sec-websocket-key"))
        welcome = b'{"type":"welcome"}'
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: %s\r\n\r\n"
            % accept_key(key.partition(":")[2].strip()).encode()
            + bytes((0x81, len(welcome)))
            + welcome
        )
        await over.wait()
        writer.close()

    server = await asyncio.start_server(go_silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = RealtimeClient(f"ws://127.0.0.1:{port}/ws", token="anything", heartbeat=0.3)
    await client.connect()
    with pytest.raises(ConnectionError, match="1006"):
        async with asyncio.timeout(60):
            await client.wait_for(lambda e: e["type"] == "never")
    over.set()
    await client.close()
    server.close()


async def test_a_server_that_goes_down_spreads_the_return_and_loses_nothing(database_url: str) -> None:
    going = serving(database_url)
    one = await going.__aenter__()
    ada, token = await one.person()
    room = await one.room(ada)
    clients = [one.socket(token) for _ in range(20)]
    for client in clients:
        await client.connect()
        await client.subscribe(room)
    sends = [
        asyncio.create_task(client.send_message(room, f"{n}"))
        for n, client in enumerate(clients)
        for _ in range(5)
    ]
    await sends[0]
    await going.__aexit__(None, None, None)
    results = await asyncio.gather(*sends, return_exceptions=True)
    acknowledged = {result["message"]["id"] for result in results if isinstance(result, dict)}
    assert all(isinstance(result, dict | ConnectionError) for result in results)

    waits = []
    for client in clients:
        closing = await client.wait_for(lambda e: e["type"] == "closing")
        waits.append(closing["reconnect_ms"])
        await until(lambda client=client: client.close_code is not None)
        assert client.close_code == 1012
    assert all(200 <= wait <= 3_000 for wait in waits)
    assert len(set(waits)) > len(waits) // 2, "they would all come back at the same moment"

    async with serving(database_url) as two:
        for client in clients:
            client._url = two.ws_url
            await client.reconnect()
        stored: list[Any] = [*await log.events_after(two.runtime.db, room, 0)]
        assert acknowledged <= {event["message"]["id"] for event in stored}
        for client in clients:
            assert client.durable(room) == stored
            await client.close()
