"""Names of months, weekdays, holidays and relative days in five languages, folded."""

from datetime import date, timedelta

_MONTHS_BY_NUMBER = [
    "january jan januar janner janvier enero janeiro",
    "february feb februar fevrier febrero fevereiro",
    "march mar marz maerz mars marzo marco",
    "april apr avril abril",
    "may mai mayo maio",
    "june jun juni juin junio junho",
    "july jul juli juillet julio julho",
    "august aug aout agosto",
    "september sept sep septembre septiembre setembro",
    "october oct oktober okt octobre octubre outubro",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dezembro",
]
MONTHS = {name: number for number, names in enumerate(_MONTHS_BY_NUMBER, 1) for name in names.split()}
MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))

_WEEKDAYS_BY_NUMBER = [
    "monday,mon,montag,lundi,lunes,segunda-feira,segunda",
    "tuesday,tues,tue,dienstag,mardi,martes,terca-feira,terca",
    "wednesday,weds,wed,mittwoch,mercredi,miercoles,quarta-feira",
    "thursday,thurs,thur,thu,donnerstag,jeudi,jueves,quinta-feira,quinta",
    "friday,fri,freitag,vendredi,viernes,sexta-feira,sexta",
    "saturday,samstag,sonnabend,samedi,sabado",
    "sunday,sonntag,dimanche,domingo",
]
WEEKDAYS = {name: number for number, names in enumerate(_WEEKDAYS_BY_NUMBER) for name in names.split(",")}
WEEKDAY_NAMES = "|".join(sorted(WEEKDAYS, key=len, reverse=True))

RELATIVE_DAYS = {
    "today": 0, "tonight": 0, "tomorrow": 1, "tmrw": 1, "tmr": 1, "tommorow": 1, "tommorrow": 1, "tomorow": 1,
    "day after tomorrow": 2, "the day after tomorrow": 2, "overmorrow": 2,
    "heute": 0, "heute abend": 0, "morgen": 1, "ubermorgen": 2, "aujourd'hui": 0, "ce soir": 0, "demain": 1, "apres-demain": 2,
    "apres demain": 2, "hoy": 0, "esta noche": 0, "manana": 1, "pasado manana": 2, "hoje": 0, "hoje a noite": 0, "amanha": 1,
    "depois de amanha": 2,
}  # fmt: skip
_NO_DAY = r"(?<!guten )(?<!am )(?<!por la )(?<!de la )(?<!la )"
RELATIVE_NAMES = _NO_DAY + "(?:" + "|".join(sorted(RELATIVE_DAYS, key=len, reverse=True)) + ")"

_FIXED = {
    "christmas eve": (12, 24), "christmas": (12, 25), "xmas": (12, 25), "new year's eve": (12, 31), "new year's": (1, 1),
    "new year": (1, 1), "new years": (1, 1), "valentine's day": (2, 14), "valentines day": (2, 14), "halloween": (10, 31),
    "weihnachten": (12, 25), "silvester": (12, 31), "neujahr": (1, 1), "noel": (12, 25), "nouvel an": (1, 1),
    "navidad": (12, 25), "ano nuevo": (1, 1), "natal": (12, 25), "ano novo": (1, 1),
}  # fmt: skip
_EASTER = frozenset({"easter", "ostern", "paques", "semana santa", "pascoa"})
_THANKSGIVING = {"thanksgiving": 0, "black friday": 1}
HOLIDAY_NAMES = "|".join(sorted((*_FIXED, *_EASTER, *_THANKSGIVING), key=len, reverse=True))


UNITS = {
    "week": "week", "month": "month", "quarter": "quarter", "year": "year", "woche": "week", "monats": "month", "monat": "month", "quartal": "quarter",
    "quartals": "quarter", "jahr": "year", "jahres": "year", "semaine": "week", "mois": "month", "trimestre": "quarter", "annee": "year", "an": "year",
    "semana": "week", "mes": "month", "ano": "year", "weekend": "weekend", "week-end": "weekend", "wochenende": "weekend", "fin de semana": "weekend",
    "fim de semana": "weekend", "summer": "summer", "winter": "winter", "spring": "spring", "autumn": "autumn", "fall": "autumn",
    "sommer": "summer", "herbst": "autumn", "fruhling": "spring", "fruhjahr": "spring", "ete": "summer", "hiver": "winter", "printemps": "spring",
    "automne": "autumn", "verano": "summer", "invierno": "winter", "primavera": "spring", "otono": "autumn", "verao": "summer", "inverno": "winter",
    "outono": "autumn",
}  # fmt: skip

# "this week", "next week", "la semana que viene".
THIS = r"this|the current|diese[nrsm]?|cette|ce|cet|este|esta|deste|desta|neste|nesta|current|aktuellen"
NEXT = r"next|the coming|coming|the following|upcoming|nachste[nrsm]?|kommende[nrsm]?|proximo|proxima|prochaine?|la proxima|el proximo"
NEXT_AFTER = r"prochaine?|qui vient|que viene|que vem|proximo|proxima|entrante"

_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "a couple of": 2, "a few": 3, "ein": 1, "eine": 1, "einer": 1, "einem": 1, "einen": 1,
    "zwei": 2, "drei": 3, "vier": 4, "funf": 5, "sechs": 6, "acht": 8, "zehn": 10, "un": 1, "une": 1, "deux": 2,
    "trois": 3, "quatre": 4, "cinq": 5, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "um": 1, "uma": 1,
    "dois": 2, "duas": 2, "quatro": 4,
}  # fmt: skip


def count(word: str) -> int:
    """A small number, in digits or words."""
    return int(word) if word.isdigit() else _COUNTS[word]


def holiday(name: str, today: date) -> date:
    """The next day of that name, today included."""
    for year in (today.year, today.year + 1):
        day = holiday_in(name, year)
        if day >= today:
            return day
    return holiday_in(name, today.year + 1)


def holiday_in(name: str, year: int) -> date:
    """The day of that name in a year."""
    if name in _FIXED:
        month, day = _FIXED[name]
        return date(year, month, day)
    if name in _THANKSGIVING:
        first = date(year, 11, 1)
        fourth_thursday = first + timedelta(days=(3 - first.weekday()) % 7 + 21)
        return fourth_thursday + timedelta(days=_THANKSGIVING[name])
    return _easter(year)


def _easter(year: int) -> date:
    """Easter Sunday by the anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    ell = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * ell) // 451
    month, day = divmod(h + ell - 7 * m + 114, 31)
    return date(year, month, day + 1)
