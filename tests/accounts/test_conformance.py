"""The running API against its own OpenAPI document, by schemathesis: no 5xx, no answer that is not documented."""

import asyncio
import os
import re
import sys
from pathlib import Path

import httpx
import pytest

from core.actor import Role
from core.embedded_storage import EmbeddedStorage
from core.migrate import ROOT
from tests.files.storage import settings_on
from tests.serving import serving

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# These end the session that the run uses, and all that came after them would answer 401.
LEFT_OUT = r"/(sessions/current|sessions/\{session_id\}|me/deletion)$"


@pytest.mark.timeout(600)
async def test_the_api_answers_as_documented(
    fresh_database: str, storage_server: EmbeddedStorage, tmp_path: Path
) -> None:
    async with serving(fresh_database, rate_limit_scale=1_000_000, **settings_on(storage_server)) as server:
        _, token = await server.person(role=Role.ADMIN)
        # The document is built once, which takes longer on a busy machine than schemathesis waits for it.
        async with httpx.AsyncClient(timeout=120) as http:
            (await http.get(f"{server.base_url}/api/openapi.json")).raise_for_status()
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "schemathesis"),
            "run",
            f"{server.base_url}/api/openapi.json",
            *("--header", f"Authorization: Bearer {token}"),
            *("--checks", CHECKS),
            *("--phases", "fuzzing"),
            *("--request-timeout", "60"),
            *("--max-examples", "6"),
            *("--seed", os.environ.get("SCHEMATHESIS_SEED", "7")),
            *("--exclude-path-regex", LEFT_OUT),
            "--no-color",
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=tmp_path,
            env={
                "PATH": str(Path(sys.executable).parent),
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.accounts.binary_bodies",
            },
        )
        output = (await process.communicate())[0].decode()
    tested = re.search(r"Tested: (\d+)", output)
    assert tested is not None, output[-3000:]
    assert int(tested[1]) > 40
    assert process.returncode == 0, output[-8000:]
