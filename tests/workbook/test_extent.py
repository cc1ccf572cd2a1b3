"""Cells far away, sheets that unpack to gigabytes, strange but sound packages: a pass says so and goes on, or stops in words."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import tables
from tests.workbook.rawbook import MAIN, SHEET, by_calamine, parts, rels, worksheet, zipped
from workbook import extent, ledger, schema, snapshot, unread
from workbook.edits import Cell, CellEdit, column_letter, column_number
from workbook.errors import NotAWorkbook, SheetMissing
from workbook.finding import Finding
from workbook.ledger import Ledger
from workbook.package import apply

HEADERS = schema.REGISTER.headers


def parse(data: bytes) -> snapshot.Snapshot:
    return snapshot.parse(data, path=Path("客诉.xlsx"), sha256="", modified=dt.datetime(2026, 11, 3))


def made(*rows: tuple[object, ...], more: str = "", native: bool = True) -> bytes:
    """A register of one ticket, 字典, and whatever else."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        register = book.add_worksheet("反馈登记")
        register.write_row(0, 0, HEADERS)
        register.write_row(1, 0, ["FK20261103-001", "2026-11-03 09:05"])
        if native:
            columns = [{"header": name} for name in HEADERS]
            register.add_table(0, 0, 1, len(HEADERS) - 1, {"name": "反馈登记", "columns": columns})
        book.add_worksheet("字典").write_column(0, 0, ["渠道", "电话"])
        if more:
            other = book.add_worksheet(more)
            for at, row in enumerate(rows):
                other.write_row(at, 0, row)
    return out.getvalue()


def typed(data: bytes, sheet: str, address: str) -> bytes:
    """The workbook with an x in one more cell."""
    letters = address.rstrip("0123456789")
    where = Cell(sheet, int(address[len(letters) :]), column_number(letters))
    return apply(data, [CellEdit(where, None, "x")]).data


def told(book: Ledger, rule: str) -> list[Finding]:
    return [finding for finding in book.findings if finding.rule == rule]


@pytest.mark.parametrize("sheet", ["反馈登记", "字典"])
@pytest.mark.parametrize("address", ["XFD1048576", "AU1048576", "XFD3000", "A1048576", "AYZ20000"])
def test_a_stray_cell_is_told_and_all_else_is_read(sheet: str, address: str) -> None:
    plain = made()
    seen = parse(typed(plain, sheet, address))
    assert seen.grids == parse(plain).grids
    (finding,) = told(ledger.load(seen), "READ-16")
    assert str(finding.where) == f"{sheet}!{address}"
    assert "没有读取" in finding.message and "删除" in finding.hint


def test_several_strays_are_one_finding_and_a_cell_beside_the_table_is_none() -> None:
    data = typed(typed(typed(made(), "字典", "Z1"), "字典", "XFD1048576"), "字典", "XFC1048570")
    book = ledger.load(parse(data))
    (finding,) = told(book, "READ-16")
    assert str(finding.where) == "字典!XFC1048570" and "等 2 格" in finding.message
    assert "x" in book.dictionary or parse(data).grids["字典"].rows[0][-1] == "x"


def test_a_title_far_above_a_small_table_is_the_stray_not_the_table() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="BA{n}"><v>1</v></c></row>' for n in range(9**6, 9**6 + 9)
    )
    seen = extent.measure(worksheet('<row r="1"><c r="A1"><v>1</v></c></row>' + rows).encode())
    assert seen.strays == ("A1",)


@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    far=st.tuples(st.integers(300_000, 1_048_576), st.integers(100, 16_384)),
    spelling=st.sampled_from(["plain", "prefixed", "unaddressed", "dimension", "wrong dimension", "single quotes"]),
)
@settings(max_examples=60, deadline=None)
def test_strays_are_found_however_the_sheet_is_spelled(
    height: int, width: int, far: tuple[int, int], spelling: str
) -> None:
    def cell(row: int, column: int) -> str:
        stated = "" if spelling == "unaddressed" else f' r="{column_letter(column)}{row}"'
        return f"<c{stated}><v>{row}</v></c>"

    body = "".join(
        f'<row r="{row}">' + "".join(cell(row, column) for column in range(1, width + 1)) + "</row>"
        for row in range(1, height + 1)
    )
    address = f"{column_letter(far[1])}{far[0]}"
    stray = f'<row r="{far[0]}"><c r="{address}"><v>1</v></c></row>'
    before = {"dimension": f'<dimension ref="A1:{address}"/>', "wrong dimension": '<dimension ref="A1"/>'}.get(
        spelling, ""
    )
    whole, clean = worksheet(body + stray, before=before), worksheet(body, before=before)
    if spelling == "prefixed":
        whole, clean = (
            sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
            for sheet in (whole, clean)
        )
    if spelling == "single quotes":
        whole = whole.replace(' r="', " r='").replace('"><v>', "'><v>").replace('"><c', "'><c")
    found = extent.measure(whole.encode())
    assert found.strays == (address,)
    assert found.xml is not None and by_calamine(zipped(parts(found.xml))) == by_calamine(zipped(parts(clean)))


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(1, 60)), min_size=1, max_size=300))
@settings(max_examples=40, deadline=None)
def test_nothing_is_cut_from_a_sheet_that_people_fill(places: list[tuple[int, int]]) -> None:
    by_row: dict[int, set[int]] = {}
    for row, column in places:
        by_row.setdefault(row, set()).add(column)
    body = "".join(
        f'<row r="{row}">'
        + "".join(f'<c r="{column_letter(at)}{row}"><v>1</v></c>' for at in sorted(columns))
        + "</row>"
        for row, columns in sorted(by_row.items())
    )
    found = extent.measure(worksheet(body).encode())
    assert found.strays == () and found.xml is None
    assert found.cells >= max(by_row)


def scattered(sheet: str = "登记") -> dict[str, str | bytes]:
    """A sheet whose cells span everything, and too many of them to be strays."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="{column_letter(n % 16_000 + 1)}{n}"><v>1</v></c></row>'
        for n in range(1, 1_000_000, 300)
    )
    made = parts(worksheet(rows))
    made["xl/workbook.xml"] = str(made["xl/workbook.xml"]).replace("登记", sheet)
    return made


def test_a_sheet_of_the_contract_that_spans_too_much_is_refused_by_name() -> None:
    with pytest.raises(NotAWorkbook, match=r"“客诉.xlsx”的工作表“反馈登记”.*Ctrl.End"):
        parse(zipped(scattered("反馈登记")))


def test_another_sheet_that_spans_too_much_is_left_out_and_named() -> None:
    seen = parse(zipped(scattered("备份")))
    assert seen.left_out.keys() == {"备份"} and not seen.grids
    (finding,) = unread.far_away(seen)
    assert finding.rule == "READ-17" and finding.sheet == "备份" and "太大" in finding.message
    with pytest.raises(SheetMissing, match=r"“备份”太大.没有读取"):
        ledger.load(seen)


def test_a_zip_bomb_is_refused_unread() -> None:
    with pytest.raises(NotAWorkbook, match=r"^“客诉.xlsx”.*大得不正常"):
        parse(zipped(parts(worksheet("<row/>" + " " * (40 << 20)))))


def test_shared_texts_that_unpack_to_more_than_they_state_are_damaged() -> None:
    strings = f'<sst xmlns="{MAIN}"><si><t>' + " " * (80 << 20) + "</t></si></sst>"
    data = bytearray(
        zipped(parts(worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'), more={"xl/sharedStrings.xml": strings}))
    )
    entry = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo("xl/sharedStrings.xml")
    true, lie = entry.file_size.to_bytes(4, "little"), (4 << 20).to_bytes(4, "little")
    assert data.count(true) == 2
    with pytest.raises(NotAWorkbook, match="不完整或已损坏"):
        parse(bytes(data.replace(true, lie)))


# --- Sound, but not as we can read it ----------------------------------------------------------------------------------


def utf_16() -> bytes:
    sheet = worksheet('<row r="1"><c r="A1"><v>1</v></c></row>').replace("UTF-8", "UTF-16")
    return zipped(parts(("\ufeff" + sheet).encode("utf-16-le")))


def renamed(main: str) -> bytes:
    """A workbook whose main part has another name, which its relations tell."""
    whole = parts(worksheet('<row r="1"><c r="A1"><v>1</v></c></row>'))
    moved = {
        "_rels/.rels": rels(("rId1", "officeDocument", f"xl/{main}.xml")),
        f"xl/{main}.xml": whole.pop("xl/workbook.xml"),
        f"xl/_rels/{main}.xml.rels": whole.pop("xl/_rels/workbook.xml.rels"),
        "[Content_Types].xml": str(whole["[Content_Types].xml"]).replace("/workbook.xml", f"/{main}.xml"),
    }
    return zipped(whole | moved)


@pytest.mark.parametrize("data", [utf_16(), renamed("workbook22"), renamed("mappe")], ids=["utf-16", "22", "mappe"])
def test_a_sound_file_that_kesu_cannot_read_is_not_called_damaged(data: bytes) -> None:
    with pytest.raises(NotAWorkbook) as caught:
        parse(data)
    words = tables.plain(str(caught.value))
    assert words.startswith("“客诉.xlsx”") and "另存一份" in words
    assert "已损坏" not in words and "从备份恢复" not in words


def test_another_office_file_is_named_as_such() -> None:
    document = {
        "_rels/.rels": rels(("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": "<document/>",
    }
    with pytest.raises(NotAWorkbook, match="Word 文档"):
        parse(zipped(document))


def test_a_sheet_with_broken_markup_is_called_damaged() -> None:
    with pytest.raises(NotAWorkbook, match="已损坏"):
        parse(zipped(parts(worksheet('<row r="1"><c r="A1" t="s"><v>0</w></c></row>'))))


def test_a_changed_byte_is_called_damage() -> None:
    data = bytearray(made())
    info = zipfile.ZipFile(io.BytesIO(bytes(data))).getinfo(SHEET)
    data[info.header_offset + 60 + len(SHEET)] ^= 0xFF
    with pytest.raises(NotAWorkbook, match="不完整或已损坏"):
        parse(bytes(data))
