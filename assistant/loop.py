"""The agent's loop: the model speaks, the tools it calls run, and it speaks again with what they brought."""

import asyncio

from langchain.messages import AIMessage, ToolMessage
from langchain_core.messages import BaseMessage

from assistant.model_calls import ModelCalls
from assistant.models import Choice
from assistant.tool_calls import ToolCalls
from assistant.turn import Turn
from tools.registry import ToolSpec


class Loop:
    """Answers with one set of tools; turns may run side by side.

    What makes an agent of it, retries, limits, validation, and plain words for what fails, stands in `ModelCalls` and
    `ToolCalls`.
    """

    def __init__(self, choice: Choice, fallback: Choice, specs: list[ToolSpec]) -> None:
        self._models = ModelCalls(choice, fallback, [spec.tool for spec in specs])
        self._tools = ToolCalls({spec.name: spec for spec in specs})

    async def run(self, messages: list[BaseMessage], turn: Turn) -> None:
        """Answer `messages`, the system's first. All of the answer goes to `turn`."""
        said = list(messages)
        # It comes to an end: each round makes calls, and once the turn has made all it may, `answer` returns none.
        while (answer := await self._models.answer(said, turn)).tool_calls:
            said += [answer, *await self._results(answer, turn)]

    async def _results(self, answer: AIMessage, turn: Turn) -> list[ToolMessage]:
        """What the calls of one answer brought, in their order; they run side by side."""
        if len(answer.tool_calls) == 1:
            return [await self._tools.run(answer.tool_calls[0], turn)]
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(self._tools.run(call, turn)) for call in answer.tool_calls]
        return [task.result() for task in running]
