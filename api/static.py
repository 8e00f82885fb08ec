"""The web app's files: fingerprinted ones are cached for ever, pages are looked up each time. Public pages get a head
of their own, for search engines and share previews; a sitemap names them."""

import re
from pathlib import Path
from xml.sax.saxutils import escape

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from api import heads
from api.rest.experts import expert_key
from api.runtime import Runtime
from core.actor import VISITOR
from core.errors import NotFound
from core.settings import Settings
from services.experts import service as experts

BUILD = Path(__file__).parent.parent / "web" / "build"
NOT_PAGES = ("api/", "ws", "webhooks/", "health/", "metrics", "_app/", "dev/")
LOOKED_UP = {"Cache-Control": "no-cache"}
_PROFILE = re.compile(r"experts/([a-z0-9-]{1,80})/?")


class Immutable(StaticFiles):
    """Files whose name changes with their content."""

    async def get_response(self, path: str, scope: object) -> Response:
        response = await super().get_response(path, scope)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, settings: Settings, *, build: Path = BUILD) -> None:
    """Serve web/build, if it was built, at /."""

    @app.get("/robots.txt", include_in_schema=False)
    async def robots() -> Response:
        # Photos are what share previews show.
        lines = (
            "User-agent: *",
            "Disallow: /api/",
            "Allow: /api/v1/files/",
            f"Sitemap: {settings.base_url}/sitemap.xml",
        )
        return PlainTextResponse("\n".join(lines) + "\n")

    @app.get("/sitemap.xml", include_in_schema=False)
    async def sitemap(request: Request) -> Response:
        runtime: Runtime = request.app.state.runtime
        async with runtime.db.transaction() as session:
            pages = [f"experts/{slug}" for slug in await experts.public_slugs(session)]
        urls = "".join(
            f"<url><loc>{escape(settings.base_url)}/{page}</loc></url>" for page in ["", "experts", *pages]
        )
        text = f'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        return Response(text, media_type="application/xml")

    if not (build / "index.html").exists():
        return
    shell = (build / "index.html").read_text()
    app.mount("/_app/immutable", Immutable(directory=build / "_app" / "immutable"), name="immutable")

    # Whoever previews a link may ask for its head first.
    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        if path.startswith(NOT_PAGES):
            if request.method == "HEAD":  # which those that only answer GET do not know
                raise HTTPException(405)
            raise HTTPException(404, "There is nothing here.")
        file = (build / path).resolve()
        if path and file.is_relative_to(build) and file.is_file():
            return FileResponse(file, headers=LOOKED_UP)
        if (
            "text/html" not in request.headers.get("accept", "text/html")
            and "*/*" not in request.headers["accept"]
        ):
            raise HTTPException(404, "There is nothing here.")
        if path.strip("/") == "experts":
            return HTMLResponse(heads.of_list(shell, base_url=settings.base_url), headers=LOOKED_UP)
        if (found := _PROFILE.fullmatch(path)) and found[1] not in experts.RESERVED:
            return await _profile(request.app.state.runtime, settings, shell, found[1])
        return FileResponse(build / "index.html", headers=LOOKED_UP)


async def _profile(runtime: Runtime, settings: Settings, shell: str, name: str) -> Response:
    """The page of a public profile. For one that is not public the app still starts, because its owner may look, but
    the answer is 404."""
    try:
        async with runtime.db.transaction() as session:
            expert = await experts.get(session, VISITOR, expert_key(name))
    except NotFound:
        return HTMLResponse(heads.unlisted(shell), status_code=404, headers=LOOKED_UP)
    return HTMLResponse(heads.of_expert(shell, expert, base_url=settings.base_url), headers=LOOKED_UP)
