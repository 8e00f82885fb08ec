"""Uploads all the way, with what bad, hostile, huge, late and repeated ones get."""

import asyncio
import io
from datetime import timedelta
from uuid import UUID

import pytest
from PIL import Image
from pydantic import ValidationError
from sqlalchemy import update

import services.rooms  # noqa: F401
from core.actor import Actor, Role
from core.clock import now
from core.db import Database
from core.errors import Conflict, Gone, InvalidInput, NotFound, SextantError, SignUpRequired, TooLarge
from core.gateways import Gateways, configure, scanner
from core.gateways.storage import StorageGateway
from core.ids import new_id
from core.settings import Settings, settings
from models.files import File
from sandbox.clamd import EICAR, Clamd
from services.accounts import service as accounts
from services.files import repository, service, upkeep
from services.files.processing import process
from services.files.reading import key_of
from services.files.schemas import BeginUpload, FileRead, Purpose
from tests.accounts.factories import make_actor
from tests.files.factories import (
    PDF,
    begun,
    docx,
    fetched,
    jpeg_with_exif,
    png,
    png_bomb,
    put,
    stored,
    zipped,
)


async def refused(db: Database, actor: Actor, content: bytes, name: str, kind: str, purpose: Purpose) -> str:
    """The reason why this file does not get through, wherever on its way it is stopped."""
    try:
        upload = await begun(db, actor, content, name, kind, purpose)
        assert (await put(upload, content)).status_code == 200
        await service.complete(db, actor, upload.file.id)
    except SextantError as error:
        return error.code.removeprefix("file_")
    await process(db, file_id=upload.file.id)
    file = await read(db, actor, upload.file.id)
    with pytest.raises((Gone, NotFound)):
        await url_of(db, actor, file.id)
    return f"{file.state}: {file.reason}"


async def read(db: Database, actor: Actor, file_id: UUID) -> FileRead:
    async with db.transaction() as session:
        return await service.get(session, actor, file_id)


async def url_of(db: Database, actor: Actor | None, file_id: UUID, *, inline: bool = False) -> str:
    async with db.transaction() as session:
        return await service.download_url(session, actor, file_id, inline=inline)


async def exists(storage: StorageGateway, file_id: UUID, part: str) -> bool:
    try:
        await storage.head(key_of(file_id, part))
    except NotFound:
        return False
    return True


async def test_a_document_is_stored_and_downloaded_by_its_name(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    file = await stored(db, ada, PDF, "../../étude — \u202eplan.pdf", "application/pdf")
    assert (file.name, file.type, file.state, file.inline) == (
        "étude — plan.pdf",
        "application/pdf",
        "ready",
        True,
    )
    answer = await fetched(await url_of(db, ada, file.id))
    assert answer.content == PDF
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%C3%A9tude" in answer.headers["content-disposition"]
    assert not await exists(storage, file.id, "incoming")
    shown = await fetched(await url_of(db, ada, file.id, inline=True))
    assert (shown.headers["content-type"], shown.headers["content-disposition"][:7]) == (
        "application/pdf",
        "inline;",
    )


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<!doctype html><script>alert(1)</script>"),
        ("logo.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("run.sh", b"#!/bin/sh\necho hello\n"),
        ("data.json", b'{"a": 1}'),
    ],
)
async def test_what_could_run_in_a_browser_is_only_ever_downloaded(
    db: Database, storage: StorageGateway, name: str, content: bytes
) -> None:
    ada = await make_actor(db)
    file = await stored(db, ada, content, name)
    assert (file.state, file.inline) == ("ready", False)
    answer = await fetched(await url_of(db, ada, file.id, inline=True))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


HOSTILE = [
    ("x.exe", b"MZ" + b"\0" * 80, "", Purpose.ATTACHMENT, "executable"),
    ("notes.txt", b"\x7fELF" + b"\0" * 80, "text/plain", Purpose.ATTACHMENT, "executable"),
    ("app.zip", zipped({"META-INF/MANIFEST.MF": b"", "A.class": b""}), "", Purpose.ATTACHMENT, "executable"),
    ("cat.png", PDF, "image/png", Purpose.ATTACHMENT, "type_mismatch"),
    ("cat.png", b"<script>alert(1)</script>", "image/png", Purpose.ATTACHMENT, "type_mismatch"),
    ("cat.pdf", png(), "image/png", Purpose.ATTACHMENT, "type_mismatch"),
    ("cat.png", png() + zipped({"a": b"b"}), "image/png", Purpose.ATTACHMENT, "polyglot"),
    ("bomb.zip", zipped({f"{n}": b"\0" * 30_000_000 for n in range(3)}), "", Purpose.ATTACHMENT, "refused: archive_bomb"),
    ("broken.zip", zipped({"a": b"b"})[:-10], "", Purpose.ATTACHMENT, "refused: archive_broken"),
    ("bomb.docx", docx(extra={"word/media/x": b"\0" * 60_000_000}), "", Purpose.RESUME, "refused: archive_bomb"),
    ("bomb.png", png_bomb(), "image/png", Purpose.PHOTO, "refused: image_too_large"),
    ("cut.png", png(300, 300)[:-30], "image/png", Purpose.ATTACHMENT, "refused: image_broken"),
    ("cut.jpg", jpeg_with_exif()[:60], "image/jpeg", Purpose.PHOTO, "refused: image_broken"),
    ("me.pdf", PDF, "application/pdf", Purpose.PHOTO, "type_not_allowed"),
    ("me.txt", b"text", "text/plain", Purpose.RESUME, "type_not_allowed"),
    ("me", b"just text", "", Purpose.RESUME, "type_not_allowed"),
    ("me.docx", zipped({"a.txt": b"b"}), "", Purpose.RESUME, "type_not_allowed"),
]  # fmt: skip


async def test_hostile_files_are_refused_with_their_reason(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    found = [
        (name, await refused(db, ada, content, name, kind, purpose))
        for name, content, kind, purpose, _ in HOSTILE
    ]
    assert found == [(name, reason) for name, _, _, _, reason in HOSTILE]


async def test_images_lose_what_they_say_about_their_maker(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    content = jpeg_with_exif() + b"<script>alert(document.domain)</script>"
    file = await stored(db, ada, content, "holiday.jpg", "image/jpeg")
    assert (file.width, file.height, file.has_thumbnail) == (40, 80, True)  # upright
    kept = await storage.get(key_of(file.id, "original"))
    assert file.size == len(kept)
    for secret in (b"SecretCameraMaker", b"secret comment", b"<script>"):
        assert secret in content
        assert secret not in kept
    before, after = Image.open(io.BytesIO(content)), Image.open(io.BytesIO(kept))
    assert after.getexif()[0x0112] == 6
    assert not after.getexif().get_ifd(0x8825)
    assert list(before.convert("RGB").tobytes()) == list(after.convert("RGB").tobytes())
    small = Image.open(io.BytesIO(await storage.get(key_of(file.id, "thumbnail"))))
    assert (small.format, small.size, len(small.getexif())) == ("WEBP", (40, 80), 0)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
async def test_every_kind_of_image_survives_with_its_pixels(
    db: Database, storage: StorageGateway, kind: str
) -> None:
    ada = await make_actor(db)
    exif = Image.Exif()
    exif[0x010F] = "SecretCameraMaker"
    image = Image.radial_gradient("L").convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **({} if kind == "GIF" else {"exif": exif}))
    file = await stored(db, ada, out.getvalue(), f"a.{kind.lower()}")
    kept = await storage.get(key_of(file.id, "original"))
    assert (file.state, file.width, file.height) == ("ready", 256, 256)
    assert b"SecretCameraMaker" not in kept
    with Image.open(io.BytesIO(kept)) as after, Image.open(io.BytesIO(out.getvalue())) as before:
        assert before.convert("RGB").tobytes() == after.convert("RGB").tobytes()


async def test_completing_is_repeatable_and_needs_the_bytes(db: Database, storage: StorageGateway) -> None:
    ada, eve = await make_actor(db), await make_actor(db)
    upload = await begun(db, ada, PDF, "a.pdf")
    with pytest.raises(Conflict) as early:
        await service.complete(db, ada, upload.file.id)
    assert early.value.code == "upload_missing"
    await put(upload, PDF)
    with pytest.raises(NotFound):
        await service.complete(db, eve, upload.file.id)
    answers = await asyncio.gather(*(service.complete(db, ada, upload.file.id) for _ in range(4)))
    assert {answer.id for answer in answers} == {upload.file.id}
    # The URL still works, but what it writes is not what was accepted.
    assert (await put(upload, b"X" * len(PDF))).status_code == 200
    again = await service.complete(db, ada, upload.file.id)
    assert again.state == "ready"
    assert (await fetched(await url_of(db, ada, again.id))).content == PDF


async def test_an_upload_whose_process_died_is_finished_by_its_job(
    db: Database, storage: StorageGateway
) -> None:
    ada = await make_actor(db)
    upload = await begun(db, ada, png(), "a.png")
    await put(upload, png())
    async with db.transaction() as session:
        await session.execute(update(File).where(File.id == upload.file.id).values(state="processing"))
    await process(db, file_id=upload.file.id)
    await process(db, file_id=upload.file.id)
    assert (await read(db, ada, upload.file.id)).state == "ready"


async def test_limits_of_size_space_and_number(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    most = {Purpose.PHOTO: 5, Purpose.RESUME: 10, Purpose.PORTFOLIO: 20}
    for purpose, megabytes in most.items():
        async with db.transaction() as session:
            with pytest.raises(TooLarge):
                await service.begin(
                    session, ada, BeginUpload(name="a.pdf" if purpose is not Purpose.PHOTO else "a.png",
                                              size=megabytes * 2**20 + 1, purpose=purpose)
                )  # fmt: skip
    for wrong in ({"size": 0}, {"size": 50 * 2**20 + 1}, {"name": "\u202e\n"}, {"type": "a\r\nb/c"}):
        with pytest.raises(ValidationError):
            BeginUpload(**{"name": "a", "size": 1} | wrong)
    space = settings().files_quota_mb

    async def half() -> None:
        async with db.transaction() as session:
            await service.begin(session, ada, BeginUpload(name="a.bin", size=45 * 2**20))

    results = await asyncio.gather(*(half() for _ in range(space // 45 + 4)), return_exceptions=True)
    full = [error for error in results if isinstance(error, Conflict)]
    assert len(full) == 4, "racing uploads must not pass the quota"
    assert full[0].code == "quota_exceeded"
    guest = await make_actor(db, role=Role.GUEST)
    async with db.transaction() as session:
        with pytest.raises(SignUpRequired):
            await service.begin(session, guest, BeginUpload(name="a", size=1))


async def test_malware_goes_into_quarantine_and_nothing_passes_unscanned(
    db: Database, storage: StorageGateway
) -> None:
    ada = await make_actor(db)
    async with Clamd(max_bytes=100_000) as clamd:
        found = scanner.from_settings(Settings(_env_file=None, clamd_url=clamd.url))
        assert found is not None
        assert "ClamAV" in await found.version()
        configured = Gateways(scanner=found)
        configure(configured)
        try:
            evil = await stored(db, ada, EICAR, "eicar.txt", "text/plain")
            hidden = await stored(db, ada, b"x" * 70_000 + EICAR + b"y" * 10, "long.txt", "text/plain")
            clean = await stored(db, ada, b"hello", "hello.txt", "text/plain")
            huge = await stored(db, ada, b"z" * 200_000, "huge.txt", "text/plain")
            states = [(each.state, each.reason) for each in (evil, hidden, clean, huge)]
            assert states == [
                ("quarantined", "malware"), ("quarantined", "malware"), ("ready", None), ("refused", "too_large_to_scan")
            ]  # fmt: skip
            assert clamd.scans == 3
            with pytest.raises(Gone) as gone:
                await url_of(db, ada, evil.id)
            assert gone.value.code == "file_quarantined"
        finally:
            await configured.close()
    # The scanner is gone: an upload waits until it is back.
    closed = scanner.ClamdScanner("127.0.0.1", int(clamd.url.rsplit(":", 1)[1]))
    configure(configured := Gateways(scanner=closed))
    try:
        upload = await begun(db, ada, b"later", "later.txt")
        await put(upload, b"later")
        assert (await service.complete(db, ada, upload.file.id)).state == "processing"
        with pytest.raises(SextantError, match="does not answer"):
            await process(db, file_id=upload.file.id)
        with pytest.raises(Conflict):
            await url_of(db, ada, upload.file.id)
    finally:
        await configured.close()
    await process(db, file_id=upload.file.id)
    assert (await read(db, ada, upload.file.id)).state == "ready"


async def test_only_those_who_may_reach_a_file(db: Database, storage: StorageGateway) -> None:
    ada, eve = await make_actor(db), await make_actor(db)
    file = await stored(db, ada, png(), "a.png")
    for stranger in (eve, None):
        async with db.transaction() as session:
            with pytest.raises(NotFound):
                await service.download_url(session, stranger, file.id)
            with pytest.raises(NotFound):
                await service.thumbnail(session, stranger, file.id)
    async with db.transaction() as session:
        with pytest.raises(NotFound):
            await service.get(session, eve, file.id)
        with pytest.raises(NotFound):
            await service.delete(session, eve, file.id)
        with pytest.raises(NotFound):
            await service.get(session, ada, new_id())


async def test_a_photo_is_square_public_and_replaced(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    first = await stored(db, ada, jpeg_with_exif(400, 300), "me.jpg", purpose=Purpose.PHOTO)
    attachment = await stored(db, ada, png(), "a.png")
    async with db.transaction() as session:
        with pytest.raises(InvalidInput):
            await service.set_photo(session, ada, attachment.id)
        photo = await service.set_photo(session, ada, first.id)
    assert photo.avatar_url == f"/api/v1/files/{first.id}/thumbnail"
    async with db.transaction() as session:
        small, is_public = await service.thumbnail(session, None, first.id)
        with pytest.raises(NotFound):
            await service.download_url(session, None, first.id)
    image = Image.open(io.BytesIO(small))
    assert (image.size, is_public) == ((300, 300), True)
    assert not await exists(storage, first.id, "original")
    second = await stored(db, ada, png(), "me.png", purpose=Purpose.PHOTO)
    async with db.transaction() as session:
        await service.set_photo(session, ada, second.id)
        with pytest.raises(NotFound):
            await service.thumbnail(session, None, first.id)
        assert (await accounts.me(session, ada)).avatar_url == f"/api/v1/files/{second.id}/thumbnail"
        await service.delete(session, ada, second.id)
        assert (await accounts.me(session, ada)).avatar_url is None


async def test_portfolio_files_are_shown_to_everybody_while_they_are_published(
    db: Database, storage: StorageGateway
) -> None:
    ada, eve = await make_actor(db), await make_actor(db)
    files = [await stored(db, ada, PDF, f"{n}.pdf", purpose=Purpose.PORTFOLIO) for n in range(2)]
    async with db.transaction() as session:
        await service.set_portfolio(session, ada.user_id, [files[1].id, files[0].id], shown=True)
        shown = await service.portfolio(session, ada.user_id)
        assert [each.id for each in shown] == [files[1].id, files[0].id]
        await service.download_url(session, None, files[0].id)
        await service.set_portfolio(session, ada.user_id, [files[1].id], shown=True)
        with pytest.raises(NotFound):
            await service.download_url(session, None, files[0].id)
        with pytest.raises(InvalidInput):
            await service.set_portfolio(session, eve.user_id, [files[1].id], shown=True)
    async with service.local_copy(db, ada.user_id, files[0].id, Purpose.PORTFOLIO) as path:
        assert path.read_bytes() == PDF
    with pytest.raises(InvalidInput):
        async with service.local_copy(db, ada.user_id, files[0].id, Purpose.RESUME):
            pass


async def test_what_serves_nothing_any_more_is_cleaned_up(db: Database, storage: StorageGateway) -> None:
    ada = await make_actor(db)
    never_came = await begun(db, ada, b"x", "a.txt")
    unused = await stored(db, ada, png(), "b.png")
    photo = await stored(db, ada, png(), "c.png", purpose=Purpose.PHOTO)
    fresh = await stored(db, ada, b"fresh", "d.txt")
    long_ago = now() - timedelta(days=2)
    async with db.transaction() as session:
        await session.execute(
            update(File)
            .where(File.id.in_([never_came.file.id, unused.id, photo.id]))
            .values(created_at=long_ago)
        )
    await upkeep.tidy(db)
    for file_id in (never_came.file.id, unused.id, photo.id, fresh.id):
        await upkeep.purge(db, file_id=file_id)
    async with db.transaction() as session:
        left = [row.id for row in await repository.all_of(session, ada.user_id)]
        assert left == [photo.id, fresh.id]
        assert await repository.by_id(session, unused.id) is None
    for part in ("original", "thumbnail"):
        assert not await exists(storage, unused.id, part)


async def test_files_follow_their_owner_and_go_with_the_account(
    db: Database, storage: StorageGateway
) -> None:
    ada, target = await make_actor(db), await make_actor(db)
    file = await stored(db, ada, png(), "a.png")
    async with db.transaction() as session:
        await upkeep.merge_files(session, ada.user_id, target.user_id)
        exported = await upkeep.export_files(session, target.user_id)
    assert [(part["name"], part["type"]) for part in exported] == [("a.png", "image/png")]
    assert (await fetched(exported[0]["download"])).content == await storage.get(key_of(file.id, "original"))
    async with db.transaction() as session:
        await upkeep.forget_files(session, target.user_id)
        assert await repository.all_of(session, target.user_id) == []
    await upkeep.purge(db, file_id=file.id)
    assert not await exists(storage, file.id, "original")
