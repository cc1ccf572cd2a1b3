"""LibreOffice, headless: it converts, it computes anew, and with macros allowed somebody types in it.

Cells are typed through its own commands, so its own events run.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

SOFFICE = shutil.which("soffice")
needed = pytest.mark.skipif(SOFFICE is None, reason="needs LibreOffice, which scripts/system-packages installs")

XLSX = "xlsx:Calc MS Excel 2007 XML"

_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse"><value>false</value></prop>
</item></oor:items>
"""
_LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple"
 library:link="false"/></library:libraries>
"""
_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false"
 library:passwordprotected="false"><library:element library:name="Driver"/></library:library>
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Driver" script:language="StarBasic">
{source}</script:module>
"""

_DRIVER = """
Dim book As Object, out As Object

Sub Main
    Dim args(0) As New com.sun.star.beans.PropertyValue
    On Error GoTo Failed
    out = createUnoService("com.sun.star.io.TextOutputStream")
    out.setOutputStream(createUnoService("com.sun.star.ucb.SimpleFileAccess").openFileWrite("{log}"))
    out.setEncoding("UTF-8")
    args(0).Name = "MacroExecutionMode"
    args(0).Value = 4
    book = StarDesktop.loadComponentFromURL("{url}", "_blank", 0, args())
    Wait 300
{steps}
    Say "end"
    out.closeOutput()
    book.close(True)
    StarDesktop.terminate()
    Exit Sub
Failed:
    Say "failed: " & Error$ & " " & Erl
    out.closeOutput()
    StarDesktop.terminate()
End Sub

Sub Say(text)
    out.writeString(text & Chr(10))
End Sub

Sub Run(command As String, names, values)
    Dim args(UBound(names)) As New com.sun.star.beans.PropertyValue
    Dim i As Integer
    For i = 0 To UBound(names)
        args(i).Name = names(i)
        args(i).Value = values(i)
    Next i
    createUnoService("com.sun.star.frame.DispatchHelper").executeDispatch( _
        book.CurrentController.Frame, command, "", 0, args())
End Sub

Sub GoToCell(sheet As String, cell As String)
    book.CurrentController.setActiveSheet(book.Sheets.getByName(sheet))
    Run ".uno:GoToCell", Array("ToPoint"), Array("$" & cell)
End Sub

Sub Enter(sheet As String, cell As String, text As String)
    GoToCell sheet, cell
    Run ".uno:EnterString", Array("StringName"), Array(text)
End Sub

Sub Show(sheet As String, cell As String)
    Say cell & "=" & book.Sheets.getByName(sheet).getCellRangeByName(cell).String
End Sub

Function CallMacro(path As String, args)
    Dim none(), more()
    CallMacro = book.getScriptProvider().getScript("vnd.sun.star.script:VBAProject." & path & _
        "?language=Basic&location=document").invoke(args, none, more)
End Function

Sub ShowCall(path As String, args)
    Say CallMacro(path, args)
End Sub
"""


def convert(*files: Path, to: str, into: Path, options: Sequence[str] = ()) -> None:
    """Convert files into the folder ``into``, by one LibreOffice with a profile of its own beside it."""
    command = [*_command(into.parent / f"{into.name}-profile"), *options, "--convert-to", to, "--outdir", str(into)]
    subprocess.run([*command, *map(str, files)], check=True, capture_output=True, timeout=300)


def recomputed(
    books: Mapping[str, bytes], folder: Path, *, change: Callable[[str, str], str] = lambda part, xml: xml
) -> dict[str, Path]:
    """Workbooks as LibreOffice computes them: without their stored values, it has to.

    ``change`` gets the name and the XML of each worksheet first.
    """
    bare, made = folder / "bare", folder / "computed"
    bare.mkdir(exist_ok=True)
    for name, content in books.items():
        with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(bare / f"{name}.xlsx", "w") as target:
            for part in source.namelist():
                read = source.read(part)
                if part.startswith("xl/worksheets/sheet"):
                    read = re.sub(r"(</f>)<v>[^<]*</v>", r"\1", change(part, read.decode())).encode()
                target.writestr(part, read)
    convert(*(bare / f"{name}.xlsx" for name in books), to=XLSX, into=made)
    return {name: made / f"{name}.xlsx" for name in books}


def run(book: Path, steps: Sequence[str], folder: Path) -> list[str]:
    """Open a workbook, do these steps (lines of the driver's Basic), give back what they showed."""
    profile, log = folder / "profile", folder / "log.txt"
    basic = profile / "user" / "basic"
    profile.joinpath("user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_SETTINGS, encoding="utf-8")
    _start(profile, "--terminate_after_init")  # the first start lays out libraries of its own over ours
    (basic / "script.xlc").write_text(_LIBRARIES, encoding="utf-8")
    (basic / "Standard" / "script.xlb").write_text(_LIBRARY, encoding="utf-8")
    body = "\n".join(f"    {step}" for step in steps)
    source = _DRIVER.replace("{log}", log.as_uri()).replace("{url}", book.as_uri()).replace("{steps}", body)
    (basic / "Standard" / "Driver.xba").write_text(_MODULE.format(source=escape(source)), encoding="utf-8")
    _start(profile, "macro:///Standard.Driver.Main")
    return (
        log.read_text(encoding="utf-8", errors="replace").splitlines()
        if log.exists()
        else ["LibreOffice wrote nothing"]
    )


def _start(profile: Path, *arguments: str) -> None:
    subprocess.run([*_command(profile), *arguments], check=False, timeout=300, capture_output=True)


def _command(profile: Path) -> list[str]:
    assert SOFFICE is not None
    return [SOFFICE, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--nologo"]
