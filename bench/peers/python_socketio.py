"""A chat room on python-socketio under uvicorn: PORT."""

import sys
from typing import Any

import socketio
import uvicorn

server = socketio.AsyncServer(async_mode="asgi", http_compression=False)


async def connect(sid: str, environ: dict[str, Any]) -> None:
    if "role=r" in environ["QUERY_STRING"]:
        await server.enter_room(sid, "r")


async def message(sid: str, data: Any) -> None:
    await server.emit("m", data, room="r")


server.on("connect", connect)
server.on("m", message)


if __name__ == "__main__":
    uvicorn.run(
        socketio.ASGIApp(server),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        ws="websockets-sansio",
        http="httptools",
        loop="uvloop",
        log_level="warning",
        ws_per_message_deflate=False,
        access_log=False,
        backlog=4096,
    )
