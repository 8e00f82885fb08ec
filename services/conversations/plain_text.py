"""Messages as plain words, for places that show no Markdown: mails, notifications, excerpts.

The subset is the web's, read as `web/src/lib/markdown` reads it; `tests/conversations/plain_text.json` holds both to that.
"""

import re
from collections.abc import Callable, Iterable, Sequence

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*[\w+#.-]*[^`]*$", re.ASCII)
_HEADING = re.compile(r" {0,3}#{1,6}\s+(\S.*)$")
_RULE = re.compile(r" {0,3}([-*_])(?:\s*\1){2,}\s*$")
_QUOTE = re.compile(r" {0,3}> ?(.*)$")
_ITEM = re.compile(r"( *)([-*+•]|[0-9]{1,9}[.)])\s+(.*)$")
_TABLE_LINE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_DEEPEST_BLOCK = 6

_NEXT = re.compile(r"[\\`*_~[]|(?<![A-Za-z0-9_])https?://", re.IGNORECASE)
_ESCAPE = re.compile(r"\\([\\`*_~\[\]()#>|!-])")
_CODE = re.compile(r"(`+)([^`]|[^`][\s\S]*?[^`])\1(?!`)")
_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]*\]){1,300})\]"
    r"\(\s*<?([^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+\"[^\"]*\")?\s*\)"
)
_FOLLOWED = re.compile(r"/(?![/\\])[^\s\\]*$|https?:/*[^\s/?#]|mailto:", re.IGNORECASE)
_BARE = re.compile(r"https?://[^\s<>\"'`]+", re.IGNORECASE)
_STRONG = re.compile(r"(?:(\*\*)|(__))(?=\S)([\s\S]*?\S)(?:(?(1)\*\*)(?(2)__(?!\w)))")
_EMPHASIS = re.compile(
    r"(?:(\*)|(_))(?=[^\s*_])([\s\S]*?[^\s*_])(?:(?(1)\*(?![A-Za-z0-9_*]))(?(2)_(?![\w*])))"
)
_STRIKE = re.compile(r"~~(?=\S)([\s\S]*?\S)~~")
_OPENS_NOTHING = re.compile(r"[*_]+[,.;:!?)\]}/-]")
_POWER = re.compile(r"\*+[0-9]")
_DEEPEST_INLINE = 8

# Between what stands below one another or in columns, where it has to be told apart in one line.
_APART = " · "


def plain(text: str) -> str:
    """The words of a message in one line: without marks, links by their text, code as it is, quotes in quotation marks. One
    that has no words is left as it was typed."""
    return _line(_blocks(text.replace("\r\n", "\n").split("\n"), 0)) or " ".join(text.split())


def _line(parts: Iterable[str]) -> str:
    return " ".join(" ".join(parts).split())


def _blocks(lines: Sequence[str], depth: int) -> list[str]:
    """The words of each block."""
    found: list[str] = []
    at = 0
    while at < len(lines):
        if lines[at].strip():
            words, at = _block(lines, at, depth)
            found.append(words)
        else:
            at += 1
    return found


def _block(lines: Sequence[str], at: int, depth: int) -> tuple[str, int]:
    line = lines[at]
    if fence := _FENCE.match(line):
        end = _end(lines, at + 1, lambda each: each.strip().startswith(fence[1]))
        return "\n".join(lines[at + 1 : end]), end + 1
    if heading := _HEADING.match(line):
        return _inline(_unclosed(heading[1].rstrip())), at + 1
    if _RULE.match(line):
        return "", at + 1
    if depth < _DEEPEST_BLOCK and _QUOTE.match(line):
        return _quote(lines, at, depth)
    if depth < _DEEPEST_BLOCK and _ITEM.match(line):
        return _list(lines, at, depth)
    below = lines[at + 1] if at + 1 < len(lines) else ""
    if "|" in line and "-" in below and _TABLE_LINE.match(below):
        end = _end(lines, at + 2, lambda each: "|" not in each)
        return _table([line, *lines[at + 2 : end]]), end
    end = _end(lines, at + 1, lambda each: not each.strip() or _interrupts(each))
    return _inline("\n".join(each.strip() for each in lines[at:end])), end


def _end(lines: Sequence[str], at: int, ends: Callable[[str], object]) -> int:
    return next((place for place in range(at, len(lines)) if ends(lines[place])), len(lines))


def _unclosed(heading: str) -> str:
    """A heading without the signs that close it; `C#` keeps its own."""
    words = heading.rstrip("#")
    return words.rstrip() if words[-1:].isspace() else heading


def _interrupts(line: str) -> bool:
    return any(begins.match(line) for begins in (_FENCE, _HEADING, _RULE, _QUOTE, _ITEM))


def _quote(lines: Sequence[str], at: int, depth: int) -> tuple[str, int]:
    inner: list[str] = []
    while at < len(lines) and (match := _QUOTE.match(lines[at])):
        inner.append(match[1])
        at += 1
    said = _line(_blocks(inner, depth + 1))
    return f"“{said}”" if said else "", at


def _list(lines: Sequence[str], at: int, depth: int) -> tuple[str, int]:
    first = _ITEM.match(lines[at])
    assert first is not None
    indent, ordered = len(first[1]), first[2][0].isdigit()
    items: list[list[str]] = []
    while at < len(lines):
        line = lines[at]
        item = _ITEM.match(line)
        if item and len(item[1]) <= indent + 1:
            if item[2][0].isdigit() is not ordered:
                break
            items.append([item[3]])
        elif not line.strip() and at + 1 < len(lines) and _continues(lines[at + 1], indent, ordered):
            items[-1].append("")
        elif item or re.match(r" {2,}\S", line):
            items[-1].append(line[min(indent + 2, len(line) - len(line.lstrip())) :])
        else:
            break
        at += 1
    said = [_line(_blocks(item, depth + 1)) for item in items]
    if ordered:
        return " ".join(f"{number}. {each}" for number, each in enumerate(said, int(first[2][:-1]))), at
    return _APART.join(filter(None, said)), at


def _continues(line: str, indent: int, ordered: bool) -> bool:
    """Whether a list goes on after a blank line."""
    item = _ITEM.match(line)
    if item and len(item[1]) <= indent + 1:
        return item[2][0].isdigit() is ordered
    return len(line) - len(line.lstrip(" ")) >= indent + 2 and bool(line.strip())


def _table(lines: Sequence[str]) -> str:
    """A table whose rows have the cells of its first line, the head."""
    rows = [
        [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]
        for line in lines
    ]
    cells = (cell for row in rows for cell in row[: len(rows[0])])
    return _APART.join(filter(None, map(_inline, cells)))


def _inline(source: str, depth: int = 0) -> str:
    """The words within one block."""
    if depth == _DEEPEST_INLINE:
        return source
    found: list[str] = []
    at = 0
    while special := _NEXT.search(source, at):
        found.append(source[at : special.start()])
        words, at = _special(source, special.start(), depth) or (special[0][0], special.start() + 1)
        found.append(words)
    return "".join((*found, source[at:]))


def _special(source: str, at: int, depth: int) -> tuple[str, int] | None:
    """The words of what begins here, and where it ends; None if it is what it looks like."""
    sign = source[at]
    if sign == "\\":
        return (match[1], match.end()) if (match := _ESCAPE.match(source, at)) else None
    if sign == "`":
        return (match[2], match.end()) if (match := _CODE.match(source, at)) else None
    if sign == "~":
        return (_inline(match[1], depth + 1), match.end()) if (match := _STRIKE.match(source, at)) else None
    if sign == "[":
        match = _LINK.match(source, at)
        return (_inline(match[1], depth + 1), match.end()) if match and _FOLLOWED.match(match[2]) else None
    if sign in "hH":
        return (match[0], match.end()) if (match := _BARE.match(source, at)) else None
    before = source[at - 1] if at else " "
    if not before.isspace() and before not in "([{\"'“‘«" and _OPENS_NOTHING.match(source, at):
        return None  # the star of a price, say
    if before in "0123456789" and _POWER.match(source, at):
        return None
    if sign == "_" and (before.isalnum() or before == "_"):
        return None
    match = _STRONG.match(source, at) or _EMPHASIS.match(source, at)
    return (_inline(match[3], depth + 1), match.end()) if match else None
