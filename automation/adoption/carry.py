"""A proposal carried out on a workbook's bytes: columns added, sheets taken in, lists filled with their own words."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

from automation.adoption.proposal import Proposal
from automation.blank import blank
from workbook import build, cells, package
from workbook.build.lists import TICKETS_NAME, first_cell
from workbook.edits import Cell, CellEdit, column_letter
from workbook.ledger import Ledger
from workbook.package import graft
from workbook.package.book import Book
from workbook.package.widen import widen
from workbook.schema import DICTIONARY_SHEET, REGISTER, TABLES
from workbook.vocabulary import VOCABULARIES, Vocabulary

_MOST_WORDS, _LONGEST_WORD = 40, 16
"""More or longer ones are no list but free text."""
_SPARE_ROWS = 5_000


def carry_out(data: bytes, proposal: Proposal, understood: Ledger, created: dt.datetime) -> tuple[bytes, str]:
    """The workbook with everything added, and the Excel table that our columns could not join, if any.

    ``understood`` is it before, by the mapping of the proposal. Raises NotAWorkbook or CannotPatch.
    """
    beside, numbers = "", 0
    for one in proposal.widenings:
        done = widen(data, one)
        data, beside = done.data, done.beside or beside
        if proposal.alias is not None and one.sheet == proposal.alias.sheet:
            names = [proposal.alias.headers.get(column.header, column.header) for column in one.columns]
            numbers = done.start + names.index("编号") if "编号" in names else numbers
    if proposal.sheets:
        made = io.BytesIO()
        build.write(made, blank(), created=created)
        tables = {table.name: proposal.tables.get(table.name, table.name) for table in TABLES}
        data = graft.graft(data, made.getvalue(), proposal.sheets, tables)
        data = graft.name(data, _names(made.getvalue(), understood, numbers))
        if DICTIONARY_SHEET in proposal.sheets:
            data = package.apply(data, list(_own_words(understood))).data
    return data, beside


def _names(source: bytes, understood: Ledger, numbers: int) -> dict[str, str]:
    """The lists' names as in a new workbook; that of the numbers says where theirs stand."""
    names = {one.name: one.formula for one in Book(source).names if one.sheet is None}
    register = understood.register
    letter = column_letter(register.columns.get("编号", numbers) or 1)
    sheet = "'" + register.sheet.replace("'", "''") + "'"
    last = max(register.last_row, register.header_row) + _SPARE_ROWS
    names[TICKETS_NAME] = f"{sheet}!${letter}${register.header_row + 1}:${letter}${last}"
    return names


def _own_words(understood: Ledger) -> Iterator[CellEdit]:
    """The dealership's words for 部门, 反馈渠道, 反馈类别 …, below those that 字典 starts with."""
    words: dict[Vocabulary, dict[str, None]] = {}
    for name in understood.register.columns:
        listed = REGISTER[name].list
        if listed is not None and not listed.closed:
            values = cells.words(understood.register.frame[name]).values.unique().tolist()
            own = [word for word in values if word and len(word) <= _LONGEST_WORD and word not in listed.values]
            if len(own) <= _MOST_WORDS:
                words.setdefault(listed, {}).update(dict.fromkeys(own))
    for listed, own_words in words.items():
        column, first = VOCABULARIES.index(listed) + 1, first_cell(listed)[1] + len(listed.values)
        for offset, word in enumerate(own_words):
            yield CellEdit(Cell(DICTIONARY_SHEET, first + offset, column), None, word)
