"""Looking at what was uploaded: at once by its first and last bytes, then, in a job, for malware, archives that
explode, and images with their small picture."""

import asyncio
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from core.clock import now
from core.db import Database
from core.errors import NotFound
from core.gateways import gateways
from core.gateways.scanner import TooLargeToScan
from core.jobs import enqueue, job
from models.files import File
from services.files import archives, images, repository, types
from services.files.images import BadImage, Picture
from services.files.reading import key_of
from services.files.schemas import Purpose

log = logging.getLogger(__name__)

# A decoded image of the largest size takes 200 MB.
_decoding = asyncio.Semaphore(2)


_ALLOWED: dict[Purpose, frozenset[str]] = {
    Purpose.PHOTO: types.IMAGES,
    Purpose.PREVIEW: types.IMAGES,
    Purpose.RESUME: types.DOCUMENTS,
}
_INLINE = types.IMAGES | {types.PDF}


async def receive(db: Database, file_id: UUID) -> str | None:
    """Take an upload over and judge it by its bytes; returns the reason if it is refused. What needs a closer look is
    handed to a job. Raises NotFound when nothing was uploaded."""
    async with db.transaction() as session:
        file = await repository.by_id(session, file_id)
        if file is None or file.state != "processing" or file.type is not None:
            return file.reason if file is not None else None
    storage = gateways().storage
    incoming, original = key_of(file_id, "incoming"), key_of(file_id, "original")
    stored = await storage.head(incoming)
    found, reason = types.Identified(types.UNKNOWN), None
    if stored.size != file.size:
        reason = "size_mismatch"
    else:
        await storage.copy(incoming, original, etag=stored.etag)
        head = await storage.get(original, first=types.HEAD)
        tail = head if stored.size <= types.HEAD else await storage.get(original, last=types.TAIL)
        found = types.identify(head, tail, stored.size)
        reason = found.refused or _objection(file, found.type)
    async with db.transaction() as session:
        file = await repository.by_id(session, file_id, lock=True)
        if file is None or file.state != "processing" or file.type is not None:
            return file.reason if file is not None else None
        file.type = found.type
        file.inline = reason is None and found.type in _INLINE
        if reason is not None:
            file.state, file.reason = "refused", reason
        elif _needs_a_closer_look(found.type):
            await enqueue(session, process, key=f"files.process:{file_id}", file_id=file_id)
        else:
            file.state, file.ready_at = "ready", now()
    await storage.delete([incoming, original] if reason is not None else [incoming])
    return reason


def _needs_a_closer_look(kind: str) -> bool:
    return kind in types.IMAGES or types.family(kind) in ("zip", "office") or gateways().has("scanner")


def _objection(file: File, kind: str) -> str | None:
    found = types.family(kind)
    for claim in (types.promised(file.name), types.declared_family(file.declared_type)):
        if not types.compatible(claim, found):
            return "type_mismatch"
    allowed = _ALLOWED.get(Purpose(file.purpose))
    return "type_not_allowed" if allowed is not None and kind not in allowed else None


@job("files.process")
async def process(db: Database, *, file_id: UUID) -> None:
    """Look at a file and make it ready, or refuse it. Fails closed: what cannot be scanned now is tried again."""
    async with db.transaction() as session:
        file = await repository.by_id(session, file_id)
    if file is None or file.state != "processing":
        return
    if file.type is None:
        try:
            await receive(db, file_id)
        except NotFound:
            await _finish(db, file_id, state="pending")
        return
    with TemporaryDirectory(prefix="sextant-") as folder:
        await _look(db, file, Path(folder) / "file")


async def _look(db: Database, file: File, path: Path) -> None:
    storage = gateways().storage
    await storage.download(key_of(file.id, "original"), path)
    if gateways().has("scanner"):
        try:
            malware = await gateways().scanner.scan(path)
        except TooLargeToScan:
            await _refuse(db, file.id, "too_large_to_scan")
            return
        if malware is not None:
            log.warning("malware in an upload", extra={"file": str(file.id), "malware": malware})
            await _finish(db, file.id, state="quarantined", reason="malware")
            return
    assert file.type is not None
    if types.family(file.type) in ("zip", "office") and (
        reason := await asyncio.to_thread(archives.objection, path)
    ):
        await _refuse(db, file.id, reason)
        return
    small: Picture | None = None
    bare = b""
    if file.type in types.IMAGES:
        square = file.purpose == Purpose.PHOTO
        try:
            async with _decoding:
                small = await asyncio.to_thread(images.picture, path, file.type, square=square)
                bare = await asyncio.to_thread(
                    lambda: images.without_metadata(path.read_bytes(), file.type or "")
                )
        except BadImage as error:
            await _refuse(db, file.id, error.reason)
            return
        await storage.put(key_of(file.id, "thumbnail"), small.thumbnail, "image/webp")
        if square:  # of a photo nothing else is ever shown
            await storage.delete([key_of(file.id, "original")])
        else:
            await storage.put(key_of(file.id, "original"), bare, file.type)
    await _finish(db, file.id, state="ready", small=small, size=len(bare))


async def _refuse(db: Database, file_id: UUID, reason: str) -> None:
    await gateways().storage.delete([key_of(file_id, "original")])
    await _finish(db, file_id, state="refused", reason=reason)


async def _finish(
    db: Database,
    file_id: UUID,
    *,
    state: str,
    reason: str | None = None,
    small: Picture | None = None,
    size: int = 0,
) -> None:
    async with db.transaction() as session:
        file = await repository.by_id(session, file_id, lock=True)
        if file is None or file.state != "processing":
            return
        file.state, file.reason = state, reason
        file.inline = file.inline and state == "ready"
        if small is not None:
            file.width, file.height = small.width, small.height
            file.thumbnail_size = len(small.thumbnail)
            file.size = len(small.thumbnail) if file.purpose == Purpose.PHOTO else size
        if state == "ready":
            file.ready_at = now()
