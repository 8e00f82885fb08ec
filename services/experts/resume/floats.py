"""Dates that a layout pushes to the margin are drawn before or after everything else, far from what they are about: they go
back to the line beside them."""

from dataclasses import dataclass

from pypdf import PageObject

from services.experts.resume.dates import is_span

_SAME_LINE = 3.0  # points between baselines


@dataclass(slots=True)
class _Drawn:
    """A line in the order of drawing, and where its first letter stands."""

    text: str = ""
    x: float = 0.0
    y: float = 0.0

    def beside(self, other: "_Drawn") -> bool:
        return abs(self.y - other.y) <= _SAME_LINE


def text_of(page: PageObject) -> str:
    """The text of a page, in the order it was drawn, with stray dates where they belong."""
    lines = [_Drawn()]

    def visit(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        for number, piece in enumerate(text.split("\n")):
            if number:
                lines.append(_Drawn())
            if piece.strip() and not lines[-1].text.strip():
                lines[-1].x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
                lines[-1].y = cm[1] * tm[4] + cm[3] * tm[5] + cm[5]
            lines[-1].text += piece

    page.extract_text(visitor_text=visit)
    for stray in [line for line in lines if is_span(line.text)]:
        left = [line for line in lines if line.text.strip() and line.x < stray.x and line.beside(stray)]
        if left:
            host = max(left, key=lambda line: line.x)
            host.text = f"{host.text.rstrip()}\t{stray.text.strip()}"
            lines.remove(stray)
    return "\n".join(line.text for line in lines)
