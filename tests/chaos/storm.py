"""One run: rooms full of writers, faults while they write, and the reckoning at the end."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from core.db import Database
from services.conversations import repository
from tests.accounts.factories import make_user, sign_in_cookie
from tests.chaos.clients import Member
from tests.chaos.cluster import Cluster

SETTLE_SECONDS = 300.0  # a bound, not a wait: starting a server takes long on a busy machine


@dataclass(frozen=True, slots=True)
class Plan:
    """How many, how long, and the seed of everything random."""

    clients: int
    rooms: int
    seconds: float
    seed: int = 1


@dataclass(slots=True)
class Verdict:
    """What the tables and the clients' views say in the end. All but `counts` has to be empty."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    reordered: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


async def run(cluster: Cluster, plan: Plan) -> Verdict:
    """Let them write while things break; then compare every view with the table."""
    members = await _people(cluster, plan)
    done: Counter[str] = Counter()
    stop = asyncio.Event()
    writing = [asyncio.create_task(member.write_until(stop)) for member in members]
    breaking = asyncio.create_task(_break(cluster, members, plan, done))
    await asyncio.wait({breaking, *writing}, timeout=plan.seconds, return_when=asyncio.FIRST_EXCEPTION)
    stop.set()
    async with asyncio.timeout(SETTLE_SECONDS):
        await breaking
        await asyncio.gather(*writing)
        table = await _table(cluster.database_url)
        await asyncio.gather(*(member.catch_up(table[member.room][-1][0]) for member in members))
    verdict = _compare(members, table)
    verdict.counts |= dict(done)
    for member in members:
        await member.drop()
    return verdict


async def _people(cluster: Cluster, plan: Plan) -> list[Member]:
    urls = [server.ws_url for server in cluster.servers]
    members: list[Member] = []
    async with Database(cluster.database_url) as db:
        for room in range(plan.rooms):
            users = [await make_user(db, name=f"P{n}") for n in range(plan.clients // plan.rooms)]
            async with db.transaction() as session:
                room_id = await repository.add_room(
                    session,
                    kind="project",
                    title=f"Room {room}",
                    created_by=users[0].id,
                    roles={user.id: "member" for user in users},
                )
            for number, user in enumerate(users):
                token = await sign_in_cookie(db, user)
                name = f"room {room} person {number}"
                members.append(
                    Member(name, token, room_id, urls, seed=plan.seed * 10_000 + room * 100 + number)
                )
    return members


async def _break(cluster: Cluster, members: list[Member], plan: Plan, done: Counter[str]) -> None:
    """Every kind of fault at least once, in an order of the seed, over the first nine tenths of the time."""
    rng = random.Random(plan.seed)

    async def cut_lines() -> None:
        for member in rng.sample(members, len(members) // 3):
            member.cut()

    async def kill() -> None:
        await cluster.kill_and_restart(rng.choice(cluster.servers))

    async def suspend() -> None:
        await cluster.suspend(rng.choice(cluster.servers), min(8.0, plan.seconds / 4))

    async def restart_valkey() -> None:
        await cluster.valkey.stop()
        await asyncio.sleep(0.5)
        await cluster.valkey.start()

    faults: dict[str, Callable[[], Awaitable[None]]] = {
        "server_kills": kill,
        "server_suspensions": suspend,
        "line_cuts": cut_lines,
        "valkey_restarts": restart_valkey,
        "postgres_kills": cluster.postgres.kill_and_restart,
    }
    again = ["server_kills", "server_suspensions", "line_cuts"] * int(plan.seconds // 25)
    order = list(faults) + again
    rng.shuffle(order)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for number, name in enumerate(order):
        at = begin + 0.9 * plan.seconds * (number + 0.5) / len(order)
        await asyncio.sleep(max(0.0, at - loop.time()))
        await faults[name]()
        done[name] += 1


async def _table(url: str) -> dict[UUID, list[tuple[int, str, str]]]:
    """Per room, what is stored: (seq, message id, text), by seq."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("select room_id, seq, id, text from messages order by room_id, seq")
    finally:
        await connection.close()
    table: dict[UUID, list[tuple[int, str, str]]] = {}
    for row in rows:
        table.setdefault(row["room_id"], []).append((row["seq"], str(row["id"]), row["text"]))
    return table


def _compare(members: list[Member], table: dict[UUID, list[tuple[int, str, str]]]) -> Verdict:
    verdict = Verdict()
    stored = {(room, key): (seq, text) for room, rows in table.items() for seq, key, text in rows}
    for room, rows in table.items():
        texts = Counter(text for _, _, text in rows)
        verdict.doubled += [f"stored twice: {text}" for text, count in texts.items() if count > 1]
        if [seq for seq, _, _ in rows] != list(range(1, len(rows) + 1)):
            verdict.reordered.append(f"numbers with a hole in {room}")
    for member in members:
        for sent in member.acknowledged:
            if stored.get((member.room, sent.id)) != (sent.seq, sent.text):
                verdict.lost.append(f"acknowledged, not stored: {sent.text}")
        mine = [text for _, _, text in table[member.room] if text.startswith(f"{member.name} #")]
        if mine != [sent.text for sent in member.acknowledged]:
            verdict.reordered.append(f"{member.name}'s own order")
        view = [(e["seq"], e["message"]["id"], e["message"]["text"]) for e in member.view if "message" in e]
        missing = set(table[member.room]) - set(view)
        verdict.lost += [f"{member.name} did not see {text}" for _, _, text in missing]
        verdict.doubled += [f"{member.name} saw {row[2]} twice" for row, n in Counter(view).items() if n > 1]
        if [seq for seq, _, _ in view] != sorted({seq for seq, _, _ in view}):
            verdict.reordered.append(f"{member.name} saw another order")
    verdict.counts = {
        "acknowledged": sum(len(member.acknowledged) for member in members),
        "stored": sum(len(rows) for rows in table.values()),
        "delivered": sum(len(member.view) for member in members),
        "retries": sum(member.retries for member in members),
        "reconnects": sum(member.reconnects for member in members),
    }
    return verdict
