"""The running summary of a long conversation with the assistant: what was said before the window, stored per branch.

At the end of a turn, when more than `FOLD_AT` messages have come since the summary, all but the newest `KEEP` are folded
into it. The next turns read the summary and what came after it, so that a turn costs the same however long the
conversation is. A summary that fails to be made is made at the end of a later turn.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.db import Database
from services.conversations.schemas import Card

KEEP = 12
FOLD_AT = 28
MOST = 60
LONGEST = 2_000

PATH = """
with line as (
    select $1::uuid as room_id, $2::int as number, coalesce(b.path_branches, '{}') as branches,
        coalesce(b.path_cuts, '{}') as cuts
    from (select 1) one left join room_branches b on b.room_id = $1 and b.number = $2
), known as (
    select s.through_seq, s.text from room_summaries s, line l
    where s.room_id = l.room_id and (s.branch = l.number or exists (
        select from unnest(l.branches, l.cuts) as p(number, cut)
        where p.number = s.branch and s.through_seq <= p.cut))
    order by s.through_seq desc limit 1
)
"""
DUE = (
    PATH
    + """
select m.id, m.seq, m.sender_id, m.kind, m.text, m.cards, k.text as before
from line l left join known k on true
join messages m on m.room_id = l.room_id
where m.deleted_at is null and m.seq > coalesce(k.through_seq, 0) and (m.branch = l.number or exists (
    select from unnest(l.branches, l.cuts) as p(number, cut) where p.number = m.branch and m.seq <= p.cut))
order by m.seq limit $3
"""
)
KEPT = """
insert into room_summaries (room_id, branch, through_seq, text, model, prompt_version, updated_at)
values ($1, $2, $3, $4, $5, $6, now())
on conflict (room_id, branch) do update set through_seq = excluded.through_seq, text = excluded.text,
    model = excluded.model, prompt_version = excluded.prompt_version, updated_at = now()
where room_summaries.through_seq < excluded.through_seq
"""


@dataclass(frozen=True, slots=True)
class Said:
    """A message to be folded into the summary."""

    sender_id: UUID
    kind: str
    text: str
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be folded, oldest first, into the summary `before`; `through_seq` is where the new one will reach."""

    before: str | None
    messages: list[Said]
    through_seq: int


async def due(db: Database, room_id: UUID, branch: int) -> Due | None:
    """What a branch has to fold into its summary now, if anything."""
    rows = await db.raw.fetch(DUE, room_id, branch, MOST + KEEP)
    if len(rows) <= FOLD_AT:
        return None
    folded = rows[:-KEEP]
    said = [
        Said(row["sender_id"], row["kind"], row["text"], [Card.model_validate(card) for card in row["cards"]])
        for row in folded
    ]
    return Due(folded[0]["before"], said, folded[-1]["seq"])


async def keep(
    db: Database, room_id: UUID, branch: int, found: Due, *, text: str, model: str, prompt_version: str
) -> None:
    """Store the summary, unless one that reaches further was stored meanwhile."""
    values: tuple[Any, ...] = (room_id, branch, found.through_seq, text[:LONGEST], model, prompt_version)
    await db.raw.execute(KEPT, *values)
