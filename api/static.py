"""The web app's files: fingerprinted ones are cached for ever, pages are looked up each time."""

from pathlib import Path

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from core.settings import Settings

BUILD = Path(__file__).parent.parent / "web" / "build"
NOT_PAGES = ("api/", "ws", "webhooks/", "health/", "metrics", "_app/")


class Immutable(StaticFiles):
    """Files whose name changes with their content."""

    async def get_response(self, path: str, scope: object) -> Response:
        response = await super().get_response(path, scope)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def install(app: FastAPI, settings: Settings) -> None:
    """Serve web/build, if it was built, at /."""
    if not (BUILD / "index.html").exists():
        return
    app.mount("/_app/immutable", Immutable(directory=BUILD / "_app" / "immutable"), name="immutable")

    @app.get("/{path:path}", include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        if path.startswith(NOT_PAGES):
            raise HTTPException(404, "There is nothing here.")
        file = (BUILD / path).resolve()
        if path and file.is_relative_to(BUILD) and file.is_file():
            return FileResponse(file, headers={"Cache-Control": "no-cache"})
        if (
            "text/html" not in request.headers.get("accept", "text/html")
            and "*/*" not in request.headers["accept"]
        ):
            raise HTTPException(404, "There is nothing here.")
        return FileResponse(BUILD / "index.html", headers={"Cache-Control": "no-cache"})
