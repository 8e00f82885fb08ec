"""`.env.example` is the list of all that can be set: complete, true, and loadable as it stands."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.migrate import ROOT
from core.settings import Settings

TEXT = (ROOT / ".env.example").read_text()
LINES = dict(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=(.*?)(?: +# .*)?$", TEXT, re.MULTILINE))
# What the service sets itself when it starts a stand-in, and what only tests need.
NOT_FOR_PEOPLE = {
    "pinecone_api_base",
    "stripe_api_base",
    "resend_api_url",
    "identity_base_url",
    "push_hosts",
    "link_preview_allow",
}
# uvicorn's own.
NOT_OURS = {"FORWARDED_ALLOW_IPS"}


def test_everything_that_can_be_set_stands_there_and_nothing_else() -> None:
    names = {name.upper() for name in set(Settings.model_fields) - NOT_FOR_PEOPLE}
    assert set(LINES) - NOT_OURS == names


@pytest.mark.parametrize("name", sorted(Settings.model_fields.keys() - NOT_FOR_PEOPLE - {"secret_key"}))
def test_the_value_shown_is_the_default(name: str) -> None:
    """Unless there is none: then it is empty, or an example."""
    default = Settings.model_fields[name].default
    if default not in (None, ""):
        shown = getattr(Settings(_env_file=None, **{name: LINES[name.upper()] or default}), name)
        assert not isinstance(default, SecretStr)
        assert (shown, bool(LINES[name.upper()])) == (default, True)


def test_it_loads_as_it_stands_and_with_every_line_in_use(tmp_path: Path) -> None:
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)
    everything = tmp_path / ".env"
    everything.write_text("\n".join(f"{name}='{value}'" for name, value in LINES.items()))
    assert Settings(_env_file=everything).widget_origins == "https://shop.example,https://blog.example"
