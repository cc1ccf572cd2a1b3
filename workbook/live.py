"""The same edits through an Excel on this computer that has the workbook open. The only file that knows xlwings.

The workbook is the user's while it is open. So only when nobody is typing; only cells that still hold what the plan saw,
in rows that are still those it saw, for what is on the screen may be newer than the file; without selecting, scrolling
or copying anything; and it is saved only if there was nothing unsaved in it before. Excel forgets what it could undo
whenever a program writes: the one thing of the user's that cannot be spared.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import os
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbook.edits import ERROR, Cell, CellEdit, CellValue, Edit, GrowTable
from workbook.errors import WorkbookBusy
from workbook.package import Refusal
from workbook.package.values import serial_days
from workbook.snapshot import Snapshot

PAUSE = 5.0
"""Seconds without a key or the mouse before anything is written."""
PATIENCE = 20.0
"""Seconds to wait for such a pause, and for an Excel that is busy; then it is left to the next pass."""

_NAP = 0.25
_SWITCHING_BACK = 60.0
_FORMULA = object()
_ERRORS = frozenset(range(-2146826288, -2146826245))
"""What ``Value2`` gives for #NULL! to #N/A and the newer ones."""
_BUSY = frozenset({-2147418111, -2147417846, -2146777998})
"""RPC_E_CALL_REJECTED, RPC_E_SERVERCALL_RETRYLATER, VBA_E_IGNORE: a cell is being edited, or a dialog is open."""
_READ_AS_SOMETHING_ELSE = tuple("=+-@'0123456789.")


@dataclass(frozen=True, slots=True)
class Live:
    """What was done in the open workbook. ``saved``: it stands in the file too, else the user's next save takes it there."""

    written: int
    refused: tuple[Refusal, ...]
    saved: bool


def write(
    seen: Snapshot,
    edits: Sequence[Edit],
    *,
    back_up: Callable[[], object],
    idle: Callable[[], float] | None = None,
    patience: float = PATIENCE,
) -> Live | None:
    """Make the edits in the open workbook; ``None`` when no Excel here has it open.

    ``back_up`` is called before the file is saved; ``idle`` tells the seconds since the user's last touch. Raises
    :class:`WorkbookBusy` when Excel takes nothing for ``patience`` seconds, or the user does not pause, or the workbook
    is open for reading only.
    """
    waiting = _Waiting(seen.path.name, time.monotonic() + patience)
    with _one_try_a_call():
        book = waiting.until_taken(lambda: _find(seen.path))
        if book is None:
            return None
        waiting.until_paused(idle or _idle_here)
        session = _Session(book, seen, waiting)
        waiting.until_taken(session.ask)
        with _unnoticed(waiting.until_taken(lambda: book.app.api), waiting):
            waiting.until_taken(lambda: session.make(edits))
            if session.clean and session.written:
                back_up()
                waiting.until_taken(lambda: book.api.Save())
        return Live(session.written, tuple(session.refused), session.clean or not session.written)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Until when Excel and the user are waited for."""

    name: str
    deadline: float

    def until_taken(self, call: Callable[[], Any]) -> Any:
        """What the call gives as soon as Excel takes it. Everything in it may be done twice."""
        while True:
            try:
                return call()
            except Exception as error:  # pywin32's is there on Windows only; what is no such is raised again
                code = _code(error)
                if code is None:
                    raise
                if code not in _BUSY:
                    raise WorkbookBusy(
                        f"“{self.name}”在 Excel 里打开着，Excel 没有接受写入（{code:#x}）；下次再写。"
                    ) from error
                self._nap("Excel 正忙（多半正在编辑单元格，或开着对话框）")

    def until_paused(self, idle: Callable[[], float]) -> None:
        while idle() < PAUSE:
            self._nap("有人正在里面输入")

    def _nap(self, why: str) -> None:
        if time.monotonic() >= self.deadline:
            raise WorkbookBusy(f"“{self.name}”在 Excel 里打开着，{why}，没有写；下次再写。")
        time.sleep(_NAP)


@dataclass
class _Session:
    """One open workbook being written. ``clean``: whether anything of the user's was unsaved before. ``tried``: what
    was to be written, in this attempt or one that Excel cut short.
    """

    book: Any
    seen: Snapshot
    waiting: _Waiting
    clean: bool = False
    tried: set[Edit] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def written(self) -> int:
        return len(self.tried - {one.edit for one in self.refused})

    def ask(self) -> None:
        """Whether the workbook may be written at all. Raises :class:`WorkbookBusy`."""
        api = self.book.api
        if api.ReadOnly:
            raise WorkbookBusy(f"“{self.waiting.name}”在这台电脑上是以只读方式打开的，没有写；等关闭后再写。")
        if self.book.app.api.CutCopyMode:
            raise WorkbookBusy(f"“{self.waiting.name}”在 Excel 里打开着，有内容正在复制，没有写；下次再写。")
        self.clean = bool(api.Saved)

    def make(self, edits: Sequence[Edit]) -> None:
        """Make the edits; asked a second time, those that are still to be made."""
        self.refused = []
        cells: dict[str, list[CellEdit]] = defaultdict(list)
        for edit in edits:
            if isinstance(edit, CellEdit):
                cells[edit.where.sheet].append(edit)
        for sheet, some in cells.items():
            self._sheet(sheet, some)
        for edit in edits:
            if isinstance(edit, GrowTable):
                self._grow(edit)

    def _sheet(self, name: str, edits: Sequence[CellEdit]) -> None:
        sheet = next((one for one in self.book.sheets if one.name == name), None)
        if sheet is None or sheet.api.ProtectContents:
            why = "打开着的工作簿里没有这张表" if sheet is None else "工作表被保护了"
            self.refused += [Refusal(edit, why) for edit in edits]
            return
        ours = {edit.where.column for edit in edits}
        rows = self._rows(sheet, edits)
        todo = [edit for edit in edits if self._may(edit, rows.get(edit.where.row, ()), ours)]
        self.tried.update(todo)
        for run in _runs(todo):
            first, last = run[0].where, run[-1].where
            values = tuple((self._typed(edit.value),) for edit in run)
            target = sheet.range((first.row, first.column), (last.row, last.column)).api
            target.Value2 = values if len(run) > 1 else values[0][0]
        self._compare(sheet, [edit for edit in edits if edit in self.tried])

    def _rows(self, sheet: Any, edits: Sequence[CellEdit]) -> dict[int, tuple[object, ...]]:
        """What the rows of the edits hold on the screen, from column A on; :data:`_FORMULA` where one stands that works."""
        numbers = [edit.where.row for edit in edits]
        width = max(*(edit.where.column for edit in edits), self._width(sheet.name), 2)
        first, last = min(numbers), max(numbers) + 1  # one more, for a single cell is given as no table
        area = sheet.range((first, 1), (last, width)).api
        return {
            number: tuple(
                _FORMULA if _calculated(text, value) and value not in _ERRORS else value
                for value, text in zip(values, texts, strict=True)
            )
            for number, values, texts in zip(range(first, last + 1), area.Value2, area.Formula, strict=True)
        }

    def _width(self, sheet: str) -> int:
        grid = self.seen.grids[sheet]
        return grid.left - 1 + max((len(row) for row in grid.rows), default=0)

    def _may(self, edit: CellEdit, row: Sequence[object], ours: set[int]) -> bool:
        """Whether the row is the one that was read and the cell as the plan saw it; what it should hold needs no edit."""
        held = row[edit.where.column - 1] if len(row) >= edit.where.column else None
        if self._same(held, edit.value):
            return False
        if not self._same(held, edit.expected):
            self.refused.append(Refusal(edit, "打开着的工作簿里这一格已经不是原来的内容"))
            return False
        others = (place for place, value in enumerate(row, 1) if place not in ours and value is not _FORMULA)
        if all(self._same(row[place - 1], self._read(edit.where.sheet, edit.where.row, place)) for place in others):
            return True
        self.refused.append(Refusal(edit, "这一行在打开着的工作簿里改过，还没有保存；保存后再写"))
        return False

    def _read(self, sheet: str, row: int, column: int) -> object:
        """What the file held there."""
        grid = self.seen.grids[sheet]
        across, down = column - grid.left, row - grid.top
        if 0 <= down < len(grid.rows) and 0 <= across < len(grid.rows[down]):
            return grid.rows[down][across]
        return None

    def _compare(self, sheet: Any, done: Sequence[CellEdit]) -> None:
        """Refuse the cells that do not hold what was written (a validation, a macro, a format took it)."""
        rows = self._rows(sheet, done) if done else {}
        wrong = [edit for edit in done if not self._same(rows[edit.where.row][edit.where.column - 1], edit.value)]
        known = {one.edit for one in self.refused}
        self.refused += [Refusal(edit, "写进打开着的工作簿后，内容又变了") for edit in wrong if edit not in known]

    def _grow(self, edit: GrowTable) -> None:
        for sheet in self.book.sheets:
            for table in sheet.api.ListObjects:
                if table.Name == edit.table:
                    corner, area = table.Range.Row, table.Range
                    last, right = corner + area.Rows.Count - 1, area.Column + area.Columns.Count - 1
                    if last < edit.last_row:
                        self.tried.add(edit)
                        table.Resize(sheet.range((corner, area.Column), (edit.last_row, right)).api)
                    return
        self.refused.append(Refusal(edit, "打开着的工作簿里没有这个表格"))

    def _typed(self, value: CellValue) -> CellValue:
        """A value as ``Value2`` takes it: a text that Excel would read as something else stays one."""
        if isinstance(value, dt.datetime):
            return serial_days(value, date1904=self.seen.date1904)
        if isinstance(value, str) and value.startswith(_READ_AS_SOMETHING_ELSE):
            return f"'{value}"
        return value

    def _same(self, shown: object, wanted: object) -> bool:
        """Whether ``Value2`` of a cell is what a reader of the file gives."""
        if isinstance(wanted, dt.date):
            wanted = serial_days(wanted, date1904=self.seen.date1904)
        elif isinstance(wanted, dt.time | dt.timedelta):
            return isinstance(shown, float)
        if wanted == ERROR:
            return shown in _ERRORS
        if shown in _ERRORS:  # which a reader gives as empty
            shown = None
        if wanted in (None, "") or shown in (None, ""):
            return wanted in (None, "") and shown in (None, "")
        if isinstance(wanted, int | float) and isinstance(shown, int | float):
            return abs(float(wanted) - float(shown)) < 1e-6
        return str(wanted) == str(shown)


def _calculated(text: object, value: object) -> bool:
    """Whether a cell's text is a formula and not a text that looks like one."""
    return isinstance(text, str) and text.startswith("=") and text != value


def _runs(edits: Sequence[CellEdit]) -> Iterator[list[CellEdit]]:
    """The edits in runs of cells below each other: a call to Excel each."""
    run: list[CellEdit] = []
    for edit in sorted(edits, key=lambda one: (one.where.column, one.where.row)):
        if run and run[-1].where != Cell(edit.where.sheet, edit.where.row - 1, edit.where.column):
            yield run
            run = []
        run.append(edit)
    if run:
        yield run


@contextmanager
def _unnoticed(excel: Any, waiting: _Waiting) -> Iterator[None]:
    """Without flicker, and without the workbook's own macros taking our edits for typing."""
    before = waiting.until_taken(lambda: (excel.EnableEvents, excel.ScreenUpdating))

    def switch(events: bool, updating: bool) -> None:
        excel.EnableEvents, excel.ScreenUpdating = events, updating

    try:
        waiting.until_taken(lambda: switch(events=False, updating=False))
        yield
    finally:  # nobody's macros may stay asleep, so for this Excel is waited for longer
        _Waiting(waiting.name, time.monotonic() + _SWITCHING_BACK).until_taken(lambda: switch(*before))


def _find(path: Path) -> Any | None:
    """The workbook in an Excel of this computer."""
    try:
        import xlwings
    except ImportError:  # no Windows, no macOS
        return None
    running: Iterable[Any] = xlwings.apps if xlwings.engines.active else ()
    books = (book for excel in running for book in excel.books)
    return next((book for book in books if _is(str(book.api.FullName), path)), None)


def _is(name: str, path: Path) -> bool:
    """Whether Excel's name of a workbook is that file; what it opened from the web (``https:``) is not."""
    try:
        return Path(name).samefile(path)
    except OSError:
        return os.path.normcase(name) == os.path.normcase(path)


@contextmanager
def _one_try_a_call() -> Iterator[None]:
    """Wait ourselves, and not for ever: xlwings repeats a call that Excel rejects without end and without a pause."""
    engine = sys.modules.get("xlwings._xlwindows")
    if engine is None:
        yield
        return
    before = engine.N_COM_ATTEMPTS
    engine.N_COM_ATTEMPTS = 1  # type: ignore[attr-defined]
    try:
        yield
    finally:
        engine.N_COM_ATTEMPTS = before  # type: ignore[attr-defined]


def _code(error: Exception) -> int | None:
    """The HRESULT of a COM error; ``None`` for any other error."""
    if type(error).__name__ == "ExcelBusyError":
        return -2147418111
    code = getattr(error, "hresult", None)
    details = getattr(error, "excepinfo", None)
    inner = details[5] if isinstance(details, tuple) and len(details) > 5 else None
    return inner if inner in _BUSY else code


class _LastInput(ctypes.Structure):
    _fields_ = (("size", ctypes.c_uint), ("tick", ctypes.c_uint))


def _idle_here() -> float:
    """Seconds since the last key or movement of the mouse on this computer; endless where nobody can tell."""
    if sys.platform != "win32":
        return float("inf")
    last = _LastInput(ctypes.sizeof(_LastInput), 0)
    if not ctypes.windll.user32.GetLastInputInfo(ctypes.byref(last)):
        return float("inf")
    return ((ctypes.windll.kernel32.GetTickCount() - last.tick) & 0xFFFFFFFF) / 1000
