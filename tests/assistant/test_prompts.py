"""Prompts stand in prompts/ alone, and every turn says which it used."""

import ast
import re

from assistant.prompts import ROOT, load
from tests.assistant.conftest import StartChat
from tests.assistant.openai_server import OpenAIServer, Reply

PROMPT_WORDS = re.compile(
    r"\b(?:you are (?:the|a|an)|your task is|answer in the|never (?:reveal|invent)|act as)\b", re.I
)


def test_no_prompt_stands_in_the_code() -> None:
    found = []
    for folder in ("assistant", "tools", "services", "api", "core"):
        for path in sorted((ROOT.parent / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            told = {id(said) for node in ast.walk(tree) if (said := _docstring(node)) is not None}
            found += [
                f"{path.relative_to(ROOT.parent)}:{node.lineno}"
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in told
                and len(node.value) > 120
                and PROMPT_WORDS.search(node.value)
            ]
    assert found == []


def _docstring(node: ast.AST) -> ast.expr | None:
    body = getattr(node, "body", None)
    first = body[0] if isinstance(body, list) and body else None
    return first.value if isinstance(first, ast.Expr) else None


def test_every_prompt_has_a_version_that_changes_with_its_text() -> None:
    files = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.md"))
    assert {"system", "context", "room", "limit", "summary"} <= set(files)
    versions = {load(name).version for name in files}
    assert len(versions) == len(files)
    assert all(re.fullmatch(r"[\w/-]+@\d+\+[0-9a-f]{8}", version) for version in versions)


async def test_a_turn_names_every_prompt_it_used(start_chat: StartChat, openai: OpenAIServer) -> None:
    chat = await start_chat()
    openai.script(Reply("Hello."))
    answer = await chat.say("Hi")
    used = answer.finished.prompt_version.split()
    assert used == [load(name).version for name in ("system", "context", "limit")]
    guided = await start_chat(model="guided")
    assert (await guided.say("Hi")).finished.prompt_version.startswith("guided@")
