"""Malicious complaints (GENERIC): marked by an entry 恶意投诉认定, answered all the same, and nobody penalised."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from automation.checks.facts import Check, Facts, mark, mark_faults
from automation.checks.trail import STANDARD, saying
from automation.payroll.faults import for_malice
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger
from workbook.schema import EVENTS, REWARDS
from workbook.vocabulary import FLOW

DETERMINED = "恶意投诉认定"
ANSWERS = ("答复客户", "反馈结果")
_REJECTED = re.compile(r"不成立|未成立|不属于|不属|不予?认定|未认定|否决|撤销|驳回")


def _determinations(ledger: Ledger) -> pd.DataFrame:
    """The entries that call a complaint malicious and were not turned down in their 结果."""
    events = ledger[EVENTS].frame
    called = events[events["事项"] == DETERMINED]
    return saying(called, "结果", lambda result: _REJECTED.search(result) is None)


def malicious(ledger: Ledger) -> frozenset[str]:
    """The 编号 of the malicious complaints."""
    return frozenset(_determinations(ledger)["编号"]) - {""}


def answered(facts: Facts) -> Iterator[Finding]:
    """GENERIC: a malicious complaint closed without an answer. In the standard flow the talk with the customer is one."""
    numbers, register = malicious(facts.ledger), facts.register
    closed = register[register["编号"].isin(numbers) & register["归档时间"].notna()]
    standard = ~closed["流程"].isin(set(FLOW.values) - {STANDARD})
    spoken_to = closed["编号"][standard & (closed["联系结果"] == "已联系")]
    events = facts.ledger[EVENTS].frame
    replied = events.loc[events["事项"].isin(ANSWERS) & events["编号"].isin(numbers), "编号"]
    silent = set(closed["编号"]) - set(spoken_to) - set(replied)
    entries = _determinations(facts.ledger)
    entries = entries[entries["编号"].isin(silent) & ~entries["编号"].duplicated()]
    yield from mark(
        facts.ledger[EVENTS],
        entries.index,
        "事项",
        "GENERIC",
        Severity.WARNING,
        lambda row: "恶意投诉已归档，但没有答复客户的记录；恶意投诉也要坚持原则、耐心解释",
        "向客户解释并记一条“答复客户”",
    )


def nobody_penalised(facts: Facts) -> Iterator[Finding]:
    """GENERIC: somebody is to pay for a complaint that was found malicious."""
    yield from mark_faults(facts.ledger[REWARDS], for_malice(facts.ledger, malicious(facts.ledger)))


CHECKS: tuple[Check, ...] = (answered, nobody_penalised)
