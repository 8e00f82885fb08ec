"""What a page says about itself."""

import codecs
import re
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from services.conversations.links import MAX_URL

_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,20})", re.IGNORECASE)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_CHARSETS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|ascii|iso8859-\d+|cp\d+|koi8-[ru]|gb\w+|big5\w*|euc_\w+|shift_jis\w*|iso2022_jp\w*|mac-(roman|cyrillic)|tis-620"
)
# Who says the first means the second, which holds more: so browsers read them.
_READ_AS = {"ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949"}  # fmt: skip
_WANTED = {
    "og:title": "title", "twitter:title": "title",
    "og:description": "description", "twitter:description": "description", "description": "description",
    "og:image": "image", "og:image:url": "image", "twitter:image": "image",
    "og:site_name": "site",
}  # fmt: skip
_BEST = ("og:", "twitter:", "")


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says about itself, as plain text."""

    title: str
    description: str
    site: str
    image: str | None


def said(url: str, content_type: str, body: bytes) -> Said | None:
    """Read the head of a page; None when it has no title."""
    head = _Head()
    with suppress(
        AssertionError
    ):  # what the parser throws at some malformed markup; what came before it counts
        head.feed(_decoded(content_type, body))
    found = head.found()
    title = plain(found.get("title", ""), 200)
    if not title:
        return None
    image = urljoin(url, found["image"].strip()) if found.get("image") else None
    return Said(
        title=title,
        description=plain(found.get("description", ""), 300),
        site=plain(found.get("site", ""), 80) or (urlsplit(url).hostname or "").removeprefix("www."),
        image=image if image is not None and len(image) <= MAX_URL else None,
    )


def _decoded(content_type: str, body: bytes) -> str:
    """The text of a page as browsers read it: by its first bytes, by what its server says, by what it says itself."""
    for mark, codec in _MARKS.items():
        if body.startswith(mark):
            return body.decode(codec, "replace")
    by_server = _CHARSET.search(content_type.encode("latin-1", "ignore"))
    declared = by_server or _CHARSET.search(body[:2048])
    charset = _known(declared[1].decode()) if declared else None
    if charset is not None and (
        by_server or not charset.startswith("utf-16")
    ):  # else it could not have been read
        return body.decode(charset, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(body)  # its last sign may be cut in two
    except UnicodeDecodeError:
        return body.decode("utf-8" if declared else "cp1252", "replace")


def _known(label: str) -> str | None:
    """The codec for a charset that pages are written in; Python knows others, which are no charsets at all."""
    try:
        name = codecs.lookup(label).name
    except LookupError:
        return None
    if not _CHARSETS.fullmatch(name):
        return None
    return _READ_AS.get(name, name)


def plain(text: str, most: int) -> str:
    """One line of readable text: no control, invisible or direction-changing characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


class _Head(HTMLParser):
    """Collects titles and metas until the body begins."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._metas: dict[str, str] = {}
        self._title: list[str] = []
        self._in_title = False
        self._done = False

    def found(self) -> dict[str, str]:
        """Per field the best word for it: Open Graph, then Twitter's, then plain HTML."""
        result = {"title": "".join(self._title)} if self._title else {}
        for prefix in reversed(_BEST):
            for name, value in self._metas.items():
                if name.startswith(prefix or ("description",)) and value.strip():
                    result[_WANTED[name]] = value
        return result

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._done = self._done or tag == "body"
        if self._done:
            return
        self._in_title = tag == "title" and not self._title
        if tag == "meta":
            given = dict(attrs)
            name = (given.get("property") or given.get("name") or "").lower()
            if name in _WANTED and name not in self._metas:
                self._metas[name] = given.get("content") or ""

    def handle_endtag(self, tag: str) -> None:
        self._done = self._done or tag == "head"
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title and not self._done and len(self._title) < 20:
            self._title.append(data)
