"""What e-mails say, and that nobody can make them say something else."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from services.notifications import rendering
from services.notifications.schemas import TEMPLATES, Recipient

BERLIN = Recipient(address="ada@people.example", name="Ada", timezone="Europe/Berlin")
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script> {{ 7 * 7 }} </mj-text>"
CONTEXTS: dict[str, dict[str, Any]] = {
    "message": {
        "subject": EVIL,
        "text": f"{EVIL}\n\nsecond",
        "action_label": EVIL,
        "action_url": 'https://sextant.example/?a=1&b="><script>',
    },
    "welcome": {"name": EVIL, "url": "https://sextant.example/"},
    "booking_confirmed_client": {
        "expert_name": EVIL,
        "starts_at": AT,
        "minutes": 30,
        "price": "$75",
        "room_url": "https://sextant.example/rooms/1",
        "booking_id": UUID(int=7),
    },
    "booking_confirmed_expert": {
        "client_name": EVIL,
        "starts_at": AT,
        "minutes": 30,
        "agenda": EVIL,
        "booking_id": UUID(int=7),
    },
    "booking_cancelled": {"who": EVIL, "other_name": EVIL, "starts_at": AT, "refund": EVIL},
    "payment_refunded": {"amount": "$75", "description": EVIL},
}


def compose(template: str, **changes: Any) -> Any:
    context = TEMPLATES[template].model_validate({**CONTEXTS[template], **changes})
    return rendering.compose(template, context, BERLIN)


def test_every_template_has_an_example_here() -> None:
    assert sorted(CONTEXTS) == rendering.templates()


@pytest.mark.parametrize("template", sorted(CONTEXTS))
def test_values_are_shown_as_text(template: str) -> None:
    mail = compose(template)
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html
    assert "{{ 7 * 7 }}" in mail.html
    assert "{%" not in mail.html
    assert "mj-raw" not in mail.html
    assert mail.subject
    assert mail.text.strip()


@pytest.mark.parametrize(
    "template", ["booking_confirmed_client", "booking_confirmed_expert", "booking_cancelled"]
)
def test_times_are_the_recipients(template: str) -> None:
    mail = compose(template)
    for part in (mail.html, mail.text):
        assert "Tuesday, 24 November 2026, 15:00 (Europe/Berlin)" in part


def test_no_line_break_reaches_a_header() -> None:
    mail = compose("message", subject="Hello\r\nBcc: everyone@people.example\u2028X: y")
    assert mail.subject == "Hello Bcc: everyone@people.example X: y"
    assert "\n" not in compose("booking_confirmed_client", expert_name="A\nB").subject


def test_a_confirmed_call_brings_its_calendar_file() -> None:
    file = compose("booking_confirmed_client", expert_name="Grace; CTO, ä" + "x" * 80).attachments[0]
    lines = file.content.decode().split("\r\n")
    assert file.content_type == "text/calendar"
    assert "DTSTART:20261124T140000Z" in lines
    assert "DTEND:20261124T143000Z" in lines
    assert f"UID:{UUID(int=7)}@sextant" in lines
    assert r"SUMMARY:Call with Grace\; CTO\, ä" in file.content.decode()
    assert max(len(line.encode()) for line in lines) <= 75


def test_what_is_optional_is_left_out() -> None:
    without = compose("booking_confirmed_client", room_url=None)
    assert "Open your room" not in without.html + without.text
    assert "Open your room" in compose("booking_confirmed_client").html
    assert "What it is about" not in compose("booking_confirmed_expert", agenda=None).html


@pytest.mark.parametrize(
    ("template", "changes"),
    [
        ("message", {"action_url": "javascript:alert(1)"}),
        ("message", {"colour": "red"}),
        ("message", {"text": "x" * 10_001}),
        ("booking_confirmed_client", {"minutes": 0}),
    ],
)
def test_a_context_is_checked(template: str, changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        compose(template, **changes)


def test_an_unknown_template_is_an_error() -> None:
    with pytest.raises(LookupError):
        rendering.render("nothing", TEMPLATES["welcome"].model_validate(CONTEXTS["welcome"]), BERLIN)
