"""From a template and its context to an e-mail.

`templates/<name>.mjml` is the body of the HTML part. It is put into `base.mjml` and compiled to HTML once per
process; only then is it filled, by Jinja2 with autoescaping, so that no value ever passes through the MJML compiler.
`templates/<name>.txt` is the plain-text part; its first line is the subject.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import mjml
from jinja2 import Environment, StrictUndefined, Template
from pydantic import BaseModel

from core.gateways.mail import OutgoingMail
from services.notifications import calendar
from services.notifications.schemas import (
    TEMPLATES,
    BookingConfirmedClient,
    BookingConfirmedExpert,
    Context,
    Recipient,
)

_FOLDER = Path(__file__).parent / "templates"
_BODY = "<!-- body -->"
_LONGEST_SUBJECT = 200


class Rendered(BaseModel):
    """The parts of an e-mail."""

    subject: str
    html: str
    text: str


def render(template: str, context: Context, recipient: Recipient) -> Rendered:
    """Fill a template. Times are shown in the recipient's zone."""
    html, text = _templates(template)
    values = {**dict(context), "recipient": recipient, "local": _local(recipient.timezone)}
    subject, _, body = text.render(values).partition("\n")
    return Rendered(
        subject=subject.strip()[:_LONGEST_SUBJECT], html=html.render(values), text=body.strip() + "\n"
    )


def compose(template: str, context: Context, recipient: Recipient) -> OutgoingMail:
    """The whole e-mail, with the calendar file that belongs to it."""
    rendered = render(template, context, recipient)
    files = []
    if isinstance(context, BookingConfirmedClient | BookingConfirmedExpert):
        other = context.expert_name if isinstance(context, BookingConfirmedClient) else context.client_name
        files.append(
            calendar.invitation(
                uid=str(context.booking_id),
                starts_at=context.starts_at,
                minutes=context.minutes,
                summary=f"Call with {other}",
                url=context.room_url,
            )
        )
    return OutgoingMail(to=recipient.address, attachments=tuple(files), **rendered.model_dump())


def templates() -> list[str]:
    """Names of all templates that have files."""
    return sorted(set(TEMPLATES) - {"account_letter"})


@cache
def _templates(name: str) -> tuple[Template, Template]:
    if name not in templates():
        raise LookupError(f"there is no e-mail template {name!r}")
    source = (
        (_FOLDER / "base.mjml")
        .read_text("utf-8")
        .replace(_BODY, (_FOLDER / f"{name}.mjml").read_text("utf-8"))
    )
    html = _html.from_string(mjml.mjml2html(source))
    return html, _text.from_string((_FOLDER / f"{name}.txt").read_text("utf-8"))


_html = Environment(autoescape=True, undefined=StrictUndefined)
_text = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


def _local(timezone: str) -> Callable[[datetime], str]:
    zone = ZoneInfo(timezone)

    def local(at: datetime) -> str:
        """`Tuesday, 24 November 2026, 15:00 (Europe/Berlin)`."""
        there = at.astimezone(zone)
        return f"{there:%A}, {there.day} {there:%B %Y}, {there:%H:%M} ({timezone})"

    return local
