"""What a message was understood to want."""

from dataclasses import dataclass, field
from typing import Any

from assistant.guided.intents import Intent
from assistant.guided.picks import Shown
from assistant.guided.when import When
from services.projects.schemas import BriefPatch


@dataclass(slots=True)
class Understanding:
    """What is wanted, in order of first mention, and the material to do it with."""

    text: str
    intents: dict[Intent, int] = field(default_factory=dict)
    statement: str = ""
    patch: BriefPatch = field(default_factory=BriefPatch)
    hypothesis: str = ""
    filters: dict[str, Any] = field(default_factory=dict)
    topic: str = ""
    search_text: str = ""
    when: When = field(default_factory=When)
    picks: list[Shown] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    beyond: bool = False
    words: int = 0
    asked: set[Intent] = field(default_factory=set)
    answer: str = ""

    def wants(self, *intents: Intent) -> bool:
        """At least one of these is wanted."""
        return any(intent in self.intents for intent in intents)

    @property
    def describes(self) -> bool:
        """The message says something of substance about the product."""
        return bool(self.answer) or substantive(self.patch)

    @property
    def has_facts(self) -> bool:
        """The message says anything about the project, figures included."""
        return not self.patch.is_empty


def substantive(patch: BriefPatch) -> bool:
    """More than money, time and people: what it is, for whom, with what."""
    return any(
        (patch.summary, patch.features, patch.industries, patch.users, patch.integrations, patch.platforms, patch.technologies,
         patch.sensitivity, patch.regulations, patch.constraints, patch.exclusions, patch.scale)
    )  # fmt: skip
