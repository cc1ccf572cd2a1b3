"""A planted mistake: where it stands and the rule that must find it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Planted:
    """One mistake. ``row_index`` counts from 0 in the contents of ``sheet``; ``what`` says in Chinese what was done."""

    rule: str
    sheet: str
    column: str
    row_index: int
    what: str
