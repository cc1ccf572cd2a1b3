"""字典: one column a value list, and the defined names through which drop-downs read them."""

from __future__ import annotations

from typing import Any

from workbook.build.formats import FAINT, LINE, OURS_TONE, TONES, Styles
from workbook.edits import column_letter
from workbook.schema import DICTIONARY_SHEET, REGISTER
from workbook.vocabulary import VOCABULARIES, Vocabulary

HEADER_ROW, FIRST_ROW, LAST_ROW = 1, 2, 199
"""Rows counted from 0, as in the tables; lists may grow down to the last."""

TICKETS_NAME = "编号清单"
"""The defined name of every 编号 in the register."""


def list_name(vocabulary: Vocabulary) -> str:
    """The defined name of a value list."""
    return f"列表_{vocabulary.name}"


def first_cell(vocabulary: Vocabulary) -> tuple[str, int]:
    """Where a list starts in 字典: column letter, and row counted from 1."""
    return column_letter(VOCABULARIES.index(vocabulary) + 1), FIRST_ROW + 1


def dictionary_sheet(sheet: Any, styles: Styles) -> None:
    """Write every list: closed ones shaded, open ones with room for the dealership's own words."""
    tone = TONES[0]
    sheet.set_row(0, 24)
    sheet.set_row(HEADER_ROW, 33)
    sheet.set_default_row(18)
    for index in range(len(VOCABULARIES)):
        sheet.write_blank(0, index, None, styles.band(tone))
    note = "   白底的列可以在下面续写自己的词，下拉框随之更新；灰底的列是规则用语，请勿改动"
    title, small = styles.band(tone), styles.band_note(tone)
    sheet.write_rich_string(0, 0, title, DICTIONARY_SHEET, small, note, title)
    for index, vocabulary in enumerate(VOCABULARIES):
        head = OURS_TONE if vocabulary.closed else tone
        sheet.write_string(
            HEADER_ROW,
            index,
            vocabulary.name,
            styles(
                bold=True, italic=vocabulary.closed, bg_color=head.tint, border=1, border_color=LINE, align="center"
            ),
        )
        look = styles(border=1, border_color=LINE, align="center")
        if vocabulary.closed:
            look = styles(border=1, border_color=LINE, align="center", bg_color="#F1F3F5", font_color=FAINT)
        for offset, value in enumerate(vocabulary.values):
            sheet.write_string(FIRST_ROW + offset, index, value, look)
        longest = max(len(value) for value in (*vocabulary.values, vocabulary.name))
        sheet.set_column(index, index, max(9.0, longest * 2 + 3.5))
    sheet.hide_gridlines(2)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(2, 0)
    sheet.repeat_rows(0, HEADER_ROW)
    sheet.set_footer("&L&8&A&C&8第 &P 页 / 共 &N 页")


def define_names(book: Any, last_row: int) -> None:
    """Name every list, and the register's numbers down to ``last_row`` (counted from 1).

    An open list is as long as what stands in its column: a name with blank cells would let any value pass in Excel.
    """
    for vocabulary in VOCABULARIES:
        letter, first = first_cell(vocabulary)
        if vocabulary.closed:
            area = f"{_absolute(letter, first)}:{_local(letter, first + len(vocabulary.values) - 1)}"
        else:
            room = f"{_absolute(letter, first)}:{_local(letter, LAST_ROW + 1)}"
            area = f"{_absolute(letter, first)}:INDEX({room},MAX(1,COUNTA({room})))"
        book.define_name(list_name(vocabulary), f"={area}")
    letter = column_letter(REGISTER.columns.index(REGISTER["编号"]) + 1)
    book.define_name(TICKETS_NAME, f"={REGISTER.sheet}!${letter}${FIRST_ROW + 1}:${letter}${last_row}")


def _absolute(letter: str, row: int) -> str:
    return f"{DICTIONARY_SHEET}!${letter}${row}"


def _local(letter: str, row: int) -> str:
    return f"${letter}${row}"
