"""A bare broadcaster on the `websockets` library: PORT. Clients of /r are in the room, what others send goes to it."""

import asyncio
import logging
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

ROOM: set[ServerConnection] = set()


async def handle(connection: ServerConnection) -> None:
    assert connection.request is not None
    member = connection.request.path == "/r"
    if member:
        ROOM.add(connection)
    await connection.send("hi")
    try:
        async for message in connection:
            broadcast(ROOM, message)
    finally:
        ROOM.discard(connection)


async def main(port: int) -> None:
    logging.getLogger("websockets").setLevel(logging.CRITICAL)  # members leave without a word
    async with serve(handle, "127.0.0.1", port, compression=None, backlog=4096):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
