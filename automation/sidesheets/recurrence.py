"""The same vehicle failing the same way within one month of a repair (EVQ)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from automation.sidesheets import months
from workbook.ledger import Ledger, Records
from workbook.schema import WARRANTY

ALIKE = 0.6
"""How alike two faults must be told (difflib ratio), as for duplicate tickets."""

FAULTS = ("质量问题", "维修技术", "配件质量", "产品质量", "首保索赔", "")
"""Categories of the register under which a fault may stand; the others are about service, price or time."""

_TELLING = 4
"""From so many signs on a fault that another text holds word for word is the same one."""

_SIGNS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A fault that came back: the repair's row in 维修质保 and when the fault was there again, in ``records``."""

    repaired: int
    out: pd.Timestamp
    records: Records
    row: int
    column: str
    back: pd.Timestamp


def recurrences(ledger: Ledger) -> Iterator[Recurrence]:
    """Every fault that came back by the same day of the next month, once a place where it came back.

    A row of 维修质保 tells of one fault, so its own 再修日期 counts; other rows and tickets of the car count when they
    tell the fault in like words. A ticket that the row itself is about is not named a second time.
    """
    records = ledger[WARRANTY]
    repairs = records.frame[records.frame["出厂日期"].notna()]
    if repairs.empty:
        return
    out = repairs["出厂日期"].dt.normalize()
    until = pd.Series(months.after(repairs["出厂日期"].to_numpy(), 1).astype("M8[s]"), index=repairs.index)
    back = repairs["再修日期"].dt.normalize()
    own = {int(row) for row in repairs.index[(back >= out) & (back <= until)]}
    for row in sorted(own):
        yield _came_back(records, row, records, row, "再修日期")
    named = repairs[(repairs["车架号"] != "") & (repairs["故障现象"] != "")]
    tickets = _tickets(ledger, named)
    told, seen = set(own), set[int]()
    shared = named["车架号"].duplicated(keep=False) | named["车架号"].isin(tickets.keys())
    cars = dict(list(named[shared].groupby("车架号", sort=False)))
    for row in named.index[shared]:  # each with the few rows and tickets of the same car
        car, fault = named.at[row, "车架号"], named.at[row, "故障现象"]
        span = out.at[row], until.at[row]
        for column in ("再修日期",) if row in own else ("再修日期", "出厂日期"):
            for other in _within(cars[car].drop(index=row)[column], *span):
                if other not in told and _alike(fault, named.at[other, "故障现象"]):
                    told.add(other)
                    yield _came_back(records, int(row), records, other, column)
        for other in _within(tickets[car]["接收时间"], *span) if car in tickets else ():
            if other not in seen and _alike(fault, ledger.register.frame.at[other, "内容概要"]):
                seen.add(other)
                yield _came_back(records, int(row), ledger.register, other, "内容概要")


def _tickets(ledger: Ledger, named: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The tickets about a fault of each car of 维修质保, but those that a row with its 再修日期 is already about."""
    register = ledger.register.frame
    fits = register["车架号"].isin(set(named["车架号"])) & register["反馈类别"].isin(FAULTS)
    spoken_for = set(named.loc[named["再修日期"].notna(), "编号"]) - {""}
    found = register[fits & register["接收时间"].notna() & ~register["编号"].isin(spoken_for)]
    return {str(car): frame for car, frame in found.groupby("车架号", sort=False)}


def _within(back: pd.Series, out: pd.Timestamp, until: pd.Timestamp) -> list[int]:
    day = back.dt.normalize()
    return [int(row) for row in back.index[(day > out) & (day <= until)]]


def _came_back(records: Records, repaired: int, there: Records, row: int, column: str) -> Recurrence:
    back = there.frame.at[row, "接收时间" if column == "内容概要" else column]
    return Recurrence(repaired, records.frame.at[repaired, "出厂日期"], there, row, column, back)


def _alike(one: str, other: str) -> bool:
    texts = [_SIGNS.sub("", text).lower() for text in (one, other)]
    if not all(texts):
        return False
    short, long = sorted(texts, key=len)
    if short == long or (len(short) >= _TELLING and short in long):
        return True
    return difflib.SequenceMatcher(None, short, long, autojunk=False).ratio() >= ALIKE
