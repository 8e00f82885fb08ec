"""Starting the vendors' stand-ins beside the server when there are no keys. Never in production."""

import asyncio
import base64
import os
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from core.embedded_storage import EmbeddedStorage, find_program
from core.gateways.storage import StorageGateway
from core.processes import die_with_parent
from core.settings import Settings, random_secret

ROOT = Path(__file__).parent.parent
START_SECONDS = 20.0


def free_port(host: str, preferred: int, tries: int = 50) -> socket.socket:
    """A listening socket on `preferred` or the next port that is free. Raises OSError when none is."""
    for port in (*range(preferred, preferred + tries), 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
        except OSError:
            sock.close()
            continue
        return sock
    raise OSError("no free port")


def needed(settings: Settings) -> bool:
    """Whether a vendor is without a key."""
    return not settings.is_production and (
        settings.stripe_secret_key is None or _without_mail(settings) or _wants_pinecone(settings)
    )


def _without_mail(settings: Settings) -> bool:
    return settings.resend_api_key is None and settings.smtp_url is None


def _wants_pinecone(settings: Settings) -> bool:
    # Without a key pgvector is the default, so the stand-in is for those who ask for Pinecone by name.
    return settings.vectors == "pinecone" and settings.pinecone_api_key is None


@asynccontextmanager
async def stand_ins(
    settings: Settings, base_url: str
) -> AsyncIterator[Callable[[], Awaitable[dict[str, str]]]]:
    """Start the stand-ins. What is yielded waits until they are up, and returns the settings that point to them (empty
    when all vendors have keys)."""
    async with _storage(settings, base_url) as storage, _vendors(settings, base_url) as vendors:

        async def started() -> dict[str, str]:
            return await vendors | await storage

        yield started


def needs_storage(settings: Settings) -> bool:
    """Whether files go to the embedded S3 server: no storage is configured, and its program is there."""
    return not settings.is_production and settings.storage_endpoint is None and find_program() is not None


@asynccontextmanager
async def _storage(settings: Settings, base_url: str) -> AsyncIterator[asyncio.Future[dict[str, str]]]:
    """The embedded S3 server. It starts while the others do."""
    server = EmbeddedStorage(settings.data_dir / "storage")

    async def start() -> dict[str, str]:
        if not needs_storage(settings):
            return {}
        await server.start()
        overrides = {
            "s3_endpoint": server.endpoint,
            "s3_access_key_id": server.access_key,
            "s3_secret_access_key": server.secret_key,
        }
        gateway = StorageGateway(
            endpoint=server.endpoint,
            access_key=server.access_key,
            secret_key=server.secret_key,
            bucket=settings.s3_bucket,
        )
        try:
            await gateway.prepare(origins(settings, base_url))
        finally:
            await gateway.close()
        return overrides

    starting = asyncio.create_task(start())
    try:
        yield starting
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await server.stop()


@asynccontextmanager
async def _vendors(settings: Settings, base_url: str) -> AsyncIterator[Awaitable[dict[str, str]]]:
    """The other vendors, in one process."""
    if not needed(settings):
        yield asyncio.sleep(0, {})
        return
    probe = free_port("127.0.0.1", settings.port + 1)
    port = probe.getsockname()[1]
    probe.close()
    secret = "whsec_" + random_secret()
    mail_secret = "whsec_" + base64.b64encode(os.urandom(24)).decode()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SANDBOX_WEBHOOK_URL": f"{base_url}/webhooks/stripe",
        "SANDBOX_WEBHOOK_SECRET": secret,
        "SANDBOX_RESEND_WEBHOOK_URL": f"{base_url}/webhooks/resend",
        "SANDBOX_RESEND_WEBHOOK_SECRET": mail_secret,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "--port", str(port), "--data", str(settings.data_dir / "sandbox")),
        cwd=ROOT,
        env=environment,
        stdin=asyncio.subprocess.DEVNULL,
        preexec_fn=die_with_parent,
        start_new_session=True,  # Ctrl-C goes to the server, which then stops this in order
    )
    url = f"http://127.0.0.1:{port}"

    async def start() -> dict[str, str]:
        await _healthy(url, process)
        overrides = {"identity_base_url": f"{url}/identity"}
        if settings.stripe_secret_key is None:
            overrides |= {
                "stripe_api_base": url,
                "stripe_secret_key": "sk_test_sandbox",
                "stripe_webhook_secret": secret,
            }
        if _without_mail(settings):
            overrides |= {
                "resend_api_url": f"{url}/resend",
                "resend_api_key": "re_sandbox",
                "resend_webhook_secret": mail_secret,
            }
        if _wants_pinecone(settings):
            overrides |= {"pinecone_api_base": f"{url}/pinecone", "pinecone_api_key": "pcsk_sandbox"}
        return overrides

    starting = asyncio.create_task(start())
    try:
        yield starting
    finally:
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 5)
        except TimeoutError:
            process.kill()
            await process.wait()


def origins(settings: Settings, base_url: str) -> list[str]:
    """Where the web app is served from: its address, and the other names of this machine."""
    return sorted({base_url, f"http://127.0.0.1:{settings.port}", f"http://localhost:{settings.port}"})


async def _healthy(url: str, process: asyncio.subprocess.Process) -> None:
    deadline = asyncio.get_running_loop().time() + START_SECONDS
    async with httpx.AsyncClient(timeout=1) as client:
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{url}/health")).status_code == 200:
                    return
            if process.returncode is not None or asyncio.get_running_loop().time() > deadline:
                raise RuntimeError("the vendors' stand-ins did not start")
            await asyncio.sleep(0.05)
