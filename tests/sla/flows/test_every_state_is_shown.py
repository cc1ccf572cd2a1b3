"""The worked cases leave nothing out: every stage of every flow is seen in every state it can be in."""

from __future__ import annotations

import pytest

from tests.sla import reference_flows as slow
from tests.sla.flows import (
    stories,
    test_evq,
    test_generic,
    test_gtoyota,
    test_oem,
    test_parts,
    test_repair,
    test_sales,
    test_tier,
)

SHOWN = {
    module.FLOW: module.STORIES
    for module in (test_tier, test_oem, test_gtoyota, test_sales, test_repair, test_parts, test_evq, test_generic)
}


def states(rules: list[slow.Row], position: int) -> set[str]:
    """The verdicts a stage can have. One without a limit is never late; only what nobody has to do is not required;
    what starts with the receipt is never waited for; nothing comes after the filing.
    """
    rule = rules[position]
    filing = rule["终点"] == slow.FILED
    timed = rule["单位"] != "无" or filing
    can = {"进行中", "暂停", *(("临近", "超时", "按时完成", "超时完成") if timed else ("已完成",))}
    if not filing:
        can.add("漏填")
    if slow.opens(rules, position):
        can.add("无需")
    elif rule["起点"] != "接收时间":
        can.add("未到")
    return can


@pytest.mark.parametrize("flow", SHOWN)
def test_every_stage_is_shown_in_every_state(flow: str) -> None:
    rules = slow.rows_of(flow)
    told = [stories.story(flow, text) for text in SHOWN[flow].values()]
    looks = [look for one in told for look in one.looks]
    lacking = [
        (rule["环节"], state)
        for position, rule in enumerate(rules)
        for state in sorted(states(rules, position) - {look[str(rule["环节"])] for look in looks})
    ]
    assert not lacking


@pytest.mark.parametrize(
    "flow", [flow for flow in SHOWN if flow in ("三级处理", "广汽丰田", "汽车销售公司", "企业投诉规范")]
)
def test_every_stage_that_can_open_again_is_shown_with_its_second_round(flow: str) -> None:
    rules = slow.rows_of(flow)
    openers = {str(rule["环节"]) for position, rule in enumerate(rules) if slow.opens(rules, position)}
    told = [stories.story(flow, text) for text in SHOWN[flow].values()]
    again = {
        stage
        for one in told
        for stage in openers
        if len(stories.judged(one, stories.tables.moment(one.looks[-1]["现在"])).stages[stories.name_of(flow)[stage]])
        > 1
    }
    assert again == openers


def test_every_flow_is_shown() -> None:
    assert sorted(SHOWN) == sorted({row["流程"] for row in slow.DEFAULT_RULES} - {"标准流程", "所有流程"})
