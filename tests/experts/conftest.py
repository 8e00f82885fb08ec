"""The local embedding model, for rules that need it."""

from collections.abc import AsyncIterator

import pytest

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from tests.embedding import configured_embeddings as configured_embeddings
from tests.embedding import embeddings as embeddings
from tests.files.storage import storage as storage
from tests.files.storage import storage_server as storage_server
from tests.serving import Served, serving


@pytest.fixture
async def server(database_url: str) -> AsyncIterator[Served]:
    """The running application."""
    async with serving(database_url) as served:
        yield served
