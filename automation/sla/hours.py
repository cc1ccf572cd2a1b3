"""The sheets 营业时间 and 节假日, read: when the dealership is open, on which days it is not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from automation.sla.calendar import DAY, DEFAULT_HOURS, Hours, merge
from workbook.cells import half_width
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.vocabulary import WEEKDAY

_CLOCK = re.compile(r"(\d{1,2})[:时点](\d{1,2})?分?(?::(\d{1,2}))?")
_CLOSED = frozenset({"", "休", "休息", "不营业", "无", "-", "--", "—", "——", "/"})
_SERIAL_ONE = frozenset({dt.date(1900, 1, 1), dt.date(1904, 1, 2)})
"""24:00 in a cell with the format of a time of day is the number 1, and is read as the first day Excel knows."""


@dataclass(frozen=True, slots=True)
class Days:
    """``week``: opening hours Monday to Sunday; ``days``: the dealership's own open (``True``) and closed days, and what
    the sheet calls them (``names``, where it does).
    """

    week: tuple[Hours, ...]
    days: Mapping[dt.date, bool]
    names: Mapping[dt.date, str] = field(default_factory=dict)


class _Unclear(ValueError):
    """A time of day that cannot be read; the text is the column's name."""


def read(hours: Records, holidays: Records) -> tuple[Days, tuple[Finding, ...]]:
    """Both sheets. Without 营业时间 every day is open 08:30-12:00 and 13:30-18:00; bad cells are findings (CAL-01).

    A weekday that 营业时间 does not list, or whose times are empty, is closed. Where a weekday or date stands twice the
    last row counts.
    """
    findings: list[Finding] = []
    week = _week(hours, findings)
    days = _own_days(holidays, findings)
    names = {day: name for day, (_, name) in days.items() if name}
    usual = tuple(week.get(day, ()) for day in WEEKDAY.values) if week else (DEFAULT_HOURS,) * 7
    return Days(usual, {day: opened for day, (opened, _) in days.items()}, names), tuple(findings)


def _week(hours: Records, findings: list[Finding]) -> dict[str, Hours]:
    week: dict[str, Hours] = {}
    for row, line in zip(hours.frame.index, hours.frame.to_dict("records"), strict=True):
        weekday = line["星期"]
        if weekday not in WEEKDAY.values:
            continue
        segments = []
        for begin, end in _pairs(line):
            try:
                first, last = _seconds(line, begin), _seconds(line, end)
            except _Unclear as error:
                findings.append(_bad(hours, row, str(error), f"{weekday}的“{error}”看不懂，“{begin}–{end}”当作不营业"))
                continue
            last = DAY if last == 0 and first else last  # until midnight
            if first is None and last is None:
                continue
            if first is None or last is None:
                lacking = begin if first is None else end
                findings.append(_bad(hours, row, lacking, f"{weekday}缺“{lacking}”，“{begin}–{end}”当作不营业"))
            elif last <= first:
                findings.append(_bad(hours, row, begin, f"{weekday}的“{begin}–{end}”起止颠倒，当作不营业"))
            else:
                segments.append((first, last))
        opened = merge(segments)
        if week.get(weekday, opened) != opened:
            findings.append(_bad(hours, row, "星期", f"{weekday}写了两行，时间不同，按这一行计算"))
        week[weekday] = opened
    return week


def _pairs(line: Mapping[Any, Any]) -> Iterator[tuple[str, str]]:
    """Where a segment begins and ends: morning and afternoon, or 上午起 to 下午止 where there is no break at noon."""
    if _empty(line["上午止"]) and _empty(line["下午起"]):
        yield "上午起", "下午止"
    else:
        yield "上午起", "上午止"
        yield "下午起", "下午止"


def _own_days(holidays: Records, findings: list[Finding]) -> dict[dt.date, tuple[bool, str]]:
    days: dict[dt.date, tuple[bool, str]] = {}
    for row, line in zip(holidays.frame.index, holidays.frame.to_dict("records"), strict=True):
        if pd.notna(line["日期"]) and line["类型"] in ("休", "班"):
            day, opened = line["日期"].date(), line["类型"] == "班"
            if days.get(day, (opened, ""))[0] is not opened:
                findings.append(_bad(holidays, row, "类型", f"{day:%Y-%m-%d} 又写休又写班，按这一行计算"))
            days[day] = (opened, " ".join(str(line["名称"]).split()))
        elif line["类型"] or pd.notna(line["日期"]):
            findings.append(_bad(holidays, row, "日期", "日期或类型缺失，这一行不起作用"))
    return days


def _seconds(line: Mapping[Any, Any], column: str) -> int | None:
    """A time of day as seconds after midnight, ``None`` where nothing is open. Raises :class:`_Unclear`.

    An Excel time or duration (24:00 is one), a fraction of a day, or text such as ``8:30``.
    """
    value = line[column]
    if _empty(value):
        return None
    seconds = _clock(value)
    if seconds is None or not 0 <= seconds <= DAY:
        raise _Unclear(column)
    return seconds


def _empty(value: Any) -> bool:
    return value is None or value is pd.NaT or half_width(str(value)).strip() in _CLOSED


def _clock(value: Any) -> int | None:
    if isinstance(value, dt.time | dt.datetime):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, dt.date):
        return DAY if value in _SERIAL_ONE else None
    if isinstance(value, dt.timedelta):
        return round(value.total_seconds())
    if isinstance(value, float) and 0 <= value <= 1:
        return round(value * DAY)
    match = _CLOCK.fullmatch(half_width(str(value)).strip())
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    return hour * 3600 + minute * 60 + second if minute < 60 and second < 60 else None


def _bad(records: Records, row: int, column: str, told: str) -> Finding:
    return Finding(
        "CAL-01",
        Severity.WARNING,
        f"{records.place(row, column)} {told}",
        "营业时间写成 8:30 这样的时刻；节假日的类型写 休 或 班",
        records.cell(row, column),
        sheet=records.sheet,
    )
