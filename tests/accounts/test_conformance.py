"""The running API against its own OpenAPI document, by schemathesis: no 5xx, no answer that is not documented.

It is asked by an operator, about things that exist and things that do not, and once more by somebody who is not signed in.
"""

import asyncio
import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from core.actor import Role
from core.embedded_storage import EmbeddedStorage
from core.migrate import ROOT
from services.accounts.schemas import UserRead
from tests.accounts.factories import actor_for, sign_in_cookie
from tests.bookings.factories import ahead, confirmed, make_expert
from tests.files.storage import settings_on
from tests.sandbox.fixtures import sandbox as sandbox
from tests.sandbox.process import Sandbox
from tests.serving import Served, serving

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# These end the session or leave the rooms that the others need: they come last, with a session of their own.
ENDINGS = r"/(sessions/current|sessions/\{session_id\}|me/deletion|rooms/\{room_id\}/leave)$"


@pytest.mark.timeout(600)
async def test_the_api_answers_as_documented(
    fresh_database: str, storage_server: EmbeddedStorage, sandbox: Sandbox, tmp_path: Path
) -> None:
    options: dict[str, Any] = {
        "rate_limit_scale": 1_000_000,
        "stripe_api_base": sandbox.url,
        **settings_on(storage_server),
    }
    async with serving(fresh_database, **options) as server:
        operator, token = await server.person(role=Role.ADMIN)
        # The document is built once, which takes longer on a busy machine than schemathesis waits for it.
        async with httpx.AsyncClient(timeout=120) as http:
            (await http.get(f"{server.base_url}/api/openapi.json")).raise_for_status()
        run = Run(server, tmp_path, await things(server, operator, token))
        output = await run("--exclude-path-regex", ENDINGS, token=token, examples=6)
        # All that was tried was tried by somebody who may.
        assert "Missing authentication" not in output, output[-3000:]
        tested = re.search(r"Tested: (\d+)", output)
        assert tested is not None, output[-3000:]
        assert int(tested[1]) > 150
        token = await sign_in_cookie(server.runtime.db, operator)
        await run("--include-path-regex", ENDINGS, token=token, examples=2)
        await run(examples=1)


class Run:
    """Schemathesis on a server, which knows of what is there."""

    def __init__(self, server: Served, directory: Path, known: dict[str, list[str]]) -> None:
        self._document = f"{server.base_url}/api/openapi.json"
        self._directory = directory
        self._known = known

    async def __call__(self, *options: str, examples: int, token: str | None = None) -> str:
        """What it says; fails where it found something."""
        signed_in = ("--header", f"Authorization: Bearer {token}") if token else ()
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            self._document,
            *signed_in,
            *("--checks", CHECKS),
            *("--phases", "fuzzing"),
            *("--request-timeout", "60"),
            *("--max-examples", str(examples)),
            *("--seed", os.environ.get("SCHEMATHESIS_SEED", "7")),
            *options,
            "--no-color",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=self._directory,
            env={
                "PATH": str(Path(sys.executable).parent),
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.accounts.conformance_hooks",
                "CONFORMANCE_KNOWN": json.dumps(self._known),
            },
        )
        output = (await process.communicate())[0].decode()
        assert process.returncode == 0, output[-8000:]
        return output


async def things(server: Served, operator: UserRead, token: str) -> dict[str, list[str]]:
    """What the operator may ask about, by the names that its ids have in paths."""
    db = server.runtime.db
    colleague, _ = await server.person()
    experts = [await make_expert(db) for _ in range(2)]
    calls = [
        await confirmed(db, actor_for(operator), expert, ahead(days=3 + n))
        for n, expert in enumerate(experts)
    ]
    rooms = [str(await server.room(operator, colleague)) for _ in range(3)]
    async with server.http(token) as http:

        async def made(path: str, **body: Any) -> dict[str, Any]:
            answer = await http.post(f"/api/v1{path}", json=body)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

        said = [await made(f"/rooms/{room}/messages", client_id=str(uuid4()), text="Hello") for room in rooms]
        projects = [
            await made("/projects", description="A shop for plants, with $40k, in Berlin.") for _ in range(2)
        ]
        matches = await made("/matches", project_id=projects[0]["id"])
        files = [await made("/files", name="plan.txt", size=5) for _ in range(2)]
        invitation = await made(f"/rooms/{rooms[0]}/invitations")
    return {
        "user_id": [str(colleague.id), *(str(expert.user_id) for expert in experts)],
        "expert_id": [str(expert.id) for expert in experts],
        "booking_id": [str(call.id) for call in calls],
        "room_id": rooms,
        "message_id": [one["message"]["id"] for one in said],
        "project_id": [one["id"] for one in projects],
        "match_id": [matches["id"]],
        "file_id": [one["file"]["id"] for one in files],
        "invitation_id": [invitation["id"]],
    }
