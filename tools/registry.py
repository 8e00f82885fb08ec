"""All tools of the agent, with the scope each needs and the label people see while it runs.

A tool is declared where its room is:

    @declare(args=FindCtos, scope=Scope.EXPERTS_READ, label="Looking for CTOs")
    async def find_ctos(context: ToolContext, args: FindCtos) -> ToolResult:
        \"\"\"What the model reads: when to call it, and what comes back.\"\"\"

and becomes a LangChain tool as far as the model is concerned. `ToolSpec.run` makes a call: its result is short text for
the model plus a card for the person. A tool whose scope the actor lacks is not even offered.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel

from core.actor import Actor, Scope
from services.conversations.schemas import Card
from tools.context import ToolContext

ToolResult = tuple[str, Card | None]
A = TypeVar("A", bound=BaseModel)
Door = Callable[[ToolContext, A], Awaitable[ToolResult]]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One declared tool. `tool` is what the model is told of it; it holds nothing to run."""

    tool: BaseTool
    door: Callable[[ToolContext, Any], Awaitable[ToolResult]]
    args: type[BaseModel]
    scope: Scope
    label: str
    shared: bool

    @property
    def name(self) -> str:
        return self.tool.name

    async def run(self, context: ToolContext, args: BaseModel) -> ToolResult:
        """Call it with arguments that `args` has checked. Raises Forbidden when the actor lacks the scope."""
        context.actor.require(self.scope)
        return await self.door(context, args)


_specs: dict[str, ToolSpec] = {}


def declare(*, args: type[A], scope: Scope, label: str, shared: bool = False) -> Callable[[Door[A]], Door[A]]:
    """Register the function as a tool under its own name; its docstring is what the model reads. `shared`: everything
    it shows may be seen by every member of the room it is used in, so that it may be offered among people."""

    def register(door: Door[A]) -> Door[A]:
        name = door.__name__

        tool = StructuredTool(
            name=name, description=inspect.cleandoc(door.__doc__ or ""), args_schema=args, coroutine=None
        )
        if name in _specs:
            raise ValueError(f"tool {name!r} is declared twice")
        _specs[name] = ToolSpec(tool=tool, door=door, args=args, scope=scope, label=label, shared=shared)
        return door

    return register


def specs() -> dict[str, ToolSpec]:
    """Every declared tool by name."""
    # The rooms' tools declare themselves when their module is read.
    from tools import billing, bookings, conversations, matching, projects  # noqa: F401

    return _specs


def offered(actor: Actor, *, shared: bool = False) -> list[ToolSpec]:
    """The tools this actor may use, in a stable order; in a room of several people (`shared`) those whose results all
    of them may see."""
    return [
        spec
        for _, spec in sorted(specs().items())
        if spec.scope in actor.scopes and (spec.shared or not shared)
    ]
