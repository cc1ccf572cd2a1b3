"""The customer: 48 hours claimed without a recorded failed contact (STD-04), callbacks owed or unwanted (STD-09)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import later
from automation.roster import names_in
from automation.sla import limits
from automation.sla.calendar import Instants
from automation.sla.events import NEVER
from automation.sla.limits import FAILED_CONTACT
from automation.sla.rules import Condition, Rule, Unit
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.schema import CALLBACKS

LIABILITY, CALLBACK = "STD-04", "STD-09"
_UNREACHED = Condition("联系结果", FAILED_CONTACT)


def extension_without_record(facts: Facts) -> Iterator[Finding]:
    """STD-04: 48 hours hold only when a failed contact within the first 24 is on record."""
    found = facts.stage(LIABILITY)
    if found is None:
        return
    rows, stage = found
    register = facts.register.loc[rows]
    longest = _longest(facts, stage)
    refused = ~np.isnat(longest) & ~stage.extended
    claimed = (register["联系结果"] == FAILED_CONTACT).to_numpy(dtype=bool) & refused

    def rule(row: int) -> Rule:
        return stage.rule_at(int(rows.get_loc(row)))

    yield from mark(
        facts.ledger.register,
        rows[claimed],
        "客户联系时间",
        LIABILITY,
        Severity.ERROR,
        lambda row: (
            f"“联系结果”是“{FAILED_CONTACT}”，但没有 {_span(rule(row))}内的联系时间，"
            f"不能按 {_span(rule(row), longer=True)}计，仍按 {_span(rule(row))}"
        ),
        "补填当时联系客户的时间，或在“处理记录”中补记一条 联系客户/未联系上",
    )
    used = stage.is_(Verdict.FINISHED_LATE) & refused & ~claimed & (stage.actual <= longest)
    yield from mark(
        facts.ledger.register,
        rows[used],
        "联系结果",
        LIABILITY,
        Severity.ERROR,
        lambda row: (
            f"用了 {rule(row).limit:g} 到 {_span(rule(row), longer=True)}才转管理部，"
            f"却没有未联系上客户的记录，按 {_span(rule(row))}计为超时"
        ),
        f"如当时确实没联系上，补填联系时间和“{FAILED_CONTACT}”；否则按超时处理",
    )


def _longest(facts: Facts, stage: StageClock) -> Instants:
    """Until when each ticket would be on time if nobody could reach the customer; missing where its rule allows no more."""
    ends = np.full(len(stage.start), NEVER, dtype="M8[s]")
    for number, rule in enumerate(stage.rules):
        mine = stage.version == number
        if rule.condition == _UNREACHED and mine.any():
            ends[mine] = limits.prolonged(rule, stage.counted[mine], facts.clocks.calendar)
    return ends


def _span(rule: Rule, *, longer: bool = False) -> str:
    """One of the two limits in words: ``24 小时``, ``2 个工作日``."""
    count = rule.extension if longer else rule.limit
    return f"{count:g} {'个' if rule.unit in (Unit.WORKDAY, Unit.OPEN_HOUR) else ''}{rule.unit.value}"


def callback_owed(facts: Facts) -> Iterator[Finding]:
    """STD-09: archived although the callback that was asked for never happened."""
    register = facts.register
    owed = register["需回访"].eq("是") & register["归档时间"].notna() & register["回访时间"].isna()
    yield from mark(
        facts.ledger.register,
        register.index[owed],
        "回访时间",
        CALLBACK,
        Severity.ERROR,
        lambda row: "标明需回访，但没有回访就归档了",
        "补做回访并填写回访人、回访时间和满意度",
    )


def callback_too_early(facts: Facts) -> Iterator[Finding]:
    """STD-09: called back although the case was still being handled (the register's own time is checked by TIME)."""
    register = facts.register
    early = register["回访时间"].notna() & register["转客服时间"].isna()
    yield from mark(
        facts.ledger.register,
        register.index[early],
        "回访时间",
        CALLBACK,
        Severity.ERROR,
        lambda row: "还没有转客服（处理未完毕）就已回访",
        "处理中的单暂停回访，处理完毕转客服后再回访",
    )
    handed = register[register["编号"] != ""].groupby("编号")["转客服时间"].min()
    records = facts.ledger[CALLBACKS]
    closed = handed.reindex(records.frame["编号"]).set_axis(records.frame.index)
    called = records.frame["回访时间"]
    yield from mark(
        records,
        records.frame.index[later(closed, called).to_numpy(dtype=bool)],
        "回访时间",
        CALLBACK,
        Severity.ERROR,
        lambda row: f"回访早于本单转客服的时间 {closed.at[row]:%Y-%m-%d %H:%M}",
        "处理中的单暂停回访，处理完毕转客服后再回访",
    )


def callback_by_the_involved(facts: Facts) -> Iterator[Finding]:
    """STD-09: the customer was called back by the very person complained about; the answer is worth nothing."""
    callers = facts.register["回访人"]
    own = distinct.spread(
        lambda involved, caller: bool(involved.intersection(names_in(caller))), facts.involved, callers
    )
    yield from mark(
        facts.ledger.register,
        callers.index[own.astype(bool)],
        "回访人",
        CALLBACK,
        Severity.ERROR,
        lambda row: f"由当事人或责任人{callers.at[row]}自己回访，结果不算数",
        "由客户服务中心另派人重新回访",
    )


CHECKS: tuple[Check, ...] = (extension_without_record, callback_owed, callback_too_early, callback_by_the_involved)
