"""Workbooks written as small text tables, so that a test's input can be read where the test stands.

A block is a sheet: its name, its headers divided by ``|``, its rows. Blocks are divided by empty lines:

    反馈登记
    编号           | 接收时间    | 当事人
    FK20261103-001 | 11-03 09:05 | 张伟

The headers shown stand in columns A, B, C…; the sheet's other headers follow to their right, empty. Row 1 holds the
headers, so the first row shown is Excel row 2. In a column of times ``11-03 09:05`` is a real date-time of 2026; a year
may stand in front, seconds behind, the time may be left out. Quotes keep a cell as text: ``"2026/11/3 9:05"``.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from automation.checks.facts import Facts
from automation.past import Past
from automation.roster import read as read_roster
from automation.sla import calendar, clock, rulesheet
from automation.sla.stages import Clocks
from workbook import ledger
from workbook.ledger import Ledger
from workbook.parts import NativeTable
from workbook.schema import RULES, STAFF, TABLES
from workbook.snapshot import Grid, Snapshot
from workbook.table import NUMERIC, TEMPORAL, Table

SHEETS = {table.sheet: table for table in TABLES}
YEAR = 2026
_MOMENT = re.compile(r"(?:(\d{4})-)?(\d\d)-(\d\d)(?: (\d\d):(\d\d)(?::(\d\d))?)?")

Rows = Sequence[Mapping[str, Any]]


def moment(text: str) -> dt.datetime:
    """``11-03 09:05`` of 2026, ``2027-01-04``, ``11-03 09:05:59``."""
    match = _MOMENT.fullmatch(text)
    assert match, f"not a moment: {text}"
    year, *rest = match.groups()
    return dt.datetime(int(year or YEAR), *(int(part or 0) for part in rest))  # type: ignore[arg-type]


def wide(text: str) -> str:
    """A text as a Chinese input method leaves it: letters, digits and signs in their full-width forms."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


def plain(text: str) -> str:
    """A text with its full-width punctuation folded, so that a test holds a sentence to its words and not its commas."""
    return unicodedata.normalize("NFKC", text)


def rows_of(text: str) -> dict[str, list[dict[str, Any]]]:
    """The sheets of a text, each as rows of header → value."""
    sheets: dict[str, list[dict[str, Any]]] = {}
    for block in re.split(r"\n\s*\n", text.strip()):
        name, heads, *lines = (line.strip() for line in block.splitlines())
        headers = [head.strip() for head in heads.split("|")]
        rows = []
        for line in lines:
            cells = [cell.strip() for cell in line.split("|")]
            assert len(cells) == len(headers), f"{name}: {len(headers)} headers, but the row is {line}"
            rows.append({head: _value(SHEETS.get(name), head, cell) for head, cell in zip(headers, cells, strict=True)})
        sheets[name] = rows or [dict.fromkeys(headers, "")]
    return sheets


def _value(table: Table | None, header: str, cell: str) -> Any:
    if cell.startswith('"') and cell.endswith('"') and len(cell) > 1:
        return cell[1:-1].replace("\\n", "\n")
    if cell == "" or table is None or header not in table.headers:
        return cell
    if table[header].kind in TEMPORAL:
        return moment(cell)
    return float(cell) if table[header].kind in NUMERIC else cell


def grid(sheet: str, rows: Rows) -> Grid:
    """A sheet as the reader would see it: the headers of the rows first, then the contract's others."""
    shown = list(dict.fromkeys(name for row in rows for name in row))
    table = SHEETS.get(sheet)
    heads = [*shown, *(name for name in (table.headers if table else ()) if name not in shown)]
    body = [["" if row.get(head) is None else row.get(head, "") for head in heads] for row in rows]
    return Grid(sheet, [heads, *body], 1, 1)


def snapshot(
    grids: Sequence[Grid], *, tables: Sequence[NativeTable] = (), errors: Mapping[str, frozenset[str]] | None = None
) -> Snapshot:
    """A snapshot without a file behind it."""
    return Snapshot(
        Path("客诉.xlsx"),
        b"",
        "",
        dt.datetime(YEAR, 1, 1),
        {g.name: g for g in grids},
        tuple(tables),
        errors or {},
        False,
    )


def load(sheets: str | Mapping[str, Rows]) -> Ledger:
    """The workbook as :func:`workbook.ledger.load` understands it."""
    found = rows_of(sheets) if isinstance(sheets, str) else dict(sheets)
    found.setdefault("反馈登记", [])
    return ledger.load(snapshot([grid(name, rows) for name, rows in found.items()]))


def typed(sheets: Mapping[str, Rows]) -> Ledger:
    """The same as :func:`load`, many times faster: nothing is read, the rows become columns as they are."""
    book = _nothing()
    for sheet, rows in sheets.items():
        table, index = SHEETS[sheet], pd.RangeIndex(2, len(rows) + 2)
        frame = {}
        for column in table.columns:
            values = [row.get(column.name) for row in rows]
            if column.kind in TEMPORAL:
                frame[column.name] = pd.Series(np.array(values, dtype="M8[s]"), index=index)
            elif column.kind in NUMERIC:
                frame[column.name] = pd.Series(np.array(values, dtype=float), index=index)
            else:
                frame[column.name] = pd.Series([value or "" for value in values], index=index, dtype=object)
        records = replace(book.tables[sheet], frame=pd.DataFrame(frame, index=index), present=True)
        book = book.having(records)
    return book


@cache
def _nothing() -> Ledger:
    return load({})


def run(book: Ledger, now: dt.datetime) -> Clocks:
    """The clock over a ledger, by the rules that stand in it."""
    rule_book, _ = rulesheet.read(book[RULES])
    received = book.register.frame["接收时间"].to_numpy("M8[s]")
    return clock.run(book, rule_book, calendar.spanning([received]), now)


def facts(text: str, *, now: str = "11-21 09:30", past: Past | None = None) -> Facts:
    """All that a check is given, from a text."""
    book, instant = load(text), moment(now)
    return Facts(
        book, run(book, instant), rulesheet.read(book[RULES])[0], read_roster(book[STAFF])[0], past or Past(), instant
    )
