"""Formulas that count entries of a listing."""

from __future__ import annotations

import re

from workbook.reportbook.model import Formula, Value

LONGEST_CRITERION = 100
"""Excel takes 255 signs of text in a formula, and escapes lengthen it."""

_SIGNS = re.compile(r"([~*?])")


def countifs(figure: int, *pairs: tuple[str, str]) -> Formula:
    """COUNTIFS over ranges and the words they must hold; the words as they are, neither wildcard nor comparison.

    ``figure`` is the result. Words longer than ``LONGEST_CRITERION`` do not fit: write the figure itself.
    """
    return Formula(f"=COUNTIFS({','.join(f'{cells},{criterion(word)}' for cells, word in pairs)})", figure)


def criterion(word: str) -> str:
    """The word as a criterion of COUNTIFS that nothing but the word meets."""
    escaped = _SIGNS.sub(r"~\1", word).replace('"', '""')
    return f'"={escaped}"'


def counted(figure: int, *pairs: tuple[str, str]) -> Value:
    """:func:`countifs`, or the figure itself where a word is too long for it."""
    if any(len(word) > LONGEST_CRITERION for _, word in pairs):
        return figure
    return countifs(figure, *pairs)
