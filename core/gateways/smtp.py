"""E-mail by SMTP, for those who run without Resend (`SMTP_URL`).

    smtp://user:password@host:587      encrypted by STARTTLS; refused if the server does not offer it
    smtps://user:password@host:465     TLS from the first byte
    smtp://localhost:25?tls=none       in the clear; only to a relay on this machine

SMTP knows no idempotency key. The key becomes the Message-ID, by which many servers and readers drop a second copy; a
process that dies between the server's "250" and its own commit sends such a copy.
"""

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from core.errors import VendorUnavailable
from core.gateways.mail import MailRefused, OutgoingMail
from core.settings import Settings

log = logging.getLogger(__name__)

_TIMEOUT_SECONDS = 20.0
Tls = Literal["starttls", "implicit", "none"]


class SmtpGateway:
    """One SMTP server. A connection per e-mail: what is sent here is single letters, not campaigns."""

    def __init__(self, url: str, *, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL begins with smtp:// or smtps:// and names a host")
        asked = parse_qs(parts.query).get("tls", ["starttls"])[0]
        if asked not in ("starttls", "none"):
            raise ValueError("SMTP_URL: tls is starttls or none")
        self._tls: Tls = "implicit" if parts.scheme == "smtps" else "none" if asked == "none" else "starttls"
        self._host = parts.hostname
        self._port = parts.port or {"implicit": 465, "starttls": 587, "none": 25}[self._tls]
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password or "")
        self._sender = sender

    @classmethod
    def from_settings(cls, settings: Settings) -> "SmtpGateway | None":
        """From SMTP_URL and EMAIL_FROM; None where there is no SMTP_URL."""
        if settings.smtp_url is None:
            return None
        return cls(settings.smtp_url.get_secret_value(), sender=settings.email_from)

    async def close(self) -> None:
        return

    async def send(self, mail: OutgoingMail, *, key: str) -> str:
        """Hand over an e-mail and return its Message-ID. Raises `VendorUnavailable` and `MailRefused`."""
        try:
            message = self._message(mail, key)
        except ValueError as error:
            raise MailRefused(
                "The e-mail was not accepted.", reason="malformed", detail=str(error)
            ) from error
        await self._in_thread(message)
        return str(message["Message-ID"])

    async def _in_thread(self, message: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._talk, message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            code, text = _reply(error)
            log.warning("smtp: %s %s", code, text)
            if 500 <= code < 600:
                raise MailRefused("The e-mail was not accepted.", reason=str(code), detail=text) from error
            raise VendorUnavailable("E-mail cannot be sent right now.", vendor="smtp") from error
        except (OSError, smtplib.SMTPException) as error:
            log.warning("smtp: %s", error)
            raise VendorUnavailable("E-mail cannot be sent right now.", vendor="smtp") from error

    def _talk(self, message: EmailMessage) -> None:
        context = ssl.create_default_context()
        if self._tls == "implicit":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=_TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_SECONDS)
        with server:
            if self._tls == "starttls":
                server.starttls(context=context)
            if self._user is not None:
                server.login(self._user, self._password)
            server.send_message(message)

    def _message(self, mail: OutgoingMail, key: str) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{key}@{parseaddr(self._sender)[1].rpartition('@')[2] or 'localhost'}>"
        for name, value in mail.headers.items():
            message[name] = value
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        for file in mail.attachments:
            main, _, sub = file.content_type.partition("/")
            message.add_attachment(
                file.content, maintype=main, subtype=sub or "octet-stream", filename=file.filename
            )
        return message


def _reply(
    error: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError,
) -> tuple[int, str]:
    code: int
    text: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
    else:
        code, text = error.smtp_code, error.smtp_error
    return code, text.decode(errors="replace") if isinstance(text, bytes) else text
