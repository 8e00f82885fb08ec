"""The text of a résumé file. Runs in the worker process only: whatever a file does to a parser, it does it there."""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from xml.parsers import expat

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import DictionaryObject

from services.experts.resume import floats
from services.experts.resume.schemas import Refusal
from services.experts.resume.sections import is_heading

MAX_PAGES: Final = 40
MAX_TEXT: Final = 80_000
_MAX_PART: Final = 20_000_000
_MAX_UNPACKED: Final = 100_000_000
_WITH_PASSWORD = 0x1  # in an entry's flags
_MAX_ENTRIES: Final = 2_000
_FEWEST_LETTERS: Final = 80
# PDFs draw these as one sign: "Staﬀ", "ﬁntech".
_LIGATURES: Final = {0xFB00 + n: text for n, text in enumerate(("ff", "fi", "fl", "ffi", "ffl", "ft", "st"))}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# As Word writes it, and as it does where "Strict Open XML" was chosen.
_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
# Word on the web calls it document2.xml.
_MAIN = re.compile(r"word/document\d*\.xml")
_DRAWN = {"tab": "\t", "br": "\n", "cr": "\n", "numPr": "• ", "noBreakHyphen": "-"}
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"


class RefusedError(Exception):
    """The file cannot be read, and why."""

    def __init__(self, refusal: Refusal, **fields: int) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.fields = fields


def text_of(data: bytes) -> tuple[str, int | None]:
    """The text, and the number of pages of a PDF. What the file is, its first bytes say, not its name."""
    if not data.strip():
        raise RefusedError(Refusal.EMPTY)
    if data.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in data
        raise RefusedError(Refusal.ENCRYPTED if encrypted else Refusal.OLD_WORD)
    if data.startswith(b"PK"):
        text, pages = _docx(data), None
        images = False
    elif b"%PDF-" in data[:1024]:
        text, pages, images = _pdf(data)
    else:
        raise RefusedError(Refusal.TYPE)
    text = _tidy(text)
    letters = sum(char.isalpha() for char in text)
    if letters < _FEWEST_LETTERS:
        raise RefusedError(Refusal.SCANNED if images else Refusal.EMPTY)
    if letters < len(re.sub(r"\s", "", text)) / 2:
        raise RefusedError(Refusal.UNREADABLE)
    return text, pages


def _pdf(data: bytes) -> tuple[str, int, bool]:
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise RefusedError(Refusal.ENCRYPTED)
        tree = reader.root_object["/Pages"].get_object()
        stated = tree.get("/Count", 0) if isinstance(tree, DictionaryObject) else 0
        if isinstance(stated, int) and stated > MAX_PAGES:
            raise RefusedError(Refusal.TOO_LONG, pages=int(stated), most=MAX_PAGES)
        parts: list[str] = []
        images, length, pages = False, 0, 0
        for page in reader.pages:
            pages += 1
            if pages > MAX_PAGES:
                raise RefusedError(Refusal.TOO_LONG, pages=len(reader.pages), most=MAX_PAGES)
            part = floats.text_of(page)
            images = images or "/XObject" in (page.get("/Resources") or {})
            parts.append(part)
            length += len(part)
            if length > MAX_TEXT:
                break
    except (RefusedError, MemoryError):
        raise
    except RecursionError as error:
        raise RefusedError(Refusal.TOO_COMPLEX) from error
    # A parser of hostile files meets what nobody has thought of; all of it means the same to the person.
    except (PyPdfError, Exception) as error:
        raise RefusedError(Refusal.DAMAGED) from error
    return "\n".join(parts), pages, images


def _docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.flag_bits & _WITH_PASSWORD for entry in entries):
                raise RefusedError(Refusal.ENCRYPTED)
            names = {entry.filename for entry in entries}
            main = sorted(name for name in names if _MAIN.fullmatch(name))
            if not main:
                raise RefusedError(Refusal.TYPE)
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise RefusedError(Refusal.MACROS)
            if len(entries) > _MAX_ENTRIES or sum(entry.file_size for entry in entries) > _MAX_UNPACKED:
                raise RefusedError(Refusal.UNSAFE)
            headers = sorted(name for name in names if re.fullmatch(r"word/header\d*\.xml", name))
            return "\n".join(_part(archive, name) for name in [*headers, main[0]])
    except (RefusedError, MemoryError):
        raise
    # As with PDFs: what a damaged archive does to its parsers, nobody has listed.
    except Exception as error:
        raise RefusedError(Refusal.DAMAGED) from error


def _part(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        # What the directory says of sizes is a claim; this is the measure.
        content = part.read(_MAX_PART + 1)
    if len(content) > _MAX_PART:
        raise RefusedError(Refusal.UNSAFE)
    return "".join(_words(content))


def _words(content: bytes) -> Iterator[str]:
    """Text, tabs and line ends of a WordprocessingML part. Text boxes stand in it twice; the second is skipped. A row of
    a table whose cells have one line each is one line, since title, company and years belong together."""
    found: list[str] = []
    # Where the rows that are open begin in `found`, and the cells of each.
    rows: list[list[int]] = []
    inside = {"text": 0, "fallback": 0}

    def own(name: str) -> str:
        """The name of an element of Word's, empty for others."""
        space, _, local = name.rpartition(" ")
        return local if space in _WORD else ""

    def start(name: str, attributes: dict[str, str]) -> None:
        element = own(name)
        if name == _FALLBACK:
            inside["fallback"] += 1
        elif element == "t":
            inside["text"] += 1
        elif inside["fallback"]:
            return
        elif element in _DRAWN:
            found.append(_DRAWN[element])
        elif element == "tr":
            rows.append([])
        elif element == "tc" and rows:
            rows[-1].append(len(found))

    def end(name: str) -> None:
        element = own(name)
        if name == _FALLBACK:
            inside["fallback"] -= 1
        elif element == "t":
            inside["text"] -= 1
        elif inside["fallback"]:
            return
        elif element == "p":
            found.append("\n")
        elif element == "tr" and rows:
            cells = rows.pop()
            texts = ["".join(found[a:b]).strip() for a, b in pairwise([*cells, len(found)])]
            if cells and not any("\n" in each for each in texts) and not is_heading(texts[0]):
                found[cells[0] :] = ["\t".join(filter(None, texts)), "\n"]

    def text(data: str) -> None:
        if inside["text"] and not inside["fallback"]:
            found.append(data)

    def refuse(*_: object) -> None:
        raise RefusedError(Refusal.UNSAFE)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.Parse(content, True)
    yield from found


def _tidy(text: str) -> str:
    text = text[:MAX_TEXT].translate(_LIGATURES)
    text = re.sub("\u00ad[ \\t]*\n[ \\t]*", "", text)
    text = text.replace("\r", "\n").replace("\u00a0", " ").replace("\x0c", "\n")
    text = re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\ud800-\udfff]", "", text)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()
