"""Fixtures of the sandbox, for the rooms whose vendors it stands in for: import them in a conftest."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import stripe

from tests.sandbox.process import Receiver, Sandbox


@pytest.fixture(scope="session")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    """A sandbox that all tests of this process share."""
    process = Sandbox(tmp_path_factory.mktemp("sandbox"))
    await process.start()
    yield process
    process.stop()


@pytest.fixture
async def own_sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A sandbox for one test alone: it may be killed, and its clock may be moved."""
    process = Sandbox(tmp_path / "sandbox")
    await process.start()
    yield process
    process.stop()


@pytest.fixture
async def client(sandbox: Sandbox) -> AsyncIterator[stripe.StripeClient]:
    """The official SDK on the shared sandbox."""
    async with sandbox.client() as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook endpoint."""
    receiver = Receiver()
    yield receiver
    receiver.close()
