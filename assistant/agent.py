"""One turn of the assistant: the window in, events out. Nothing here stores or publishes."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator

from assistant import models, window
from assistant.loop import Loop
from assistant.prompts import folder_version, load
from assistant.schemas import AgentEvent, Finished, Notice, TextDelta, TurnContext, Usage
from assistant.summaries import Summariser
from assistant.tracing import Tracing
from assistant.turn import Turn
from core.db import Database
from core.settings import Settings
from services.projects import service as projects
from tools.registry import offered

log = logging.getLogger(__name__)

APOLOGY = "Something went wrong on our side while I was answering. Please send your message again."


def _joined(events: list[AgentEvent | None]) -> list[AgentEvent | None]:
    """Words that wait together are sent together: each event goes to every device of the room."""
    joined: list[AgentEvent | None] = []
    for event in events:
        if isinstance(event, TextDelta) and joined and isinstance(before := joined[-1], TextDelta):
            joined[-1] = TextDelta(before.text + event.text)
        else:
            joined.append(event)
    return joined


class Agent:
    """Runs turns. One per process; turns of different rooms may run at the same time."""

    def __init__(self, settings: Settings, db: Database) -> None:
        self._settings = settings
        self._db = db
        self._choice = models.choose(settings)
        self._fallback = self._choice if self._choice.guided else models.guided()
        self.summariser = Summariser(db, self._choice)
        self.tracing = Tracing.from_settings(settings)
        self._loops: dict[tuple[str, ...], Loop] = {}

    @property
    def model(self) -> str:
        """The name of the model that answers first."""
        return self._choice.name

    async def close(self) -> None:
        """End what outlives a turn: the model's connections, and traces that have not been sent."""
        await self._choice.close()
        await asyncio.to_thread(self.tracing.close)

    async def run(self, context: TurnContext) -> AsyncGenerator[AgentEvent, None]:
        """Answer the window's last messages. Closing the iterator stops the turn at once."""
        events: asyncio.Queue[AgentEvent | None] = asyncio.Queue()
        task = asyncio.create_task(self._answer(context, events), name=f"turn-{context.turn_id}")
        try:
            while True:
                waiting = [await events.get()]
                while not events.empty():
                    waiting.append(events.get_nowait())
                for event in _joined(waiting):
                    if event is None:
                        return
                    yield event
        finally:
            if not task.done():
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _answer(self, context: TurnContext, events: "asyncio.Queue[AgentEvent | None]") -> None:
        turn = self._turn(context, events)
        with self.tracing.span("turn", **{"sextant.turn.id": str(context.turn_id)}) as span:
            self.tracing.said(span, "sextant.turn.asked", turn.message_text)
            try:
                await self._speak(context, turn)
            finally:
                finished = self._finished(turn, shared=context.shared)
                span.set_attributes(
                    {
                        "sextant.model": finished.model,
                        "sextant.prompt_version": finished.prompt_version,
                        "sextant.cost_microusd": finished.cost_microusd,
                    }
                )
                self.tracing.said(span, "sextant.turn.answered", finished.text)
                turn.emit(finished)
                events.put_nowait(None)

    async def _speak(self, context: TurnContext, turn: Turn) -> None:
        try:
            project = await projects.for_turn(self._db, context.actor, context.room_id)
            await self._loop(context).run(window.messages(context, project, whole=self._choice.guided), turn)
        except Exception:
            log.exception("turn failed", extra={"turn_id": str(context.turn_id)})
            turn.take_back("The answer broke off.")
            turn.say(APOLOGY)
            turn.keep(APOLOGY)
            turn.emit(Notice("This answer could not be finished."))

    def _turn(self, context: TurnContext, events: "asyncio.Queue[AgentEvent | None]") -> Turn:
        asked = window.pending(context.window)
        return Turn(
            db=self._db,
            actor=context.actor,
            room_id=context.room_id,
            turn_id=context.turn_id,
            message_id=asked[-1].id if asked else None,
            message_text="\n".join(message.text for message in asked),
            heard="\n".join(message.text for message in context.window if message.role == "user"),
            now=context.now,
            timezone=context.timezone,
            emit=events.put_nowait,
            deadline=asyncio.get_running_loop().time() + self._settings.turn_seconds,
            tool_limit=self._settings.turn_tool_calls,
            model=self._choice.name,
            tracing=self.tracing,
        )

    def _loop(self, context: TurnContext) -> Loop:
        specs = offered(context.actor, shared=context.shared)
        names = tuple(spec.name for spec in specs)
        if names not in self._loops:
            self._loops[names] = Loop(self._choice, self._fallback, specs)
        return self._loops[names]

    def _finished(self, turn: Turn, *, shared: bool) -> Finished:
        used = ("system", "room" if shared else "context", "limit")
        version = " ".join(load(name).version for name in used)
        if turn.model == "guided":
            version = folder_version("guided")
        return Finished(
            text=turn.text,
            cards=turn.cards,
            usage=Usage(turn.input_tokens, turn.output_tokens),
            model=turn.model,
            prompt_version=version,
            cost_microusd=round(turn.cost_microusd),
        )
