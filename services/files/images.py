"""Pictures: a thumbnail, and the original without what it says about its maker.

A decoder is run on bytes from strangers, so the size is read and bounded before a pixel is decoded, only formats we
know are tried, and what breaks while decoding refuses the file.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 50_000_000
MAX_SIDE = 20_000
THUMBNAIL = 640
SQUARE = 512
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class BadImage(Exception):
    """`reason`: image_too_large or image_broken."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Picture:
    """Size as it is shown (turned upright), and the thumbnail as WebP."""

    width: int
    height: int
    thumbnail: bytes


def picture(source: Path | BinaryIO, kind: str, *, square: bool) -> Picture:
    """Measure and shrink an image of this type; `square` cuts its middle out. Raises BadImage. Blocks."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=[_FORMATS[kind]]) as image:
                width, height = image.size
                if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
                    raise BadImage("image_too_large")
                if image.getexif().get(_ORIENTATION) in _SIDEWAYS:
                    width, height = height, width
                if kind == "image/jpeg":  # decodes at an eighth of the size where that is enough
                    image.draft("RGB", (SQUARE * 2, SQUARE * 2) if square else (THUMBNAIL * 2, THUMBNAIL * 2))
                image.load()
                return Picture(width, height, _thumbnail(image, square=square))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadImage("image_too_large") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, struct.error, MemoryError, EOFError, KeyError,
            IndexError, TypeError, ZeroDivisionError, OverflowError, AttributeError) as error:  # fmt: skip
        # Decoders raise all of these at broken input.
        raise BadImage("image_broken") from error


def _thumbnail(image: Image.Image, *, square: bool) -> bytes:
    upright = ImageOps.exif_transpose(image)
    alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
    small = upright.convert("RGBA" if alpha else "RGB")
    if square:
        side = min(SQUARE, *small.size)
        small = ImageOps.fit(small, (side, side), Image.Resampling.LANCZOS)
    else:
        small.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=80, method=4)
    return out.getvalue()


def without_metadata(data: bytes, kind: str) -> bytes:
    """The same pixels without EXIF, XMP, IPTC, comments and whatever follows the image; its orientation stays.

    Lossless: the file is taken apart and put together again. Raises BadImage when it cannot be. GIF carries nothing
    worth removing and is returned as it is.
    """
    try:
        if kind == "image/jpeg":
            return _bare_jpeg(data)
        if kind == "image/png":
            return _bare_png(data)
        if kind == "image/webp":
            return _bare_webp(data)
    except (struct.error, IndexError) as error:
        raise BadImage("image_broken") from error
    return data


def _bare_jpeg(data: bytes) -> bytes:
    out, at, orientation = [b"\xff\xd8"], 2, 1
    while at < len(data):
        if data[at] != 0xFF:
            raise BadImage("image_broken")
        while data[at] == 0xFF:  # markers may be padded
            at += 1
        marker = data[at]
        at += 1
        if marker == 0xDA:
            end = data.rfind(b"\xff\xd9")
            body = data[at - 2 : end + 2] if end > at else data[at - 2 :] + b"\xff\xd9"
            if orientation != 1:
                out.insert(1, _orientation_segment(orientation))
            return b"".join([*out, body])
        size = struct.unpack_from(">H", data, at)[0]
        segment = data[at : at + size]
        at += size
        if size < 2 or len(segment) < size:
            raise BadImage("image_broken")
        if marker == 0xE1 and segment[2:8] == b"Exif\0\0":
            orientation = _orientation(segment[2:])
        # APP0 (JFIF), APP2 (colour profile) and APP14 (Adobe's colour transform) say how to show the picture.
        if marker not in (0xFE, *range(0xE0, 0xF0)) or marker in (0xE0, 0xEE) or (
            marker == 0xE2 and segment[2:13] == b"ICC_PROFILE"
        ):  # fmt: skip
            out.append(bytes((0xFF, marker)) + segment)
    raise BadImage("image_broken")


def _orientation(exif: bytes) -> int:
    try:
        read = Image.Exif()
        read.load(exif)
        value = read.get(_ORIENTATION, 1)
    except Exception:  # whatever is wrong with it, the picture is shown as it lies
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _orientation_segment(value: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, value, 0)
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01" + entry + b"\0\0\0\0"
    return b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif


_PNG_SHOWN = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs acTL fcTL fdAT cICP mDCV cLLI".split()
)


def _bare_png(data: bytes) -> bytes:
    out, at = [data[:8]], 8
    while at < len(data):
        size = struct.unpack_from(">I", data, at)[0]
        chunk = data[at : at + 12 + size]
        if len(chunk) < 12 + size:
            raise BadImage("image_broken")
        if chunk[4:8] in _PNG_SHOWN:
            out.append(chunk)
        at += 12 + size
        if chunk[4:8] == b"IEND":
            return b"".join(out)
    raise BadImage("image_broken")


def _bare_webp(data: bytes) -> bytes:
    end = min(len(data), struct.unpack_from("<I", data, 4)[0] + 8)
    out, at = [], 12
    while at + 8 <= end:
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        chunk = data[at : at + 8 + size + size % 2]
        if len(chunk) < 8 + size:
            raise BadImage("image_broken")
        if name == b"VP8X":
            flags = chunk[8] & ~0b0000_1100  # neither EXIF nor XMP follows
            chunk = chunk[:8] + bytes((flags,)) + chunk[9:]
        if name not in (b"EXIF", b"XMP "):
            out.append(chunk)
        at += 8 + size + size % 2
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + struct.pack("<I", len(body)) + body
