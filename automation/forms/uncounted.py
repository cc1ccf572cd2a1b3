"""Rows of 奖罚明细 that finance would not get as they stand, so that nobody signs a sum that may not be paid."""

from __future__ import annotations

from collections.abc import Mapping

from automation.checks.facts import Facts
from automation.checks.rewards import first_month, settlement
from automation.payroll.holds import Held
from automation.payroll.reading import rows
from workbook.schema import REWARDS

UNAPPROVED = "未批准"
"""Of a row that lacks nothing but an approval that counts."""
_WITHDRAWN = "已撤销"
_BRIEFLY = {"PAY-07": "疑似重复", "PAY-12": "改动未批准", "PAY-13": _WITHDRAWN}


def uncounted(facts: Facts) -> Mapping[int, str]:
    """Excel row → in a few words why nobody gets or pays it.

    Neither what waits for a month to come (PAY-08) nor what was paid by hand (PAY-10) is among them: that was approved.
    """
    found = settlement(facts, f"{facts.now:%Y-%m}", first_month(facts.past))
    told = {held.row: _briefly(held) for held in found.held if not {"PAY-08", "PAY-10"} & {*held.rules}}
    gone = {one.row: _WITHDRAWN for one in rows(facts.ledger[REWARDS]) if one.entry.withdrawn}
    return {**gone, **told}


def _briefly(held: Held) -> str:
    return UNAPPROVED if held.rules == ("PAY-02",) else _BRIEFLY.get(held.rules[0], "待更正")
