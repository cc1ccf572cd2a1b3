"""Likely duplicate tickets: the same car and the same matter within days (DUP-01)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import numpy as np
import pandas as pd

from automation.checks.facts import Check, Facts, mark
from automation.identifiers import NO_PLATE
from workbook.finding import Finding, Severity

WITHIN_DAYS = 7
ALIKE = 0.6
"""How alike two summaries must be (difflib ratio): one matter told twice in other words scores 0.6 to 0.9."""


def same_matter(facts: Facts) -> Iterator[Finding]:
    """DUP-01: a ticket that tells the matter of an earlier one of the same car, received within a week."""
    register = facts.register
    known = (register["车牌号"] != "") & ~register["车牌号"].isin(NO_PLATE) & register["接收时间"].notna()
    plated = register.loc[known, ["车牌号", "接收时间", "内容概要"]]
    cars, _ = pd.factorize(plated["车牌号"])  # in whatever order: only that a car's tickets stand together counts
    ordered = plated.iloc[np.lexsort((plated["接收时间"], cars))]
    week = np.timedelta64(WITHIN_DAYS, "D")
    near = (ordered["车牌号"] == ordered["车牌号"].shift()) & (ordered["接收时间"].diff() <= week)
    found: dict[int, int] = {}
    positions = {row: position for position, row in enumerate(ordered.index)}
    for row in ordered.index[near]:
        position = positions[row]
        for before in ordered.index[:position][::-1]:  # the week before, this car's only: a handful
            if ordered.at[before, "车牌号"] != ordered.at[row, "车牌号"]:
                break
            if ordered.at[row, "接收时间"] - ordered.at[before, "接收时间"] > week:
                break
            texts = ordered.at[row, "内容概要"], ordered.at[before, "内容概要"]
            if all(texts) and difflib.SequenceMatcher(None, *texts).ratio() >= ALIKE:
                found[row] = before
                break
    yield from mark(
        facts.ledger.register,
        sorted(found),
        "内容概要",
        "DUP-01",
        Severity.WARNING,
        lambda row: (
            f"与第 {found[row]} 行（{register.at[found[row], '编号'] or '未编号'}）可能是同一件事："
            f"同一辆车 {register.at[row, '车牌号']}，{WITHIN_DAYS} 天内内容相近"
        ),
        "确认是否重复登记；确属同一件事的，在一单中处理并在备注说明",
    )


CHECKS: tuple[Check, ...] = (same_matter,)
