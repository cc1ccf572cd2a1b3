"""What the macros know of the contract: a VBA module made from the schema, the lists and the checks' own tables.

The checks that VBA repeats as a row is typed read their columns, lists and orders from here, so there is one source;
that their words are those of `kesu check` is what tests/macros holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from automation.checks.times import CHAIN, MAY_LIE_AHEAD, PAIRS
from automation.identifiers import NO_PLATE, PROVINCES
from automation.numbering import SHEET_COUNTS
from workbook.duties import HANDLING, REACHED, REQUIRED
from workbook.schema import PENDING, REGISTER, TABLES
from workbook.table import Column, Table
from workbook.vba.project import Kind, Module
from workbook.vba.sources import standard_modules
from workbook.vocabulary import VOCABULARIES

TABLES_MODULE = "kesuTables"
FORM_SHEET, FORM_CELL = "处理单", "D3"
"""The printed form, where there is one, and its cell that takes the number (a cell to its left says 编号)."""

_LITERAL = 400
"""Signs of a string on one line: the editor takes 1023 bytes."""


def modules() -> list[Module]:
    """The standard modules of the macros."""
    return [*standard_modules(), tables_module()]


def tables_module() -> Module:
    """The generated module."""
    words = {vocabulary.name: vocabulary for vocabulary in VOCABULARIES}
    required = (f"{stage}|{rule}|{REACHED[stage] or ''}|{','.join(columns)}" for stage, rule, columns in REQUIRED)
    constants = {
        "kesuRegisterSheet": REGISTER.sheet,
        "kesuPendingSheets": "|".join(table.sheet for table in PENDING),
        "kesuFormSheet": FORM_SHEET,
        "kesuFormCell": FORM_CELL,
        "kesuRequired": ";".join(required),
        "kesuChain": "|".join(CHAIN),
        "kesuPairs": "|".join(",".join(pair) for pair in PAIRS),
        "kesuHandling": "|".join(HANDLING),
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
    lines += ["End Function", ""]
    return Module(TABLES_MODULE, Kind.STANDARD, "\n".join(lines))


def _columns(table: Table) -> str:
    return ";".join(map(_column, table.columns))


def _column(column: Column) -> str:
    return "|".join((column.name, column.kind.name, column.list.name if column.list else "", str(int(column.ours))))


def _choices(name: str, argument: str, cases: Iterable[tuple[str, str]]) -> list[str]:
    lines = [f"    Select Case {argument}"]
    for case, text in cases:
        lines += [f'    Case "{case}"', *("    " + line for line in _text(name, text))]
    return [*lines, "    End Select"]


def _text(name: str, text: str) -> Iterator[str]:
    """The statements that make a function's value of a text of any length."""
    pieces: Sequence[str] = [text[at : at + _LITERAL] for at in range(0, len(text), _LITERAL)] or [""]
    for number, piece in enumerate(pieces):
        quoted = piece.replace('"', '""')
        yield f'    {name} = "{quoted}"' if number == 0 else f'    {name} = {name} & "{quoted}"'
