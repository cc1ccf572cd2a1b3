"""How far a sheet's cells reach, asked before it is read: the reader lays out every cell between its first and its last.

One cell typed at the other end of a sheet is seventeen thousand million cells to the reader, which ends the process. Such a
cell is cut out of what the reader gets; it stays in the workbook, and a finding says where it is.
"""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbook.edits import column_letter, column_number

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LIMIT = 30_000_000
"""Cells laid out for one sheet: six registers of 100,000 tickets, a gigabyte of memory."""
_ROOMY = 500_000
_SPARSE = 4
"""Bytes of markup per cell laid out: a sheet that people fill has ten times as many, even where half of it is empty."""
_ASTRAY = 1_000
"""No more cells than this are taken for strays."""
_WIDEST = 16_384

_URI = re.compile(rb"(?:schemas\.openxmlformats\.org/spreadsheetml/2006/main|purl\.oclc\.org/ooxml/spreadsheetml/main)")
_DIMENSION = re.compile(rb"<(?:[\w.-]+:)?dimension\s[^>]*?ref=[\"']\$?[A-Z]+\$?\d+:\$?([A-Z]{1,3})\$?(\d+)[\"']")
_NUMBER = re.compile(rb"[^>]*?\sr=[\"'](\d+)[\"']")
_TAG = re.compile(rb"<(?:[\w.-]+:)?(row|c)(?=[\s/>])((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ADDRESS = re.compile(rb"\sr\s*=\s*[\"']\$?([A-Z]*)\$?(\d+)[\"']")
_CELL_END = re.compile(rb"</(?:[\w.-]+:)?c\s*>")


@dataclass(frozen=True, slots=True)
class Extent:
    """What a reader would lay out. ``strays``: the cells (``XFD1048576``) that were cut, first row first; ``xml`` the
    sheet without them, ``None`` where it may be read as it stands; ``cells`` how many are laid out then, at most.
    """

    cells: int
    strays: tuple[str, ...] = ()
    xml: bytes | None = None

    @property
    def readable(self) -> bool:
        return self.cells <= LIMIT


def measure(xml: bytes) -> Extent:
    """The extent of a worksheet part. What is no sheet, or too damaged to say, has none and is left to the reader."""
    cells = _at_most(xml)
    if cells is not None and (cells <= _ROOMY or cells <= min(LIMIT, len(xml) // _SPARSE)):
        return Extent(cells)
    return _gathered(xml)


def _at_most(xml: bytes) -> int | None:
    """An upper bound that is quickly found; ``None`` where only the cells themselves can tell.

    The stated dimension counts where its last row is the last that has cells: programs that stream do not know it.
    """
    data = xml.find(b"sheetData")
    if data < 0:
        return 0
    head = xml[:data]
    prefix = head[head.rfind(b"<") + 1 :]
    if len(_URI.findall(head)) > 1 or len(prefix) > 50:
        return None
    end = xml.rfind(b"</" + prefix + b"row")
    if end < 0:
        return None if xml.find(b"row>", data) >= 0 else 0
    found = _NUMBER.match(xml, xml.rfind(b"<" + prefix + b"row", data, end))
    if found is None:
        return None
    rows = int(found[1])
    if rows * _WIDEST <= _ROOMY:
        return rows * _WIDEST
    stated = _DIMENSION.search(head)
    if stated is not None and int(stated[2]) == rows:
        return rows * column_number(stated[1].decode())
    widest = _widest(xml, data, prefix)
    return None if widest is None else rows * widest


def _widest(xml: bytes, place: int, prefix: bytes) -> int | None:
    """The furthest column of any row's last cell; ``None`` when one does not say its address first."""
    closing, opening = b"</" + prefix + b"row", b"<" + prefix + b"c "
    stated, widest = opening + b'r="', (0, b"")
    while (end := xml.find(closing, place)) >= 0:
        cell = xml.rfind(opening, place, end)
        if cell >= 0:
            if not xml.startswith(stated, cell):
                return None
            begin = cell + len(stated)
            letters = xml[begin : xml.find(b'"', begin)].rstrip(b"0123456789")
            widest = max(widest, (len(letters), letters))
        place = end + len(closing)
    if not widest[1].isalpha() or len(widest[1]) > 3:
        return None
    return column_number(widest[1].decode())


def _gathered(xml: bytes) -> Extent:
    """Every filled cell looked at; cells beyond a wide gap are cut until what is left is no wider than its content."""
    import numpy as np  # hardly ever: the reader is on its way before numpy is loaded

    if xml.count(b"</") > 2 * LIMIT:
        return Extent(LIMIT + 1)
    rows, columns, starts = array("q"), array("q"), array("q")
    row = column = 0
    for tag in _TAG.finditer(xml, max(xml.find(b"sheetData"), 0)):
        stated = _ADDRESS.search(tag[2])
        if tag[1] == b"row":
            row, column = int(stated[2]) if stated else row + 1, 0
            continue
        column = column_number(stated[1].decode()) if stated and stated[1] else column + 1
        if not tag[2].endswith(b"/"):
            rows.append(int(stated[2]) if stated else row)
            columns.append(column)
            starts.append(tag.start())
    at = np.array([rows, columns], dtype=np.int64)
    kept = _together(at)
    box = _box(at[:, kept])
    cut = np.flatnonzero(~kept).tolist()
    if not cut:
        return Extent(box)
    pieces, place = [], 0
    for index in cut:
        end = _CELL_END.search(xml, starts[index])
        pieces.append(xml[place : starts[index]])
        place = end.end() if end else starts[index]
    strays = tuple(f"{column_letter(columns[index])}{rows[index]}" for index in cut)
    return Extent(box, strays, b"".join([*pieces, xml[place:]]))


def _box(at: npt.NDArray[np.int64]) -> int:
    """How many cells a reader lays out for cells at these rows and columns."""
    return int((at.max(axis=1) - at.min(axis=1) + 1).prod()) if at.shape[1] else 0


def _together(at: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Which cells stand together; the smaller side of the widest gap does not, as long as few cells are on it."""
    kept: npt.NDArray[np.bool_] = at[0] > 0
    while (box := _box(at[:, kept])) > _ROOMY and box > 20 * int(kept.sum()):
        beyond = _beyond(at, kept)
        if int((~kept).sum() + beyond.sum()) > _ASTRAY:
            break
        kept &= ~beyond
    return kept


def _beyond(at: npt.NDArray[np.int64], kept: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The kept cells on the smaller side of the gap, in rows or in columns, that is the widest part of its axis."""
    import numpy as np

    best, found = 0.0, kept
    for axis in at:
        places = np.unique(axis[kept])
        if len(places) < 2:
            continue
        steps = np.diff(places)
        widest = int(steps.argmax())
        share = float(steps[widest]) / float(places[-1] - places[0] + 1)
        if share > best:
            after = kept & (axis > places[widest])
            before = kept & ~after
            best, found = share, after if after.sum() <= before.sum() else before
    return found
