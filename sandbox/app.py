"""The sandbox as one ASGI application."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.identity.app import IdentityApi
from sandbox.page import STATIC, render
from sandbox.pinecone.app import PineconeApi
from sandbox.pinecone.store import VectorStore
from sandbox.resend.app import ResendApi
from sandbox.resend.outbox_page import OutboxPages
from sandbox.resend.store import EmailStore
from sandbox.resend.webhooks import WebhookSender
from sandbox.stripe.account_pages import AccountPages
from sandbox.stripe.app import StripeApi
from sandbox.stripe.checkout_page import CheckoutPages
from sandbox.stripe.events_page import EventPages
from sandbox.stripe.resources import checkout_sessions, subscriptions, webhook_endpoints
from sandbox.stripe.store import Store
from sandbox.stripe.webhooks import Dispatcher

log = logging.getLogger(__name__)

_SWEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox is started.

    `base_url` is how browsers reach it. With `webhook_url` and `webhook_secret` every event is delivered there
    without an endpoint having been made through the API. `mail_webhook_url` and `mail_webhook_secret` are the same for
    what Resend tells of bounces and complaints.
    """

    data: Path
    base_url: str
    merchant: str = "Sextant"
    webhook_url: str | None = None
    webhook_secret: str | None = None
    mail_webhook_url: str | None = None
    mail_webhook_secret: str | None = None


def create_app(options: Options) -> Starlette:
    """All stand-ins behind one port."""
    store = Store(options.data / "stripe.sqlite3")
    emails = EmailStore(options.data / "resend.sqlite3")
    vectors = VectorStore(options.data / "pinecone.sqlite3")
    dispatcher = Dispatcher(store)
    stripe_api = StripeApi(store, dispatcher, options.base_url)
    if options.webhook_url and options.webhook_secret:
        with store.transaction() as work:
            webhook_endpoints.ensure_managed(work, options.webhook_url, options.webhook_secret)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        tasks = [
            asyncio.create_task(dispatcher.run()),
            asyncio.create_task(_keep_time(store, dispatcher, options.base_url)),
        ]
        if options.mail_webhook_url and options.mail_webhook_secret:
            sender = WebhookSender(emails, options.mail_webhook_url, options.mail_webhook_secret)
            tasks.append(asyncio.create_task(sender.run()))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            store.close()
            emails.close()
            vectors.close()

    return Starlette(
        routes=[
            Route("/", home),
            Route("/health", health),
            Mount("/static", StaticFiles(directory=STATIC)),
            *CheckoutPages(store, dispatcher, options.base_url, options.merchant).routes(),
            *AccountPages(store, dispatcher, options.merchant).routes(),
            *EventPages(store, dispatcher, options.base_url).routes(),
            *OutboxPages(emails).routes(),
            Mount("/resend", routes=ResendApi(emails).routes()),
            Mount("/pinecone", routes=PineconeApi(vectors, f"{options.base_url}/pinecone").routes()),
            Mount("/identity", routes=IdentityApi(f"{options.base_url}/identity").routes()),
            Route("/v1/{path:path}", stripe_api.handle, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        ],
        lifespan=lifespan,
    )


async def home(request: Request) -> Response:
    return render("home.html")


async def health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _keep_time(store: Store, dispatcher: Dispatcher, base_url: str) -> None:
    """Checkout sessions end and subscriptions renew on time, whether or not anybody looks."""

    def sweep() -> int:
        with store.transaction() as work:
            return checkout_sessions.expire_due(work) + subscriptions.renew_due(work, base_url)

    while True:
        try:
            if await asyncio.to_thread(sweep):
                dispatcher.wake()
        except Exception:
            log.exception("the clock's work failed; it is tried again")
        await asyncio.sleep(_SWEEP_SECONDS)
