"""What ``kesu.toml`` says of a register of the dealership's own: its headers, and from when it is judged."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from workbook.naming import Alias
from workbook.schema import REGISTER, TABLES

SECTION, SINCE, TABLE, YEAR = "adopt", "since", "table", "year"
_BY_NAME = {table.sheet: table for table in TABLES}


@dataclass(frozen=True, slots=True)
class Adoption:
    """``since``: what was received before that day is history; ``None``: nothing is. ``aliases``: one a sheet."""

    since: dt.date | None = None
    aliases: tuple[Alias, ...] = ()


def read(given: object, errors: list[str]) -> Adoption:
    """The section ``[adopt]``; mistakes are added to ``errors``, each with its path."""
    if not isinstance(given, Mapping):
        errors.append(f"{SECTION}：应为一节，写成 [{SECTION}]，下面一行一项")
        return Adoption()
    since: dt.date | None = None
    aliases = []
    for name, value in given.items():
        path = f"{SECTION}.{name}"
        if name == SINCE:
            since = _day(value)
            if since is None:
                errors.append(f"{path}：应为日期，如 2026-11-01，现在是 {value}")
        elif isinstance(value, Mapping):
            aliases.append(_alias(str(name), value, path, errors))
        else:
            errors.append(f'{path}：没有这一项；工作表要写成一节：[{SECTION}."{name}"]')
    return Adoption(since, tuple(aliases))


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return None


def _alias(sheet: str, given: Mapping[str, object], path: str, errors: list[str]) -> Alias:
    name = str(given.get(TABLE, REGISTER.sheet))
    table = _BY_NAME.get(name)
    if table is None:
        errors.append(f'{path}.{TABLE}：应为 kesu 的一张表，如 "{REGISTER.sheet}"，现在是 "{name}"')
        return Alias(sheet, REGISTER.sheet)
    year = given.get(YEAR)
    if year is not None and (not isinstance(year, int) or not 1990 <= year < 2100):
        errors.append(f"{path}.{YEAR}：应为年份，如 2026，现在是 {year}")
        year = None
    headers: dict[str, str] = {}
    for theirs, ours in given.items():
        if theirs in (TABLE, YEAR):
            continue
        if ours != "" and ours not in table.headers:
            near = difflib.get_close_matches(str(ours), table.headers, n=1, cutoff=0.4)
            hint = f'；是不是 "{near[0]}"？' if near else ""
            errors.append(f'{path}.{theirs}：应为“{table.sheet}”的一列，不用就写 ""，现在是 {ours}{hint}')
        elif ours != "" and ours in headers.values():
            errors.append(f"{path}.{theirs}：“{ours}”已经是另一个表头了，一列只能对应一个")
        else:
            headers[theirs] = str(ours)
    return Alias(sheet, table.sheet, headers, year)
