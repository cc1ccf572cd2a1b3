"""What the macros know of the contract and of one workbook: a VBA module made from the schema, the lists and the
checks' own tables, and from what kesu.toml says of a register of the dealership's own.

The checks that VBA repeats as a row is typed read their columns, lists and orders from here, so there is one source;
that their words are those of `kesu check` is what tests/macros holds.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from automation.checks.times import CHAIN, MAY_LIE_AHEAD, PAIRS
from automation.identifiers import NO_PLATE, PROVINCES
from automation.numbering import SHEET_COUNTS
from workbook.duties import HANDLING, INVOLVED, REACHED, REQUIRED
from workbook.ledger import Ledger
from workbook.location import header_text
from workbook.naming import Alias
from workbook.schema import PENDING, REGISTER, TABLES
from workbook.table import Column, Table
from workbook.vba.project import Kind, Module
from workbook.vba.sources import standard_modules
from workbook.vocabulary import VOCABULARIES

TABLES_MODULE = "kesuTables"
FORM_SHEET, FORM_CELL = "处理单", "D3"
"""The printed form, where there is one, and its cell that takes the number (a cell to its left says 编号)."""

_LITERAL = 900
"""Bytes of a line: the editor takes 1023."""
_FIRST_SERIAL = dt.date(1899, 12, 30)
"""Day 0 of Excel's calendar."""


@dataclass(frozen=True, slots=True)
class Theirs:
    """What of one workbook is not as `kesu new` makes it.

    ``sheets``: the contract's tables by the sheet each stands on; ``aliases``: the sheets with headers of the
    dealership's own, one a table; ``found``: how many columns each of those has; ``since`` as in ``[adopt]``.
    """

    sheets: Mapping[str, str] = field(default_factory=dict)
    aliases: Sequence[Alias] = ()
    found: Mapping[str, int] = field(default_factory=dict)
    since: dt.date | None = None

    def sheet(self, table: str) -> str:
        return self.sheets.get(table, table)


_AS_NEW = Theirs()


def of_workbook(understood: Ledger, own: Sequence[Alias], since: dt.date | None) -> Theirs:
    """What the macros of this workbook have to know of it; of two sheets for one table the one that kesu reads."""
    held = {table.sheet: understood[table] for table in TABLES if understood[table].present}
    mine = [one for one in own if one.table in held and header_text(one.sheet) == header_text(held[one.table].sheet)]
    sheets = {name: records.sheet for name, records in held.items()}
    return Theirs(sheets, mine, {one.table: len(held[one.table].columns) for one in mine}, since)


def modules(theirs: Theirs = _AS_NEW) -> list[Module]:
    """The standard modules of the macros."""
    return [*standard_modules(), tables_module(theirs)]


def tables_module(theirs: Theirs = _AS_NEW) -> Module:
    """The generated module."""
    words = {vocabulary.name: vocabulary for vocabulary in VOCABULARIES}
    required = (f"{stage}|{rule}|{REACHED[stage] or ''}|{','.join(columns)}" for stage, rule, columns in REQUIRED)
    constants = {
        "kesuRegisterTable": REGISTER.sheet,
        "kesuPendingTables": "|".join(table.sheet for table in PENDING),
        "kesuFormSheet": "" if any(one.table == REGISTER.sheet for one in theirs.aliases) else FORM_SHEET,
        "kesuFormCell": FORM_CELL,
        "kesuRequired": ";".join(required),
        "kesuChain": "|".join(CHAIN),
        "kesuPairs": "|".join(",".join(pair) for pair in PAIRS),
        "kesuHandling": "|".join(HANDLING),
        "kesuInvolved": "|".join(INVOLVED),
        "kesuAhead": "|".join(sorted(MAY_LIE_AHEAD)),
        "kesuProvinces": PROVINCES,
        "kesuNoPlate": "|".join(NO_PLATE),
    }
    lines = [
        "Option Explicit",
        "' Made by kesu from its own tables: whoever changes this changes it until the next installation.",
        f"Public Const kesuFirstCount As Long = {SHEET_COUNTS.start}",
        f"Public Const kesuLastCount As Long = {SHEET_COUNTS.stop - 1}",
    ]
    for name, text in constants.items():
        lines += ["", f"Public Function {name}() As String", *_text(name, text), "End Function"]
    lines += ["", "Public Function kesuColumns(ByVal table As String) As String"]
    lines += ["    ' Header, kind, list, whether it is kesu's to write."]
    lines += _choices("kesuColumns", "table", ((table.sheet, _columns(table)) for table in TABLES))
    lines += [
        "End Function",
        "",
        "Public Function kesuWords(ByVal list As String, ByVal closedOnly As Boolean) As String",
    ]
    lines += ["    ' The words of a list, in their order; of an open one only when they are asked for."]
    chosen = {column.list.name for table in TABLES for column in table.columns if column.list}
    closed = [name for name in words if name in chosen and words[name].closed]
    lines += _choices("kesuWords", "list", ((name, "|".join(words[name].values)) for name in closed))
    lines += ["    If closedOnly Then Exit Function"]
    still_open = [name for name in words if name in chosen and not words[name].closed]
    lines += _choices("kesuWords", "list", ((name, "|".join(words[name].values)) for name in still_open))
    lines += ["End Function", *_their_own(theirs), ""]
    return Module(TABLES_MODULE, Kind.STANDARD, "\n".join(lines))


def _columns(table: Table) -> str:
    return ";".join(map(_column, table.columns))


def _column(column: Column) -> str:
    return "|".join((column.name, column.kind.name, column.list.name if column.list else "", str(int(column.ours))))


def _choices(name: str, argument: str, cases: Iterable[tuple[str, str]]) -> list[str]:
    lines = []
    for case, text in cases:
        lines += [f"    Case {_quoted(case)}", *("    " + line for line in _text(name, text))]
    return [f"    Select Case {argument}", *lines, "    End Select"] if lines else []


def _their_own(theirs: Theirs) -> Iterator[str]:
    """Which sheet a table is, which header a column, and from when cases are judged."""
    since = (theirs.since - _FIRST_SERIAL).days if theirs.since else 0
    register = next((one for one in theirs.aliases if one.table == REGISTER.sheet), None)
    yield from ("", "Public Function kesuSheetOf(ByVal table As String) As String", "    kesuSheetOf = table")
    moved = {table.sheet: theirs.sheet(table.sheet) for table in TABLES if theirs.sheet(table.sheet) != table.sheet}
    yield from _choices("kesuSheetOf", "table", moved.items())
    yield from ("End Function", "", "Public Function kesuTableOn(ByVal sheet As String) As String")
    yield from _choices("kesuTableOn", "sheet", ((theirs.sheet(table.sheet), table.sheet) for table in TABLES))
    yield from ("End Function", "", "Public Function kesuOwnColumns(ByVal table As String) As Long")
    yield "    ' How many columns a table known by the dealership's own headers had; 0: known by the contract's."
    for table, count in theirs.found.items():
        yield f"    If table = {_quoted(table)} Then kesuOwnColumns = {count}"
    yield from ("End Function", "")
    yield "Public Function kesuOursOf(ByVal table As String, ByVal head As String) As String"
    yield "    ' Which column of the contract a header of theirs is; nothing: left alone; a question mark: not said."
    yield '    kesuOursOf = "?"'
    for alias in theirs.aliases:
        yield f"    If table = {_quoted(alias.table)} Then"
        words = {header_text(one): ours for one, ours in alias.headers.items()}
        yield from _choices("kesuOursOf", "head", words.items())
        yield "    End If"
    yield from ("End Function", "", "Public Function kesuOwnYear() As Long")
    yield "    ' The year of days that are written without one."
    yield f"    kesuOwnYear = {(register and register.year) or 0}"
    yield from ("End Function", "", "Public Function kesuSince() As Double")
    yield f"    kesuSince = {since}"
    yield "End Function"


def _text(name: str, text: str) -> Iterator[str]:
    """The statements that make a function's value of a text of any length."""
    piece, rest, start = "", text, f"    {name} = "
    while rest or not piece:
        piece, size = "", 0
        for sign in rest:
            size += len(_in_code(sign).encode("gbk"))
            if size > _LITERAL:
                break
            piece += sign
        rest = rest[len(piece) :]
        yield f"{start}{_quoted(piece)}"
        start = f"    {name} = {name} & "
        if not rest:
            return


def _quoted(text: str) -> str:
    """A text as VBA writes it; signs that a Chinese Windows has no code for by their numbers."""
    return f'"{"".join(map(_in_code, text))}"'.removeprefix('"" & ').removesuffix(' & ""')


def _in_code(sign: str) -> str:
    try:
        sign.encode("gbk")
    except UnicodeEncodeError:
        units = sign.encode("utf-16-be")
        numbers = (units[at : at + 2].hex().upper() for at in range(0, len(units), 2))
        return '"' + "".join(f" & ChrW(&H{number})" for number in numbers) + ' & "'
    return '""' if sign == '"' else sign
