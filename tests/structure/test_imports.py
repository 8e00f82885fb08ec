"""The project is no package that is installed: its folders have to be found here, whatever else is on the path."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("api", "assistant", "bench", "core", "models", "sandbox", "services", "tools")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_imported_from_this_repository(name: str) -> None:
    module = importlib.import_module(name)
    assert [Path(path).resolve() for path in module.__path__] == [ROOT / name]
