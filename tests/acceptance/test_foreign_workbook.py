"""A workbook that kesu did not make, 300 tickets: numbered and flagged, and nothing else in it changed."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from automation import cycle, settings
from tests import libreoffice
from tests.acceptance import foreign
from workbook.edits import column_letter
from workbook.schema import REGISTER

NOW = dt.datetime(2026, 11, 21, 9, 30)
TICKETS = 300


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[str], cycle.Outcome]:
    folder = tmp_path_factory.mktemp("foreign")
    before, after = folder / "before.xlsx", folder / "登记.xlsx"
    headers = foreign.make(before, tickets=TICKETS)
    shutil.copy(before, after)
    found, errors = settings.load(None, workbook=after)
    assert not errors
    return before, after, headers, cycle.run(found, NOW)


def our_columns(headers: list[str]) -> set[int]:
    return {foreign.FIRST_COLUMN + headers.index(name) for name in REGISTER.ours}


def rows_of(path: Path, sheet: str) -> list[list[object]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def test_every_ticket_gets_a_number_in_order_of_receipt_and_a_state(worked):
    _, after, headers, outcome = worked
    assert outcome.unwritten == "" and outcome.refused == ()
    rows = rows_of(after, foreign.SHEET)[foreign.HEADER_ROW :]
    at = {name: foreign.FIRST_COLUMN - 1 + headers.index(name) for name in headers}
    numbers = [row[at["编号"]] for row in rows]
    assert len(numbers) == len(set(numbers)) == TICKETS
    assert all(re.fullmatch(r"FK2021\d{4}-\d{3}", number) for number in numbers)
    assert {row[at["状态"]] for row in rows} == {"超时"}
    assert {row[at["当前环节"]] for row in rows} == {"上报"}
    assert all(isinstance(row[at["截止时间"]], dt.datetime) for row in rows)
    received = outcome.plan.facts.register.sort_values("接收时间", kind="stable")
    for _, day in received.groupby(received["接收时间"].dt.date):
        counts = [int(number[-3:]) for number in day["编号"]]
        assert counts == list(range(1, len(day) + 1))


def test_every_other_part_of_the_package_is_byte_identical(worked):
    before, after, _, _ = worked
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after) as new:
        assert new.namelist() == old.namelist()
        changed = [name for name in old.namelist() if old.read(name) != new.read(name)]
    assert changed == ["xl/worksheets/sheet1.xml"]
    names = set(zipfile.ZipFile(after).namelist())
    assert any("media" in name for name in names) and any("charts/chart" in name for name in names)


def test_cells_that_are_not_ours_read_the_same_in_calamine(worked):
    before, after, headers, _ = worked
    ours = {column - 1 for column in our_columns(headers)}
    old, new = rows_of(before, foreign.SHEET), rows_of(after, foreign.SHEET)
    assert len(old) == len(new) == foreign.HEADER_ROW + TICKETS
    for old_row, new_row in zip(old, new, strict=True):
        kept = [column for column in range(len(new_row)) if column not in ours or new_row == old_row]
        assert [new_row[column] for column in kept] == [old_row[column] for column in kept]


def test_cells_that_are_not_ours_read_the_same_in_openpyxl_with_style_and_comment(worked):
    before, after, headers, _ = worked
    ours = our_columns(headers)
    old, new = openpyxl.load_workbook(before)[foreign.SHEET], openpyxl.load_workbook(after)[foreign.SHEET]
    assert new.conditional_formatting == old.conditional_formatting or len(new.conditional_formatting) == 1
    assert len(new._images) == 1 and new.merged_cells.ranges == old.merged_cells.ranges
    for row in range(1, foreign.HEADER_ROW + TICKETS + 1):
        for column in range(1, foreign.FIRST_COLUMN + len(headers)):
            then, now = old.cell(row, column), new.cell(row, column)
            if column in ours and row > foreign.HEADER_ROW:
                continue
            assert (now.value, now.style_id, now.comment and now.comment.text) == (
                then.value,
                then.style_id,
                then.comment and then.comment.text,
            ), f"{column_letter(column)}{row}"


@libreoffice.needed
def test_cells_that_are_not_ours_read_the_same_in_libreoffice(worked, tmp_path):
    before, after, headers, _ = worked
    shown = {}
    for path in (before, after):
        out = tmp_path / path.stem
        libreoffice.convert(path, to="csv:Text - txt - csv (StarCalc):44,34,76,1", into=out)
        import csv

        with next(out.glob("*.csv")).open(encoding="utf-8", newline="") as file:
            shown[path] = list(csv.reader(file))
    ours = {column - 1 for column in our_columns(headers)}
    old, new = shown[before], shown[after]
    assert len(old) == len(new) > TICKETS
    for number, (old_row, new_row) in enumerate(zip(old, new, strict=True)):
        if number < foreign.HEADER_ROW:
            assert old_row == new_row
            continue
        width = max(len(old_row), len(new_row))
        then, now = ([*row, *[""] * (width - len(row))] for row in (old_row, new_row))
        assert [v for i, v in enumerate(then) if i not in ours] == [v for i, v in enumerate(now) if i not in ours]
    number_column = foreign.FIRST_COLUMN - 1 + headers.index("编号")
    assert all(row[number_column].startswith("FK") for row in new[foreign.HEADER_ROW :])


def test_a_second_pass_at_the_same_time_changes_no_byte_and_sends_no_mail(worked):
    _, after, _, _ = worked
    found, _ = settings.load(None, workbook=after)
    bytes_before, modified = after.read_bytes(), after.stat().st_mtime_ns
    again = cycle.run(found, NOW)
    assert after.read_bytes() == bytes_before and after.stat().st_mtime_ns == modified
    assert again.written == 0 and again.delivered.sent == ()
