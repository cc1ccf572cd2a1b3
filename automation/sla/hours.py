"""The sheets 营业时间 and 节假日, read: when the dealership is open, on which days it is not."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from automation.sla.calendar import DAY, DEFAULT_HOURS, Hours, merge
from workbook.cells import half_width
from workbook.finding import Finding, Severity
from workbook.ledger import Records
from workbook.vocabulary import WEEKDAY

_CLOCK = re.compile(r"(\d{1,2})[:时点](\d{1,2})?分?(?::\d{1,2})?")
_PAIRS = (("上午起", "上午止"), ("下午起", "下午止"))


@dataclass(frozen=True, slots=True)
class Days:
    """``week``: opening hours Monday to Sunday; ``days``: the dealership's own open (``True``) and closed days."""

    week: tuple[Hours, ...]
    days: Mapping[dt.date, bool]


def read(hours: Records, holidays: Records) -> tuple[Days, tuple[Finding, ...]]:
    """Both sheets. Without 营业时间 every day is open 08:30-12:00 and 13:30-18:00; bad cells are findings (CAL-01)."""
    findings: list[Finding] = []
    week: dict[str, Hours] = {}
    for row, line in zip(hours.frame.index, hours.frame.to_dict("records"), strict=True):
        if line["星期"] not in WEEKDAY.values:
            continue
        segments = []
        for begin, end in _PAIRS:
            edges = [_seconds(line[begin]), _seconds(line[end])]
            if edges == [None, None]:
                continue
            first, last = edges
            if first is None or last is None or last <= first:
                findings.append(_bad(hours, row, begin, f"{line['星期']}的“{begin}–{end}”看不懂或起止颠倒，当作不营业"))
            else:
                segments.append((first, last))
        week[line["星期"]] = merge(segments)
    days = {}
    for row, line in zip(holidays.frame.index, holidays.frame.to_dict("records"), strict=True):
        if pd.notna(line["日期"]) and line["类型"] in ("休", "班"):
            days[line["日期"].date()] = line["类型"] == "班"
        elif line["类型"] or pd.notna(line["日期"]):
            findings.append(_bad(holidays, row, "日期", "日期或类型缺失，这一行不起作用"))
    usual = (DEFAULT_HOURS,) * 7 if not week else tuple(week.get(day, ()) for day in WEEKDAY.values)
    return Days(usual, days), tuple(findings)


def _seconds(value: Any) -> int | None:
    """A time of day as seconds after midnight: an Excel time, a fraction of a day, or text such as ``8:30``."""
    if isinstance(value, dt.time):
        return value.hour * 3600 + value.minute * 60 + value.second
    if isinstance(value, dt.datetime):
        return value.hour * 3600 + value.minute * 60
    if isinstance(value, float) and 0 <= value <= 1:
        return round(value * DAY)
    match = _CLOCK.fullmatch(half_width(str(value)).strip())
    if match is None:
        return None
    seconds = int(match[1]) * 3600 + int(match[2] or 0) * 60
    return seconds if seconds <= DAY else None


def _bad(records: Records, row: int, column: str, told: str) -> Finding:
    return Finding(
        "CAL-01",
        Severity.WARNING,
        f"{records.place(row, column)} {told}",
        "营业时间写成 8:30 这样的时刻；节假日的类型写 休 或 班",
        records.cell(row, column),
        sheet=records.sheet,
    )
