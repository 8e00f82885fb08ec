"""The local embedding model, for rules that need it."""

from collections.abc import AsyncIterator

import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings
from tests.serving import Served, serving


@pytest.fixture(scope="session", autouse=True)
async def embeddings() -> AsyncIterator[LocalEmbeddings]:
    local = LocalEmbeddings()
    configure(Gateways(embeddings=local))
    yield local
    await local.close()


@pytest.fixture
async def server(database_url: str, embeddings: LocalEmbeddings) -> AsyncIterator[Served]:
    """The running application. It brings gateways of its own, so ours are put back."""
    async with serving(database_url) as served:
        yield served
    configure(Gateways(embeddings=embeddings))
