"""The same macros in LibreOffice: another reader of the VBA project, its own events, its own Basic."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from automation import macros
from tests import libreoffice, tables
from tests.macros.excel import NOW
from tests.macros.test_checks import GOOD_AND_BAD, STAFF, findings
from workbook import build
from workbook.edits import column_letter
from workbook.package.book import Book
from workbook.schema import REGISTER
from workbook.vba import project
from workbook.vba.project import Kind, Module

pytestmark = pytest.mark.skipif(libreoffice.SOFFICE is None, reason="LibreOffice is not installed")

SHEET_EVENT = """Option Explicit
Private Sub Worksheet_Change(ByVal Target As Range)
    Dim row As Long
    If Target.Address = "$CA$1" Then
        For row = FIRST To LAST
            Range("CA" & row).Value = kesuProblemsOf(row)
        Next row
    ElseIf Target.Column < 60 Then
        kesuChanged Me, Target
        Range("CB1").Value = kesuStatus()
    End If
End Sub
"""
"""LibreOffice raises the sheet's event only, not the workbook's, through which Excel calls the same procedure. Typing
into CA1 has every row judged; what the status bar was told stands in CB1.
"""


ROWS = range(build.FIRST_DATA_ROW, build.FIRST_DATA_ROW + len(GOOD_AND_BAD))


def at(name: str) -> str:
    return column_letter(REGISTER.headers.index(name) + 1)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "登记.xlsm"
    contents = {**tables.rows_of(STAFF), REGISTER.sheet: GOOD_AND_BAD}
    build.write(path, contents, created=NOW, macros=macros.modules())
    held = Book(path.read_bytes())
    place = held.part("xl/vbaProject.bin")
    assert place is not None
    source = SHEET_EVENT.replace("FIRST", str(ROWS[0])).replace("LAST", str(ROWS[-1]))
    with_event = project.install(project.read(held.archive.read(place)), [Module("Sheet1", Kind.SHEET, source)])
    path.write_bytes(held.archive.rewrite({place.name: [with_event]}))
    return path


def test_rows_are_judged_as_by_kesu_and_a_typed_cell_says_so_at_once(book: Path, tmp_path: Path) -> None:
    sheet = REGISTER.sheet
    steps = [
        f'Enter "{sheet}", "CA1", "x"',
        *(f'Say "row {row}"\n    Show "{sheet}", "CA{row}"' for row in ROWS),
        f'Enter "{sheet}", "{at("级别")}3", "严重"',
        f'Say "status"\n    Show "{sheet}", "CB1"',
        'CallMacro("kesuButtons.kesuCheckNow", Array())',
        'Say "selected " & book.CurrentController.getSelection().AbsoluteName',
    ]
    said = libreoffice.run(book, steps, tmp_path)
    assert said[-1] == "end", said[-5:]
    found, row = set(), 0
    for line in said[: said.index("status")]:
        if line.startswith("row "):
            row = int(line[4:])
        elif "\t" in line:
            rule, column, message, advice = line.removeprefix(f"CA{row}=").split("\t")
            found.add((rule, f"{at(column)}{row}", message, advice))
    lasting = {one for one in found if one[0] != "TIME-01"}  # LibreOffice has no other clock than the computer's
    assert lasting == {one for one in findings(book) if one[0] != "TIME-01"}
    status = said[said.index("status") + 1]
    assert re.search("第 3 行.*F3 “级别”是“严重”", status), status
    assert f"selected $反馈登记.${at('级别')}$3" in said
