"""Reads project data sets (ARFF or CSV) for the estimator: size, effort, and duration where there is one."""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent.parent / "data" / "effort"
DAYS_A_MONTH = 365.25 / 12
HOURS_A_MONTH = 152.0  # COCOMO's person-month

Vector = npt.NDArray[np.float64]

_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(\S+))""", re.IGNORECASE)

_SIZE_NAMES = (
    "pointsadjust", "adjustedfunctionpoints", "afp", "adjfp", "pointsnonadjust", "ufp", "fp", "functionpoints",
    "size", "fs", "functionalsize", "cosmicfp", "cfp", "totalufp", "kloc", "ksloc", "loc", "sloc", "equivphyskloc",
)  # fmt: skip
_EFFORT_NAMES = (
    "effort", "actualeffort", "acteffort", "deveffhrs", "effortmm", "effortmonths", "effortph", "efforthours",
    "neffort", "seffort", "mm", "workeffort",
)  # fmt: skip
_DURATION_NAMES = ("duration", "actualduration", "length", "months", "durationmonths")


class DataError(Exception):
    """The file cannot be used; the message says why and what would help."""


@dataclass(frozen=True)
class DataSet:
    """Projects of one source. Sizes in function points (or one other unit throughout), efforts in person-hours,
    durations in months or NaN. Rows without a positive size and effort are left out and counted in `dropped`."""

    name: str
    size: Vector
    effort: Vector
    duration: Vector
    dropped: int = 0

    def __len__(self) -> int:
        return len(self.size)

    def take(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> "DataSet":
        """Some of the rows, by mask or by index."""
        return DataSet(self.name, self.size[rows], self.effort[rows], self.duration[rows])


def data_set(
    name: str,
    size: Iterable[float],
    effort: Iterable[float],
    duration: Iterable[float] | None = None,
) -> DataSet:
    """A data set from plain numbers, in function points, person-hours and months."""
    sizes, efforts = (np.asarray(list(values), dtype=np.float64) for values in (size, effort))
    durations = (
        np.full(len(sizes), math.nan) if duration is None else np.asarray(list(duration), dtype=np.float64)
    )
    if not len(sizes) == len(efforts) == len(durations):
        raise DataError("size, effort and duration must have the same length")
    good = np.isfinite(sizes) & np.isfinite(efforts) & (sizes > 0) & (efforts > 0)
    durations = np.where(durations > 0, durations, math.nan)
    return DataSet(name, sizes[good], efforts[good], durations[good], int((~good).sum()))


def _read_arff(text: str) -> list[dict[str, str]]:
    names: list[str] = []
    rows: list[dict[str, str]] = []
    in_data = False
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("%"):
            continue
        if in_data:
            row = next(csv.reader([stripped], quotechar="'", escapechar="\\", skipinitialspace=True))
            rows.append(dict(zip(names, (value.strip() for value in row), strict=False)))
        elif match := _ATTRIBUTE.match(stripped):
            names.append(next(group for group in match.groups() if group is not None).strip())
        elif stripped.lower().startswith("@data"):
            in_data = True
    return rows


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of an ARFF or CSV file as text by column name."""
    try:
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if re.search(r"^\s*@attribute", text, re.IGNORECASE | re.MULTILINE):
        rows = _read_arff(text)
    else:
        sample = text[:4096]
        delimiter = max(",;\t", key=sample.split("\n", 1)[0].count)
        rows = [
            {
                (key or "").strip(): (value or "").strip()
                for key, value in row.items()
                if isinstance(value, str)
            }
            for row in csv.DictReader(text.splitlines(), delimiter=delimiter)
        ]
    if not rows:
        raise DataError(f"{path} has no rows")
    return rows


def _number(text: str | None) -> float:
    try:
        return float(text) if text else math.nan
    except ValueError:
        return math.nan


def _column(rows: list[dict[str, str]], wanted: str | None, known: tuple[str, ...], what: str) -> str | None:
    """The column's name as the file spells it: the wanted one, else the first that is known under such a name."""
    columns = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in rows[0]}
    if wanted is not None:
        found = columns.get(re.sub(r"[^a-z0-9]", "", wanted.lower()))
        if found is None:
            raise DataError(f"there is no column {wanted!r} for {what}; there are: {', '.join(rows[0])}")
        return found
    return next((columns[name] for name in known if name in columns), None)


def read(
    path: Path,
    *,
    size: str | None = None,
    effort: str | None = None,
    duration: str | None = None,
    unit: str = "hours",
    duration_unit: str = "months",
    where: Mapping[str, str] | None = None,
) -> DataSet:
    """A data set from a file. Columns not named are looked for under their usual names. `unit` of effort: hours,
    days, months (152 h) or thousand-hours; `duration_unit`: months, weeks or days."""
    rows = read_rows(path)
    if where:
        rows = [row for row in rows if all(row.get(key) == value for key, value in where.items())]
    size_column = _column(rows, size, _SIZE_NAMES, "size")
    effort_column = _column(rows, effort, _EFFORT_NAMES, "effort")
    if size_column is None or effort_column is None:
        raise DataError(f"name the columns with --size and --effort; there are: {', '.join(rows[0])}")
    duration_column = _column(rows, duration, _DURATION_NAMES, "duration")
    hours = {"hours": 1.0, "days": 8.0, "months": HOURS_A_MONTH, "thousand-hours": 1000.0}[unit]
    months = {"months": 1.0, "weeks": 7 / DAYS_A_MONTH, "days": 1 / DAYS_A_MONTH}[duration_unit]
    return data_set(
        path.stem,
        (_number(row.get(size_column)) for row in rows),
        (_number(row.get(effort_column)) * hours for row in rows),
        (_number(row.get(duration_column)) * months for row in rows) if duration_column else None,
    )


def public_data_sets() -> list[DataSet]:
    """china, desharnais and kitchenham, as they come (see data/effort/README.md for the columns)."""
    return [
        read(FOLDER / "china.arff", size="AFP", effort="Effort", duration="Duration"),
        read(FOLDER / "desharnais.arff", size="PointsAdjust", effort="Effort", duration="Length"),
        read(
            FOLDER / "kitchenham.arff",
            size="Adjusted.function.points",
            effort="Actual.effort",
            duration="Actual.duration",
            duration_unit="days",
        ),
    ]
