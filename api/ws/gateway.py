"""The WebSocket door: who is there, one command after the other, an answer to each."""

import asyncio
import logging
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson
from pydantic import ValidationError
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.deps import credentials
from api.runtime import Runtime
from api.ws import protocol as p
from api.ws.commands import Commands
from api.ws.connection import LIMITS, UNAUTHENTICATED, Connection
from api.ws.socket import EXTENSION, SocketProtocol
from core.actor import Scope
from core.errors import SextantError, Unauthenticated
from services.accounts import service as accounts

log = logging.getLogger(__name__)

PATH = "/ws"
HELLO_SECONDS = 10.0
BURST_SECONDS = 3.0
MAX_SOCKETS = 100  # of one person at one process
PATIENCE = 200  # refused frames before the socket is closed


async def serve(scope: AsgiScope, receive: Receive, send: Send, runtime: Runtime) -> None:
    """Serve one socket until it closes (ASGI)."""
    opened = await _open(WebSocket(scope, receive, send), runtime)
    if opened is None:
        return
    connection, token = opened
    present: UUID | None = None
    try:
        if await _identify(connection, runtime, token):
            present = _present(connection, runtime)
            await _carry_out(connection, runtime)
    except WebSocketDisconnect:
        pass
    finally:
        runtime.hub.leave(connection)
        if present is not None:
            runtime.presence.leave(present)


async def _open(websocket: WebSocket, runtime: Runtime) -> tuple[Connection, str | None] | None:
    """Accept the socket; the connection, and the token that the handshake brought. None where it is refused."""
    https = runtime.settings.base_url.startswith("https://")
    token = credentials(websocket.headers, websocket.cookies, https=https)
    by_cookie = token is not None and "authorization" not in websocket.headers
    if by_cookie and not _same_origin(websocket, runtime.settings.base_url):
        await websocket.close(4403, "origin")
        return None
    offered = websocket.scope.get("subprotocols", [])
    await websocket.accept(p.SUBPROTOCOL if p.SUBPROTOCOL in offered else None)
    protocol: SocketProtocol = websocket.scope["extensions"][EXTENSION]
    protocol.forget_handshake()
    return Connection(protocol), token


def _present(connection: Connection, runtime: Runtime) -> UUID | None:
    """Show that this person is there; guests talk to the assistant only, who does not mind."""
    if connection.actor is None or connection.actor.is_guest:
        return None
    if Scope.CONVERSATIONS_READ not in connection.actor.scopes:
        return None  # a program that has to do with other things
    runtime.presence.arrive(connection.actor.user_id)
    return connection.actor.user_id


def _same_origin(websocket: WebSocket, base_url: str) -> bool:
    origin = websocket.headers.get("origin")
    if origin is None:
        return True  # not a browser: nothing rides on its cookies by accident
    return origin == base_url or urlsplit(origin).netloc == websocket.headers.get("host")


async def _identify(connection: Connection, runtime: Runtime, token: str | None) -> bool:
    """Find out who is there: by cookie or header, else by a first frame `hello`."""
    actor = await accounts.authenticate(runtime.db, token) if token else None
    hello_id: str | None = None
    if actor is None:
        frame: Any = {}
        try:
            async with asyncio.timeout(HELLO_SECONDS):
                frame = await connection.receive()
                command = _parse(frame)
                if not isinstance(command, p.Hello):
                    raise Unauthenticated("Sign in first: send hello, or connect with a session.")
                hello_id = command.id
                actor = await accounts.authenticate(runtime.db, command.token)
                if actor is None:
                    raise Unauthenticated("This token is not valid (any more).")
        except TimeoutError:
            connection.close(UNAUTHENTICATED, "nobody said hello")
            return False
        except SextantError as error:
            connection.send(_error(_id_of(frame), error))
            connection.close(UNAUTHENTICATED, error.message)
            return False
    if runtime.hub.sockets_of(actor.user_id) >= MAX_SOCKETS:
        # What one socket may send and follow is bounded; so is how many sockets that is.
        message = f"You are connected {MAX_SOCKETS} times already. Close some of those first."
        connection.send({"type": "error", "id": hello_id, "code": "too_many_connections", "message": message})
        connection.close(LIMITS, "too many connections of one person")
        return False
    connection.actor = actor
    await runtime.hub.join(connection)
    name = await accounts.name(runtime.db, actor.user_id)
    connection.send(
        {
            "type": "welcome",
            "protocol": p.VERSION,
            "user": {"id": str(actor.user_id), "name": name, "role": actor.role.value},
            "heartbeat_seconds": p.HEARTBEAT_SECONDS,
        }
    )
    if hello_id is not None:
        connection.send({"type": "ack", "id": hello_id})
    return True


async def _carry_out(connection: Connection, runtime: Runtime) -> None:
    commands = Commands(connection, runtime)
    connection.offer(lambda data: _at_once(data, connection, commands, runtime))
    refused = 0
    while True:
        connection.busy = False
        # No frame has a name here: it would be kept until the next one comes, and most sockets are idle.
        refused += await _one(await connection.receive(), connection, commands, runtime)
        if refused > PATIENCE:
            connection.close(LIMITS, "too many refused frames")
            return


async def _one(frame: Any, connection: Connection, commands: Commands, runtime: Runtime) -> bool:
    """Carry out one command and answer it; whether it was refused for its form or for coming too fast. Raises
    WebSocketDisconnect at the end of the socket."""
    connection.busy = True
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1005))
    per_second = runtime.settings.ws_frames_per_second
    if not _within_rate(connection, per_second):
        connection.send(
            {
                "type": "error",
                "id": _id_of(frame),
                "code": "rate_limited",
                "message": "Too fast. Wait a moment and send it again.",
                "retry_after": 1 / per_second,
            }
        )
        return True
    try:
        await commands.run(_parse(frame))
    except SextantError as error:
        connection.send(_error(error.fields.pop("id", None) or _id_of(frame), error))
        return error.code in ("bad_frame", "frame_too_large", "binary_not_supported")
    except Exception:
        log.exception("a command failed")
        connection.send(
            {
                "type": "error",
                "id": _id_of(frame),
                "code": "internal",
                "message": "Something went wrong on our side. Send it again.",
            }
        )
    return False


def _at_once(data: bytes, connection: Connection, commands: Commands, runtime: Runtime) -> bool:
    """Carry out what is most frequent, a message that only has to be handed over, without a task. False for everything
    else and whatever is wrong with it: the usual way says so."""
    if connection.busy or connection.closed or not data.startswith(p.SEND) or len(data) > p.MAX_FRAME:
        return False
    try:
        command = p.MESSAGE_SEND.validate_json(data)
    except ValidationError:
        return False
    per_second = runtime.settings.ws_frames_per_second
    if not _within_rate(connection, per_second, spend=False) or not commands.send_at_once(command):
        return False
    connection.tokens -= 1
    return True


def _parse(frame: Any) -> p.AnyCommand:
    """The command in a frame. Raises SextantError with `code` bad_frame, frame_too_large, binary_not_supported,
    unknown_command or invalid_input, and the command's `id` where it can be read."""
    if frame["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(frame.get("code", 1005))
    text = frame.get("text")
    if text is None:
        raise _refused("binary_not_supported", "Send text frames with JSON.")
    if len(text) > p.MAX_FRAME:
        raise _refused("frame_too_large", f"A frame may hold {p.MAX_FRAME} characters.", limit=p.MAX_FRAME)
    try:
        return p.COMMAND.validate_json(text)
    except ValidationError as error:
        raise _explained(text, error) from None


def _explained(text: str, error: ValidationError) -> SextantError:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _refused("bad_frame", "This is not JSON.")
    if not isinstance(body, dict):
        return _refused("bad_frame", "A frame is a JSON object.")
    command_id = body.get("id")
    command_id = command_id if isinstance(command_id, str) and 0 < len(command_id) <= 64 else None
    first = error.errors()[0]
    if first["type"].startswith("union_tag"):
        return _refused("unknown_command", "There is no such command.", id=command_id)
    problems = [
        {"field": ".".join(str(part) for part in e["loc"][1:]), "message": e["msg"]}
        for e in error.errors()[:10]
    ]
    named = ", ".join(dict.fromkeys(problem["field"] for problem in problems))
    return _refused("invalid_input", f"Please check {named}.", id=command_id, errors=problems)


class FrameRefused(SextantError):
    status = 422


def _refused(code: str, message: str, **fields: Any) -> SextantError:
    return FrameRefused(message, code=code, **fields)


def _id_of(frame: Any) -> str | None:
    try:
        command_id = orjson.loads(frame.get("text") or "")["id"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    return command_id if isinstance(command_id, str) and len(command_id) <= 64 else None


def _error(command_id: str | None, error: SextantError) -> dict[str, Any]:
    fields = {
        key: value for key, value in error.fields.items() if key not in ("type", "id", "code", "message")
    }
    return {
        **orjson.loads(orjson.dumps(fields, default=str)),
        "type": "error",
        "id": command_id,
        "code": error.code,
        "message": error.message,
    }


def _within_rate(connection: Connection, per_second: float, *, spend: bool = True) -> bool:
    now = time.monotonic()
    burst = per_second * BURST_SECONDS
    if connection.tokens_at == 0.0:
        connection.tokens = burst
    else:
        connection.tokens = min(burst, connection.tokens + (now - connection.tokens_at) * per_second)
    connection.tokens_at = now
    if connection.tokens < 1:
        return False
    connection.tokens -= spend
    return True
