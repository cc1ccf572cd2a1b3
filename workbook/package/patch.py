"""One worksheet part patched: each edit checked against the cell and turned into a replacement of that cell's bytes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workbook.edits import Cell, CellEdit, CellValue, Edit
from workbook.package import values
from workbook.package.deflate import Piece
from workbook.package.layout import Disorder, Layout, Row, Slot
from workbook.package.markup import attribute, attributes, with_attribute
from workbook.package.places import LAST_COLUMN, LAST_ROW, Area
from workbook.package.styles import Styles

_DROPPED = (b"t", b"cm", b"vm", b"ph")
"""Attributes that spoke of the old content: its type, its dynamic-array and rich-value marks, its phonetic display."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One edit that was not made, and why, in Chinese."""

    edit: Edit
    reason: str


@dataclass(slots=True)
class Outcome:
    """What became of a sheet's edits. ``splices`` are ``(start, end, new bytes)`` in ascending order."""

    splices: list[tuple[int, int, bytes]] = field(default_factory=list)
    written: list[Cell] = field(default_factory=list)
    formulas_gone: list[Cell] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class SheetPatcher:
    """Patches one worksheet. ``strings`` and ``styles`` are called only when an edit needs them; ``headers`` are the
    header and totals rows of the sheet's tables, whose texts stand a second time in the table parts.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        strings: Callable[[int], str],
        styles: Callable[[], Styles],
        date1904: bool,
        headers: Sequence[Area] = (),
    ) -> None:
        self._layout = layout
        self._strings = strings
        self._styles = styles
        self._date1904 = date1904
        self._headers = headers
        self._prefix = layout.document.prefix.decode()
        self._out = Outcome()

    def patch(self, edits: Iterable[CellEdit]) -> Outcome:
        """Decide every edit of this sheet. Splices never overlap; a refused edit leaves its cell as it was."""
        wanted: dict[int, dict[int, CellEdit]] = {}
        for edit in edits:
            earlier = wanted.setdefault(edit.where.row, {}).setdefault(edit.where.column, edit)
            if earlier != edit:
                self._refuse(edit, "同一个单元格有两个不同的修改，只做了第一个")
            elif reason := self._barred(edit):
                self._refuse(edit, reason)
                del wanted[edit.where.row][edit.where.column]
        wanted = {number: dict(sorted(row.items())) for number, row in sorted(wanted.items()) if row}
        try:
            places = self._layout.rows(list(wanted))
        except Disorder as disorder:
            for row in wanted.values():
                for edit in row.values():
                    self._refuse(edit, f"工作表“{edit.where.sheet}”{disorder}，请用 Excel 打开后另存一次")
            return self._out
        new_rows: dict[int, list[bytes]] = {}
        for number, row in wanted.items():
            place = places[number]
            if isinstance(place, Row):
                self._existing_row(place, row)
            elif made := self._new_row(number, row):
                new_rows.setdefault(place, []).append(made)
        self._insert_rows(new_rows)
        self._widen_dimension()
        self._out.splices.sort(key=lambda splice: splice[:2])
        return self._out

    def _refuse(self, edit: CellEdit, reason: str) -> None:
        self._out.refused.append(Refusal(edit, reason))

    def _barred(self, edit: CellEdit) -> str:
        """Why this place cannot be written at all, or ``""``."""
        row, column = edit.where.row, edit.where.column
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            return f"第 {row} 行第 {column} 列超出了 Excel 工作表的范围"
        for merge in self._merges_over(row):
            if merge.holds(row, column) and (row, column) != (merge.top, merge.left):
                return f"在合并单元格 {merge.ref} 里面；请先取消合并"
        for area in self._layout.arrays:
            if area.holds(row, column):
                return f"属于数组公式或模拟运算表 {area.ref}，不能单独改；请先删除这组公式"
        for area in self._headers:
            if area.holds(row, column):
                return "是表格的标题或汇总行，改它会损坏表格；请在 Excel 里改"
        return ""

    @cached_property
    def _merges_by_row(self) -> dict[int, list[Area]]:
        by_row: dict[int, list[Area]] = {}
        for merge in self._layout.merges:
            if merge.bottom - merge.top < 1000:
                for row in range(merge.top, merge.bottom + 1):
                    by_row.setdefault(row, []).append(merge)
        return by_row

    @cached_property
    def _tall_merges(self) -> list[Area]:
        return [merge for merge in self._layout.merges if merge.bottom - merge.top >= 1000]

    def _merges_over(self, row: int) -> list[Area]:
        return self._merges_by_row.get(row, []) + self._tall_merges

    def _existing_row(self, row: Row, edits: dict[int, CellEdit]) -> None:
        plain = self._layout.document.plain
        try:
            slots = self._layout.slots(row, list(edits))
        except Disorder as disorder:
            for edit in edits.values():
                self._refuse(edit, f"工作表“{edit.where.sheet}”{disorder}，请用 Excel 打开后另存一次")
            return
        tag = plain[row.start : row.open_end]
        fresh: list[tuple[int, bytes]] = []
        for column, edit in edits.items():
            slot = slots[column]
            if slot.exists:
                self._overwrite(edit, slot, row)
            elif (made := self._new_cell(edit, self._inherited(tag, column), row)) is not None:
                fresh.append((slot.start, made))
                tag = with_span(tag, column)
        if row.empty and fresh:
            name = (self._prefix + "row").encode()
            body = tag[:-2].rstrip() + b">" + b"".join(cell for _, cell in fresh) + b"</" + name + b">"
            self._out.splices.append((row.start, row.open_end, body))
            return
        if tag != plain[row.start : row.open_end]:
            self._out.splices.append((row.start, row.open_end, tag))
        joined: dict[int, bytes] = {}
        for place, cell in fresh:
            joined[place] = joined.get(place, b"") + cell
        self._out.splices += [(place, place, cells) for place, cells in joined.items()]

    def _new_row(self, number: int, edits: dict[int, CellEdit]) -> bytes:
        cells = [self._new_cell(edit, self._inherited(b"", column), None) for column, edit in edits.items()]
        made = b"".join(cell for cell in cells if cell is not None)
        name = (self._prefix + "row").encode()
        return b'<%b r="%d">%b</%b>' % (name, number, made, name) if made else b""

    def _insert_rows(self, new_rows: dict[int, list[bytes]]) -> None:
        layout = self._layout
        for place, rows in new_rows.items():
            body = b"".join(rows)
            if layout.self_closed:
                opening = layout.document.plain[layout.head_end : layout.open_end]
                name = layout.document.prefix + b"sheetData"
                body = opening[:-2].rstrip() + b">" + body + b"</" + name + b">"
                self._out.splices.append((layout.head_end, layout.open_end, body))
            else:
                self._out.splices.append((place, place, body))

    def _inherited(self, row_tag: bytes, column: int) -> bytes:
        """The style a new cell gets: its row's where the row has one, else its column's; ``b""`` for none."""
        if row_tag and attribute(row_tag, b"customFormat") in (b"1", b"true"):
            return attribute(row_tag, b"s") or b""
        for low, high, style in self._layout.column_styles:
            if low <= column <= high:
                return style
        return b""

    def _overwrite(self, edit: CellEdit, slot: Slot, row: Row) -> None:
        document = self._layout.document
        cell = document.xml[slot.start : slot.end]
        try:
            held = values.read_held(cell, document, self._strings)
        except (ValueError, IndexError):
            return self._refuse(edit, "这个单元格的内容读不懂，没有改；请用 Excel 打开后另存一次")
        if held.formula in ("array", "master"):
            return self._refuse(edit, "是一组公式的第一格，改它会弄坏其他格；请先把公式改成普通公式")
        if document.plain.find(b"extLst", slot.open_end, slot.end) >= 0:
            return self._refuse(edit, "这个单元格带有扩展内容，改它会丢掉；请用 Excel 打开后另存一次")
        tag = document.plain[slot.start : slot.open_end]
        style = _style(attribute(tag, b"s"))
        if not held.formula and self._holds(held, edit.value, style):
            return None
        if not values.same(held, edit.expected, date1904=self._date1904):
            return self._refuse(
                edit, f"单元格已经不是读到时的内容（当时是{_say(edit.expected)}，现在是{_say_held(held)}），没有改"
            )
        try:
            kind, body, style = self._written(edit.value, style, row)
        except values.Unwritable as reason:
            return self._refuse(edit, str(reason))
        new = self._cell(tag, kind, body, style)
        self._out.splices.append((slot.start, slot.end, new))
        self._out.written.append(edit.where)
        if held.formula:
            self._out.formulas_gone.append(edit.where)
        return None

    def _holds(self, held: values.Held, value: CellValue, style: int) -> bool:
        """Whether the cell already is as wanted, so that a repeated pass changes nothing."""
        if isinstance(value, dt.datetime) and value == value and held.kind == "number":
            return self._styles().shows_date(style) and values.same(held, value, date1904=self._date1904)
        if isinstance(value, str) and value:
            return held.kind == "text" and values.decoded(str(held.value)) == value
        return values.same(held, value, date1904=self._date1904)

    def _new_cell(self, edit: CellEdit, inherited: bytes, row: Row | None) -> bytes | None:
        if not values.same(values.EMPTY, edit.expected, date1904=self._date1904):
            self._refuse(edit, f"单元格已经不是读到时的内容（当时是{_say(edit.expected)}，现在是空的），没有改")
            return None
        if values.same(values.EMPTY, edit.value, date1904=self._date1904):
            return None
        try:
            kind, body, style = self._written(edit.value, _style(inherited), row)
        except values.Unwritable as reason:
            self._refuse(edit, str(reason))
            return None
        tag = f'<{self._prefix}c r="{edit.where.a1}"/>'.encode()
        self._out.written.append(edit.where)
        return self._cell(tag if not inherited else with_attribute(tag, b"s", inherited), kind, body, style)

    def _written(self, value: CellValue, style: int, row: Row | None) -> tuple[str, str, int]:
        """``(type, content, style)`` of a value in a cell of that style; dates find themselves a date style."""
        if value is None or value == "" or value != value:
            return "", "", style
        if not isinstance(value, dt.datetime):
            return *values.content(value, self._prefix), style
        if value.tzinfo is not None:
            raise TypeError("the workbook's times are naive wall clock")
        styles = self._styles()
        if not styles.shows_date(style):
            beside = self._styles_beside(row)
            dated = styles.date_like(style, {index for index in beside if styles.shows_date(index)})
            if dated is None:
                return *values.content(values.stamp(value), self._prefix), style
            style = dated
        return "", f"<{self._prefix}v>{values.serial(value, date1904=self._date1904)}</{self._prefix}v>", style

    def _styles_beside(self, row: Row | None) -> set[int]:
        if row is None:
            return set()
        plain = self._layout.document.plain
        return {_style(attribute(plain[slot.start : slot.open_end], b"s")) for _, slot in self._layout.cells(row)}

    def _cell(self, tag: bytes, kind: str, body: str, style: int) -> bytes:
        """The cell anew: its old start tag less what spoke of the old content, and the new content."""
        kept = []
        for name, span in attributes(tag).items():
            if name not in _DROPPED:
                quote = tag[span[1] : span[1] + 1]
                kept.append(b" " + name + b"=" + quote + tag[slice(*span)] + quote)
        name = (self._prefix + "c").encode()
        opening = b"<" + name + b"".join(kept) + (f' t="{kind}"'.encode() if kind else b"") + b">"
        if _style(attribute(opening, b"s")) != style:
            opening = with_attribute(opening, b"s", str(style).encode())
        if not body:
            return opening[:-1] + b"/>"
        return opening + self._layout.document.encode(body) + b"</" + name + b">"

    def _widen_dimension(self) -> None:
        stated = self._layout.dimension
        if stated is None or not self._out.written:
            return
        start, end, area = stated
        rows = [cell.row for cell in self._out.written] + [area.top, area.bottom]
        columns = [cell.column for cell in self._out.written] + [area.left, area.right]
        wide = Area(min(rows), min(columns), max(rows), max(columns))
        if wide != area:
            self._out.splices.append((start, end, wide.ref.encode()))


def splice(xml: bytes, splices: Sequence[tuple[int, int, bytes]]) -> list[Piece]:
    """The part in pieces, replacements in place, the rest as views of the old bytes."""
    view, place = memoryview(xml), 0
    pieces: list[Piece] = []
    for start, end, new in splices:
        if start < place:
            raise AssertionError("replacements overlap")
        pieces += [view[place:start], new]
        place = end
    return [*pieces, view[place:]]


def with_span(tag: bytes, column: int) -> bytes:
    """The row's start tag, its ``spans`` hint (where there is one) reaching the column."""
    spans = attribute(tag, b"spans")
    if spans is None:
        return tag
    try:
        pairs = [tuple(int(end) for end in pair.split(b":")) for pair in spans.split()]
        if any(low <= column <= high for low, high in pairs):
            return tag
        ends = [end for pair in pairs for end in pair] + [column]
    except ValueError:
        return tag
    return with_attribute(tag, b"spans", b"%d:%d" % (min(ends), max(ends)))


def _style(raw: bytes | None) -> int:
    return int(raw) if raw and raw.isdigit() else 0


def _say(value: CellValue) -> str:
    if value is None or value == "" or value != value:
        return "空的"
    text = values.stamp(value) if isinstance(value, dt.datetime) else str(value)
    return f"“{text if len(text) <= 40 else text[:40] + '…'}”"


def _say_held(held: values.Held) -> str:
    return _say(held.value)
