"""Repairs: a complaint about one is held against its warranty (REPAIR), and a fault that came back is told (EVQ)."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.sidesheets.recurrence import Recurrence, recurrences
from automation.sidesheets.warranty import SOURCE, days_between
from workbook.finding import Finding, Severity
from workbook.schema import WARRANTY

_FLOW = "维修企业"
_ABOUT_REPAIRS = ("质量问题", "维修技术")


def unchecked(facts: Facts) -> Iterator[Finding]:
    """REPAIR: a complaint about a repair that nobody has held against the warranty. A workbook without 维修质保 is spared."""
    if not facts.ledger[WARRANTY].present:
        return
    register = facts.register
    about = register["流程"].eq(_FLOW) & register["反馈类别"].isin(_ABOUT_REPAIRS) & register["编号"].ne("")
    listed = set(facts.ledger[WARRANTY].frame["编号"])
    yield from mark(
        facts.ledger.register,
        register.index[about & ~register["编号"].isin(listed)],
        "反馈类别",
        "REPAIR",
        Severity.WARNING,
        lambda row: f"投诉的是维修质量，但“{WARRANTY.sheet}”里没有这一单，不知道在不在质量保证期内",
        f"在“{WARRANTY.sheet}”登记维修类型、出厂和再修的日期、里程，由 kesu 按{SOURCE}核对",
    )


def backwards(facts: Facts) -> Iterator[Finding]:
    """REPAIR: a car that came back before it left, by the day or by the kilometres."""
    records = facts.ledger[WARRANTY]
    frame = records.frame
    yield from mark(
        records,
        frame.index[days_between(frame) < 0],
        "再修日期",
        "REPAIR",
        Severity.ERROR,
        lambda row: f"再修日期 {frame.at[row, '再修日期']:%Y-%m-%d} 早于出厂日期 {frame.at[row, '出厂日期']:%Y-%m-%d}",
        "核对两个日期；改正前无法判定质保期",
    )
    yield from mark(
        records,
        frame.index[frame["再修里程"] < frame["出厂里程"]],
        "再修里程",
        "REPAIR",
        Severity.ERROR,
        lambda row: f"再修里程 {frame.at[row, '再修里程']:.0f} 小于出厂里程 {frame.at[row, '出厂里程']:.0f}",
        "核对两个里程；改正前无法判定质保期",
    )


def came_back(facts: Facts) -> Iterator[Finding]:
    """EVQ: the same vehicle failing the same way within one month of a repair."""
    for again in recurrences(facts.ledger):
        yield from mark(
            again.records,
            [again.row],
            again.column,
            "EVQ",
            Severity.WARNING,
            lambda row, again=again: _told(facts, again),  # type: ignore[misc]
            "查明是不是同一故障、是不是人为造成；属维修质量的免费返修，并报技术总监分析原因",
        )


def _told(facts: Facts, again: Recurrence) -> str:
    repairs = facts.ledger[WARRANTY]
    fault = str(repairs.frame.at[again.repaired, "故障现象"]).split("\n")[0][:30]
    told = f"{again.back:%Y-%m-%d} 又出现同类故障" + (f"“{fault}”" if fault else "")
    here = repairs.place(again.repaired, "出厂日期")
    return f"{told}，在上次维修出厂（{here}，{again.out:%Y-%m-%d}）后一个月内"


CHECKS: tuple[Check, ...] = (unchecked, backwards, came_back)
