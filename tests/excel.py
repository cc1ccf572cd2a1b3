"""An Excel in memory for xlwings' own Windows engine, which runs here as it is: below it stand-ins for pywin32, and behind
them pyOpenVBA's workbooks with their tables, events and macros.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import importlib
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.exceptions import VBARuntimeError
from pyopenvba.interpreter._objects import VBAObject
from pyopenvba.interpreter._values import EMPTY, MISSING, NULL, VBAArray, VBADate, VBAErrorValue, VBAInt

from workbook.schema import CASE_SHEET, DASHBOARD_SHEET, PEOPLE_SHEET

BUSY, EDITING, GONE = -2147418111, -2146777998, -2147417848
"""RPC_E_CALL_REJECTED, VBA_E_IGNORE (a cell is being edited), RPC_E_DISCONNECTED."""
_RAISED = -2147352567  # DISP_E_EXCEPTION
_PARAMETERS = frozenset({"Item", "Range", "End", "Offset", "Resize", "Evaluate"})


class ComError(Exception):
    """``pywintypes.com_error``."""

    def __init__(self, hresult: int, words: str = "", details: tuple[object, ...] | None = None) -> None:
        super().__init__(hresult, words, details, None)
        self.hresult, self.strerror, self.excepinfo = hresult, words, details


class TimeType(dt.datetime):
    """``pywintypes.TimeType``."""


class Dispatch:
    """``win32com.client.CDispatch``."""


class Excel:
    """One running Excel. ``faults``: raised by the next calls, in order; ``calls``: members used, in order."""

    def __init__(self, application: ExcelApplication) -> None:
        self.application = application
        self.faults: list[int] = []
        self.settings: dict[str, object] = {"Ready": True, "Interactive": True, "CutCopyMode": 0}
        self.read_only = False
        self.saves = 0
        self.calls: list[str] = []
        self.clean = True

    @property
    def book(self) -> Any:
        return next(iter(self.application.workbooks()))

    def typed(self, sheet: str, address: str, value: object) -> None:
        """Somebody at the keyboard."""
        proxy = _Proxy(self.application.application, self)
        proxy.Workbooks(1).Worksheets(sheet).Range(address).Value = value

    def shown(self, sheet: str, address: str) -> object:
        proxy = _Proxy(self.application.application, self)
        return proxy.Workbooks(1).Worksheets(sheet).Range(address).Value2

    def stumble(self) -> None:
        if self.faults:
            code = self.faults.pop(0)
            raise ComError(code, "Call was rejected by callee.")

    def member(self, owner: VBAObject, name: str) -> Callable[[], object] | None:
        """What pyOpenVBA's objects lack and Excel's have."""
        kind = owner.vba_type_name
        if kind == "Application" and name in self.settings:
            return lambda: self.settings[name]
        return {
            ("Application", "Hwnd"): lambda: 4242,
            ("Application", "Version"): lambda: "16.0",
            ("Workbook", "ReadOnly"): lambda: self.read_only,
            ("Workbook", "Saved"): lambda: self.clean,
            ("Workbook", "Save"): lambda: self._save,
            ("Range", "Formula"): lambda: self._table(owner, "Formula"),
            ("Range", "Value2"): lambda: self._table(owner, "Value2"),
        }.get((kind, name))

    def _table(self, area: VBAObject, member: str) -> object:
        """As Excel gives it: a table of the whole area for several cells; pyOpenVBA stops at the last cell used."""
        proxy = _Proxy(area, self)
        down, across = int(proxy.Rows.Count), int(proxy.Columns.Count)

        def cell(row: int, column: int) -> object:
            return _out(area.vba_get("Cells", [row, column], {}).vba_get(member, [], {}), self)

        if down == across == 1:
            return cell(1, 1)
        return tuple(tuple(cell(row, column) for column in range(1, across + 1)) for row in range(1, down + 1))

    def _save(self) -> None:
        self.application.save(None, workbook=self.book)
        self.saves, self.clean = self.saves + 1, True


class _Proxy(Dispatch):
    """A COM object: what is asked of it is asked of pyOpenVBA's."""

    def __init__(self, inner: VBAObject, excel: Excel) -> None:
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_excel", excel)

    def _call(self, name: str, *given: object, **named: object) -> object:
        excel: Excel = object.__getattribute__(self, "_excel")
        inner: VBAObject = object.__getattribute__(self, "_inner")
        excel.calls.append(f"{inner.vba_type_name}.{name}")
        excel.stumble()
        try:
            values = [MISSING if value is None else _into(value) for value in given]
            found = inner.vba_get(
                name, values, {key: _into(value) for key, value in named.items() if value is not None}
            )
        except VBARuntimeError as error:
            raise ComError(_RAISED, str(error), (0, "Microsoft Excel", str(error), None, 0, -2146827284)) from error
        return _out(found, excel)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        excel, inner = object.__getattribute__(self, "_excel"), object.__getattribute__(self, "_inner")
        own = excel.member(inner, name)
        if own:
            excel.calls.append(f"{inner.vba_type_name}.{name}")
            excel.stumble()
            return own()
        spec = inner.vba_member(name)
        if spec is None and name[:3] in ("Get", "Set") and inner.vba_member(name[3:]):  # as makepy names them
            return lambda *given, **named: self._call(name[3:], *given, **named)
        if spec is not None and (
            spec.kind != "property" or (name in _PARAMETERS and (spec.parameters or spec.varargs))
        ):
            return lambda *given, **named: self._call(name, *given, **named)
        return self._call(name)

    def __setattr__(self, name: str, value: object) -> None:
        excel, inner = object.__getattribute__(self, "_excel"), object.__getattribute__(self, "_inner")
        excel.calls.append(f"{inner.vba_type_name}.{name}=")
        excel.stumble()
        if inner.vba_type_name == "Range":
            excel.clean = False
        if name in excel.settings:
            excel.settings[name] = value
        else:
            inner.vba_set(name, _into(value))

    def __call__(self, *given: object) -> object:
        inner = object.__getattribute__(self, "_inner")
        if inner.vba_type_name == "Range" and not inner.vba_member("Item"):
            return self._call("Cells", *given)
        default = inner.vba_default_member()
        return self._call("Item" if inner.vba_type_name == "Range" or default is None else default.name, *given)

    def __iter__(self) -> Iterator[object]:
        excel, inner = object.__getattribute__(self, "_excel"), object.__getattribute__(self, "_inner")
        return (_out(one, excel) for one in inner.vba_iterate())

    def __len__(self) -> int:
        return int(self.Count)

    def __bool__(self) -> bool:
        return True


def _out(value: Any, excel: Excel) -> Any:
    """What Excel's automation gives for a value of the interpreter."""
    if value is None or any(value is nothing for nothing in (EMPTY, MISSING, NULL)):
        return None
    if isinstance(value, VBAObject):
        return None if value.vba_type_name == "Nothing" else _Proxy(value, excel)
    if isinstance(value, VBADate):
        return TimeType(*value.to_datetime().timetuple()[:6])
    if isinstance(value, VBAErrorValue):
        return -2146828288 + int(getattr(value, "number", 2042))
    if isinstance(value, VBAArray):
        if value.dimensions == 1:
            return tuple(_out(one, excel) for one in value.elements())
        (top, bottom), (left, right) = value.bounds
        return tuple(
            tuple(_out(value.get([row, column]), excel) for column in range(left, right + 1))
            for row in range(top, bottom + 1)
        )
    return int(value) if isinstance(value, VBAInt) else value


def _into(value: Any) -> Any:
    if value is None:
        return EMPTY
    if type(value).__name__ == "COMRetryObjectWrapper":
        value = object.__getattribute__(value, "_inner")
    if isinstance(value, _Proxy):
        return object.__getattribute__(value, "_inner")
    if isinstance(value, dt.datetime):
        return VBADate.from_datetime(value.replace(tzinfo=None))
    if isinstance(value, list | tuple):
        table = VBAArray([(1, len(value)), (1, len(value[0]))])
        for row, cells in enumerate(value, 1):
            for column, cell in enumerate(cells, 1):
                table.set([row, column], _into(cell))
        return table
    return value


class _Anything:
    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _Anything()

    def __call__(self, *given: object, **named: object) -> int:
        return 0


def _modules(running: dict[int, Excel]) -> dict[str, ModuleType]:
    def module(name: str, **members: object) -> ModuleType:
        made = ModuleType(name)
        made.__dict__.update(members)
        return made

    client = module(
        "win32com.client",
        CDispatch=Dispatch,
        CoClassBaseClass=type("CoClassBaseClass", (), {}),
        DispatchBaseClass=type("DispatchBaseClass", (), {}),
        Dispatch=lambda given: given,
        DispatchEx=lambda name: None,
    )
    icons = {"MB_OK": 0, "MB_OKCANCEL": 1, "MB_YESNO": 4, "MB_YESNOCANCEL": 3}
    modules = (
        module("pywintypes", com_error=ComError, error=OSError, TimeType=TimeType, IID=lambda text: text),
        module("pythoncom", CoInitialize=lambda: None, ole_error=ComError, com_error=ComError, __file__="none"),
        module("win32api"),
        module("win32con", **icons, MB_ICONINFORMATION=64, MB_ICONWARNING=48),
        module("win32gui", FindWindowEx=lambda *given: 1),
        module("win32process", GetWindowThreadProcessId=lambda window: (0, window)),
        module("win32timezone", TimeZoneInfo=SimpleNamespace(utc=lambda: dt.UTC)),
        client,
        module("win32com", client=client),
    )
    return {one.__name__: one for one in modules}


def quick(path: Path) -> Path:
    """The workbook without the formulas of the sheets that only show: pyOpenVBA reads them all anew at every entry, and
    there are thousands.
    """
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    names = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    for sheet in (DASHBOARD_SHEET, PEOPLE_SHEET, CASE_SHEET):
        part = f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"
        parts[part] = re.sub(rb"<f[^>]*>.*?</f>", b"", parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)
    return path


@contextmanager
def windows() -> Iterator[Callable[[Path], Excel]]:
    """A Windows PC as far as xlwings can see; what it gives opens a workbook in a new Excel, with its macros."""
    import xlwings

    running: dict[int, Excel] = {}
    stand_ins = _modules(running)
    before = {name: sys.modules.get(name) for name in (*stand_ins, "xlwings._xlwindows")}
    libraries = {name: getattr(ctypes, name, None) for name in ("windll", "oledll", "PyDLL")}
    engines = list(xlwings.engines)
    active = xlwings.engines.active
    sys.modules.update(stand_ins)
    sys.modules.pop("xlwings._xlwindows", None)
    try:
        for name in libraries:
            setattr(ctypes, name, _Anything() if name != "PyDLL" else lambda *given: _Anything())
        engine = importlib.import_module("xlwings._xlwindows")
        ctypes.PyDLL = libraries["PyDLL"]  # type: ignore[misc, assignment]
        engine.get_excel_hwnds = lambda: iter(running)
        engine.get_xl_app_from_hwnd = lambda window: engine.COMRetryObjectWrapper(
            _Proxy(running[window].application.application, running[window])
        )
        engine.Apps.cleanup = staticmethod(lambda: None)
        ours = xlwings.main.Engine(impl=engine.engine)
        xlwings.engines.add(ours)
        xlwings.engines.active = ours

        def opened(path: Path) -> Excel:
            excel = Excel(ExcelApplication.open(path))
            running[4242 + len(running)] = excel
            return excel

        yield opened
    finally:
        for name, library in libraries.items():
            if library is None:
                delattr(ctypes, name)
            else:
                setattr(ctypes, name, library)
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
        xlwings.engines.engines[:] = engines
        xlwings.engines.engines_by_name.pop(ours.name, None)
        xlwings.engines.active = active
