"""Edits in, workbook bytes out: every edit led to its part, only the parts that change packed anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from workbook.edits import Cell, CellEdit, Edit, GrowTable
from workbook.package.book import Book, Sheet, Table
from workbook.package.deflate import Piece
from workbook.package.layout import Layout
from workbook.package.patch import Refusal, SheetPatcher, splice
from workbook.package.places import Area
from workbook.package.recalculation import (
    entries_of,
    some_formula_reads,
    with_full_calculation,
    without_element,
    without_entries,
)
from workbook.package.references import Reader, Written
from workbook.package.tables import barred, find_table, foreign, grow


@dataclass(frozen=True)
class Patched:
    """The workbook's new bytes (the very same object when nothing changed), the edits not made, and how many cells and
    tables changed. An edit whose cell already is as wanted is neither refused nor counted. ``formulas``: the cells that
    held one until now.
    """

    data: bytes
    refused: tuple[Refusal, ...]
    written: int
    formulas: tuple[Cell, ...] = ()


def apply(data: bytes, edits: Sequence[Edit]) -> Patched:
    """Write the edits into a workbook and change nothing else in it.

    Single edits that must not be made come back as refusals and the others still happen. Raises NotAWorkbook when the
    bytes are none, CannotPatch when the package as a whole is not safe to write; both say what to do, in Chinese.
    """
    if not edits:
        return Patched(data, (), 0)
    return _Patch(Book(data)).run(data, edits)


@dataclass
class _Patch:
    """The state of one `apply`: layouts by member name, what changed so far, what was refused."""

    book: Book
    layouts: dict[str, Layout] = field(default_factory=dict)
    changed: dict[str, Sequence[Piece]] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    refused: list[Refusal] = field(default_factory=list)
    written: list[Cell] = field(default_factory=list)
    grown: dict[str, Area] = field(default_factory=dict)

    def run(self, data: bytes, edits: Sequence[Edit]) -> Patched:
        gone: list[Cell] = []
        for sheet, own in self._by_sheet([edit for edit in edits if isinstance(edit, CellEdit)]):
            gone += self._patch_sheet(sheet, own)
        ours = {edit.where for edit in edits if isinstance(edit, CellEdit)}
        ours -= {refusal.edit.where for refusal in self.refused if isinstance(refusal.edit, CellEdit)}
        strips = [strip for edit in edits if isinstance(edit, GrowTable) for strip in self._grow(edit, ours)]
        order = {id(edit): place for place, edit in enumerate(edits)}
        self.refused.sort(key=lambda refusal: order[id(refusal.edit)])
        if not self.changed:
            return Patched(data, tuple(self.refused), 0)
        if gone:
            self._forget_formulas(gone)
        self._recalculate(Written(self.written, strips))
        out = self.book.archive.rewrite(self.changed, frozenset(self.removed))
        return Patched(out, tuple(self.refused), len(self.written) + len(self.grown), tuple(gone))

    def _by_sheet(self, edits: Sequence[CellEdit]) -> list[tuple[Sheet, list[CellEdit]]]:
        found: dict[str, tuple[Sheet, list[CellEdit]]] = {}
        for edit in edits:
            sheet = self.book.sheet(edit.where.sheet)
            if sheet is None:
                self.refused.append(Refusal(edit, f"没有叫“{edit.where.sheet}”的工作表；是不是改了名？"))
            elif sheet.kind != "worksheet":
                self.refused.append(Refusal(edit, f"“{edit.where.sheet}”不是普通工作表（是图表或宏表），不能写入"))
            elif sheet.member is None:
                self.refused.append(Refusal(edit, f"工作表“{edit.where.sheet}”的内容在文件里找不到；请从备份恢复"))
            else:
                found.setdefault(sheet.member.name, (sheet, []))[1].append(edit)
        return list(found.values())

    def _layout(self, sheet: Sheet) -> Layout:
        assert sheet.member is not None
        name = sheet.member.name
        if name not in self.layouts:
            self.layouts[name] = Layout(self.book.archive.read(sheet.member), name)
        return self.layouts[name]

    def _patch_sheet(self, sheet: Sheet, edits: list[CellEdit]) -> list[Cell]:
        """Patch one sheet; returns the cells whose formulas went."""
        assert sheet.member is not None
        layout = self._layout(sheet)
        headers = [area for table in self.book.tables if table.sheet is sheet for area in _fixed_rows(table)]
        outcome = SheetPatcher(
            layout,
            strings=lambda index: self.book.strings(index),
            styles=lambda: self.book.styles,
            date1904=self.book.date1904,
            headers=headers,
        ).patch(edits)
        self.refused += outcome.refused
        self.written += outcome.written
        if outcome.splices:
            self.changed[sheet.member.name] = splice(layout.document.xml, outcome.splices)
        return outcome.formulas_gone

    def _grow(self, edit: GrowTable, ours: set[Cell]) -> list[tuple[str, Area]]:
        """Grow one table; returns the strip of cells it took in, with its sheet. ``ours``: cells that the edits hold."""
        book = self.book
        table = find_table(book.tables, edit.table)
        if table is None:
            self.refused.append(Refusal(edit, f"没有叫“{edit.table}”的表格；是不是改了名或转成了普通区域？"))
            return []
        areas = {other.member.name: self.grown.get(other.member.name, other.area) for other in book.tables}
        area = areas[table.member.name]
        if edit.last_row <= area.bottom:
            return []
        layout, name = self._layout(table.sheet), table.sheet.name

        def filled(strip: Area) -> str:
            own = {(cell.row, cell.column) for cell in ours if cell.sheet == name}
            return foreign(layout, strip, own, lambda index: book.strings(index))

        if reason := barred(edit, table, areas, book.tables, layout.merges, filled):
            self.refused.append(Refusal(edit, reason))
            return []
        name = table.member.name
        self.changed[name] = [grow(book.archive.read(table.member), name, edit.last_row)]
        self.grown[name] = Area(area.top, area.left, edit.last_row, area.right)
        return [(table.sheet.name, Area(area.bottom + 1, area.left, edit.last_row, area.right))]

    def _forget_formulas(self, gone: list[Cell]) -> None:
        """Take overwritten formulas out of the calcChain, and the chain out of the package when it would be empty."""
        book, chain = self.book, self.book.calc_chain
        if chain is None:
            return
        old = book.archive.read(chain)
        new = without_entries(old, chain.name, entries_of(book, gone))
        if new is not None:
            if new is not old:
                self.changed[chain.name] = [new]
            return
        self.removed.add(chain.name)
        relation = next(key for key, value in book.relations.items() if book.part(value.target) is chain)
        for part, element, key, value in (
            (book.relations_part, b"Relationship", b"Id", relation),
            ("[Content_Types].xml", b"Override", b"PartName", "/" + chain.name),
        ):
            member = book.part(part)
            if member is not None:
                self.changed[member.name] = [
                    without_element(book.archive.read(member), member.name, element, key, value)
                ]

    def _recalculate(self, written: Written) -> None:
        book = self.book
        if some_formula_reads(book, Reader(written, book.names, book.tables, self.grown), self.layouts):
            old = book.archive.read(book.main)
            new = with_full_calculation(old, book.main.name)
            if new is not old:
                self.changed[book.main.name] = [new]


def _fixed_rows(table: Table) -> list[Area]:
    """The header and totals rows of a table."""
    area, rows = table.area, []
    if table.header_rows:
        rows.append(Area(area.top, area.left, area.top + table.header_rows - 1, area.right))
    if table.totals_rows:
        rows.append(Area(area.bottom - table.totals_rows + 1, area.left, area.bottom, area.right))
    return rows
