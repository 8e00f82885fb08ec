"""The Resend stand-in, through the official SDK, and its outbox."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import resend
from resend.exceptions import ResendError

from core.errors import VendorUnavailable
from core.gateways.mail import Attachment, MailGateway, MailRefused, OutgoingMail
from tests.sandbox.process import Sandbox

SENDER = "Sextant <hello@sextant.example>"


def mail(to: str = "ada@people.example", subject: str = "Hello", **more: Any) -> OutgoingMail:
    return OutgoingMail(to=to, subject=subject, html="<p>Hello</p>", text="Hello", **more)


@pytest.fixture
async def gateway(sandbox: Sandbox) -> AsyncIterator[MailGateway]:
    gateway = MailGateway("re_tests", sender=SENDER, api_url=f"{sandbox.url}/resend")
    yield gateway
    await gateway.close()


async def outbox(sandbox: Sandbox, to: str) -> list[dict[str, Any]]:
    async with httpx.AsyncClient() as http:
        items: list[dict[str, Any]] = (
            await http.get(f"{sandbox.url}/outbox.json", params={"to": to})
        ).json()["items"]
        return items


async def test_an_email_is_kept_and_can_be_read(sandbox: Sandbox, gateway: MailGateway) -> None:
    file = Attachment(filename="call.ics", content=b"BEGIN:VCALENDAR", content_type="text/calendar")
    email_id = await gateway.send(mail("kept@people.example", attachments=(file,)), key="kept-1")
    kept = await resend.Emails.get_async(email_id)
    assert (kept["to"], kept["subject"], kept["last_event"]) == (
        ["kept@people.example"],
        "Hello",
        "delivered",
    )
    async with httpx.AsyncClient() as http:
        page = await http.get(f"{sandbox.url}/outbox/{email_id}")
        frame = await http.get(f"{sandbox.url}/outbox/{email_id}/html")
        attached = await http.get(f"{sandbox.url}/outbox/{email_id}/attachments/0")
    assert "call.ics" in page.text
    assert 'sandbox="allow-popups' in page.text
    assert "sandbox" in frame.headers["content-security-policy"]
    assert "<p>Hello</p>" in frame.text
    assert attached.content == b"BEGIN:VCALENDAR"


async def test_the_same_key_sends_once(sandbox: Sandbox, gateway: MailGateway) -> None:
    first = await gateway.send(mail("once@people.example"), key="once-1")
    assert await gateway.send(mail("once@people.example"), key="once-1") == first
    assert len(await outbox(sandbox, "once@people.example")) == 1


async def test_the_same_key_with_another_email_is_refused(gateway: MailGateway) -> None:
    await gateway.send(mail(subject="One"), key="other-1")
    with pytest.raises(VendorUnavailable):
        await gateway.send(mail(subject="Two"), key="other-1")


async def test_a_bad_address_is_refused_for_good(gateway: MailGateway) -> None:
    with pytest.raises(MailRefused):
        await gateway.send(mail("nobody"), key="bad-1")


async def test_a_wrong_key_is_our_fault_and_not_the_emails(sandbox: Sandbox) -> None:
    gateway = MailGateway("wrong", sender=SENDER, api_url=f"{sandbox.url}/resend")
    with pytest.raises(VendorUnavailable):
        await gateway.send(mail(), key="wrong-1")
    await gateway.close()


async def test_a_vendor_that_is_away_is_unavailable() -> None:
    gateway = MailGateway("re_tests", sender=SENDER, api_url="http://127.0.0.1:9")
    with pytest.raises(VendorUnavailable):
        await gateway.send(mail(), key="away-1")
    await gateway.close()


async def test_two_gateways_do_not_disturb_each_other(sandbox: Sandbox, gateway: MailGateway) -> None:
    other = MailGateway("wrong", sender=SENDER, api_url=f"{sandbox.url}/resend")
    with pytest.raises(VendorUnavailable):
        await other.send(mail(), key="two-1")
    assert await gateway.send(mail(), key="two-2")
    await other.close()


async def test_batches_are_strict_unless_told_otherwise(sandbox: Sandbox, gateway: MailGateway) -> None:
    await gateway.send(mail(), key="configures-the-sdk")
    good: Any = {"from": SENDER, "to": "batch@people.example", "subject": "s", "text": "t"}
    bad: Any = {**good, "to": "nobody"}
    with pytest.raises(ResendError):
        await resend.Batch.send_async([good, bad])
    assert await outbox(sandbox, "batch@people.example") == []
    answer = await resend.Batch.send_async([good, bad], {"batch_validation": "permissive"})
    assert len(answer["data"]) == 1
    assert answer["errors"][0]["index"] == 1


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"subject": ""}, "missing_required_field"),
        ({"subject": "a\nBcc: x@y.example"}, "validation_error"),
        ({"html": "", "text": ""}, "validation_error"),
        ({"headers": {"X-A": "b\r\nC: d"}}, "validation_error"),
        ({"to": ["a@b.example"] * 51}, "validation_error"),
        ({"colour": "red"}, "validation_error"),
    ],
)
async def test_what_resend_would_refuse_is_refused(
    sandbox: Sandbox, change: dict[str, Any], name: str
) -> None:
    email = {"from": SENDER, "to": "a@b.example", "subject": "s", "html": "h", "text": "t", **change}
    async with httpx.AsyncClient(headers={"Authorization": "Bearer re_tests"}) as http:
        answer = await http.post(f"{sandbox.url}/resend/emails", json=email)
    assert (answer.status_code, answer.json()["name"]) == (422, name)


async def test_the_outbox_is_searched_by_recipient(sandbox: Sandbox, gateway: MailGateway) -> None:
    for number in range(2):
        await gateway.send(mail("Grace@Search.example", subject=f"No. {number}"), key=f"search-{number}")
    found = await outbox(sandbox, "grace@search")
    assert [each["subject"] for each in found] == ["No. 1", "No. 0"]
    assert await outbox(sandbox, "g%e@search") == []
    async with httpx.AsyncClient() as http:
        page = await http.get(f"{sandbox.url}/outbox", params={"to": "<script>"})
    assert "No e-mail went to “&lt;script&gt;”" in page.text


async def test_emails_survive_sigkill(own_sandbox: Sandbox) -> None:
    gateway = MailGateway("re_tests", sender=SENDER, api_url=f"{own_sandbox.url}/resend")
    email_id = await gateway.send(mail("durable@people.example"), key="durable-1")
    own_sandbox.kill()
    await own_sandbox.start()
    assert [each["id"] for each in await outbox(own_sandbox, "durable")] == [email_id]
    assert await gateway.send(mail("durable@people.example"), key="durable-1") == email_id
    await gateway.close()
