"""Files for tests, good and hostile, and the way of one through the room."""

import io
import struct
import zipfile
import zlib
from typing import Any

import httpx
from PIL import Image

from core.actor import Actor
from core.db import Database
from services.files import service
from services.files.processing import process
from services.files.schemas import BeginUpload, FileRead, Purpose, UploadRead


def png(width: int = 64, height: int = 48, colour: str = "#3366aa", mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG")
    return out.getvalue()


def jpeg_with_exif(width: int = 80, height: int = 40, *, orientation: int = 6) -> bytes:
    """A photo that says where it was taken, and lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "SecretCameraMaker"
    exif.get_ifd(0x8825)[2] = (38.0, 43.0, 20.0)
    out = io.BytesIO()
    image = Image.new("RGB", (width, height), "#aa3322")
    image.paste("#22aa33", (0, 0, width // 2, height))
    image.save(out, "JPEG", exif=exif, comment=b"secret comment")
    return out.getvalue()


def docx(text: str = "Résumé", *, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document>{text}</w:document>")
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def zipped(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A small file that says it is a picture of 900 megapixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"\0" * (side // 8 + 1) * 100)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
        + chunk(b"IDAT", rows)
        + chunk(b"IEND", b"")
    )


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


async def begun(
    db: Database,
    actor: Actor,
    content: bytes,
    name: str,
    kind: str = "",
    purpose: Purpose = Purpose.ATTACHMENT,
) -> UploadRead:
    """An upload that waits for its bytes."""
    async with db.transaction() as session:
        data = BeginUpload(name=name, size=len(content), type=kind, purpose=purpose)
        return await service.begin(session, actor, data)


async def put(upload: UploadRead, content: bytes, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.put(
            upload.upload.url, content=content, headers={**upload.upload.headers, **headers}
        )


async def stored(
    db: Database,
    actor: Actor,
    content: bytes,
    name: str,
    kind: str = "",
    purpose: Purpose = Purpose.ATTACHMENT,
) -> FileRead:
    """A file all the way: begun, put, completed, looked at."""
    upload = await begun(db, actor, content, name, kind, purpose)
    assert (await put(upload, content)).status_code == 200
    file = await service.complete(db, actor, upload.file.id)
    await process(db, file_id=file.id)
    async with db.transaction() as session:
        return await service.get(session, actor, file.id)


async def fetched(url: str, **headers: Any) -> httpx.Response:
    async with httpx.AsyncClient(timeout=30) as client:
        return await client.get(url, headers=headers)
