"""Edits in a workbook that an Excel on this PC has open: xlwings' own Windows engine over an Excel in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from automation import cycle, settings
from automation.commands.run import tell
from automation.sample import dealership
from automation.settings import Settings
from tests.excel import BUSY, EDITING, GONE, Excel, quick, windows
from tests.tables import plain, rows_of
from workbook import build, live, snapshot
from workbook.edits import ERROR, Cell, CellEdit, CellValue, Edit, GrowTable, column_letter
from workbook.errors import WorkbookBusy
from workbook.live import Live
from workbook.snapshot import Snapshot

NOW = dt.datetime(2026, 11, 21, 9, 30)
REGISTER = """
反馈登记
编号           | 接收时间    | 客户姓名 | 内容概要 | 备注
FK20261103-001 | 11-03 09:00 | 陈静     | 刹车异响 |
               | 11-03 09:30 | 周杰     | 漏油     |
               | 11-03 10:00 | 马丽     | 掉漆     |
"""
FIRST = 3
"""The register's first row: the group's names and the headers stand above it."""
NUMBER, DUE, NOTE = 1, 49, 47

Open = Callable[[Path], Excel]


@pytest.fixture
def pc() -> Iterator[Open]:
    with windows() as opened:
        yield opened


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "登记.xlsx"
    build.write(path, rows_of(REGISTER), created=NOW)
    return quick(path)


def columns(seen: Snapshot) -> dict[str, int]:
    grid = seen.grids["反馈登记"]
    return {str(title): grid.left + place for place, title in enumerate(grid.rows[FIRST - 1 - grid.top])}


def edit(seen: Snapshot, column: str, place: int, value: CellValue, expected: CellValue = None) -> CellEdit:
    """Of the ``place``-th ticket (from 0)."""
    return CellEdit(Cell("反馈登记", FIRST + place, columns(seen)[column]), expected, value)


def write(
    seen: Snapshot, edits: Sequence[Edit], *, kept: list[bytes] | None = None, patience: float = 1.0
) -> Live | None:
    return live.write(
        seen,
        edits,
        back_up=lambda: kept.append(seen.path.read_bytes()) if kept is not None else None,
        idle=lambda: 60.0,
        patience=patience,
    )


def done(seen: Snapshot, edits: Sequence[Edit]) -> Live:
    made = write(seen, edits)
    assert made is not None
    return made


def numbers(seen: Snapshot) -> list[Edit]:
    return [edit(seen, "编号", 1, "FK20261103-002"), edit(seen, "编号", 2, "FK20261103-003")]


def test_the_edits_land_and_are_saved_when_nothing_else_was_unsaved(pc: Open, book: Path) -> None:
    excel, seen, kept = pc(book), snapshot.read(book), list[bytes]()
    made = write(seen, [*numbers(seen), edit(seen, "截止时间", 1, dt.datetime(2026, 11, 4, 9, 30))], kept=kept)
    assert made == Live(3, (), True)
    assert [excel.shown("反馈登记", f"A{row}") for row in (3, 4, 5)] == [f"FK20261103-00{one}" for one in (1, 2, 3)]
    assert kept == [seen.data], "the file of before is kept before Excel writes over it"
    again = snapshot.read(book)
    assert again.grids["反馈登记"].rows[FIRST - again.grids["反馈登记"].top + 1][columns(seen)["截止时间"] - 1] == (
        dt.datetime(2026, 11, 4, 9, 30)
    )
    assert done(again, numbers(again)) == Live(0, (), True), "what is there already is no edit"


def test_what_the_user_has_not_saved_stays_unsaved(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.typed("反馈登记", "AU5", "客户要求书面答复")  # 备注 of the third ticket
    excel.typed("人员", "A3", "新来的")
    made = done(seen, numbers(seen))
    assert (made.written, made.saved, excel.saves) == (1, False, 0)
    assert book.read_bytes() == seen.data
    assert excel.shown("反馈登记", "A4") == "FK20261103-002"
    ((refused, why),) = [(one.edit, one.reason) for one in made.refused]
    assert refused == numbers(seen)[1] and "还没有保存" in why
    assert excel.shown("反馈登记", "AU5") == "客户要求书面答复"


def test_rows_that_moved_on_the_screen_are_left_alone(pc: Open, book: Path) -> None:
    """Two tickets swapped by sorting and not saved: their numbers must not change hands."""
    excel, seen = pc(book), snapshot.read(book)
    for address, value in (
        ("C4", 46329.4166),
        ("G4", "马丽"),
        ("M4", "掉漆"),
        ("C5", 46329.39583),
        ("G5", "周杰"),
        ("M5", "漏油"),
    ):
        excel.typed("反馈登记", address, value)
    made = done(seen, numbers(seen))
    assert made.written == 0 and len(made.refused) == 2
    assert [excel.shown("反馈登记", f"A{row}") for row in (4, 5)] == [None, None]


def test_a_cell_of_ours_that_somebody_typed_into_is_left_alone(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.typed("反馈登记", "A4", "手写的号")
    made = done(seen, numbers(seen))
    assert excel.shown("反馈登记", "A4") == "手写的号" and excel.shown("反馈登记", "A5") == "FK20261103-003"
    assert [one.edit for one in made.refused] == numbers(seen)[:1]


def test_an_error_of_excels_in_a_cell_of_ours_is_written_over(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    state = column_letter(columns(seen)["状态"])
    excel.typed("反馈登记", f"{state}4", "=1/0")
    assert done(seen, [edit(seen, "状态", 1, "正常", expected=ERROR)]).refused == ()
    assert excel.shown("反馈登记", f"{state}4") == "正常"


@pytest.mark.parametrize(("code", "first"), [(BUSY, 0), (EDITING, 3)], ids=["a call rejected", "a cell being edited"])
def test_an_excel_that_is_busy_for_a_moment_is_waited_for(
    code: int, first: int, pc: Open, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_NAP", 0.01)
    excel, seen = pc(book), snapshot.read(book)
    for stumble in range(first, 200, 11):  # wherever in the writing and saving it happens
        excel.faults = []
        excel.typed("反馈登记", "A4", None)
        excel.typed("反馈登记", "A5", None)
        excel.clean, excel.calls, excel.saves = True, [], 0
        excel.faults = at = _Later(stumble, code)
        assert write(seen, numbers(seen), patience=5) == Live(2, (), True), f"after {stumble} calls"
        assert excel.saves == 1, "what is told to be saved is in the file, and backed up once"
        excel.faults = []
        assert [excel.shown("反馈登记", f"A{row}") for row in (4, 5)] == ["FK20261103-002", "FK20261103-003"]
        application = excel.application.application
        assert application.vba_get("EnableEvents", [], {}) is True
        assert application.vba_get("ScreenUpdating", [], {}) is True
        if len(at):  # it was never reached: the whole way has been stumbled over
            break
    assert 50 < stumble < 190


class _Later(list[int]):
    """One fault after so many calls."""

    def __init__(self, calls: int, code: int) -> None:
        super().__init__([code])
        self.left = calls

    def __bool__(self) -> bool:
        self.left -= 1
        return self.left < 0 and len(self) > 0


def test_an_excel_that_stays_busy_only_delays(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.faults = [EDITING] * 10_000
    with pytest.raises(WorkbookBusy, match="编辑单元格"):
        write(seen, numbers(seen), patience=0.6)
    excel.faults = []
    assert excel.shown("反馈登记", "A4") is None


def test_nothing_is_written_under_somebody_s_hands(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    with pytest.raises(WorkbookBusy, match="输入"):
        live.write(seen, numbers(seen), back_up=lambda: None, idle=lambda: 1.0, patience=0.6)
    pauses = iter((0.5, 1.0, 6.0))
    assert live.write(seen, numbers(seen), back_up=lambda: None, idle=lambda: next(pauses), patience=5) is not None
    assert excel.shown("反馈登记", "A4") == "FK20261103-002"


def test_a_copy_waiting_to_be_pasted_is_not_lost(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.settings["CutCopyMode"] = 1
    with pytest.raises(WorkbookBusy, match="复制"):
        write(seen, numbers(seen))
    assert excel.shown("反馈登记", "A4") is None


def test_a_workbook_opened_for_reading_only_is_left_alone(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.read_only = True
    with pytest.raises(WorkbookBusy, match="只读"):
        write(seen, numbers(seen))


def test_a_workbook_closed_meanwhile_only_delays(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    excel.faults = _Later(25, GONE)
    with pytest.raises(WorkbookBusy):
        write(seen, numbers(seen))


def test_a_workbook_that_no_excel_here_has_open_is_not_ours_to_write(pc: Open, book: Path, tmp_path: Path) -> None:
    other = tmp_path / "别的.xlsx"
    other.write_bytes(book.read_bytes())
    pc(other)
    seen = snapshot.read(book)
    assert write(seen, numbers(seen)) is None


def test_without_excel_nothing_happens(book: Path) -> None:
    seen = snapshot.read(book)
    assert write(seen, numbers(seen)) is None


@pytest.mark.parametrize("text", ["=1+1", "2026-11-21", "007", "-3", "+86", "@a", "'quoted", "1/2"])
def test_a_text_that_excel_would_read_otherwise_stays_one(text: str, pc: Open, book: Path) -> None:
    pc(book)
    seen = snapshot.read(book)
    assert done(seen, [edit(seen, "提示", 1, text)]) == Live(1, (), True)
    again = snapshot.read(book)
    grid = again.grids["反馈登记"]
    assert grid.rows[FIRST - grid.top + 1][columns(seen)["提示"] - grid.left] == text


def test_a_table_grows_and_never_shrinks(pc: Open, book: Path) -> None:
    excel, seen = pc(book), snapshot.read(book)
    last = findings_end(seen)
    assert done(seen, [GrowTable("检查结果", last + 4)]).written == 1
    assert done(snapshot.read(book), [GrowTable("检查结果", last)]).written == 0
    assert findings_end(snapshot.read(book)) == last + 4
    assert excel.saves == 1


def test_the_screen_is_left_as_it_is(pc: Open, book: Path) -> None:
    """No selection, no activation, no clipboard, no scrolling, no filter; and macros sleep while we write."""
    excel, seen = pc(book), snapshot.read(book)
    write(seen, numbers(seen))
    touched = {call.partition(".")[2] for call in excel.calls}
    assert not touched & {"Select", "Activate", "Copy", "Paste", "Goto", "ScrollRow=", "AutoFilter", "Calculate"}
    order = [call for call in excel.calls if call in ("Application.EnableEvents=", "Range.Value2=")]
    assert order[0] == order[-1] == "Application.EnableEvents="


def of(path: Path) -> Settings:
    found, errors = settings.load(None, workbook=path)
    assert not errors
    return found


def test_a_whole_pass_over_an_open_workbook_equals_one_over_the_closed_file(
    pc: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_idle_here", lambda: 60.0)
    contents = dealership(40, 7, NOW).contents
    shut, opened = tmp_path / "关着" / "登记.xlsx", tmp_path / "开着" / "登记.xlsx"
    for path in (shut, opened):
        path.parent.mkdir()
        build.write(path, contents, created=NOW)
        quick(path)
    pc(opened)
    (opened.parent / "~$登记.xlsx").write_bytes(b"\x04Zhang" + b" " * 160)
    closed, through = cycle.run(of(shut), NOW), cycle.run(of(opened), NOW)
    assert (through.unwritten, through.delayed, through.refused) == ("", False, ())
    assert closed.written >= through.written > 50  # the table may have grown by itself, as tables do in Excel
    one, other = snapshot.read(shut), snapshot.read(opened)
    assert findings_end(one) == findings_end(other)
    for sheet in ("反馈登记", "检查结果"):
        assert _cells(one, sheet) == _cells(other, sheet)
    assert cycle.run(of(opened), NOW).written == 0
    assert len(list(of(opened).backup_dir.iterdir())) == 1


def test_a_pass_says_that_what_it_wrote_is_not_in_the_file_yet(
    pc: Open, book: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(live, "_idle_here", lambda: 60.0)
    pc(book).typed("反馈登记", "AU5", "客户要求书面答复")  # and not saved
    (book.parent / f"~${book.name}").write_bytes(b"\x04Zhang" + b" " * 160)
    before = book.read_bytes()
    outcome = cycle.run(of(book), NOW)
    assert outcome.unsaved and outcome.written and not outcome.unwritten and book.read_bytes() == before
    tell(outcome, of(book))
    told = plain(capsys.readouterr().out)
    assert f"写进打开着的工作簿:{outcome.written} 个单元格" in told and "等有人保存后才进文件" in told
    assert "文件未动" not in told


def findings_end(seen: Snapshot) -> int:
    """The last row of the table 检查结果."""
    return next(table.last_row for table in seen.tables if table.name == "检查结果")


def _cells(seen: Snapshot, sheet: str) -> dict[tuple[int, int], object]:
    grid = seen.grids[sheet]
    return {
        (grid.top + down, grid.left + across): value
        for down, row in enumerate(grid.rows)
        for across, value in enumerate(row)
        if value != ""
    }
