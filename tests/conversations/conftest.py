"""Two people, and what stores their messages."""

from collections.abc import AsyncIterator

import pytest

from core.actor import Actor
from core.db import Database
from services.conversations.sending import Sender
from tests.accounts.factories import make_actor


@pytest.fixture
async def sender(db: Database) -> AsyncIterator[Sender]:
    sender = Sender(db)
    yield sender
    await sender.close()


@pytest.fixture
async def ada(db: Database) -> Actor:
    return await make_actor(db)


@pytest.fixture
async def bob(db: Database) -> Actor:
    return await make_actor(db)
