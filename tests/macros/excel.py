"""A workbook of ours open in pyOpenVBA's Excel: the real macros run, events and all, on cells that somebody types."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.interpreter._values import EMPTY, VBADate

from workbook.build import FIRST_DATA_ROW
from workbook.edits import column_letter
from workbook.schema import REGISTER
from workbook.table import Table

NOW = dt.datetime(2026, 11, 21, 9, 30)

HOST = """
Option Explicit
Public pcMemory As String
Public started As String
Public readOnlyCopy As Boolean
Public noPrinter As Boolean

Public Function kesuMayNumber(ByVal book As Object) As Boolean
    kesuMayNumber = Not readOnlyCopy
End Function
Public Sub setReadOnly(ByVal value As Boolean)
    readOnlyCopy = value
End Sub
Public Function kesuPcGet(ByVal book As Object, ByVal key As String) As String
    If Left$(pcMemory, Len(key) + 1) = key & "=" Then kesuPcGet = Mid$(pcMemory, Len(key) + 2)
End Function
Public Sub kesuPcKeep(ByVal book As Object, ByVal key As String, ByVal text As String)
    pcMemory = key & "=" & text
End Sub
Public Function memory() As String
    memory = pcMemory
End Function
Public Sub setMemory(ByVal text As String)
    pcMemory = text
End Sub
Public Sub kesuUndoable(ByVal caption As String, ByVal macro As String)
End Sub
Public Sub kesuShowMenu(ByVal book As Object)
End Sub
Public Sub kesuHideMenu()
End Sub
Public Sub kesuTell(ByVal text As String)
    MsgBox text
End Sub
Public Function kesuCommand(ByVal folder As String) As String
    kesuCommand = command
End Function
Public Sub kesuSaveFirst(ByVal book As Object)
End Sub
Public Sub kesuStart(ByVal command As String, ByVal path As String)
    started = command & " " & path
End Sub
Public Function whatStarted() As String
    whatStarted = started
End Function
Public Sub breakPrinter()
    noPrinter = True
End Sub
Public Sub kesuPrintSheet(ByVal sheet As Object)
    Dim row As Long
    If noPrinter Then Err.Raise 1004, , "没有打印机"
    For row = 1 To 20
        Debug.Print sheet.Cells(row, 1).Value & "|" & sheet.Cells(row, 2).Value & "|" & sheet.Cells(row, 4).Value
    Next row
End Sub
"""
"""In place of kesuHost: the registry, menus, printers and other programs, which pyOpenVBA does not have."""


class Excel:
    """One Excel with one workbook open, macros allowed; ``command``: how kesu would be called there."""

    def __init__(self, path: Path, *, now: dt.datetime = NOW, command: str = "", memory: str = "") -> None:
        self.path = path
        self.app = ExcelApplication.open(path)
        del self.app.interpreter.modules["kesuhost"]
        host = HOST.replace("kesuCommand = command", f'kesuCommand = "{command}"')
        self.app.add_module(host, name="kesuHost")
        self.app.freeze_clock(now)
        if memory:
            self.app.run("setMemory", memory)
        self.app.run("kesuOpened", self.app.workbook)

    def at(self, now: dt.datetime) -> None:
        """Another time on the clock."""
        self.app.freeze_clock(now)

    def cell(self, row: int, column: str, table: Table = REGISTER) -> str:
        """A cell of a table that begins in column A."""
        return f"{column_letter(table.headers.index(column) + 1)}{row}"

    def read(self, row: int, column: str, table: Table = REGISTER) -> Any:
        value = self.app.sheet(table.sheet).value(self.cell(row, column, table))
        return "" if value is None else value

    def type(self, row: int, table: Table = REGISTER, *, macros_on: bool = True, **cells: object) -> None:
        """Type into a row, a cell after the other. To save time only the last one raises its events."""
        *_, last = cells
        for column, value in cells.items():
            self.app.application.enable_events = macros_on and column == last
            self.put(self.cell(row, column, table), value, table)
        self.app.application.enable_events = True

    def put(self, cell: str, value: object, table: Table = REGISTER) -> None:
        """One cell typed into; ``None`` empties it."""
        held = VBADate.from_datetime(value) if isinstance(value, dt.datetime) else EMPTY if value is None else value
        self.app.sheet(table.sheet).set_value(cell, held)

    def numbers(self) -> list[str]:
        """编号 of every row of the register."""
        return [str(self.read(row, "编号")) for row in range(FIRST_DATA_ROW, self.last_row() + 1)]

    def last_row(self) -> int:
        return len(self.app.sheet(REGISTER.sheet).rows())

    def problems(self, row: int) -> list[tuple[str, str, str, str]]:
        """What the macros find in a row: rule, cell, message, advice."""
        app = self.app
        app.run("kesuRegister", app.workbook)
        sheet = app.evaluate(f'ThisWorkbook.Worksheets("{REGISTER.sheet}")')
        moment = app.evaluate("CDbl(Now)")
        lines = str(app.run("kesuRowProblems", sheet, row, moment)).splitlines()
        found = [line.split("\t") for line in lines]
        return [(rule, self.cell(row, column), message, advice) for rule, column, message, advice in found]

    @property
    def status(self) -> str:
        """What the status bar says; empty when it is Excel's own."""
        shown = self.app.evaluate("Application.StatusBar")
        return "" if shown is False else str(shown)

    @property
    def said(self) -> list[str]:
        """Every message box so far."""
        return [text for _, text, *_ in self.app.dialogs]

    def save(self) -> None:
        """Ctrl+S: the event first, then the file."""
        self.app.run("kesuSaving", self.app.workbook)
        self.app.save(self.path)
