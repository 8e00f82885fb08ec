"""Numbers as people write them: digits in any national format, scales ("80k", "1,2 Mio."), and words in five languages
("sixty grand", "a quarter million", "achtzigtausend", "quatre-vingt mille")."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from services.taxonomy.phrases import ReadText
from services.taxonomy.spelling import slips

_SLIPS = {slip: word for word in ("thousand", "million", "hundred", "tausend") for slip in slips(word)}
_DIGITS = re.compile(
    r"(?<![\w.,])(?P<number>"
    r"\d{1,2}(?:,\d{2}){1,4},\d{3}(?:\.\d{1,2})?"  # 10,00,000
    r"|\d{1,3}(?:[.,'’  ]\d{3}){1,4}(?:[.,]\d{1,2})?(?!\d)"
    r"|\d{1,15}(?:[.,]\d{1,4})?)"
    r"(?P<scale>\s?(?:thousand|thou|grand|riesen|tausend|tsd\.?|mille|millions?|millionen|millones|millon|milhoes|milhao|mill\.?|"
    r"mil|mio\.?|mios|mm|mn|mln|bn|billions?|milliarden?|milliards?|mrd\.?|lakhs?|lacs?|crores?|cr|hundred|k|m|t(?=€|\s?eur)|(?:"
    + "|".join(sorted(_SLIPS))
    + r")\b))?"
    r"(?!(?!(?:mo|mos|mths?|months?|wks?|weeks?|w|days?|d|yrs?|years?|y|h|hrs?|min)\b)[^\W\d_])",
)
_SCALES = {
    "thousand": 1_000, "thou": 1_000, "grand": 1_000, "riesen": 1_000, "tausend": 1_000, "tsd": 1_000, "mille": 1_000, "k": 1_000,
    "t": 1_000, "million": 10**6, "millions": 10**6, "millionen": 10**6, "millones": 10**6, "millon": 10**6,
    "milhoes": 10**6, "milhao": 10**6, "mill": 10**6, "mio": 10**6, "mios": 10**6, "mm": 10**6, "mn": 10**6,
    "mln": 10**6, "m": 10**6, "bn": 10**9, "billion": 10**9, "billions": 10**9, "milliarde": 10**9,
    "milliarden": 10**9, "milliard": 10**9, "milliards": 10**9, "mrd": 10**9, "lakh": 10**5, "lakhs": 10**5,
    "lac": 10**5, "lacs": 10**5, "crore": 10**7, "crores": 10**7, "cr": 10**7, "hundred": 100,
}  # fmt: skip
_SCALES |= {slip: _SCALES[word] for slip, word in _SLIPS.items()}
_LARGEST = Decimal(10) ** 15

_ONES = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11, "douze": 12,
    "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "once": 11, "doce": 12, "trece": 13, "catorce": 14, "quince": 15, "dieciseis": 16, "diecisiete": 17,
    "dieciocho": 18, "diecinueve": 19, "veintiuno": 21, "veinticinco": 25,
    "dois": 2, "duas": 2, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "doze": 12, "treze": 13,
    "dezesseis": 16, "dezessete": 17, "dezoito": 18, "dezenove": 19,
    "uno": 1, "couple": 2, "dozen": 12,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60,
    "septante": 70, "nonante": 90, "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
    "setenta": 70, "ochenta": 80, "noventa": 90, "vinte": 20, "trinta": 30, "quarenta": 40, "cinquenta": 50,
    "sessenta": 60, "oitenta": 80,
}  # fmt: skip
_HUNDREDS = {
    "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500, "seiscientos": 600,
    "setecientos": 700, "ochocientos": 800, "novecientos": 900, "cien": 100, "ciento": 100, "cem": 100, "cento": 100,
    "duzentos": 200, "trezentos": 300, "quatrocentos": 400, "quinhentos": 500, "seiscentos": 600, "setecentos": 700,
    "oitocentos": 800, "novecentos": 900,
}  # fmt: skip
_HUNDRED = {"hundred": 100, "cent": 100, "cents": 100}
_WORD_SCALES = {
    "thousand": 1_000, "grand": 1_000, "mille": 1_000, "k": 1_000, "million": 10**6, "millions": 10**6,
    "millon": 10**6, "millones": 10**6, "milhao": 10**6, "milhoes": 10**6, "millionen": 10**6, "mio": 10**6,
    "billion": 10**9, "milliard": 10**9, "milliarden": 10**9, "lakh": 10**5, "lakhs": 10**5, "crore": 10**7,
    "tausend": 1_000, "hunderttausend": 10**5,
}  # fmt: skip
_WORD_SCALES |= {slip: _SCALES[word] for slip, word in _SLIPS.items() if word != "hundred"}
_FRACTIONS = {
    "half": Decimal("0.5"), "quarter": Decimal("0.25"), "quarters": Decimal("0.25"), "halbe": Decimal("0.5"),
    "halben": Decimal("0.5"), "viertel": Decimal("0.25"), "demi": Decimal("0.5"), "quart": Decimal("0.25"),
    "medio": Decimal("0.5"), "media": Decimal("0.5"), "cuarto": Decimal("0.25"), "meio": Decimal("0.5"),
    "meia": Decimal("0.5"), "quarto": Decimal("0.25"),
}  # fmt: skip
_WHOLE: dict[str, int | Decimal] = {"viertelmillion": 250_000, "dreiviertelmillion": 750_000, "anderthalb": Decimal("1.5"), "eineinhalb": Decimal("1.5"),
          "zweieinhalb": Decimal("2.5"), "halbmillion": 500_000}  # fmt: skip
_ARTICLES = frozenset({"a", "an", "un", "une", "um", "uma", "una", "ein", "eine", "einer", "einen", "one"})
_ONE = frozenset({"un", "um", "uno"})
_LINKS = frozenset({"and", "y", "e", "et", "of", "de", "d", "a", "und"})


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number in a text. `mantissa` is the number before its scale, `scale` 1 where there is none; `word` is the scale
    as written ("k", "grand")."""

    value: Decimal
    mantissa: Decimal
    scale: int
    word: str
    start: int
    end: int
    spelled: bool = False


def small(word: str) -> int | None:
    """A whole number below twenty, in digits or words."""
    return int(word) if word.isdigit() else _ONES.get(word)


def plain(digits: str, *, scaled: bool = False) -> Decimal:
    """A written number without scale: `1.250,50`, `1,250.50`, `80 000`, `80.000`, `1,5`. With `scaled` (a scale word
    follows) a single point or comma is the decimal one: `1.250 Mio` is one and a quarter million."""
    text = re.sub(r"['’  ]", "", digits)
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        decimal_mark, group_mark = (".", ",") if dot > comma else (",", ".")
        return Decimal(text.replace(group_mark, "").replace(decimal_mark, "."))
    mark = "." if dot >= 0 else "," if comma >= 0 else ""
    if not mark:
        return Decimal(text)
    head, *groups = text.split(mark)
    grouped = all(len(group) == 3 for group in groups) and head != "0" and not (scaled and len(groups) == 1)
    if len(groups) > 1 or grouped:
        return Decimal(text.replace(mark, ""))
    return Decimal(text.replace(mark, "."))


def find(read: ReadText, *, english_mil: bool = False) -> list[Numeral]:
    """All numbers of a text, in order. "mil" is a thousand, as in Spanish and Portuguese; with `english_mil` it is a
    million after a small number ("2 mil")."""
    found = [*_digit_numbers(read, english_mil), *_word_numbers(read, 10**6 if english_mil else 1_000)]
    found.sort(key=lambda numeral: (numeral.start, -numeral.end))
    kept: list[Numeral] = []
    for numeral in found:
        if (not kept or numeral.start >= kept[-1].end) and numeral.value <= _LARGEST:
            kept.append(numeral)
    return kept


def _digit_numbers(read: ReadText, english_mil: bool) -> list[Numeral]:
    numerals: list[Numeral] = []
    for match in _DIGITS.finditer(read.folded):
        written = (match["scale"] or "").strip().rstrip(".")
        mantissa = plain(match["number"], scaled=bool(written))
        scale = _SCALES.get(written, 1)
        if written == "mil":
            scale = 10**6 if english_mil and mantissa < 20 else 1_000
        end = match.end()
        value = mantissa * scale
        tail = re.match(r"\s(?:and|y|e|et)\s(?:a half|medio|meio|demi)\b", read.folded[end : end + 14])
        if tail and scale > 1:
            value, end = value + Decimal(scale) / 2, end + tail.end()
        numerals.append(Numeral(value, mantissa, scale, written, match.start(), end))
    return numerals


def _word_numbers(read: ReadText, mil: int) -> list[Numeral]:
    numerals: list[Numeral] = []
    number = 0
    while number < len(read.tokens):
        parsed = _spelled(read, number, mil)
        if parsed is None:
            number += 1
            continue
        value, scale, word, last = parsed
        numerals.append(
            Numeral(value, value / scale, scale, word, read.tokens[number].start, read.tokens[last].end, True)
        )
        number = last + 1
    return numerals


def _spelled(read: ReadText, first: int, mil: int) -> tuple[Decimal, int, str, int] | None:
    """Parse a number in words that begins at a token: (value, last scale, its word, last token number)."""
    tokens = read.tokens
    total, current = Decimal(0), None
    scale, scale_word = 1, ""
    last, number = -1, first
    last_kind = ""
    while number < len(tokens) and number < first + 12:
        word = tokens[number].text
        if number > first and not _adjacent(read, number - 1):
            break
        value = _simple(word)
        multiplier = mil if word == "mil" else _WORD_SCALES.get(word)
        if word in _FRACTIONS and (fraction := _fraction(read, number, current, total, scale, last_kind)):
            addition, factor, consumed = fraction
            if factor > 1:
                scale, scale_word = factor, tokens[consumed].text
            total, current, last, number, last_kind = total + addition, None, consumed, consumed + 1, "scale"
            continue
        if (
            value is not None
            and last_kind not in ("one", "half")
            and not (last_kind == "ten" and value >= 20)
        ):
            if word in ("vingt", "vingts") and current == 4:
                current = Decimal(80)
            elif last_kind == "ten" and value >= 10 and current is not None and current % 20 != 0:
                break
            else:
                current = (current or Decimal(0)) + value
            # "dix-huit": ten goes on as the tens do.
            last_kind = "ten" if word in _TENS or word == "dix" else "hundred" if value >= 100 else "one"
            if (
                word == "quatre"
                and number + 1 < len(tokens)
                and tokens[number + 1].text in ("vingt", "vingts")
            ):
                last_kind = ""
            last = number
        elif word in _HUNDRED and (current is not None or word != "cents"):
            current, last_kind, last = (current or Decimal(1)) * 100, "hundred", number
        elif multiplier is not None and (
            current is not None
            or last_kind in ("article", "scale")
            or word in ("mille", "mil", "tausend", "hunderttausend")
        ):
            base = current if current is not None else (Decimal(1) if last_kind != "scale" else None)
            if base is None:
                break
            if (
                word == "mil"
                and current is None
                and last_kind != "article"
                and number == first
                and mil != 1_000
            ):
                break
            total += base * multiplier
            current, last_kind, last = None, "scale", number
            scale, scale_word = multiplier, word
        elif word in _ONE and current is not None and last_kind == "ten":
            current, last_kind, last = current + 1, "one", number
        elif word in _ARTICLES and current is None and last_kind in ("", "link"):
            last_kind = "article"
            following = tokens[number + 1].text if number + 1 < len(tokens) else ""
            if not (
                following in _HUNDRED
                or following in _WORD_SCALES
                or following in _FRACTIONS
                or following in ("mil", "mill", "couple", "dozen")
                or following in _WHOLE
            ):
                if last < 0 and word == "one":
                    current, last, last_kind = Decimal(1), number, "one"
                    number += 1
                    continue
                break
        elif word in _LINKS and last >= 0:
            last_kind = last_kind if last_kind in ("ten", "hundred", "scale") else "link"
        else:
            break
        number += 1
    if last < 0:
        return None
    value_found = total + (current or Decimal(0))
    return (value_found, scale, scale_word, last) if value_found > 0 or last >= first else None


def _fraction(
    read: ReadText, number: int, current: Decimal | None, total: Decimal, scale: int, last_kind: str
) -> tuple[Decimal, int, int] | None:
    """Read "half a million", "three quarters of a million", "… and a half": (what to add, its scale, last token)."""
    tokens = read.tokens
    share = _FRACTIONS[tokens[number].text]
    following = number + 1
    while (
        following < len(tokens)
        and following <= number + 3
        and tokens[following].text in ("a", "of", "an", "de", "d", "un", "um", "one")
    ):
        following += 1
    multiplier = _WORD_SCALES.get(tokens[following].text) if following < len(tokens) else None
    if (
        multiplier is None
        and following < len(tokens)
        and tokens[following].text in ("mil", "mill", "m", "mn")
    ):
        multiplier = 10**6  # "a quarter mil": nobody has half a thousand in mind
    if multiplier:
        times = (
            (current + share) if current is not None and share == Decimal("0.5") else (current or 1) * share
        )
        return Decimal(times) * multiplier, multiplier, following
    after = tokens[number + 1].text if number + 1 < len(tokens) else ""
    if total and scale > 1 and last_kind in ("scale", "link", "article") and after not in _ARTICLES:
        return share * scale, 1, number
    return None


@lru_cache(maxsize=8192)
def _simple(word: str) -> Decimal | None:
    for table in (_ONES, _TENS, _HUNDREDS):
        if word in table:
            return Decimal(table[word])
    if word in _WHOLE:
        return Decimal(_WHOLE[word])
    return _german(word)


_GERMAN_ONES = {
    "ein": 1, "eins": 1, "zwei": 2, "zwo": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "elf": 11, "zwolf": 12, "dreizehn": 13, "vierzehn": 14, "funfzehn": 15, "sechzehn": 16,
    "siebzehn": 17, "achtzehn": 18, "neunzehn": 19,
}  # fmt: skip
_GERMAN_TENS = {
    "zwanzig": 20, "dreissig": 30, "dreisig": 30, "vierzig": 40, "funfzig": 50, "sechzig": 60, "siebzig": 70,
    "achtzig": 80, "neunzig": 90,
}  # fmt: skip
_GERMAN_ENDING = re.compile(
    r"(?:ein|zwei|zwo|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf|zwan|sech|sieb|hundert|zig|sig|ssig|tausend)"
)


def _german(word: str) -> Decimal | None:
    """A German number written as one word: `funfundzwanzigtausend`."""
    if word == "ein" or len(word) > 60 or not _GERMAN_ENDING.match(word):
        return None
    if word in _GERMAN_ONES:
        return Decimal(_GERMAN_ONES[word])
    value = _german_value(word, 10**6)
    return Decimal(value) if value else None


def _german_value(word: str, limit: int) -> int | None:
    if not word:
        return 0
    for unit, name in ((1_000, "tausend"), (100, "hundert")):
        if unit < limit and name in word:
            head, _, tail = word.partition(name)
            count = _german_value(head, unit) if head else 1
            rest = _german_value(tail.removeprefix("und"), unit)
            return None if count is None or rest is None else count * unit + rest
    if word in _GERMAN_ONES:
        return _GERMAN_ONES[word]
    for name, ten in _GERMAN_TENS.items():
        if word == name:
            return ten
        if word.endswith("und" + name):
            one = _GERMAN_ONES.get(word.removesuffix("und" + name))
            return None if one is None or one > 9 else one + ten
    return None


def _adjacent(read: ReadText, left: int) -> bool:
    gap = read.folded[read.tokens[left].end : read.tokens[left + 1].start]
    return gap in (" ", "-", "'", "  ") or (len(gap) <= 3 and gap.strip() in ("", "-"))
