"""Where a conversation stands, read from the messages of the window alone: nothing is kept between turns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from langchain.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages import BaseMessage

from assistant.guided.picks import Shown
from assistant.guided.when import zone_of
from assistant.guided.words import plain
from core.money import Money
from services.conversations.schemas import Card
from services.projects.schemas import ProjectBrief

CALL_PREFIX = "guided_"
ASKED_WHAT = re.compile(
    r"what should it do|what does your project do|what is your project about|what do you want to build|what would (?:the product|you like to build)|tell me about your project|what are you planning|describe your project|tell me what you want to build"
)


@dataclass(slots=True)
class Result:
    """A tool call of this turn that has ended."""

    name: str
    ok: bool
    text: str
    arguments: dict[str, Any]
    card: Card | None = None
    code: str = ""
    message: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """The conversation up to the message that is to be answered, and what this turn has done so far."""

    text: str = ""
    seed: str = ""
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    timezone: str = "UTC"
    guest: bool = True
    brief: ProjectBrief | None = None
    analysis: dict[str, Any] | None = None
    matches: dict[str, Any] | None = None
    shown: list[Shown] = field(default_factory=list)
    proposal: dict[str, Any] | None = None
    slots: dict[str, Any] | None = None
    booking: dict[str, Any] | None = None
    focus: UUID | None = None
    last_reply: str = ""
    last_reply_cards: list[str] = field(default_factory=list)
    previous: list[str] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    last_reply_pending: bool = False
    asked: int = 0
    """How often it was asked what is to be built."""

    @property
    def local_now(self) -> datetime:
        """Now in the person's zone."""
        return self.now.astimezone(zone_of(self.timezone))

    @property
    def has_project(self) -> bool:
        """Enough is known to say what is built."""
        brief = self.brief
        return brief is not None and bool(brief.summary or brief.features or brief.industries)

    @property
    def awaits_confirmation(self) -> bool:
        """Something is prepared that the person has to confirm."""
        return self.proposal is not None and self.proposal.get("status") == "open"

    def result(self, name: str) -> Result | None:
        """The newest result of that tool in this turn."""
        return next((result for result in reversed(self.results) if result.name == name), None)


def read(messages: Sequence[BaseMessage]) -> tuple[State, State]:
    """The state at the founder's last message, and the one after the results of this turn's tools.

    What to do is decided on the first, so that a turn keeps to its plan while its results come in.
    """
    asked = _last_question(messages)
    heard = messages[: asked + 1]
    state = _replayed(heard)
    calls = {
        call["id"]: call
        for message in messages[asked + 1 :]
        if isinstance(message, AIMessage)
        for call in message.tool_calls
    }
    for message in messages[asked + 1 :]:
        if isinstance(message, ToolMessage):
            call = calls.get(message.tool_call_id)
            if message.status == "error" and not str(message.tool_call_id).startswith(CALL_PREFIX):
                continue  # another model's failed call, before this one took over
            state.results.append(_result(message, dict(call["args"]) if call else {}))
            _card(state, message)
    return _replayed(heard), state


def _replayed(messages: Sequence[BaseMessage]) -> State:
    state = State()
    for message in messages:
        if isinstance(message, SystemMessage):
            _context(state, message)
        elif isinstance(message, HumanMessage):
            _heard(state, message)
        elif isinstance(message, ToolMessage):
            _card(state, message)
        elif isinstance(message, AIMessage) and message.text:
            _said(state, message.text)
    return state


def _last_question(messages: Sequence[BaseMessage]) -> int:
    for index in range(len(messages) - 1, -1, -1):
        message = messages[index]
        if isinstance(message, HumanMessage) and not message.additional_kwargs.get("event"):
            return index
    return len(messages) - 1


def _context(state: State, message: SystemMessage) -> None:
    facts = message.additional_kwargs.get("sextant")
    if facts:
        state.now, state.timezone = facts["now"], facts["timezone"]
        state.brief, state.guest = facts["brief"], facts["guest"]


def _heard(state: State, message: HumanMessage) -> None:
    if message.additional_kwargs.get("event"):
        return
    # Several messages that wait for one answer are answered together.
    if state.text and not state.last_reply_pending:
        state.previous.append(state.text)
        state.text = ""
    state.text = f"{state.text}\n{message.text}".strip() if state.text else message.text
    state.last_reply_pending = True
    state.seed = message.id or message.text
    _note_focus(state, message.text)


def _said(state: State, text: str) -> None:
    listed = "matches" in state.last_reply_cards
    if state.last_reply_pending:
        state.last_reply_cards = []
    state.last_reply = text
    state.asked += bool(ASKED_WHAT.search(plain(text)))
    state.last_reply_pending = False
    if not listed:  # a list is about all of its people, also where the reply names the first
        _note_focus(state, text, single=True)


def _note_focus(state: State, text: str, *, single: bool = False) -> None:
    words = plain(text)
    named = [
        each
        for each in state.shown
        if plain(each.name) in words or plain(each.name).split()[0] in words.split()
    ]
    if named and (not single or len(named) == 1):
        state.focus = named[-1].id


def _card(state: State, message: ToolMessage) -> None:
    card = message.artifact
    if not isinstance(card, Card):
        return
    state.last_reply_cards.append(card.type)
    if card.type == "analysis":
        state.analysis = card.data
    elif card.type == "matches":
        state.matches = card.data
        if found := shown(card.data):
            # A list that nobody fits does not wipe the one before it from the founder's screen.
            state.shown, state.focus = found, None
    elif card.type == "proposal":
        state.proposal = card.data
        state.focus = _id(card.data.get("payload", {}).get("expert_id"))
    elif card.type == "slots":
        state.slots = card.data
        state.focus = _id(card.data.get("expert_id"))
    elif card.type == "booking":
        state.booking = card.data


def shown(matches: dict[str, Any]) -> list[Shown]:
    """The CTOs of a match card in order."""
    found = []
    for position, item in enumerate(matches.get("items") or [], start=1):
        expert = item.get("expert") or item
        try:
            rate = Money.model_validate(expert["rate"])
            found.append(
                Shown(
                    id=UUID(str(expert["id"])),
                    name=expert["name"],
                    position=position,
                    rate=rate.major,
                    currency=rate.currency,
                    years=expert.get("years") or 0,
                    rating=expert.get("rating") or 0.0,
                    score=float(item.get("score") or 0),
                    timezone=expert.get("timezone") or "UTC",
                    data=item,
                )
            )
        except (KeyError, ValueError):
            continue
    return found


def _result(message: ToolMessage, arguments: dict[str, Any]) -> Result:
    failure = None if isinstance(message.artifact, Card) else message.artifact
    return Result(
        name=message.name or "",
        ok=message.status != "error",
        text=str(message.content),
        arguments=arguments,
        card=message.artifact if isinstance(message.artifact, Card) else None,
        code=getattr(failure, "code", ""),
        message=getattr(failure, "message", ""),
        fields=getattr(failure, "fields", None) or {},
    )


def _id(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
