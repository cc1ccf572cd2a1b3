"""What a closed case must have left behind: reports, plans, measures, the signed agreement (OEM, SALES, PARTS, GENERIC)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.checks.malice import malicious
from automation.checks.trail import ENTERPRISE, MANUFACTURER, PARTS_SHOP, SELLER, Trail
from workbook.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Owed:
    """An entry of 处理记录: any of ``events`` will do; ``told``: only with something in 内容."""

    name: str
    events: tuple[str, ...]
    told: bool = False


REPORTED = (Owed("分析报告", ("分析报告",)), Owed("预防措施", ("预防措施",)))
PLANNED = (Owed("改善计划", ("改善计划",)),)
EXPLAINED = (
    Owed("写明内容的反馈结果", ("反馈结果",), told=True),
    Owed("改善计划或预防措施", ("改善计划", "预防措施")),
)
SIGNED = (Owed("客户签字的处理协议（协议签署）", ("协议签署",)),)


def _lacking(trail: Trail, cases: pd.DataFrame, owed: tuple[Owed, ...]) -> dict[int, str]:
    """The Excel rows of the cases that lack something, each with what it lacks."""
    lacking: dict[int, list[str]] = {}
    for one in owed:
        entries = trail.of(*one.events)
        entries = entries[entries["内容"] != ""] if one.told else entries
        for row in cases.index[~cases["编号"].isin(entries["编号"])]:
            lacking.setdefault(row, []).append(one.name)
    return {row: "、".join(names) for row, names in sorted(lacking.items())}


def _say(lacking: dict[int, str], row: int) -> str:
    return f"已归档，但处理记录中没有{lacking[row]}"


def analysis_and_prevention(facts: Facts) -> Iterator[Finding]:
    """OEM: closed without the analysis report or preventive measures of the case."""
    trail = facts.trails[MANUFACTURER]
    lacking = _lacking(trail, trail.closed, REPORTED)
    yield from mark(
        facts.ledger.register,
        lacking,
        "归档时间",
        "OEM",
        Severity.WARNING,
        lambda row: _say(lacking, row),
        "编写《客户投诉分析报告》、实施预防措施，并各记一条处理记录",
    )


def improvement_plan(facts: Facts) -> Iterator[Finding]:
    """SALES: closed without an improvement plan to the top manager."""
    trail = facts.trails[SELLER]
    lacking = _lacking(trail, trail.closed, PLANNED)
    yield from mark(
        facts.ledger.register,
        lacking,
        "归档时间",
        "SALES",
        Severity.WARNING,
        lambda row: _say(lacking, row),
        "完成后呈报最高主管并制定改善计划，记一条“改善计划”",
    )


def solution_recorded(facts: Facts) -> Iterator[Finding]:
    """SALES: completed without saying how, or closed without saying when it was completed."""
    cases, closed = facts.trails[SELLER].cases, facts.trails[SELLER].closed
    completed = cases["执行完成时间"].notna() | cases["归档时间"].notna()
    yield from mark(
        facts.ledger.register,
        cases.index[completed & (cases["处理意见"] == "")],
        "处理意见",
        "SALES",
        Severity.WARNING,
        lambda row: "处理已完成，但没有登记处理方案",
        "在“处理意见”中写明处理方案",
    )
    yield from mark(
        facts.ledger.register,
        closed.index[closed["执行完成时间"].isna()],
        "执行完成时间",
        "SALES",
        Severity.WARNING,
        lambda row: "已归档，但没有登记处理完成的日期；三日内的跟踪回访从这一天起算",
        "填写执行完成时间",
    )


def result_and_improvement(facts: Facts) -> Iterator[Finding]:
    """PARTS: closed without an explained result or without a measure that makes it better next time."""
    trail = facts.trails[PARTS_SHOP]
    lacking = _lacking(trail, trail.closed, EXPLAINED)
    yield from mark(
        facts.ledger.register,
        lacking,
        "归档时间",
        "PARTS",
        Severity.WARNING,
        lambda row: _say(lacking, row),
        "向客户反馈问题原因、解决方案和后续安排，制定改进措施，并各记一条处理记录",
    )


def signed_plan(facts: Facts) -> Iterator[Finding]:
    """GENERIC: closed without the customer's signature on the plan; a malicious complaint ends in none."""
    trail = facts.trails[ENTERPRISE]
    cases = trail.closed[~trail.closed["编号"].isin(malicious(facts.ledger))]
    lacking = _lacking(trail, cases, SIGNED)
    yield from mark(
        facts.ledger.register,
        lacking,
        "归档时间",
        "GENERIC",
        Severity.WARNING,
        lambda row: _say(lacking, row),
        "请客户在处理协议上签字，记一条“协议签署”",
    )


CHECKS: tuple[Check, ...] = (
    analysis_and_prevention,
    improvement_plan,
    solution_recorded,
    result_and_improvement,
    signed_plan,
)
