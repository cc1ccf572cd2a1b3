"""Customers who had to come back: another ticket of the same car or telephone after a case was closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Facts
from automation.identifiers import NO_PLATE
from automation.reports.figures import Cases
from automation.reports.lessons.faults import UNNAMED
from automation.reports.period import Period
from automation.reports.standing import Standing, cases, within
from automation.sidesheets import warranty
from automation.sidesheets.recurrence import recurrences
from workbook.schema import WARRANTY

LOOK_BACK = dt.timedelta(days=365)
"""How long after a case was closed another one still counts as coming back."""
KEYS = ("车架号", "车牌号", "联系电话")
"""What two tickets must share, the surest first: the car, then the customer."""
SAME_CAR = KEYS[:2]
SAME_FAULT, SAME_CATEGORY = "同一故障", "同一类别"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A ticket of the month that followed a closed one. ``key``: what they share; ``alike``: 同一故障, 同一类别 or nothing.

    ``days``: whole days from the closing of the earlier to the receipt of this one. ``group``: how tickets of one
    customer are told apart from others, from 1.
    """

    group: int
    row: int
    earlier: int
    key: str
    alike: str
    days: int


@dataclass(frozen=True, slots=True)
class CameBack:
    """A fault back within a month of a repair (``sidesheets.recurrence``). ``row``: the ticket, where there is one."""

    ticket: str
    row: int | None
    repaired: dt.date
    back: dt.date
    fault: str
    """As it is written, not masked."""


@dataclass(frozen=True, slots=True)
class Warranty:
    """Cars that came back in the month, by the verdict of 维修质保 (REPAIR); Excel rows of that sheet."""

    within: Cases
    outside: Cases
    unknown: Cases

    @property
    def count(self) -> int:
        return self.within.count + self.outside.count + self.unknown.count


def repeats(here: Standing, fault: pd.Series, period: Period) -> tuple[Repeat, ...]:
    """The repeats of a month, one line a ticket, those of one customer together, the largest groups first.

    Of several earlier cases the same car is told before the same telephone, then the one closed last.
    """
    tickets = here.tickets
    mine = tickets[within(tickets["received"], period)]
    found: dict[int, tuple[int, str]] = {}
    for key in KEYS:
        left = mine.loc[_known(mine[key]) & ~mine.index.isin(list(found)), [key, "received"]]
        right = tickets.loc[tickets["closed_at"].notna() & tickets[key].isin(set(left[key])), [key, "closed_at"]]
        if left.empty or right.empty:
            continue
        met = pd.merge_asof(
            left.assign(row=left.index).sort_values(["received", "row"]),
            right.assign(earlier=right.index).sort_values(["closed_at", "earlier"]),
            left_on="received",
            right_on="closed_at",
            by=key,
            tolerance=pd.Timedelta(LOOK_BACK),
            allow_exact_matches=False,
        ).dropna(subset=["earlier"])
        found |= {int(row): (int(other), key) for row, other in zip(met["row"], met["earlier"], strict=True)}
    groups = _groups(found)
    made = [
        Repeat(groups[row], row, other, key, _alike(tickets, fault, row, other), _days(tickets, row, other))
        for row, (other, key) in found.items()
    ]
    sizes = {one: sum(group == one for group in groups.values()) for one in set(groups.values())}
    ordered = sorted(made, key=lambda one: (-sizes[one.group], groups[one.row], one.row))
    numbers = {group: number for number, group in enumerate(dict.fromkeys(one.group for one in ordered), start=1)}
    return tuple(Repeat(numbers[r.group], r.row, r.earlier, r.key, r.alike, r.days) for r in ordered)


def _known(values: pd.Series) -> pd.Series:
    return (values != "") & ~values.isin(NO_PLATE)


def _groups(found: dict[int, tuple[int, str]]) -> dict[int, int]:
    """The repeats of a month by what holds them together: a ticket's earlier one, and the earlier one of that."""
    root: dict[int, int] = {}

    def first(row: int) -> int:
        while row in root:
            row = root[row]
        return row

    for row in sorted(found):
        one, other = first(row), first(found[row][0])
        if one != other:
            root[one] = other
    return {row: first(row) for row in found}


def _alike(tickets: pd.DataFrame, fault: pd.Series, row: int, other: int) -> str:
    if fault.at[row] == fault.at[other] and fault.at[row] not in ("", UNNAMED):
        return SAME_FAULT
    same = tickets.at[row, "反馈类别"] == tickets.at[other, "反馈类别"] != ""
    return SAME_CATEGORY if same else ""


def _days(tickets: pd.DataFrame, row: int, other: int) -> int:
    return int((tickets.at[row, "received"].normalize() - tickets.at[other, "closed_at"].normalize()).days)


def came_back(facts: Facts, period: Period) -> tuple[CameBack, ...]:
    """EVQ: the faults that came back within a month of a repair, in the month they came back, oldest first."""
    return tuple(sorted(_came_back(facts, period), key=lambda one: (one.back, one.ticket)))


def _came_back(facts: Facts, period: Period) -> Iterator[CameBack]:
    repairs, register = facts.ledger[WARRANTY].frame, facts.register
    rows = {number: int(row) for row, number in register["编号"].items() if number}
    for one in recurrences(facts.ledger):
        if period.first <= one.back.date() <= period.last:
            ticket = str(one.records.frame.at[one.row, "编号"]) or str(repairs.at[one.repaired, "编号"])
            fault = str(repairs.at[one.repaired, "故障现象"])
            yield CameBack(ticket, rows.get(ticket), one.out.date(), one.back.date(), fault)


def warranties(facts: Facts, period: Period) -> Warranty:
    """REPAIR: the verdicts on cars whose 再修日期, or else the receipt of their ticket, lies in the month."""
    repairs, register = facts.ledger[WARRANTY].frame, facts.register
    received = register.loc[register["编号"] != "", ["编号", "接收时间"]].drop_duplicates("编号").set_index("编号")
    asked = pd.Series(received["接收时间"].reindex(repairs["编号"]).to_numpy("M8[s]"), index=repairs.index)
    mine = repairs[within(repairs["再修日期"].fillna(asked), period)]
    verdict = warranty.verdicts(mine) if len(mine) else pd.Series("", index=mine.index, dtype=object)
    inside, outside = verdict.str.startswith("质保期内"), verdict.str.startswith("超出质保期")
    return Warranty(cases(mine.index[inside]), cases(mine.index[outside]), cases(mine.index[~inside & ~outside]))
