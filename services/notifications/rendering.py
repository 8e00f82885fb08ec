"""From a template and its context to an e-mail.

`templates/<name>.mjml` is the body of the HTML part. It is put into `base.mjml` and compiled to HTML once per
process; only then is it filled, by Jinja2 with autoescaping, so that no value ever passes through the MJML compiler.
`templates/<name>.txt` is the plain-text part; its first line is the subject, and `base.txt` follows it. The words are
not in the templates but in the catalogue (`words.py`), under `mail.<name>`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import mjml
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape
from pydantic import BaseModel

from core.gateways.mail import OutgoingMail
from core.settings import settings
from services.notifications import calendar, unsubscribing
from services.notifications.schemas import (
    SEALED,
    TEMPLATES,
    BookingConfirmedClient,
    BookingConfirmedExpert,
    Context,
    Recipient,
)
from services.notifications.words import has, markup, words

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
    values = dict(context)
    because = f"mail.{template}.because"
    common = {
        **values,
        "recipient": recipient,
        "local": _local(recipient.timezone),
        "local_short": _local_short(recipient.timezone),
        "because": words(because if has(because) else "shared.because", recipient.language, **values),
        "settings_url": f"{settings().base_url}/settings/notifications" if recipient.user_id else None,
        "unsubscribe_url": unsubscribing.page(recipient.user_id, context.kind) if recipient.user_id else None,
    }
    subject, _, body = text.render(common | _texts(words, template, values, recipient)).partition("\n")
    return Rendered(
        subject=" ".join(subject.split())[:_LONGEST_SUBJECT],
        html=html.render(common | _texts(markup, template, values, recipient), strong=_strong),
        text=body.strip() + "\n",
    )


def _texts(
    form: Callable[..., str], template: str, values: dict[str, Any], recipient: Recipient
) -> dict[str, Any]:
    """`t("…")` gives this mail's own words, with its context; `shared("…")` those that all mails share."""

    def own(key: str, **more: Any) -> str:
        return form(f"mail.{template}.{key}", recipient.language, **{**values, **more})

    def shared(key: str, **more: Any) -> str:
        return form(f"shared.{key}", recipient.language, **more)

    return {"t": own, "shared": shared}


def compose(template: str, context: Context, recipient: Recipient) -> OutgoingMail:
    """The whole e-mail, with the calendar file that belongs to it, and the way to end mails of its kind."""
    rendered = render(template, context, recipient)
    files = []
    if isinstance(context, BookingConfirmedClient | BookingConfirmedExpert):
        files.append(
            calendar.invitation(
                uid=str(context.booking_id),
                starts_at=context.starts_at,
                minutes=context.minutes,
                summary=words(f"mail.{template}.calendar", recipient.language, **dict(context)),
                url=context.room_url,
            )
        )
    headers = unsubscribing.headers(recipient.user_id, context.kind) if recipient.user_id else {}
    return OutgoingMail(
        to=recipient.address, headers=headers, attachments=tuple(files), **rendered.model_dump()
    )


def templates() -> list[str]:
    """Names of all templates that have files."""
    return sorted(set(TEMPLATES) - SEALED)


@cache
def _templates(name: str) -> tuple[Template, Template]:
    if name not in templates():
        raise LookupError(f"there is no e-mail template {name!r}")
    source = (
        (_FOLDER / "base.mjml")
        .read_text("utf-8")
        .replace(_BODY, (_FOLDER / f"{name}.mjml").read_text("utf-8"))
    )
    plain = (_FOLDER / f"{name}.txt").read_text("utf-8").rstrip("\n") + "\n\n"
    return (
        _html.from_string(mjml.mjml2html(source)),
        _text.from_string(plain + (_FOLDER / "base.txt").read_text("utf-8")),
    )


def _linked(text: str) -> Markup:
    """Text with the addresses of our own pages made clickable, and nobody else's: people's words come through here."""
    ours = re.compile(rf"({re.escape(settings().base_url)}/[\w/#=.-]*[\w/])")
    parts = ours.split(text)
    link = Markup('<a href="{0}">{0}</a>')
    return Markup("").join(link.format(part) if i % 2 else escape(part) for i, part in enumerate(parts))


_html = Environment(autoescape=True, undefined=StrictUndefined)
_html.filters["linked"] = _linked
_text = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
_strong = partial(Markup("<strong>{}</strong>").format)


def _local(timezone: str) -> Callable[[datetime], str]:
    zone = ZoneInfo(timezone)

    def local(at: datetime) -> str:
        """`Tuesday, 24 November 2026, 15:00 (Europe/Berlin)`."""
        there = at.astimezone(zone)
        return f"{there:%A}, {there.day} {there:%B %Y}, {there:%H:%M} ({timezone})"

    return local


def _local_short(timezone: str) -> Callable[[datetime], str]:
    zone = ZoneInfo(timezone)

    def local(at: datetime) -> str:
        """`24 November, 15:00`."""
        there = at.astimezone(zone)
        return f"{there.day} {there:%B}, {there:%H:%M}"

    return local
