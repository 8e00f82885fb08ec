"""A résumé as lines, each under the heading it stands below."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.taxonomy.text import fold


class Section(StrEnum):
    TOP = "top"
    SUMMARY = "summary"
    EXPERIENCE = "experience"
    SKILLS = "skills"
    LANGUAGES = "languages"
    EDUCATION = "education"
    OTHER = "other"


_HEADINGS: dict[Section, str] = {
    Section.SUMMARY: "summary, profile, professional summary, executive summary, about, about me, objective, career summary, "
    "overview, personal statement, profil, uber mich, kurzprofil, zusammenfassung, a propos, resume, resumen, perfil, sobre mi, "
    "sobre mim, resumo, introduction, who i am, in brief, bio",
    Section.EXPERIENCE: "experience, work experience, professional experience, employment, employment history, work history, "
    "career, career history, relevant experience, positions, roles, selected roles, what i have done, berufserfahrung, "
    "berufliche erfahrung, werdegang, beruflicher werdegang, experience professionnelle, experiences, parcours, "
    "experiencia, experiencia profesional, experiencia laboral, experiencia profissional, engagements, selected engagements, "
    "selected experience, other experience, earlier experience, additional experience, board roles, "
    "consulting, freelance work, advisory, advisory roles, leadership experience",
    Section.SKILLS: "skills, technical skills, core skills, key skills, technologies, tech stack, stack, tools, toolbox, "
    "technology, tech, tech skills, technical expertise, technical proficiencies, core technologies, programming languages, competencies, core competencies, expertise, areas of expertise, skills and tools, skills & tools, "
    "kenntnisse, fahigkeiten, technische kenntnisse, it kenntnisse, competences, competences techniques, habilidades, "
    "competencias, conocimientos, tecnologias, skills and technologies, skills & technologies",
    Section.LANGUAGES: "languages, spoken languages, human languages, language skills, sprachen, sprachkenntnisse, langues, idiomas, linguas",
    Section.EDUCATION: "education, academic background, studies, training, ausbildung, studium, bildung, formation, "
    "formations, educacion, formacion, educacao, formacao, education and training, academic history, degrees",
    Section.OTHER: "projects, selected projects, side projects, open source, publications, talks, speaking, patents, awards, "
    "honors, certifications, certificates, interests, hobbies, volunteering, references, links, contact, press, courses, "
    "zertifikate, hobbys, interessen, loisirs, certificaciones, certificacoes, publikationen, projekte",
}
_BY_NAME = {name.strip(): section for section, names in _HEADINGS.items() for name in names.split(",")}
_BULLET = re.compile(r"^\s*(?:[•●▪■◦‣·*►➢✓–—]|-(?=\s)|\d{1,2}[.)](?=\s))\s*")
_LEAD = re.compile(r"^\s*([^:]{3,40}):\s+\S")


@dataclass(slots=True)
class Line:
    """One line. `text` is without its bullet; `dated` ones tell of a stretch of time."""

    text: str
    bullet: bool
    section: Section
    heading: bool
    used: bool = False
    dated: bool = False


def split(text: str) -> list[Line]:
    """The lines of a résumé, empty ones included."""
    lines: list[Line] = []
    section = Section.TOP
    for raw in text.split("\n"):
        found = _heading(raw)
        if found is not None:
            section = found
            lines.append(Line(raw.strip(), False, section, heading=True))
            continue
        bullet = _BULLET.match(raw)
        body = raw[bullet.end() :] if bullet else raw
        # "Languages: English, French" is a section in one line.
        lead = _LEAD.match(body)
        inline = _BY_NAME.get(_plain(lead[1])) if lead else None
        own = inline if inline in (Section.LANGUAGES, Section.SKILLS) else section
        lines.append(Line(body.strip(), bullet is not None, own, heading=False))
    return lines


def is_heading(text: str) -> bool:
    """Whether a line is the heading of a section."""
    return _heading(text) is not None


def _heading(raw: str) -> Section | None:
    text = raw.strip()
    if not 2 <= len(text) <= 45 or raw.lstrip().startswith(("•", "-")):
        return None
    return _BY_NAME.get(_plain(text))


def _plain(text: str) -> str:
    spaced = text.strip()
    # "E X P E R I E N C E", as some templates letter it.
    if re.fullmatch(r"(?:\w )+\w", spaced):
        spaced = spaced.replace(" ", "")
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s&]", " ", fold(spaced))).strip()
