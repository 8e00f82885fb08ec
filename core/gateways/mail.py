"""Resend, by its official SDK. With `resend_api_url` set it talks to the stand-in; nothing else changes. The other way
to send is `smtp.py`.

The SDK keeps its key, address and HTTP client in module globals and has no per-call configuration. They are read
before the first suspension of a call, so this gateway sets them right before each call: within one event loop no
other call can come between, and two gateways do not disturb each other.

Errors: `VendorUnavailable` (try again later; carries `retry_after` where Resend says so), and `MailRefused` when
Resend will never accept this e-mail.
"""

import base64
import logging
from collections.abc import Mapping
from typing import Any

import httpx
import resend
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from resend.exceptions import ResendError

from core.errors import Conflict, VendorUnavailable
from core.settings import Settings

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 20.0
_RESEND = "https://api.resend.com"


class MailSignatureInvalid(Exception):
    """What claims to be a webhook does not come from the vendor, or is too old."""


class MailRefused(Conflict):
    """The address or the content is not acceptable: sending the same again is of no use."""

    default_code = "mail_refused"


class Attachment(BaseModel):
    """A file that goes with an e-mail."""

    model_config = ConfigDict(frozen=True)

    filename: str
    content: bytes
    content_type: str


class OutgoingMail(BaseModel):
    """An e-mail to one person, in HTML and in plain text."""

    model_config = ConfigDict(frozen=True)

    to: str
    subject: str
    html: str
    text: str
    headers: dict[str, str] = {}
    attachments: tuple[Attachment, ...] = ()


class MailEvent(BaseModel):
    """What Resend tells of an e-mail. `id` is the same in every delivery of one event."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(min_length=1, max_length=255)
    type: str = Field(min_length=1, max_length=100)
    created_at: AwareDatetime
    payload: dict[str, Any]


class MailGateway:
    """One account at Resend."""

    def __init__(
        self, api_key: str, *, sender: str, api_url: str | None = None, webhook_secret: str | None = None
    ) -> None:
        self._api_key = api_key
        self._sender = sender
        self._webhook_secret = webhook_secret
        self._api_url = (api_url or _RESEND).rstrip("/")
        self._http = _PooledClient()

    @classmethod
    def from_settings(cls, settings: Settings) -> "MailGateway":
        """From RESEND_API_KEY, RESEND_API_URL, RESEND_WEBHOOK_SECRET and EMAIL_FROM."""
        key, secret = settings.resend_api_key, settings.resend_webhook_secret
        return cls(
            key.get_secret_value() if key else "re_sandbox",
            sender=settings.email_from,
            api_url=settings.resend_api_url,
            webhook_secret=secret.get_secret_value() if secret else None,
        )

    async def close(self) -> None:
        await self._http.close()

    async def send(self, mail: OutgoingMail, *, key: str) -> str:
        """Hand over an e-mail and return Resend's id. The same key within 24 hours sends nothing twice."""
        params: dict[str, Any] = {
            "from": self._sender,
            "to": [mail.to],
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
        }
        if mail.headers:
            params["headers"] = mail.headers
        if mail.attachments:
            params["attachments"] = [
                {
                    "filename": each.filename,
                    "content": base64.b64encode(each.content).decode(),
                    "content_type": each.content_type,
                }
                for each in mail.attachments
            ]
        resend.api_key = self._api_key
        resend.api_url = self._api_url
        resend.default_async_http_client = self._http
        try:
            answer = await resend.Emails.send_async(params, {"idempotency_key": key})  # type: ignore[arg-type]
        except ResendError as error:
            raise _translated(error) from error
        return answer["id"]

    @property
    def takes_webhooks(self) -> bool:
        """Whether there is a secret to know webhooks by."""
        return bool(self._webhook_secret)

    def read_webhook(self, payload: bytes, headers: Mapping[str, str]) -> MailEvent:
        """Verify the signature (Svix) and read the event. Raises `MailSignatureInvalid`; what is signed and still not
        an event raises that too."""
        given = {name: headers.get(f"svix-{name}", "") for name in ("id", "timestamp", "signature")}
        try:
            body = resend.Webhooks.verify(
                {
                    "payload": payload.decode(),
                    "headers": {
                        "id": given["id"],
                        "timestamp": given["timestamp"],
                        "signature": given["signature"],
                    },
                    "webhook_secret": self._webhook_secret or "",
                }
            )
            event: dict[str, Any] = dict(body)
            return MailEvent.model_validate(
                {
                    "id": given["id"],
                    "type": event.get("type"),
                    "created_at": event.get("created_at"),
                    "payload": event,
                }
            )
        except (ValueError, TypeError) as error:
            raise MailSignatureInvalid(str(error)) from error


class _PooledClient(resend.AsyncHTTPClient):
    """Keeps connections open between calls; the SDK's own client makes a new one for each."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS)

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        json: dict[str, object] | list[object] | None = None,
        files: dict[str, Any] | None = None,
        data: dict[str, str] | None = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        answer = await self._client.request(
            method, url, headers=dict(headers), json=json, files=files, data=data
        )
        return answer.content, answer.status_code, answer.headers

    async def close(self) -> None:
        await self._client.aclose()


def _translated(error: ResendError) -> Exception:
    log.warning("resend: %s (%s)", error.error_type, error.code)
    status = int(error.code) if str(error.code).isdigit() else 500
    if status in (400, 413, 422):
        return MailRefused("The e-mail was not accepted.", reason=str(error.error_type), detail=str(error))
    retry_after = (error.headers or {}).get("retry-after", "")
    return VendorUnavailable(
        "E-mail cannot be sent right now.",
        vendor="resend",
        retry_after=float(retry_after) if retry_after.isdigit() else None,
    )
