"""Sheets and packages as strange programs write them: each is written right or refused, never damaged."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import pytest

from tests.workbook.rawbook import (
    BARE_STYLES,
    HEAD,
    MAIN,
    RELATION,
    SHEET,
    STRICT,
    book,
    by_calamine,
    by_openpyxl,
    edit,
    part,
    parts,
    rels,
    touched,
    workbook,
    worksheet,
    zipped,
)
from workbook.edits import GrowTable
from workbook.errors import CannotPatch
from workbook.package import apply

NOON = dt.datetime(2026, 11, 21, 12)


def written(data: bytes, *edits: object) -> bytes:
    patched = apply(data, edits)  # type: ignore[arg-type]
    assert patched.refused == ()
    return patched.data


def why(data: bytes, *edits: object) -> str:
    patched = apply(data, edits)  # type: ignore[arg-type]
    assert patched.data is data
    assert patched.written == 0
    return " ".join(refusal.reason for refusal in patched.refused)


ONE = '<row r="2" spans="2:2"><c r="B2" s="3" t="s"><v>0</v></c></row>'


def test_only_the_cell_changes_in_its_sheet_and_only_the_sheet_in_its_package() -> None:
    data = book(ONE, before='<dimension ref="B2"/>', after="<!-- 结尾 -->")
    after = written(data, edit("B2", "正常", "超时"))
    new = '<c r="B2" s="3" t="inlineStr"><is><t>超时</t></is></c>'
    assert part(after) == part(data).replace('<c r="B2" s="3" t="s"><v>0</v></c>', new)
    assert touched(data, after) == {SHEET}


def test_rows_and_cells_are_inserted_where_they_belong() -> None:
    data = book(
        '<row r="2"><c r="B2"><v>1</v></c><c r="D2"><v>2</v></c></row><row r="5"/>', before='<dimension ref="B2:D5"/>'
    )
    names = ("A2", "C2", "E2", "A1", "C4", "B5", "F9")
    after = written(data, *(edit(name, None, name) for name in names))
    assert by_openpyxl(after) == {"B2": 1, "D2": 2} | {name: name for name in names}
    assert '<dimension ref="A1:F9"/>' in part(after)
    assert [cell for cell in part(after).split('r="') if cell[0] in "ABCDEF"] == sorted(
        (cell for cell in part(after).split('r="') if cell[0] in "ABCDEF"), key=lambda cell: (cell[1], cell[0])
    )


def test_the_row_s_spans_reach_a_new_cell() -> None:
    assert 'spans="2:4"' in part(written(book(ONE), edit("D2", None, 1)))
    assert 'spans="2:2"' in part(written(book(ONE), edit("B2", "正常", 1)))


@pytest.mark.parametrize("data", ["<sheetData/>", "<sheetData></sheetData>", "<sheetData />"])
def test_an_empty_sheet_takes_its_first_cells(data: str) -> None:
    sheet = worksheet("").replace("<sheetData></sheetData>", data)
    after = written(zipped(parts(sheet)), edit("B3", None, "一"), edit("A1", None, 2))
    assert by_openpyxl(after) == {"B3": "一", "A1": 2}


def test_rows_and_cells_without_addresses_keep_their_places() -> None:
    data = book("<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row><row><c><v>4</v></c></row>")
    after = written(data, edit("B1", 2, 20), edit("C2", None, "新"), edit("A3", 4, 40), edit("A4", None, 5))
    assert by_openpyxl(after) == {"A1": 1, "B1": 20, "A2": 3, "C2": "新", "A3": 40, "A4": 5}


def test_a_prefix_on_every_tag_is_kept() -> None:
    sheet = (
        f'<x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1"/><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c>'
        "</x:row></x:sheetData></x:worksheet>"
    )
    after = written(zipped(parts(sheet)), edit("A1", 1, "一"), edit("B1", None, 2.5), edit("C9", None, True))
    assert by_openpyxl(after) == {"A1": "一", "B1": 2.5, "C9": True}
    assert "<c" not in part(after)


def test_strict_workbooks_are_written() -> None:
    strict = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    made = {
        name: text.replace(MAIN, STRICT) if isinstance(text, str) else text
        for name, text in parts(worksheet(ONE)).items()
    }
    made["_rels/.rels"] = rels(("rId1", "officeDocument", "xl/workbook.xml"), base=strict)
    made["xl/workbook.xml"] = str(made["xl/workbook.xml"]).replace(RELATION, strict)
    made["xl/_rels/workbook.xml.rels"] = str(made["xl/_rels/workbook.xml.rels"]).replace(RELATION, strict)
    after = written(zipped(made), edit("B2", "正常", "超时"))
    assert "<t>超时</t>" in part(after)


def test_a_byte_order_mark_stays() -> None:
    data = zipped(parts(b"\xef\xbb\xbf" + worksheet(ONE).encode()))
    after = written(data, edit("B2", "正常", "超时"))
    assert zipfile.ZipFile(io.BytesIO(after)).read(SHEET).startswith(b"\xef\xbb\xbf<?xml")
    assert by_openpyxl(after) == {"B2": "超时"}


def test_other_one_byte_encodings_take_chinese_as_references() -> None:
    sheet = worksheet('<row r="1"><c r="A1" t="inlineStr"><is><t>caf\xe9</t></is></c></row>').replace(
        "UTF-8", "ISO-8859-1"
    )
    after = written(zipped(parts(sheet.encode("latin-1"))), edit("A1", "café", "超时"))
    assert b"&#36229;" in zipfile.ZipFile(io.BytesIO(after)).read(SHEET)


def test_comments_and_cdata_that_fake_rows_are_not_taken_for_rows() -> None:
    rows = (
        '<!-- <row r="1"><c r="A1"><v>9</v></c></row> --><row r="1"><!-- <c r="A1"/> --><c r="A1" t="str">'
        '<v><![CDATA[</c><row r="2"><c r="A2"><v>8</v></c>]]></v></c><?x <c r="B1"> ?><c r="B1"><v>2</v></c></row>'
        '<!-- </sheetData> --><row r="2"><c r="A2"><v>3</v></c></row>'
    )
    after = written(
        book(rows), edit("B1", 2, 20), edit("A2", 3, 30), edit("A1", '</c><row r="2"><c r="A2"><v>8</v></c>', "平")
    )
    assert by_openpyxl(after) == {"A1": "平", "B1": 20, "A2": 30}
    assert "<!-- </sheetData> -->" in part(after)


def test_tags_with_brackets_in_their_attributes_are_understood() -> None:
    rows = """<row note="a>b" r="1"><c note='&lt;row r="2">' r='A1' s="3"><v>1</v></c></row>"""
    after = written(book(rows), edit("A1", 1, 2))
    assert by_openpyxl(after) == {"A1": 2}


def test_alternate_content_outside_the_data_is_left_alone() -> None:
    extra = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14">'
        '<row r="1"><c r="A1"/></row></mc:Choice></mc:AlternateContent>'
    )
    data = book(ONE, after=extra)
    assert part(written(data, edit("B2", "正常", 1))).endswith(extra + "</worksheet>")


ROW_EXTENSION = '<extLst><ext uri="{7}"><y xmlns="urn:y"/></ext></extLst>'


def test_a_new_cell_stands_before_the_extensions_of_its_row() -> None:
    ours = '<c r="C1"><v>5</v></c>'
    for before in ("", '<c r="A1"><v>1</v></c>', '<c r="A1"/>'):
        data = book(f'<row r="1">{before}{ROW_EXTENSION}</row>')
        assert f'<row r="1">{before}{ours}{ROW_EXTENSION}</row>' in part(written(data, edit("C1", None, 5)))


def test_a_cell_with_extensions_is_left_alone() -> None:
    for old in ("<v>1</v>", '<f t="normal">1</f><v>1</v>'):
        data = book(f'<row r="1"><c r="A1">{old}{ROW_EXTENSION}</c><c r="B1"/></row>')
        assert "扩展" in why(data, edit("A1", 1, 5)) and "扩展" in why(data, edit("A1", 1, None))


@pytest.mark.parametrize(
    "sheet",
    [
        f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData><x:row r="1"><x:c r="A1"/></x:row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData><row r="1"><x:c r="A1"/></row></sheetData></worksheet>',
        f'<worksheet xmlns="{MAIN}"><sheetData><x:row xmlns:x="{MAIN}" r="1"/></sheetData></worksheet>',
        f'<x:worksheet xmlns:x="{MAIN}" xmlns="{MAIN}"><x:sheetData><row r="1"/></x:sheetData></x:worksheet>',
        f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData/><x:mergeCells><x:mergeCell ref="A1:B9"/></x:mergeCells>'
        "</worksheet>",
    ],
)
def test_a_sheet_with_two_prefixes_for_one_thing_is_left_alone(sheet: str) -> None:
    for address in ("A1", "B1", "B2"):
        with pytest.raises(CannotPatch, match="另存一份"):
            apply(zipped(parts(sheet)), [edit(address, None, 5)])


def test_a_second_prefix_that_nobody_uses_is_no_hindrance() -> None:
    sheet = f'<worksheet xmlns="{MAIN}" xmlns:x="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    assert by_openpyxl(written(zipped(parts(sheet)), edit("B1", None, 5))) == {"A1": 1, "B1": 5}


def test_marks_of_the_old_content_go_and_the_style_stays() -> None:
    data = book('<row r="1"><c r="A1" s="3" t="e" cm="1" vm="2" ph="1"><v>#VALUE!</v></c></row>')
    assert '<c r="A1" s="3"><v>5</v></c>' in part(written(data, edit("A1", "#VALUE!", 5)))


def test_nothing_leaves_an_empty_cell_with_its_style() -> None:
    assert '<c r="B2" s="3"/>' in part(written(book(ONE), edit("B2", "正常", None)))


def test_new_cells_take_the_style_of_their_row_then_of_their_column() -> None:
    columns = '<cols><col min="2" max="3" width="9" style="3"/></cols>'
    data = book('<row r="1" s="1" customFormat="1"><c r="A1"/></row><row r="2"/>', before=columns)
    after = part(
        written(data, edit("B1", None, "x"), edit("B2", None, "y"), edit("C3", None, "z"), edit("D3", None, "w"))
    )
    for cell in ('<c r="B1" s="1"', '<c r="B2" s="3"', '<c r="C3" s="3"', '<c r="D3" t='):
        assert cell in after


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1" t="s"><v>1</v></c>', "一般 "),
        ('<c r="A1" t="s"><v>2</v></c>', None),
        ('<c r="A1" t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r><rPh><t>x</t></rPh></is></c>', "甲乙"),
        ('<c r="A1" t="inlineStr"><is><t>a&amp;b&#10;c</t></is></c>', "a&b\nc"),
        ('<c r="A1" t="str"><v>_x0041_</v></c>', "A"),
        ('<c r="A1"><v>1.0</v></c>', 1),
        ('<c r="A1" t="n"><v>1E3</v></c>', 1000.0),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1" t="str"><f>B1</f><v>好</v></c>', "好"),
        ('<c r="A1"><f>B1</f></c>', None),
        ('<c r="A1" s="2"><v>46347.500000001</v></c>', NOON),
        ('<c r="A1" t="d"><v>2026-11-21T12:00:00</v></c>', NOON),
        ('<c r="A1"/>', ""),
        ('<c r="A1" t="inlineStr"><is><t></t></is></c>', None),
        ("", None),
    ],
)
def test_what_a_cell_holds_is_recognised(cell: str, expected: object) -> None:
    data = book(f'<row r="1">{cell}</row>')
    assert by_openpyxl(written(data, edit("A1", expected, "新"))) == {"A1": "新"}  # type: ignore[arg-type]
    assert "没有改" in why(data, edit("A1", "别的", "新"))


def test_true_is_not_one_and_text_is_no_number() -> None:
    assert "没有改" in why(book('<row r="1"><c r="A1"><v>1</v></c></row>'), edit("A1", True, 2))
    assert "没有改" in why(book('<row r="1"><c r="A1" t="str"><v>1</v></c></row>'), edit("A1", 1, 2))
    assert "空的" in why(book(""), edit("A1", "超时", 2))


def test_a_cell_already_as_wanted_is_left_as_it_is() -> None:
    data = book(ONE)
    patched = apply(data, [edit("B2", "别的", "正常"), edit("C9", None, None)])
    assert (patched.data is data, patched.refused, patched.written) == (True, (), 0)


@pytest.mark.parametrize(
    "text", ["=1+1", "+8613800138000", "@x", "\x01\x1f", "_x0041_", "a\r\nb", "  两端  ", "<&>\"'", "😀" * 9]
)
def test_text_stays_the_text_it_was(text: str) -> None:
    after = written(book(ONE), edit("B2", "正常", text))
    assert by_calamine(after)[(2, 2)].replace("\r\n", "\n") == text.replace("\r\n", "\n")


def test_too_long_or_broken_text_is_refused() -> None:
    assert "太长" in why(book(ONE), edit("B2", "正常", "长" * 32_768))
    assert "太长" in why(book(ONE), edit("B2", "正常", "😀" * 16_384))
    assert "Unicode" in why(book(ONE), edit("B2", "正常", "\ud800"))
    assert "数字" in why(book(ONE), edit("B2", "正常", float("inf")))
    assert "15 位" in why(book(ONE), edit("B2", "正常", 330102199001011234))


@pytest.mark.parametrize(
    ("moment", "since1900", "since1904"),
    [
        (NOON, "46347.5", "44885.5"),
        (dt.datetime(2026, 11, 21), "46347", "44885"),
        (dt.datetime(1900, 3, 1), "61", None),
        (dt.datetime(1900, 2, 28), "59", None),
        (dt.datetime(1904, 1, 1, 6), "1462.25", "0.25"),
    ],
)
def test_times_follow_the_workbook_s_date_system(moment: dt.datetime, since1900: str, since1904: str | None) -> None:
    rows = '<row r="1"><c r="A1" s="2"/></row>'
    assert f'<c r="A1" s="2"><v>{since1900}</v></c>' in part(written(book(rows), edit("A1", None, moment)))
    mac = book(rows, more={"xl/workbook.xml": workbook(properties='<workbookPr date1904="1"/>')})
    if since1904 is None:
        assert "这么早" in why(mac, edit("A1", None, moment))
    else:
        assert f"<v>{since1904}</v>" in part(written(mac, edit("A1", None, moment)))


def test_a_time_borrows_the_date_style_that_looks_like_its_cell() -> None:
    data = book('<row r="1"><c r="A1"/><c r="B1" s="3"/><c r="C1" s="1"/><c r="D1" s="99"/></row>')
    after = part(written(data, *(edit(name, None, NOON) for name in ("A1", "B1", "C1", "D1", "E7"))))
    for cell in ('r="A1" s="2"', 'r="B1" s="4"', 'r="C1" s="1"', 'r="D1" s="2"', 'r="E7" s="2"'):
        assert f"<c {cell}><v>46347.5</v></c>" in after


def test_a_time_becomes_text_where_the_workbook_has_no_date_style() -> None:
    data = book('<row r="1"><c r="A1"/></row>', styles=BARE_STYLES)
    after = written(data, edit("A1", None, NOON))
    assert by_openpyxl(after) == {"A1": "2026-11-21 12:00"}
    assert by_openpyxl(written(after, edit("A1", NOON, NOON.replace(hour=13)))) == {"A1": "2026-11-21 13:00"}


def test_cells_that_belong_to_others_are_refused() -> None:
    rows = (
        '<row r="1"><c r="A1"><f t="array" ref="A1:B2">X1:Y2</f><v>1</v></c><c r="B1"><v>2</v></c>'
        '<c r="D1"><f t="shared" ref="D1:D2" si="0">X1</f><v>1</v></c></row>'
        '<row r="2"><c r="D2"><f t="shared" si="0"/><v>1</v></c></row>'
        '<row r="5"><c r="A5"><f t="dataTable" ref="A5:B6" dt2D="1" r1="X1" r2="X2"/><v>1</v></c></row>'
    )
    data = book(rows, after='<mergeCells count="1"><mergeCell ref="F1:G2"/></mergeCells>')
    for address, held in (("A1", 1), ("B1", 2), ("B2", None), ("A5", 1), ("B6", None)):
        assert "数组公式" in why(data, edit(address, held, 5))
    assert "公式" in why(data, edit("D1", 1, 5))
    assert "合并" in why(data, edit("G2", None, 5))
    assert by_openpyxl(written(data, edit("D2", 1, 5), edit("F1", None, 6)))["F1"] == 6
    assert "范围" in why(data, edit("A1048577", None, 5))
    assert "范围" in why(data, edit("XFE1", None, 5))
    assert "没有叫" in why(data, edit("A1", None, 5, sheet="不在"))


def test_a_damaged_sheet_is_refused_in_words() -> None:
    for rows in (
        '<row r="3"/><row r="1"><c r="A1"/></row>',
        '<row r="9"><c r="C9"/><c r="A9"/></row>',
        '<row r="9"><c r="A8"/></row>',
        '<row r="x"/>',
        '<row r="9"><c r="B9" t="s"><v>77</v></c></row>',
        '<row r="9"><c r="B9"><v>many</v></c></row>',
    ):
        assert "Excel" in why(book(rows), edit("B9", None, 5))


def test_two_different_edits_of_one_cell_are_not_both_made() -> None:
    patched = apply(book(ONE), [edit("B2", "正常", "临近"), edit("B2", "正常", "超时"), edit("B2", "正常", "临近")])
    assert by_openpyxl(patched.data) == {"B2": "临近"}
    assert [refusal.edit.value for refusal in patched.refused] == ["超时"]  # type: ignore[union-attr]


def test_a_chart_sheet_is_no_place_for_cells() -> None:
    relations = rels(("rId1", "chartsheet", "chartsheets/sheet1.xml"))
    data = book("", more={"xl/_rels/workbook.xml.rels": relations, "xl/chartsheets/sheet1.xml": "<chartsheet/>"})
    assert "图表" in why(data, edit("A1", None, 5))


def test_parts_are_found_wherever_they_stand() -> None:
    made = parts(worksheet(ONE))
    made["_rels/.rels"] = rels(("rId1", "officeDocument", "/office/Mappe.xml"))
    made["office/mappe.xml"] = made.pop("xl/workbook.xml")
    made["office/_rels/mappe.xml.rels"] = rels(
        ("rId1", "worksheet", "/xl/Worksheets/sheet1.xml"), ("rId2", "sharedStrings", "../xl/./sharedStrings.xml")
    )
    del made["xl/_rels/workbook.xml.rels"]
    assert "超时" in part(written(zipped(made), edit("B2", "正常", "超时")))


def test_backslashes_in_names_are_slashes() -> None:
    made = {name.replace("/", "\\"): content for name, content in parts(worksheet(ONE)).items()}
    after = written(zipped(made), edit("B2", "正常", "超时"))
    assert "超时" in part(after, SHEET.replace("/", "\\"))


@pytest.mark.parametrize("extension", ["xlsm", "xltx"])
def test_macros_and_templates_stay_byte_for_byte(extension: str) -> None:
    kind = {"xlsm": "application/vnd.ms-excel.sheet.macroEnabled.main+xml", "xltx": "template.main+xml"}[extension]
    made = parts(worksheet(ONE), more={"xl/vbaProject.bin": bytes(range(255, -1, -1)) * 99})
    made["[Content_Types].xml"] = str(made["[Content_Types].xml"]).replace("sheet.main+xml", kind)
    data = zipped(made)
    assert touched(data, written(data, edit("B2", "正常", "超时"))) == {SHEET}


def test_stored_entries_stay_stored() -> None:
    data = zipped(parts(worksheet(ONE)), method=zipfile.ZIP_STORED)
    after = written(data, edit("B2", "正常", "超时"))
    assert {entry.compress_type for entry in zipfile.ZipFile(io.BytesIO(after)).infolist()} == {zipfile.ZIP_STORED}
    assert touched(data, after) == {SHEET}


class _Pipe(io.RawIOBase):
    """A sink that cannot seek, which makes zipfile write data descriptors."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += bytes(data)  # type: ignore[call-overload]
        return len(bytes(data))  # type: ignore[call-overload]


def test_data_descriptors_and_zip64_fields_are_copied_and_outgrown() -> None:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[type-var]
        for name, content in parts(worksheet(ONE)).items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content if isinstance(content, bytes) else content.encode())
    after = written(pipe.data, edit("B2", "正常", "超时"))
    assert zipfile.ZipFile(io.BytesIO(after)).testzip() is None
    assert by_openpyxl(after) == {"B2": "超时"}
    assert touched(pipe.data, after) == {SHEET}


def test_a_zip64_directory_keeps_its_form() -> None:
    plain = zipped(parts(worksheet(ONE)))
    end = plain.rindex(b"PK\5\6")
    count, size, start = struct.unpack_from("<HLL", plain, end + 10)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    data = (
        plain[:end]
        + record
        + locator
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    )
    after = written(data, edit("B2", "正常", "超" * 99))
    assert by_openpyxl(after) == {"B2": "超" * 99}
    assert b"PK\6\6" in after


def test_directory_order_need_not_be_file_order() -> None:
    plain = zipped(parts(worksheet(ONE)))
    end = plain.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<LL", plain, end + 12)
    entries = [b"PK\1\2" + rest for rest in plain[start : start + size].split(b"PK\1\2")[1:]]
    data = plain[:start] + b"".join(reversed(entries)) + plain[end:]
    after = written(data, edit("B2", "正常", "超时"))
    assert [entry.filename for entry in zipfile.ZipFile(io.BytesIO(after)).infolist()] == list(parts(""))[::-1]
    assert by_openpyxl(after) == {"B2": "超时"}


def table(ref: str = "A1:B3", *, totals: str = "", name: str = "反馈登记") -> str:
    return (
        f'{HEAD}<table xmlns="{MAIN}" id="1" name="{name}" displayName="{name}" ref="{ref}"{totals}><autoFilter ref="{ref}"/>'
        '<tableColumns count="2"><tableColumn id="1" name="编号"/><tableColumn id="2" name="状态"/></tableColumns></table>'
    )


def with_tables(*tables: str, after: str = "", rows: str = "") -> bytes:
    targets = [(f"rId{place}", "table", f"../tables/table{place}.xml") for place in range(1, len(tables) + 1)]
    more: dict[str, str | bytes] = {f"xl/tables/table{place}.xml": text for place, text in enumerate(tables, 1)}
    more["xl/worksheets/_rels/sheet1.xml.rels"] = rels(*targets)
    headers = '<row r="1"><c r="A1" t="str"><v>编号</v></c><c r="B1" t="str"><v>状态</v></c></row>'
    return book(headers + rows, after=after, more=more)


def test_a_table_grows_with_its_filter_and_never_shrinks() -> None:
    data = with_tables(table())
    after = written(data, GrowTable("反馈登记", 9))
    assert part(after, "xl/tables/table1.xml") == part(data, "xl/tables/table1.xml").replace("A1:B3", "A1:B9")
    assert touched(data, after) == {"xl/tables/table1.xml"}
    assert apply(data, [GrowTable("反馈登记", 2)]).data is data


def test_a_table_that_cannot_grow_says_why() -> None:
    assert "汇总行" in why(with_tables(table(totals=' totalsRowCount="1"')), GrowTable("反馈登记", 9))
    assert "碰到" in why(with_tables(table(), table("B8:C9", name="下面")), GrowTable("反馈登记", 9))
    assert "合并" in why(
        with_tables(table(), after='<mergeCells><mergeCell ref="A5:B5"/></mergeCells>'), GrowTable("反馈登记", 9)
    )
    assert "没有叫" in why(with_tables(table()), GrowTable("别的", 9))
    assert "范围" in why(with_tables(table()), GrowTable("反馈登记", 1048577))


def test_a_table_takes_in_what_was_written_with_it_and_nothing_that_somebody_else_wrote() -> None:
    note = '<row r="5"><c r="A5" s="1"/><c r="B5" t="str"><v>店长备注</v></c><c r="C5"><v>1</v></c></row>'
    data = with_tables(table(), rows=note)
    assert "B5 有别的内容" in why(data, GrowTable("反馈登记", 9))
    assert "B5 有别的内容" in " ".join(
        one.reason
        for one in apply(data, [edit("A5", None, "x"), edit("B5", None, "y"), GrowTable("反馈登记", 9)]).refused
    )
    assert 'ref="A1:B4"' in part(written(data, GrowTable("反馈登记", 4)), "xl/tables/table1.xml")
    for value in ("已办结", "店长备注"):  # written anew, or as it is
        after = written(data, edit("B5", "店长备注", value), GrowTable("反馈登记", 9))
        assert 'ref="A1:B9"' in part(after, "xl/tables/table1.xml")


def test_a_table_s_headers_are_not_written() -> None:
    assert "标题" in why(with_tables(table()), edit("B1", "状态", "情况"))
