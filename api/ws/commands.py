"""What each command does: check, call the rule, answer."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from api.runtime import Runtime
from api.ws import protocol as p
from api.ws.connection import Connection
from core.actor import Actor
from core.errors import Conflict, InvalidInput, RateLimited, SextantError
from services.conversations import branches, drafts, messages, presence, proposals, service, turns
from services.conversations.batches import Stored
from services.conversations.rendering import instant
from services.conversations.schemas import MarkRead, MessageRead

MAX_IN_FLIGHT = 64


class Commands:
    """The commands of one connection."""

    def __init__(self, connection: Connection, runtime: Runtime) -> None:
        self._connection = connection
        self._runtime = runtime

    @property
    def _actor(self) -> Actor:
        assert self._connection.actor is not None
        return self._connection.actor

    async def run(self, command: p.AnyCommand) -> None:
        """Carry out one command and answer it. Raises SextantError for the gateway to render."""
        match command:
            case p.MessageSend():
                await self._send(command)
            case p.Subscribe():
                await self._subscribe(command)
            case p.Unsubscribe():
                self._runtime.hub.unsubscribe(self._connection, command.room)
                self._ack(command)
            case p.MessageEdit() | p.MessageDelete() | p.ReactionSet() | p.PinSet():
                changed = await self._change(command)
                self._ack(command, room=str(command.room), message=changed.model_dump(mode="json"))
            case p.DraftSet():
                async with self._runtime.db.transaction() as session:
                    draft = await drafts.put(session, self._actor, command.room, command)
                self._ack(command, room=str(command.room), updated_at=instant(draft.updated_at))
            case p.Read():
                async with self._runtime.db.transaction() as session:
                    state = await service.mark_read(
                        session, self._actor, command.room, MarkRead(seq=command.seq)
                    )
                self._ack(
                    command,
                    room=str(command.room),
                    read_seq=state.read_seq,
                    unread=state.unread,
                    mentions=state.mentions,
                )
            case p.Typing():
                self._member(command.room)
                await presence.typing(self._runtime.db, self._actor, command.room)
                self._ack(command)
            case p.TurnStop():
                await turns.stop(self._runtime.db, self._actor, command.turn)
                self._ack(command)
            case p.AnswerAgain():
                async with self._runtime.db.transaction() as session:
                    made = await branches.regenerate(session, self._actor, command.message)
                self._ack(command, **made.model_dump(mode="json"))
            case p.MessageRevise():
                async with self._runtime.db.transaction() as session:
                    made = await branches.revise(session, self._actor, command.message, command)
                self._ack(command, **made.model_dump(mode="json"))
            case p.BranchSelect():
                async with self._runtime.db.transaction() as session:
                    await branches.choose(session, self._actor, command.room, command.number)
                self._ack(command, room=str(command.room), branch=command.number)
            case p.ProposalConfirm():
                async with self._runtime.db.transaction() as session:
                    read = await proposals.confirm(session, self._actor, command.proposal, command.edits)
                self._ack(command, proposal=read.model_dump(mode="json"))
            case p.ProposalDecline():
                async with self._runtime.db.transaction() as session:
                    read = await proposals.decline(session, self._actor, command.proposal)
                self._ack(command, proposal=read.model_dump(mode="json"))
            case p.Ping():
                self._ack(command)
            case p.Hello():
                raise Conflict("You are known already.", code="already_identified")

    def _ack(self, command: p.Command, **fields: Any) -> None:
        self._connection.send({**fields, "type": "ack", "id": command.id})

    async def _send(self, command: p.MessageSend) -> None:
        if self._connection.in_flight >= MAX_IN_FLIGHT:
            raise RateLimited("Wait for the answers to your earlier messages.", retry_after=0.1)
        # Handed over before this returns, so messages keep their order; the answer comes when they are stored.
        self._await(command, await self._runtime.sender.submit(self._actor, command.room, command))

    def send_at_once(self, command: p.MessageSend) -> bool:
        """Hand a message over; False where something has to be read or said first."""
        if self._connection.in_flight >= MAX_IN_FLIGHT:
            return False
        try:
            stored = self._runtime.sender.submit_at_once(self._actor, command.room, command)
        except SextantError:
            return False
        if stored is None:
            return False
        self._await(command, stored)
        return True

    def _await(self, command: p.MessageSend, stored: asyncio.Future[Stored]) -> None:
        self._connection.expect()
        stored.add_done_callback(partial(self._answer, command))

    def _answer(self, command: p.MessageSend, done: asyncio.Future[Stored]) -> None:
        try:
            stored = done.result()
        except SextantError as error:
            self._connection.answer(
                {
                    **error.fields,
                    "type": "error",
                    "id": command.id,
                    "code": error.code,
                    "message": error.message,
                }
            )
            return
        self._connection.answer(
            {
                "room": command.room,
                "client_id": command.client_id,
                "message": orjson.Fragment(stored.encoded),
                "duplicate": not stored.fresh,
                "type": "ack",
                "id": command.id,
            }
            | ({"unanswered": stored.unanswered.model_dump(mode="json")} if stored.unanswered else {})
        )

    async def _subscribe(self, command: p.Subscribe) -> None:
        connection, runner = self._connection, self._runtime.runner
        if command.room not in connection.rooms and len(connection.rooms) >= p.MAX_SUBSCRIPTIONS:
            raise InvalidInput(
                "Too many rooms are followed on this connection.", code="too_many_subscriptions"
            )

        async def catch_up() -> list[dict[str, Any]]:
            if runner is not None and runner.is_running(command.room):
                return []
            turn = await turns.running(self._runtime.db, self._actor, command.room)
            return (
                []
                if turn is None
                else turns.catch_up(turn.room_id, turn.id, turn.attempt, turn.text, turn.progress)
            )

        kind = await self._runtime.hub.subscribe(
            connection,
            command.room,
            command.after_seq,
            lambda seq: self._ack(command, room=str(command.room), seq=seq),
            catch_up,
        )
        self._runtime.sender.learn(command.room, kind)  # what is written there next need not ask for it
        if runner is not None:
            for body in runner.snapshot(command.room):
                connection.send(body)
        here = await presence.online_in(self._runtime.db, command.room)
        if command.room in connection.rooms:
            connection.send(presence.body(command.room, online=here) | {"all": True})

    async def _change(
        self, command: p.MessageEdit | p.MessageDelete | p.ReactionSet | p.PinSet
    ) -> MessageRead:
        async with self._runtime.db.transaction() as session:
            subject = (session, self._actor, command.room, command.message)
            match command:
                case p.MessageEdit():
                    return await messages.edit(*subject, command)
                case p.MessageDelete():
                    return await messages.delete(*subject)
                case p.ReactionSet():
                    return await messages.react(*subject, command)
                case p.PinSet():
                    return await messages.pin(*subject, command)

    def _member(self, room_id: UUID) -> None:
        if room_id not in self._connection.rooms:
            raise Conflict("Subscribe to the room first.", code="not_subscribed", room=str(room_id))
