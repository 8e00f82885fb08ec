"""Small line charts as SVG, for the growth curves in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path

from bench.processes import ROOT

IMAGES = ROOT / "docs" / "images"
COLOURS = ("#1d4ed8", "#b45309", "#047857", "#9d174d")
WIDTH, HEIGHT = 560, 330
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 54

Point = tuple[float, float]


def draw(
    name: str, *, title: str, x: str, y: str, lines: Mapping[str, Sequence[Point]], log_x: bool = False
) -> Path:
    """Write `docs/images/<name>.svg`; y begins at 0. Returns where it is."""
    xs = [point[0] for points in lines.values() for point in points]
    top = _nice(max(point[1] for points in lines.values() for point in points))
    low, high = (floor(log10(min(xs))), ceil(log10(max(xs)))) if log_x else (0.0, _nice(max(xs)))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def across(value: float) -> float:
        return LEFT + wide * ((log10(value) if log_x else value) - low) / (high - low)

    def up(value: float) -> float:
        return TOP + tall * (1 - value / top)

    marks = [10.0**n for n in range(int(low), int(high) + 1)] if log_x else [high * n / 4 for n in range(5)]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="12" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        _text(LEFT, 22, title, 'font-weight="600" font-size="14"'),
        _text(LEFT + wide / 2, HEIGHT - 12, x, 'text-anchor="middle"'),
        _text(0, 0, y, f'text-anchor="middle" transform="translate(16 {TOP + tall / 2}) rotate(-90)"'),
    ]
    for step in range(5):
        value = top * step / 4
        parts.append(f'<path d="M{LEFT} {up(value):.1f}h{wide}" stroke="#e5e7eb"/>')
        parts.append(_text(LEFT - 8, up(value) + 4, f"{value:g}", 'text-anchor="end"'))
    parts += [_text(across(mark), TOP + tall + 18, f"{mark:,g}", 'text-anchor="middle"') for mark in marks]
    # Names beside the ends of the lines, moved apart where they would touch.
    below = -1e9
    for colour, (label, points) in sorted(
        zip(COLOURS, lines.items(), strict=False), key=lambda item: up(item[1][1][-1][1])
    ):
        path = " ".join(f"{across(px):.1f},{up(py):.1f}" for px, py in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>')
        parts += [
            f'<circle cx="{across(px):.1f}" cy="{up(py):.1f}" r="3" fill="{colour}"/>' for px, py in points
        ]
        below = max(up(points[-1][1]) + 4, below + 15)
        parts.append(_text(across(points[-1][0]) + 8, below, label, f'fill="{colour}"'))
    path_to = IMAGES / f"{name}.svg"
    path_to.write_text("\n".join([*parts, "</svg>"]) + "\n")
    return path_to


def _text(x: float, y: float, text: str, extra: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{escape(text)}</text>'


def _nice(value: float) -> float:
    """The next round number from `value` up."""
    unit = 10.0 ** floor(log10(value)) if value > 0 else 1.0
    return next(unit * step for step in (1, 2, 4, 5, 8, 10) if unit * step >= value)
