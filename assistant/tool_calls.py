"""Calls of tools: counted, validated, announced, and turned into plain words for the model when they fail."""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any

from langchain.messages import ToolCall, ToolMessage
from pydantic import BaseModel, ValidationError

from assistant.model_calls import UNREADABLE
from assistant.schemas import ToolEnded, ToolStarted
from assistant.turn import Turn
from core.errors import SextantError
from services.conversations.schemas import Card
from tools.registry import ToolSpec

log = logging.getLogger(__name__)

TOOL_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a tool call failed, for the guided model (the text of the message is for the others)."""

    code: str
    message: str
    fields: dict[str, Any]


class ToolCalls:
    """Runs each tool call under the turn's limits.

    Errors become a message that tells the model what to do next. Invalid arguments go back once with the schema's own
    words; the second time in a turn the model is given up on (`Turn.handed_over`).
    """

    def __init__(self, specs: dict[str, ToolSpec]) -> None:
        self._specs = specs

    async def run(self, call: ToolCall, turn: Turn) -> ToolMessage:
        """Run one call and answer it; never raises for what a model can cause."""
        call_id, name, arguments = call["id"] or "", call["name"], call["args"]
        turn.tool_calls += 1
        if turn.tool_calls > turn.tool_limit:
            return _failed(call_id, name, "limit", "No more tools in this turn. Answer with what you have.")
        spec = self._specs.get(name)
        if spec is None:
            return _invalid(
                turn, call_id, name, f"There is no tool {name!r}. Tools: {', '.join(self._specs)}."
            )
        if UNREADABLE in arguments:
            return _invalid(
                turn, call_id, name, "The arguments were not valid JSON. Call again with a JSON object."
            )
        try:
            checked = spec.args.model_validate(arguments)
        except ValidationError as error:
            return _invalid(turn, call_id, name, _explain(error))
        fingerprint = name + checked.model_dump_json()
        if fingerprint in turn.done_calls:
            text = "You made this call already in this turn; the result was:\n" + turn.done_calls[fingerprint]
            return ToolMessage(text, name=name, tool_call_id=call_id)
        turn.emit(ToolStarted(call_id, name, spec.label))
        with turn.tracing.span(f"execute_tool {name}", **{"gen_ai.tool.name": name}) as span:
            message, card = await _run(spec, call_id, checked, turn)
            ok = message.status != "error"
            span.set_attribute("sextant.tool.ok", str(ok).lower())
        if ok:
            turn.done_calls[fingerprint] = str(message.content)
        if card is not None:
            turn.show(card)
        turn.emit(ToolEnded(call_id, name, ok, card))
        return message


async def _run(spec: ToolSpec, call_id: str, args: BaseModel, turn: Turn) -> tuple[ToolMessage, Card | None]:
    try:
        async with asyncio.timeout(min(TOOL_SECONDS, turn.allowance)):
            text, card = await spec.run(turn, args)
    except SextantError as error:
        reason = f"Not done ({error.code}): {error.message}"
        if error.fields:
            reason += " " + json.dumps(error.fields, default=str)
        return _failed(call_id, spec.name, error.code, reason, error.message, error.fields), None
    except TimeoutError:
        return _failed(
            call_id, spec.name, "timeout", "This took too long. Go on without it and say so."
        ), None
    except Exception:
        log.exception("tool failed", extra={"tool": spec.name, "turn_id": str(turn.turn_id)})
        reason = "This failed because of a fault on our side. Tell the founder, and go on with what you have."
        return _failed(call_id, spec.name, "internal", reason), None
    return ToolMessage(text, name=spec.name, tool_call_id=call_id, artifact=card), card


def _failed(
    call_id: str,
    name: str,
    code: str,
    text: str,
    message: str | None = None,
    fields: dict[str, Any] | None = None,
) -> ToolMessage:
    failure = Failure(code, message or text, fields or {})
    return ToolMessage(text, name=name, tool_call_id=call_id, status="error", artifact=failure)


def _invalid(turn: Turn, call_id: str, name: str, text: str) -> ToolMessage:
    # Several invalid calls in one answer of the model count once: it has not seen what was wrong yet.
    turn.invalid_calls += not turn.invalid_in_call
    turn.invalid_in_call = True
    if turn.invalid_calls > 1:
        turn.handed_over = "The model could not make a valid request, so the built-in guide answered."
    return _failed(call_id, name, "invalid_arguments", text)


def _explain(error: ValidationError) -> str:
    lines = [
        f"- {'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_input=False)[:8]
    ]
    return "The arguments are not valid. Correct them and call again:\n" + "\n".join(lines)
