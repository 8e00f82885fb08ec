"""What a password must be: long enough, and not one that attackers try first. No composition rules (NIST SP 800-63B)."""

from core.errors import InvalidInput

MIN_LENGTH = 10
MAX_LENGTH = 128


def check_password(password: str, *, email: str | None = None, name: str | None = None) -> None:
    """Raise `InvalidInput` with the code `weak_password` and a reason that a person can act on."""
    if len(password) < MIN_LENGTH:
        raise _weak(f"Use at least {MIN_LENGTH} characters. A few words in a row work well.")
    if len(password) > MAX_LENGTH:
        raise _weak(f"Use at most {MAX_LENGTH} characters.")
    if len(set(password.casefold())) < 4:
        raise _weak("This password repeats the same few characters. Choose something less regular.")
    plain = password.casefold()
    for told in (email, email.partition("@")[0] if email else None, name):
        if told and len(told) >= 4 and plain in (told.casefold(), told.casefold() * 2):
            raise _weak("This password is your own name or address. Choose something others don't know.")


def _weak(message: str) -> InvalidInput:
    return InvalidInput(message, code="weak_password", errors=[{"field": "password", "message": message}])
