"""Browser push: messages encrypted for one browser (RFC 8291) and handed to its push service under our key (VAPID,
RFC 8292). The services are open to all; there is no vendor, and no SDK, to go by.

Where a message goes is an address that a browser named, so only the known push services are called: the service must
not become a way to reach hosts of its own network.

Errors: `PushGone` when the subscription has ended, `PushRefused` when the service will never take this message, and
`VendorUnavailable` (try again later).
"""

import base64
import binascii
import os
import tempfile
import time
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import BaseModel, ConfigDict

from core.errors import Conflict, VendorUnavailable
from core.settings import Settings

_CURVE = ec.SECP256R1()
_TIMEOUT_SECONDS = 10.0
_TOKEN_SECONDS = 12 * 3600
_RECORD = 4096
LARGEST_PAYLOAD = 3000
# Of Chrome and Edge, Firefox, Safari, and Windows.
SERVICES = (
    "fcm.googleapis.com",
    ".push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
)


class PushGone(Conflict):
    """The browser has ended the subscription, or no longer exists."""

    default_code = "push_gone"


class PushRefused(Conflict):
    """The push service does not take this message."""

    default_code = "push_refused"


class PushTarget(BaseModel):
    """Where one browser is reached, and the keys it gave. Both keys are base64url."""

    model_config = ConfigDict(frozen=True)

    endpoint: str
    p256dh: str
    auth: str


class PushGateway:
    """Sends under one VAPID key. Without a key it is off."""

    def __init__(
        self,
        private_key: ec.EllipticCurvePrivateKey | None,
        *,
        contact: str,
        more_hosts: frozenset[str] = frozenset(),
    ) -> None:
        self._key = private_key
        self._contact = contact
        self._more_hosts = more_hosts
        self._http = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "PushGateway":
        """From VAPID_PRIVATE_KEY; outside of production a key is made and kept in the data folder."""
        if settings.vapid_private_key is not None:
            key: ec.EllipticCurvePrivateKey | None = _read_key(settings.vapid_private_key.get_secret_value())
        else:
            key = None if settings.is_production else _kept_key(settings.data_dir / "vapid.key")
        hosts = frozenset(each.strip() for each in settings.push_hosts.split(",") if each.strip())
        return cls(key, contact=f"mailto:{parseaddr(settings.email_from)[1]}", more_hosts=hosts)

    async def close(self) -> None:
        await self._http.aclose()

    @property
    def public_key(self) -> str | None:
        """What a browser subscribes with; None while push is off."""
        return None if self._key is None else _text(_point(self._key.public_key()))

    def accepts(self, target: PushTarget) -> bool:
        """Whether it is a known push service, and keys that can be used."""
        try:
            parts = urlsplit(target.endpoint)
            host, netloc = parts.hostname or "", parts.netloc.lower()
            keys = _bytes(target.p256dh), _bytes(target.auth)
            ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, keys[0])
        except (ValueError, binascii.Error):
            return False
        known = parts.scheme == "https" and any(
            host == each or (each.startswith(".") and host.endswith(each)) for each in SERVICES
        )
        return len(keys[1]) == 16 and "@" not in netloc and (known or netloc in self._more_hosts)

    async def send(self, target: PushTarget, payload: bytes, *, topic: str, seconds: int) -> None:
        """Hand over a message. A later one of the same `topic` (at most 32 letters) replaces one that has not been
        delivered; after `seconds` it is dropped."""
        if self._key is None or not self.accepts(target):
            raise PushRefused("This browser cannot be reached.")
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(seconds),
            "Topic": topic,
            "Urgency": "normal",
            "Authorization": f"vapid t={self._token(self._key, target.endpoint)}, k={self.public_key}",
        }
        try:
            answer = await self._http.post(
                target.endpoint, content=encrypted(target, payload), headers=headers
            )
        except httpx.HTTPError as error:
            raise VendorUnavailable("Push cannot be sent right now.", vendor="push") from error
        if answer.status_code in (404, 410):
            raise PushGone("The subscription has ended.")
        if answer.status_code == 429 or answer.status_code >= 500:
            raise VendorUnavailable("Push cannot be sent right now.", vendor="push")
        if not answer.is_success:
            raise PushRefused("The push service refused the message.", status=answer.status_code)

    def _token(self, key: ec.EllipticCurvePrivateKey, endpoint: str) -> str:
        parts = urlsplit(endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int(time.time()) + _TOKEN_SECONDS,
            "sub": self._contact,
        }
        signed = f"{_text(orjson.dumps({'typ': 'JWT', 'alg': 'ES256'}))}.{_text(orjson.dumps(claims))}"
        r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{_text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def encrypted(target: PushTarget, payload: bytes) -> bytes:
    """The body of RFC 8291: one record, for the one browser whose keys these are."""
    if len(payload) > LARGEST_PAYLOAD:
        raise PushRefused("The message is too long to be pushed.")
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, _bytes(target.p256dh))
    ours = ec.generate_private_key(_CURVE)
    point = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    info = b"WebPush: info\0" + _point(theirs) + point
    secret = _derived(shared, salt=_bytes(target.auth), info=info, length=32)
    salt = os.urandom(16)
    key = _derived(secret, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derived(secret, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + _RECORD.to_bytes(4, "big") + bytes([len(point)]) + point
    return header + AESGCM(key).encrypt(nonce, payload + b"\x02", None)


def _derived(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)


def _read_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A key as the usual tools write it: the 32 bytes of the private number, base64url."""
    raw = _bytes(text.strip())
    if len(raw) != 32:
        raise ValueError("VAPID_PRIVATE_KEY is 32 bytes in base64url")
    return ec.derive_private_key(int.from_bytes(raw, "big"), _CURVE)


def _kept_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key of this data folder, made when it is first asked for. Of several that ask at once, one makes it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        number = ec.generate_private_key(_CURVE).private_numbers().private_value
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # its owner's alone
        fresh = Path(name)
        with os.fdopen(handle, "w") as file:
            file.write(_text(number.to_bytes(32, "big")))
        try:
            os.link(fresh, path)  # fails where the other was first; whoever reads sees a whole file
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return _read_key(path.read_text())
