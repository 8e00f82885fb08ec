"""The links of a message that previews are shown of."""

import re

from core.settings import settings

MAX_LINKS = 3
MAX_URL = 2_000
_URL = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)


def links(text: str, *, but: str | None = None) -> list[str]:
    """The first addresses in a text, outside code, without our own (`but` one of another base)."""
    but = settings().base_url if but is None else but
    found: dict[str, None] = {}
    for match in _URL.finditer(_CODE.sub(" ", text)):
        url = match[0].rstrip(".,;:!?*_~")
        while url.endswith((")", "]")) and url.count(url[-1]) > url.count({")": "(", "]": "["}[url[-1]]):
            url = url[:-1].rstrip(".,;:!?*_~")
        if len(url) <= MAX_URL and not f"{url}/".startswith(f"{but}/"):
            found.setdefault(url)
        if len(found) == MAX_LINKS:
            break
    return list(found)
