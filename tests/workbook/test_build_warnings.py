"""What the register shows while somebody types is what `kesu check` says afterwards: LibreOffice works the formulas out."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.formula.translate import Translator
from openpyxl.utils import range_boundaries

from automation import cycle, settings
from automation.sample import dealership
from tests import libreoffice
from workbook import build, schema
from workbook.build import FIRST_DATA_ROW
from workbook.build.warnings import MISSING, WRONG
from workbook.duties import HANDLING, REQUIRED
from workbook.edits import column_letter

pytestmark = libreoffice.needed

NOW = dt.datetime(2026, 11, 21, 9, 30)
TICKETS = 160
COLUMNS = {name: column_letter(place) for place, name in enumerate(schema.REGISTER.headers, 1)}

Painted = dict[str, set[str]]
"""Colour → the register's cells that have it."""


def rules(sheet: Any) -> Iterator[tuple[str, str, str]]:
    """Area, formula, fill of every conditional format by formula."""
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            if rule.type == "expression":
                fill = rule.dxf.fill.bgColor.rgb[-6:] if rule.dxf.fill else ""
                yield str(area.sqref), rule.formula[0], f"#{fill}"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "登记.xlsx"
    contents = dealership(TICKETS, 7, NOW).contents
    days = [  # written down without a time of day
        {"接收时间": dt.datetime(2026, 11, 19, 9), "上报时间": dt.date(2026, 11, 19)},
        {"接收时间": dt.datetime(2026, 11, 19, 9), "上报时间": dt.date(2026, 11, 18)},
        {"接收时间": dt.date(2026, 11, 19), "上报时间": dt.datetime(2026, 11, 18, 23, 59)},
        {"接收时间": dt.date(2026, 11, 19), "上报时间": dt.date(2026, 11, 19)},
    ]
    register = [*contents[schema.REGISTER.sheet][:-4], *({"内容概要": "异响", **row} for row in days)]
    build.write(path, {**contents, schema.REGISTER.sheet: register}, created=NOW)
    return path


LAST_FOUR = [f"{COLUMNS['上报时间']}{FIRST_DATA_ROW + TICKETS - 4 + place}" for place in range(4)]


@pytest.fixture(scope="module")
def painted(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Painted:
    """Each formula as a cell of its own, one for every row, on a sheet beside the register."""
    folder = tmp_path_factory.mktemp("painted")
    book = openpyxl.load_workbook(shop)
    register, scratch = book[schema.REGISTER.sheet], book.create_sheet("试算")
    wanted: dict[str, tuple[str, str]] = {}
    column = 0
    for area, formula, fill in rules(register):
        if fill not in (MISSING, WRONG):
            continue
        column += 1
        left = range_boundaries(area)[0]
        for row in range(FIRST_DATA_ROW, FIRST_DATA_ROW + TICKETS):
            origin, target = f"A{FIRST_DATA_ROW}", f"A{row}"
            text = Translator(f"={formula}", origin).translate_formula(target)
            text = text.replace("$", "").replace("NOW()", f"DATE({NOW.year},{NOW.month},{NOW.day})+0.395833")
            cell = scratch.cell(row, column, _on(text))
            wanted[cell.coordinate] = (fill, f"{column_letter(left)}{row}")
    book.save(folder / "bare.xlsx")
    libreoffice.convert(folder / "bare.xlsx", to=libreoffice.XLSX, into=folder / "out")
    values = openpyxl.load_workbook(folder / "out" / "bare.xlsx", data_only=True)["试算"]
    found: Painted = defaultdict(set)
    for place, (fill, cell_name) in wanted.items():
        assert values[place].value in (True, False), (place, values[place].value)
        if values[place].value:
            found[fill].add(cell_name)
    return found


def _on(formula: str) -> str:
    """The formula's cells as those of the register's sheet."""
    return re.sub(r"(?<![A-Z\"\w.!])([A-Z]{1,2}\d+)(?![\d(])", rf"{schema.REGISTER.sheet}!\1", formula)


@pytest.fixture(scope="module")
def told(shop: Path) -> dict[str, set[str]]:
    """Rule → the register's cells with a finding of it."""
    found, errors = settings.load(None, workbook=shop)
    assert not errors
    cells: dict[str, set[str]] = defaultdict(set)
    for finding in cycle.inspect(found, NOW).findings:
        if finding.where and finding.where.sheet == schema.REGISTER.sheet:
            cells[finding.rule].add(finding.where.a1)
    return cells


def of(cells: set[str], columns: tuple[str, ...]) -> set[str]:
    letters = {COLUMNS[name] for name in columns}
    return {cell for cell in cells if cell.rstrip("0123456789") in letters}


def test_every_cell_the_checker_misses_something_in_is_painted_and_no_other(
    painted: Painted, told: dict[str, set[str]]
) -> None:
    fields = tuple({column for _, _, columns in REQUIRED for column in columns} - {"接收时间"})
    assert of(told["REQ-01"], fields)
    assert of(painted[MISSING], fields) == of(told["REQ-01"], fields)


def test_every_handler_who_is_involved_is_painted_and_no_other(painted: Painted, told: dict[str, set[str]]) -> None:
    assert of(told["STD-20"], HANDLING)
    assert of(painted[WRONG], HANDLING) == of(told["STD-20"], HANDLING)


def test_a_reason_is_asked_for_where_liability_is_not_clear(painted: Painted, told: dict[str, set[str]]) -> None:
    assert of(painted[MISSING], ("未明原因",)) == of(told["STD-12"], ("未明原因",))


def test_times_the_checker_finds_wrong_are_painted(painted: Painted, told: dict[str, set[str]]) -> None:
    wrong = told["TIME-01"] | told["TIME-02"]
    times = tuple(name for name in schema.REGISTER.headers if name.endswith("时间"))
    assert of(painted[WRONG], times) & of(wrong, times)


def test_a_date_without_a_time_is_not_painted_as_before_its_own_day(
    painted: Painted, told: dict[str, set[str]]
) -> None:
    assert of(painted[WRONG], ("上报时间",)) & set(LAST_FOUR) == set(LAST_FOUR[1:3])
    assert told["TIME-02"] & set(LAST_FOUR) == set(LAST_FOUR[1:3])


def test_the_rules_reach_every_row_prepared(shop: Path) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(shop.read_bytes()))[schema.REGISTER.sheet]
    assert len(list(rules(sheet))) > 40
    for area, _, _ in rules(sheet):
        assert range_boundaries(area)[1] == FIRST_DATA_ROW and range_boundaries(area)[3] >= 5000
