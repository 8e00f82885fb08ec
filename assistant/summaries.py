"""Making the running summary: by the model that answers, or by rules where there is none or it fails."""

import asyncio
import logging
import re

from langchain.messages import AIMessage, HumanMessage, SystemMessage

from assistant.models import Choice, cost_microusd
from assistant.output_guard import Guard, PromptLeak
from assistant.prompts import load
from core.db import Database
from core.ids import ASSISTANT_ID
from services.conversations import quotas, summaries
from services.conversations.schemas import Card
from services.conversations.summaries import LONGEST, Due, Said
from services.conversations.turns import ClaimedTurn
from tools.describe import data

log = logging.getLogger(__name__)

SECONDS = 30.0
BY_RULES = "rules"
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class Summariser:
    """Keeps the summaries of the rooms whose turns end in this process."""

    def __init__(self, db: Database, choice: Choice) -> None:
        self._db = db
        self._choice = choice

    async def fold(self, turn: ClaimedTurn) -> None:
        """Fold what has grown old into the summary of the turn's branch. Never raises: it is tried again next time."""
        try:
            found = await summaries.due(self._db, turn.room_id, turn.branch)
            if found is None:
                return
            text, model = await self._text(turn, found)
            await summaries.keep(
                self._db,
                turn.room_id,
                turn.branch,
                found,
                text=text,
                model=model,
                prompt_version=load("summary").version,
            )
        except Exception:
            log.warning("a summary could not be made", extra={"turn_id": str(turn.id)}, exc_info=True)

    async def _text(self, turn: ClaimedTurn, found: Due) -> tuple[str, str]:
        if self._choice.guided:
            return by_rules(found), BY_RULES
        try:
            async with asyncio.timeout(SECONDS):
                message = await self._choice.model.ainvoke(_request(found))
            text = message.text.strip()
            guard = Guard()
            guard.feed(text)
            guard.finish()
            await self._count(turn, message)
        except PromptLeak:
            text = ""
        except Exception:
            log.info("the model made no summary; rules make it", extra={"turn_id": str(turn.id)})
            text = ""
        return (text[:LONGEST], self._choice.name) if text else (by_rules(found), BY_RULES)

    async def _count(self, turn: ClaimedTurn, message: AIMessage) -> None:
        usage = message.usage_metadata
        if usage is None:
            return
        read, written = usage["input_tokens"], usage["output_tokens"]
        async with self._db.transaction() as session:
            await quotas.record(
                session,
                turn.actor.user_id,
                input_tokens=read,
                output_tokens=written,
                cost_microusd=round(cost_microusd(self._choice.name, read, written)),
            )


def _request(found: Due) -> list[SystemMessage | HumanMessage]:
    lines = [_line(said, 600) for said in found.messages]
    before = data("summary so far", found.before or "none", LONGEST)
    return [
        SystemMessage(load("summary").body),
        HumanMessage(f"{before}\n{data('messages', chr(10).join(lines), 24_000)}"),
    ]


def by_rules(found: Due) -> str:
    """The summary so far, and of each new message its first sentence or what its cards showed. When it grows too long,
    its beginning (what it was about) and its end stay."""
    lines = [line for line in (found.before or "").splitlines() if line.strip() and line != "…"]
    lines += [line for said in found.messages if (line := _line(said, 140))]
    head, tail = lines[:4], lines[4:]
    budget = LONGEST - sum(len(line) + 1 for line in head) - 2
    kept: list[str] = []
    for line in reversed(tail):
        budget -= len(line) + 1
        if budget < 0:
            break
        kept.insert(0, line)
    gap = ["…"] if len(kept) < len(tail) else []
    return "\n".join([*head, *gap, *kept])


def _line(said: Said, limit: int) -> str:
    shown = "; ".join(filter(None, (_card(card) for card in said.cards)))
    if said.kind == "event":
        return f"event: {said.text[:limit]}"
    if said.sender_id == ASSISTANT_ID and shown:
        return f"assistant showed {shown}"
    text = " ".join(said.text.split())
    if limit < 200:
        text = _SENTENCE.split(text)[0]
    short = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    return f"{'assistant' if said.sender_id == ASSISTANT_ID else 'founder'}: {short}" if short else ""


def _card(card: Card) -> str:
    try:
        if card.type == "analysis":
            return f"analysis version {card.data['version']}, health {card.data['health']['score']}"
        if card.type == "matches":
            names = [item["expert"]["name"] for item in card.data["items"][:5]]
            return f"CTOs {', '.join(names)}"
        if card.type == "proposal":
            return f"proposal “{card.data['title']}”"
    except (KeyError, TypeError):
        pass  # a card of an older version of the service
    return f"a card ({card.type})"
