"""Every mail of the product with values to look at: for the preview page of developers, and for the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from core.settings import settings
from services.accounts.letters import LetterKind
from services.notifications import rendering
from services.notifications.rendering import Rendered
from services.notifications.schemas import (
    BookingCancelled,
    BookingConfirmedClient,
    BookingConfirmedExpert,
    BookingTooLate,
    ConfirmAddress,
    Context,
    DigestLine,
    DigestRoom,
    FittingPerson,
    Invitation,
    Message,
    MessageDigest,
    NewMatch,
    Opportunities,
    PaymentRefunded,
    ProfileDecided,
    Recipient,
    ReportsWaiting,
    ReviewAsked,
    ReviewPublished,
    Wanted,
)
from services.notifications.wording import in_words

_AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
RECIPIENT = Recipient(
    address="ada@people.example", user_id=UUID(int=1), name="Ada Founder", timezone="Europe/Lisbon"
)
# Where the button leads.
_LINKS = {
    LetterKind.VERIFY_EMAIL: "/verify-email#token=8mKzvQ2c",
    LetterKind.ALREADY_REGISTERED: "/sign-in",
    LetterKind.RESET_PASSWORD: "/reset-password#token=8mKzvQ2c",
    LetterKind.CONFIRM_EMAIL_CHANGE: "/change-email#token=8mKzvQ2c",
    LetterKind.EMAIL_CHANGE_REQUESTED: "/undo-email-change#token=8mKzvQ2c",
    LetterKind.EMAIL_CHANGED: "/undo-email-change#token=8mKzvQ2c",
    LetterKind.NEW_DEVICE: "/settings/devices",
    LetterKind.IDENTITY_LINKED: "/settings/connections",
    LetterKind.API_TOKEN_CREATED: "/settings/api-tokens",
    LetterKind.DELETION_REQUESTED: "/settings/privacy",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One mail: its name, and how it is filled."""

    name: str
    template: str
    make: Callable[[str], Context]

    def render(self, base_url: str | None = None) -> Rendered:
        """The mail as RECIPIENT would get it."""
        return rendering.render(self.template, self.make(base_url or settings().base_url), RECIPIENT)


def _letter(kind: LetterKind) -> Callable[[str], Context]:
    def make(base: str) -> Message:
        values = {
            "link": f"{base}{_LINKS.get(kind, '/settings/security')}",
            "reset_link": f"{base}/forgot-password",
            "hours": "24",
            "minutes": "30",
            "address": "n**@people.example",
            "device": "Firefox on Linux",
            "ip": "192.0.2.7",
            "at": "Tuesday, 24 November 2026, 14:00 (Europe/Lisbon)",
            "method": "authenticator app",
            "left": "9",
            "provider": "Google",
            "token": "CI",
            "scopes": "billing:read, bookings:read",
        }
        if kind in (LetterKind.EMAIL_CHANGE_REQUESTED, LetterKind.EMAIL_CHANGED):
            values["days"] = "3"
        return in_words(kind, values, RECIPIENT.locale)

    return make


def _decided(decision: str, reason: str | None) -> Callable[[str], Context]:
    return lambda base: ProfileDecided.model_validate(
        {"decision": decision, "reason": reason, "url": f"{base}/cto"}
    )


def _digest(base: str) -> MessageDigest:
    return MessageDigest(
        count=7,
        rooms=[
            DigestRoom(
                title="Grace Hopper",
                url=f"{base}/rooms/1",
                count=5,
                lines=[
                    DigestLine(sender="Grace Hopper", text="I have read your analysis.", at=_AT),
                    DigestLine(
                        sender="Grace Hopper",
                        text="@Ada, could you send me the list of the integrations you need before Thursday, so that "
                        "I can look at their interfaces?",
                        at=_AT,
                        mention=True,
                    ),
                ],
            ),
            DigestRoom(
                title="Telehealth app for diabetes",
                url=f"{base}/rooms/2",
                count=2,
                lines=[
                    DigestLine(sender="Linus Sandberg", text="Shall we start with the scope?", at=_AT),
                    DigestLine(sender="Linus Sandberg", text="I am free on Monday.", at=_AT),
                ],
            ),
        ],
        url=f"{base}/",
    )


SAMPLES: dict[str, Sample] = {
    sample.name: sample
    for sample in (
        *(Sample(f"account: {kind.value}", "message", _letter(kind)) for kind in LetterKind),
        Sample(
            "booking confirmed, to the client",
            "booking_confirmed_client",
            lambda base: BookingConfirmedClient(
                expert_name="Grace Hopper",
                starts_at=_AT,
                minutes=60,
                price="$150",
                room_url=f"{base}/rooms/1",
                booking_id=UUID(int=7),
            ),
        ),
        Sample(
            "booking confirmed, to the expert",
            "booking_confirmed_expert",
            lambda base: BookingConfirmedExpert(
                client_name="Ada Founder",
                starts_at=_AT,
                minutes=60,
                agenda="Our architecture for video calls.\nWhom to hire first.",
                room_url=f"{base}/rooms/1",
                booking_id=UUID(int=7),
            ),
        ),
        Sample(
            "booking cancelled",
            "booking_cancelled",
            lambda base: BookingCancelled(
                who="Grace Hopper",
                other_name="Grace Hopper",
                starts_at=_AT,
                refund="$150 go back to Ada Founder.",
            ),
        ),
        Sample(
            "booking paid too late",
            "booking_too_late",
            lambda base: BookingTooLate(
                expert_name="Grace Hopper", starts_at=_AT, price="$150", url=f"{base}/experts/1"
            ),
        ),
        Sample(
            "payment refunded",
            "payment_refunded",
            lambda base: PaymentRefunded(amount="$150", description="Call with Grace Hopper"),
        ),
        Sample("messages that wait", "message_digest", _digest),
        Sample(
            "new match for a project",
            "new_match",
            lambda base: NewMatch(
                project="Telehealth app for diabetes",
                people=[
                    FittingPerson(
                        name="Grace Hopper",
                        score=86,
                        reason="Led two health platforms through certification.",
                    ),
                    FittingPerson(
                        name="Linus Sandberg",
                        score=74,
                        reason="Eight years of Python, five of them with video.",
                    ),
                ],
                url=f"{base}/chats/1",
            ),
        ),
        Sample(
            "searches that fit an expert",
            "opportunities",
            lambda base: Opportunities(
                count=2,
                searches=[
                    Wanted(score=88, skills=["Python", "React Native", "HIPAA"]),
                    Wanted(score=71, skills=["Go", "Kubernetes"]),
                ],
                url=f"{base}/settings",
            ),
        ),
        Sample(
            "invitation to a conversation",
            "invitation",
            lambda base: Invitation(
                invited_by="Grace Hopper",
                room_title="Telehealth, first release",
                expires_at=_AT,
                url=f"{base}/join#token=8mKzvQ2c",
            ),
        ),
        *(
            Sample(f"profile: {decision}", "profile_decided", _decided(decision, reason))
            for decision, reason in (
                ("live", None),
                ("returned", "Name the companies in your work history.\nYour rate is missing."),
                ("paused", "You asked us to."),
                ("suspended", "Two founders told us that you did not come to the call."),
            )
        ),
        Sample(
            "review asked for",
            "review_asked",
            lambda base: ReviewAsked(other_name="Grace Hopper", url=f"{base}/reviews/1"),
        ),
        Sample(
            "review asked for once more",
            "review_asked",
            lambda base: ReviewAsked(other_name="Grace Hopper", days_left=2, url=f"{base}/reviews/1"),
        ),
        Sample(
            "review published",
            "review_published",
            lambda base: ReviewPublished(reviewer_name="Grace Hopper", url=f"{base}/reviews/1"),
        ),
        Sample(
            "reports that wait",
            "reports_waiting",
            lambda base: ReportsWaiting(count=3, url=f"{base}/admin/reports"),
        ),
        Sample(
            "address to be confirmed again",
            "confirm_address",
            lambda base: ConfirmAddress(url=f"{base}/confirm-address#token=8mKzvQ2c", hours=24),
        ),
    )
}
