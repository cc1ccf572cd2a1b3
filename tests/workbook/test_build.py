"""The new workbook holds the whole contract, opens in three readers, and shows figures that are true."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

from automation.blank import blank
from automation.sample import dealership
from tests import libreoffice
from workbook import build, schema
from workbook.build import FIRST_DATA_ROW
from workbook.build.lists import list_name
from workbook.edits import column_letter
from workbook.schema import TABLES, Kind
from workbook.vocabulary import STATE, VOCABULARIES

NOW = dt.datetime(2026, 11, 21, 9, 30)
FIGURES = (schema.DASHBOARD_SHEET, schema.CASE_SHEET, schema.PEOPLE_SHEET)
"""The sheets that work something out."""
SHEETS = {table.sheet for table in TABLES} | {schema.DICTIONARY_SHEET, schema.GUIDE_SHEET, *FIGURES}


def made(contents: dict[str, list[dict[str, object]]]) -> bytes:
    target = io.BytesIO()
    build.write(target, contents, created=NOW)
    return target.getvalue()


@pytest.fixture(scope="module")
def empty() -> bytes:
    return made(blank())


@pytest.fixture(scope="module")
def filled() -> bytes:
    contents = dealership(80, 5, NOW).contents
    for index, row in enumerate(contents[schema.REGISTER.sheet]):  # as after a pass, so that every figure has its share
        done = "归档时间" in row
        row["状态"] = "已办结" if done else ("正常", "临近", "超时", "未了事宜")[index % 4]
        row["当前环节"] = None if done else ("责任认定", "复核", "上报")[index % 3]
    return made(contents)


def sheet_part(data: bytes, name: str) -> str:
    """The package part of a worksheet."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return f"xl/worksheets/sheet{book.sheetnames.index(name) + 1}.xml"


def test_every_sheet_is_there_and_the_register_comes_first(empty: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(empty))
    assert set(book.sheetnames) == SHEETS
    assert book.sheetnames[0] == schema.REGISTER.sheet
    assert book.active is not None and book.active.title == schema.REGISTER.sheet
    in_order = [name for name in book.sheetnames if name in {table.sheet for table in TABLES}]
    assert in_order == [table.sheet for table in TABLES]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.sheet)
def test_every_table_is_native_with_the_headers_of_the_contract_in_openpyxl(empty: bytes, table: schema.Table) -> None:
    native = openpyxl.load_workbook(io.BytesIO(empty))[table.sheet].tables[table.name]
    assert native.column_names == list(table.headers)
    assert native.autoFilter is not None
    assert native.headerRowCount in (None, 1)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.sheet)
def test_every_table_is_native_with_the_headers_of_the_contract_in_calamine(empty: bytes, table: schema.Table) -> None:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(empty), load_tables=True)
    native = book.get_table_by_name(table.name)
    assert (native.sheet, native.columns) == (table.sheet, list(table.headers))


def test_an_empty_table_keeps_one_blank_row(empty: bytes) -> None:
    native = openpyxl.load_workbook(io.BytesIO(empty))[schema.REGISTER.sheet].tables[schema.REGISTER.name]
    last = column_letter(len(schema.REGISTER.columns))
    assert native.ref == f"A{FIRST_DATA_ROW - 1}:{last}{FIRST_DATA_ROW}"


def test_every_list_stands_in_the_dictionary_under_its_name(empty: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(empty))[schema.DICTIONARY_SHEET]
    columns = [[cell.value for cell in column if cell.value is not None] for column in sheet.iter_cols(min_row=2)]
    assert columns == [[vocabulary.name, *vocabulary.values] for vocabulary in VOCABULARIES]


def test_every_defined_name_of_a_list_covers_just_its_words(empty: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(empty))
    for index, vocabulary in enumerate(VOCABULARIES):
        text = book.defined_names[list_name(vocabulary)].attr_text
        letter = column_letter(index + 1)
        if vocabulary.closed:
            assert text == f"{schema.DICTIONARY_SHEET}!${letter}$3:${letter}${2 + len(vocabulary.values)}"
        else:
            assert "COUNTA" in text and f"${letter}$3:" in text


def validations(data: bytes) -> Iterator[tuple[schema.Table, schema.Column, Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for table in TABLES:
        for rule in book[table.sheet].data_validations.dataValidation:
            for area in rule.sqref.ranges:
                for column in range(area.min_col, area.max_col + 1):
                    assert area.min_row == FIRST_DATA_ROW and area.max_row >= 5000
                    yield table, table.columns[column - 1], rule


def test_drop_downs_and_warnings_reach_row_5000_and_name_lists_that_exist(empty: bytes) -> None:
    names = set(openpyxl.load_workbook(io.BytesIO(empty)).defined_names)
    seen = set()
    for table, column, rule in validations(empty):
        seen.add((table.sheet, column.name))
        if rule.type == "list" and column.list is None:
            assert column.kind is Kind.PERSON and rule.formula1.startswith("OFFSET(名单!")
            assert rule.errorStyle == "warning", "somebody new must stay typable"
        elif rule.type == "list":
            assert list_name(column.list) in rule.formula1 and list_name(column.list) in names
            assert (rule.formula1 == list_name(column.list)) == (column.when is None)
            assert (rule.errorStyle or "stop") == ("stop" if column.list.closed else "warning")
        elif rule.type is not None and rule.type != "none":
            assert rule.errorStyle == "warning", "text that looks like a date must stay typable"
        assert len(rule.promptTitle or "") <= 32 and len(rule.prompt or "") <= 255
        assert len(rule.errorTitle or "") <= 32 and len(rule.error or "") <= 255
    for table in TABLES:
        for column in table.columns:
            if column.list or column.ours or column.note or column.kind in (Kind.TIME, Kind.DATE):
                assert (table.sheet, column.name) in seen


def test_columns_of_ours_tell_that_kesu_fills_them(empty: bytes) -> None:
    prompts = {(table.sheet, column.name): rule for table, column, rule in validations(empty) if column.ours}
    assert len(prompts) == sum(len(table.ours) for table in TABLES)
    for rule in prompts.values():
        assert "kesu" in rule.promptTitle + rule.prompt


def test_new_rows_inherit_the_format_of_their_column(empty: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(empty))
    wanted = {Kind.TIME: "yyyy-mm-dd hh:mm", Kind.DATE: "yyyy-mm-dd", Kind.MONEY: "#,##0.00", Kind.PHONE: "@"}
    wanted |= {Kind.PLATE: "@", Kind.VIN: "@", Kind.TICKET: "@"}
    for table in TABLES:
        with zipfile.ZipFile(io.BytesIO(empty)) as package:
            xml = package.read(sheet_part(empty, table.sheet)).decode()
        columns: dict[int, str] = {}
        for first, last, style in re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*?style="(\d+)"', xml):
            columns |= dict.fromkeys(range(int(first), int(last) + 1), style)
        for index, column in enumerate(table.columns, 1):
            blank_cell = re.search(rf'<c r="{column_letter(index)}{FIRST_DATA_ROW}" s="(\d+)"', xml)
            assert blank_cell is not None and blank_cell[1] == columns[index]
            if column.kind in wanted:
                assert book[table.sheet].cell(FIRST_DATA_ROW, index).number_format == wanted[column.kind]


def test_headers_and_numbers_stay_in_sight_and_pages_print_landscape_with_their_headers(empty: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(empty))
    for table in TABLES:
        sheet = book[table.sheet]
        assert sheet.freeze_panes and int(re.sub(r"\D", "", sheet.freeze_panes)) == FIRST_DATA_ROW
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.print_title_rows == f"$1:${FIRST_DATA_ROW - 1}"
    assert book[schema.REGISTER.sheet].freeze_panes == f"B{FIRST_DATA_ROW}"


def test_the_same_contents_give_the_same_bytes() -> None:
    contents = dealership(12, 3, NOW).contents
    assert made(contents) == made(contents)


def test_text_stays_text_and_dates_become_dates() -> None:
    when = dt.datetime(2026, 11, 3, 9, 5)
    row: dict[str, object] = {"编号": "FK20261103-001", "接收时间": "2026/11/3 9:05", "联系电话": "013800138000"}
    row |= {"内容概要": "=1+1", "上报时间": when, "行驶里程": 32000}
    book = openpyxl.load_workbook(io.BytesIO(made({schema.REGISTER.sheet: [row]})))
    sheet = book[schema.REGISTER.sheet]
    cells = {name: sheet.cell(FIRST_DATA_ROW, index) for index, name in enumerate(schema.REGISTER.headers, 1)}
    assert cells["接收时间"].value == "2026/11/3 9:05"
    assert cells["联系电话"].value == "013800138000"
    assert (cells["内容概要"].value, cells["内容概要"].data_type) == ("=1+1", "s")
    assert cells["上报时间"].value == when
    assert cells["行驶里程"].value == 32000


def test_a_header_or_sheet_that_the_schema_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="没有这一列"):
        made({schema.REGISTER.sheet: [{"没有这一列": 1}]})
    with pytest.raises(ValueError, match="没有这张表"):
        made({"没有这张表": []})


def test_a_file_on_disk_holds_the_same_bytes(tmp_path: Path) -> None:
    target = tmp_path / "客诉.xlsx"
    build.write(target, blank(), created=NOW)
    assert target.read_bytes() == made(blank())


def formulas(data: bytes, sheet: str) -> dict[str, str]:
    """Place → formula, whether or not it is an array's."""
    cells = (cell for row in openpyxl.load_workbook(io.BytesIO(data))[sheet] for cell in row)
    texts = {cell.coordinate: getattr(cell.value, "text", cell.value) for cell in cells}
    return {place: text for place, text in texts.items() if str(text).startswith("=")}


@pytest.mark.parametrize("sheet", FIGURES)
def test_formulas_name_only_columns_that_exist(filled: bytes, sheet: str) -> None:
    headers = {table.name: table.headers for table in TABLES}
    for formula in formulas(filled, sheet).values():
        for table, column in re.findall(r"([\w_]+)\[([^\]]+)\]", formula):
            assert column in headers[table]


def computed(data: bytes, folder: Path) -> Any:
    """The workbook as LibreOffice computes it: no stored value to fall back on, and at the time it was made."""
    parts = {sheet_part(data, sheet) for sheet in FIGURES}
    today, now = f"DATE({NOW.year},{NOW.month},{NOW.day})", f"TIME({NOW.hour},{NOW.minute},0)"

    def on_that_day(part: str, xml: str) -> str:
        return xml.replace("TODAY()", today).replace("NOW()", f"({today}+{now})") if part in parts else xml

    return openpyxl.load_workbook(
        libreoffice.recomputed({"new": data}, folder, change=on_that_day)["new"], data_only=True
    )


@pytest.fixture(scope="module")
def recalculated(filled: bytes, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return computed(filled, tmp_path_factory.mktemp("recalculated"))


def agree(data: bytes, theirs: Any, sheet: str) -> int:
    """Every figure of a sheet as it is stored and as it was computed; returns how many there are."""
    stored = openpyxl.load_workbook(io.BytesIO(data), data_only=True)[sheet]
    figures = formulas(data, sheet)
    for place in figures:
        one, other = (_number(book[place].value) for book in (stored, theirs[sheet]))
        assert other == (pytest.approx(one, abs=1e-5) if isinstance(one, int | float) else one), (place, figures[place])
    return len(figures)


def _number(value: Any) -> Any:
    """A date as Excel counts it; nothing for what is empty, nought or an empty text."""
    if isinstance(value, dt.datetime):
        value = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
    return value or None


@libreoffice.needed
@pytest.mark.parametrize(("sheet", "least"), [*zip(FIGURES, (250, 120, 900), strict=True)])
def test_figures_stored_in_the_file_equal_those_libreoffice_computes_itself(
    filled: bytes, recalculated: Any, sheet: str, least: int
) -> None:
    assert agree(filled, recalculated, sheet) > least


@libreoffice.needed
@pytest.mark.parametrize("seed", [2, 11, 29])
def test_figures_of_random_registers_equal_those_libreoffice_computes_itself(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    contents = dealership(rng.randint(1, 150), seed, NOW).contents
    for row in contents[schema.REGISTER.sheet]:
        for name, values in (
            ("状态", STATE.values),
            ("当前环节", ("上报", "复核", "执行", None)),
            ("反馈类别", ("自造的类", None)),
        ):
            if rng.random() < 0.6:
                row[name] = rng.choice(values)
        if rng.random() < 0.3:
            row["截止时间"] = NOW + dt.timedelta(minutes=rng.randint(-9000, 9000))
    for row in contents[schema.STAFF.sheet]:
        if rng.random() < 0.2:
            row["在岗"] = "否"
    data = made(contents)
    theirs = computed(data, tmp_path)
    for sheet in FIGURES:
        agree(data, theirs, sheet)


@libreoffice.needed
def test_no_formula_of_the_workbook_fails(recalculated: Any) -> None:
    assert not [cell for sheet in recalculated for row in sheet for cell in row if str(cell.value).startswith("#")]


def test_the_dashboard_and_the_form_show_something(filled: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(filled), data_only=True)
    board, form = book[schema.DASHBOARD_SHEET], book[schema.CASE_SHEET]
    assert board["B5"].value > 0 and board["D5"].value > 0
    number = form["D3"].value
    register = [[cell.value for cell in row] for row in book[schema.REGISTER.sheet].iter_rows(min_row=FIRST_DATA_ROW)]
    case = next(row for row in register if row[0] == number)
    shown = {cell.value for row in form for cell in row}
    for name in ("接收人", "客户姓名", "联系电话", "车牌号", "车架号", "内容概要", "被反馈部门"):
        assert case[schema.REGISTER.headers.index(name)] in shown
