"""Columns and sheets added to packages that no library would write: prefixes, Strict Open XML, missing parts, full rows."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from functools import cache

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from automation.blank import blank
from tests.workbook import rawbook
from workbook import build
from workbook.errors import CannotPatch
from workbook.package import graft
from workbook.package.book import Book
from workbook.package.markup import read_document
from workbook.package.stylesheet import Stylesheet, children
from workbook.package.widen import NewColumn, Widening, widen
from workbook.schema import TABLES

ROWS = (
    '<row r="3" spans="1:2"><c r="A3" s="3" t="inlineStr"><is><t>受理时间</t></is></c>'
    '<c r="B3" s="3" t="inlineStr"><is><t>车主</t></is></c></row>'
    '<row r="4"><c r="A4" s="2"><v>46000</v></c><c r="B4" t="inlineStr"><is><t>王</t></is></c></row>'
)
TWO = (NewColumn("编号", "", 17), NewColumn("截止时间", "yyyy-mm-dd hh:mm", 16.5))
PLACE = Widening("登记", 3, 2, 2, TWO)


@cache
def ours() -> bytes:
    made = io.BytesIO()
    build.write(made, blank(), created=dt.datetime(2026, 11, 21))
    return made.getvalue()


def book(rows: str = ROWS, **more: str) -> bytes:
    return rawbook.zipped(rawbook.parts(rawbook.worksheet(rows, **more)))


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def take(data: bytes, *sheets: str) -> bytes:
    tables = {table.name: table.name for table in TABLES}
    return graft.graft(data, ours(), dict.fromkeys(sheets) | {name: name for name in sheets}, tables)


def headers(data: bytes, row: int = 3) -> list[object]:
    return [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data))["登记"][row]]


# --- Columns ----------------------------------------------------------------------------------------------------------


def test_new_headers_look_like_their_neighbour_and_their_cells_show_times():
    done = widen(book(), PLACE)
    assert done.start == 3 and headers(done.data) == ["受理时间", "车主", "编号", "截止时间"]
    sheet = openpyxl.load_workbook(io.BytesIO(done.data))["登记"]
    assert sheet["C3"].font.b and sheet["D3"].font.b
    assert sheet.column_dimensions["D"].width > 16
    assert b'style="' in re.search(rb'<col min="4"[^>]*>', parts(done.data)[rawbook.SHEET])[0]


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ('<cols><col min="1" max="16384" width="9" style="1"/></cols>', [(1, 2), (3, 3), (4, 4), (5, 16384)]),
        (
            '<cols><col min="1" max="3" width="9"/><col min="4" max="9" width="7"/></cols>',
            [(1, 2), (3, 3), (4, 4), (5, 9)],
        ),
        (
            '<cols><col min="1" max="1" width="9"/><col min="8" max="9" width="7"/></cols>',
            [(1, 1), (3, 3), (4, 4), (8, 9)],
        ),
        ("<cols/>", [(3, 3), (4, 4)]),
        ('<cols><col min="1" max="3" width="9"></col></cols>', [(1, 2), (3, 3), (4, 4)]),
    ],
)
def test_widths_of_other_columns_stay_what_they_were(columns, kept):
    xml = parts(widen(book(before=columns), PLACE).data)[rawbook.SHEET]
    found = [(int(low), int(high)) for low, high in re.findall(rb'<col min="(\d+)" max="(\d+)"', xml)]
    assert found == kept


def test_what_stands_or_is_merged_or_drawn_to_the_right_moves_the_new_columns_not_itself():
    assert widen(book(), Widening("登记", 3, 2, 6, TWO)).start == 7
    merged = book(after='<mergeCells count="1"><mergeCell ref="C1:E2"/></mergeCells>')
    assert widen(merged, PLACE).start == 6


def test_a_sheet_with_a_namespace_prefix_is_widened_in_its_own_prefix():
    rows = re.sub(r"<(/?)(\w)", r"<\1x:\2", ROWS)
    xml = f'{rawbook.HEAD}<x:worksheet xmlns:x="{rawbook.MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    done = widen(rawbook.zipped(rawbook.parts(xml)), PLACE)
    assert headers(done.data)[2:] == ["编号", "截止时间"]
    assert b"<c " not in parts(done.data)[rawbook.SHEET] and b"<col " not in parts(done.data)[rawbook.SHEET]


def test_an_empty_cell_in_the_header_row_keeps_its_look_and_a_filled_one_is_never_overwritten():
    styled = ROWS.replace("</row><row", '<c r="C3" s="4"/></row><row')
    assert b'<c r="C3" s="4" t="inlineStr">' in parts(widen(book(styled), PLACE).data)[rawbook.SHEET]
    filled = ROWS.replace("</row><row", '<c r="C3"><v>1</v></c></row><row')
    with pytest.raises(CannotPatch, match="C3"):
        widen(book(filled), PLACE)


# --- Sheets -----------------------------------------------------------------------------------------------------------


def test_a_sheet_comes_with_its_table_its_drop_downs_and_its_titles_on_paper():
    data = take(book(), "处理记录", "字典")
    data = graft.name(data, {one.name: one.formula for one in Book(ours()).names if one.sheet is None})
    sheet = openpyxl.load_workbook(io.BytesIO(data))["处理记录"]
    assert sheet["A2"].value == "编号" and sheet.tables["处理记录"].ref == "A2:G3"
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} >= {"列表_事项"}
    assert sheet.print_title_rows == "$1:$2"
    assert "列表_事项" in openpyxl.load_workbook(io.BytesIO(data)).defined_names


def test_every_other_part_keeps_its_bytes_and_the_listing_ones_only_grow():
    old, new = parts(book()), parts(take(book(), "人员", "规则"))
    changed = {name for name in old if old[name] != new[name]}
    assert changed == {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    assert len(new) == len(old) + 6  # two sheets, two tables, two relations


def test_looks_are_the_same_as_in_a_new_workbook():
    made, source = (openpyxl.load_workbook(io.BytesIO(data))["规则"] for data in (take(book(), "规则"), ours()))
    for row in source.iter_rows(max_row=12):
        for cell in row:
            here = made[cell.coordinate]
            assert here.value == cell.value and here.number_format == cell.number_format
            assert repr(here.fill) == repr(cell.fill) and repr(here.border) == repr(cell.border)
            assert (here.font.name, here.font.b, here.font.sz) == (cell.font.name, cell.font.b, cell.font.sz)


def test_a_workbook_without_styles_gets_some_and_one_in_strict_open_xml_gets_strict_sheets():
    bare = rawbook.parts(rawbook.worksheet(ROWS.replace(' s="3"', "").replace(' s="2"', "")))
    del bare["xl/styles.xml"]
    bare["xl/_rels/workbook.xml.rels"] = rawbook.rels(("rId1", "worksheet", "worksheets/sheet1.xml"))
    bare["[Content_Types].xml"] = re.sub(
        r'<Override PartName="/xl/styles.xml"[^>]*/>', "", str(bare["[Content_Types].xml"])
    )
    assert openpyxl.load_workbook(io.BytesIO(take(rawbook.zipped(bare), "人员")))["人员"]["A2"].value == "姓名"
    strict = {name: content if isinstance(content, bytes) else
              content.replace(rawbook.MAIN, rawbook.STRICT).replace(
                  "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument")
              for name, content in rawbook.parts(rawbook.worksheet(ROWS)).items()}  # fmt: skip
    data = take(rawbook.zipped(strict), "人员")
    assert b"purl.oclc.org" in parts(data)["xl/worksheets/sheet2.xml"]
    assert b"schemas.openxmlformats.org/spreadsheetml" not in parts(data)["xl/worksheets/sheet2.xml"]
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == ["登记", "人员"]


def test_in_a_styles_part_with_nothing_in_it_unstyled_cells_stay_plain():
    made = rawbook.parts(rawbook.worksheet(ROWS.replace(' s="3"', "").replace(' s="2"', "")))
    for empty in (
        f'<styleSheet xmlns="{rawbook.MAIN}"/>',
        f'<styleSheet xmlns="{rawbook.MAIN}"><cellXfs/></styleSheet>',
    ):
        data = take(rawbook.zipped(made | {"xl/styles.xml": empty}), "人员")
        found = read_document(parts(data)["xl/styles.xml"], "styles.xml")
        assert b'fillId="0"' in children(found, b"cellXfs")[0] or b"fillId" not in children(found, b"cellXfs")[0]
        assert len(children(found, b"fills")) > 2 and b"none" in children(found, b"fills")[0]
        assert CalamineWorkbook.from_filelike(io.BytesIO(data)).sheet_names == ["登记", "人员"]


def test_a_protected_structure_is_refused():
    made = rawbook.parts(rawbook.worksheet(ROWS))
    made["xl/workbook.xml"] = str(made["xl/workbook.xml"]).replace(
        "<sheets>", '<workbookProtection lockStructure="1"/><sheets>'
    )
    with pytest.raises(CannotPatch, match="保护"):
        take(rawbook.zipped(made), "人员")


def test_styles_in_a_prefix_and_without_conditional_formats_take_more():
    xml = re.sub(r"<(/?)(\w)", r"<\1x:\2", rawbook.STYLES).replace("xmlns=", "xmlns:x=").encode()
    styles, source = Stylesheet(xml), Stylesheet(parts(ours())["xl/styles.xml"])
    merged = styles.take(source, [1, 5, 9], [0, 3])
    made = styles.xml()
    assert Stylesheet(made).count(b"cellXfs") == 5 + len(set(merged.xfs.values())) and b"<dxf" not in made
    assert made.index(b"</x:cellStyles>") < made.index(b"<x:dxfs") < made.index(b"</x:styleSheet>")
    assert xml[: xml.index(b"<x:fonts")].split(b"count=")[0] in made


def test_beside_a_merged_header_the_look_is_that_of_its_first_cell():
    rows = (
        '<row r="2"><c r="A2" s="3"/><c r="B2" s="3" t="inlineStr"><is><t>车主</t></is></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t>受理时间</t></is></c><c r="B3"/></row>'
    )
    merged = book(rows, after='<mergeCells count="1"><mergeCell ref="B2:B3"/></mergeCells>')
    sheet = openpyxl.load_workbook(io.BytesIO(widen(merged, Widening("登记", 3, 2, 2, TWO, 2, "kesu")).data))["登记"]
    assert sheet["C3"].font.b and sheet["C2"].font.b and sheet["C2"].value == "kesu"
