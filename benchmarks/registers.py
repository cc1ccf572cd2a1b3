"""The registers that are measured: an invented dealership, all columns filled, as many tickets as asked for."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from automation.sample import dealership
from workbook import build, schema

NOW = dt.datetime(2026, 11, 21, 9, 30)
_KEPT = 1_000
"""Rows of the side sheets: the register is what is measured."""


def make(path: Path, tickets: int) -> None:
    """Write the register of that many tickets, the same for the same number; an existing one is left alone."""
    if path.exists():
        return
    contents = dealership(tickets, 1, NOW).contents
    for table in (schema.EVENTS, schema.CALLBACKS, schema.REWARDS):
        contents[table.sheet] = contents[table.sheet][-_KEPT:]
    half = path.with_suffix(".part.xlsx")
    build.write(half, contents, created=NOW)
    half.rename(path)


if __name__ == "__main__":
    make(Path(sys.argv[1]), int(sys.argv[2]))
