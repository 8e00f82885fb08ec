"""Dates that a layout pushes to the margin are drawn before or after everything else, far from what they are about: they go
back to the line beside them."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from pypdf import PageObject

from services.experts.resume.dates import is_span

_SAME_LINE = 3.0  # points between baselines
_NEXT_LINE = 30.0  # points, at most, from a line to the one below it
_SAME_COLUMN = 3.0  # points between first letters


@dataclass(slots=True)
class _Drawn:
    """A line in the order of drawing, and where its first letter stands."""

    text: str = ""
    x: float = 0.0
    y: float = 0.0
    pieces: list[str] = field(default_factory=list)

    def part(self) -> None:
        """Set the cells of a table's row apart: where a stretch of time was drawn by itself, so was what it is about."""
        if any(is_span(piece) for piece in self.pieces):
            self.text = "".join(re.sub(r"^ +(?=\S)", "\t", piece) for piece in self.pieces)

    def follows(self, other: "_Drawn") -> bool:
        """Whether it stands in the same column as another one, right below it."""
        near = abs(self.x - other.x) <= _SAME_COLUMN and abs(self.y - other.y) <= _NEXT_LINE
        return near and not self.beside(other)

    def beside(self, other: "_Drawn") -> bool:
        return abs(self.y - other.y) <= _SAME_LINE


def text_of(page: PageObject) -> str:
    """The text of a page, in the order it was drawn, with stray dates where they belong."""
    lines = [_Drawn()]

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(_Drawn())
            line = lines[-1]
            if piece.strip() and not line.text.strip():
                line.x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
                line.y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            line.text += piece
            line.pieces.append(piece)

    page.extract_text(visitor_text=visit)
    for line in lines:
        line.part()
    drawn = [line for line in lines if line.text.strip()]
    in_column = {
        id(line) for above, line in pairwise(drawn) if line.follows(above) and not is_span(above.text)
    }
    for stray in [line for line in drawn if is_span(line.text) and id(line) not in in_column]:
        left = [line for line in lines if line.text.strip() and line.x < stray.x and line.beside(stray)]
        if left:
            host = max(left, key=lambda line: line.x)
            host.text = f"{host.text.rstrip()}\t{stray.text.strip()}"
            lines.remove(stray)
    return "\n".join(line.text for line in lines)
