"""Draws the calibration plot as SVG."""

from collections.abc import Callable, Mapping, Sequence
from math import log10

import numpy as np

from bench.estimation_check import Tally
from bench.estimation_data import DataSet
from services.projects.estimation.calibration import Curve

_COLOURS = ("#1d4ed8", "#b45309", "#047857", "#9d174d")
_WIDTH, _HEIGHT, _SIDE = 900, 430, 330
_TOP, _LEFTS = 46, (70, 520)

Scale = Callable[[float], float]


def _line(points: Sequence[tuple[float, float]], style: str) -> str:
    return f'<polyline fill="none" {style} points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in points)}"/>'


def _text(x: float, y: float, text: str, extra: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{text}</text>'


def _axes(
    left: float, title: str, x_label: str, y_label: str, ticks: Sequence[tuple[str, float, float]]
) -> list[str]:
    """The frame; `ticks` are (label, x or NaN, y or NaN) in page units."""
    bottom = _TOP + _SIDE
    parts = [
        f'<rect x="{left}" y="{_TOP}" width="{_SIDE}" height="{_SIDE}" fill="#fff" stroke="#9ca3af"/>',
        _text(left, _TOP - 16, title, 'font-weight="600"'),
        _text(left + _SIDE / 2, bottom + 40, x_label, 'text-anchor="middle"'),
        _text(
            0,
            0,
            y_label,
            f'text-anchor="middle" transform="translate({left - 46} {_TOP + _SIDE / 2}) rotate(-90)"',
        ),
    ]
    for label, x, y in ticks:
        if x == x:
            parts.append(_text(x, bottom + 18, label, 'text-anchor="middle"'))
        if y == y:
            parts.append(_text(left - 8, y + 4, label, 'text-anchor="end"'))
    return parts


def _coverage(lines: Mapping[str, Tally], left: float) -> list[str]:
    def across(value: float) -> float:
        return left + value * _SIDE

    def up(value: float) -> float:
        return _TOP + (1 - value) * _SIDE

    nan = float("nan")
    ticks = [(f"{value:.0%}", across(value), nan) for value in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    ticks += [(f"{value:.0%}", nan, up(value)) for value in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    parts = _axes(left, "Are the intervals right?", "probability the interval claims", "share it held", ticks)
    parts.append(_line([(across(0), up(0)), (across(1), up(1))], 'stroke="#9ca3af" stroke-dasharray="4 4"'))
    parts.append(
        f'<rect x="{across(0.78):.1f}" y="{up(0.88):.1f}" width="{0.04 * _SIDE:.1f}" height="{0.16 * _SIDE:.1f}" '
        'fill="#fde68a" opacity="0.8"><title>72 to 88 % at 80 %</title></rect>'
    )
    levels = [0.05 * step for step in range(21)]
    for index, (name, tally) in enumerate(lines.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        points = [(across(level), up(tally.coverage(level))) for level in levels]
        parts.append(_line(points, f'stroke="{colour}" stroke-width="2"'))
        parts.append(_text(left + 14, _TOP + 22 + 18 * index, name, f'fill="{colour}"'))
    return parts


def _log_scale(low: float, high: float, start: float, end: float) -> Scale:
    return lambda value: start + (log10(value) - log10(low)) / (log10(high) - log10(low)) * (end - start)


def _projects(sets: Sequence[DataSet], curve: Curve, left: float) -> list[str]:
    across = _log_scale(8, 20_000, left, left + _SIDE)
    up = _log_scale(20, 150_000, _TOP + _SIDE, _TOP)
    nan = float("nan")
    ticks = [(f"{value:,}", across(value), nan) for value in (10, 100, 1000, 10_000)]
    ticks += [(f"{value:,}", nan, up(value)) for value in (100, 1000, 10_000, 100_000)]
    parts = _axes(left, "Projects, median and 80 % band", "function points", "person-hours", ticks)
    sizes = [float(size) for size in np.geomspace(9, 18_000, 40)]
    band = [(across(size), up(curve.predict(size).quantile(0.9))) for size in sizes]
    band += [(across(size), up(curve.predict(size).quantile(0.1))) for size in reversed(sizes)]
    points = " ".join(f"{x:.1f},{min(max(y, _TOP), _TOP + _SIDE):.1f}" for x, y in band)
    parts.append(f'<polygon points="{points}" fill="#bfdbfe" opacity="0.6"/>')
    for index, one in enumerate(sets):
        colour = _COLOURS[(index + 1) % len(_COLOURS)]
        parts.append(f'<g fill="{colour}" opacity="0.55">')
        parts += [
            f'<circle cx="{across(float(size)):.1f}" cy="{up(float(effort)):.1f}" r="1.8"/>'
            for size, effort in zip(one.size, one.effort, strict=True)
        ]
        parts.append("</g>")
        parts.append(_text(left + 14, _TOP + 22 + 18 * index, one.name, f'fill="{colour}"'))
    medians = [(across(size), up(curve.predict(size).median)) for size in sizes]
    parts.append(_line(medians, 'stroke="#1d4ed8" stroke-width="2"'))
    return parts


def draw(lines: Mapping[str, Tally], sets: Sequence[DataSet], curve: Curve) -> str:
    """Left: claimed against observed coverage. Right: the projects with the band for a new organisation."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#374151">',
        "<title>Calibration of the estimator</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        *_coverage(lines, _LEFTS[0]),
        *_projects(sets, curve, _LEFTS[1]),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
