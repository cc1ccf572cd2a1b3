"""What the values of a column look like: telephones, plates, VINs, times, departments, people, sentences."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from workbook import vocabulary as v
from workbook.aliases import with_year
from workbook.cells import half_width, written_number, written_time
from workbook.table import TEMPORAL, Column, Kind

MOST = 200
"""So many filled cells tell what a column holds; they are taken evenly over its length."""

_PHONE = re.compile(r"(?:\+?86-?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}")
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·.\- ]?[A-Z0-9]{4,6}[挂学警港澳]?"
)
_VIN = re.compile(r"(?=.*\d)(?=.*[A-Z])[A-HJ-NPR-Z0-9]{17}")
_NAME = re.compile(r"[一-龥]{2,4}|[一-龥]{1,2}(?:先生|女士|小姐|师傅|经理|总)|[A-Z][a-z]+(?: [A-Z][a-z]+){1,2}")
_DEPARTMENT = re.compile(
    r"[一-龥]{1,8}(?:部|车间|中心|组|室|科|店|前台)|sales|service|parts|workshop|body ?shop|finance", re.IGNORECASE
)
_SERIALS = (32874, 73050)


def sample(cells: Sequence[Any]) -> list[Any]:
    """The filled cells of a column, at most :data:`MOST` of them."""
    filled = [
        cell for cell in cells if cell is not None and cell != "" and not (isinstance(cell, str) and cell.isspace())
    ]
    if len(filled) <= MOST:
        return filled
    return [filled[int(at)] for at in np.linspace(0, len(filled) - 1, MOST)]


def text(cell: Any) -> str:
    """A cell as compared here: half-width, whole numbers without their ``.0``."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return half_width(str(cell)).strip()


def is_moment(cell: Any) -> bool:
    """Whether a cell is a day or a time, as a date or written, with or without a year."""
    if isinstance(cell, dt.date):  # a datetime is one too; a time of day alone is none
        return True
    if isinstance(cell, str):
        return not np.isnat(written_time(next(iter(with_year([cell], 2000)))))
    return False


def _is_serial(cell: Any) -> bool:
    """A day as a bare number: 20261103, or what Excel counts."""
    if not isinstance(cell, int | float) or isinstance(cell, bool) or cell != cell:
        return False
    return _SERIALS[0] <= cell < _SERIALS[1] or (19_900_101 <= cell < 21_000_101 and is_moment(text(cell)))


def _looks(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda cell: pattern.fullmatch(re.sub(r"\s", "", text(cell)).upper()) is not None


def _listed(words: frozenset[str]) -> Callable[[Any], bool]:
    return lambda cell: text(cell) in words


_PHONES = _looks(_PHONE)
_BY_KIND: Mapping[Kind, Callable[[Any], bool]] = {
    Kind.PHONE: lambda cell: any(_PHONES(part) for part in re.split(r"[/、,;\s]+", text(cell)) if part),
    Kind.PLATE: lambda cell: _looks(_PLATE)(cell) or text(cell) in ("未上牌", "无牌", "新车", "临牌"),
    Kind.VIN: _looks(_VIN),
    Kind.PERSON: lambda cell: all(_NAME.fullmatch(part.strip()) for part in re.split(r"[、/,;]", text(cell))),
    Kind.NUMBER: lambda cell: isinstance(cell, int | float) or not np.isnan(written_number(text(cell))),
}


def share(column: Column, values: Sequence[Any]) -> float | None:
    """How many of the values look as the column's should, 0 to 1; ``None`` where nothing can be told."""
    if not values:
        return None
    if column.kind in TEMPORAL:
        return sum(is_moment(cell) or _is_serial(cell) for cell in values) / len(values)
    if column.list is v.DEPARTMENT:
        return sum(_DEPARTMENT.fullmatch(text(cell)) is not None for cell in values) / len(values)
    if column.list is not None and column.list.closed:
        return sum(map(_listed(frozenset(column.list.values)), values)) / len(values)
    if column.kind in _BY_KIND:
        return sum(map(_BY_KIND[column.kind], values)) / len(values)
    if column.name == "客户姓名":
        return sum(map(_BY_KIND[Kind.PERSON], values)) / len(values)
    return None


def length(values: Sequence[Any]) -> float:
    """How many signs a value has on average; texts only."""
    texts = [len(cell) for cell in values if isinstance(cell, str)]
    return sum(texts) / len(texts) if texts else 0.0
