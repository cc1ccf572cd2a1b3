"""The order of a written agreement (GENERIC): who the customer is, the signed plan, then the departments."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import ENTERPRISE, preceded
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS

IDENTITY, SIGNED, TOLD = "核实身份", "协议签署", "通知部门"


def identity_verified(facts: Facts) -> Iterator[Finding]:
    """GENERIC: measures taken or a plan signed before it was verified who the customer is."""
    trail = facts.trails[ENTERPRISE]
    first = trail.first("措施", SIGNED)
    yield from mark(
        facts.ledger[EVENTS],
        first.index[~preceded(first, trail.of(IDENTITY))],
        "事项",
        "GENERIC",
        Severity.WARNING,
        lambda row: f"{first.at[row, '事项']}之前没有核实客户身份",
        "用电话号码、订单等核实客户身份；已核实的，在“处理记录”中补记“核实身份”和当时的时间",
    )


def signed_before_told(facts: Facts) -> Iterator[Finding]:
    """GENERIC: departments told to carry out (goods, money) what the customer has not signed."""
    trail = facts.trails[ENTERPRISE]
    first = trail.first(TOLD)
    yield from mark(
        facts.ledger[EVENTS],
        first.index[~preceded(first, trail.of(SIGNED))],
        "事项",
        "GENERIC",
        Severity.ERROR,
        lambda row: "客户还没有在处理协议上签字，就已通知部门执行",
        "先请客户签字再通知部门；当时已签的，补记“协议签署”和签署时间",
    )


CHECKS: tuple[Check, ...] = (identity_verified, signed_before_told)
