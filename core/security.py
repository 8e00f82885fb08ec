"""Secrets: password hashes, random tokens, and encryption at rest with keys that can be rotated.

Passwords are argon2id hashes; tokens are 256 random bits and stored as SHA-256; what must be read back (TOTP seeds,
vendor tokens) is encrypted with Fernet keys derived from `SECRET_KEY`.
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from core.settings import settings

SESSION_TOKEN_PREFIX = "sxs_"  # noqa: S105
API_TOKEN_PREFIX = "sxt_"  # noqa: S105
SESSION_COOKIE = "sextant_session"

# OWASP's argon2id setting for servers: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class UndecipherableError(ValueError):
    """The text was not encrypted with any of our keys, or was changed since."""


def _normal(password: str) -> str:
    # The same password typed on two keyboards may differ in code points (NIST SP 800-63B, 3.1.1.2).
    return unicodedata.normalize("NFKC", password)


async def hash_password(password: str) -> str:
    """The argon2id hash, with its salt and cost. Runs in a thread (about 20 ms of CPU)."""
    return await asyncio.to_thread(_hasher.hash, _normal(password))


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether `password` fits. Without a hash it does the same work and answers False, so that time tells nothing."""

    def check() -> bool:
        try:
            return (
                _hasher.verify(password_hash or _decoy_hash(), _normal(password))
                and password_hash is not None
            )
        except (VerificationError, InvalidHashError):
            return False

    return await asyncio.to_thread(check)


def needs_rehash(password_hash: str) -> bool:
    """Whether the hash was made with other costs than today's."""
    return _hasher.check_needs_rehash(password_hash)


@lru_cache
def _decoy_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(24))


def new_token(prefix: str = "") -> str:
    """256 random bits, URL-safe, after `prefix`."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """What is stored instead of a token (32 bytes). Tokens are random, so a plain hash is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


class KeyRing:
    """Encrypts with the first of `secrets`, decrypts with any, so that a new key can be put in front of the old."""

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets:
            raise ValueError("a key ring needs at least one secret")
        self._signing = [self._derive(secret, b"sextant signing") for secret in secrets]
        self._fernet = MultiFernet(
            [
                Fernet(base64.urlsafe_b64encode(self._derive(secret, b"sextant encryption")))
                for secret in secrets
            ]
        )

    @staticmethod
    def _derive(secret: str, purpose: bytes) -> bytes:
        return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())

    def encrypt(self, text: str) -> str:
        """Ciphertext, with its time and a signature."""
        return self._fernet.encrypt(text.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The text. Raises `UndecipherableError`."""
        try:
            return self._fernet.decrypt(ciphertext.encode()).decode()
        except InvalidToken as error:
            raise UndecipherableError("not encrypted with any known key") from error

    def rotate(self, ciphertext: str) -> str:
        """The same text under the newest key. Raises `UndecipherableError`."""
        try:
            return self._fernet.rotate(ciphertext.encode()).decode()
        except InvalidToken as error:
            raise UndecipherableError("not encrypted with any known key") from error

    def fingerprint(self, purpose: str, text: str) -> bytes:
        """A keyed hash of low-entropy text (an e-mail address, a recovery code) under the newest key."""
        return hmac.digest(self._signing[0], f"{purpose}\0{text}".encode(), "sha256")

    def fingerprints(self, purpose: str, text: str) -> list[bytes]:
        """The keyed hashes under every key, newest first, for looking up what an older key wrote."""
        return [hmac.digest(key, f"{purpose}\0{text}".encode(), "sha256") for key in self._signing]


@lru_cache
def keys() -> KeyRing:
    """The key ring of this process: `SECRET_KEY`, then `PREVIOUS_SECRET_KEYS` (comma-separated, newest first)."""
    current = settings()
    previous = current.previous_secret_keys.get_secret_value() if current.previous_secret_keys else ""
    return KeyRing([current.secret_key.get_secret_value(), *(key for key in previous.split(",") if key)])


def session_cookie_name(*, https: bool) -> str:
    """The name of the session cookie; with HTTPS the `__Host-` prefix binds it to this host and to Secure."""
    return f"__Host-{SESSION_COOKIE}" if https else SESSION_COOKIE
