"""The macros in a new workbook: the VBA project, code names, and the buttons on the register's band."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from workbook.schema import REGISTER
from workbook.vba.project import Kind, Module, build
from workbook.vba.sources import WORKBOOK_MODULE, workbook_source

BUTTONS = (
    ("立即检查", "kesuCheckNow", "Ctrl+Shift+J：逐行检查，说出哪一格该怎么改"),
    ("打印处理单", "kesuPrint", "Ctrl+Shift+D：打印选中的这一单"),
    ("转未了事宜", "kesuToPending", "Ctrl+Shift+W：把选中的这一单记进两本台帐"),
    ("发送", "kesuSend", "Ctrl+Shift+M：保存，并让 kesu 处理一遍"),
)
"""Caption, macro, and what it is for."""

_FIRST_COLUMN, _LEFT, _TOP, _WIDTH, _HEIGHT, _GAP = 1, 6, 4, 88, 24, 6
"""Pixels, from the left edge of the second column: beside the band's first word, over cells that hold nothing."""


def add_macros(book: Any, sheets: Mapping[str, Any], modules: Sequence[Module]) -> None:
    """Put the project of ``modules`` into a new workbook whose ``sheets`` (by name, in order) are made already."""
    documents = [Module(WORKBOOK_MODULE, Kind.WORKBOOK, workbook_source())]
    documents += [Module(f"Sheet{number}", Kind.SHEET, "") for number in range(1, len(sheets) + 1)]
    book.add_vba_project(io.BytesIO(build([*documents, *modules])), is_stream=True)
    book.set_vba_name(WORKBOOK_MODULE)
    for number, sheet in enumerate(sheets.values(), start=1):
        sheet.set_vba_name(f"Sheet{number}")
    for place, (caption, macro, tip) in enumerate(BUTTONS):
        sheets[REGISTER.sheet].insert_button(
            0,
            _FIRST_COLUMN,
            {
                "macro": macro,
                "caption": caption,
                "description": tip,
                "width": _WIDTH,
                "height": _HEIGHT,
                "x_offset": _LEFT + place * (_WIDTH + _GAP),
                "y_offset": _TOP,
            },
        )
