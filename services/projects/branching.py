"""The brief follows the branches of the conversation: a fact from a message that is not shown is not known there.

Before a message is read into the brief, the brief is kept as it stood; a new branch begins with what was known where it
leaves. A branch that is left keeps its brief until somebody comes back to it. Facts that the founder wrote into the
brief by hand belong to no message and go along.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.conversations import Message
from models.projects import BriefSnapshot, Project
from services.conversations import branches
from services.projects.brief import ProjectBrief, Provenance, Source


async def remember(
    session: AsyncSession, project: Project, message_id: UUID, *, before: dict[str, Any] | None = None
) -> None:
    """Keep the brief as it stands before the message is read, unless it was kept then already."""
    found = await session.execute(select(Message.branch, Message.seq).where(Message.id == message_id))
    if (at := found.first()) is None:
        return
    await session.execute(
        insert(BriefSnapshot)
        .values(
            project_id=project.id,
            key=f"before:{message_id}",
            branch=at.branch,
            seq=at.seq,
            brief=project.brief if before is None else before,
        )
        .on_conflict_do_nothing()
    )


@branches.on_move
async def follow(session: AsyncSession, move: branches.Move) -> None:
    """Give the room's project the brief of the branch that is shown now."""
    query = select(Project).where(Project.room_id == move.room_id).with_for_update()
    project = (await session.scalars(query.execution_options(populate_existing=True))).first()
    if project is None:
        return
    left = insert(BriefSnapshot).values(
        project_id=project.id,
        key=f"branch:{move.before.number}",
        branch=move.before.number,
        brief=project.brief,
    )
    await session.execute(
        left.on_conflict_do_update(index_elements=["project_id", "key"], set_={"brief": left.excluded.brief})
    )
    there = await _of_fork(session, project, move) if move.fork_seq is not None else None
    if move.fork_seq is None:
        kept = await session.get(BriefSnapshot, (project.id, f"branch:{move.after.number}"))
        there = kept.brief if kept is not None else None
    if there is None:
        return
    brief = _with_edits(there, ProjectBrief.model_validate(project.brief))
    if brief != project.brief:
        project.brief = brief
        project.brief_version += 1


async def _of_fork(session: AsyncSession, project: Project, move: branches.Move) -> dict[str, Any] | None:
    """The brief before the first message after the fork was read; None where none of them has been."""
    rows = await session.scalars(
        select(BriefSnapshot)
        .where(BriefSnapshot.project_id == project.id, BriefSnapshot.seq > move.fork_seq)
        .order_by(BriefSnapshot.seq)
    )
    shown = (row for row in rows if move.before.shows(row.branch, row.seq or 0))
    first = next(shown, None)
    return None if first is None else first.brief


def _with_edits(kept: dict[str, Any], current: ProjectBrief) -> dict[str, Any]:
    edited = {
        name: value
        for name in ProjectBrief.model_fields
        if isinstance(value := getattr(current, name), Provenance) and value.source is Source.EDITED
    }
    brief = ProjectBrief.model_validate(kept).model_copy(update=edited)
    return brief.model_dump(mode="json", exclude_none=True)
