"""Corrective and preventive measures: which were verified, which wait, and what closed cases still owe (X-02, TIER, OEM)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from automation.checks import closing
from automation.checks.closing import Owed
from automation.checks.facts import Facts
from automation.checks.tiers import VERIFIED
from automation.checks.trail import MANUFACTURER, PARTS_SHOP, SELLER, followed, saying
from automation.outcomes import in_vain
from automation.privacy import mask_text
from automation.reports import instants
from automation.reports.period import Period
from automation.reports.standing import BLANK, Standing
from workbook.schema import EVENTS

KINDS = ("纠正措施", "预防措施", "改善计划")
PATIENCE = dt.timedelta(days=30)
"""The sources name no day for verifying a measure; what was not verified by the next monthly analysis is overdue."""
IMPROVED: tuple[tuple[str, tuple[Owed, ...]], ...] = (
    (MANUFACTURER, closing.REPORTED),
    (SELLER, closing.PLANNED),
    (PARTS_SHOP, closing.EXPLAINED[1:]),
)
"""What closed cases of a flow must have left behind so that it gets better next time, as the checks ask for it."""


class State(StrEnum):
    """How far a measure is."""

    VERIFIED = "已验证"
    WAITING = "待验证"
    OVERDUE = "逾期未验证"
    IN_VAIN = "结果无效"

    @property
    def open(self) -> bool:
        return self is not State.VERIFIED


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry of 处理记录. ``row``: the ticket's register row; ``matter``, ``result`` with personal data masked.

    ``in_month``: it was taken in the month. ``age``: days since then, as of now.
    """

    ticket: str
    row: int | None
    department: str
    kind: str
    taken: dt.date | None
    age: int | None
    keeper: str
    matter: str
    result: str
    state: State
    in_month: bool


@dataclass(frozen=True, slots=True)
class Debt:
    """A closed case that lacks a paper its flow asks for. ``age``: days since it was closed."""

    ticket: str
    row: int
    department: str
    flow: str
    lacks: str
    closed: dt.date
    age: int


def measures(here: Standing, facts: Facts, period: Period) -> tuple[Measure, ...]:
    """Every measure that is open now, whenever it was taken, and those taken in the month; open ones first, then by age."""
    entries = facts.ledger[EVENTS].frame
    entries = entries[entries["编号"] != ""]
    taken = entries[entries["事项"].isin(KINDS)]
    verified = followed(taken, entries[entries["事项"] == VERIFIED])
    vain = taken.index.isin(saying(taken, "结果", in_vain).index)
    old = taken["时间"] < pd.Timestamp(facts.now - PATIENCE)
    in_month = (taken["时间"] >= pd.Timestamp(period.start)) & (taken["时间"] < pd.Timestamp(period.end))
    state = pd.Series(State.WAITING.value, index=taken.index, dtype=object)
    state[old] = State.OVERDUE.value
    state[vain] = State.IN_VAIN.value
    state[verified & ~vain] = State.VERIFIED.value
    listed = taken.assign(state=state, in_month=in_month)[(state != State.VERIFIED.value) | in_month]
    tickets = here.tickets
    rows = {number: int(row) for row, number in tickets["编号"].items() if number}
    made = [_measure(entry, rows.get(str(entry["编号"])), tickets, facts.now) for _, entry in listed.iterrows()]
    return tuple(sorted(made, key=lambda one: (not one.state.open, -(one.age if one.age is not None else -1))))


def _measure(entry: pd.Series, row: int | None, tickets: pd.DataFrame, now: dt.datetime) -> Measure:
    when = entry["时间"]
    names = [str(tickets.at[row, "客户姓名"])] if row is not None else []
    return Measure(
        ticket=str(entry["编号"]),
        row=row,
        department=(str(tickets.at[row, "被反馈部门"]) if row is not None else "") or BLANK,
        kind=str(entry["事项"]),
        taken=instants.day(when),
        age=None if pd.isna(when) else (now.date() - when.date()).days,
        keeper=str(entry["经手人"]),
        matter=mask_text(str(entry["内容"]), names),
        result=mask_text(str(entry["结果"]), names),
        state=State(entry["state"]),
        in_month=bool(entry["in_month"]),
    )


def debts(facts: Facts) -> tuple[Debt, ...]:
    """OEM, SALES, PARTS: closed cases without 《客户投诉分析报告》, 预防措施 or 改善计划, the oldest first."""
    return tuple(sorted(_debts(facts), key=lambda one: (-one.age, one.ticket)))


def _debts(facts: Facts) -> Iterator[Debt]:
    for flow, owed in IMPROVED:
        trail = facts.trails[flow]
        closed = trail.closed
        lacking: dict[int, list[str]] = {}
        for one in owed:
            for row in closed.index[~closed["编号"].isin(trail.of(*one.events)["编号"])]:
                lacking.setdefault(int(row), []).append(one.name)
        for row, names in lacking.items():
            day = closed.at[row, "归档时间"].date()
            department = str(closed.at[row, "被反馈部门"]) or BLANK
            age = (facts.now.date() - day).days
            yield Debt(str(closed.at[row, "编号"]), row, department, flow, "、".join(names), day, age)
