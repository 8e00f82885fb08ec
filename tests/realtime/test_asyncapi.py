"""The AsyncAPI document: whole, resolvable, and true of what the server takes and sends."""

import ast
from typing import Any

from pydantic import BaseModel

from api import asyncapi
from api.ws import frames, protocol
from core.migrate import ROOT


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [ref for value in node.values() for ref in _references(value)]
    if isinstance(node, list):
        return [ref for value in node for ref in _references(value)]
    return []


def _at(document: dict[str, Any], pointer: str) -> Any:
    node: Any = document
    for part in pointer.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi.document()
    references = _references(document)
    assert len(references) > 100
    for reference in references:
        assert _at(document, reference) is not None


def test_every_command_is_received_and_answered_and_every_event_is_sent() -> None:
    document = asyncapi.document()
    operations = document["operations"]
    for name, model in asyncapi._members(protocol.AnyCommand).items():
        operation = operations[f"receive.{name}"]
        assert operation["action"] == "receive"
        assert [ref["$ref"].rpartition("/")[2] for ref in operation["reply"]["messages"]] == ["Ack", "Error"]
        assert set(_payload(document, model)["required"]) == _required(model)
        assert _payload(document, model)["additionalProperties"] is False
    sent = {ref["$ref"].rpartition("/")[2] for ref in operations["send.events"]["messages"]}
    assert sent | {"Ack", "Error"} == {m.__name__ for m in asyncapi._members(frames.AnyEvent).values()}


def test_every_event_for_a_person_is_described() -> None:
    """Whatever a rule emits is sent as it is, so a client has to know its form."""
    emitted = set()
    for path in (ROOT / "services").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "UserEvent"
                and isinstance(node.args[1], ast.Constant)
            ):
                emitted.add(node.args[1].value)
    assert {"unread", "profile.changed", "booking.changed"} <= emitted
    # These two close sockets and are sent to nobody.
    assert emitted - {"session.ended", "tokens.changed"} <= set(asyncapi._members(frames.AnyEvent))


def _payload(document: dict[str, Any], model: type[BaseModel]) -> Any:
    return _at(document, document["components"]["messages"][model.__name__]["payload"]["$ref"])


def _required(model: type[BaseModel]) -> set[str]:
    return {name for name, field in model.model_fields.items() if field.is_required()}
