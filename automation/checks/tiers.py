"""Three tiers (TIER): what a hand-up carries, who is told first, whether measures were verified."""

from __future__ import annotations

from collections.abc import Iterator

from automation.checks.facts import Check, Facts, mark
from automation.checks.trail import MAJOR, TIERS, followed, preceded
from workbook.finding import Finding, Severity
from workbook.schema import EVENTS

SECOND, THIRD = "升级二级", "升级三级"
TOLD = "告知客服总监"
MEASURES, VERIFIED = ("纠正措施", "预防措施"), "措施验证"


def bare_hand_up(facts: Facts) -> Iterator[Finding]:
    """TIER: a case handed up with nothing on record of what was done so far."""
    trail = facts.trails[TIERS]
    up = trail.of(SECOND, THIRD)
    work = trail.entries[~trail.entries["事项"].isin((SECOND, THIRD, TOLD))]
    bare = (up["内容"] == "") & (up["结果"] == "") & ~preceded(up, work)
    yield from mark(
        facts.ledger[EVENTS],
        up.index[bare],
        "内容",
        "TIER",
        Severity.WARNING,
        lambda row: f"{up.at[row, '事项']}时没有写明此前做过什么，处理记录里也没有更早的内容",
        "移交时带上全部处理过程：补填内容和结果，或补记此前的每一步",
    )


def tier_left_out(facts: Facts) -> Iterator[Finding]:
    """TIER: straight to tier three although the case is not major."""
    trail = facts.trails[TIERS]
    third = trail.of(THIRD)
    plain = third["编号"].isin(trail.cases.loc[trail.cases["级别"] != MAJOR, "编号"])
    yield from mark(
        facts.ledger[EVENTS],
        third.index[plain & ~preceded(third, trail.of(SECOND))],
        "事项",
        "TIER",
        Severity.WARNING,
        lambda row: "一般投诉没有经过二级处理就升级到三级",
        "先由第二层（服务经理、技术总监、部门经理）处理；漏记的补记“升级二级”，确属重大的把级别改为“重大”",
    )


def director_told_first(facts: Facts) -> Iterator[Finding]:
    """TIER: handed up before the 客服总监, the third party at every tier, was told."""
    trail = facts.trails[TIERS]
    first = trail.first(SECOND, THIRD)
    told = trail.of(TOLD)
    yield from mark(
        facts.ledger[EVENTS],
        first.index[~preceded(first, told)],
        "事项",
        "TIER",
        Severity.WARNING,
        lambda row: (
            f"{first.at[row, '事项']}之前没有告知客服总监"
            + ("，告知晚于升级" if first.at[row, "编号"] in set(told["编号"]) else "")
        ),
        "第一时间告知客服总监并请其参与；已告知的，在“处理记录”中补记“告知客服总监”和当时的时间",
    )


def measures_verified(facts: Facts) -> Iterator[Finding]:
    """TIER: a case closed with corrective or preventive measures that nobody has verified since."""
    trail = facts.trails[TIERS]
    taken = trail.of(*MEASURES)
    taken = taken[taken["编号"].isin(trail.closed["编号"])]
    last = taken[~taken["编号"].duplicated(keep="last")]
    yield from mark(
        facts.ledger[EVENTS],
        last.index[~followed(last, trail.of(VERIFIED))],
        "事项",
        "TIER",
        Severity.WARNING,
        lambda row: f"已归档，但这项{last.at[row, '事项']}之后没有措施验证",
        "验证措施是否落实、有没有再发生，在“处理记录”中记一条“措施验证”",
    )


def major_to_tier_three(facts: Facts) -> Iterator[Finding]:
    """TIER: a major case closed without tier three."""
    closed = facts.trails[TIERS].closed
    third = facts.trails[TIERS].of(THIRD)
    yield from mark(
        facts.ledger.register,
        closed.index[(closed["级别"] == MAJOR) & ~closed["编号"].isin(third["编号"])],
        "级别",
        "TIER",
        Severity.WARNING,
        lambda row: "重大投诉已归档，但没有升级三级的记录：三级处理（TIER-07）没有计时，显示的“无需”只是说没有升级",
        "重大投诉由第三层（服务总监、总经理）处理：补记“升级三级”，不属重大的改正级别",
    )


CHECKS: tuple[Check, ...] = (bare_hand_up, tier_left_out, director_told_first, measures_verified, major_to_tier_three)
