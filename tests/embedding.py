"""The local embedding model, for the rooms that read meaning: import both fixtures in a conftest."""

from collections.abc import AsyncIterator

import pytest

from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings


@pytest.fixture(scope="session")
async def embeddings() -> AsyncIterator[LocalEmbeddings]:
    """One model for all tests of this process: loading it takes a second."""
    local = LocalEmbeddings()
    yield local
    await local.close()


@pytest.fixture(autouse=True)
def configured_embeddings(embeddings: LocalEmbeddings) -> None:
    """Before every test, for an application that ran in this process has taken its own gateways away again."""
    configure(Gateways(embeddings=embeddings))
