"""What e-mails say, and that nobody can make them say something else."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from core.migrate import ROOT
from core.settings import settings
from services.accounts.letters import LetterKind
from services.notifications import rendering, words
from services.notifications.kinds import UNSUBSCRIBABLE
from services.notifications.samples import SAMPLES
from services.notifications.schemas import TEMPLATES, Recipient

BERLIN = Recipient(address="ada@people.example", user_id=UUID(int=1), name="Ada", timezone="Europe/Berlin")
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script> {{ 7 * 7 }} </mj-text>"
CONTEXTS: dict[str, dict[str, Any]] = {
    "message": {
        "subject": EVIL,
        "text": f"{EVIL}\n\nsecond",
        "action_label": EVIL,
        "action_url": 'https://sextant.example/?a=1&b="><script>',
    },
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
    "booking_too_late": {
        "expert_name": EVIL,
        "starts_at": AT,
        "price": "$75",
        "url": "https://sextant.example/",
    },
    "payment_refunded": {"amount": "$75", "description": EVIL},
    "message_digest": {
        "count": 3,
        "rooms": [
            {
                "title": EVIL,
                "url": "https://sextant.example/rooms/1",
                "count": 3,
                "lines": [{"sender": EVIL, "text": EVIL, "at": AT, "mention": True}],
            }
        ],
        "url": "https://sextant.example/",
    },
    "new_match": {
        "project": EVIL,
        "people": [{"name": EVIL, "score": 80, "reason": EVIL}],
        "url": "https://sextant.example/",
    },
    "opportunities": {
        "count": 1,
        "searches": [{"score": 80, "skills": [EVIL, "Go"]}],
        "url": "https://sextant.example/",
    },
}
CONTEXTS |= {
    "invitation": {
        "invited_by": EVIL,
        "room_title": EVIL,
        "expires_at": AT,
        "url": "https://sextant.example/join#token=x",
    },
    "profile_decided": {"decision": "returned", "reason": EVIL, "url": "https://sextant.example/cto"},
    "review_asked": {"other_name": EVIL, "days_left": 1, "url": "https://sextant.example/reviews/1"},
    "review_published": {"reviewer_name": EVIL, "url": "https://sextant.example/reviews/1"},
}
# Nothing in them comes from people.
OURS_ALONE = {"confirm_address", "reports_waiting"}


def compose(template: str, **changes: Any) -> Any:
    context = TEMPLATES[template].model_validate({**CONTEXTS[template], **changes})
    return rendering.compose(template, context, BERLIN)


def test_every_template_has_an_example_here() -> None:
    assert sorted(CONTEXTS.keys() | OURS_ALONE) == rendering.templates()
    assert {sample.template for sample in SAMPLES.values()} == set(rendering.templates())
    assert {name for name in SAMPLES if name.startswith("account: ")} == {
        f"account: {kind.value}" for kind in LetterKind
    }


@pytest.mark.parametrize("name", list(SAMPLES))
def test_every_mail_can_be_composed(name: str) -> None:
    mail = SAMPLES[name].render("https://sextant.example")
    assert mail.subject
    assert mail.text.count("\n") > 3
    for part in (mail.subject, mail.html, mail.text):
        assert not re.search(r"[{}]{2}|{%|<mj-|\bNone\b|unknown", part)
    assert "prefers-color-scheme: dark" in mail.html
    assert "Sextant" in mail.html


def test_every_text_of_the_catalogue_is_used() -> None:
    folder = Path(rendering.__file__).parent
    for key in words.catalogue("en"):
        room, _, rest = key.partition(".")
        if room == "mail":
            template, _, name = rest.partition(".")
            own = "".join(
                (folder / f"templates/{template}.{ending}").read_text() for ending in ("mjml", "txt")
            )
            assert f't("{name}"' in own or name in ("because", "calendar"), key


def test_a_language_without_a_text_falls_back_and_a_missing_text_is_an_error() -> None:
    assert words.words("shared.brand", "de-AT") == "Sextant"
    with pytest.raises(LookupError):
        words.words("shared.nothing")
    with pytest.raises(LookupError):
        words.words("mail.payment_refunded.for")
    assert words.words("mail.payment_refunded.for", description="{0.__class__}") == "For: {0.__class__}"


def test_rooms_name_a_template_and_bring_no_words_of_their_own() -> None:
    for path in (ROOT / "services").rglob("*.py"):
        for call in re.findall(r"send_email\((.*?)\n    *\)", path.read_text(), re.DOTALL):
            if "notifications" not in path.parts:
                named = re.search(r'template="(\w+)"', call)
                assert named is not None, path
                assert named[1] != "message", path


def test_our_own_addresses_can_be_clicked_and_nobody_elses() -> None:
    base = settings().base_url
    mail = compose(
        "message", text=f"Choose one: {base}/forgot-password\n\nhttps://evil.example/x {base}.evil.example/y"
    )
    assert f'<a href="{base}/forgot-password">' in mail.html
    assert mail.html.count("evil.example") == 2
    assert 'evil.example/x"' not in mail.html
    assert 'evil.example/y"' not in mail.html


@pytest.mark.parametrize("decision", ["live", "returned", "paused", "suspended"])
def test_what_was_decided_about_a_profile_is_told_with_the_operators_reason(decision: str) -> None:
    mail = compose("profile_decided", decision=decision, reason="Say which\npayments.")
    assert mail.subject == words.words(f"mail.profile_decided.{decision}")
    assert "Say which<br />payments." in mail.html
    assert "Say which\npayments." in mail.text
    assert "https://sextant.example/cto" in mail.text


def test_a_review_is_asked_for_and_once_more_with_the_days_that_are_left() -> None:
    asked = compose("review_asked", other_name="Grace", days_left=None)
    assert asked.subject == "How was your call with Grace?"
    assert (
        compose("review_asked", other_name="Grace").subject == "One day left to review your call with Grace"
    )
    assert compose("review_asked", other_name="Grace", days_left=2).subject.startswith("2 days left")
    assert compose("review_published", reviewer_name="Grace").subject == "Grace reviewed your call"
    assert "because Grace entered this address" in compose("invitation", invited_by="Grace").text


def test_what_is_not_transactional_can_be_ended() -> None:
    for template in rendering.templates():
        if template in OURS_ALONE:
            continue
        mail = compose(template)
        may_end = TEMPLATES[template].kind in UNSUBSCRIBABLE
        assert ("List-Unsubscribe" in mail.headers) == may_end, template
        for part in (mail.html, mail.text):
            assert ("/unsubscribe#token=" in part) == may_end, template
        if may_end:
            assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


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
        rendering.render("nothing", TEMPLATES["message"].model_validate(CONTEXTS["message"]), BERLIN)
