"""`/dev/mail`: every mail of the product with sample data, as HTML on a wide and a narrow screen and as plain text.
For developers; the application does not mount this in production."""

from pathlib import Path
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, PlainTextResponse
from jinja2 import Environment, FileSystemLoader
from starlette.exceptions import HTTPException

from api.deps import SettingsDep
from services.notifications.samples import SAMPLES, Sample

router = APIRouter(prefix="/dev/mail", include_in_schema=False)

_pages = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
_pages.filters["quoted"] = lambda text: quote(text, safe="")
# A mail runs no script, not even here, and the page frames its own mails.
_FRAMED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; frame-src 'self'; "
    "frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}


def _sample(name: str) -> Sample:
    if name not in SAMPLES:
        raise HTTPException(404, "There is no such mail.")
    return SAMPLES[name]


@router.get("")
async def list_mails(settings: SettingsDep, name: str = next(iter(SAMPLES))) -> HTMLResponse:
    """All mails by name, and one of them."""
    rendered = _sample(name).render(settings.base_url)
    page = _pages.get_template("mail_preview.html")
    return HTMLResponse(page.render(names=list(SAMPLES), name=name, mail=rendered), headers=_FRAMED)


@router.get("/{name}/html")
async def show_html(name: str, settings: SettingsDep) -> HTMLResponse:
    return HTMLResponse(_sample(name).render(settings.base_url).html, headers=_FRAMED)


@router.get("/{name}/text")
async def show_text(name: str, settings: SettingsDep) -> PlainTextResponse:
    return PlainTextResponse(_sample(name).render(settings.base_url).text)
