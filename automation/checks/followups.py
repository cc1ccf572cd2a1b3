"""Follow-ups until the customer is satisfied (SALES, GENERIC), and what failed again and again (SALES)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.checks.malice import malicious
from automation.checks.trail import ENTERPRISE, MAJOR, SELLER, Trail, saying
from automation.outcomes import in_vain, refused
from workbook.finding import Finding, Severity
from workbook.schema import CALLBACKS

FOLLOW_UPS = ("跟踪回访", "三日回访")
FILED = "上报备案"
_NOBODY = re.compile(r"无人接|未接通|没接通|未联系上|没联系上|关机|停机|空号|占线")
_AGAIN = 2
"""So many failures make a case a repeatedly failed one."""


def _calls(facts: Facts, trail: Trail) -> pd.DataFrame:
    """Every follow-up that reached the customer, in order of time: 编号, 时间, ``unhappy``.

    They stand in 处理记录, in 回访记录 or, the one of the register itself, in 回访时间 and 满意度.
    """
    noted = trail.of(*FOLLOW_UPS)
    noted = noted.assign(said=noted["结果"].where(noted["结果"] != "", noted["内容"]))
    noted = saying(noted, "said", lambda text: bool(text) and _NOBODY.search(text) is None)
    called = facts.ledger[CALLBACKS].frame
    called = called[called["编号"].isin(trail.cases["编号"]) & (called["接通"] != "否") & (called["满意度"] != "")]
    own = trail.cases[trail.cases["回访时间"].notna() & (trail.cases["满意度"] != "")]
    parts = [noted[["编号", "时间"]].assign(unhappy=noted.index.isin(saying(noted, "said", refused).index))]
    for frame in (called, own):
        named = frame[["编号", "回访时间"]].rename(columns={"回访时间": "时间"})
        parts.append(named.assign(unhappy=frame.index.isin(saying(frame, "满意度", refused).index)))
    return pd.concat(parts, ignore_index=True).sort_values("时间", kind="stable")


def reported_and_filed(facts: Facts) -> Iterator[Finding]:
    """SALES: a major or repeatedly failed case not reported to the after-sales manager and put on file.

    A major case has the day it came in for that: the source says promptly.
    """
    trail = facts.trails[SELLER]
    cases = trail.cases
    calls = _calls(facts, trail)
    unhappy = calls[calls["unhappy"]]
    days = unhappy.assign(day=unhappy["时间"].dt.normalize()).groupby("编号")["day"].nunique(dropna=False)
    measures = trail.of("措施", "纠正措施")
    failed = saying(measures, "结果", in_vain)["编号"].value_counts()
    again = cases["编号"].isin([*days.index[days >= _AGAIN], *failed.index[failed >= _AGAIN]])
    stale = (cases["接收时间"] < pd.Timestamp(facts.now).normalize()) | cases["归档时间"].notna()
    major = (cases["级别"] == MAJOR) & stale
    filed = cases["编号"].isin(trail.of(FILED)["编号"])
    yield from mark(
        facts.ledger.register,
        cases.index[(major | again) & ~filed],
        "级别",
        "SALES",
        Severity.WARNING,
        lambda row: ("多次处理仍未成功" if again.at[row] else "重大投诉") + "，但没有上报售后经理并备案的记录",
        "及时向售后经理汇报并备案，在“处理记录”中记一条“上报备案”",
    )


def closed_unsatisfied(facts: Facts) -> Iterator[Finding]:
    """SALES: closed although the last follow-up found the customer not satisfied."""
    trail = facts.trails[SELLER]
    calls = _calls(facts, trail)
    last = calls[~calls["编号"].duplicated(keep="last")].set_index("编号")
    unhappy = last[last["unhappy"]]
    yield from mark(
        facts.ledger.register,
        trail.closed.index[trail.closed["编号"].isin(unhappy.index)],
        "归档时间",
        "SALES",
        Severity.WARNING,
        lambda row: f"最后一次回访{_day(unhappy.at[trail.closed.at[row, '编号'], '时间'])}客户不满意，却已归档",
        "重新评估处理过程，再次跟踪回访，直到客户满意后再归档",
    )


def _day(moment: pd.Timestamp) -> str:
    return f"（{moment:%Y-%m-%d}）" if pd.notna(moment) else ""


def tracked_until_satisfied(facts: Facts) -> Iterator[Finding]:
    """GENERIC: closed without any follow-up, or with a last one that found the customer not satisfied."""
    trail = facts.trails[ENTERPRISE]
    calls = _calls(facts, trail)
    last = calls[~calls["编号"].duplicated(keep="last")]
    content = set(last.loc[~last["unhappy"], "编号"]) | malicious(facts.ledger)
    asked = set(last["编号"])
    closed = trail.closed
    yield from mark(
        facts.ledger.register,
        closed.index[~closed["编号"].isin(content)],
        "归档时间",
        "GENERIC",
        Severity.WARNING,
        lambda row: (
            "最后一次回访客户不满意，却已归档"
            if closed.at[row, "编号"] in asked
            else "已归档，但没有回访客户是否满意的记录"
        ),
        "跟踪到客户满意为止：回访后在“处理记录”中记一条“跟踪回访”，或填写回访时间和满意度",
    )


CHECKS: tuple[Check, ...] = (reported_and_filed, closed_unsatisfied, tracked_until_satisfied)
