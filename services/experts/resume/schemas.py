"""What a résumé proposes. Every proposal comes with the passages it was read from; nothing is stored until the CTO
confirms it."""

from enum import StrEnum

from pydantic import BaseModel, Field

from services.experts.schemas import Link

PASSAGE = 240


class Refusal(StrEnum):
    """Why a file could not be read."""

    TYPE = "resume_type"
    OLD_WORD = "resume_old_word"
    EMPTY = "resume_empty"
    SCANNED = "resume_scanned"
    ENCRYPTED = "resume_encrypted"
    DAMAGED = "resume_damaged"
    TOO_LONG = "resume_too_long"
    TOO_COMPLEX = "resume_too_complex"
    MACROS = "resume_macros"
    UNSAFE = "resume_unsafe"
    UNREADABLE = "resume_unreadable"


class ProposedText(BaseModel):
    text: str
    passages: list[str]


class ProposedYears(BaseModel):
    years: int
    stated: bool = Field(description="The résumé says so; otherwise counted from its roles")
    passages: list[str]


class ProposedSkill(BaseModel):
    skill: str
    name: str
    years: int | None = Field(description="Stated, or counted from the roles that name it; None if neither")
    level: int
    passages: list[str]


class ProposedRole(BaseModel):
    title: str
    company: str = Field(description="Empty where it was not found")
    from_year: int
    to_year: int | None
    outcomes: list[str]
    passages: list[str]


class ProposedTerm(BaseModel):
    value: str
    name: str
    passages: list[str]


class ResumeReading(BaseModel):
    """What was found, each list strongest first (roles newest first)."""

    pages: int | None = Field(description="Of a PDF")
    characters: int
    headline: ProposedText | None
    story: ProposedText | None
    years: ProposedYears | None
    skills: list[ProposedSkill]
    roles: list[ProposedRole]
    industries: list[ProposedTerm]
    languages: list[ProposedTerm]
    links: list[Link]
