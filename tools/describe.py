"""Results in words for the model: compact, with ids, and with other people's text marked as data."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from core.money import Money
from services.bookings.schemas import BookingPage, SlotsRead
from services.conversations.assistant_schemas import ProposalRead
from services.conversations.schemas import Card
from services.projects.schemas import ProjectBrief

MOST_SLOTS = 24
_TAG = re.compile(r"<(?=/?\s*(?:data|event|tool_call|function|system|\|))", re.I)


def quoted(text: str, limit: int = 600) -> str:
    """Text by other people, harmless as markup: it cannot close the `<data>` it stands in or open a tag of ours."""
    short = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
    return _TAG.sub("‹", short)


def data(source: str, text: str, limit: int = 600) -> str:
    """Text by other people as a marked block."""
    return f'<data source="{source}">{quoted(text, limit)}</data>'


def local(moment: datetime | str, timezone: str) -> str:
    """`Tue 1 Dec 2026 15:00` in that zone."""
    instant = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    at = instant.astimezone(ZoneInfo(timezone))
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[at.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[at.month - 1]
    return f"{day} {at.day} {month} {at.year} {at:%H:%M}"


def money(value: dict[str, Any] | Money) -> str:
    """Money for people."""
    return (value if isinstance(value, Money) else Money.model_validate(value)).format()


def brief_text(brief: ProjectBrief) -> str:
    """The brief in a few lines. It holds the founder's words, so it is marked as data."""
    rows = [
        ("what", brief.summary.value if brief.summary else None),
        ("industries", _joined(tag.value for tag in brief.industries)),
        ("stage", brief.stage.value.value if brief.stage else None),
        ("users", _joined(user.value for user in brief.users)),
        ("features", _joined(feature.name for feature in brief.features)),
        ("integrations", _joined(item.name for item in brief.integrations)),
        ("platforms", _joined(platform.value.value for platform in brief.platforms)),
        ("technologies", _joined(item.name for item in brief.technologies)),
        ("sensitive data", _joined(kind.value.value for kind in brief.sensitivity)),
        ("regulations", _joined(item.name for item in brief.regulations)),
        ("constraints", _joined(item.name for item in brief.constraints)),
        ("markets", _joined(market.value for market in brief.markets)),
        ("team", brief.team.value.model_dump_json(exclude_defaults=True) if brief.team else None),
        ("budget", brief.budget.value.format() if brief.budget else None),
        ("monthly budget", brief.monthly_budget.value.format() if brief.monthly_budget else None),
        ("most per hour for a CTO", brief.hourly_cap.value.format() if brief.hourly_cap else None),
        ("deadline", deadline_text(brief)),
        ("not wanted", _joined(exclusion.name for exclusion in brief.exclusions)),
    ]
    known = [f"{label}: {value}" for label, value in rows if value]
    return data("brief", "\n".join(known), 3000) if known else "nothing yet"


def deadline_text(brief: ProjectBrief) -> str | None:
    """The deadline in words, or None."""
    if brief.deadline is None:
        return None
    deadline = brief.deadline.value
    parts = []
    if deadline.weeks is not None:
        parts.append(f"{deadline.weeks:g} weeks")
    if deadline.due is not None:
        parts.append(f"by {deadline.due.isoformat()}")
    return ", ".join(parts)


def analysis_text(analysis: dict[str, Any]) -> str:
    """An analysis card's figures and headlines."""
    budget, timeline = analysis["budget"], analysis["timeline"]
    lines = [
        f"Analysis version {analysis['version']} of project {analysis['project_id']}.",
        f"Health {analysis['health']['score']}/100. Complexity {analysis['complexity']['level']}"
        f" ({analysis['complexity']['function_points']:g} function points).",
        f"Timeline: {timeline['p50_weeks']:g} weeks likely, {timeline['p80_weeks']:g} weeks with 80% certainty"
        + (f", stated {timeline['stated_weeks']:g}" if timeline.get("stated_weeks") else "")
        + (f", chance {timeline['chance']:.0%}" if timeline.get("chance") is not None else "")
        + ".",
        f"Budget: {money(budget['p50'])} likely, {money(budget['p80'])} with 80% certainty"
        + (f", stated {money(budget['stated'])}" if budget.get("stated") else "")
        + (f", chance {budget['chance']:.0%}" if budget.get("chance") is not None else "")
        + ".",
        "Technologies: " + "; ".join(f"{item['name']} ({item['role']})" for item in analysis["technologies"]),
        "Risks: " + "; ".join(f"{item['title']} [{item['severity']}]" for item in analysis["risks"][:5]),
        "Recommendations: "
        + "; ".join(
            f"{item['title']} [{item['priority']}, {item['effect']:+d}]"
            for item in analysis["recommendations"][:5]
        ),
    ]
    if analysis.get("assumptions"):
        lines.append("Assumed: " + "; ".join(item["text"] for item in analysis["assumptions"][:6]))
    if analysis.get("differences"):
        lines.append(
            "Changed since before: " + "; ".join(item["text"] for item in analysis["differences"][:6])
        )
    return data("analysis", "\n".join(lines), 4000)


def slots_text(slots: SlotsRead, timezone: str) -> str:
    """Free times in the person's zone."""
    if not slots.starts:
        return "No free time in this span. Try later days, another length, or another CTO."
    times = [f"{start.isoformat()} = {local(start, timezone)}" for start in slots.starts[:MOST_SLOTS]]
    more = len(slots.starts) - len(times)
    tail = f"\n… and {more} more" if more > 0 else ""
    return (
        f"Free for {slots.minutes} minutes ({money(slots.price)}), in {timezone}:\n" + "\n".join(times) + tail
    )


def proposal_text(proposal: ProposalRead, timezone: str) -> str:
    """A proposal and what the founder has to do about it."""
    return (
        f"Proposal {proposal.id} ({proposal.status}): {proposal.title}. "
        + _booking_terms(proposal.payload, timezone)
        + " Shown as a card. It is not booked until the founder presses Confirm; it lapses "
        + local(proposal.expires_at, timezone)
        + "."
    )


def bookings_text(page: BookingPage, timezone: str) -> str:
    """The founder's calls."""
    if not page.items:
        return "No calls booked."
    return "\n".join(
        f"{booking.status}: {booking.minutes} minutes with {booking.expert_name}, {local(booking.starts_at, timezone)},"
        f" {money(booking.price)}, id {booking.id}"
        for booking in page.items
    )


def matches_text(matches: dict[str, Any], timezone: str) -> str:
    """A match card as a numbered list, with the ids that other tools take."""
    items = matches.get("items") or []
    if items:
        lines = [] if matches.get("is_close", True) else [f"{matches['summary']} Tell the founder so."]
        return "\n".join(
            lines + [_match_line(position, item, timezone) for position, item in enumerate(items, start=1)]
        )
    lines = ["Nobody meets every filter."]
    lines += [
        f"If changed: {change['text']} (adds {change['adds']})" for change in matches.get("changes") or []
    ]
    lines += [
        f"Close: {_match_line(position, item, timezone)}, but: {'; '.join(item.get('missing') or [])}"
        for position, item in enumerate((matches.get("closest") or [])[:3], start=1)
    ]
    return "\n".join(lines)


def _match_line(position: int, item: dict[str, Any], timezone: str) -> str:
    expert = item.get("expert") or item
    slots = "; ".join(local(start, timezone) for start in (item.get("slots") or [])[:3])
    reasons = "; ".join((item.get("reasons") or [])[:3])
    return (
        f"{position}. id {expert['id']}: "
        + data("profile", f"{expert['name']}, {expert.get('headline', '')}", 260)
        + f" score {item.get('score', '?')}, {money(expert['rate'])}/h, {expert.get('timezone')}"
        + (f", why: {quoted(reasons, 300)}" if reasons else "")
        + (f", free: {slots}" if slots else "")
    )


def card_text(card: Card, timezone: str) -> str:
    """Any card as text for the model; what cannot be read is named only."""
    try:
        if card.type == "analysis":
            return analysis_text(card.data)
        if card.type == "matches":
            return matches_text(card.data, timezone)
        if card.type == "proposal":
            return proposal_text(ProposalRead.model_validate(card.data), timezone)
        if card.type == "slots":
            return slots_text(
                SlotsRead.model_validate({k: card.data[k] for k in SlotsRead.model_fields}), timezone
            )
        if card.type == "booking":
            return f"Call with {quoted(card.data['expert_name'])}: {card.data['status']}, {local(card.data['starts_at'], timezone)}."
    except (KeyError, TypeError, ValueError):
        # Cards of an older version of the service stay in the history.
        pass
    return f"A card of type {card.type}."


def _booking_terms(payload: dict[str, Any], timezone: str) -> str:
    if "starts_at" not in payload:
        return ""
    return (
        f"{payload['minutes']} minutes with {quoted(payload['expert_name'], 120)}, "
        f"{local(payload['starts_at'], timezone)} ({timezone}), {money(payload['price'])}."
    )


def _joined(values: Iterable[str]) -> str | None:
    return ", ".join(values) or None
