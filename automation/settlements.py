"""The journal's part for rewards and penalties: the months that were reported, line by line, with the file that was sent."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from automation.database import told_in_chinese
from workbook.errors import KesuError

if TYPE_CHECKING:
    from automation.payroll.lines import Entry
    from automation.payroll.settlement import Closed

_ENTRY = (
    *("day", "ticket", "person", "department", "kind", "clause", "reason", "fen"),
    *("determiner", "approver", "approved", "remark"),
)


class MonthClosed(KesuError):
    """Another pass has reported a month meanwhile; nothing of the transaction stands, plan the pass again."""


def read(db: sqlite3.Connection) -> tuple[Closed, ...]:
    """Every month reported, in the order in which that was done. Raises ``JournalUnusable``."""
    from automation.payroll.holds import Held
    from automation.payroll.lines import Line
    from automation.payroll.settlement import Closed, Settlement

    with told_in_chinese():
        months = db.execute("SELECT * FROM settlements ORDER BY number").fetchall()
        rows = db.execute("SELECT * FROM settled_lines ORDER BY settlement, place").fetchall() if months else []
    lines: defaultdict[int, list[Line]] = defaultdict(list)
    for row in rows:
        lines[row["settlement"]].append(
            Line(row["account"], row["sort"], _entry({name: row[name] for name in _ENTRY}), row["posted"], row["note"])
        )
    return tuple(
        Closed(
            Settlement(
                month["month"],
                tuple(lines[month["number"]]),
                tuple(
                    Held(**{**held, "entry": _entry(held["entry"]), "rules": tuple(held["rules"])})
                    for held in json.loads(month["held"])
                ),
                month["first"],
                month["penalty_limit"],
            ),
            dt.datetime.fromisoformat(month["at"]),
            month["name"],
            bytes(month["workbook"]),
            month["sha256"],
            month["note"],
            month["label"],
        )
        for month in months
    )


def close(db: sqlite3.Connection, closed: Closed, number: int) -> None:
    """Part of a transaction: the month is reported. ``number``: how many were before it, as far as the pass knew.

    Raises :class:`MonthClosed`.
    """
    known = db.execute("SELECT count(*), coalesce(sum(month = ?), 0) FROM settlements", (closed.month,)).fetchone()
    if known[0] != number or known[1]:
        raise MonthClosed(f"另一个 kesu 刚刚报送了奖罚，{closed.month} 下一轮重新计算")
    settled = closed.settlement
    held = [{**_plain(one), "entry": _plain(one.entry)} for one in settled.held]
    db.execute(
        "INSERT INTO settlements (number, month, at, name, workbook, sha256, first, penalty_limit, held, note, label)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number + 1, closed.month, closed.at.isoformat(), closed.name, closed.workbook, closed.sha256),
            *(settled.first, settled.limit, json.dumps(held, ensure_ascii=False), closed.note, closed.label),
        ),
    )
    db.executemany(
        f"INSERT INTO settled_lines (settlement, place, account, sort, posted, note, {', '.join(_ENTRY)})"
        f" VALUES (?, ?, ?, ?, ?, ?{', ?' * len(_ENTRY)})",
        [
            (number + 1, place, line.account, line.sort, line.fen, line.note, *_plain(line.entry).values())
            for place, line in enumerate(settled.lines)
        ],
    )


def _plain(one: Any) -> dict[str, Any]:
    """The fields of a dataclass, days as text."""
    values = {name: getattr(one, name) for name in one.__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in values.items()}


def _entry(held: Mapping[str, Any]) -> Entry:
    from automation.payroll.lines import Entry

    days = {name: held[name] and dt.date.fromisoformat(held[name]) for name in ("day", "approved")}
    return Entry(**{**held, **days})
