"""The web application: REST under /api/v1, the WebSocket, webhooks, health, and the web app's static files."""

from fastapi import APIRouter, FastAPI

from api import health, middleware, problem, static, webhooks
from api.rest import (
    accounts,
    administration,
    billing,
    bookings,
    conversations,
    credentials,
    experts,
    matching,
    meta,
    oauth,
    passkeys,
    privacy,
    projects,
    security,
    sessions,
)
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
    projects,
    experts,
    matching,
    bookings,
    billing,
    meta,
)


def create_app(settings: Settings, runtime: Runtime | None = None) -> FastAPI:
    """The ASGI application. Without a runtime it can only describe itself (OpenAPI)."""
    app = FastAPI(
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
    v1 = APIRouter(prefix="/api/v1")
    for room in ROOMS:
        v1.include_router(room.router)
    app.include_router(v1)
    app.include_router(webhooks.router)
    app.include_router(health.router)
    app.include_router(gateway.router)
    static.install(app, settings)
    return app
