"""Words of 规则 that nobody uses (RULE-03)."""

import pytest

from automation.checks import rulewords
from tests.checks.cases import WARNING, Case

HEADS = "规则号 | 流程 | 环节 | 起点 | 终点 | 时限 | 单位 | 责任角色 | 上报角色"
RULE = "OEM-02 | 厂家规范 | 反馈进度 | 接收时间 | 处理记录:反馈进度、反馈结果 | 3 | 工作日 | 客户经理 | 服务经理"
ENTRY = "\n\n处理记录\n编号 | 时间 | 事项\nFK20261103-001 | 11-04 09:00 | 反馈进展"
STAFF = "\n\n人员\n姓名 | 角色\n王芳 | 内训师"


def sheet(old: str = "", new: str = "") -> str:
    return f"规则\n{HEADS}\n{RULE.replace(old, new) if old else RULE}"


CASES = (
    Case(
        "a stop that no entry will ever be, unless one already is",
        "RULE-03",
        "规则!E2",
        WARNING,
        "处理记录里不会有的事项“反馈进展”，这个环节可能永远不会结束；是不是“反馈进度”？",
        sheet("反馈进度、", "反馈进展、") + ENTRY.replace("进展", "进度"),
        ("09:00 | 反馈进度", "09:00 | 反馈进展"),
        hints="字典",
    ),
    Case(
        "a start that no entry will ever be",
        "RULE-03",
        "规则!D2",
        WARNING,
        "事项“调察”，这个环节可能永远不会开始计时；是不是“调查”？",
        sheet("接收时间", "处理记录:调察"),
        ("调察", "调查"),
    ),
    Case(
        "a role that nobody holds and no list has",
        "RULE-03",
        "规则!H2",
        WARNING,
        "没有这个角色“客户经里”，提醒没有人收；是不是“客户经理”？",
        sheet("客户经理", "客户经里"),
        ("客户经里", "客户经理"),
    ),
    Case(
        "a role above of the dealership's own",
        "RULE-03",
        "规则!I2",
        WARNING,
        "没有这个角色“内训",
        sheet("服务经理", "内训士") + STAFF,
        ("内训士", "内训师"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_word_of_the_rules_that_nobody_uses_is_found(case: Case) -> None:
    case.must_be_found(rulewords.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_word_of_the_rules_in_use_is_left_alone(case: Case) -> None:
    case.must_be_spared(rulewords.CHECKS)
