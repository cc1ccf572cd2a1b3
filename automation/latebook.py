"""The journal's part for what passes judged late: what is known to be, and what the record took back."""

from __future__ import annotations

import datetime as dt
import sqlite3
from functools import cache
from typing import TYPE_CHECKING, TypedDict

from automation.past import Late, LateNoMore

if TYPE_CHECKING:  # it is loaded with a pass only
    from automation.lates import Compared


class Read(TypedDict):
    """Fields of :class:`~automation.past.Past`."""

    lates: dict[Late, dt.datetime]
    no_more: tuple[LateNoMore, ...]
    basis: str


def read(db: sqlite3.Connection) -> Read:
    """All of it."""
    times = cache(dt.datetime.fromisoformat)  # a pass sees many things at once
    cursor = db.cursor()
    cursor.row_factory = None
    known = cursor.execute('SELECT ticket, rule, round, due, "end", at FROM late').fetchall()
    taken = cursor.execute('SELECT ticket, rule, round, due, "end", at, seen FROM late_no_more ORDER BY id').fetchall()
    basis = cursor.execute("SELECT basis FROM judged_on").fetchone()
    return {
        "lates": {Late(*late): times(at) for *late, at in known},
        "no_more": tuple(LateNoMore(Late(*late), times(at), times(seen)) for *late, at, seen in taken),
        "basis": basis[0] if basis else "",
    }


def keep(db: sqlite3.Connection, found: Compared) -> None:
    """What a pass found, inside its transaction."""
    db.executemany(
        'DELETE FROM late WHERE ticket = ? AND rule = ? AND round = ? AND due = ? AND "end" = ?', found.dropped
    )
    db.executemany(
        'INSERT OR REPLACE INTO late (ticket, rule, round, due, "end", at) VALUES (?, ?, ?, ?, ?, ?)',
        [(*late, at.isoformat()) for late, at in found.kept.items()],
    )
    db.executemany(
        'INSERT INTO late_no_more (ticket, rule, round, due, "end", at, seen) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [(*one.late, one.at.isoformat(), one.seen.isoformat()) for one in found.no_more],
    )
    db.execute("INSERT OR REPLACE INTO judged_on (id, basis) VALUES (1, ?)", (found.basis,))
