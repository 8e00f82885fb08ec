"""The state of one running turn: what tools may know, plus what the agent's guards count and send."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from assistant.schemas import AgentEvent, Restarted, TextDelta
from assistant.tracing import Tracing
from services.conversations.schemas import Card
from tools.context import ToolContext

GUIDE_SECONDS = 10.0


@dataclass(slots=True, kw_only=True)
class Turn(ToolContext):
    """What the loop, the calls of the model and those of tools share. `deadline` is on the clock of asyncio's loop."""

    emit: Callable[[AgentEvent], None]
    deadline: float
    tool_limit: int
    tracing: Tracing
    texts: list[str] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    tool_calls: int = 0
    invalid_calls: int = 0
    invalid_in_call: bool = False
    done_calls: dict[str, str] = field(default_factory=dict)
    guided: bool = False
    handed_over: str | None = None
    model: str = ""
    input_tokens: int = 0
    output_tokens: int = 0
    cost_microusd: float = 0.0
    _said: bool = False
    _space: str = ""

    @property
    def remaining(self) -> float:
        """Seconds left of the turn."""
        return self.deadline - asyncio.get_running_loop().time()

    @property
    def allowance(self) -> float:
        """Seconds that the next step may take. The guide takes over when time is up: it gets a few of its own."""
        return max(GUIDE_SECONDS if self.guided else 0.1, self.remaining)

    @property
    def text(self) -> str:
        """What the finished model calls of this turn said."""
        return "\n\n".join(self.texts)

    def say(self, text: str) -> None:
        """Send more of the reply. A paragraph break goes between the texts of two model calls; white space waits for
        what follows it, so that what was sent is what is kept."""
        text = self._space + text if self._said else text.lstrip()
        spoken = text.rstrip()
        self._space = text[len(spoken) :]
        if not spoken:
            return
        if not self._said and self.texts:
            spoken = "\n\n" + spoken
        self._said = True
        self.emit(TextDelta(spoken))

    def keep(self, text: str) -> None:
        """A model call is over and said `text`."""
        if text.strip():
            self.texts.append(text.strip())
        self._said, self._space = False, ""

    def take_back(self, reason: str) -> None:
        """Void what the current model call has said so far, keeping what earlier ones said."""
        self._space = ""
        if self._said:
            self._said = False
            self.emit(Restarted(reason))
            if self.texts:
                self.emit(TextDelta(self.text))

    def show(self, card: Card) -> None:
        """Keep a card for the message; a newer state of the same thing replaces the older one."""
        identity = _identity(card)
        self.cards = [kept for kept in self.cards if _identity(kept) != identity]
        if card.type == "proposal":
            # Free times that led to a proposal in the same turn have done their work.
            self.cards = [kept for kept in self.cards if kept.type != "slots"]
        self.cards.append(card)


def _identity(card: Card) -> tuple[str, Any]:
    # One analysis and one list of matches per project is enough; proposals and bookings are things of their own.
    key = card.data.get("project_id") if card.type in ("analysis", "matches") else card.data.get("id")
    return card.type, str(key)
