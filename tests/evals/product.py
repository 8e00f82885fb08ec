"""The whole product with the demo experts, for conversations."""

import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from filelock import FileLock

import services.rooms  # noqa: F401  jobs and hooks of all rooms are known
from core.db import Database
from core.embedded import EmbeddedPostgres
from core.gateways import Gateways, configure
from core.gateways.embeddings import LocalEmbeddings
from core.migrate import ROOT, upgrade
from services.experts.demo.load import load
from services.matching.jobs import refresh_terms
from tests.serving import Served, serving

DATA = ROOT / ".data" / "tests"


@asynccontextmanager
async def product(**overrides: Any) -> AsyncIterator[Served]:
    """A server of its own database: schema, demo experts, no conversations. Overrides are settings."""
    server = EmbeddedPostgres(DATA / "postgres")
    DATA.mkdir(parents=True, exist_ok=True)
    with FileLock(DATA / "start.lock"):
        server.start()
    try:
        async with database(server) as url, serving(url, assistant=True, **overrides) as served:
            yield served
    finally:
        server.stop()


@asynccontextmanager
async def database(server: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database with the demo experts, copied from a template that is kept."""
    template = await _template(server)
    name = f"evals_{os.getpid()}_{os.urandom(3).hex()}"
    admin = await asyncpg.connect(server.url("postgres"))
    try:
        await admin.execute(f'create database "{name}" template "{template}"')
        yield server.url(name)
        await admin.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await admin.close()


async def _template(server: EmbeddedPostgres) -> str:
    name = f"evals_template_{_state()}"
    with FileLock(DATA / "evals.lock"):
        admin = await asyncpg.connect(server.url("postgres"))
        try:
            if await admin.fetchval("select datistemplate from pg_database where datname = $1", name):
                return name
            await admin.execute(f'drop database if exists "{name}"')
            await admin.execute(f'create database "{name}"')
            await upgrade(server.url(name))
            embeddings = LocalEmbeddings()
            configure(Gateways(embeddings=embeddings))
            async with Database(server.url(name)) as db:
                await load(db)
                await refresh_terms(db)
            await embeddings.close()
            await admin.execute(f'alter database "{name}" is_template true')
        finally:
            await admin.close()
    return name


def _state() -> str:
    """A hash of what the template is made of."""
    digest = hashlib.sha256()
    for folder, pattern in (("migrations", "*.py"), ("services/experts/demo", "*.json")):
        for path in sorted((ROOT / folder).rglob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
