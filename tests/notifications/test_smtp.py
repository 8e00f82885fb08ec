"""E-mail by SMTP, to a real server on this machine."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from core.db import Database
from core.errors import VendorUnavailable
from core.gateways import Gateways, configure
from core.gateways.mail import Attachment, MailRefused, OutgoingMail
from core.gateways.smtp import SmtpGateway
from core.settings import Settings
from models.notifications import Email
from services.notifications import service
from services.notifications.jobs import deliver
from tests.accounts.factories import unique_email
from tests.notifications.conftest import HELLO
from tests.notifications.test_sending import emails


class Sink:
    """Keeps what it accepts. Addresses that begin with a number are answered with that number."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.signed_in: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith(("550@", "451@")):
            return f"{address[:3]} not this one"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        return "250 kept"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:  # fmt: skip
        login, password = getattr(data, "login", b""), getattr(data, "password", b"")
        self.signed_in.append((login, password))
        return AuthResult(success=password == b"p@ss")


@pytest.fixture
async def sink() -> AsyncIterator[tuple[Sink, str]]:
    """The server's handler, and its host and port."""
    handler = Sink()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            handler,
            hostname="127.0.0.1",
            authenticator=handler.authenticate,
            auth_require_tls=False,
            loop=loop,
        ),
        "127.0.0.1",
        0,
    )
    yield handler, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


def mail(to: str = "ada@people.example") -> OutgoingMail:
    return OutgoingMail(
        to=to,
        subject="Grüße aus Lisboa",
        html="<p>Hello</p>",
        text="Hello",
        headers={"List-Unsubscribe": "<https://sextant.example/u>"},
        attachments=(
            Attachment(filename="call.ics", content=b"BEGIN:VCALENDAR", content_type="text/calendar"),
        ),
    )


def gateway(url: str) -> SmtpGateway:
    return SmtpGateway(url, sender="Sextant <hello@sextant.example>")


async def test_an_email_arrives_whole(sink: tuple[Sink, str]) -> None:
    handler, where = sink
    message_id = await gateway(f"smtp://ada:p%40ss@{where}?tls=none").send(mail(), key="key-1")
    (message,) = handler.messages
    assert message["Subject"] == "Grüße aus Lisboa"
    assert message["Message-ID"] == message_id == "<key-1@sextant.example>"
    assert message["List-Unsubscribe"] == "<https://sextant.example/u>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == "Hello"
    assert html.get_content().strip() == "<p>Hello</p>"
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("call.ics", "text/calendar")
    assert handler.signed_in[-1] == (b"ada", b"p@ss")


async def test_what_the_server_says_decides_whether_it_is_tried_again(sink: tuple[Sink, str]) -> None:
    _, where = sink
    plain = gateway(f"smtp://{where}?tls=none")
    with pytest.raises(MailRefused):
        await plain.send(mail("550@people.example"), key="refused")
    with pytest.raises(VendorUnavailable):
        await plain.send(mail("451@people.example"), key="later")
    with pytest.raises(MailRefused):
        await plain.send(mail("ada@people.example\r\nBcc: all@people.example"), key="two-lines")
    with pytest.raises(VendorUnavailable):
        await gateway(f"smtp://ada:wrong@{where}?tls=none").send(mail(), key="wrong-password")
    with pytest.raises(VendorUnavailable):
        await gateway("smtp://127.0.0.1:9?tls=none").send(mail(), key="away")


async def test_nothing_goes_out_in_the_clear_unless_told_so(sink: tuple[Sink, str]) -> None:
    handler, where = sink
    with pytest.raises(VendorUnavailable):
        await gateway(f"smtp://ada:p%40ss@{where}").send(mail(), key="no-starttls")
    assert handler.messages == []
    assert handler.signed_in == []


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example?tls=maybe"])
def test_a_wrong_url_is_said_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        gateway(url)


async def test_the_service_sends_by_it_when_it_is_set(
    db: Database, sink: tuple[Sink, str], vendors: Gateways
) -> None:
    handler, where = sink
    chosen = SmtpGateway.from_settings(Settings(_env_file=None, smtp_url=f"smtp://{where}?tls=none"))
    assert SmtpGateway.from_settings(Settings(_env_file=None)) is None
    configure(Gateways(mail=chosen))
    address = unique_email()
    async with db.transaction() as session:
        await service.send_email(session, address=address, template="message", context=HELLO)
    (row,) = await emails(db, address=address)
    await deliver(db, email_id=row.id)
    configure(vendors)
    assert [message["To"] for message in handler.messages] == [address]
    (kept,) = await emails(db, address=address)
    assert isinstance(kept, Email)
    assert (kept.status, kept.vendor_id) == ("sent", f"<{row.id}@sextant.example>")
