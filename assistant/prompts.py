"""Prompts: Markdown files under `prompts/` with front matter (`name`, `version`), read once.

The version stored with a turn is `name@version+hash`: the number is raised by hand when the meaning changes, the hash
tells any two texts apart.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "prompts"


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt file: its body without the front matter, and its version."""

    name: str
    version: str
    body: str

    def fill(self, **values: str) -> str:
        """The body with every `{{key}}` replaced. A value is inserted as it is, never read again."""
        parts = self.body.split("{{")
        filled = [parts[0]]
        for part in parts[1:]:
            key, _, rest = part.partition("}}")
            filled.append(values[key.strip()] + rest)
        return "".join(filled)


@lru_cache
def load(name: str) -> Prompt:
    """The prompt in `prompts/<name>.md`. Raises `ValueError` where the front matter is missing or incomplete."""
    raw = (ROOT / f"{name}.md").read_text(encoding="utf-8")
    head, separator, body = raw.removeprefix("---\n").partition("\n---\n")
    if not raw.startswith("---\n") or not separator:
        raise ValueError(f"prompts/{name}.md has no front matter")
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    if fields.get("name") != name or not fields.get("version", "").isdigit():
        raise ValueError(f"prompts/{name}.md: front matter needs 'name: {name}' and a numeric version")
    digest = hashlib.sha256(raw.encode()).hexdigest()[:8]
    return Prompt(name=name, version=f"{name}@{fields['version']}+{digest}", body=body.strip())


@lru_cache
def folder_version(folder: str) -> str:
    """One version for all prompts of a folder: `guided@<number of files>+<hash>`."""
    digest = hashlib.sha256()
    files = sorted((ROOT / folder).glob("*.md"))
    for file in files:
        digest.update(file.read_bytes())
    return f"{folder}@{len(files)}+{digest.hexdigest()[:8]}"
