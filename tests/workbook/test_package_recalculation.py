"""After a write: does Excel recalculate exactly when something must be, and does the calcChain stay true?"""

from __future__ import annotations

import pytest

from tests.workbook.rawbook import (
    HEAD,
    MAIN,
    RELATION,
    SHEET,
    book,
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
from workbook.package import apply

CELL = '<row r="2"><c r="B2"><v>1</v></c></row>'
TABLE = (
    f'{HEAD}<table xmlns="{MAIN}" id="1" name="登记表" displayName="登记表" ref="A1:C3"><tableColumns count="3">'
    '<tableColumn id="1" name="编号"/><tableColumn id="2" name="状态[*]"/><tableColumn id="3" name="备注"/></tableColumns></table>'
)


def two_sheets(formula: str, *, tag: str = "<f>", names: str = "", calc: str = "") -> bytes:
    """登记 holds B2 = 1 and the table 登记表 over A1:C3; 看板 holds one formula in D4."""
    made = parts(worksheet(CELL))
    made["xl/workbook.xml"] = workbook(names=names, calc=calc).replace(
        "</sheets>", '<sheet name="看 板" sheetId="9" r:id="rId9"/></sheets>'
    )
    made["xl/_rels/workbook.xml.rels"] = rels(
        ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId9", "worksheet", "worksheets/sheet2.xml")
    )
    made["xl/worksheets/_rels/sheet1.xml.rels"] = rels(("rId1", "table", "../tables/table1.xml"))
    made["xl/tables/table1.xml"] = TABLE
    made["xl/worksheets/sheet2.xml"] = worksheet(f'<row r="4"><c r="D4">{tag}{formula}</f><v>1</v></c></row>')
    return zipped(made)


@pytest.mark.parametrize(
    "formula",
    [
        "登记!B2+1",
        "登记!$B$2",
        "SUM(登记!A1:C9)",
        "SUM('登记'!B:B)",
        "SUM(登记!$2:$2)",
        "[0]!合计+登记!B2",
        "COUNTIF(登记表[状态'[*']],\"x\")",
        "SUM(登记表[[编号]:[备注]])",
        "ROWS(登记表[])",
        "SUM(登记表[#All])",
        "登记表[[#This Row],[状态'[*']]]",
        'INDIRECT("登记!B"&amp;2)',
        "OFFSET(登记!A1,1,1)",
        "SUM(登记:今天!B2)",
        "SUM(登记!A1:INDEX(登记!C:C,3))",
        "合计*2",
        "相对名",
        "间接名",
        "不认识的表[列]",
        '"登记!A1"&amp;登记!B2',
        "sum(登记!b2)",
        "<![CDATA[登记!Z9<1]]>",
    ],
)
def test_a_formula_that_reads_a_written_cell_makes_excel_recalculate(formula: str) -> None:
    names = (
        '<definedName name="合计">SUM(登记!$B$1:$B$9)</definedName><definedName name="相对名">登记!A1</definedName>'
        '<definedName name="间接名">合计+1</definedName>'
    )
    data = two_sheets(formula, names=names)
    after = apply(data, [edit("B2", 1, 2)]).data
    assert '</definedNames><calcPr fullCalcOnLoad="1"/>' in part(after, "xl/workbook.xml")
    assert touched(data, after) == {SHEET, "xl/workbook.xml"}


@pytest.mark.parametrize(
    "formula",
    [
        "登记!A2+登记!B3",
        "B2",
        "SUM(登记!C:C,登记!3:9)",
        '"登记!B2"',
        "[1]登记!B2",
        "'C:\\[别的.xlsx]登记'!B2",
        "COUNTA(登记表[编号])",
        "登记!#REF!",
        "合计",
        "LOG10(100)+PI()+1E3",
        "没有的名字",
        "'看 板'!B2:C3",
        "TRUE",
    ],
)
def test_formulas_that_read_other_cells_leave_the_workbook_part_alone(formula: str) -> None:
    data = two_sheets(formula, names='<definedName name="合计">SUM(登记!$C$1:$C$9,合计)</definedName>')
    assert touched(data, apply(data, [edit("B2", 1, 2)]).data) == {SHEET}


def test_a_shared_formula_reads_wherever_its_members_stand() -> None:
    tag = '<f t="shared" ref="D4:D9" si="0">'
    data = two_sheets("登记!B1", tag=tag)
    assert "xl/workbook.xml" in touched(data, apply(data, [edit("B2", 1, 2)]).data)
    data = two_sheets("登记!C1", tag=tag)
    assert touched(data, apply(data, [edit("B2", 1, 2)]).data) == {SHEET}


def test_a_data_table_counts_as_a_reader() -> None:
    data = book(CELL + '<row r="9"><c r="A9"><f t="dataTable" ref="A9:A10" r1="B2"/><v>1</v></c></row>')
    assert "fullCalcOnLoad" in part(apply(data, [edit("B2", 1, 2)]).data, "xl/workbook.xml")


def test_a_grown_table_that_is_read_makes_excel_recalculate() -> None:
    grow = [GrowTable("登记表", 9)]
    data = two_sheets("COUNTA(登记表[编号])")
    assert "xl/workbook.xml" in touched(data, apply(data, grow).data)
    data = two_sheets("登记!A2")
    assert "xl/workbook.xml" not in touched(data, apply(data, grow).data)


@pytest.mark.parametrize("calc", ['<calcPr calcId="191029"/>', '<calcPr fullCalcOnLoad="0" calcId="191029"></calcPr>'])
def test_existing_calculation_settings_are_kept(calc: str) -> None:
    after = part(apply(two_sheets("登记!B2", calc=calc), [edit("B2", 1, 2)]).data, "xl/workbook.xml")
    assert 'fullCalcOnLoad="1"' in after
    assert 'calcId="191029"' in after
    assert after.count("calcPr fullCalc") + after.count("calcPr calcId") == 1


def test_a_workbook_that_recalculates_anyway_is_left_alone() -> None:
    data = two_sheets("登记!B2", calc='<calcPr fullCalcOnLoad="1"/>')
    assert touched(data, apply(data, [edit("B2", 1, 2)]).data) == {SHEET}


def chained(entries: str) -> bytes:
    rows = "".join(f'<row r="{row}"><c r="A{row}"><f>1+{row}</f><v>{1 + row}</v></c></row>' for row in (1, 2, 3))
    made = parts(worksheet(rows))
    made["xl/calcChain.xml"] = f'<calcChain xmlns="{MAIN}">{entries}</calcChain>'
    made["xl/_rels/workbook.xml.rels"] = str(made["xl/_rels/workbook.xml.rels"]).replace(
        "</Relationships>",
        f'<Relationship Id="rId4" Type="{RELATION}/calcChain" Target="calcChain.xml"/></Relationships>',
    )
    return zipped(made)


def test_an_overwritten_formula_leaves_the_chain_and_hands_its_sheet_on() -> None:
    data = chained('<c r="A1" i="7" l="1"/><c r="A2"/><c r="A3" s="1"/>')
    after = apply(data, [edit("A1", 2, 5)]).data
    assert '<c r="A2" i="7"/><c r="A3" s="1"/>' in part(after, "xl/calcChain.xml")
    assert 'r="A1"' not in part(after, "xl/calcChain.xml")
    assert touched(data, after) == {SHEET, "xl/calcChain.xml"}


def test_entries_of_other_sheets_stay() -> None:
    data = chained('<c r="A1" i="3"/><c r="A1" i="7"/><c r="A2" i="3"/><c r="A3"/>')
    after = part(apply(data, [edit("A1", 2, 5)]).data, "xl/calcChain.xml")
    assert '<c r="A1" i="3"/><c r="A2" i="3"/><c r="A3"/>' in after


def test_an_empty_chain_leaves_the_package_with_its_relation_and_type() -> None:
    data = chained('<c r="A1" i="7"/>')
    after = apply(data, [edit("A1", 2, 5)]).data
    assert touched(data, after) == {SHEET, "xl/calcChain.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"}
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        assert "calcChain" not in part(after, name)
    assert by_openpyxl(after)["A1"] == 5
