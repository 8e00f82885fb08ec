"""What a password must be: long enough, and not one that attackers try first. No composition rules (NIST SP 800-63B).

The bundled list holds 39,773 passwords from breaches; where it comes from says `data/README.md`.
"""

import gzip
import re
from functools import lru_cache
from pathlib import Path

from core.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 128

_LIST = Path(__file__).parent / "data" / "common_passwords.txt.gz"
_EDGES = re.compile(r"^[\W\d_]{0,6}(.*?)[\W\d_]{0,6}$", re.DOTALL)
_LEET = str.maketrans("013457@$!", "oieastasi")


def check_password(password: str, *, email: str | None = None, name: str | None = None) -> None:
    """Raise `InvalidInput` with the code `weak_password` and a reason that a person can act on."""
    if len(password) < MIN_LENGTH:
        raise _weak(f"Use at least {MIN_LENGTH} characters. A few words in a row work well.")
    if len(password) > MAX_LENGTH:
        raise _weak(f"Use at most {MAX_LENGTH} characters.")
    if len(set(password.casefold())) < 4:
        raise _weak("This password repeats the same few characters. Choose something less regular.")
    plain = password.casefold()
    told = [email, email.partition("@")[0] if email else None, name, "sextant"]
    if any(word and len(word) >= 4 and _is_mostly(plain, word.casefold()) for word in told):
        raise _weak("This password is your own name or address. Choose something others don't know.")
    if is_common(password):
        raise _weak("This password is on the lists that attackers try first. Choose another.")


def is_common(password: str) -> bool:
    """Whether the password, or what is left of it without a few digits and signs around it, is on the list."""
    known = _common()
    plain = password.casefold()
    core = _core(plain)
    return any(word in known for word in (plain, core, plain.translate(_LEET), core.translate(_LEET)))


def _is_mostly(plain: str, word: str) -> bool:
    core = _core(plain)
    return plain in (word, word * 2) or core in (word, word * 2)


def _core(plain: str) -> str:
    match = _EDGES.match(plain)
    return match[1] if match else plain


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(gzip.decompress(_LIST.read_bytes()).decode().split("\n")) - {""}


def _weak(message: str) -> InvalidInput:
    return InvalidInput(message, code="weak_password", errors=[{"field": "password", "message": message}])
