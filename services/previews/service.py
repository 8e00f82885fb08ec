"""Link previews: what a linked page says about itself, under the message that links to it.

Made by a job after the message was stored and published, so that sending never waits for somebody else's server; read
under the guard of `core/gateways/web.py`. The picture is fetched and shrunk here: readers load it from us, and the
page learns nothing about them.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.db import Database
from core.errors import Forbidden, NotFound, SextantError
from core.events import Event, RoomEvent
from core.gateways import gateways
from core.gateways.web import Page, Unreadable
from core.ids import new_id
from core.jobs import enqueue_raw, job
from core.ratelimit import Limit, PostgresRateLimiter
from core.settings import settings
from services.conversations import previewing
from services.conversations.links import links
from services.conversations.schemas import LinkPreview, MessageRead
from services.files import service as files
from services.files.types import IMAGES
from services.previews.heads import Said, said

log = logging.getLogger(__name__)

PAGES = ("text/html", "application/xhtml+xml")
PICTURES = tuple(sorted(IMAGES))
MOST_OF_PAGE = 512 * 1024
MOST_OF_PICTURE = 5 * 1024 * 1024
_PER_PERSON = Limit("previews", 60, timedelta(minutes=10))


def watch(db: Database) -> Callable[[], None]:
    """Make previews for what is sent in this process; returns the function that ends it. A message whose process
    dies at that very moment stays without one."""
    tasks: set[asyncio.Task[None]] = set()

    def notice(events: list[Event]) -> None:
        wanted = [
            event.body["message"]
            for event in events
            if isinstance(event, RoomEvent)
            and (event.type == "message.created" or _newly_links(event))
            and (event.encoded is None or b"://" in event.encoded)  # most have none: no need to read them
            and event.body is not None
            and "://" in event.body["message"]["text"]
        ]
        if wanted:
            task = asyncio.create_task(_ask_for(db, wanted))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    return db.broker.listen(notice)


def _newly_links(event: RoomEvent) -> bool:
    """Whether a message was edited and links to what it shows nothing of."""
    if event.type != "message.edited" or event.body is None or event.body["message"]["edited_at"] is None:
        return False
    shown = {each["url"] for each in event.body["message"]["previews"]}
    return not shown.issuperset(links(event.body["message"]["text"]))


async def _ask_for(db: Database, messages: list[dict[str, Any]]) -> None:
    try:
        async with db.raw.acquire() as connection:
            for message in messages:
                if message["kind"] == "text" and links(message["text"]):
                    new = message["edited_at"] is None
                    await enqueue_raw(connection, make, message_id=UUID(message["id"]), new=new)
    except Exception:
        log.warning("previews could not be asked for", exc_info=True)


@job("previews.make")
async def make(db: Database, *, message_id: UUID, new: bool = False) -> None:
    """Read the links of a message and put what they say under it; after an edit, those that it did not have before: what
    its sender has removed stays away. Of a `new` one all are read, though it may have been edited since. A page that
    cannot be read gets no preview."""
    async with db.transaction() as session:
        message = await previewing.message(session, message_id)
        before = await previewing.said_before(session, message_id)
    if message is None or (message["previews"] and before is None):
        return
    known = {each["url"] for each in message["previews"]}
    if before is not None and not new:
        known.update(links(before))
    limiter = PostgresRateLimiter(db.raw, scale=settings().rate_limit_scale)
    previews: list[LinkPreview] = []
    for url in links(message["text"]):
        if url not in known and (await limiter.hit(_PER_PERSON, str(message["sender_id"]))).allowed:
            preview = await _preview(db, message, url)
            if preview is not None:
                previews.append(preview)
    if previews:
        async with db.transaction() as session:
            for unwanted in await previewing.add(session, message_id, previews):
                if unwanted.image is not None:
                    await files.drop_preview(session, unwanted.image)


async def remove(
    session: AsyncSession, actor: Actor, room_id: UUID, message_id: UUID, preview_id: UUID
) -> MessageRead:
    """Take a preview from under one's own message. Raises NotFound, Forbidden (not_yours)."""
    actor.require(Scope.CONVERSATIONS_WRITE)
    message = await previewing.message_of(session, actor, room_id, message_id)
    if message["sender_id"] != actor.user_id:
        raise Forbidden("Only the person who wrote a message can remove its previews.", code="not_yours")
    gone = next((each for each in message["previews"] if each["id"] == str(preview_id)), None)
    if gone is None:
        raise NotFound("There is no such preview.", preview=str(preview_id))
    if gone["image"] is not None:
        await files.drop_preview(session, UUID(gone["image"]))
    return await previewing.remove(session, message_id, preview_id)


async def _preview(db: Database, message: Any, url: str) -> LinkPreview | None:
    web = gateways().web
    try:
        page = await web.read(url, types=PAGES, most=MOST_OF_PAGE, cut=True)
    except Unreadable as error:
        log.info("no preview", extra={"reason": error.reason})
        return None
    about = await asyncio.to_thread(said, page.url, page.content_type, page.body)
    if about is None:
        return None
    picture = await _picture(db, message, about)
    return LinkPreview(
        id=new_id(),
        url=url,
        title=about.title,
        description=about.description,
        site=about.site,
        image=picture,
    )


async def _picture(db: Database, message: Any, about: Said) -> UUID | None:
    if about.image is None:
        return None
    try:
        page: Page = await gateways().web.read(about.image, types=PICTURES, most=MOST_OF_PICTURE)
        return await files.keep_preview(
            db,
            owner_id=message["sender_id"],
            room_id=message["room_id"],
            message_id=message["id"],
            content=page.body,
        )
    except (Unreadable, SextantError) as error:  # a preview without its picture is still one
        log.info("no picture for a preview", extra={"reason": str(error)})
        return None
