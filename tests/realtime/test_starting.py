"""What a server does not do to those who have reached it while it is still loading."""

import subprocess
import sys
from typing import Any

import pytest
from fastapi.dependencies import utils

from tests.serving import serving

LOADED = """
import gc
from core.processes import keep_what_is_loaded

looked = []
gc.callbacks.append(lambda phase, info: looked.append(info["generation"]))
loaded = len(gc.get_objects())
keep_what_is_loaded()
assert looked == [], looked
assert gc.isenabled() and gc.get_freeze_count() > 0.9 * loaded
"""


def test_what_is_loaded_is_kept_without_looking_through_all_of_it() -> None:
    # Looking takes 0.4 s of a whole product, in which nobody is answered.
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_a_server_that_is_up_has_worked_out_its_routes(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That takes 0.2 s, in which nobody is answered.
    async with serving(database_url) as served, served.http() as http:
        looked_at: list[Any] = []
        read = utils.get_typed_signature

        def noted(call: Any) -> Any:
            looked_at.append(call)
            return read(call)

        monkeypatch.setattr(utils, "get_typed_signature", noted)
        assert (await http.get("/api/v1/meta")).status_code == 200
        assert looked_at == []
