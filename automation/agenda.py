"""The calendar's part of the journal: which reports were sent, which were left out on purpose, what went wrong when."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from automation.database import told_in_chinese
from automation.past import LEAP, Fault

if TYPE_CHECKING:  # it would load pandas, for which whoever only looks at the outbox need not wait
    from automation.timetable import Omission

_FAULTS = 20
"""The newest ones, enough to say why a report is late."""
_NOTICES = ("report|notices|", "report|notices}")
"""Between them lie the keys of the mails that asked departments for an answer, and no others."""


def read(db: sqlite3.Connection) -> dict[str, Any]:
    """The fields of :class:`~automation.past.Past` that the timetable rests on, and what was asked of departments.

    Raises ``JournalUnusable``.
    """
    with told_in_chinese():
        asked: dict[str, tuple[str, ...]] = {}
        for row in db.execute("SELECT outbox, told FROM carried WHERE outbox > ? AND outbox < ?", _NOTICES):
            asked[row["outbox"]] = (*asked.get(row["outbox"], ()), row["told"])
        sent = {(row["job"], row["period"]): _time(row["at"]) for row in db.execute("SELECT * FROM occurrences")}
        faults = db.execute("SELECT first, last, words FROM faults ORDER BY id DESC LIMIT ?", (_FAULTS,))
        return {
            "occurrences": frozenset(sent),
            "sent_at": sent,
            "even_since": _even_since(db),
            # A range, not LIKE: the index finds it, and no row's bytes are read past.
            "mailed": {
                row["key"]: _time(row["queued_at"])
                for row in db.execute("SELECT key, queued_at FROM outbox WHERE key > ? AND key < ?", _NOTICES)
            },
            "asked": asked,
            "omitted": {(row["job"], row["period"]): _time(row["at"]) for row in db.execute("SELECT * FROM skipped")},
            "starts": tuple(
                _time(row["at"]) for row in db.execute("SELECT min(at) AS at FROM passes GROUP BY substr(at, 1, 4)")
            ),
            "faults": tuple(Fault(_time(row["first"]), _time(row["last"]), row["words"]) for row in faults),
        }


def account(
    db: sqlite3.Connection, now: dt.datetime, sent: Sequence[tuple[str, str]], left_out: Sequence[Omission]
) -> None:
    """Part of a transaction: what this pass queued, and what it left out. What was queued is no longer left out."""
    at = now.isoformat()
    # What a clock that ran ahead had put on record is replaced.
    db.executemany(
        "INSERT OR REPLACE INTO occurrences (job, period, at) VALUES (?, ?, ?)", [(*key, at) for key in sent]
    )
    db.executemany("DELETE FROM skipped WHERE job = ? AND period = ?", sent)
    db.executemany(
        "INSERT OR REPLACE INTO skipped (job, period, due_at, at, why) VALUES (?, ?, ?, ?, ?)",
        [(*one.occurrence.key, one.occurrence.at.isoformat(), at, one.why) for one in left_out],
    )


def _even_since(db: sqlite3.Connection) -> dt.datetime | None:
    """The first pass after the latest leap; ``None`` where there is none within ``LEAP`` of the last pass."""
    newest = later = None
    for (text,) in map(tuple, db.execute("SELECT at FROM passes ORDER BY id DESC")):
        at = _time(text)
        if later is not None and abs(later - at) > LEAP:
            return later
        newest, later = newest or at, at
        if newest - at > LEAP:
            break
    return None


def keep_fault(db: sqlite3.Connection, fault: Fault) -> None:
    """Part of a transaction: no pass was possible. The same fault again, with no pass in between, is still that one."""
    row = db.execute("SELECT id, last, words FROM faults ORDER BY id DESC LIMIT 1").fetchone()
    last_pass = db.execute("SELECT at FROM passes ORDER BY id DESC LIMIT 1").fetchone()
    if row and row["words"] == fault.words and not (last_pass and last_pass["at"] > row["last"]):
        db.execute("UPDATE faults SET last = ? WHERE id = ?", (fault.last.isoformat(), row["id"]))
        return
    db.execute(
        "INSERT INTO faults (first, last, words) VALUES (?, ?, ?)",
        (fault.first.isoformat(), fault.last.isoformat(), fault.words),
    )


def _time(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
