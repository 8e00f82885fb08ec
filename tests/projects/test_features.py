"""Product features in free text, in five languages, with typos, negation and puts-off."""

import pytest

from services.projects.extraction.catalogue import FEATURES, LANGUAGES
from services.projects.extraction.features import canonical
from services.projects.schemas import Complexity, Source
from tests.projects.factories import read


def wished(text: str) -> set[str]:
    return {feature.slug or "" for feature in read(text).features if feature.source is Source.STATED}


def excluded(text: str) -> set[str]:
    return {item.slug or "" for item in read(text).exclusions if item.kind == "feature"}


WISHES = [
    ("video calls and chat", {"video-calls", "chat"}),
    ("patients can message their doctor", {"chat"}),
    ("people should be able to log in with Google", {"social-login"}),
    ("users sign up and log in", {"accounts"}),
    (
        "we need scheduling, online payments and push notifications",
        {"scheduling", "payments", "push-notifications"},
    ),
    ("integrates with Epic via FHIR", {"ehr-integration"}),
    ("it has to work offline in the field", {"offline-mode"}),
    ("Google Maps with store locator", {"maps"}),
    ("a Kanban board and time tracking", {"tasks", "time-tracking"}),
    ("e-signatures for contracts", {"e-signature"}),
    ("scan receipts with OCR", {"ocr"}),
    ("a recommendation engine", {"recommendations"}),
    ("KYC before the first payout", {"identity-verification", "payouts"}),
    ("SSO with Okta login", {"single-sign-on"}),
    ("ratings and reviews for drivers", {"reviews"}),
    ("leaderboards, badges and streaks", {"gamification"}),
    ("live streaming of concerts", {"video-streaming"}),
    ("a shopping cart and discount codes", {"shopping-cart", "coupons"}),
    ("IoT sensors with real-time data", {"iot-devices", "real-time"}),
    ("QR codes at the entrance", {"qr-barcode"}),
    ("AR try-on for glasses", {"augmented-reality"}),
    ("transcribe calls and analyse sentiment with sentiment analysis", {"speech", "sentiment-analysis"}),
    ("dark mode and multilingual", {"dark-mode", "translation"}),
    (
        "multi-tenant with roles and permissions and an audit trail",
        {"multi-tenancy", "roles-permissions", "audit-log"},
    ),
    ("admin panel, dashboards, CSV export", {"admin-panel", "dashboards", "data-import-export"}),
    ("invoices and subscriptions", {"invoicing", "subscriptions"}),
    ("users can top up their wallet and send money", {"wallet"}),
    ("open banking via Plaid", {"bank-accounts"}),
    ("shift planning for nurses", {"shift-planning"}),
    ("a waiting list and appointment reminders", {"waiting-list", "reminders"}),
    ("heart rate from the Apple Watch", {"health-tracking", "wearables"}),
    ("blood sugar log and medication reminders", {"health-tracking", "reminders"}),
    ("prescriptions and lab results", {"prescriptions", "lab-results"}),
    ("end-to-end encrypted chat", {"encryption", "chat"}),
    ("Terminbuchung, Videosprechstunde und Zahlungen", {"scheduling", "video-calls", "payments"}),
    ("Mit Kundenportal, Rechnungen und Lagerverwaltung", {"crm", "invoicing", "inventory"}),
    ("eine Suche mit Filtern, Karten und Bewertungen", {"search", "maps", "reviews"}),
    ("prise de rendez-vous, paiement en ligne et messagerie", {"scheduling", "payments", "chat"}),
    ("avec géolocalisation, avis et notifications", {"maps", "reviews", "push-notifications"}),
    ("videollamadas, pagos y agenda de citas", {"video-calls", "payments", "scheduling"}),
    (
        "con carrito de compras, cupones y seguimiento de envíos",
        {"shopping-cart", "coupons", "delivery-tracking"},
    ),
    ("agendamento, pagamento via Pix e prontuário eletrônico", {"scheduling", "payments", "ehr-integration"}),
    ("com chat, mapas e avaliações", {"chat", "maps", "reviews"}),
]


@pytest.mark.parametrize(("text", "slugs"), WISHES)
def test_wishes(text: str, slugs: set[str]) -> None:
    assert wished(text) == slugs
    assert excluded(text) == set()


TYPOS = [
    ("paymnets and subscribtions", {"payments", "subscriptions"}),
    ("push notifcations", {"push-notifications"}),
    ("schedulling", {"scheduling"}),
    ("athentication and inventry", {"accounts", "inventory"}),
    ("geolocaton", {"maps"}),
    ("recomendations", {"recommendations"}),
    ("markteplace with reveiws", {"marketplace", "reviews"}),
    ("Terminbuchng und Zahlungn", {"scheduling", "payments"}),
    ("videollamdas", {"video-calls"}),
]


@pytest.mark.parametrize(("text", "slugs"), TYPOS)
def test_typos(text: str, slugs: set[str]) -> None:
    assert wished(text) == slugs


NEGATED = [
    ("React, but no mobile and no payments", set(), {"payments"}),
    ("we don't need payments; chat can wait", set(), {"payments", "chat"}),
    ("no login, payments or chat", set(), {"accounts", "payments", "chat"}),
    ("chat, but without video calls", {"chat"}, {"video-calls"}),
    ("skip the chat, we want maps", {"maps"}, {"chat"}),
    ("maps instead of search", {"maps"}, {"search"}),
    ("payments are not needed", set(), {"payments"}),
    ("we need maps and payments are out of scope", {"maps"}, {"payments"}),
    ("payments can wait until later but chat is a must", {"chat"}, {"payments"}),
    ("drop offline mode", set(), {"offline-mode"}),
    ("not only chat but also video calls", {"chat", "video-calls"}, set()),
    ("it must work without internet", {"offline-mode"}, set()),
    ("it's useless without search", {"search"}, set()),
    ("we don't have payments yet and need them", {"payments"}, set()),
    ("don't forget the push notifications", {"push-notifications"}, set()),
    ("ohne Chat, aber mit Karten", {"maps"}, {"chat"}),
    ("Wir brauchen keine Zahlungen", set(), {"payments"}),
    ("Zahlungen brauchen wir nicht", set(), {"payments"}),
    ("nicht nur Chat, sondern auch Videoanrufe", {"chat", "video-calls"}, set()),
    ("sans messagerie mais avec paiement en ligne", {"payments"}, {"chat"}),
    ("nous n'avons pas besoin de paiements", set(), {"payments"}),
    ("sin pagos, solo chat", {"chat"}, {"payments"}),
    ("no necesitamos chat ni pagos", set(), {"chat", "payments"}),
    ("sem chat, mas com mapas", {"maps"}, {"chat"}),
    ("não precisamos de pagamentos", set(), {"payments"}),
]


@pytest.mark.parametrize(("text", "wanted", "unwanted"), NEGATED)
def test_negation(text: str, wanted: set[str], unwanted: set[str]) -> None:
    assert (wished(text), excluded(text)) == (wanted, unwanted)


@pytest.mark.parametrize(
    "text",
    [
        "Book a call with the first one next Tuesday",
        "Who could lead this? Under $150 an hour.",
        "we want to ship in March",
        "search for a CTO please",
        "our target group is students",
        "go to market in Q3",
        "we face big challenges",
        "a game changer",
        "It should be accessible from anywhere",
        "hello",
        "massage therapists",
        "what are the next steps?",
        "he leads the company",
        "the agenda for tomorrow",
    ],
)
def test_words_that_wish_for_nothing(text: str) -> None:
    assert wished(text) == set()


def test_emphasis_changes_complexity() -> None:
    simple, plain, advanced = (
        next(feature for feature in read(text).features if feature.slug == "dashboards")
        for text in ("a simple dashboard", "a dashboard", "an advanced dashboard")
    )
    assert [f.complexity for f in (simple, plain, advanced)] == [
        Complexity.LOW,
        Complexity.MEDIUM,
        Complexity.HIGH,
    ]


def test_what_is_put_off_is_noted() -> None:
    (item,) = [item for item in read("chat can wait").exclusions if item.slug == "chat"]
    assert item.note == "To be built later."


def test_the_quote_is_the_founders_words() -> None:
    (feature,) = [
        f
        for f in read("Hi there! We need Video Calls for doctors. Thanks").features
        if f.slug == "video-calls"
    ]
    assert feature.quote == "We need Video Calls for doctors"


def test_a_kind_of_product_brings_its_features_as_inferences() -> None:
    features = {f.slug: f for f in read("I want to build a telehealth app without chat").features}
    assert {"video-calls", "scheduling", "accounts"} <= set(features)
    assert "chat" not in features
    assert {f.source for f in features.values()} == {Source.INFERRED}
    assert features["video-calls"].note == "A telehealth product usually needs it."


def test_the_catalogue_is_whole() -> None:
    assert len(FEATURES) >= 120
    owners: dict[str, str] = {}
    for kind in FEATURES.values():
        assert set(kind.phrases) == set(LANGUAGES)
        for phrases in kind.phrases.values():
            assert phrases
            for phrase in phrases:
                assert phrase == phrase.strip().lower(), phrase
                assert owners.setdefault(phrase, kind.slug) == kind.slug, phrase
        assert canonical(kind.name) is kind
        assert canonical(kind.slug) is kind
