"""The macros' sources as they stand in the package ``macros``: UTF-8 files, one a module."""

from __future__ import annotations

import re
from importlib import resources

from workbook.errors import CannotPatch
from workbook.vba.project import Kind, Module

WORKBOOK_MODULE = "ThisWorkbook"
_BLOCK = re.compile(r"(?ms)^' >>> kesu\n.*?^' <<< kesu\n?")
_PROCEDURE = re.compile(r"(?mi)^\s*(?:(?:public|private|friend|static)\s+)*(?:sub|function)\s+(\w+)")


def standard_modules() -> list[Module]:
    """Every ``.bas`` of ours, by name."""
    files = sorted(resources.files("macros").iterdir(), key=lambda file: file.name)
    return [
        Module(file.name.removesuffix(".bas"), Kind.STANDARD, file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".bas")
    ]


def workbook_source() -> str:
    """What the workbook's own module says in a project of ours."""
    return resources.files("macros").joinpath(f"{WORKBOOK_MODULE}.cls").read_text(encoding="utf-8")


def with_events(source: str) -> str:
    """Somebody's workbook module (without attributes) with our block of events in it, put in anew when it was there.

    Raises :class:`~workbook.errors.CannotPatch` when it handles one of the same events itself.
    """
    text = source.replace("\r\n", "\n")
    own = _BLOCK.sub("", text)
    block = _BLOCK.search(workbook_source())
    assert block is not None
    theirs = {name.lower() for name in _PROCEDURE.findall(own)}
    if both := [name for name in _PROCEDURE.findall(block[0]) if name.lower() in theirs]:
        raise CannotPatch(
            f"工作簿自己的宏里已经有 {'、'.join(both)}，再加一个就不能运行，没有写。"
            "请先改名或删掉它们，或者不用宏：不用宏功能也完整。"
        )
    if not own.strip():
        return workbook_source()
    return f"{own.rstrip()}\n\n{block[0]}"
