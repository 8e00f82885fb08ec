"""Health and metrics, for whoever runs the service."""

import asyncio

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel

from api.deps import RuntimeDep, public
from api.problem import problem
from core.errors import VendorUnavailable

router = APIRouter(tags=["health"])
PATIENCE_SECONDS = 3.0


class Health(BaseModel):
    status: str


@router.get("/health/live", dependencies=[public()])
async def live() -> Health:
    """The process is up."""
    return Health(status="ok")


@router.get("/health/ready", dependencies=[public()], responses=problem(503))
async def ready(runtime: RuntimeDep) -> Health:
    """The process can serve: its database answers and its jobs run."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await runtime.db.raw.fetchval("select 1")
    except Exception as error:
        raise VendorUnavailable("The database does not answer.", reason=type(error).__name__) from None
    if not runtime.well:
        raise VendorUnavailable("Background jobs have stopped in this process.", code="worker_stopped")
    return Health(status="ok")


@router.get("/metrics", dependencies=[public()], response_class=Response)
async def metrics(runtime: RuntimeDep) -> Response:
    """Prometheus metrics of this process."""
    registry = CollectorRegistry()
    Gauge("sextant_websocket_connections", "Open sockets with a known person", registry=registry).set(
        runtime.hub.connections
    )
    Gauge("sextant_turns_running", "Turns of the assistant under way here", registry=registry).set(
        runtime.runner.running if runtime.runner else 0
    )
    Gauge("sextant_database_pool_in_use", "Connections of the raw pool in use", registry=registry).set(
        runtime.db.raw.get_size() - runtime.db.raw.get_idle_size()
    )
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
