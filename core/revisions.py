"""Which revision of the schema a database is at, and which is the newest; without Alembic, whose loading takes a good part
of a start."""

from pathlib import Path

import asyncpg

VERSIONS = Path(__file__).parent.parent / "migrations" / "versions"


async def current(url: str) -> str | None:
    """The revision the database at `url` is at; None for an empty one."""
    connection = await asyncpg.connect(url)
    try:
        revision: str | None = await connection.fetchval("select version_num from alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    finally:
        await connection.close()
    return revision


def newest() -> str:
    """The last revision in migrations/, whose files begin with their numbers."""
    return max(file.name for file in VERSIONS.glob("[0-9]*.py")).partition("_")[0]
