"""The holidays and make-up days that the State Council has published, from chinesecalendar, with their Chinese names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import chinese_calendar

_CHINESE = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def published_until() -> dt.date:
    """The end of the newest year with a published arrangement.

    A new year's own arrangement may still move the last days of December, as that of 2019 did with 29 and 31 December
    2018. No calendar can know that before it is published.
    """
    return dt.date(max(day.year for day in chinese_calendar.holidays), 12, 31)


def ruled(day: dt.date) -> bool | None:
    """``False`` on a public holiday, ``True`` on a make-up working day, ``None`` where the plain week holds."""
    if day in chinese_calendar.holidays:
        return False
    return True if day in chinese_calendar.workdays else None


def holiday(day: dt.date) -> str:
    """The holiday that frees a day, or that a make-up day is worked for: ``国庆节``; empty on a plain day."""
    name = chinese_calendar.holidays.get(day) or chinese_calendar.workdays.get(day)
    return _CHINESE.get(name, "法定节假日") if name else ""


def ruled_days() -> Iterator[dt.date]:
    """Every holiday and make-up day there is, in no order."""
    yield from chinese_calendar.holidays
    yield from chinese_calendar.workdays
