"""Résumé files as people and others send them: what is read, and what a file that cannot be read gets as an answer."""

import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from core.actor import Role
from core.db import Database
from core.errors import InvalidInput, TooLarge
from services.experts.resume import facts, service
from services.experts.resume.files import RefusedError, text_of
from services.experts.resume.service import MAX_BYTES
from tests.accounts.factories import make_actor
from tests.experts.documents import (
    TEXT,
    W,
    assembled,
    docx,
    docx_body,
    encrypted,
    moved,
    page_tree_of_a_million,
    pdf,
    scanned,
)
from tests.serving import Served

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + f']><w:document xmlns:w="{W}"><w:t>&j;</w:t></w:document>'
)
XXE = (
    '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    f'<w:document xmlns:w="{W}"><w:body><w:p><w:r><w:t>&x;</w:t></w:r></w:p></w:body></w:document>'
)


def stream_bomb() -> bytes:
    """A page whose drawing unpacks to half a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"(a) Tj " * 100_000) for _ in range(700)) + packer.flush()
    return assembled(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9] >>",
            b"<< /Length %d /Filter /FlateDecode >> stream\n%s\nendstream" % (len(packed), packed),
        ]
    )


def scratched(data: bytes) -> bytes:
    """The same archive with its packed text overwritten."""
    name = b"word/document.xml"
    at = data.index(name) + len(name)
    return data[:at] + b"\xff" * 40 + data[at + 40 :]


async def test_both_formats_propose_the_same_with_passages(db: Database) -> None:
    actor = await make_actor(db)
    for data, pages in ((pdf(), 1), (docx(), None), (encrypted(pdf(), user=""), 1)):
        reading = await service.read(actor, data)
        assert reading.pages == pages
        assert [(r.title, r.company, r.from_year, r.to_year) for r in reading.roles] == [
            ("CTO", "Vardlinjen AB", 2019, None),
            ("Senior Developer", "Nordic Soft", 2008, 2019),
        ]
        skills = {skill.skill: skill for skill in reading.skills}
        assert {"kubernetes", "postgresql", "java"} <= set(skills)
        assert skills["java"].passages == ["Java services for hospitals"]
        assert skills["java"].years == 11
        assert [term.value for term in reading.industries] == ["healthcare"]
        assert reading.headline is not None
        assert reading.headline.text == "CTO at Vardlinjen AB"


STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
TABLE = "Experience\n2017 – present\nCTO\nPaczka Express\n2011 – 2017\nLead Developer\nMagazyn Sp. z o.o."
EXPORT = """Experience
Independent
Fractional CTO
January 2022 - Present (4 years 11 months)
Chennai
Working with three startups on React and more of the like
Zoho
Member Technical Staff
2006 - 2014 (8 years)"""
ONE_COMPANY = """Experience
Acme Corp — San Francisco, CA
Chief Technology Officer (Apr 2021 - Current)
VP of Engineering (Feb 2019 - Apr 2021)
• Led the move to AWS
Initech
Software Engineer, 2010–13
Head of Data — Globex, '05 – '09
Tech
Go, Kafka"""
COLUMN = """Experience
Jan 2020 –
Present
Berlin
Chief Technology Officer
Lieferwerk GmbH
Cut failures of payments from 4 to 0.6 per cent
03/2016 –
12/2019
Porto
VP Engineering
Loja Lda"""
# Drawn as browsers draw what floats to the right: dates before all else.
FLOATING = b"""BT /F1 11 Tf
1 0 0 1 480 700 Tm (Jan 2020 - Present) Tj
1 0 0 1 480 640 Tm (2012-05 to 2016-02) Tj
1 0 0 1 40 700 Tm (Python, Kubernetes and PostgreSQL) Tj
1 0 0 1 200 760 Tm (Experience) Tj
1 0 0 1 200 720 Tm (Chief Technology Officer) Tj
1 0 0 1 200 701 Tm (Vardlinjen AB, Lund) Tj
1 0 0 1 200 660 Tm (Senior Software Engineer) Tj
1 0 0 1 200 641 Tm (Nordic Soft) Tj
1 0 0 1 200 620 Tm (Java services for the warehouses of three countries, and what they need) Tj
ET"""
TOLD = "From 2021 until today I have been CTO of Lumen Grid, where we built battery control software in Rust."

PROSE = "Telehealth for the patients of nine hospitals in three countries"
POSTS = [
    ("CTO", "Vardlinjen AB", 2018, 2020),
    ("Lead Developer", "Nordic Soft", 2012, 2018),
    ("Programmer", "Hagel Oy", 2008, 2012),
]


def test_word_files_of_every_kind_are_read() -> None:
    body = docx_body().replace(W, STRICT).encode()
    for made in (docx(document=body), moved(docx(), "word/document.xml", "word/document2.xml")):
        text, _ = text_of(made)
        assert "CTO, Vardlinjen AB, 2019 - present" in text


def test_signs_that_stand_for_two_letters_are_two_letters() -> None:
    text, _ = text_of(docx(TEXT.replace("Senior Developer", "Sta\ufb00 Engineer, \ufb01ntech")))
    assert "Staff Engineer, fintech" in text


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        (
            TABLE,
            [("CTO", "Paczka Express", 2017, None), ("Lead Developer", "Magazyn Sp. z o.o.", 2011, 2017)],
        ),
        (
            EXPORT,
            [("Fractional CTO", "Self-employed", 2022, None), ("Member Technical Staff", "Zoho", 2006, 2014)],
        ),
        (
            ONE_COMPANY,
            [
                ("Chief Technology Officer", "Acme Corp", 2021, None),
                ("VP of Engineering", "Acme Corp", 2019, 2021),
                ("Software Engineer", "Initech", 2010, 2013),
                ("Head of Data", "Globex", 2005, 2009),
            ],
        ),
        (
            COLUMN,
            [
                ("Chief Technology Officer", "Lieferwerk GmbH", 2020, None),
                ("VP Engineering", "Loja Lda", 2016, 2019),
            ],
        ),
        (TOLD, []),
    ],
)
def test_positions_of_other_layouts(text: str, roles: list[tuple[str, str, int, int | None]]) -> None:
    found = facts.read(text, pages=1, year=2026).roles
    assert [(role.title, role.company, role.from_year, role.to_year) for role in found] == roles


@pytest.mark.parametrize(
    ("dates", "years"),
    [
        ("2019 –", (2019, None)),
        ("2019-", (2019, None)),
        ("2019+", (2019, None)),
        ("2019 onwards", (2019, None)),
        ("from 2019", (2019, None)),
        ("ab 03/2019", (2019, None)),
        ("2019 à ce jour", (2019, None)),
        ("Sept. 2018 – to date", (2018, None)),
        ("1st March 2018 – 30 November 2020", (2018, 2020)),
        ("01.03.2018–30.11.2020", (2018, 2020)),
        ("2018-03-01 – 2020-11-30", (2018, 2020)),
        ("03/18 – 11/20", (2018, 2020)),
        ("from 2019 to 2021", (2019, 2021)),
        ("2018", (2018, 2018)),
    ],
)
def test_dates_as_people_write_them(dates: str, years: tuple[int, int | None]) -> None:
    found = facts.read(f"Experience\nCTO, Vardlinjen AB, {dates}\n{PROSE}", pages=1, year=2026).roles
    assert [(role.title, role.company, role.from_year, role.to_year) for role in found] == [
        ("CTO", "Vardlinjen AB", *years)
    ]


def test_words_and_sentences_that_run_over_their_line_are_whole() -> None:
    text = (
        "Experience\nCTO, Vardlinjen AB, 2018 - 2020\n• Moved the front-\nend and its plat-\nform to Kuber-\nnetes for\n"
        "400,000 customers, without an hour of\ndowntime\n• Hired nine\nOslo\nand left"
    )
    reading = facts.read(text, pages=1, year=2026)
    assert reading.roles[0].outcomes == [
        "Moved the front-end and its platform to Kubernetes for 400,000 customers, without an hour of downtime",
        # What is left out in between is not bridged.
        "Hired nine",
    ]
    assert "kubernetes" in {skill.skill for skill in reading.skills}


def test_a_list_of_skills_names_skills_also_by_common_words() -> None:
    text = "Skills\n• Go\n• Rust (3 years)\n• Swift\nTools: C, Unity\nEducation\nGo\nSpring"
    found = {skill.skill: skill.years for skill in facts.read(text, pages=1, year=2026).skills}
    assert found == {"go": None, "rust": 3, "swift": None, "c": None, "unity": None}


def test_what_a_role_was_done_with_is_no_outcome_of_it() -> None:
    text = f"Experience\nCTO, Vardlinjen AB, 2018 - 2020\n• {PROSE}\n• Tech stack: Kafka, PostgreSQL"
    reading = facts.read(text, pages=1, year=2026)
    assert reading.roles[0].outcomes == [PROSE]
    assert {skill.skill: skill.years for skill in reading.skills}["apache-kafka"] == 2


def test_what_is_said_twice_in_the_same_words_is_one_passage() -> None:
    text = f"Experience\nCTO, Vardlinjen AB, 2018 - 2020\nStack: Java, Kafka\nCTO, Nordic Soft, 2012 - 2018\nStack: Java, Kafka\n{PROSE}"
    found = {skill.skill: skill.passages for skill in facts.read(text, pages=1, year=2026).skills}
    assert found["java"] == ["Stack: Java, Kafka"]


def row(*cells: str) -> str:
    """A row of a table in Word; a line of a cell is a paragraph."""
    return f"<w:tr>{''.join(f'<w:tc>{_paragraphs(cell)}</w:tc>' for cell in cells)}</w:tr>"


def _paragraphs(text: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))


@pytest.mark.parametrize(
    "rows",
    [
        [
            ("Position", "Company", "Period"),
            *((title, company, f"{a} – {b}") for title, company, a, b in POSTS),
        ],
        [(f"{a} – {b}", f"{title}, {company}\n{PROSE}") for title, company, a, b in POSTS],
        [(f"{a} – {b}", title, f"{company}\n{PROSE}") for title, company, a, b in POSTS],
    ],
)
def test_rows_of_a_table_stay_together(rows: list[tuple[str, ...]]) -> None:
    table = f"<w:tbl>{''.join(row(*cells) for cells in rows)}{row('Languages', 'English, French')}</w:tbl>"
    body = f'<w:document xmlns:w="{W}"><w:body>{_paragraphs("Experience")}{table}{_paragraphs(PROSE)}</w:body></w:document>'
    text, _ = text_of(docx(document=body.encode()))
    reading = facts.read(text, pages=None, year=2026)
    assert [(role.title, role.company, role.from_year, role.to_year) for role in reading.roles] == POSTS
    assert [term.value for term in reading.languages] == ["en", "fr"]


def test_a_hyphen_that_must_not_break_is_a_hyphen() -> None:
    dates = "<w:r><w:t>CTO, Vardlinjen AB, 2018</w:t><w:noBreakHyphen/><w:t>2020</w:t></w:r>"
    body = f'<w:document xmlns:w="{W}"><w:body><w:p>{dates}</w:p>{_paragraphs(f"{PROSE} and {PROSE}")}</w:body></w:document>'
    assert "2018-2020" in text_of(docx(document=body.encode()))[0]


def drawn(*pieces: tuple[int, int, str]) -> bytes:
    """A page with these pieces of text, each at its x and y."""
    lines = "".join(f"BT /F1 11 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET " for x, y, text in pieces)
    return pdf(content=lines.encode("latin-1"))


def test_rows_of_a_drawn_table_stay_together() -> None:
    pieces = [(50, 780, "Experience"), (50, 760, "Position"), (160, 760, "Company"), (300, 760, "Period")]
    for number, (title, company, a, b) in enumerate(POSTS):
        y = 740 - 20 * number
        pieces += [(50, y, title), (160, y, company), (300, y, f"{a} - {b}")]
    text, _ = text_of(drawn(*pieces, (50, 600, PROSE)))
    found = facts.read(text, pages=1, year=2026).roles
    assert [(role.title, role.company, role.from_year, role.to_year) for role in found] == POSTS


def test_dates_in_a_column_stay_in_it() -> None:
    sidebar = [(50, 760, "Skills"), (50, 740, "PostgreSQL"), (50, 720, "Kubernetes")]
    column = [
        (200, 780, "Experience"),
        (200, 740, "CTO, Vardlinjen AB"),
        (200, 720, "2018 - 2020"),
        (200, 700, PROSE),
    ]
    text, _ = text_of(drawn(*sidebar, *column))
    found = facts.read(text, pages=1, year=2026).roles
    assert [(role.company, role.from_year, role.to_year) for role in found] == [("Vardlinjen AB", 2018, 2020)]


def test_dates_at_the_margin_belong_to_the_line_beside_them() -> None:
    text, _ = text_of(pdf(content=FLOATING))
    found = facts.read(text, pages=1, year=2026).roles
    assert [(role.title, role.company, role.from_year, role.to_year) for role in found] == [
        ("Chief Technology Officer", "Vardlinjen AB", 2020, None),
        ("Senior Software Engineer", "Nordic Soft", 2012, 2016),
    ]


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (lambda: b"", {"resume_empty"}),
        (lambda: b"hello, I am a text file " * 40, {"resume_type"}),
        (lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 100, {"resume_type"}),
        (lambda: OLE, {"resume_old_word"}),
        (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), {"resume_encrypted"}),
        (lambda: encrypted(pdf(), user="secret"), {"resume_encrypted"}),
        (scanned, {"resume_scanned"}),
        (lambda: pdf("Hi"), {"resume_empty"}),
        (lambda: pdf("1 2 3 4 5 6 7 8 9 0 # $ % a b c d e " * 30), {"resume_unreadable"}),
        (lambda: pdf()[:300], {"resume_damaged", "resume_empty"}),
        (lambda: b"%PDF-1.7\n" + b"\xff\x00<<" * 5000, {"resume_damaged"}),
        (lambda: pdf(count=1_000_000), {"resume_too_long"}),
        (lambda: pdf(pages=60), {"resume_too_long"}),
        (lambda: docx()[:200], {"resume_damaged"}),
        (lambda: docx(document=b"<w:document"), {"resume_damaged"}),
        (lambda: scratched(docx()), {"resume_damaged"}),
        (lambda: docx(extra={"word/vbaProject.bin": b"macro"}), {"resume_macros"}),
        (lambda: docx(document=XXE.encode()), {"resume_unsafe"}),
        (lambda: docx(document=XXE.encode("utf-16")), {"resume_unsafe", "resume_damaged"}),
        (lambda: docx(document=LAUGHS.encode()), {"resume_unsafe"}),
        (lambda: docx(document=b" " * 60_000_000), {"resume_unsafe", "resume_damaged"}),
        (lambda: docx(extra={f"word/media/{n}": b"\0" * 20_000_000 for n in range(6)}), {"resume_unsafe"}),
        (lambda: docx(extra={f"x/{n}": b"" for n in range(3000)}), {"resume_unsafe"}),
        (lambda: docx(document=b"<a>" * 200_000), {"resume_damaged", "resume_empty"}),
    ],
    ids=lambda value: None,
)
def test_files_that_cannot_be_read(make: Callable[[], bytes], codes: set[str]) -> None:
    with pytest.raises(RefusedError) as caught:
        text_of(make())
    assert caught.value.refusal in codes


async def test_what_eats_time_or_memory_is_ended(db: Database) -> None:
    actor = await make_actor(db)
    for make in (page_tree_of_a_million, stream_bomb):
        with pytest.raises(InvalidInput) as caught:
            await service.read(actor, make())
        assert caught.value.code in {
            "resume_too_long",
            "resume_too_complex",
            "resume_damaged",
            "resume_empty",
        }


async def test_the_door_takes_ten_megabytes_from_people_with_an_account(db: Database, server: Served) -> None:
    with pytest.raises(TooLarge):
        await service.read(await make_actor(db), b"x" * (MAX_BYTES + 1))
    _, token = await server.person()
    url = "/api/v1/me/expert-profile/resume"
    async with server.http() as visitor:
        assert (await visitor.post(url, content=pdf())).status_code == 401
    _, guest_token = await server.person(role=Role.GUEST)
    async with server.http(guest_token) as guest:
        assert (await guest.post(url, content=pdf())).json()["code"] == "sign_up_required"
    async with server.http(token) as person:
        answer = await person.post(url, content=pdf(), headers={"Content-Type": "application/pdf"})
        assert answer.status_code == 200, answer.text
        assert answer.json()["roles"][0]["company"] == "Vardlinjen AB"
        big = await person.post(url, content=b"%PDF-1.4" + b"\0" * MAX_BYTES)
        assert (big.status_code, big.json()["code"]) == (413, "resume_too_large")

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(12):
                yield b"\0" * 1_000_000

        streamed = await person.post(url, content=endless())
        assert streamed.status_code == 413
        refused = await person.post(url, content=b"nothing of the kind")
        assert (refused.status_code, refused.json()["code"]) == (422, "resume_type")
