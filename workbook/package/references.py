"""What a formula reads: its references, names and structured references set against the cells that were written."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from workbook.edits import Cell, column_number
from workbook.package.book import Name, Table
from workbook.package.places import LAST_COLUMN, LAST_ROW, Area

_WORD_END = r"""\s'"!(),;:+\-*/^&=<>{}\[\]#%@$"""
_TOKEN = re.compile(
    rf"""
      "(?:[^"]|"")*"
    | \#(?:REF!|DIV/0!|N/A|NAME\?|NULL!|NUM!|VALUE!|SPILL!|CALC!)
    | (?P<sheet>'(?:[^']|'')*'|(?:\[\d+\])?[^{_WORD_END}]+(?::[^{_WORD_END}]+)?|\[\d+\])!
    | (?P<cells>(?P<c1>\$?[A-Za-z]{{1,3}})(?P<r1>\$?\d{{1,7}})(?::(?P<c2>\$?[A-Za-z]{{1,3}})(?P<r2>\$?\d{{1,7}}))?
        )(?![\w.(\[!])
    | (?P<columns>(?P<c3>\$?[A-Za-z]{{1,3}}):(?P<c4>\$?[A-Za-z]{{1,3}}))(?![\w.(\[!$])
    | (?P<rows>(?P<r3>\$?\d{{1,7}}):(?P<r4>\$?\d{{1,7}}))(?![\w.(\[!$])
    | (?P<word>[^\W\d][\w.\\?]*|\\[\w.\\?]*)
    | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
    | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ANYWHERE = {"INDIRECT", "OFFSET", "EVALUATE", "_XLFN.ANCHORARRAY", "ANCHORARRAY", "CALL", "REGISTER.ID"}
_SPECIFIER = re.compile(r"\[((?:'.|[^'\[\]])*)\]")
Spread = tuple[int, int]
"""How far relative references move, in rows and columns: over a shared formula's area, anywhere for a defined name."""
EVERYWHERE: Spread = (LAST_ROW, LAST_COLUMN)
_OTHER_BOOK = "[]"
"""Stands for a sheet of another workbook; no sheet can be called that."""


class Written:
    """The cells that changed, asked by area."""

    def __init__(self, cells: Iterable[Cell], areas: Iterable[tuple[str, Area]]) -> None:
        self._rows: dict[str, dict[int, list[int]]] = {}
        for cell in sorted(set(cells), key=lambda cell: cell.row):
            self._rows.setdefault(cell.sheet.casefold(), {}).setdefault(cell.column, []).append(cell.row)
        self._areas = [(sheet.casefold(), area) for sheet, area in areas]

    def __bool__(self) -> bool:
        return bool(self._rows or self._areas)

    def meets(self, sheet: str, area: Area) -> bool:
        """Whether a written cell lies in that area of that sheet."""
        for column, rows in self._rows.get(sheet, {}).items():
            if area.left <= column <= area.right:
                place = bisect_left(rows, area.top)
                if place < len(rows) and rows[place] <= area.bottom:
                    return True
        return any(sheet == other and area.meets(part) for other, part in self._areas)


class Reader:
    """Decides for formula after formula whether it reads a written cell; unsure counts as yes."""

    def __init__(
        self, written: Written, names: Sequence[Name], tables: Sequence[Table], grown: Mapping[str, Area]
    ) -> None:
        self._written = written
        self._names: dict[str, list[Name]] = {}
        for name in names:
            self._names.setdefault(name.name.casefold(), []).append(name)
        self._tables = {spelling.casefold(): table for table in tables for spelling in table.names}
        self._grown = grown
        self._settled: dict[str, bool] = {}

    def reads(self, formula: str, sheet: str, spread: Spread = (0, 0)) -> bool:
        """Whether the formula, standing on ``sheet``, reads a written cell."""
        place, length = 0, len(formula)
        own = sheet.casefold()
        at = own
        while place < length:
            token = _TOKEN.match(formula, place)
            if token is None:
                return True
            place = token.end()
            kind = token.lastgroup if token.lastgroup not in ("c2", "r2", "c1", "r1") else "cells"
            if token["sheet"] is not None:
                named = _sheet(token["sheet"], own)
                if named is None:
                    return True
                at = named
                continue
            if token["cells"] or token["columns"] or token["rows"]:
                if not at or self._written.meets(at, _area(token, spread)):
                    return True  # in a defined name a reference without a sheet means whichever asks
            elif token["word"]:
                if formula.startswith("[", place):
                    end = _closing(formula, place)
                    if at != _OTHER_BOOK and self._reads_table(token["word"], formula[place:end]):
                        return True
                    place = end
                elif self._reads_word(token["word"], formula, place, outside=at == _OTHER_BOOK):
                    return True
            elif kind == "mark" and token["mark"] in ":[":
                return True  # a range between computed ends, or a structured reference without its table's name
            at = own
        return False

    def _reads_word(self, word: str, formula: str, place: int, *, outside: bool) -> bool:
        if formula[place:].lstrip().startswith("("):
            return word.upper() in _ANYWHERE
        return not outside and self._reads_name(word.casefold())

    def _reads_name(self, word: str) -> bool:
        if word not in self._settled:
            self._settled[word] = False  # a name that reads itself adds nothing
            self._settled[word] = any(
                self.reads(name.formula, name.sheet or "", EVERYWHERE) for name in self._names.get(word, ())
            )
        if not self._settled[word] and word in self._tables:
            return self._reads_table(word, "")
        return self._settled[word]

    def _reads_table(self, word: str, brackets: str) -> bool:
        table = self._tables.get(word.casefold())
        if table is None:
            return True
        area = self._grown.get(table.member.name, table.area)
        inner = brackets[1:-1]
        specifiers = _SPECIFIER.findall(inner) if "[" in inner else [inner.removeprefix("@")]
        wanted = [_unquoted(text) for text in specifiers if text and not text.startswith("#")]
        columns = [name.casefold() for name in table.columns]
        try:
            places = [columns.index(name.casefold()) for name in wanted]
        except ValueError:
            places = []
        if places:
            area = Area(area.top, area.left + min(places), area.bottom, area.left + max(places))
        return self._written.meets(table.sheet.name.casefold(), area)


def _sheet(spelled: str, own: str) -> str | None:
    """The sheet a reference names, :data:`_OTHER_BOOK` for another workbook's, ``None`` for several (``一月:三月!A1``)."""
    name = spelled[1:-1].replace("''", "'") if spelled.startswith("'") else spelled
    book = re.search(r"\[([^\]]*)\]", name)
    if book:
        if book[1] != "0":
            return _OTHER_BOOK
        name = name[book.end() :]
    return None if ":" in name else name.casefold() or own


def _unquoted(column: str) -> str:
    """A column's name without its apostrophe escapes; line breaks are spelled as the table part spells them."""
    return re.sub(r"'(.)", r"\1", column, flags=re.DOTALL).replace("\r\n", "\n").replace("\n", "_x000a_")


def _closing(formula: str, place: int) -> int:
    """Just past the bracket that closes the one at ``place``; an apostrophe escapes what follows it."""
    depth = 0
    while place < len(formula):
        mark = formula[place]
        place += 2 if mark == "'" else 1
        depth += (mark == "[") - (mark == "]")
        if depth == 0:
            break
    return place


def _area(token: re.Match[str], spread: Spread) -> Area:
    top, bottom = _ends(token["r1"] or token["r3"], token["r2"] or token["r4"], spread[0], LAST_ROW)
    left, right = _ends(token["c1"] or token["c3"], token["c2"] or token["c4"], spread[1], LAST_COLUMN)
    return Area(top, left, bottom, right)


def _ends(first: str | None, last: str | None, spread: int, limit: int) -> tuple[int, int]:
    if first is None:
        return 1, limit
    spelled = [first, last or first]
    numbers = sorted(int(end) if end.isdigit() else column_number(end) for end in (s.lstrip("$") for s in spelled))
    if spread and any(not end.startswith("$") for end in spelled):
        numbers = [max(1, numbers[0] - spread), min(limit, numbers[1] + spread)]
        if spread >= limit:
            numbers = [1, limit]
    return numbers[0], numbers[1]
