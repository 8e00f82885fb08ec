"""The generated documents: OpenAPI of the REST API, AsyncAPI of the realtime protocol, and the latter's types for the web
client."""

from pathlib import Path
from typing import Any

import orjson
from pydantic.json_schema import models_json_schema

from api import asyncapi
from api.app import create_app
from api.ws import frames, protocol
from core.settings import Settings

OPENAPI = "openapi.json"
ASYNCAPI = "asyncapi.json"
PROTOCOL = "protocol.openapi.json"


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the REST API."""
    document = create_app(Settings(_env_file=None)).openapi()
    return document


def protocol_types() -> dict[str, Any]:
    """Commands and events of the realtime protocol as the components of an OpenAPI document without paths."""
    from pydantic import RootModel

    class ClientCommand(RootModel[protocol.AnyCommand]):
        """Anything a client may send."""

    class ServerEvent(RootModel[frames.AnyEvent]):
        """Anything the server may send."""

    _, schema = models_json_schema(
        [(ClientCommand, "validation"), (ServerEvent, "serialization")],
        ref_template="#/components/schemas/{model}",
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sextant realtime protocol", "version": str(protocol.VERSION)},
        "paths": {},
        "components": {"schemas": schema["$defs"]},
    }


def write(folder: Path, *, check: bool) -> list[str]:
    """Write the documents that changed (or, with `check`, only say which would). Returns their names."""
    changed = []
    documents = ((OPENAPI, openapi()), (ASYNCAPI, asyncapi.document()), (PROTOCOL, protocol_types()))
    for name, document in documents:
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
        path = folder / name
        if not path.exists() or path.read_text() != text:
            changed.append(name)
            if not check:
                path.write_text(text)
    return changed
