"""Decides whether an ordinary word ("go", "spring", "express") is meant as a technology where it stands."""

import re

from services.taxonomy.phrases import PhraseMatch, ReadText
from services.taxonomy.text import word_set

# Next to the word these make it a technology, however it is written.
_AFTER = word_set(
    "developer developers dev devs engineer engineers programmer programmers programming language lang framework "
    "backend backends frontend codebase code stack library sdk microservice microservices coder coders expert experts "
    "expertise experience script scripts modules module compiler runtime entwickler programmierer kenntnisse "
    "developpeur developpeurs desarrollador desarrolladores desenvolvedor desenvolvedores programador geschrieben entwickelt programmiert escrito ecrit ecrite"
)
_BEFORE = re.compile(
    r"(?:(?:written|built|build|building|coded?|coding|programm?ed|program|programming|developed|develop|developing|"
    r"implemented|experienced?|expert|experts|expertise|proficient|fluent|skilled|skills|background|specialist|backend|"
    r"frontend|back-end|front-end|services?|server|api|rewrit(?:e|ten)|proficiency|versed|rewriting|specialis\w+|"
    r"specializ\w+|erfahrung|entwickelt|geschrieben|programmiert|developpee?|ecrite?|desarrollad[oa]|escrit[oa]|"
    r"desenvolvid[oa]|experiencia)\s+(?:in|on|with|using|to|mit|en|avec|con|em|com)|"
    r"(?:using|stack|languages?|frameworks?|technologies|tech|tools|skills|knows?|knowing|learn(?:ing)?|runs on|"
    r"powered by|based on|on top of|migrat(?:e|ed|ing) (?:to|from)|mov(?:e|ed|ing) (?:to|from)|port(?:ed|ing)? to|"
    r"switch(?:ed|ing)? (?:to|from))(?:\s+(?:is|are|with|like|such as|includ\w+))?)\s*:?\s*$"
)
# "rebuild the engine in Go on AWS": what follows says where it runs.
_BUILT_IN = re.compile(r"\b(?:in|with|using|mit|en|avec|con|em|com)\s+$")
# Before a capitalised word within a sentence these are enough.
_BEFORE_CAPITAL = re.compile(
    r"\b(?:in|with|on|use|uses|used|prefers?|like|chose|choose|via|and|or|plus|mit|en|avec|con|em|com|und|et|y|e|nutzen|"
    r"utilise|usamos|usa|is|a|an|our|the|some|senior|junior|lead|strong)\s*$"
)
_AFTER_CAPITAL = word_set(
    "app apps api apis service services server servers project team apis based plugin plugins cluster"
)
_IN_LIST = re.compile(
    r"\s*(?:,|/|\+|&|\||;|-|–|\band\b|\bor\b|\bund\b|\boder\b|\bet\b|\bou\b|\by\b|\be\b|\bwith\b|\bplus\b|,\s*(?:and|or))\s*"
)
_LIST_ENDS = word_set(
    "and or und oder et ou y e plus with for on in as is are would ideally preferred required"
)

# Word by word: what the following or preceding words say against a technology.
_REJECT_AFTER: dict[str, frozenset[str]] = {
    "go": word_set("to live on for with in ahead back through viral public global wrong out into from beyond online over after by "
        "up down big home fast further away international first native there here mobile digital green well"),
    "express": word_set("interest delivery checkout shipping concern lane our my your their its yourself themselves train mail entry "
        "consent pay lanes courier written permission service"),
    "spring": word_set("launch season semester summer break 2024 2025 2026 2027 2028 or term sale cleaning"),
    "rest": word_set("of"),
    "c": word_set("level suite"),
    "r": word_set("d and&d"),
    "next": word_set("week month year quarter day step steps phase version time monday tuesday wednesday thursday friday saturday "
        "sunday spring summer autumn fall winter one few couple to door level generation gen slot available"),
    "square": word_set("feet foot meter meters metres miles"),
    "ray": word_set("of"),
    "segment": word_set("of our the users customers"),
    "oracle": word_set("of"),
}  # fmt: skip
_REJECT_BEFORE: dict[str, re.Pattern[str]] = {
    "spring": re.compile(
        r"\b(?:in|this|next|last|by|the|early|late|of|until|for|before|after|since)\s+(?:the\s+)?$"
    ),
    "go": re.compile(
        r"\b(?:to|let's|lets|we|can|will|would|should|must|i|you|they|want|could|please|good|ready|a|no|we'll|on the|"
        r"users|people|patients|customers|didn't|don't|not|never|just|then|who|that|way|pay as you|have a|let it)\s*$"
    ),
    "c": re.compile(
        r"\b(?:series|plan|vitamin|option|hepatitis|class|grade|phase|type|round|section|point|level)\s*$"
    ),
    "d": re.compile(
        r"\b(?:series|plan|vitamin|option|class|grade|phase|type|round|section|r&|r\s?&\s?|2|3)\s*$"
    ),
    "r": re.compile(r"\b(?:series|plan|option|class|phase|type|section|rated|toys)\s*$"),
    "next": re.compile(r"\b(?:what's|whats|the|our|my|is|by|come|comes|until|and)\s*$"),
    "rust": re.compile(r"\b(?:against|of|remove|prevent|detect|detects|detecting|the)\s*$"),
    "swift": re.compile(r"\b(?:a|be|more|very|the|taylor|via|by)\s*$"),
    "dart": re.compile(r"\b(?:a|the)\s*$"),
    "unity": re.compile(r"\b(?:of|community|and|the)\s*$"),
    "bash": re.compile(r"\b(?:birthday|a|the)\s*$"),
    "ios": re.compile(r"$^"),
}
# Known as technology wherever they stand with any technical company, and in most texts about software.
_MOSTLY_TECHNICAL = frozenset(
    {"ios", "android", "ruby", "rails", "elixir", "oracle", "soap", "unity", "snowflake", "spark"}
)
_COMMON_PHRASES = re.compile(
    r"guard rails|guardrails|spark joy|spark of|creative spark|sparks?\s+(?:interest|ideas?|conversation)"
)


class Surroundings:
    """The words around candidate mentions of one text."""

    def __init__(self, read: ReadText) -> None:
        self._read = read
        self._technical = False

    def accept(self, matches: list[PhraseMatch], *, sure: set[int], technical: set[int]) -> list[PhraseMatch]:
        """The matches that are meant as technology. `sure` are the first-token numbers of the unambiguous ones,
        `technical` those among them that make their neighbours in a list technology as well."""
        self._technical = any(match.phrase.casefold() in _MOSTLY_TECHNICAL for match in matches) or bool(
            technical
        )
        accepted = {match.first for match in matches if match.first in sure or self._speaks_for(match)}
        anchors = technical | (accepted - sure)
        listed = self._listed(matches, anchors)
        return [
            match
            for match in matches
            if match.first in accepted or (match.first in listed and self._may_be_listed(match))
        ]

    def _speaks_for(self, match: PhraseMatch) -> bool:
        word = match.phrase.casefold()
        folded, original = self._read.folded, self._read.original
        before = folded[max(0, match.start - 40) : match.start]
        following = self._following(match)
        written = original[match.start : match.end]
        capital = written[:1].isupper()
        if len(word) == 1 and not capital:
            return False
        if following in _AFTER:
            return True
        in_company = capital and following in _AFTER_CAPITAL and following not in _REJECT_AFTER.get(word, ())
        if in_company and len(word) > 1 and not self._starts_sentence(match):
            return True
        if word == "go" and written == "Go" and _BUILT_IN.search(before):
            return True
        if self._rejected(match, word):
            return False
        if _BEFORE.search(before):
            return capital or len(word) > 2
        whole = self._read.folded.strip(" .,!?\n")
        if whole == word:
            return True
        if word in _MOSTLY_TECHNICAL and not _COMMON_PHRASES.search(
            folded[max(0, match.start - 12) : match.end + 14]
        ):
            return capital or word in ("ios", "android", "rails")
        if not capital or self._starts_sentence(match) or (written.isupper() and len(written) > 1):
            return False
        if len(word) == 1:
            return False
        return following in _AFTER_CAPITAL or (
            _BEFORE_CAPITAL.search(before) is not None and self._ends_phrase(match)
        )

    def _rejected(self, match: PhraseMatch, word: str) -> bool:
        if self._following(match) in _REJECT_AFTER.get(word, ()):
            return True
        reject = _REJECT_BEFORE.get(word)
        before = self._read.folded[max(0, match.start - 24) : match.start]
        return reject is not None and reject.search(before) is not None

    def _following(self, match: PhraseMatch) -> str:
        number = match.last + 1
        if number >= len(self._read.tokens):
            return ""
        gap = self._read.folded[match.end : self._read.tokens[number].start]
        return self._read.tokens[number].text if gap.strip(" -&") == "" and len(gap) <= 3 else ""

    def _starts_sentence(self, match: PhraseMatch) -> bool:
        before = self._read.folded[: match.start].rstrip(" \"'(")
        return not before or before[-1] in ".!?\n:;•-"

    def _ends_phrase(self, match: PhraseMatch) -> bool:
        following = self._following(match)
        return following == "" or following in _LIST_ENDS

    def _may_be_listed(self, match: PhraseMatch) -> bool:
        word = match.phrase.casefold()
        written = self._read.original[match.start : match.end]
        if len(word) == 1 and not written.isupper():
            return False
        return not self._rejected(match, word) and self._ends_phrase(match)

    def _listed(self, matches: list[PhraseMatch], anchors: set[int]) -> set[int]:
        """First-token numbers of the matches that stand in one list with an anchor."""
        listed: set[int] = set()
        run: list[PhraseMatch] = []
        for match in matches:
            if run and match.first == run[-1].first:
                continue
            if run and not _IN_LIST.fullmatch(self._read.folded[run[-1].end : match.start]):
                listed |= self._of_run(run, anchors)
                run = []
            run.append(match)
        return listed | self._of_run(run, anchors)

    @staticmethod
    def _of_run(run: list[PhraseMatch], anchors: set[int]) -> set[int]:
        numbers = {match.first for match in run}
        return numbers if numbers & anchors else set()
