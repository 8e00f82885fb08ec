"""Tool calls that a model wrote as text instead of making them.

Small models do this often. Understood are a JSON object or list (bare or in a code block) in the usual spellings,
`<tool_call>`, `<function_call>`, `<function=name>` with JSON or `<parameter=…>` inside, `[TOOL_CALLS]`, and
`name(key=value)`. `Gate` keeps such text from being shown while it streams; `read_calls` turns it into calls.
"""

import ast
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

MAX_HELD = 6_000
MAX_CALLS = 8

_TAGS = ("<tool_call", "<function_call", "<function=", "<|python_tag|>", "[TOOL_CALLS]")
_NAME_KEYS = ("name", "tool", "tool_name", "function_name", "action")
_ARGUMENT_KEYS = (
    "arguments",
    "parameters",
    "args",
    "params",
    "tool_input",
    "input",
    "action_input",
    "kwargs",
)
_NOISE_KEYS = frozenset({"id", "type", "call_id", "tool_call_id", "index"})
_FENCE = re.compile(r"^[ \t]*```[\w-]*[ \t]*\n?|\n?[ \t]*```[ \t]*$")
_XML = re.compile(r"<function(?:=|\s+name=[\"']?)([\w.-]+)[\"']?\s*>(.*?)(?:</function>|\Z)", re.S)
_PARAMETER = re.compile(r"<parameter(?:=|\s+name=[\"']?)(\w+)[\"']?\s*>(.*?)</parameter>", re.S)
_WRAPPER = re.compile(r"</?(?:tool_calls?|function_calls?|tools?)>|<\|[\w/ ]+\|>|\[/?TOOL_CALLS\]")
_CLOSING = re.compile(r"[}\])>`]")
_CALL = re.compile(r"(?:functions\.|tools\.|print\()?(\w+)\(")


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call found in text. `arguments` is whatever stood there; the tool's schema judges it."""

    name: str
    arguments: dict[str, Any]


def read_calls(text: str, names: Collection[str]) -> list[WrittenCall]:
    """The calls that `text` (one held block) consists of; empty when it is anything else.

    A block counts as a call when it names one of `names`, or has nothing but a name and arguments.
    """
    body = text.strip()
    previous = None
    while previous != body:
        previous = body
        body = _FENCE.sub("", body).strip()
    if (found := list(_xml_calls(body))) and all(call.name in names for call in found):
        return found
    body = _WRAPPER.sub("\n", body).strip()
    if body.startswith(("{", "[")):
        return list(_json_calls(body, names))
    return list(_python_calls(body, names))


def _xml_calls(body: str) -> Iterator[WrittenCall]:
    for name, inner in _XML.findall(body):
        parameters = _PARAMETER.findall(inner)
        if parameters:
            yield WrittenCall(name, {key: _value(raw.strip()) for key, raw in parameters})
        else:
            yield WrittenCall(name, _object(inner) or {})


def _json_calls(body: str, names: Collection[str]) -> Iterator[WrittenCall]:
    decoder = json.JSONDecoder(strict=False)
    position = 0
    found: list[WrittenCall] = []
    while position < len(body):
        start = re.compile(r"[\s,;]*").match(body, position)
        position = start.end() if start else position
        if position >= len(body):
            break
        try:
            value, position = decoder.raw_decode(body, position)
        except ValueError:
            repaired = _object(body[position:])
            if repaired is None:
                return
            value, position = repaired, len(body)
        calls = list(_from_value(value, names))
        if not calls:
            return
        found.extend(calls)
    yield from found


def _from_value(value: Any, names: Collection[str]) -> Iterator[WrittenCall]:
    if isinstance(value, list):
        for item in value:
            yield from _from_value(item, names)
        return
    if not isinstance(value, dict):
        return
    if isinstance(value.get("tool_calls"), list):
        yield from _from_value(value["tool_calls"], names)
        return
    if isinstance(value.get("function"), dict):
        yield from _from_value(value["function"], names)
        return
    if isinstance(value.get("function"), str):
        value = {"name": value["function"], **{key: v for key, v in value.items() if key != "function"}}
    if len(value) == 1:
        name, inner = next(iter(value.items()))
        if name in names and isinstance(inner, dict):
            yield WrittenCall(name, inner)
            return
    name_key = next((key for key in _NAME_KEYS if isinstance(value.get(key), str)), None)
    if name_key is None:
        return
    argument_key = next((key for key in _ARGUMENT_KEYS if key in value), None)
    rest = set(value) - {name_key, argument_key} - _NOISE_KEYS
    name = value[name_key].removeprefix("functions.")
    if argument_key is None:
        if name in names:
            yield WrittenCall(name, {key: value[key] for key in rest})
        return
    arguments = value[argument_key]
    if isinstance(arguments, str):
        arguments = _object(arguments) or {"_unreadable": arguments[:500]}
    if name in names or not rest:
        yield WrittenCall(name, arguments if isinstance(arguments, dict) else {})


def _python_calls(body: str, names: Collection[str]) -> Iterator[WrittenCall]:
    match = _CALL.match(body)
    if not match or match.group(1) not in names:
        return
    source = body.removeprefix("print(") if body.startswith("print(") else body
    source = source.removeprefix("functions.").removeprefix("tools.")
    for candidate in (source, source.rstrip(")") + ")"):
        try:
            tree = ast.parse(candidate.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            yield WrittenCall(match.group(1), _python_arguments(tree))
            return


def _python_arguments(call: ast.Call) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for positional in call.args:
        value = _literal(positional)
        if isinstance(value, dict):
            arguments.update(value)
    for keyword in call.keywords:
        if keyword.arg:
            arguments[keyword.arg] = _literal(keyword.value)
    return arguments


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return {"true": True, "false": False, "null": None}.get(node.id, node.id)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError):
        return None


def _value(raw: str) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return raw


def _object(raw: str) -> dict[str, Any] | None:
    """A JSON object, forgiving what models get wrong: trailing commas, single quotes, a missing end."""
    raw = raw.strip()
    for candidate in (raw, re.sub(r",\s*([}\]])", r"\1", raw), _closed(raw)):
        try:
            value = json.loads(candidate, strict=False)
        except ValueError:
            continue
        return value if isinstance(value, dict) else None
    try:
        value = ast.literal_eval(re.sub(r"\b(true|false|null)\b", _constant, raw))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return value if isinstance(value, dict) else None


def _constant(match: re.Match[str]) -> str:
    return {"true": "True", "false": "False", "null": "None"}[match.group(1)]


def _closed(raw: str) -> str:
    """`raw` with the brackets closed that it left open."""
    stack: list[str] = []
    quoted = escaped = False
    for character in raw:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif not quoted and character in "{[":
            stack.append("}" if character == "{" else "]")
        elif not quoted and character in "}]" and stack:
            stack.pop()
    return raw + ('"' if quoted else "") + "".join(reversed(stack))


class Gate:
    """Passes streamed text on, but holds back what may be a written tool call until it is known to be none.

    What follows a call is dropped: it was written without knowing the call's result.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        starts = "|".join(
            [
                r"```",
                r"\{",
                r"\[\s*\{",
                r"functions\.",
                *(rf"(?:print\()?{re.escape(n)}\(" for n in sorted(self._names)),
            ]
        )
        tags = "|".join(re.escape(tag) for tag in _TAGS)
        self._opener = re.compile(rf"(?:(?<=\n)|\A)[ \t]*(?:{starts})|{tags}", re.M)
        self._openings = ("```", "[{", "functions.", "print(", *(f"{name}(" for name in self._names))
        self._buffer = ""
        self._at_line_start = True
        self._holding = False
        self.calls: list[WrittenCall] = []

    def feed(self, text: str) -> str:
        """Take more of the stream; returns what may be shown now."""
        self._buffer += text
        if self._holding and len(self._buffer) <= MAX_HELD and not _CLOSING.search(text):
            return ""
        return self._drain(final=False)

    def finish(self) -> str:
        """The stream is over; returns the rest that may be shown. `calls` is complete then."""
        return self._drain(final=True)

    def _drain(self, *, final: bool) -> str:
        shown: list[str] = []
        self._holding = False
        while self._buffer:
            match = self._search()
            if match is None:
                keep = 0 if final else self._undecided()
                cut = len(self._buffer) - keep
                shown.append(self._pass(cut))
                break
            if match.start():
                shown.append(self._pass(match.start()))
                continue
            end = self._block_end()
            if end is None and not final and len(self._buffer) <= MAX_HELD:
                self._holding = True
                break
            end = end or len(self._buffer)
            calls = read_calls(self._buffer[:end], self._names)
            if calls:
                self.calls = (self.calls + calls)[:MAX_CALLS]
                self._buffer = self._buffer[end:].lstrip()
                self._at_line_start = True
            else:
                shown.append(self._pass(end))
        return "".join(shown)

    def _search(self) -> re.Match[str] | None:
        for match in self._opener.finditer(self._buffer):
            if match.start() or self._at_line_start or match.group().startswith(_TAGS):
                return match
        return None

    def _pass(self, length: int) -> str:
        text, self._buffer = self._buffer[:length], self._buffer[length:]
        if text:
            self._at_line_start = text.endswith("\n")
        return "" if self.calls else text

    def _undecided(self) -> int:
        """How much of the buffer's end could be the beginning of an opener."""
        line_start = self._buffer.rfind("\n") + 1
        line = self._buffer[line_start:]
        if (line_start or self._at_line_start) and line and len(line) < 80:
            fragment = line.lstrip(" \t")
            if not fragment or any(opening.startswith(fragment) for opening in self._openings):
                return len(line)
        for size in range(min(len(self._buffer), 14), 0, -1):
            if any(tag.startswith(self._buffer[-size:]) for tag in _TAGS):
                return size
        return 0

    def _block_end(self) -> int | None:
        """Where the block at the start of the buffer ends, or None while it is open."""
        text = self._buffer.lstrip(" \t")
        offset = len(self._buffer) - len(text)
        if text.startswith("```"):
            closing = re.search(r"\n[ \t]*```[ \t]*(?:\n|\Z)|(?<=[}\])])```", text[3:])
            # A closing fence at the very end of what has arrived may still turn out to be an opening of text.
            return offset + 3 + closing.end() if closing else None
        for tag, closer in (
            ("<tool_call", "</tool_call"),
            ("<function_call", "</function_call"),
            ("<function=", "</function"),
        ):
            if text.startswith(tag):
                at = text.find(closer)
                end = text.find(">", at) if at >= 0 else -1
                return offset + end + 1 if end >= 0 else None
        if text.startswith(("<|python_tag|>", "[TOOL_CALLS]")):
            return None
        return _balanced(text, offset)


def _balanced(text: str, offset: int) -> int | None:
    depth = 0
    quote = ""
    escaped = False
    for index, character in enumerate(text):
        if escaped:
            escaped = False
        elif quote:
            if character == "\\":
                escaped = True
            elif character == quote:
                quote = ""
        elif character == '"' or (character == "'" and text[0] not in "{["):
            quote = character
        elif character in "{[(":
            depth += 1
        elif character in "}])":
            depth -= 1
            if depth <= 0:
                return offset + index + 1
    return None
