"""The matching room: finds the experts who fit a need, and says why.

A search is a few reads, each of what holds at its moment, and one write; so it opens no transaction, and whoever is asked
over the network holds none open. Who is near by meaning and who is near by words is asked at the same time, and while
the database looks, the text of the need is read; the words of the matches are put together while their cards are read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from core import clock
from core.actor import Actor, Role, Scope
from core.db import Database
from core.errors import NotFound
from core.gateways import gateways
from core.ids import new_id
from services.accounts import service as accounts
from services.bookings import service as bookings
from services.experts import service as experts
from services.experts.schemas import ExpertCard, Status
from services.matching import evidence, ranking, repository, wording
from services.matching.changes import changes, people
from services.matching.indexing import current_space
from services.matching.meeting import SLOTS_SHOWN, Ahead, Met, Search
from services.matching.nearest import nearest
from services.matching.needs import Filters, ask, read, window
from services.matching.ranking import Scored
from services.matching.repository import Candidate, StoredRun
from services.matching.schemas import Change, Match, MatchList, MatchQuery, MatchSort, Understood
from services.projects import service as projects
from services.projects.schemas import ProjectBrief

__all__ = ["embed", "get", "search"]

_CLOSEST = 3
# Below this score of the best, a list is more likely of people who have time than of somebody who has done something like
# it: of the briefs of `bench.matching_quality` whose best gets less, 3 in 10 find one among five; of those up to 45, which
# some greetings get as well, 6 in 10.
_CLOSE = 42
# So many are looked at, by each filter that is eased, for those who come closest.
_BATCH = 12


async def search(
    db: Database,
    actor: Actor,
    query: MatchQuery,
    *,
    embedding: Sequence[float] | None = None,
    keep: bool = True,
) -> MatchList:
    """Find, rank, explain and store (unless nobody asked: `keep`). Who has the embedding of the need already gives it.
    Raises `NotFound` for a project that is not the actor's, `InvalidInput` for filters that contradict,
    `VendorUnavailable` when the embedding service does not answer."""
    actor.require(Scope.EXPERTS_READ)
    now, space = clock.now(), current_space()
    project = await _brief(db, actor, query)
    asked = ask(query, project, timezone=actor.timezone, now=now, but=await _own(db, actor))

    async def near() -> tuple[Sequence[float], list[UUID]]:
        vector = embedding if embedding is not None else await embed(asked.text)
        return vector, await nearest(db, space, vector, asked.filters)

    async with Ahead() as ahead:
        close = await ahead.ask(near())
        spoken = await ahead.ask(repository.worded(db, asked.filters, asked.text))
        needs = read(query, project, asked)
        brief = evidence.parts(needs.text)
        (vector, ids), worded = await close, await spoken
        under_way = Search(
            db=db, query=query, needs=needs, brief=brief, space=space, embedding=vector, now=now, ahead=ahead
        )
        result = await _find(under_way, await under_way.look_at(needs.filters, ids, worded))
    if keep:
        await _store(db, actor, result)
    return result


async def embed(text: str) -> list[float]:
    """The embedding of a need, by the model that profiles are embedded with."""
    return (await gateways().embeddings.embed([text]))[0]


async def _find(under_way: Search, met: Met) -> MatchList:
    query, needs = under_way.query, under_way.needs
    free = _free(under_way, met)
    if len(free.fitting) < query.limit and len(met.candidates) >= repository.NEAR:
        # The first ones have no time.
        free = _free(under_way, await under_way.meet(needs.filters, limit=repository.FURTHER))
    chosen = _sorted(free.fitting[: query.limit * 2], query.sort, free.slots)[: query.limit]
    items = await _matches(under_way, chosen, free.slots)
    closest: list[Match] = []
    hints: list[Change] = []
    if not items:
        closest = await _closest(under_way, free.late, free.slots)
    is_close = max((match.score for match in items), default=100) >= _CLOSE
    if len(items) < query.limit and not needs.filters.is_empty:
        hints = await changes(under_way)
    return MatchList(
        id=new_id(),
        created_at=under_way.now,
        query=query,
        understood=Understood(
            skills=list(needs.skills),
            must_skills=list(needs.filters.skills),
            must_words=list(needs.filters.words),
            industries=list(needs.industries),
            stage=needs.stage,
        ),
        summary=_summary(len(items), len(closest), is_close=is_close),
        is_close=is_close,
        items=items,
        closest=closest,
        changes=hints,
        weights=ranking.WEIGHTS,
        ranking_version=ranking.VERSION,
        embedding_model=under_way.space.model,
        founder_timezone=needs.timezone,
    )


async def get(session: AsyncSession, actor: Actor, match_id: UUID) -> MatchList:
    """A stored result of one's own, as it was, with the slots that are free now; experts who can no longer be booked are
    marked, and of those who are not shown any more nothing but their name is left."""
    actor.require(Scope.EXPERTS_READ)
    run = await repository.get(session, match_id, actor.user_id)
    if run is None:
        raise NotFound("There is no such match list.")
    result = MatchList.model_validate(run.result)
    shown = [*result.items, *result.closest]
    owners = await experts.owners(session, [match.expert.id for match in shown])
    after, _ = window(result.query, result.founder_timezone, clock.now())
    slots = await bookings.next_slots(
        session,
        [key for key, owner in owners.items() if owner.can_be_booked],
        after=after or clock.now(),
        count=SLOTS_SHOWN,
        minutes=result.query.call_minutes,
    )
    gone = [key for key, owner in owners.items() if owner.status not in (Status.APPROVED, Status.PAUSED)]
    cards = await experts.cards(session, gone)
    for match in shown:
        match.is_available = match.expert.id in slots
        match.slots = slots.get(match.expert.id, [])
        if match.expert.id in gone:
            _withdraw(match, cards[match.expert.id])
    return result


def _withdraw(match: Match, card: ExpertCard) -> None:
    """Leave of somebody whose profile is shown no longer what the list needs to stay readable: neither what it said
    then nor what its owner writes into it now."""
    match.expert = match.expert.model_copy(
        update={
            "name": card.name,
            "slug": card.slug,
            "avatar_url": None,
            "headline": "",
            "skills": [],
            "industries": [],
            "languages": [],
        }
    )
    match.reasons, match.strengths, match.gaps, match.missing = [], [], [], []
    for factor in match.factors:
        factor.profile = None


@accounts.on_merge
async def merge(session: AsyncSession, source: UUID, target: UUID) -> None:
    """A guest who signs in keeps the match lists."""
    await repository.merge_people(session, source, target)


@accounts.on_delete
async def forget(session: AsyncSession, user_id: UUID) -> None:
    """The match lists go with the account."""
    await repository.delete_runs(session, user_id)


@accounts.on_export("matches")
async def export(session: AsyncSession, user_id: UUID) -> list[dict[str, Any]]:
    """What the person searched for, and what was answered."""
    return [
        {"created_at": run.created_at.isoformat(), "query": run.query, "summary": run.result.get("summary")}
        for run in await repository.runs_of(session, user_id)
    ]


async def _own(db: Database, actor: Actor) -> UUID | None:
    """The actor's own profile, which is none to book a call with."""
    if actor.role not in (Role.CTO, Role.ADMIN):
        return None
    async with db.reading() as session:
        expert = await experts.for_user(session, actor.user_id)
    return expert.id if expert else None


async def _brief(db: Database, actor: Actor, query: MatchQuery) -> ProjectBrief | None:
    if query.project_id is None:
        return None
    async with db.transaction() as session:
        return (await projects.get(session, actor, query.project_id)).brief


@dataclass(frozen=True, slots=True)
class _Free:
    """Who has a free slot in time, best first; who is free too late; and all slots that were looked up."""

    fitting: Sequence[Scored]
    late: Sequence[Candidate]
    slots: dict[UUID, list[datetime]]


def _free(under_way: Search, met: Met) -> _Free:
    # An order of the founder's own is made among twice as many as are shown.
    wanted = under_way.query.limit * (1 if under_way.query.sort is MatchSort.SCORE else 2)
    slots: dict[UUID, list[datetime]] = {}
    good: list[Candidate] = []
    late: list[Candidate] = []
    for candidate, *_ in under_way.rank(met.candidates):
        slots[candidate.id] = starts = met.slots(candidate)
        if under_way.in_time(starts):
            good.append(candidate)
            if len(good) == wanted:
                break
        elif starts:
            late.append(candidate)
    return _Free(under_way.rank(good, slots), late, slots)


async def _closest(
    under_way: Search, late: Sequence[Candidate], slots: dict[UUID, list[datetime]]
) -> list[Match]:
    """Who comes nearest when nobody fits: each hard filter let go in turn, then all of them. What the founder
    excluded stays excluded."""
    filters = under_way.needs.filters
    pool = {candidate.id: candidate for candidate in late}
    # Whom each candidate was met with: there stands when they have time.
    by: dict[UUID, Met] = {}
    eased = [
        replace(filters, skills=()),
        replace(filters, words=()),
        replace(filters, min_usd=None, max_usd=None),
        replace(filters, languages=()),
        replace(filters, timezones=None),
        replace(filters, engagement=None),
        replace(filters, countries=()),
        replace(filters, min_years=None),
    ]
    bare = Filters(
        excluded_skills=filters.excluded_skills,
        excluded_industries=filters.excluded_industries,
        excluded_ids=filters.excluded_ids,
    )
    for easier in [*(each for each in eased if each != filters), bare]:
        if easier is bare and pool:
            break
        met = await under_way.meet(easier, limit=_BATCH)
        for candidate in met.candidates:
            pool.setdefault(candidate.id, candidate)
            by.setdefault(candidate.id, met)
    ranked = under_way.rank(list(pool.values()))
    texts = await _texts(under_way, list(pool))
    unmet = {
        item.candidate.id: len(
            wording.missing(
                item.candidate,
                texts.get(item.candidate.id, ""),
                filters,
                under_way.needs,
                overlap=under_way.overlap(item.candidate),
                has_slot=under_way.in_time(slots.get(item.candidate.id, [under_way.now])),
            )
        )
        for item in ranked
    }
    ranked.sort(key=lambda item: unmet[item.candidate.id])
    batch = [item.candidate for item in ranked[:_BATCH]]
    for candidate in batch:
        if candidate.id not in slots:
            slots[candidate.id] = by[candidate.id].slots(candidate)
    chosen = [candidate for candidate in batch if slots[candidate.id]][:_CLOSEST]
    again = {item.candidate.id: item for item in under_way.rank(chosen, slots)}
    return await _matches(under_way, [again[candidate.id] for candidate in chosen], slots)


async def _matches(
    under_way: Search,
    chosen: Sequence[Scored],
    slots: Mapping[UUID, Sequence[datetime]],
) -> list[Match]:
    """What is shown of these. Whoever has no card any more is left out."""
    if not chosen:
        return []
    ids = [item.candidate.id for item in chosen]
    cards = await under_way.ahead.ask(under_way.cards(ids))
    texts = await _texts(under_way, ids)
    shown = [_shown(under_way, item, texts.get(item.candidate.id, ""), slots) for item in chosen]
    found = await cards
    return [Match(expert=found[key], **each) for key, each in zip(ids, shown, strict=True) if key in found]


async def _texts(under_way: Search, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The texts of these profiles, where musts have to be looked for in them."""
    if not under_way.needs.filters.words:
        return {}
    async with under_way.db.reading() as session:
        return await experts.texts(session, ids)


def _shown(
    under_way: Search,
    item: Scored,
    text: str,
    slots: Mapping[UUID, Sequence[datetime]],
) -> dict[str, Any]:
    """The fields of a match, but for the card."""
    needs, candidate = under_way.needs, item.candidate
    starts, overlap = slots[candidate.id], under_way.overlap(candidate)
    pair = evidence.pair(under_way.brief, candidate.passage)
    return {
        "score": round(item.total),
        "factors": wording.factors(item, needs, pair=pair, starts=starts, overlap=overlap, now=under_way.now),
        "reasons": wording.reasons(item, needs, pair=pair, starts=starts, overlap=overlap),
        "strengths": wording.strengths(item, needs),
        "gaps": wording.gaps(item, needs, overlap=overlap),
        "missing": wording.missing(
            candidate, text, needs.filters, needs, overlap=overlap, has_slot=under_way.in_time(starts)
        ),
        "slots": list(starts),
        "overlap_hours": overlap,
        "rate": wording.local_rate(candidate, needs),
    }


def _sorted(
    chosen: Sequence[Scored], order: MatchSort, slots: Mapping[UUID, Sequence[datetime]]
) -> list[Scored]:
    """Those who fit best, in the order asked for; equal ones stay in the order of their score."""
    match order:
        case MatchSort.RATE_LOW:
            return sorted(chosen, key=lambda item: item.candidate.rate_usd)
        case MatchSort.RATING:
            return sorted(chosen, key=lambda item: -item.values["rating"])
        case MatchSort.EXPERIENCE:
            return sorted(chosen, key=lambda item: -item.candidate.years)
        case MatchSort.SOONEST:
            return sorted(chosen, key=lambda item: slots[item.candidate.id][0])
        case MatchSort.SCORE:
            return list(chosen)


def _summary(found: int, closest: int, *, is_close: bool) -> str:
    if found and not is_close:
        return "No profile comes close to these words. Say more about what the CTO should lead."
    if found:
        return f"{people(found).capitalize()} fit{'s' if found == 1 else ''} what you asked for."
    if closest:
        return "Nobody meets everything you asked for. These come closest; what is missing is said with each."
    return "Nobody fits what you asked for at the moment."


async def _store(db: Database, actor: Actor, result: MatchList) -> None:
    await repository.store(
        db,
        StoredRun(
            id=result.id,
            user_id=actor.user_id,
            project_id=result.query.project_id,
            query=result.query.model_dump_json(),
            embedding_model=result.embedding_model,
            ranking_version=result.ranking_version,
            weights=orjson.dumps(result.weights).decode(),
            result=result.model_dump_json(),
        ),
    )
