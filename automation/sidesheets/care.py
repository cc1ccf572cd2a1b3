"""Customer care (X-04): whom to ring up next, for what, by which day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from automation.sidesheets import months
from automation.sidesheets.months import Days

EVENT, DUE = "事项", "应联系日期"

LAPSE = 30
"""So many days after its day a call after delivery, or a birthday, is no longer owed: nobody wants it then."""

GRACE = 7
"""So many days a contact may be behind before it is a finding."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why a customer is to be contacted, on the day ``base`` + ``months`` + ``days``.

    A contact counts for it from ``early`` days before. ``lapses``: whether it is dropped when it was not made; the
    others stay owed until staff move on the date.
    """

    name: str
    base: str
    months: int = 0
    days: int = 0
    early: int = 0
    lapses: bool = False


OCCASIONS = (
    Occasion("交车后3天回访", "交车日期", days=3, early=2, lapses=True),
    Occasion("交车后1周回访", "交车日期", days=7, early=3, lapses=True),
    Occasion("交车后1个月回访", "交车日期", months=1, early=7, lapses=True),
    Occasion("交车后3个月回访", "交车日期", months=3, early=14, lapses=True),
    Occasion("保险续保提醒", "保险到期", days=-30),
    Occasion("保养提醒", "下次保养", days=-7),
)
"""What the source calls days, weeks and months after delivery, and the reminders before maintenance and insurance."""

BIRTHDAY = "生日问候"
_BIRTHDAY_EARLY = 1


def plan(frame: pd.DataFrame, now: dt.datetime) -> pd.DataFrame:
    """``事项`` and ``应联系日期`` of every row of 客户关怀: the earliest contact not made yet; empty where none is owed.

    A contact (实际联系日期, if it has come) makes every one whose time had begun by then. A call after delivery is also
    dropped when the next one of its kind falls due.
    """
    today = np.datetime64(now.date(), "D")
    contacted = frame["实际联系日期"].to_numpy(dtype="M8[s]").astype("M8[D]")
    contacted = np.where(contacted <= today, contacted, np.datetime64("NaT"))  # TIME-01: it has not been made yet
    names: list[str] = []
    owed: list[Days] = []
    for name, due, begins, ends in _occasions(frame, today):
        open_ = ~(contacted >= begins) & ~(today > ends)
        names.append(name)
        owed.append(np.where(open_, due, np.datetime64("NaT")))
    table = np.column_stack(owed).astype("M8[D]")
    far = np.where(np.isnat(table), np.datetime64("9999-12-31"), table)
    first = far.argmin(axis=1)
    due = table[np.arange(len(table)), first] if len(table) else np.array([], dtype="M8[D]")
    words = np.where(np.isnat(due), "", np.array(names, dtype=object)[first])
    days = pd.Series(due.astype("M8[s]"), index=frame.index)
    return pd.DataFrame({EVENT: pd.Series(words, index=frame.index, dtype=object), DUE: days})


def _occasions(frame: pd.DataFrame, today: np.datetime64) -> Iterator[tuple[str, Days, Days, Days]]:
    """Each occasion of every row: its name, its day, from when a contact counts for it, the last day it is owed."""
    never = np.datetime64("9999-12-31")
    dues = [_day(frame, occasion) for occasion in OCCASIONS]
    for position, occasion in enumerate(OCCASIONS):
        due, ends = dues[position], np.full(len(frame), never)
        if occasion.lapses:
            ends = due + LAPSE
            following = OCCASIONS[position + 1 : position + 2]
            if following and following[0].base == occasion.base:
                ends = np.minimum(ends, dues[position + 1] - 1)
        yield occasion.name, due, due - occasion.early, ends
    born = frame["生日"].to_numpy(dtype="M8[s]").astype("M8[D]")
    age = today.astype("M8[Y]").astype(int) - born.astype("M8[Y]").astype(int)
    for years in (-1, 0, 1):
        due = months.after(born, 12 * np.where(np.isnat(born), 0, age + years))  # 29 February: the 28th
        yield BIRTHDAY, due, due - _BIRTHDAY_EARLY, due + LAPSE


def _day(frame: pd.DataFrame, occasion: Occasion) -> Days:
    base = frame[occasion.base].to_numpy(dtype="M8[s]").astype("M8[D]")
    day: Days = months.after(base, occasion.months) + np.timedelta64(occasion.days, "D")
    return day
