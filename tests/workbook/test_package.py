"""The lossless write, seen from outside: what a reader finds in the patched workbook, and what is left as it was."""

import datetime as dt
import importlib
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
import xlsxwriter

from workbook.edits import Cell, CellEdit, GrowTable
from workbook.package import apply, deflate


def register() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    dates = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet = book.add_worksheet("反馈登记")
    for row in range(1, 6):
        sheet.write_datetime(row, 1, dt.datetime(2026, 11, 21, 9, row), dates)
        sheet.write(row, 2, "正常")
    columns = [{"header": header} for header in ("编号", "接收时间", "状态")]
    sheet.add_table(0, 0, 5, 2, {"name": "反馈登记", "columns": columns})
    board = book.add_worksheet("看板")
    board.write_formula(0, 0, '=COUNTIF(反馈登记[状态],"正常")', None, 5)
    book.close()
    return out.getvalue()


def edit(row: int, column: int, expected: object, value: object, sheet: str = "反馈登记") -> CellEdit:
    return CellEdit(Cell(sheet, row, column), expected, value)  # type: ignore[arg-type]


def test_edited_cells_hold_their_new_values_and_the_rest_stays() -> None:
    patched = apply(
        register(),
        [edit(2, 1, None, "FK20261121-001"), edit(2, 3, "正常", "=超时"), GrowTable("反馈登记", 8)],
    )
    sheet = openpyxl.load_workbook(io.BytesIO(patched.data))["反馈登记"]
    assert patched.refused == ()
    assert patched.written == 3
    assert (sheet["A2"].value, sheet["C2"].value, sheet["C3"].value) == ("FK20261121-001", "=超时", "正常")
    assert sheet.tables["反馈登记"].ref == "A1:C8"


def test_a_cell_that_changed_meanwhile_is_refused_and_the_others_happen() -> None:
    patched = apply(register(), [edit(2, 3, "临近", "超时"), edit(3, 3, "正常", "超时")])
    sheet = openpyxl.load_workbook(io.BytesIO(patched.data))["反馈登记"]
    assert (sheet["C2"].value, sheet["C3"].value) == ("正常", "超时")
    assert "没有改" in patched.refused[0].reason


def test_no_edits_give_back_the_very_same_bytes() -> None:
    data = register()
    assert apply(data, []).data is data
    assert apply(data, [edit(2, 3, "x", "正常")]).data is data


def test_parts_that_no_edit_concerns_keep_their_bytes() -> None:
    data = register()
    patched = apply(data, [edit(2, 1, None, "FK20261121-001")]).data
    before, after = zipfile.ZipFile(io.BytesIO(data)), zipfile.ZipFile(io.BytesIO(patched))
    assert before.namelist() == after.namelist()
    assert [name for name in before.namelist() if before.read(name) != after.read(name)] == ["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("engine", ["zlib", "isal.isal_zlib"])
def test_either_packing_engine_writes_a_workbook_the_other_reads(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine != "zlib":
        pytest.importorskip(engine, reason="the optional fast engine is not installed")
    data = register()
    for name in (engine, "zlib"):
        monkeypatch.setattr(deflate, "_engine", importlib.import_module(name))
        monkeypatch.setattr(deflate, "ENGINE", name.partition(".")[0])
        data = apply(data, [edit(2, 1, None if name == engine else "FK20261121-001", "FK20261121-001")]).data
        monkeypatch.undo()
    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    assert openpyxl.load_workbook(io.BytesIO(data))["反馈登记"]["A2"].value == "FK20261121-001"


def test_the_same_edits_give_the_same_bytes() -> None:
    data = register()
    edits = [edit(2, 1, None, "FK20261121-001"), edit(9, 9, None, 1.5)]
    assert apply(data, edits).data == apply(data, edits).data


def test_a_thousand_edits_of_a_large_sheet_take_little_memory() -> None:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True})
    sheet = book.add_worksheet("反馈登记")
    for row in range(5_000):
        for column in range(20):
            sheet.write_string(row, column, "客户反馈一般")
    book.close()
    data = out.getvalue()
    size = zipfile.ZipFile(out).getinfo("xl/worksheets/sheet1.xml").file_size
    edits = [edit(row, 20, "客户反馈一般", "超时") for row in range(1, 5_001, 5)]
    tracemalloc.start()
    patched = apply(data, edits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (patched.written, patched.refused) == (1000, ())
    assert peak < 3 * size
