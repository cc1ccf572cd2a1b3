"""What stands on the page: the figures of the pass, counted another way, and nothing that tells who a customer is."""

from __future__ import annotations

import datetime as dt
from email.message import EmailMessage

import pandas as pd
import pytest

from automation import lastcheck
from automation.dashboard import content, figures, page
from automation.dashboard.content import Content
from automation.plan import Plan
from automation.privacy import Sight
from automation.reports import summary
from automation.sla.verdict import Verdict
from tests.tables import facts

NOW = dt.datetime(2026, 11, 21, 9, 30)

STAFF = """
人员
姓名 | 部门       | 角色       | 主次
王经 | 客户关系部 | 客户经理   | 主
李备 | 客户关系部 | 客户经理   | 次
赵管 | 管理部     | 管理部     | 主
钱总 | 总经办     | 主管总经理 | 主
孙服 | 客服中心   | 客户服务中心 | 主
"""


def of(text: str, now: str = "11-21 09:30", staff: str = STAFF) -> Content:
    return content.of(facts(f"{text.strip()}\n\n{staff.strip()}", now=now), (), dealership="", workbook="登记.xlsx")


def tiles(said: Content) -> dict[str, int]:
    return {tile["label"]: tile["value"] for tile in said.now["tiles"]}


CASES = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 级别 | 被反馈部门 | 内容概要
FK20261116-001 | 11-16 09:00 | 11-16 09:20 | 11-16 09:30 | 11-16 09:30 | 重大 | 机修车间   | 异响修了三次
FK20261121-001 | 11-21 08:00 |             |             |             |      | 销售部     | 赠品没有给
FK20261121-002 | 11-21 09:20 |             |             |             |      | 销售部     | 交车晚了
"""


def test_the_tiles_count_what_stands_in_each_state() -> None:
    found = tiles(of(CASES))
    assert (found["在办"], found["超时"], found["临近"], found["重大在办"]) == (3, 2, 0, 1)
    assert tiles(of(CASES, now="11-21 10:10"))["临近"] == 1


def test_a_pending_item_is_counted_and_held_by_whom_it_is_talked_over_with() -> None:
    said = of("""
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 责任明确 | 未明原因 | 经办人
FK20261110-001 | 11-10 09:00 | 11-10 09:20 | 11-10 09:30 | 11-10 09:30 | 否       | 配件延时 | 李备

未了事宜台帐-客户经理
编号           | 事由     | 转入日期 | 状态
FK20261110-001 | 等配件   | 11-11    | 未了

未了事宜台帐-客服中心
编号           | 事由     | 转入日期 | 状态
FK20261110-001 | 等配件   | 11-11    | 未了
""")
    assert tiles(said)["未了事宜"] == 1
    assert [(line["label"], line["open"], line["pending"]) for line in said.now["people"]] == [("李备", 1, 1)]
    assert {tuple(one["reasons"]) for one in said.now["decisions"]} == {("未了事宜待认可",)}


def test_a_case_is_with_whoever_is_on_duty_for_its_stage_and_with_nobody_where_nobody_is() -> None:
    people = {line["label"]: line for line in of(CASES).now["people"]}
    assert people["王经"]["note"] == "客户经理"
    assert sum(line["open"] for line in people.values()) == 3
    assert {line["label"] for line in of(CASES, staff="人员\n姓名\n某人").now["people"]} == {"未安排"}


def test_open_cases_are_grouped_by_the_days_since_their_receipt() -> None:
    ages = {line["label"]: (line["value"], line["late"]) for line in of(CASES).now["ages"]}
    assert ages["1天以内"] == (2, 1)
    assert ages["4–7天"] == (1, 1)
    assert sum(count for count, _ in ages.values()) == 3


def test_the_week_counts_from_monday_and_only_what_was_closed_in_it() -> None:
    weeks = of(CASES).now["weeks"]
    assert len(weeks) == figures.WEEKS
    assert (weeks[-1]["label"], weeks[-1]["received"], weeks[-1]["closed"]) == ("11-16", 3, 0)
    assert sum(week["received"] for week in weeks[:-1]) == 0


def test_an_empty_register_has_a_page_too() -> None:
    said = of("反馈登记\n编号")
    assert tiles(said)["在办"] == 0
    assert page.render(said, NOW)


def test_the_figures_are_those_of_the_summary_of_the_same_days(plan: Plan, said: Content) -> None:
    period = figures.last_days(NOW)
    told = summary.summarise(plan.facts, plan.findings, _weekly(period))
    rate = said.now["tiles"][-1]
    assert (rate["value"], rate["of"]) == (told.this.on_time, told.this.judged)
    assert tiles(said)["在办"] == told.open.count
    states = dict(told.states)
    assert [tiles(said)[state] for state in ("超时", "临近", "未了事宜")] == [
        states[state].count for state in ("超时", "临近", "未了事宜")
    ]
    assert tiles(said)["重大在办"] == told.major_open.count


def test_on_time_rates_of_stages_are_those_of_a_slow_count(plan: Plan, said: Content) -> None:
    closed = set(plan.facts.clocks.now_at.index[plan.facts.clocks.now_at["state"] == "已办结"])
    first, end = dt.datetime(2026, 10, 23), dt.datetime(2026, 11, 22)
    counted: dict[tuple[str, str], list[int]] = {}
    for one in plan.facts.clocks.long().itertuples():
        verdict = Verdict(int(one.verdict))
        when = one.actual if pd.isna(one.due) else one.due
        if verdict not in (Verdict.ON_TIME, Verdict.FINISHED_LATE, Verdict.LATE) or not first <= when < end:
            continue
        if verdict is Verdict.LATE and one.row in closed:
            continue
        mine = counted.setdefault((one.flow, one.rule), [0, 0])
        mine[0] += verdict is Verdict.ON_TIME
        mine[1] += 1
    shown = {
        (flow["label"], stage["rule"]): [stage["onTime"], stage["judged"]]
        for flow in said.now["flows"]
        for stage in flow["stages"]
        if stage["judged"]
    }
    assert shown == counted and len(shown) > 10


def _weekly(period):  # type: ignore[no-untyped-def]
    import dataclasses

    return dataclasses.replace(period, kind="weekly")


def test_what_the_general_manager_decides_is_what_the_summary_says(plan: Plan, said: Content) -> None:
    told = summary.summarise(plan.facts, plan.findings, _weekly(figures.last_days(NOW)))
    assert [(one["number"], tuple(one["reasons"])) for one in said.now["decisions"]] == [
        (one.ticket, one.reasons) for one in told.decisions
    ]


def test_every_stage_that_the_clocks_know_stands_in_the_columns(plan: Plan, said: Content) -> None:
    """Rebuilt from the columns: start, due, actual and verdict of every round, as ``Clocks.long`` has them."""
    tickets, stages, rules = said.tickets["tickets"], said.tickets["stages"], said.tickets["rules"]
    rebuilt = set()
    place = 0
    for at, count in enumerate(stages["count"]):
        for s in range(place, place + count):
            if stages["marks"][s] & 8:
                continue
            received = tickets["received"][at] or 0
            start = None if stages["start"][s] is None else received + stages["start"][s]
            base = received if start is None else start
            times = [None if stages[name][s] is None else base + stages[name][s] for name in ("due", "actual")]
            rule = rules[stages["rule"][s]]["id"]
            rebuilt.add((tickets["row"][at], rule, stages["round"][s], stages["verdict"][s], start, *times))
        place += count
    long = plan.facts.clocks.long()
    known = {
        (int(one.row), one.rule, int(one.round), int(one.verdict), *map(_seconds, (one.start, one.due, one.actual)))
        for one in long.itertuples()
        if int(one.verdict) != Verdict.NOT_REQUIRED or not pd.isna(one.start)
    }
    assert known <= rebuilt
    assert len(rebuilt - known) == sum(one[3] == Verdict.NOT_REQUIRED for one in rebuilt - known)


def _seconds(moment) -> int | None:  # type: ignore[no-untyped-def]
    return None if pd.isna(moment) else int((moment - pd.Timestamp(0)).total_seconds())


def test_no_telephone_vin_plate_or_name_of_a_customer_stands_in_it(plan: Plan, said: Content) -> None:
    told = page._json(said.now) + page._json(said.tickets)
    mail = EmailMessage()
    mail.set_content(told.replace('"', "\n"))
    assert lastcheck.hits(mail.as_bytes(), Sight.MASKED) == ()
    register = plan.facts.register
    for column in ("联系电话", "车架号"):
        assert not [value for value in register[column] if value and value in told]
    names = {name for name in register["客户姓名"] if len(name) > 2 and not name.endswith(("先生", "女士", "公司"))}
    staff = plan.facts.roster.names
    assert not [name for name in names - staff if f'"{name}"' in told]


@pytest.mark.parametrize("typed", ["王先生电话13800138001要求退车", "京A12345的车主", "LSVAM4187C2184841 漏油"])
def test_what_was_typed_into_a_summary_is_masked(typed: str) -> None:
    said = of(f"反馈登记\n编号           | 接收时间    | 内容概要\nFK20261121-001 | 11-21 09:00 | {typed}")
    (summary_,) = said.tickets["tickets"]["summary"]
    assert summary_ != typed and "*" in summary_
