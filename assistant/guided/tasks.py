"""What a turn is made of: tasks that call a tool until they have what they need, then word their part of the reply."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from assistant.guided.state import State
from assistant.guided.understood import Understanding
from assistant.guided.wording import say


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call to make now."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


class Task(Protocol):
    """One wish of the message."""

    def next(self, state: State, got: Understanding) -> Call | None:
        """The call to make now, given the results so far; None when there is nothing left to call."""

    def reply(self, state: State, got: Understanding) -> str:
        """This task's part of the reply, after its last call."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A reply that needs no tool: a section of the templates, or a function that words it."""

    key: str = ""
    values: dict[str, str] = field(default_factory=dict)
    words: Callable[[State, Understanding], str] | None = None

    def next(self, state: State, got: Understanding) -> Call | None:
        """Nothing to call."""
        return None

    def reply(self, state: State, got: Understanding) -> str:
        """The section, with `next` saying what could come next."""
        if self.words is not None:
            return self.words(state, got)
        return say(self.key, state.seed, **{"next": next_step(state), **self.values})


def next_step(state: State) -> str:
    """What the founder could do next, as a question or a hint."""
    if state.proposal and state.proposal.get("status") == "open" and state.proposal.get("id"):
        return say("talk.next-confirm", state.seed)
    if state.shown:
        return say("talk.next-book", state.seed)
    if state.has_project or state.analysis:
        return say("talk.next-search", state.seed)
    return say("talk.next-describe", state.seed)


def trouble(state: State, message: str) -> str:
    """A tool failed: why, in words for the person, and what now."""
    reason = message.strip() or "something failed on our side."
    return say(
        "talk.trouble",
        state.seed,
        reason=reason if reason.endswith((".", "!", "?")) else reason + ".",
        next=next_step(state),
    )
