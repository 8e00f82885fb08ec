"""The outbox: what was sent, newest first. HTML is shown in a frame that can run nothing."""

import base64
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.page import render
from sandbox.resend.store import EmailStore

_PAGE = 50
_FRAME_POLICY = (
    "default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; font-src https:; base-uri 'self'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


class OutboxPages:
    """For developers, and for tests that read mail (`/outbox.json`)."""

    def __init__(self, store: EmailStore) -> None:
        self.store = store

    def routes(self) -> list[Route]:
        return [
            Route("/outbox", self.outbox),
            Route("/outbox.json", self.outbox_json),
            Route("/outbox/{id}", self.email),
            Route("/outbox/{id}/html", self.html),
            Route("/outbox/{id}/attachments/{index:int}", self.attachment),
        ]

    async def outbox(self, request: Request) -> Response:
        to = request.query_params.get("to", "").strip()[:200]
        before = request.query_params.get("before", "")
        found = await run_in_threadpool(
            lambda: self.store.newest(
                to=to, before=int(before) if before.isascii() and before.isdigit() else None, limit=_PAGE + 1
            )
        )
        shown = found[:_PAGE]
        return render(
            "outbox.html", emails=shown, to=to, older=shown[-1]["n"] if len(found) > _PAGE else None
        )

    async def outbox_json(self, request: Request) -> Response:
        """`{"items": [...]}`: the newest e-mails, optionally to one recipient (`?to=`)."""
        to = request.query_params.get("to", "").strip()[:200]
        return JSONResponse({"items": await run_in_threadpool(lambda: self.store.newest(to=to, limit=_PAGE))})

    async def email(self, request: Request) -> Response:
        email = await run_in_threadpool(self.store.get, request.path_params["id"])
        if email is None:
            return PlainTextResponse("No such e-mail.", 404)
        return render("email.html", email=email)

    async def html(self, request: Request) -> Response:
        email = await run_in_threadpool(self.store.get, request.path_params["id"])
        if email is None or not email["html"]:
            return PlainTextResponse("No such e-mail.", 404)
        headers = {
            "Content-Security-Policy": _FRAME_POLICY,
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
        }
        # Links of the e-mail open beside the outbox, not inside the frame.
        return HTMLResponse('<base target="_blank">' + email["html"], headers=headers)

    async def attachment(self, request: Request) -> Response:
        email = await run_in_threadpool(self.store.get, request.path_params["id"])
        index = request.path_params["index"]
        if email is None or index >= len(email["attachments"]):
            return PlainTextResponse("No such attachment.", 404)
        file = email["attachments"][index]
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file['filename'], safe='')}",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(
            base64.b64decode(file["content"]), headers=headers, media_type="application/octet-stream"
        )
