"""The AsyncAPI document of the realtime protocol, made from the models that check the frames."""

import inspect
from typing import Any, Literal, get_args

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.ws import frames, protocol
from api.ws.connection import LIMITS, RESTART, TOO_SLOW, UNAUTHENTICATED

CHANNEL = "realtime"
DESCRIPTION = f"""\
One WebSocket at `/ws`, subprotocol `{protocol.SUBPROTOCOL}`.

A client sends one command per text frame, of at most {protocol.MAX_FRAME} characters; each carries an `id` of the client's
choice and is answered by `ack` or `error` with the same `id`. A frame from the server holds one or more events,
separated by newlines.

Durable events carry `seq`, which grows by one with each of them in a room. Follow a room with `subscribe`; after a broken
connection give the last `seq` seen as `after_seq`, and everything after it is replayed before the room is live again. A
client that missed too much gets `reset` and fetches the room over REST. Ephemeral events carry no `seq` and may be lost.
Sending is idempotent by `client_id`.

Who is there is known by the session cookie (its Origin is checked), by an `Authorization` header, or by a first frame
`hello` with a token; never by the URL.

The server pings; a client answers, and may send `ping` when it has heard nothing for `heartbeat_seconds`. The server
closes with {UNAUTHENTICATED} (nobody, or signed out), {TOO_SLOW} (reads too slowly: reconnect and resume), {LIMITS} (too many refused
frames, or too many connections of one person) and {RESTART} (restarts: reconnect after the `reconnect_ms` of the `closing` event, which differs for each client).
"""


def document() -> dict[str, Any]:
    """AsyncAPI 3.0, from the point of view of the service: it receives commands and sends events."""
    commands, events = _members(protocol.AnyCommand), _members(frames.AnyEvent)
    modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        *((model, "validation") for model in commands.values()),
        *((model, "serialization") for model in events.values()),
    ]
    references, schemas = models_json_schema(modes, ref_template="#/components/schemas/{model}")
    # By class: a command and an event may have the same `type`.
    messages = {
        model.__name__: {
            "name": name,
            "title": model.__name__,
            "summary": _summary(model),
            "contentType": "application/json",
            "payload": references[model, mode],
        }
        for (name, model), (_, mode) in zip([*commands.items(), *events.items()], modes, strict=True)
    }
    channel = {"$ref": f"#/channels/{CHANNEL}"}
    answers = [_on_channel(frames.Ack), _on_channel(frames.Error)]
    operations: dict[str, Any] = {
        f"receive.{name}": {
            "action": "receive",
            "channel": channel,
            "summary": messages[model.__name__]["summary"],
            "messages": [_on_channel(model)],
            "reply": {"channel": channel, "messages": answers},
        }
        for name, model in commands.items()
    }
    operations["send.events"] = {
        "action": "send",
        "channel": channel,
        "summary": "What the service tells a client, besides its answers.",
        "messages": [
            _on_channel(model) for model in events.values() if model not in (frames.Ack, frames.Error)
        ],
    }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Sextant realtime protocol",
            "version": str(protocol.VERSION),
            "description": DESCRIPTION,
        },
        "defaultContentType": "application/json",
        "servers": {
            "here": {
                "host": "{host}",
                "protocol": "wss",
                "variables": {"host": {"description": "Host, and port where it is not 443, of the service"}},
                "security": [
                    {"$ref": "#/components/securitySchemes/session"},
                    {"$ref": "#/components/securitySchemes/token"},
                ],
            }
        },
        "channels": {
            CHANNEL: {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
            }
        },
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas["$defs"],
            "securitySchemes": {
                "session": {"type": "httpApiKey", "name": "sextant_session", "in": "cookie"},
                "token": {"type": "http", "scheme": "bearer", "description": "A session or API token"},
            },
        },
    }


def _members(union: Any) -> dict[str, type[BaseModel]]:
    """The models of a discriminated union by the value of their `type`."""
    models: tuple[type[BaseModel], ...] = get_args(get_args(union)[0])
    return {get_args(model.model_fields["type"].annotation)[0]: model for model in models}


def _summary(model: type[BaseModel]) -> str:
    own = model.__dict__.get("__doc__")
    return " ".join(inspect.cleandoc(own).split()) if own else model.__name__


def _on_channel(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": f"#/channels/{CHANNEL}/messages/{model.__name__}"}
