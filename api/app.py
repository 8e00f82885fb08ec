"""The web application: REST under /api/v1, the WebSocket, webhooks, health, and the web app's static files."""

from fastapi import APIRouter, FastAPI
from starlette.types import Receive, Scope, Send

from api import health, mail_preview, middleware, problem, static, webhooks
from api.rest import (
    accounts,
    administration,
    assistant,
    billing,
    bookings,
    conversations,
    credentials,
    experts,
    files,
    matching,
    members,
    messages,
    meta,
    notifications,
    oauth,
    passkeys,
    privacy,
    projects,
    resumes,
    reviews,
    security,
    sessions,
    support,
)
from api.rest.limits import limited
from api.runtime import Runtime
from api.ws import gateway
from core.settings import Settings

VERSION = "0.1.0"
ROOMS = (
    accounts,
    administration,
    sessions,
    credentials,
    security,
    passkeys,
    oauth,
    privacy,
    conversations,
    assistant,
    messages,
    members,
    support,
    projects,
    experts,
    resumes,
    reviews,
    files,
    matching,
    bookings,
    billing,
    notifications,
    meta,
)


class Application(FastAPI):
    """FastAPI, with sockets handed straight to their gateway. On their way through middleware and routes, which have
    nothing to do for them, twenty coroutines would begin that last as long as the socket: ten kilobytes of each."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == gateway.PATH:
            await gateway.serve(scope, receive, send, self.state.runtime)
        else:
            await super().__call__(scope, receive, send)


def create_app(settings: Settings, runtime: Runtime | None = None) -> FastAPI:
    """The ASGI application. Without a runtime it can only describe itself (OpenAPI)."""
    app = Application(
        title="Sextant",
        version=VERSION,
        summary="Founders describe a project, an assistant analyses it and finds, books and pays the CTO who fits.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
        separate_input_output_schemas=False,
    )
    app.state.runtime = runtime
    problem.install(app)
    middleware.install(app, settings)
    # Whatever changes something costs something; routes that cost more, or can be guessed at, have limits of their own.
    changes = limited("changes", 600, minutes=10, account=True, reading_is_free=True)
    v1 = APIRouter(prefix="/api/v1", dependencies=[changes])
    for room in ROOMS:
        v1.include_router(room.router)
    app.include_router(v1)
    app.include_router(webhooks.router)
    app.include_router(health.router)
    if not settings.is_production:
        app.include_router(mail_preview.router)
    static.install(app, settings)
    return app
