"""Random workbooks, random edits: the edited cells hold the new values, everything else is what it was."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import openpyxl
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import libreoffice
from tests.workbook.rawbook import MAIN, SHEET, by_calamine, by_openpyxl, part, parts, touched, zipped
from workbook.edits import Cell, CellEdit, column_letter
from workbook.errors import CannotPatch
from workbook.package import apply

SHEET_NAME = "登记"
LESS = settings(max_examples=150)

# XML 1.0 characters less what readers disagree about: lone returns, and the escapes openpyxl leaves alone
texts = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\x7f\x85\ufffe\uffff_", exclude_categories=("Cc", "Cs"))
    | st.just("\n"),
    min_size=1,
    max_size=30,
)
moments = st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2999, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False, width=64).filter(
    lambda number: number == 0 or 1e-300 < abs(number) < 1e300
)
held = st.none() | st.booleans() | numbers | texts
wanted = held | moments
places = st.tuples(st.integers(1, 12), st.integers(1, 30))
cells = st.dictionaries(places, held, max_size=25)
edits = st.dictionaries(places, wanted, min_size=1, max_size=12)


def raw_sheet(held: dict[tuple[int, int], Any], draw: Any, *, extended: bool = False) -> str:
    """A sheet spelled in one of many legal ways."""
    prefix = draw(st.sampled_from(["", "x:"]))
    quote = draw(st.sampled_from([lambda text: f'"{text}"', lambda text: f"'{text}'"]))
    gap = draw(st.sampled_from(["", "\n  ", " <!-- <row r='1'> --> "]))
    addresses = draw(st.booleans())
    extension = f'<{prefix}extLst><{prefix}ext uri="{{7}}"><y xmlns="urn:y"/></{prefix}ext></{prefix}extLst>'
    rows = []
    for number in range(1, max((row for row, _ in held), default=0) + 1):
        row = {column: value for (at, column), value in held.items() if at == number}
        inner = ""
        for column in range(1, max(row, default=0) + 1) if not addresses else sorted(row):
            at = f" r={quote(f'{column_letter(column)}{number}')}" if addresses else ""
            inner += f"{gap}<{prefix}c{at}{content(row.get(column), prefix)}"
        inner += extension if extended and inner else ""
        at = f" r={quote(str(number))}" if addresses else ""
        if inner or not addresses:
            rows.append(f"<{prefix}row{at}>{inner}</{prefix}row>" if inner else f"<{prefix}row{at}/>")
    name = f"xmlns:x={quoteattr(MAIN)}" if prefix else f"xmlns={quoteattr(MAIN)}"
    body = gap.join(rows)
    return f"<{prefix}worksheet {name}>{gap}<{prefix}sheetData>{body}</{prefix}sheetData>{gap}</{prefix}worksheet>"


def content(value: Any, p: str) -> str:
    if value is None:
        return "/>"
    if isinstance(value, bool):
        return f' t="b"><{p}v>{int(value)}</{p}v></{p}c>'
    if isinstance(value, str):
        return f' t="inlineStr"><{p}is><{p}t xml:space="preserve">{escape(value)}</{p}t></{p}is></{p}c>'
    return f"><{p}v>{value!r}</{p}v></{p}c>"


def made_by_xlsxwriter(held: dict[tuple[int, int], Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(SHEET_NAME)
    dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    bold = book.add_format({"bold": True})
    sheet.write_datetime(40, 0, dt.datetime(2026, 11, 21), dates)
    for (row, column), value in held.items():
        if value is None:
            # No date's style here: a number written into that openpyxl would read as a date.
            sheet.write_blank(row - 1, column - 1, None, bold)
        elif isinstance(value, str):
            sheet.write_string(row - 1, column - 1, value)
        else:
            sheet.write(row - 1, column - 1, value)
    book.close()
    return out.getvalue()


def made_by_openpyxl(held: dict[tuple[int, int], Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    sheet.title = SHEET_NAME
    sheet["A41"] = dt.datetime(2026, 11, 21)
    for (row, column), value in held.items():
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def equal(read: Any, wanted: Any) -> bool:
    if isinstance(wanted, dt.datetime):
        if isinstance(read, dt.datetime):
            return abs(read - wanted) < dt.timedelta(seconds=1)
        return bool(wanted.time() == dt.time() and read == wanted.date())
    if isinstance(wanted, bool) or isinstance(read, bool):
        return read is wanted
    return bool(read == wanted)


def check(data: bytes, changes: dict[tuple[int, int], Any], *, openpyxl_too: bool = True) -> None:
    before = by_calamine(data, SHEET_NAME)  # libraries write 16 of a number's 17 digits, so ask the file
    edits = [CellEdit(Cell(SHEET_NAME, *place), before.get(place), value) for place, value in changes.items()]
    patched = apply(data, edits)
    assert patched.refused == ()
    if patched.data is not data:
        assert touched(data, patched.data) == {SHEET}
    for read in (by_calamine, _openpyxl_by_place) if openpyxl_too else (by_calamine,):
        old, new = read(data, SHEET_NAME), read(patched.data, SHEET_NAME)
        for place in old.keys() | new.keys() | changes.keys():
            if place in changes:
                assert equal(new.get(place), changes[place]), place
            else:
                assert new.get(place) == old.get(place), place
    # what was written is what the next pass expects to find, and writing it again changes nothing
    again = [CellEdit(edit.where, edit.value, edit.value) for edit in edits]
    assert apply(patched.data, again).data is patched.data
    back = apply(patched.data, [CellEdit(edit.where, edit.value, "回") for edit in edits])
    assert back.refused == ()


def _openpyxl_by_place(data: bytes, sheet: str) -> dict[tuple[int, int], Any]:
    found = by_openpyxl(data, sheet)
    return {openpyxl.utils.cell.coordinate_to_tuple(address): value for address, value in found.items()}


@LESS
@given(cells, edits)
def test_workbooks_of_xlsxwriter(held: dict[tuple[int, int], Any], changes: dict[tuple[int, int], Any]) -> None:
    check(made_by_xlsxwriter(held), changes)


@settings(LESS, max_examples=80)
@given(cells, edits)
def test_workbooks_of_openpyxl(held: dict[tuple[int, int], Any], changes: dict[tuple[int, int], Any]) -> None:
    check(made_by_openpyxl(held), changes)


@LESS
@given(cells, edits, st.data())
def test_sheets_in_any_legal_spelling(
    held: dict[tuple[int, int], Any], changes: dict[tuple[int, int], Any], data: st.DataObject
) -> None:
    check(zipped(parts(raw_sheet(held, data.draw))), changes)


@LESS
@given(cells, edits, st.data())
def test_extensions_of_rows_stay_and_stay_last(
    held: dict[tuple[int, int], Any], changes: dict[tuple[int, int], Any], data: st.DataObject
) -> None:
    sheet = raw_sheet(held, data.draw, extended=True)
    made = zipped(parts(sheet))
    check(made, changes, openpyxl_too=False)  # which knows none there
    patched = part(apply(made, [CellEdit(Cell(SHEET_NAME, row, 31), None, "新") for row in range(1, 13)]).data)
    assert patched.count("extLst") == sheet.count("extLst")
    assert not re.search(r"extLst>\s*<(x:)?c[ >]", re.sub(r"<!--.*?-->", "", patched).replace("</x:c>", "</c>"))


@settings(LESS, max_examples=100)
@given(cells, edits, st.randoms(use_true_random=False), st.sampled_from([0.0, 0.02, 0.5]))
def test_a_sheet_in_mixed_prefixes_is_written_right_or_not_at_all(
    held: dict[tuple[int, int], Any], changes: dict[tuple[int, int], Any], dice: Any, share: float
) -> None:
    def p() -> str:
        return "x:" if dice.random() < share else ""

    rows = ""
    for number in sorted({row for row, _ in held}):
        inner = ""
        for column in sorted(column for row, column in held if row == number):
            own, value = p(), content(held[number, column], p())
            value = value if value == "/>" else value[: value.rindex("</")] + f"</{own}c>"
            inner += f'<{own}c r="{column_letter(column)}{number}"{value}'
        own = p()
        rows += f'<{own}row r="{number}">{inner}</{own}row>'
    made = zipped(parts(f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'))
    try:
        check(made, changes)
    except CannotPatch as refused:
        assert "另存一份" in str(refused) and "<x:" in part(made)


@settings(LESS, max_examples=60)
@given(st.text(max_size=40).filter(lambda text: not any(0xD800 <= ord(sign) < 0xE000 for sign in text)))
def test_any_text_at_all_is_expected_as_it_was_written(text: str) -> None:
    data = zipped(parts(f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'))
    place = Cell(SHEET_NAME, 3, 2)
    patched = apply(data, [CellEdit(place, None, text)])
    assert patched.refused == ()
    assert apply(patched.data, [CellEdit(place, text, "新")]).refused == ()


@libreoffice.needed
def test_libreoffice_shows_what_was_written(tmp_path: Path) -> None:
    data = made_by_xlsxwriter({(1, 1): "编号", (1, 2): "状态", (2, 1): "旧", (2, 2): 1.5, (3, 2): "留"})
    changes = {(2, 1): "=1+1", (2, 2): dt.datetime(2026, 11, 21, 9, 30), (3, 1): "<&>", (4, 3): -2.25}
    before = {(2, 1): "旧", (2, 2): 1.5}
    edits = [CellEdit(Cell(SHEET_NAME, *place), before.get(place), value) for place, value in changes.items()]
    patched = tmp_path / "登记.xlsx"
    patched.write_bytes(apply(data, edits).data)
    filters = "csv:Text - txt - csv (StarCalc):124,34,76,1,,0,false,true"  # fields divided by |, UTF-8
    libreoffice.convert(patched, to=filters, into=tmp_path / "shown")
    lines = (tmp_path / "shown" / "登记.csv").read_text("utf-8-sig").splitlines()
    assert lines[:4] == ["编号|状态|", "=1+1|2026-11-21 09:30:00|", "<&>|留|", "||-2.25"]
