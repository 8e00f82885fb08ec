"""Why files are refused, in words."""

from core.errors import InvalidInput

TEXTS: dict[str, str] = {
    "size_mismatch": "The file that arrived has another size than announced. Upload it again.",
    "type_mismatch": "The file is not what its name or type says it is.",
    "type_not_allowed": "Files of this type cannot be used here.",
    "executable": "Programs cannot be sent. Pack source code into an archive instead.",
    "polyglot": "The file is two kinds of file at once, so it was refused.",
    "archive_bomb": "The archive unpacks to far more than it should, so it was refused.",
    "archive_broken": "The archive is damaged. Pack it again.",
    "image_broken": "The image is damaged and cannot be read.",
    "image_too_large": "The image has too many pixels; up to 50 megapixels are fine.",
    "malware": "The virus scanner found malware in this file.",
    "too_large_to_scan": "The file is too large for the virus scanner.",
}


def text_of(reason: str | None) -> str:
    """The sentence for a person."""
    return TEXTS.get(reason or "", "This file is not available any more.")


def refusal(reason: str) -> InvalidInput:
    """The error for what was found while the sender waits."""
    return InvalidInput(text_of(reason), code=f"file_{reason}", reason=reason)
