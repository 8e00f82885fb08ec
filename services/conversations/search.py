"""Search in the messages of one's rooms, and the names of their files: words, by their beginnings and whatever their accents,
newest first. Where a language puts no spaces between words, any run of its signs is found."""

# ruff: noqa: S608  (the statement is put together from constants of this file; all values are bound)

import re
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core import cursors
from core.actor import Actor, Scope
from services.conversations import repository
from services.conversations.rendering import message_read
from services.conversations.schemas import FoundMessage, SearchPage, Snippet

# Marks that no message holds (they are private-use characters), so that what they enclose can be told apart safely. The
# third stands around each sign of Chinese and Japanese, where the database looks for words (`signs_apart`).
START, STOP, APART = "\ue000", "\ue001", "\ue002"
_SIGNS = re.compile("[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
HEADLINE = f'StartSel="{START}", StopSel="{STOP}", MaxWords=30, MinWords=18, ShortWord=0'

# `websearch_to_tsquery` takes whatever people type (quotes, or, minus) and fails on nothing; then each word counts as a
# beginning, so that "invoice" finds "invoices", and a search finds something before its last word is complete.
QUERY = r"""
    regexp_replace(websearch_to_tsquery('sextant', :words)::text, '''( |\)|$)', ''':*\1', 'g')::tsquery
"""

# How many messages hold these words, and how many are in these rooms, decides which of the two is looked up first: so
# the statement is planned for its values, each time; without helpers, as starting one takes longer than most searches.
SCOPE = text(
    """
    select array(
        select room_id from room_members where user_id = :me and left_at is null
            and (cast(:room as uuid) is null or room_id = :room)
    ) as rooms, (select through from word_scans) as through
    from set_config('plan_cache_mode', 'force_custom_plan', true) as planned,
        set_config('max_parallel_workers_per_gather', '0', true) as alone
    """
)
# Those whose words have been taken, and the newest, of whom they have not (`indexing`). Ids are times: the newest are chosen
# by them, and only those are read.
SEARCH = text(
    f"""
    with found as (
        select w.message_id as id from message_words w
        where w.words @@ {QUERY} and w.room_id = any(cast(:rooms as uuid[]))
            and (cast(:sender as uuid) is null or w.sender_id = :sender)
            and (cast(:before_id as uuid) is null or w.message_id < :before_id)
        union all
        select m.id from messages m
        where m.id >= cast(:through as uuid) and m.room_id = any(cast(:rooms as uuid[])) and m.deleted_at is null
            and (cast(:sender as uuid) is null or m.sender_id = :sender)
            and (cast(:before_id as uuid) is null or m.id < :before_id)
            and not exists (select from message_words w where w.message_id = m.id)
            and to_tsvector('sextant', said_in(m.text, m.attachments)) @@ {QUERY}
        order by id desc limit :most
    )
    select m.*, case when r.kind = 'direct' then coalesce((
            select o.name from room_members other join users o on o.id = other.user_id
            where other.room_id = r.id and other.user_id <> :me
        ), r.title) else r.title end as room_title, r.kind as room_kind, u.name as sender_name,
        ts_headline('sextant', signs_apart(concat_ws(
            E'\n', nullif(translate(m.text, :marks, ''), ''), names_apart(translate(names_of_files(m.attachments), :marks, ''))
        )), {QUERY}, :headline) as headline
    from found f join messages m on m.id = f.id join rooms r on r.id = m.room_id join users u on u.id = m.sender_id
    order by m.id desc
    """
)


async def search(
    session: AsyncSession,
    actor: Actor,
    words: str,
    *,
    room_id: UUID | None = None,
    sender_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> SearchPage:
    """Messages with these words in the rooms that the actor is in, or in one of them."""
    actor.require(Scope.CONVERSATIONS_READ)
    if room_id is not None:
        await repository.room_of(session, actor.user_id, room_id)
    before = cursors.read(cursor)
    scope = (await session.execute(SCOPE, {"me": actor.user_id, "room": room_id})).one()
    rows = (
        (
            await session.execute(
                SEARCH,
                {
                    "words": _asked(words.replace("\x00", " ")),
                    "me": actor.user_id,
                    "rooms": scope.rooms,
                    "through": scope.through,
                    "sender": sender_id,
                    "before_id": before[1] if before else None,
                    "most": limit + 1,
                    "marks": START + STOP + APART,
                    "headline": HEADLINE,
                },
            )
        )
        .mappings()
        .all()
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return SearchPage(
        items=[
            FoundMessage(
                message=message_read(row),
                room_title=row["room_title"],
                room_kind=row["room_kind"],
                sender_name=row["sender_name"],
                snippet=_snippet(row["headline"]),
            )
            for row in rows[:limit]
        ],
        next_cursor=cursors.written(last["created_at"], last["id"]) if last is not None else None,
    )


def _asked(words: str) -> str:
    """What is looked for: signs one after the other, as in quotes."""
    parts = words.split('"')
    # Every other part stands in quotes already.
    return '"'.join(_apart(part, "" if index % 2 else '"') for index, part in enumerate(parts))


def _apart(words: str, mark: str) -> str:
    return _SIGNS.sub(lambda run: f" {mark}{APART.join(run[0])}{mark} ", words)


def _snippet(headline: str) -> list[Snippet]:
    parts: list[Snippet] = []

    def add(words: str, hit: bool) -> None:
        words = words.replace(APART, "")
        if words and parts and parts[-1].hit is hit:
            parts[-1].text += words
        elif words:
            parts.append(Snippet(text=words, hit=hit))

    for index, piece in enumerate(headline.split(START)):
        found, mark, rest = piece.partition(STOP)
        if index == 0 or not mark:
            add(piece, False)
            continue
        add(found, True)
        add(rest, False)
    return parts
