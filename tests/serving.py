"""A whole server in the test's own process and loop: the real application under uvicorn on a free port."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import uvicorn

from api.app import create_app
from api.runtime import Runtime, open_runtime
from api.server import Server, _uvicorn_config
from api.ws.client import RealtimeClient
from core.ids import ASSISTANT_ID
from core.settings import Settings
from services.accounts.schemas import UserRead
from services.conversations import repository
from tests.accounts.factories import make_user, sign_in_cookie


@dataclass
class Served:
    """A running server."""

    base_url: str
    runtime: Runtime

    @property
    def ws_url(self) -> str:
        return self.base_url.replace("http", "ws", 1) + "/ws"

    async def person(self, **fields: Any) -> tuple[UserRead, str]:
        """A new account and a session token of theirs."""
        user = await make_user(self.runtime.db, **fields)
        return user, await sign_in_cookie(self.runtime.db, user)

    async def room(self, *users: UserRead, kind: str = "project", assistant: bool = False) -> UUID:
        """A room of these people."""
        roles = {user.id: "owner" if index == 0 else "member" for index, user in enumerate(users)}
        if assistant or kind == "assistant":
            roles[ASSISTANT_ID] = "assistant"
        async with self.runtime.db.transaction() as session:
            return await repository.add_room(
                session, kind=kind, title="A room", created_by=users[0].id, roles=roles
            )

    def socket(self, token: str | None) -> RealtimeClient:
        """A realtime client, to be entered."""
        return RealtimeClient(self.ws_url, token=token)

    def http(self, token: str | None = None) -> httpx.AsyncClient:
        """A REST client, to be entered."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.base_url, headers=headers, timeout=30)


async def leave_no_turns(url: str) -> None:
    """Nobody answers any more what earlier tests on this database left unanswered: a runner takes up what it finds."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "update turns set status = 'stopped', ended_at = now(), lease_until = null where status in ('queued', 'running')"
    )
    await connection.close()


@asynccontextmanager
async def serving(
    url: str, *, worker: bool = False, assistant: bool = False, **overrides: Any
) -> AsyncIterator[Served]:
    """Run the application on the database at `url`."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    settings = Settings(
        _env_file=None,
        environment="test",
        port=sock.getsockname()[1],
        **{
            "ws_frames_per_second": 1_000_000,
            "stripe_secret_key": "sk_test_none",
            "resend_api_key": "re_none",
            **overrides,
        },
    )
    if assistant:
        await leave_no_turns(url)
    async with open_runtime(settings, url, worker=worker, assistant=assistant) as runtime:
        config: uvicorn.Config = _uvicorn_config(create_app(settings, runtime), settings)
        config.loop = "none"
        server = Server(config, runtime.hub)
        task = asyncio.create_task(server._serve(sockets=[sock]))
        await asyncio.wait({task, asyncio.create_task(server.up.wait())}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        try:
            yield Served(settings.base_url, runtime)
        finally:
            server.should_exit = True
            await task
