"""The checks: plain functions from the facts of a pass to findings. One file an area, each ending in its tuple."""

from __future__ import annotations

from automation.checks import (
    accidents,
    agreements,
    answers,
    care,
    channels,
    closing,
    contact,
    duplicates,
    entries,
    evidence,
    followups,
    hindsight,
    malice,
    notices,
    numbers,
    pending,
    people,
    required,
    rewards,
    rulewords,
    rulings,
    takenback,
    tiers,
    times,
    values,
    visits,
    warranty,
)
from automation.checks.facts import Check, Facts
from workbook.finding import Finding, Severity

ALL: tuple[Check, ...] = (
    *required.CHECKS,
    *values.CHECKS,
    *times.CHECKS,
    *numbers.CHECKS,
    *people.CHECKS,
    *contact.CHECKS,
    *pending.CHECKS,
    *visits.CHECKS,
    *channels.CHECKS,
    *entries.CHECKS,
    *tiers.CHECKS,
    *answers.CHECKS,
    *agreements.CHECKS,
    *followups.CHECKS,
    *closing.CHECKS,
    *malice.CHECKS,
    *notices.CHECKS,
    *rewards.CHECKS,
    *duplicates.CHECKS,
    *evidence.CHECKS,
    *takenback.CHECKS,
    *hindsight.CHECKS,
    *rulings.CHECKS,
    *rulewords.CHECKS,
    *warranty.CHECKS,
    *accidents.CHECKS,
    *care.CHECKS,
)


def run(facts: Facts) -> list[Finding]:
    """Every check over one pass's facts. A check that breaks is itself a finding: none is skipped in silence."""
    found: list[Finding] = []
    for check in ALL:
        try:
            found += check(facts)
        except Exception as error:  # noqa: BLE001 - one broken check must not hide the findings of all the others
            found.append(
                Finding(
                    "CHECK-00",
                    Severity.ERROR,
                    f"检查项 {check.__name__} 没能完成：{type(error).__name__}: {error}",
                    "其余检查照常进行；请把这句话和工作簿发给维护人员",
                )
            )
    return found
