"""The head that the server writes for public pages: escaped, whole, and only for what is public."""

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import httpx
import orjson
import pytest
from fastapi import FastAPI

from api import static
from core.db import Database
from core.settings import Settings
from services.experts.schemas import Status
from tests.experts.factories import STORY, make_expert

SHELL = (
    '<!doctype html><html><head><meta name="description" content="plain" /><title>Sextant</title>'
    "<script>start()</script></head><body></body></html>"
)
HOSTILE = "</title></script><script>alert('x')</script>\" onload=\"y <!-- & \u2028 end"


class _Head(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self._open, []).append(data)

    def meta(self, name: str) -> str | None:
        return next(
            (
                a["content"]
                for t, a in self.tags
                if t == "meta" and name in (a.get("property"), a.get("name"))
            ),
            None,
        )


@pytest.fixture
async def pages(db: Database, tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "index.html").write_text(SHELL)
    (tmp_path / "_app" / "immutable").mkdir(parents=True)
    app = FastAPI()
    app.state.runtime = SimpleNamespace(db=db)
    static.install(app, Settings(_env_file=None, public_url="https://sextant.example"), build=tmp_path)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test")


async def test_a_profile_has_a_share_preview_and_structured_data(
    db: Database, pages: httpx.AsyncClient
) -> None:
    async with db.transaction() as session:
        _, expert = await make_expert(
            session, name="Pia O'Neil & Sons", headline=HOSTILE, story=f"{HOSTILE} {STORY} {STORY}"
        )
        _, draft = await make_expert(session, status=Status.DRAFT)
    answer = await pages.get(f"/experts/{expert.slug}")
    assert answer.status_code == 200
    head = _Head(answer.text)
    url = f"https://sextant.example/experts/{expert.slug}"
    assert head.meta("og:title") == f"Pia O'Neil & Sons: {expert.headline}"
    assert head.meta("og:url") == url
    assert head.meta("og:image") == "https://sextant.example/share.png"
    assert (head.meta("description") or "").endswith("…")
    assert [attributes for tag, attributes in head.tags if tag == "script"] == [
        {},
        {"type": "application/ld+json"},
    ]
    assert answer.text.count("<title>") == 1
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text, re.DOTALL)
    assert "<" not in block
    person, service = orjson.loads(block)["@graph"]
    assert (person["@type"], person["name"], person["url"]) == ("Person", "Pia O'Neil & Sons", url)
    assert (service["@type"], service["description"]) == ("ProfessionalService", expert.headline)
    assert (service["priceRange"], "aggregateRating" in service) == ("$100 per hour", False)

    by_id = await pages.get(f"/experts/{expert.id}")
    assert f'<link rel="canonical" href="{url}" />' in by_id.text
    for hidden in (draft.slug, "no-such-person"):
        answer = await pages.get(f"/experts/{hidden}")
        assert (answer.status_code, "noindex" in answer.text, draft.headline in answer.text) == (
            404,
            True,
            False,
        )
    for plain in ("/experts/compare", "/experts/saved", "/chats/1"):
        assert (await pages.get(plain)).text == SHELL
    assert "Browse CTOs" in (await pages.get("/experts")).text
    assert "Sitemap: https://sextant.example/sitemap.xml" in (await pages.get("/robots.txt")).text
    # Who previews links keeps to this, asks for heads first, and shows the photo, which is a file.
    assert "Allow: /api/v1/files/" in (await pages.get("/robots.txt")).text
    bare = await pages.head(f"/experts/{expert.slug}")
    assert (bare.status_code, bare.content) == (200, b"")
    assert (await pages.head(f"/experts/{draft.slug}")).status_code == 404
    assert (await pages.head("/api/v1/experts")).status_code == 405
    assert "sameAs" not in person
