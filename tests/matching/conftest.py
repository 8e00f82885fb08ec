"""The local embedding model, the stand-ins, and the demo experts as a library that the tests of matching read."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import httpx
import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from api.app import create_app
from core.actor import Actor
from core.db import Database
from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings
from core.settings import settings
from services.experts.demo.load import load
from services.matching.jobs import refresh_terms
from tests.accounts.factories import actor_for, make_user
from tests.embedding import configured_embeddings as configured_embeddings
from tests.embedding import embeddings as embeddings
from tests.sandbox.fixtures import own_sandbox as own_sandbox
from tests.sandbox.fixtures import sandbox as sandbox


@pytest.fixture(scope="session")
async def library(db: Database, embeddings: LocalEmbeddings) -> Database:
    """A database with the demo experts, embedded and counted."""
    configure(Gateways(embeddings=embeddings))
    await load(db)
    await refresh_terms(db)
    return db


@pytest.fixture(scope="session")
async def founder(library: Database) -> Actor:
    return actor_for(await make_user(library, timezone="Europe/Berlin"))


@pytest.fixture
async def client(library: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A REST client of the whole API."""
    configuration = settings().model_copy(update={"public_url": "http://testserver"})
    app = create_app(configuration)
    app.state.runtime = SimpleNamespace(db=library, settings=configuration)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        yield client
