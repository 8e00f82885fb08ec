"""The schema: one line of migrations, there and back, and no difference from the models."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from alembic.script import ScriptDirectory

import models
from core import migrate, revisions
from core.embedded import EmbeddedPostgres


@pytest.fixture
async def empty_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database of its own without a table."""
    admin = await asyncpg.connect(postgres.url("postgres"))
    name = "migrations"
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.execute(f"create database {name}")
    yield postgres.url(name)
    await admin.execute(f"drop database if exists {name} with (force)")
    await admin.close()


def test_the_newest_file_is_the_head_of_a_single_line() -> None:
    assert ScriptDirectory(str(migrate.ROOT / "migrations")).get_heads() == [revisions.newest()]


async def test_up_down_and_up_again_ends_at_the_models(empty_url: str) -> None:
    assert await revisions.current(empty_url) is None
    await migrate.upgrade(empty_url)
    assert await revisions.current(empty_url) == revisions.newest()
    assert await migrate.drift(empty_url, models.Base.metadata) == []
    await migrate.downgrade(empty_url, "base")
    assert await revisions.current(empty_url) is None
    await migrate.upgrade(empty_url)
    assert await migrate.drift(empty_url, models.Base.metadata) == []


async def test_a_difference_from_the_models_is_found(empty_url: str) -> None:
    await migrate.upgrade(empty_url)
    connection = await asyncpg.connect(empty_url)
    await connection.execute("alter table users add column nobody_knows int")
    await connection.close()
    assert "nobody_knows" in " ".join(await migrate.drift(empty_url, models.Base.metadata))
