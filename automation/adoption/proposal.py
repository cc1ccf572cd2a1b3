"""What taking up a workbook would do: how its register is read, which columns and sheets would be added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from automation.adoption.recognise import Recognised, recognise
from automation.adoption.saved import Adoption
from workbook import aliases
from workbook.errors import KesuError
from workbook.location import Placement, header_text, place
from workbook.naming import OVER, Alias
from workbook.package.widen import NewColumn, Widening
from workbook.schema import DICTIONARY_SHEET, REGISTER, TABLES, Column, Kind, Table
from workbook.snapshot import Snapshot

NEEDED = (
    *(
        "编号",
        "流程",
        "接收时间",
        "级别",
        "上报时间",
        "填单时间",
        "编号时间",
        "责任明确",
        "客户联系时间",
        "联系结果",
        "转管理部时间",
    ),
    *(
        "复核结论",
        "复核完成时间",
        "总经理意见时间",
        "执行完成时间",
        "转客服时间",
        "需回访",
        "回访时间",
        "考核结果",
        "归档时间",
    ),
    *("下次答复时间", "当前环节", "截止时间", "状态", "提示"),
)
"""What the clock and kesu itself need of the register; everything else may be missing."""
OWN_WORD = "kesu"
"""Stands before our header where the dealership has one of the same name, and over our columns."""
_FORMATS = {Kind.TIME: "yyyy-mm-dd hh:mm", Kind.DATE: "yyyy-mm-dd"}


class NotRecognised(KesuError):
    """No sheet could be taken for a register of complaints."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``recognised`` is ``None`` when the mapping was on record already; ``others`` are sheets just like the one taken.

    ``alias`` is ``None`` for a register with the contract's own headers. ``widenings`` and ``sheets`` are what would be
    added: columns by table, and the contract's names of sheets with the names they would get.
    """

    alias: Alias | None
    recognised: Recognised | None
    others: tuple[str, ...]
    widenings: tuple[Widening, ...]
    sheets: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def changes_workbook(self) -> bool:
        return bool(self.widenings or self.sheets)


def propose(snapshot: Snapshot, adoption: Adoption, *, sheet: str | None = None, everything: bool = False) -> Proposal:
    """Work out what taking up this workbook means; what was on record before (``adoption``) goes first.

    ``sheet``: the register's, where it is not to be found by itself. ``everything``: all of the contract's columns are
    to be added. Raises :class:`NotRecognised`.
    """
    recorded = next((one for one in adoption.aliases if one.table == REGISTER.sheet), None)
    others: tuple[str, ...] = ()
    recognised = None
    if recorded is not None and aliases.place(snapshot, [recorded]) and sheet in (None, recorded.sheet):
        alias: Alias | None = recorded
    elif sheet is None and _is_ours(place(snapshot).get(REGISTER.sheet)):
        alias = None
    else:
        found = recognise(snapshot, sheet)
        if not found:
            raise NotRecognised(_not_found(snapshot, sheet))
        recognised, others = found[0], tuple(one.grid.name for one in found[1:])
        alias = _alias(recognised)
    own = [one for one in adoption.aliases if one.table != REGISTER.sheet]
    placed = place(snapshot, aliases.place(snapshot, [*own, alias] if alias else own))
    widenings = []
    for table in TABLES:
        if table.sheet in placed:
            lacking = [table[name] for name in _lacking(placed[table.sheet], table, everything=everything)]
            if lacking:
                one, alias = _widening(placed[table.sheet], lacking, snapshot, alias)
                widenings.append(one)
    return Proposal(alias, recognised, others, tuple(widenings), *_new_sheets(snapshot, placed))


def _is_ours(placement: Placement | None) -> bool:
    """Whether a register is one as kesu makes it, which needs no mapping."""
    return placement is not None and len(placement.missing) * 2 <= len(REGISTER.headers)


def _not_found(snapshot: Snapshot, sheet: str | None) -> str:
    names = "、".join(snapshot.grids) or "（没有工作表）"
    if sheet is not None and sheet not in snapshot.grids:
        return f"“{snapshot.path.name}”里没有叫“{sheet}”的工作表。现有工作表：{names}。"
    where = f"工作表“{sheet}”" if sheet else f"“{snapshot.path.name}”"
    return (
        f"在{where}里认不出客诉登记表：前 30 行里没有哪一行表头同时有接收时间（受理时间、来电时间、Received…）"
        f"和客户、电话、车牌、车架号、投诉内容中的两样。现有工作表：{names}。可以用 --sheet 指明是哪一张，"
        '或在 kesu.toml 里照 [adopt."工作表名"] 的样子手写。'
    )


def _alias(found: Recognised) -> Alias:
    """The mapping as it would be saved: every header of theirs, those left alone too, so that it can be edited."""
    lower = [guess.header.rpartition(OVER)[2] for guess in found.guesses]
    headers: dict[str, str] = {}
    for guess, own in zip(found.guesses, lower, strict=True):
        key = guess.header if lower.count(own) > 1 or not own else own
        if key not in headers or guess.ours:
            headers[key] = guess.ours
    return Alias(found.grid.name, REGISTER.sheet, headers, found.year)


def _lacking(placement: Placement, table: Table, *, everything: bool) -> Iterator[str]:
    wanted = NEEDED if table is REGISTER and placement.aliases is not None and not everything else table.headers
    lost = {(placement.aliases or {}).get(theirs) for theirs in placement.lost}
    return (name for name in table.headers if name in wanted and name not in placement.columns and name not in lost)


def _widening(
    placement: Placement, lacking: Sequence[Column], snapshot: Snapshot, alias: Alias | None
) -> tuple[Widening, Alias | None]:
    """The columns to add to a table, and the mapping that knows those of them that had to be called otherwise."""
    grid = snapshot.grids[placement.sheet]
    index = placement.header_row - grid.top
    rows = grid.rows[max(index - 1, 0) : index + 1]
    taken = {header_text(cell) for row in rows for cell in row if cell != ""} | set(
        alias.headers if alias and placement.aliases is not None else ()
    )
    columns, extra = [], {}
    for column in lacking:
        name = column.name
        if name in taken:
            name = f"{OWN_WORD}{column.name}"
            extra[name] = column.name
        columns.append(NewColumn(name, _FORMATS.get(column.kind, ""), column.width))
    depth = _depth(placement, snapshot)
    filled = [grid.left + at for at, cell in enumerate(grid.rows[index]) if cell != ""]
    if depth == 2:
        filled += [grid.left + at for at, cell in enumerate(grid.rows[index - 1]) if cell != ""]
    right = placement.native.right if placement.native else max([*filled, *placement.columns.values()])
    used = grid.left + max((len(row) for row in grid.rows), default=1) - 1
    above = placement.header_row - 1 if depth == 2 else 0
    one = Widening(placement.sheet, placement.header_row, right, used, tuple(columns), above, OWN_WORD if above else "")
    if extra and alias is not None and placement.aliases is not None:
        alias = replace(alias, headers={**alias.headers, **extra})
    return one, alias


def _depth(placement: Placement, snapshot: Snapshot) -> int:
    """How many rows the headers take: two when those columns are known only with the row above."""
    if placement.aliases is None:
        return 1
    grid = snapshot.grids[placement.sheet]
    one = aliases.heads_at(grid, placement.header_row - grid.top, 1)
    return (
        1
        if all(column in one.texts for column in placement.columns.values()) and not _has_groups(placement, snapshot)
        else 2
    )


def _has_groups(placement: Placement, snapshot: Snapshot) -> bool:
    """Whether the row above holds several words over these columns: groups, no title."""
    grid = snapshot.grids[placement.sheet]
    above = placement.header_row - 1 - grid.top
    if above < 0:
        return False
    words = [cell for cell in grid.rows[above] if isinstance(cell, str) and cell.strip()]
    return len(words) >= 2


def _new_sheets(snapshot: Snapshot, placed: Mapping[str, Placement]) -> tuple[dict[str, str], dict[str, str]]:
    """The sheets and tables of ours that are not there, each with a name that nobody has."""
    names = {name.casefold() for name in snapshot.grids}
    known = {table.name.casefold() for table in snapshot.tables}
    sheets, tables = {}, {}
    missing = [table for table in TABLES if table is not REGISTER and table.sheet not in placed]
    for table in missing:
        sheets[table.sheet] = _free(table.sheet, names)
        tables[table.name] = _free(table.name, known)
    if DICTIONARY_SHEET.casefold() not in names:
        sheets[DICTIONARY_SHEET] = DICTIONARY_SHEET
    return sheets, tables


def _free(name: str, taken: set[str]) -> str:
    return name if name.casefold() not in taken else f"{name}_{OWN_WORD}"
