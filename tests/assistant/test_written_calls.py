"""Tool calls that a model wrote as text."""

import pytest

from assistant.written_calls import Gate, WrittenCall

NAMES = {"find_ctos", "analyse_project"}


def stream(text: str, step: int) -> tuple[str, list[WrittenCall]]:
    gate = Gate(NAMES)
    shown = [gate.feed(text[at : at + step]) for at in range(0, len(text), step)]
    shown.append(gate.finish())
    return "".join(shown), gate.calls


@pytest.mark.parametrize("step", [1, 3, 7, 10_000])
@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ('```json\n{"name": "find_ctos", "arguments": {"limit": 3}}\n```', {"limit": 3}),
        ('```\n{"name": "find_ctos", "parameters": {"limit": 3}}\n```\n', {"limit": 3}),
        ('{"name": "find_ctos", "arguments": "{\\"limit\\": 3}"}', {"limit": 3}),
        ('{"tool": "find_ctos", "tool_input": {"text": "a {b} \\"c\\""}}', {"text": 'a {b} "c"'}),
        ('{"find_ctos": {"limit": 3}}', {"limit": 3}),
        ('[{"name": "find_ctos", "arguments": {"limit": 3}}]', {"limit": 3}),
        ('{"type": "function", "function": {"name": "find_ctos", "arguments": {"limit": 3}}}', {"limit": 3}),
        ('<tool_call>\n{"name": "find_ctos", "arguments": {"limit": 3}}\n</tool_call>', {"limit": 3}),
        ('<tool_call>{"name": "find_ctos", "arguments": {"limit": 3}}', {"limit": 3}),
        ('<tool_call>{"name": "find_ctos", "arguments": {"limit": 3,}}</tool_call>', {"limit": 3}),
        ('<function=find_ctos>{"limit": 3}</function>', {"limit": 3}),
        ("<function=find_ctos><parameter=limit>3</parameter></function>", {"limit": 3}),
        ('[TOOL_CALLS] [{"name": "find_ctos", "arguments": {"limit": 3}}]', {"limit": 3}),
        ('find_ctos(limit=3, must_skills=["React"])', {"limit": 3, "must_skills": ["React"]}),
        ('functions.find_ctos({"limit": 3})', {"limit": 3}),
        ("```tool_code\nprint(find_ctos(text='x', limit=3))\n```", {"text": "x", "limit": 3}),
        ("{'name': 'find_ctos', 'arguments': {'limit': 3}}", {"limit": 3}),
    ],
)
def test_a_written_call_is_read_and_not_shown(text: str, arguments: dict[str, object], step: int) -> None:
    shown, calls = stream(text, step)
    assert calls == [WrittenCall("find_ctos", arguments)]
    assert shown.strip() == ""


@pytest.mark.parametrize("step", [1, 5, 10_000])
def test_text_before_a_call_is_shown_and_text_after_it_is_not(step: int) -> None:
    text = 'Let me look.\n\n<tool_call>{"name": "find_ctos", "arguments": {}}</tool_call>\nI found Ana, $10.'
    shown, calls = stream(text, step)
    assert shown.strip() == "Let me look."
    assert [call.name for call in calls] == ["find_ctos"]


@pytest.mark.parametrize("step", [1, 4, 10_000])
@pytest.mark.parametrize(
    "text",
    [
        "Plain words, a { brace and (brackets).",
        '{"a": 1}\nis no call',
        "```python\nprint(1)\n```\nand text after it",
        "find your CTOs (many) here",
        "1 < 2 and <b>bold</b>\n- [x] done",
        'Send {"name": "Ana", "arguments": {}, "rate": 3} to the API',
        "[link](https://example.org)\n[1] note",
        '```json\n{"health": 80, "name": "Ana"}\n```',
    ],
)
def test_what_is_no_call_is_shown_whole(text: str, step: int) -> None:
    assert stream(text, step) == (text, [])


def test_two_calls_in_a_row_are_both_read() -> None:
    text = '<tool_call>{"name": "analyse_project", "arguments": {}}</tool_call>\n<tool_call>{"name": "find_ctos", "arguments": {}}</tool_call>'
    assert [call.name for call in stream(text, 6)[1]] == ["analyse_project", "find_ctos"]


def test_a_call_of_an_unknown_tool_is_held_back_too() -> None:
    shown, calls = stream('```json\n{"name": "delete_everything", "arguments": {"now": true}}\n```', 3)
    assert shown.strip() == ""
    assert calls == [WrittenCall("delete_everything", {"now": True})]


def test_a_block_that_never_ends_is_let_go() -> None:
    text = "```\n" + "line of code\n" * 2000
    assert stream(text, 50)[0] == text
