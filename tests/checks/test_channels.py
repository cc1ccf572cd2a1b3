"""A major channel makes a major complaint (OEM)."""

import pytest

from automation.checks import channels
from tests.checks.cases import ERROR, WARNING, Case

HEADS = "反馈登记\n编号 | 流程 | 反馈渠道 | 级别"

CASES = (
    *(
        Case(
            f"a complaint through {channel} called ordinary in the manufacturer's flow",
            "OEM",
            "反馈登记!D2",
            ERROR,
            f"“级别”是“一般”，但反馈渠道是“{channel}”：重大渠道的投诉就是重大投诉",
            f"{HEADS}\nFK20261103-001 | 厂家规范 | {channel} | 一般",
            ("一般", "重大"),
            hints="把“级别”改为“重大”",
        )
        for channel in ("厂家", "消费者协会", "媒体", "消协")
    ),
    Case(
        "the same in another flow, where the rule only advises",
        "OEM",
        "反馈登记!D2",
        WARNING,
        "按厂家规范",
        f"{HEADS}\nFK20261103-001 | | 消费者协会 | 一般",
        ("消费者协会", "电话"),
    ),
    Case(
        "a complaint through an authority, which the manufacturers' list does not name",
        "OEM",
        "反馈登记!D2",
        WARNING,
        "行政主管部门比照办理",
        f"{HEADS}\nFK20261103-001 | 厂家规范 | 行政主管部门 | 一般",
        ("行政主管部门", "来信"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_major_channel_with_an_ordinary_case_is_found(case: Case) -> None:
    case.must_be_found(channels.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_major_case_or_a_plain_channel_is_left_alone(case: Case) -> None:
    case.must_be_spared(channels.CHECKS)


def test_a_level_not_filled_in_yet_is_spoken_of_elsewhere() -> None:
    case = Case("", "", "", ERROR, "", "", ("", ""))
    facts = case.facts(f"{HEADS}\nFK20261103-001 | 厂家规范 | 媒体 | ")
    assert list(channels.major_channel(facts)) == []
