"""Spot checks: a sample anyone can draw again, and its rates (X-03)."""

import pandas as pd
import pytest

from automation.sidesheets import spotchecks
from tests import tables
from workbook.schema import SPOT_CHECKS


def register(count: int, month: str = "11", phone: str = "") -> pd.DataFrame:
    rows = [
        {
            "编号": f"FK2026{month}01-{n:03d}",
            "接收时间": tables.moment(f"{month}-01 09:00"),
            "联系电话": phone or f"1380000{n:04d}",
        }
        for n in range(1, count + 1)
    ]
    return tables.load({"反馈登记": rows}).register.frame


def drawn(frame: pd.DataFrame, month: str = "2026-11") -> list[str]:
    return [number[-3:] for number in spotchecks.sample(frame, month)["编号"]]


def test_the_sample_is_the_same_on_every_machine_and_in_whatever_order_the_rows_stand() -> None:
    frame = register(40)
    assert drawn(frame) == ["010", "002", "034", "035", "019"]
    assert drawn(frame.iloc[::-1]) == drawn(frame)


def test_each_month_draws_anew_and_only_from_its_own_tickets() -> None:
    both = pd.concat([register(40), register(40, month="10").set_axis(range(100, 140))])
    assert set(spotchecks.sample(both, "2026-10")["接收时间"].dt.month) == {10}
    assert drawn(both) == drawn(register(40)) != drawn(both, "2026-10")


def test_a_ticket_entered_later_moves_nobody_else() -> None:
    fewer, more = drawn(register(40)), drawn(register(41))
    assert [number for number in more if number != "041"] == fewer[: len(more) - ("041" in more)]


def test_a_tenth_of_the_customers_but_at_least_five_and_nobody_twice() -> None:
    assert [len(drawn(register(count))) for count in (0, 3, 40, 51, 100)] == [0, 3, 5, 6, 10]
    assert len(drawn(register(40, phone="13800000001"))) == 1


@pytest.mark.parametrize(
    ("text", "month"),
    [
        *(("2026-11", "2026-11"), ("2026年1月", "2026-01"), ("202611", "2026-11"), ("2026/11/01", "2026-11")),
        *(("2026-11-01 00:00:00", "2026-11"), ("2026-13", ""), ("上个月", ""), ("", ""), ("11", "")),
    ],
)
def test_the_month_is_read_as_staff_write_it(text: str, month: str) -> None:
    assert spotchecks.month_of(text) == month


def test_rates_count_what_was_answered_of_each_item_of_the_month() -> None:
    frame = tables.load("""
        抽查
        抽查月份 | 抽查项 | 结果
        2026-11 | 定期电话回访 | 达标
        2026年11月 | 定期电话回访 | 未达标
        2026-11 | 定期电话回访 |
        2026-10 | 定期电话回访 | 未达标
        2026-11 | 交车讲解 | 达标
    """)[SPOT_CHECKS].frame
    rates = spotchecks.rates(frame, "2026-11")
    assert rates.loc["定期电话回访"].tolist() == [2, 1, 0.5]
    assert rates.loc["交车讲解"].tolist() == [1, 1, 1.0]
    assert rates.loc["快修服务到达率", ["checked", "met"]].tolist() == [0, 0]
    assert pd.isna(rates.loc["快修服务到达率", "rate"])
    assert len(rates) == 6
