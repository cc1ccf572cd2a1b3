"""The customer: 48 hours claimed without a recorded failed contact (STD-04), callbacks owed or unwanted (STD-09)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from automation.checks.facts import Check, Facts, mark
from automation.roster import names_in
from automation.sla.limits import FAILED_CONTACT
from automation.sla.rules import SECONDS
from automation.sla.verdict import Verdict
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.schema import CALLBACKS

LIABILITY, CALLBACK = "STD-04", "STD-09"


def extension_without_record(facts: Facts) -> Iterator[Finding]:
    """STD-04: 48 hours hold only when a failed contact within the first 24 is on record."""
    found = facts.stage(LIABILITY)
    if found is None:
        return
    rows, stage = found
    if stage.rule.extension is None:
        return
    register = facts.register.loc[rows]
    limit, longer = stage.rule.limit or 24, stage.rule.extension
    claimed = (register["联系结果"] == FAILED_CONTACT).to_numpy(dtype=bool) & ~stage.extended & ~np.isnat(stage.start)
    yield from mark(
        facts.ledger.register,
        rows[claimed],
        "客户联系时间",
        LIABILITY,
        Severity.ERROR,
        lambda row: (
            f"“联系结果”是“{FAILED_CONTACT}”，但没有 {limit:g} 小时内的联系时间，不能按 {longer:g} 小时计，仍按 {limit:g} 小时"
        ),
        "补填当时联系客户的时间，或在“处理记录”中补记一条 联系客户/未联系上",
    )
    beyond = stage.start + np.timedelta64(round(longer * SECONDS[stage.rule.unit]), "s")
    used = stage.is_(Verdict.FINISHED_LATE) & ~stage.extended & ~claimed & (stage.actual <= beyond)
    yield from mark(
        facts.ledger.register,
        rows[used],
        "联系结果",
        LIABILITY,
        Severity.ERROR,
        lambda row: f"用了 {limit:g} 到 {longer:g} 小时才转管理部，却没有未联系上客户的记录，按 {limit:g} 小时计为超时",
        f"如当时确实没联系上，补填联系时间和“{FAILED_CONTACT}”；否则按超时处理",
    )


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
        records.frame.index[(called < closed).to_numpy(dtype=bool)],
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
