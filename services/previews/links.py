"""The links of a message, and what a page says about itself."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

MAX_LINKS = 3
MAX_URL = 2_000
_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
_CHARSET = re.compile(rb"charset=[\"']?([\w-]{2,20})", re.IGNORECASE)
_WANTED = {
    "og:title": "title", "twitter:title": "title",
    "og:description": "description", "twitter:description": "description", "description": "description",
    "og:image": "image", "og:image:url": "image", "twitter:image": "image",
    "og:site_name": "site",
}  # fmt: skip
_BEST = ("og:", "twitter:", "")


def links(text: str, *, but: str) -> list[str]:
    """The first addresses in a text, outside code, without our own (`but` is our address)."""
    found: dict[str, None] = {}
    for match in _URL.finditer(_CODE.sub(" ", text)):
        url = match[0].rstrip(".,;:!?*_~")
        while url.endswith((")", "]")) and url.count(url[-1]) > url.count({")": "(", "]": "["}[url[-1]]):
            url = url[:-1].rstrip(".,;:!?*_~")
        if len(url) <= MAX_URL and not f"{url}/".startswith(f"{but}/"):
            found.setdefault(url)
        if len(found) == MAX_LINKS:
            break
    return list(found)


@dataclass(frozen=True, slots=True)
class Said:
    """What a page says about itself, as plain text."""

    title: str
    description: str
    site: str
    image: str | None


def said(url: str, content_type: str, body: bytes) -> Said | None:
    """Read the head of a page; None when it has no title."""
    declared = _CHARSET.search(content_type.encode("latin-1", "ignore")) or _CHARSET.search(body[:2048])
    try:
        text = body.decode(declared[1].decode() if declared else "utf-8", "replace")
    except LookupError:
        text = body.decode("utf-8", "replace")
    head = _Head()
    head.feed(text)
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
