"""A workbook of ours that somebody opened, filled in and saved with LibreOffice is read, checked and written as before."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path

import openpyxl
import pytest

from automation import cycle, settings
from automation.sample import dealership
from automation.settings import Settings
from tests import libreoffice
from workbook import build, ledger, schema, snapshot
from workbook.edits import column_letter
from workbook.schema import FINDINGS, RULES, TABLES, Table
from workbook.table import TEMPORAL, Column, Kind

pytestmark = pytest.mark.skipif(libreoffice.SOFFICE is None, reason="LibreOffice is not installed")

NOW = dt.datetime(2026, 11, 21, 9, 30)
_BY_KIND = {
    Kind.TEXT: "文字",
    Kind.LONG_TEXT: "一句长一点的话",
    Kind.TIME: "2026-11-20 08:05",
    Kind.DATE: "2026-11-20",
    Kind.NUMBER: "12",
    Kind.MONEY: "100",
    Kind.PERSON: "方致远",
    Kind.PHONE: "13800138000",
    Kind.PLATE: "沪A12345",
    Kind.VIN: "LSVNV2187E2100001",
    Kind.CLOCK: "08:30",
}
FILLED: tuple[Table, ...] = tuple(table for table in TABLES if table not in (FINDINGS, RULES))
"""A rule is not filled in at random."""


def typed(column: Column) -> str:
    """What is typed into a column; nothing into ours and where the register's number would have to be known."""
    if column.ours or column.kind is Kind.TICKET:
        return ""
    return column.list.values[0] if column.list else _BY_KIND[column.kind]


def of(path: Path) -> Settings:
    found, errors = settings.load(None, workbook=path)
    assert not errors
    return found


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """The workbook as LibreOffice saved it with a new row under every table, and that row by sheet."""
    folder = tmp_path_factory.mktemp("office")
    made, saved = folder / "新建.xlsx", folder / "存过" / "登记.xlsx"
    saved.parent.mkdir()
    build.write(made, dealership(40, 7, NOW).contents, created=NOW)
    book = openpyxl.load_workbook(io.BytesIO(made.read_bytes()))
    rows = {
        table.sheet: int(book[table.sheet].tables[table.name].ref.rpartition(":")[2].lstrip(_LETTERS)) + 1
        for table in FILLED
    }
    steps = [
        f'Enter "{table.sheet}", "{column_letter(place)}{rows[table.sheet]}", "{text}"'
        for table in FILLED
        for place, column in enumerate(table.columns, 1)
        if (text := typed(column))
    ]
    steps += ["Dim how(0) As New com.sun.star.beans.PropertyValue", 'how(0).Name = "FilterName"']
    steps += ['how(0).Value = "Calc MS Excel 2007 XML"', f'book.storeToURL("{saved.as_uri()}", how())']
    assert libreoffice.run(made, steps, folder) == ["end"]
    return saved, rows


_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@pytest.mark.parametrize("table", FILLED, ids=lambda table: table.sheet)
def test_every_cell_that_was_filled_in_is_read(edited: tuple[Path, dict[str, int]], table: Table) -> None:
    saved, rows = edited
    frame = ledger.load(snapshot.read(saved))[table].frame
    for column in table.columns:
        text, value = typed(column), frame.at[rows[table.sheet], column.name]
        if text and column.kind in TEMPORAL:
            assert f"{value:%Y-%m-%d %H:%M}".startswith(text)
        elif text and column.kind in (Kind.NUMBER, Kind.MONEY):
            assert value == float(text)
        elif text and column.kind is not Kind.CLOCK:
            assert str(value) == text


def test_nothing_new_is_hard_to_read(edited: tuple[Path, dict[str, int]]) -> None:
    saved, rows = edited
    findings = cycle.inspect(of(saved), NOW).findings
    new = [one for one in findings if one.where and one.where.row == rows.get(one.where.sheet)]
    assert [one.message for one in new if one.rule.startswith(("READ", "LIST", "FORM"))] == []


def test_a_pass_numbers_the_new_case_and_the_next_has_nothing_to_do(edited: tuple[Path, dict[str, int]]) -> None:
    saved, rows = edited
    first = cycle.run(of(saved), NOW)
    assert first.unwritten == "" and first.refused == ()
    register = ledger.load(snapshot.read(saved)).register.frame
    case = register.loc[rows[schema.REGISTER.sheet]]
    assert case["编号"].startswith("FK20261120-") and case["状态"]
    assert cycle.run(of(saved), NOW).written == 0
