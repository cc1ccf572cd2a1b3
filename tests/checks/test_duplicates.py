"""Likely duplicate tickets: the same car and the same matter within days."""

import pytest

from automation.checks import duplicates
from tests.checks.cases import WARNING, Case

TWICE = """
反馈登记
编号           | 接收时间    | 车牌号   | 内容概要
FK20261103-001 | 11-03 09:00 | 京A12345 | 刹车时前轮有异响
FK20261110-001 | 11-10 09:00 | 京A12345 | 刹车时前轮异响严重
"""
SAYS = "与第 2 行（FK20261103-001）可能是同一件事：同一辆车 京A12345,7 天内内容相近"

CASES = (
    Case(
        "two tickets of one car and one matter",
        "DUP-01",
        "反馈登记!D3",
        WARNING,
        SAYS,
        TWICE,
        ("11-10 09:00", "11-10 09:01"),
    ),
    Case(
        "the same matter of another car",
        "DUP-01",
        "反馈登记!D3",
        WARNING,
        SAYS,
        TWICE,
        ("京A12345 | 刹车时前轮异响严重", "京A12346 | 刹车时前轮异响严重"),
    ),
    Case(
        "another matter of the same car",
        "DUP-01",
        "反馈登记!D3",
        WARNING,
        SAYS,
        TWICE,
        ("刹车时前轮异响严重", "空调不制冷"),
    ),
    Case(
        "a duplicate with another ticket of the car between the two",
        "DUP-01",
        "反馈登记!D3",
        WARNING,
        SAYS,
        TWICE + "FK20261105-001 | 11-05 09:00 | 京A12345 | 空调不制冷",
        ("刹车时前轮有异响", "发票金额不对"),
    ),
    Case(
        "a duplicate though the rows are not in order of time",
        "DUP-01",
        "反馈登记!D2",
        WARNING,
        "与第 3 行（未编号）",
        "反馈登记\n编号 | 接收时间 | 车牌号 | 内容概要\n"
        "FK20261105-001 | 11-05 09:00 | 京A12345 | 机油灯亮\n | 11-04 09:00 | 京A12345 | 机油灯亮了",
        ("11-04", "10-04"),
    ),
    Case(
        "new cars without a plate are not one car",
        "DUP-01",
        "反馈登记!D3",
        WARNING,
        SAYS,
        TWICE,
        ("京A12345 | 刹车时前轮异响严重", "未上牌 | 刹车时前轮异响严重"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_likely_duplicate_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(duplicates.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_two_different_cases_are_left_alone(case: Case) -> None:
    case.must_be_spared(duplicates.CHECKS)


def test_two_new_cars_without_a_plate_are_never_one() -> None:
    facts = CASES[0].facts(TWICE.replace("京A12345", "未上牌"))
    assert not list(duplicates.same_matter(facts))
