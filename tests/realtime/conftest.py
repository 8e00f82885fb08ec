"""One server for all realtime tests of a process."""

from collections.abc import AsyncIterator

import pytest

from tests.serving import Served, serving


@pytest.fixture(scope="session")
async def served(database_url: str) -> AsyncIterator[Served]:
    async with serving(database_url) as server:
        yield server
