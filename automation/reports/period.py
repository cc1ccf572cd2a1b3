"""The days a report is about: a week from Tuesday to Monday, or a calendar month.

STD-18 sends the summary every Tuesday and on the 2nd of each month. A week therefore ends on the Monday before the
Tuesday it is sent, and takes its name from the ISO week it begins in: ``2026-W46`` is Tuesday 10 to Monday 16 November
2026, six of whose days lie in that ISO week. The weeks leave no gap and no overlap, also over the turn of a year.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from workbook.errors import KesuError

WEEKLY, MONTHLY = "weekly", "monthly"
_TUESDAY = 1
_WEEK = re.compile(r"(\d{4})-?[Ww](\d{1,2})")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")


class BadPeriod(KesuError):
    """The words after ``--period`` are no period of this report."""


@dataclass(frozen=True, slots=True)
class Period:
    """``first`` and ``last`` are days, both included; ``label`` names the period for ever: it is part of keys."""

    kind: str
    first: dt.date
    last: dt.date
    label: str

    @property
    def start(self) -> dt.datetime:
        """The first instant of the period."""
        return dt.datetime.combine(self.first, dt.time.min)

    @property
    def end(self) -> dt.datetime:
        """The first instant after the period."""
        return dt.datetime.combine(self.last + dt.timedelta(days=1), dt.time.min)

    @property
    def before(self) -> Period:
        """The period of the same kind that ends the day before this one begins."""
        return containing(self.kind, self.first - dt.timedelta(days=1))

    @property
    def words(self) -> str:
        """As a subject shows it: ``2026-11-10~11-16``, ``2026年10月``; with both years over the turn of a year."""
        if self.kind == MONTHLY:
            return f"{self.first.year}年{self.first.month}月"
        same = self.first.year == self.last.year
        return f"{self.first:%Y-%m-%d}~{self.last:{'%m-%d' if same else '%Y-%m-%d'}}"

    @property
    def name(self) -> str:
        """What it is called in a sentence: ``本期``, ``10月``; 本周 would be the wrong week on the day it is sent."""
        return f"{self.first.month}月" if self.kind == MONTHLY else "本期"

    @property
    def name_before(self) -> str:
        """What the period before is called: ``上期``, ``9月``."""
        return self.before.name if self.kind == MONTHLY else "上期"


def containing(kind: str, day: dt.date) -> Period:
    """The period of ``kind`` that ``day`` lies in. Raises ``ValueError`` for a kind that is none."""
    if kind == MONTHLY:
        first = day.replace(day=1)
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        return Period(kind, first, last, f"{first:%Y-%m}")
    if kind != WEEKLY:
        raise ValueError(f"no such kind of period: {kind}")
    first = day - dt.timedelta(days=(day.weekday() - _TUESDAY) % 7)
    year, week, _ = first.isocalendar()
    return Period(kind, first, first + dt.timedelta(days=6), f"{year}-W{week:02}")


def last_complete(kind: str, now: dt.datetime) -> Period:
    """The newest period that was over at ``now``: what the report of that day is about."""
    return containing(kind, now.date()).before


def parse(kind: str, text: str) -> Period:
    """The period that ``--period`` names: its label (``2026-W46``, ``2026-10``) or any day in it (``2026-11-12``).

    Raises :class:`BadPeriod` with the sentence for staff.
    """
    text = text.strip()
    try:
        if day := _DAY.fullmatch(text):
            return containing(kind, dt.date(*map(int, day.groups())))
        if kind == WEEKLY and (week := _WEEK.fullmatch(text)):
            return containing(kind, dt.date.fromisocalendar(int(week[1]), int(week[2]), _TUESDAY + 1))
        if kind == MONTHLY and (month := _MONTH.fullmatch(text)):
            return containing(kind, dt.date(int(month[1]), int(month[2]), 1))
    except (ValueError, OverflowError):
        pass  # such a week, month or day does not exist: the same sentence as for a form that is wrong
    form = "月份，如 2026-10" if kind == MONTHLY else "周，如 2026-W46（11月10日周二至11月16日周一）"
    raise BadPeriod(f"--period “{text}”看不懂：请写{form}，或其中任何一天，如 2026-11-12")
