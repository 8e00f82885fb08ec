"""A turn's bounded window as the messages a model reads.

A card that an earlier reply showed is given as the tool call and result it came from, in full for the newest of its
type: that is how a model knows who "the first one" is. A result carries its card as the message's artifact.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from langchain.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages import BaseMessage

from assistant.prompts import load
from assistant.schemas import TurnContext, WindowMessage
from services.conversations.schemas import Card
from services.projects.schemas import ProjectRead
from tools.describe import brief_text, card_text, data, quoted

CARD_TOOLS = {
    "analysis": "analyse_project",
    "matches": "find_ctos",
    "proposal": "propose_booking",
    "booking": "list_bookings",
    "catch_up": "catch_up",
}
PROPOSAL_TOOLS = {
    "message": "propose_message",
    "payment": "propose_payment",
    "cancellation": "propose_cancellation",
}
MAX_MESSAGES = 40
MAX_CHARACTERS = 24_000
CONTEXT = "sextant"


def pending(window: Sequence[WindowMessage]) -> list[WindowMessage]:
    """The founder's messages since the last reply: what the turn answers."""
    waiting: list[WindowMessage] = []
    for message in reversed(window):
        if message.role == "assistant":
            break
        if message.role == "user":
            waiting.append(message)
    return waiting[::-1]


def messages(context: TurnContext, project: ProjectRead | None, *, whole: bool = False) -> list[BaseMessage]:
    """The system message, then the window, oldest first: what came since the summary, or the `whole` of it for a model
    that reads no summary."""
    known = 0 if whole else context.summarised_through
    recent = _recent([message for message in context.window if message.seq > known or not message.seq])
    newest = {card.type: id(card) for message in recent for card in message.cards}
    turned: list[BaseMessage] = [_system(context, project)]
    for message in recent:
        if message.role == "event":
            turned.append(
                HumanMessage(f"<event>{quoted(message.text)}</event>", additional_kwargs={"event": True})
            )
        elif message.role == "user":
            text = f"{quoted(message.name or '', 80)}: {message.text}" if context.shared else message.text
            turned.append(HumanMessage(text, id=str(message.id)))
        elif message.role == "other":
            said = data(f"message by {quoted(message.name or 'a member', 80)}", message.text, 2000)
            turned.append(HumanMessage(said, id=str(message.id)))
        else:
            turned.extend(_reply(message, newest, context.timezone))
    return turned


def _system(context: TurnContext, project: ProjectRead | None) -> SystemMessage:
    moment = context.now.astimezone(ZoneInfo(context.timezone))
    if context.shared:
        text = load("room").fill(
            now=spoken(moment), timezone=context.timezone, person=quoted(context.asked_by, 80)
        )
        facts: dict[str, object] = {"now": context.now, "timezone": context.timezone, "shared": True}
        return SystemMessage(f"{load('system').body}\n\n{text}", additional_kwargs={CONTEXT: facts})
    text = load("context").fill(
        now=spoken(moment),
        timezone=context.timezone,
        person="a guest who has not signed up" if context.actor.is_guest else "signed in",
        brief=brief_text(project.brief) if project else "nothing yet",
        summary=context.summary or "nothing",
    )
    brief = project.brief if project else None
    facts = {
        "now": context.now,
        "timezone": context.timezone,
        "brief": brief,
        "guest": context.actor.is_guest,
    }
    return SystemMessage(f"{load('system').body}\n\n{text}", additional_kwargs={CONTEXT: facts})


def spoken(moment: datetime) -> str:
    """`Monday 23 November 2026, 14:05`, in English whatever the process's locale is."""
    days = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    months = (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    )  # fmt: skip
    return f"{days[moment.weekday()]} {moment.day} {months[moment.month - 1]} {moment.year}, {moment:%H:%M}"


def _recent(window: Sequence[WindowMessage]) -> list[WindowMessage]:
    kept: list[WindowMessage] = []
    characters = 0
    for message in reversed(window):
        characters += len(message.text) + 1500 * len(message.cards)
        if kept and (len(kept) >= MAX_MESSAGES or characters > MAX_CHARACTERS):
            break
        kept.append(message)
    return kept[::-1]


def _reply(message: WindowMessage, newest: dict[str, int], timezone: str) -> list[BaseMessage]:
    shown: list[BaseMessage] = []
    for position, card in enumerate(message.cards):
        tool = CARD_TOOLS.get(card.type)
        if card.type == "proposal":
            tool = PROPOSAL_TOOLS.get(card.data.get("kind", "booking"), tool)
        if tool is None:
            continue
        call_id = f"card_{message.id.hex[-12:]}_{position}"
        if newest[card.type] == id(card):
            text = card_text(card, timezone)
        else:
            text = "An older result, replaced by a newer one below."
        shown.append(AIMessage("", tool_calls=[{"name": tool, "args": _arguments(card), "id": call_id}]))
        shown.append(ToolMessage(text, name=tool, tool_call_id=call_id, artifact=card))
    shown.append(AIMessage(message.text or "(shown as a card)", id=str(message.id)))
    return shown


def _arguments(card: Card) -> dict[str, object]:
    """Roughly what the call was made with, so that a model sees the form of a good call."""
    if card.type == "proposal":
        payload = card.data.get("payload") or {}
        return {key: payload[key] for key in ("expert_id", "starts_at", "minutes") if key in payload}
    return {}
