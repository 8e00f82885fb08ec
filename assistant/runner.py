"""Running turns: take the lease, let the agent speak, publish every word, keep the text so far, store the answer.

A turn runs in the process that stored the message, at once; if that process dies, another finds the turn when the lease
has run out. Only who holds the lease may end the turn, so it ends once.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from datetime import timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from assistant.schemas import (
    AgentEvent,
    Finished,
    Notice,
    Restarted,
    TextDelta,
    ToolEnded,
    ToolStarted,
    TurnContext,
    WindowMessage,
)
from core.clock import now
from core.db import Database
from core.events import Event, RoomEvent, TurnQueued
from core.ids import ASSISTANT_ID, new_id
from services.conversations import turns
from services.conversations.schemas import Card, asks_assistant, without_mention
from services.conversations.summaries import FOLD_AT, KEEP
from services.conversations.turns import ClaimedTurn, TurnResult

log = logging.getLogger(__name__)

SAVE_SECONDS = 0.5
RENEW_SECONDS = 3.0
LOOK_SECONDS = 2.0
CONCURRENT = 64


class Speaker(Protocol):
    """What answers: the agent."""

    def run(self, context: TurnContext) -> AsyncGenerator[AgentEvent, None]:
        """Answer the window's last messages."""


class Folder(Protocol):
    """What keeps the running summary of long conversations."""

    async def fold(self, turn: ClaimedTurn) -> None:
        """Fold what has grown old into the summary, after the turn."""


class _Live:
    """A turn that runs in this process."""

    def __init__(self, turn: ClaimedTurn) -> None:
        self.turn = turn
        self.text = ""
        self.length = 0  # of `text`, in code points
        self.progress: list[dict[str, Any]] = []
        self.cards: list[Card] = []
        self.notices: list[str] = []
        self.stopping = False
        self.lost = False
        self.changed = False
        self.finished: Finished | None = None


class Runner:
    """Runs the turns of one process."""

    def __init__(self, db: Database, agent: Speaker, summaries: Folder | None = None) -> None:
        self._db = db
        self._agent = agent
        self._summaries = summaries
        self._folding: set[asyncio.Task[None]] = set()
        self._owner = new_id()
        self._live: dict[UUID, _Live] = {}
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._agents: dict[UUID, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._closing = False
        self._stop_listening: Callable[[], None] | None = None
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take up turns as they are queued, and those that another process left."""
        self._stop_listening = self._db.broker.listen(self._on_events)
        self._looking = asyncio.create_task(self._look_for_ever())

    async def stop(self) -> None:
        """Take up no more, and give back the leases of those under way, so that another process goes on at once."""
        self._closing = True
        if self._stop_listening is not None:
            self._stop_listening()
        if self._looking is not None:
            self._looking.cancel()
        for task in tuple(self._tasks.values()):
            task.cancel()
        for folding in tuple(self._folding):
            folding.cancel()  # it is made after a later turn
        await asyncio.gather(*self._tasks.values(), *self._folding, return_exceptions=True)
        with suppress(Exception):
            await turns.release(self._db, self._owner)

    async def settled(self) -> None:
        """Wait until no summary is being made any more."""
        await asyncio.gather(*self._folding, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many turns run in this process."""
        return len(self._live)

    def is_running(self, room_id: UUID) -> bool:
        """Whether a turn of the room runs in this process."""
        return room_id in self._live

    def snapshot(self, room_id: UUID) -> list[dict[str, Any]]:
        """Events that bring a newcomer up to date with the room's turn, if one runs here."""
        live = self._live.get(room_id)
        if live is None:
            return []
        return turns.catch_up(room_id, live.turn.id, live.turn.attempt, live.text, live.progress)

    def _on_events(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, TurnQueued):
                self._take(event.turn_id)
            elif isinstance(event, RoomEvent) and event.type == "turn.stopping":
                self._stop_turn(event.room_id)

    def _take(self, turn_id: UUID) -> None:
        if self._closing or turn_id in self._tasks:
            return
        task = asyncio.create_task(self._run(turn_id))
        self._tasks[turn_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(turn_id, None))

    async def _look_for_ever(self) -> None:
        """Take up what nobody runs any more; first of all what was asked while no runner of this process listened."""
        waited = timedelta(0)
        while True:
            try:
                for turn_id in await turns.due(self._db, waited=waited):
                    self._take(turn_id)
                waited = turns.LEASE
            except Exception:
                log.warning("turns that were left could not be looked for", exc_info=True)
            await asyncio.sleep(LOOK_SECONDS)

    def _stop_turn(self, room_id: UUID) -> None:
        live = self._live.get(room_id)
        if live is not None and not live.stopping:
            live.stopping = True
            speaking = self._agents.get(live.turn.id)
            if speaking is not None:
                speaking.cancel()

    async def _run(self, turn_id: UUID) -> None:
        async with self._slots:
            turn = await turns.claim(self._db, turn_id, self._owner)
            if turn is None:
                return
            live = self._live[turn.room_id] = _Live(turn)
            try:
                await self._speak(live)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("a turn failed", extra={"turn": str(turn_id)})
            finally:
                self._forget(live)
        following = await turns.waiting(self._db, turn.room_id)
        if following is not None:
            self._take(following)

    def _forget(self, live: _Live) -> None:
        if self._live.get(live.turn.room_id) is live:
            del self._live[live.turn.room_id]

    async def _speak(self, live: _Live) -> None:
        turn = live.turn
        self._publish(live, "turn.started", attempt=turn.attempt)
        speaking = self._agents[turn.id] = asyncio.create_task(self._listen(live))
        saving = asyncio.create_task(self._save_for_ever(live))
        try:
            await speaking
        except asyncio.CancelledError:
            if not live.stopping and not live.lost:
                speaking.cancel()
                raise  # this process goes down
            if not live.lost:
                await self._end(live)
        finally:
            saving.cancel()
            self._agents.pop(turn.id, None)
            await asyncio.gather(saving, return_exceptions=True)

    async def _listen(self, live: _Live) -> None:
        """Take in what the agent says, and store it when it is whole: at once, as the last words are on their way."""
        turn = live.turn
        context = TurnContext(
            turn_id=turn.id,
            room_id=turn.room_id,
            actor=turn.actor,
            timezone=turn.actor.timezone,
            now=now(),
            window=[_window(row, shared=turn.shared) for row in turn.window],
            attempt=turn.attempt,
            shared=turn.shared,
            branch=turn.branch,
            asked_by=turn.asked_by,
            summary=turn.summary,
            summarised_through=turn.summarised_through,
        )
        async with aclosing(self._agent.run(context)) as events:
            async for event in events:
                self._take_in(live, event)
        self._agents.pop(turn.id, None)  # what is being stored is not stopped any more
        await self._end(live)

    def _take_in(self, live: _Live, event: AgentEvent) -> None:
        turn = live.turn
        live.changed = True
        match event:
            case TextDelta(text):
                self._publish(live, "turn.delta", offset=live.length, text=text)
                live.text += text
                live.length += len(text)
            case ToolStarted(call_id, name, label):
                self._step(live, {"call": call_id, "name": name, "label": label, "state": "started"})
            case ToolEnded(call_id, name, ok, card):
                label = next((s["label"] for s in live.progress if s["call"] == call_id), name)
                step: dict[str, Any] = {"call": call_id, "name": name, "label": label}
                step["state"] = "done" if ok else "failed"
                if card is not None:
                    step["card"] = card.model_dump(mode="json")
                    live.cards.append(card)
                self._step(live, step)
            case Notice(text):
                live.notices.append(text)
                self._publish(live, "turn.notice", text=text)
            case Restarted():
                live.text, live.length = "", 0
                self._publish(live, "turn.started", attempt=turn.attempt)
                for step in live.progress:
                    self._publish(live, "turn.tool", **step)
            case Finished():
                live.finished = event

    def _step(self, live: _Live, step: dict[str, Any]) -> None:
        live.progress = [s for s in live.progress if s["call"] != step["call"]] + [step]
        self._publish(live, "turn.tool", **step)

    async def _end(self, live: _Live) -> None:
        turn, finished = live.turn, live.finished
        if finished is not None:
            result = TurnResult(
                status="done",
                text=finished.text,
                cards=finished.cards,
                model=finished.model,
                prompt_version=finished.prompt_version,
                usage={"input": finished.usage.input_tokens, "output": finished.usage.output_tokens},
                cost_microusd=finished.cost_microusd,
                notices=live.notices,
            )
        elif live.stopping:
            result = TurnResult("stopped", live.text, live.cards, notices=live.notices)
        else:
            text = live.text or "Something went wrong while I was answering. Please send your message again."
            result = TurnResult("failed", text, live.cards, notices=live.notices, error="agent")
        message = await turns.finish(self._db, turn, self._owner, result)
        self._forget(live)  # whoever comes from now on finds the message
        if message is not None:
            self._db.publish([turns.ended_event(turn, result.status, message)])
            if self._summaries is not None and not turn.shared and len(turn.window) > FOLD_AT - KEEP:
                folding = asyncio.create_task(self._summaries.fold(turn))
                self._folding.add(folding)
                folding.add_done_callback(self._folding.discard)

    async def _save_for_ever(self, live: _Live) -> None:
        """Keep the text so far and the lease; stop the agent when the person asked for it in another process, or when
        the lease is lost."""
        idle = 0.0
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            idle += SAVE_SECONDS
            if not live.changed and idle < RENEW_SECONDS:
                continue
            live.changed, idle = False, 0.0
            try:
                stopping = await turns.save(self._db, live.turn.id, self._owner, live.text, live.progress)
            except Exception:
                log.warning("a turn's progress could not be saved", exc_info=True)
                continue
            if stopping is None:
                live.lost = True
                if (speaking := self._agents.get(live.turn.id)) is not None:
                    speaking.cancel()
                return
            if stopping:
                self._stop_turn(live.turn.room_id)

    def _publish(self, live: _Live, kind: str, **fields: Any) -> None:
        room = live.turn.room_id
        body = {"type": kind, "room": str(room), "turn": str(live.turn.id), **fields}
        self._db.publish([RoomEvent(room, kind, body)])


def _window(row: turns.WindowRow, *, shared: bool) -> WindowMessage:
    role: Literal["user", "assistant", "event", "other"] = "user"
    text = row.text
    if row.kind == "event":
        role = "event"
    elif row.sender_id == ASSISTANT_ID:
        role = "assistant"
    elif shared and not asks_assistant(text):
        role = "other"
    elif shared:
        text = without_mention(text) or "Hello"
    return WindowMessage(
        id=row.id,
        role=role,
        text=text,
        cards=row.cards,
        created_at=row.created_at,
        name=row.name,
        seq=row.seq,
    )
