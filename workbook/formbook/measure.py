"""How many lines a text takes in a box, counted so that it is never more in Excel, WPS or LibreOffice.

Merged cells do not grow with their text: what is not counted here is not seen. Widths are in ems, the width of one
Chinese sign. Latin signs are counted as wide as in the widest of the fonts that may stand in for 宋体.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

SIZE = 10
"""Points of the text in boxes."""
LINE_HEIGHT = 14.7
"""Points a line of it takes in the highest font that may stand in (Noto Sans CJK: 1.448)."""
COLUMN = 27
"""Pixels of one column."""
PADDING = 3.6
"""Points a row is higher than its lines."""

_SLACK = 1.3  # ems: no line begins with a comma or a closing quote, so the sign before it goes down with it
_INSET = 12.0  # points left and right of a cell's text together, its indent too
_RUN = re.compile(r"[!-~]+\n?|.\n?", re.DOTALL)
_SENTENCE = re.compile(r"[。！？；\n][”’）》]*")
_NEAR = 3  # lines
_CLOSING = frozenset("，。、；：！？）》”’…")
_WIDE_LATIN = frozenset("@%&WM")


def room(wide: int) -> float:
    """Ems of text in a line of a box that many columns wide."""
    return (wide * COLUMN * 0.75 - _INSET) / SIZE


def height(lines: int) -> float:
    """Points of a row of so many lines."""
    return round(lines * LINE_HEIGHT + PADDING, 2)


def ems(text: str) -> float:
    """The width of a text on one line."""
    return sum(map(_em, text))


def _em(sign: str) -> float:
    if sign == " ":
        return 0.5
    if sign.isascii():
        return 0.95 if sign in _WIDE_LATIN else 0.74 if sign.isupper() else 0.64
    if unicodedata.combining(sign) or unicodedata.category(sign) == "Cf":
        return 0.0
    return 0.65 if unicodedata.east_asian_width(sign) in ("N", "Na", "H") else 1.0


def broken(text: str, wide: int) -> list[str]:
    """The text in the lines it takes, at most; joined they are the text again."""
    most = room(wide)
    lines = [line for part in text.splitlines(keepends=True) for line in _broken(part, most)]
    return lines or [""]


def count(text: str, wide: int) -> int:
    """How many lines that is."""
    return len(broken(text, wide))


def cut(text: str, wide: int, most: int) -> tuple[str, str]:
    """As much of a text as ``most`` lines hold, up to the end of a sentence where one is near, and the rest."""
    lines = broken(text, wide)
    if len(lines) <= most:
        return text, ""
    held = "".join(lines[:most])
    ends = [match.end() for match in _SENTENCE.finditer(held)]
    near = len("".join(lines[: most - _NEAR]))
    at = ends[-1] if ends and ends[-1] > near else len(held)
    while at > 1 and text[at] in _CLOSING:  # no line begins with these
        at -= 1
    return text[:at].rstrip("\n"), text[at:].lstrip("\n")


def pieces(text: str, wide: int, most: int) -> list[str]:
    """A text in parts of at most so many lines each."""
    parts = []
    while True:
        part, text = cut(text, wide, most)
        parts.append(part)
        if not text:
            return parts


def _broken(part: str, most: float) -> Iterator[str]:
    plain = part.rstrip("\n")
    if ems(plain) <= most:
        yield part
        return
    most = max(most if plain.isascii() else most - _SLACK, 1.0)
    line, used = "", 0.0
    for run in _runs(part, most):
        width = ems(run.rstrip("\n"))
        if line and used + width > most:
            yield line
            line, used = "", 0.0
        line, used = line + run, used + width
    yield line


def _runs(part: str, most: float) -> Iterator[str]:
    """What is not divided at the end of a line: a run of Latin signs, unless it is longer than the line."""
    for match in _RUN.finditer(part):
        run = match.group()
        if len(run) > 1 and ems(run) > most:
            yield from run
        else:
            yield run
