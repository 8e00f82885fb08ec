"""What a file is, by its bytes. Names and declared types are claims; this decides.

`identify` knows the formats that people exchange about projects. What it does not know is `application/octet-stream`
when it looks binary and `text/plain` when it is text: both are only ever downloaded.
"""

import struct
from dataclasses import dataclass
from pathlib import PurePosixPath

HEAD = 64 * 1024
TAIL = 66 * 1024  # the end record of a ZIP stands within the last 65,557 bytes
UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
MARKUP = "text/html"
ZIP = "application/zip"
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
DOCUMENTS = frozenset({PDF, DOCX})

_OFFICE = "application/vnd.openxmlformats-officedocument."
_OLE = "application/x-ole-storage"
_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (0, b"%PDF-", PDF),
    (0, b"PK\x03\x04", ZIP),
    (0, b"PK\x05\x06", ZIP),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (257, b"ustar", "application/x-tar"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"OggS", "audio/ogg"),
    (0, b"\x1aE\xdf\xa3", "video/webm"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"SQLite format 3\x00", "application/vnd.sqlite3"),
)
_PROGRAMS: tuple[tuple[bytes, str], ...] = (
    (b"\x7fELF", "program"),
    (b"\xfe\xed\xfa\xce", "program"),
    (b"\xfe\xed\xfa\xcf", "program"),
    (b"\xce\xfa\xed\xfe", "program"),
    (b"\xcf\xfa\xed\xfe", "program"),
    (b"\xca\xfe\xba\xbe", "program"),  # Java class, or a Mach-O for several machines
    (b"dex\n03", "program"),
    (b"\x00asm", "program"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "shortcut"),
)
# Windows runs these on a double click, whatever they contain.
_RUN_ON_CLICK = frozenset(
    [
        "exe",
        "com",
        "scr",
        "pif",
        "bat",
        "cmd",
        "msi",
        "msp",
        "mst",
        "cpl",
        "hta",
        "lnk",
        "url",
        "vbs",
        "vbe",
        "vb",
        "jse",
        "wsf",
        "wsh",
        "ws",
        "ps1",
        "psm1",
        "reg",
        "inf",
        "scf",
        "gadget",
        "application",
        "jar",
        "apk",
        "app",
        "dmg",
        "pkg",
        "deb",
        "rpm",
        "appimage",
        "xll",
        "iso",
        "img",
        "chm",
    ]
)
# What extensions and declared types promise: a family. Any member of a family is as good as another.
_FAMILIES: dict[str, str] = {
    "png": "image", "jpg": "image", "jpeg": "image", "jpe": "image", "jfif": "image", "gif": "image", "webp": "image",
    "bmp": "image", "tif": "image", "tiff": "image", "pdf": "pdf",
    "docx": "office", "xlsx": "office", "pptx": "office", "docm": "office", "xlsm": "office", "pptm": "office",
    "odt": "zip", "ods": "zip", "odp": "zip", "zip": "zip", "epub": "zip", "fig": "any", "sketch": "zip",
    "doc": "ole", "xls": "ole", "ppt": "ole", "rtf": "text",
    "7z": "archive", "rar": "archive", "gz": "archive", "tgz": "archive", "bz2": "archive", "xz": "archive",
    "zst": "archive", "tar": "archive",
    "mp3": "media", "m4a": "media", "flac": "media", "ogg": "media", "wav": "media", "mp4": "media", "mov": "media",
    "webm": "media", "mkv": "media", "avif": "media", "heic": "media",
    "txt": "text", "md": "text", "csv": "text", "tsv": "text", "json": "text", "yaml": "text", "yml": "text",
    "xml": "text", "html": "text", "htm": "text", "svg": "text", "log": "text", "js": "text", "ts": "text",
    "py": "text", "sh": "text", "css": "text", "sql": "text", "toml": "text", "ini": "text", "rs": "text", "go": "text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Identified:
    """A verdict: the type, or the reason why the file is refused (`executable`, `polyglot`)."""

    type: str
    refused: str | None = None


def identify(head: bytes, tail: bytes, size: int) -> Identified:
    """Judge a file by its first `HEAD` and last `TAIL` bytes."""
    if refused := _program(head):
        return Identified(UNKNOWN, refused)
    kind = _by_signature(head)
    if kind == ZIP:
        kind = _inside_zip(head + tail)
        if kind == "program":
            return Identified(ZIP, "executable")
    elif _ends_as_zip(tail, size):
        # One file that is two things: it would pass for an image here and be an archive elsewhere.
        return Identified(kind or UNKNOWN, "polyglot")
    if kind is None:
        kind = _text(head) if _is_text(head) and (size <= HEAD or _is_text(tail, cut=True)) else UNKNOWN
    return Identified(kind)


def family(kind: str) -> str:
    """The family of a type that `identify` found."""
    if kind == PDF:
        return "pdf"
    if kind in (TEXT, MARKUP, "image/svg+xml", "application/rtf"):
        return "text"
    if kind in ("image/avif", "image/heic"):
        return "media"  # not decoded here
    if kind.startswith("image/"):
        return "image"
    if kind.startswith(_OFFICE):
        return "office"
    if kind == ZIP or kind.startswith("application/vnd.oasis") or kind == "application/epub+zip":
        return "zip"
    if kind == _OLE:
        return "ole"
    if kind.startswith(("audio/", "video/")):
        return "media"
    return "archive" if kind != UNKNOWN else "unknown"


def promised(name: str) -> str | None:
    """The family that a file's name promises, None when it promises nothing we know."""
    return _FAMILIES.get(extension(name))


def declared_family(declared: str) -> str | None:
    """The family that a declared type promises; None when it promises nothing."""
    declared = declared.partition(";")[0].strip().lower()
    if (
        declared == "image/svg+xml"
        or declared.startswith("text/")
        or declared.endswith(("json", "+xml", "/xml"))
    ):
        return "text"
    if declared.startswith("image/"):
        return "image" if declared in IMAGES or declared in ("image/bmp", "image/tiff") else "media"
    if declared.startswith(("audio/", "video/")):
        # Browsers call TypeScript and Ogg by names of the same stem; only what we can tell apart is compared.
        return (
            "media" if declared.partition("/")[2] in ("mpeg", "mp4", "webm", "ogg", "wav", "flac") else None
        )
    if declared == PDF:
        return "pdf"
    return "office" if declared.startswith(_OFFICE) else None


def compatible(claim: str | None, found: str) -> bool:
    """Whether what was claimed can be what was found."""
    if claim is None or claim == "any" or claim == found:
        return True
    # What Office locks with a password, whatever its extension, it wraps in its old container.
    return (claim, found) in {
        ("zip", "office"), ("archive", "zip"), ("zip", "archive"), ("media", "unknown"), ("archive", "unknown"),
        ("ole", "text"), ("ole", "office"), ("office", "zip"), ("office", "ole"),
    }  # fmt: skip


def extension(name: str) -> str:
    return PurePosixPath(name).suffix.lstrip(".").lower().rstrip(" .")


def runs_on_click(name: str) -> bool:
    """Whether an operating system would run a file of this name."""
    return extension(name) in _RUN_ON_CLICK


def _program(head: bytes) -> str | None:
    if head[:2] == b"MZ" and len(head) >= 64:
        offset = struct.unpack_from("<I", head, 60)[0]
        if head[offset : offset + 4] == b"PE\0\0" or not _is_text(head):
            return "executable"
    return "executable" if head.startswith(tuple(signature for signature, _ in _PROGRAMS)) else None


def _by_signature(head: bytes) -> str | None:
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return "image/avif"
        if brand in (b"heic", b"heix", b"mif1", b"hevc"):
            return "image/heic"
        return "audio/mp4" if brand.startswith(b"M4A") else "video/mp4"
    for offset, signature, kind in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature and (
            kind != "image/bmp" or not _is_text(head)
        ):
            return kind
    return None


def _inside_zip(some: bytes) -> str:
    """What kind of ZIP it is, by the names of its entries."""
    if b"META-INF/MANIFEST.MF" in some and b".class" in some:
        return "program"
    if b"AndroidManifest.xml" in some and b"classes.dex" in some:
        return "program"
    if b"[Content_Types].xml" in some:
        for folder, kind in (
            (b"word/", "wordprocessingml.document"),
            (b"xl/", "spreadsheetml.sheet"),
            (b"ppt/", "presentationml.presentation"),
        ):
            if folder in some:
                return _OFFICE + kind
    for mark in (b"application/vnd.oasis.opendocument.text", b"application/vnd.oasis.opendocument.spreadsheet",
                 b"application/vnd.oasis.opendocument.presentation", b"application/epub+zip"):  # fmt: skip
        if b"mimetype" + mark in some[:200]:
            return mark.decode()
    return ZIP


def _ends_as_zip(tail: bytes, size: int) -> bool:
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        return False
    directory, offset, comment = struct.unpack_from("<IIH", tail, at + 12)
    return bool(at + 22 + comment == len(tail) and directory + offset <= size and directory > 0)


def _is_text(data: bytes, *, cut: bool = False) -> bool:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    if b"\x00" in data:
        return False
    if cut:  # the first character may have lost its beginning
        data = data.lstrip(bytes(range(0x80, 0xC0)))
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if error.start < len(data) - 4:  # not merely a character cut in two at the end
            return sum(byte < 9 or 13 < byte < 32 for byte in data[:4096]) == 0
    return sum(byte < 9 or 13 < byte < 27 for byte in data[:4096]) == 0


def _text(head: bytes) -> str:
    start = head[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00").replace(b"\x00", b"").lower()
    if b"<svg" in start and start.startswith((b"<svg", b"<?xml", b"<!doctype svg", b"<!--")):
        return "image/svg+xml"
    markup = (
        b"<!doctype html",
        b"<html",
        b"<script",
        b"<iframe",
        b"<body",
        b"<head",
        b"<a ",
        b"<img",
        b"<div",
    )
    return MARKUP if start.startswith(markup) else TEXT
