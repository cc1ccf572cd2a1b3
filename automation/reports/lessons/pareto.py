"""Few causes, most complaints: shares that add up from the most frequent on, and which are the vital few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from automation.reports.lessons.history import Count

VITAL = 0.8
"""The share that the vital few make up together."""
ENOUGH = 5
"""From so many on a share is told in percent; of fewer the number is told, for one case more would turn it over."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A word with its share of the month and the share of it and all before it."""

    line: Count
    share: float
    cumulative: float
    vital: bool


def pareto(lines: Sequence[Count]) -> tuple[Bar, ...]:
    """The words that the month has, the most frequent first.

    The vital few are the first ones that make up 80 % together. Where that takes more than half of the words, or there
    are too few tickets to say, nothing stands out and none is marked.
    """
    found = [line for line in lines if line.cases]
    total = sum(line.count for line in found)
    bars, added = [], 0
    for line in found:
        vital = added < VITAL * total
        added += line.count
        bars.append(Bar(line, line.count / total, added / total, vital))
    marked = sum(bar.vital for bar in bars)
    if total >= ENOUGH and marked <= len(bars) / 2:
        return tuple(bars)
    return tuple(Bar(bar.line, bar.share, bar.cumulative, False) for bar in bars)


def share_words(part: int, whole: int) -> str:
    """A share as it may be told: ``40%（4/10）``, of few ``1/3``, of none nothing."""
    if not whole:
        return ""
    if whole < ENOUGH:
        return f"{part}/{whole}"
    told = round(part / whole * 100)
    told = 99 if told == 100 and part < whole else 1 if told == 0 and part else told
    return f"{told}%（{part}/{whole}）"
