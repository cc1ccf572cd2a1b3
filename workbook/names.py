"""The names in a cell of people: several are divided by ``、`` or by what people type instead of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from workbook import distinct
from workbook.cells import Typed, as_text, half_width

_DIVIDERS = re.compile(r"[、,;/&+|]")
_DIVIDERS_OR_SPACES = re.compile(r"[、,;/&+|]|\s+")
_REMARK = re.compile(r"(?<=[^、,;/&+|\s(])\s*\([^()]*\)")
"""What stands in brackets after a name: his post, his department."""
_OPENED = str.maketrans({"【": "(", "】": ")", "〔": "(", "〕": ")", "[": "(", "]": ")"})
_AND = ("和", "与", "及", "以及")
_JOINED = re.compile(r"(?<=[\u4e00-\u9fff]{2})(?:以及|[和与及])(?=[\u4e00-\u9fff]{2})")
"""A word for "and" between two names; no name is cut at it (和珅, 张和平), for a name has four signs at most."""


def names_in(text: str) -> tuple[str, ...]:
    """The names of a cell that may hold several (``张伟、李娜``, ``张伟和李娜``, ``张伟（销售部）``)."""
    plain = _REMARK.sub("", _half(text)).translate({ord("("): None, ord(")"): None})
    parts = (part for part in _DIVIDERS_OR_SPACES.split(plain) if part)
    return tuple(name for part in parts for name in _JOINED.split(part))


def contained(text: str, known: Collection[str]) -> tuple[str, ...]:
    """The known names that stand anywhere in a text, as they stand there; never one inside a longer known one."""
    rest, found = _half(text), []
    for name in sorted(known, key=lambda name: (-len(name), name)):
        if name and name in rest:
            found.append(name)
            rest = rest.replace(name, "|")
    return tuple(sorted(found, key=_half(text).find))


def meant(text: str, known: Collection[str]) -> frozenset[str]:
    """Everybody a cell may mean: its names, and where one is nobody's, also whoever is named inside the text."""
    named = frozenset(names_in(text))
    return named if named.issubset(known) else named | frozenset(contained(text, known))


def people(column: pd.Series, known: Collection[str]) -> Typed:
    """A column of people: half-width, white space between names as ``、``, any other gone.

    ``known``: names of people, without white space: where the signs of a cell together are one of them, it is that one.
    """
    codes, values = distinct.factorize(as_text(column))
    tidy = [spaced(value, known) for value in values.tolist()]
    mended = np.array([one != other for one, other in zip(tidy, values.tolist(), strict=True)], dtype=bool)
    none = np.zeros(len(column), dtype=bool)
    return Typed(pd.Series(distinct.objects(tidy)[codes], index=column.index, dtype=object), mended[codes], none)


def spaced(text: str, known: Collection[str]) -> str:
    """A text with ``、`` where white space divides names; none where it is inside one (``张 伟``, ``欧阳 锋``)."""
    half = half_width(text)
    if len(half.split()) < 2:
        return half.strip()
    together = _REMARK.sub(lambda remark: "".join(remark[0].split()), half)
    parts = (part.split() for part in _DIVIDERS.split(together))
    return "、".join(name for pieces in parts for name in _names_of(pieces, known))


def _names_of(pieces: Sequence[str], known: Collection[str]) -> list[str]:
    whole = "".join(pieces)
    if whole in known:
        return [whole]
    names: list[str] = []
    begins = True
    for place, piece in enumerate(pieces):
        last = place == len(pieces) - 1
        if names and not last and piece in _AND and len(names[-1]) > 1:
            begins = True
        elif begins or not _goes_on(names[-1], piece, known, last=last):
            names.append(piece)
            begins = False
        else:
            names[-1] += piece
    return names


def _goes_on(name: str, piece: str, known: Collection[str], *, last: bool) -> bool:
    """Whether a piece is the rest of the name before it: no name has one sign only, and foreign ones have spaces."""
    if name + piece in known or (name.isascii() and piece.isascii()):
        return True
    signs = len(piece.partition("(")[0])
    return (len(name) == 1 and signs <= 2) or (signs <= 1 and last and name not in known)


def _half(text: str) -> str:
    return half_width(text).translate(_OPENED)
