"""All tools of the agent, with the scope each needs and the label people see while it runs.

A tool is declared where its room is:

    @declare(args=FindCtos, scope=Scope.EXPERTS_READ, label="Looking for CTOs")
    async def find_ctos(context: ToolContext, args: FindCtos) -> ToolResult:
        \"\"\"What the model reads: when to call it, and what comes back.\"\"\"

and becomes a LangChain tool whose result is short text for the model plus a card for the person. A tool whose scope
the actor lacks is not even offered.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.tools import BaseTool, StructuredTool
from langgraph.runtime import get_runtime
from pydantic import BaseModel

from core.actor import Actor, Scope
from services.conversations.schemas import Card
from tools.context import ToolContext

ToolResult = tuple[str, Card | None]
A = TypeVar("A", bound=BaseModel)
Door = Callable[[ToolContext, A], Awaitable[ToolResult]]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """One declared tool."""

    tool: BaseTool
    args: type[BaseModel]
    scope: Scope
    label: str
    shared: bool

    @property
    def name(self) -> str:
        return self.tool.name


_specs: dict[str, ToolSpec] = {}


def declare(*, args: type[A], scope: Scope, label: str, shared: bool = False) -> Callable[[Door[A]], Door[A]]:
    """Register the function as a tool under its own name; its docstring is what the model reads. `shared`: everything
    it shows may be seen by every member of the room it is used in, so that it may be offered among people."""

    def register(door: Door[A]) -> Door[A]:
        name = door.__name__

        async def run(**arguments: Any) -> ToolResult:
            context = get_runtime(ToolContext).context
            context.actor.require(scope)
            return await door(context, args.model_validate(arguments))

        tool = StructuredTool(
            name=name,
            description=inspect.cleandoc(door.__doc__ or ""),
            args_schema=args,
            coroutine=run,
            response_format="content_and_artifact",
        )
        if name in _specs:
            raise ValueError(f"tool {name!r} is declared twice")
        _specs[name] = ToolSpec(tool=tool, args=args, scope=scope, label=label, shared=shared)
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
