"""What every HTTP answer and every request from a browser has to pass: security headers, and the Origin check that
keeps other sites from using a person's cookie."""

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problem import respond
from core.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
YEAR = 365 * 24 * 3600

_INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def same_origin(origin: str | None, host: str | None, allowed: str) -> bool:
    """Whether a browser's `Origin` is this service: its public origin, or the host that the request names.

    Comparing with Host is safe here: cookies are bound to their host, so a page that got its own name resolved to
    this machine brings none of ours.
    """
    if origin is None or origin == "null":
        return False
    parts = urlsplit(origin)
    return origin == allowed or (
        parts.scheme in ("http", "https") and parts.netloc.lower() == (host or "").lower()
    )


class OriginCheck:
    """Refuses unsafe requests that a browser makes for another site.

    Browsers send `Origin` with every unsafe request, and scripts cannot change it. A request without it comes from
    no browser, and one with a bearer token carries nothing that another site could borrow. Sites with the widget may
    do what needs no cookie.
    """

    def __init__(self, app: ASGIApp, *, base_url: str, widget_origins: list[str]) -> None:
        self._app = app
        self._widget_origins = frozenset(widget_origins)
        parts = urlsplit(base_url)
        self._allowed = f"{parts.scheme}://{parts.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or self._passes(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return
        answer = respond(
            403, "cross_origin", "This request was made by another site, so it was not carried out."
        )
        await answer(scope, receive, send)

    def _passes(self, headers: Headers) -> bool:
        if headers.get("authorization", "").lower().startswith("bearer "):
            return True
        origin = headers.get("origin")
        if origin in self._widget_origins and "cookie" not in headers:
            return True
        if origin is not None:
            return same_origin(origin, headers.get("host"), self._allowed)
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")


class SecurityHeaders:
    """Adds the headers that narrow what a browser does with an answer, and the numbers of a rate limit."""

    def __init__(self, app: ASGIApp, *, base_url: str, index: Path, storage: str | None) -> None:
        self._app = app
        self._policy = content_policy(index, storage)
        self._headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        if base_url.startswith("https://"):
            self._headers["Strict-Transport-Security"] = f"max-age={2 * YEAR}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(scope, MutableHeaders(scope=message))
            await send(message)

        await self._app(scope, receive, add)

    def _add(self, scope: Scope, headers: MutableHeaders) -> None:
        for name, value in self._headers.items():
            headers.setdefault(name, value)
        html = headers.get("content-type", "").startswith("text/html")
        headers.setdefault("Content-Security-Policy", self._policy if html else _NOTHING)
        if scope["path"].startswith("/api/"):
            # Answers about a person belong in no cache, unless a route says otherwise.
            headers.setdefault("Cache-Control", "no-store")
        for name, value in scope.get("state", {}).get("rate_limit", {}).items():
            headers[name] = value


_NOTHING = "default-src 'none'; frame-ancestors 'none'"


def content_policy(index: Path, storage: str | None = None) -> str:
    """The policy of the web app: its own files, the inline script that starts it, by hash, and the storage's origin, where
    files are put and read."""
    files = f" {storage}" if storage else ""
    scripts = " ".join(["'self'", *(f"'sha256-{_sha256(text)}'" for text in _inline_scripts(index))])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob: https:{files}",
            "font-src 'self' data:",
            f"connect-src 'self'{files}",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def _inline_scripts(index: Path) -> list[str]:
    return _INLINE_SCRIPT.findall(index.read_text()) if index.exists() else []


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def install(app: FastAPI, settings: Settings, *, index: Path = Path("web/build/index.html")) -> None:
    """Put the checks around the whole app. The headers go outermost, so that refusals carry them too."""
    app.add_middleware(OriginCheck, base_url=settings.base_url, widget_origins=settings.allowed_origins)
    if settings.allowed_origins:
        # Without credentials: another site's page is never answered as the person whose browser shows it.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"],
            max_age=600,
        )
    app.add_middleware(
        SecurityHeaders, base_url=settings.base_url, index=index, storage=settings.storage_origin
    )
