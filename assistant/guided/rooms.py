"""Answers in a room of several people: what was missed, and a draft of a follow-up. By rules, and honest about it."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from langchain.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages import BaseMessage

from assistant.guided.intents import Intent, detect
from assistant.guided.tasks import Call
from assistant.guided.wording import listed, say
from assistant.guided.words import plain
from services.conversations.schemas import Card

_CATCH_UP = re.compile(
    r"catch (?:me|us) up|catch[- ]?up|(?:did|have) (?:i|we) miss|missed|summar|recap|what(?:'s| is| has) (?:new|happened)"
    r"|verpasst|zusammenfass|r[ée]sum|rattrap|perd[ií]|resumen|resumo",
    re.I,
)
_FOLLOW_UP = re.compile(
    r"follow[- ]?up|draft|reply|answer to|nachfass|entwurf|relance|brouillon|seguimiento|rascunho", re.I
)
# What is the same for everybody may be said to all of them.
_OPEN_FACTS = {Intent.PRICING: "talk.pricing", Intent.SIGN_UP: "talk.sign-up"}
_MARKUP = re.compile(r"[*_`#>\[\]()~|]")


def is_shared(messages: Sequence[BaseMessage]) -> bool:
    """Whether the conversation is a room of several people."""
    return any(
        isinstance(message, SystemMessage) and message.additional_kwargs.get("sextant", {}).get("shared")
        for message in messages[:1]
    )


def answer(messages: Sequence[BaseMessage], tools: frozenset[str]) -> Call | str:
    """The next tool call, or the reply."""
    asked = next((m for m in reversed(messages) if isinstance(m, HumanMessage)), None)
    text = asked.text if asked is not None else ""
    seed = str(len(messages))
    drafting = bool(_FOLLOW_UP.search(text))
    if not drafting and not _CATCH_UP.search(text):
        meant = detect(plain(text))
        return say(next((key for intent, key in _OPEN_FACTS.items() if intent in meant), "rooms.help"), seed)
    result = next((m for m in reversed(messages) if isinstance(m, ToolMessage)), None)
    if result is None or messages.index(result) < (messages.index(asked) if asked is not None else 0):
        return Call("catch_up") if "catch_up" in tools else say("rooms.help", seed)
    card = result.artifact if isinstance(result.artifact, Card) else None
    if card is None:
        return say("rooms.draft-nothing" if drafting else "rooms.nothing", seed)
    return _draft(card.data, seed) if drafting else _missed(card.data, seed)


def _missed(found: dict[str, Any], seed: str) -> str:
    items = found["items"]
    people = listed(list(dict.fromkeys(_plain(item["name"], 60) for item in items)))
    count = found["count"]
    lines = "\n".join(f"- {_plain(item['name'], 60)}: {_plain(item['text'], 180)}" for item in items)
    return say(
        "rooms.read" if found.get("read") else "rooms.missed",
        seed,
        count=f"{count} message{'' if count == 1 else 's'}",
        people=people,
        since=_since(found),
        lines=lines,
    )


def _since(found: dict[str, Any]) -> str:
    """`since` is on the clock of whoever asks."""
    if found.get("since") is None:
        return "since this conversation began"
    at = datetime.fromisoformat(found["since"])
    day = f"{at.day} {at:%B}"
    begins = {
        "read": f"after what you had read, up to {day}",
        "told": f"since I last caught you up on {day}",
        "wrote": f"since you last wrote on {day}",
    }
    return begins[found.get("begins", "wrote")]


def _draft(found: dict[str, Any], seed: str) -> str:
    items = found["items"]
    topic = next((item for item in reversed(items) if "?" in item["text"]), items[-1])
    name = _plain(topic["name"].split()[0] if topic["name"].split() else "there", 40)
    return say("rooms.draft", seed, name=name, quote=_plain(topic["text"], 140))


def _plain(text: str, limit: int) -> str:
    """Other people's words on one line, without markup."""
    line = _MARKUP.sub("", " ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
