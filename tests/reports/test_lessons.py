"""The monthly analysis in figures: argued by hand, counted again row by row, and summing up whichever way."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st

from automation.checks.facts import Facts
from automation.reports.figures import Cases
from automation.reports.lessons import faults, topics
from automation.reports.lessons.measures import PATIENCE, State
from automation.reports.lessons.pareto import pareto, share_words
from automation.reports.lessons.topic_rules import RULES
from automation.reports.lessons.whole import GROUPS, Analysis, analyse
from automation.reports.period import MONTHLY, containing, parse
from automation.roster import names_in
from tests import tables
from tests.reports.test_weekly import described, facts_of
from tests.sla.test_clock import PHASES
from workbook.schema import EVENTS

OCTOBER = parse(MONTHLY, "2026-10")

REGISTER = """
反馈登记
编号           | 接收时间    | 流程     | 级别 | 反馈渠道 | 反馈类别 | 被反馈部门 | 车型    | 客户姓名 | 车牌号  | 联系电话    | 内容概要           | 当事人 | 责任人 | 责任认定       | 回访时间    | 满意度 | 归档时间
FK20260801-001 | 08-01 09:00 |          | 一般 | 电话     | 质量问题 | 机修车间   | 远澜 L5 | 王小明   | 京A12345 | 13800138000 | 变速箱换挡顿挫     | 张伟   |        | 张伟未路试，属实 |             |        | 08-03 10:00
FK20260905-001 | 09-05 09:00 |          | 一般 | 电话     | 质量问题 | 机修车间   | 远澜 L5 | 李雷雷   | 京B23456 | 13900139000 | 漏油               |        |        |                |             |        | 09-08 10:00
FK20261003-001 | 10-03 09:00 |          | 一般 | 电话     | 质量问题 | 机修车间   | 远澜 L5 | 王小明   | 京A12345 | 13800138000 | 变速箱又顿挫了     | 张伟   |        | 属实           | 10-05 09:00 | 不满意 | 10-06 10:00
FK20261004-001 | 10-04 09:00 |          | 一般 | 网络     | 质量问题 | 机修车间   | 远澜 X3 | 韩梅梅   | 京C34567 | 13700137000 | 打方向异响         | 张伟   | 张伟   | 装配不到位，属实 | 10-06 09:00 | 不满意 | 10-07 10:00
FK20261005-001 | 10-05 09:00 |          | 重大 | 媒体     | 质量问题 | 机修车间   | 远澜 X3 | 赵先生   | 京D45678 | 13600136000 | 高速上没有动力     | 李娜   | 张伟   | 不属实         | 10-07 09:00 | 满意   |
FK20261006-001 | 10-06 09:00 |          | 一般 | 电话     | 服务态度 | 售后服务部 | 远澜 L5 | 李雷雷   | 京Z99999 | 13900139000 | 等了很久           |        |        |                |             |        |
FK20261031-001 | 10-31 23:59 | 厂家规范 | 一般 | 厂家     | 产品质量 | 销售部     | 远澜 l5 | 孙小美   | 未上牌   | 13400134000 | 车机黑屏           |        |        |                |             |        | 11-01 10:00
FK20261101-001 | 11-01 00:00 |          | 一般 | 电话     | 产品质量 | 销售部     | 远澜 L5 | 周先生   | 未上牌   | 13300133000 | 车机黑屏           |        |        |                |             |        |

处理记录
编号           | 时间        | 事项     | 经手人 | 内容                | 结果
FK20260801-001 | 08-02 10:00 | 预防措施 | 方致远 | 王小明的车路试记录  | 已写入班组要求
FK20260801-001 | 08-20 10:00 | 措施验证 | 陆文琴 | 抽查三单            | 合格
FK20260905-001 | 09-06 10:00 | 纠正措施 | 方致远 | 换油封              | 已落实
FK20261003-001 | 10-05 10:00 | 纠正措施 | 方致远 | 重做匹配            | 仍有顿挫，无效
FK20261004-001 | 10-20 10:00 | 改善计划 | 方致远 | 扭矩复核            |

维修质保
编号           | 车架号            | 维修类型 | 故障现象 | 出厂日期 | 出厂里程 | 再修日期 | 再修里程
FK20261004-001 | LSVAM4187C2184841 | 小修     | 方向异响 | 09-28    | 10000    | 10-04    | 10100
FK20261005-001 | LSVAM4187C2184842 | 小修     | 没有动力 | 06-28    | 10000    | 10-05    | 10100

抽查
抽查月份 | 抽查项       | 结果
2026-10  | 定期电话回访 | 达标
2026-10  | 定期电话回访 | 未达标
2026-09  | 定期电话回访 | 达标

人员
姓名 | 部门     | 角色       | 主次 | 邮箱         | 在岗
张伟 | 机修车间 | 维修班组长 | 主   | zw@x.example | 是
"""  # noqa: E501
AUGUST, SEPTEMBER, AGAIN, SECOND, MAJOR, PHONE, LAST, NEXT = range(2, 10)
"""The Excel rows of the tickets above, in order."""


@pytest.fixture(scope="module")
def hand() -> Analysis:
    return analyse(tables.facts(REGISTER, now="11-03 08:00"), OCTOBER)


# --- Argued by hand ---------------------------------------------------------------------------------------------------


def test_the_month_is_compared_with_those_since_the_registers_first_ticket(hand: Analysis) -> None:
    """X-02."""
    # The last minute of October counts, the first of November does not. August and September are all there is.
    assert hand.this.received.rows == (AGAIN, SECOND, MAJOR, PHONE, LAST)
    assert [month.label for month in hand.months.shown] == ["2026-08", "2026-09", "2026-10"]
    assert hand.average == 1.0
    quality = hand.by["反馈类别"][0]
    assert (quality.label, quality.cases.rows) == ("质量问题", (AGAIN, SECOND, MAJOR))
    assert (quality.before, quality.average) == (1, 1.0)
    # A model written in other capitals is the same model.
    assert [(line.label, line.count) for line in hand.by["车型"]] == [("远澜 L5", 3), ("远澜 X3", 2)]


@pytest.mark.parametrize(("first", "compared"), [("08-07", ["2026-08", "2026-09"]), ("08-08", ["2026-09"])])
def test_a_month_that_the_register_began_in_the_midst_of_is_not_compared_with(first: str, compared: list[str]) -> None:
    """X-02: it is shown, but would make every average too low."""
    found = analyse(tables.facts(REGISTER.replace("08-01 09:00", f"{first} 09:00"), now="11-03 08:00"), OCTOBER)
    assert [month.label for month in found.months.shown] == ["2026-08", "2026-09", "2026-10"]
    assert [month.label for month in found.months.earlier] == compared
    assert (found.average, found.months.average_words) == (1.0, f"前{len(compared)}个月平均")
    young = tables.facts(REGISTER.replace("08-01 09:00", "09-20 09:00").replace("09-05 09", "09-20 09"), now="11-03")
    only = analyse(young, OCTOBER)
    # September alone is half a month: there is nothing to compare with yet.
    assert (only.months.before, only.last, only.average, len(only.flows)) == (None, None, None, 2)
    assert {line.average for line in only.by["反馈类别"]} == {None}


def test_the_vital_few_are_marked_where_there_are_few(hand: Analysis) -> None:
    """X-05."""
    bars = [(bar.line.label, round(bar.cumulative, 2), bar.vital) for bar in hand.categories]
    # 60 % and 80 %: two of three categories are no few.
    assert bars == [("质量问题", 0.6, False), ("产品质量", 0.8, False), ("服务态度", 1.0, False)]
    lines = [line for line in hand.by["反馈类别"] if line.count]
    assert not any(bar.vital for bar in pareto(lines[1:]))  # two tickets: nothing can be said
    skewed = [replace(lines[0], cases=Cases(tuple(range(2, 12)))), *lines[1:]]
    assert [bar.vital for bar in pareto(skewed)] == [True, False, False]  # ten, one and one
    assert (share_words(1, 3), share_words(4, 10), share_words(0, 0)) == ("1/3", "40%（4/10）", "")


def test_a_customer_who_came_back_is_told_with_the_closed_case_before(hand: Analysis) -> None:
    """X-05."""
    told = {one.row: (one.earlier, one.key, one.alike, one.days) for one in hand.repeats}
    assert told == {
        AGAIN: (AUGUST, "车牌号", "同一故障", 61),  # 3 August to 3 October
        PHONE: (SEPTEMBER, "联系电话", "", 28),  # another car, the same telephone
    }


def test_an_open_case_or_a_car_without_a_plate_makes_no_repeat() -> None:
    text = """
反馈登记
编号           | 接收时间    | 车牌号  | 归档时间    | 内容概要
FK20260901-001 | 09-01 09:00 | 京A12345 |             | 漏油
FK20260902-001 | 09-02 09:00 | 未上牌  | 09-03 09:00 | 漏油
FK20261001-001 | 10-01 09:00 | 京A12345 |             | 漏油
FK20261002-001 | 10-02 09:00 | 未上牌  |             | 漏油
"""
    assert analyse(tables.facts(text, now="11-03 08:00"), OCTOBER).repeats == ()


def test_two_that_follow_the_same_case_are_one_customer() -> None:
    text = """
反馈登记
编号           | 接收时间    | 车牌号  | 联系电话    | 归档时间
FK20260901-001 | 09-01 09:00 | 京A12345 | 13800138000 | 09-05 09:00
FK20261001-001 | 10-01 09:00 | 京A12345 |             | 10-03 09:00
FK20261010-001 | 10-10 09:00 |         | 13800138000 |
FK20261012-001 | 10-12 09:00 | 京A12345 |             |
"""
    found = analyse(tables.facts(text, now="11-03 08:00"), OCTOBER).repeats
    assert [(one.row, one.earlier, one.group) for one in found] == [(3, 2, 1), (4, 2, 1), (5, 3, 1)]


def test_a_fault_back_within_a_month_and_the_warranty_of_repairs(hand: Analysis) -> None:
    """EVQ, REPAIR."""
    # 28 September to 4 October: six days, 100 km of 2,000. 28 June to 5 October is past both.
    assert [(one.ticket, one.row, (one.back - one.repaired).days) for one in hand.came_back] == [
        ("FK20261004-001", SECOND, 6)
    ]
    assert [part.count for part in (hand.warranty.within, hand.warranty.outside, hand.warranty.unknown)] == [1, 1, 0]


def test_people_are_counted_once_a_ticket_and_upheld_only_where_it_says_so(hand: Analysis) -> None:
    # Three of October name 张伟; 不属实 is no 属实. 李娜 is named in the one that was not upheld.
    (zhang, li) = hand.people
    assert (zhang.name, zhang.department, zhang.cases.rows) == ("张伟", "机修车间", (AGAIN, SECOND, MAJOR))
    assert (zhang.upheld.rows, zhang.before, zhang.average) == ((AGAIN, SECOND), 0, 0.5)
    assert (li.name, li.department, li.cases.rows, li.upheld.rows) == ("李娜", "", (MAJOR,), ())


def test_measures_are_open_until_verified(hand: Analysis) -> None:
    """TIER."""
    told = [(one.ticket, one.kind, one.state, one.age, one.in_month) for one in hand.measures]
    # August's was verified and is not October's: left out.
    assert told == [
        ("FK20260905-001", "纠正措施", State.OVERDUE, 58, False),
        ("FK20261003-001", "纠正措施", State.IN_VAIN, 29, True),
        ("FK20261004-001", "改善计划", State.WAITING, 14, True),
    ]


def test_a_closed_oem_case_owes_its_analysis(hand: Analysis) -> None:
    """OEM."""
    (debt,) = hand.debts
    assert (debt.row, debt.lacks, debt.age) == (LAST, "分析报告、预防措施", 2)


def test_spot_checks_beside_the_month_before(hand: Analysis) -> None:
    """X-03."""
    (check,) = hand.spot_checks
    assert (check.item, check.met, check.checked) == ("定期电话回访", 1, 2)
    assert (check.met_before, check.checked_before) == (1, 1)


def test_satisfaction_by_department(hand: Analysis) -> None:
    (line,) = hand.satisfaction["被反馈部门"]
    assert (line.label, line.rated.count, line.satisfied.count, line.dissatisfied.count) == ("机修车间", 3, 1, 2)


def test_every_topic_says_its_rule_its_figures_and_its_tickets(hand: Analysis) -> None:
    """X-05."""
    told = {(t.rule.id, t.about): (t.count, tables.plain(t.why), t.cases.rows) for t in hand.topics}
    assert told[("培训1", "质量问题")] == (3, "当月3件,前2个月平均1.0件", (AGAIN, SECOND, MAJOR))
    assert told[("培训3", "张伟")] == (2, "当月涉及3件,其中责任认定属实2件", (AGAIN, SECOND))
    assert told[("培训6", "维修后一月内同类故障")][2] == (SECOND,)
    assert told[("培训7", "机修车间")] == (2, "当月有评价3件,不满意2件", (AGAIN, SECOND))
    assert ("培训5", "机修车间") not in told  # one repeat is none yet


@pytest.mark.parametrize(
    ("this", "before", "proposed"),
    [
        (3, 2, True),  # just half more
        (2, 0, False),  # too few, though none before
        (4, 3, False),  # not half more
        (4, None, False),  # nothing to compare with: five are asked for
        (5, None, True),
    ],
)
def test_a_category_is_a_topic_from_half_more_than_before_on(this: int, before: int | None, proposed: bool) -> None:
    lines = [f"FK2026100{n}-001 | 10-0{n} 09:00 | 费用价格" for n in range(1, this + 1)]
    if before is not None:
        lines += [f"FK2026090{n}-001 | 09-0{n} 09:00 | 费用价格" for n in range(1, before + 1)]
        lines += ["FK20260909-001 | 09-09 09:00 | 服务态度"]
    text = "反馈登记\n编号 | 接收时间 | 反馈类别\n" + "\n".join(lines)
    found = analyse(tables.facts(text, now="11-03 08:00"), OCTOBER)
    assert ("费用价格" in {t.about for t in found.topics if t.rule.id == "培训1"}) is proposed


def test_every_rule_can_be_asked_and_says_what_it_does() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.figure in topics.FIGURES
        assert str(rule.least) in rule.words


# --- Faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("高速行驶时发动机异响", "发动机异响"),
        ("低速变速箱顿挫，偶尔车机死机", "变速箱顿挫/抖动"),  # the first that is told
        ("发动机缸盖渗油，多次维修", "漏油/渗油"),
        ("机油消耗大，烧机油", "烧机油/机油异常"),
        ("行驶中车机黑屏，倒车影像失灵", "车机/屏幕/影像"),
        ("全景天窗漏水，下雨后脚垫全湿", "漏水/密封"),
        ("修了三次还是有异响", "异响（部位不明）"),
        ("故障灯三次都没修好", "故障灯/报警"),
        ("发动机很好，只是等了很久。后来有异响", "异响（部位不明）"),  # not one clause
        ("接待人员态度不好", ""),
    ],
)
def test_a_fault_is_named_by_the_words_of_its_family(text: str, family: str) -> None:
    assert tables.plain(faults.named(text)) == tables.plain(family)


def test_only_complaints_about_faults_have_one_and_the_details_help_where_the_summary_is_silent() -> None:
    text = """
反馈登记
反馈类别 | 内容概要   | 详细经过
质量问题 | 又坏了     | 车主说空调不凉
服务态度 | 空调不凉   |
质量问题 | 又坏了     |
         | 漏油       |
         | 等了很久   |
"""
    assert faults.of(tables.load(text).register.frame).tolist() == ["空调", "", faults.UNNAMED, "漏油/渗油", ""]


# --- Counted again, row by row ----------------------------------------------------------------------------------------


@st.composite
def shops(draw: st.DrawFn) -> tuple[dict[str, list[dict[str, Any]]], dt.datetime]:
    sheets, now = draw(described())
    for row in sheets["反馈登记"]:
        row["车型"] = draw(st.sampled_from(["", "X3", "x3", "L5*"]))
        row["反馈渠道"] = draw(st.sampled_from(["", "电话", "网络"]))
        row["车牌号"] = draw(st.sampled_from(["", "京A12345", "京B23456", "未上牌"]))
        row["联系电话"] = draw(st.sampled_from(["", "13800138000", "13900139000"]))
        row["内容概要"] = draw(st.sampled_from(["", "漏油", "异响", "等了很久"]))
        row["当事人"] = draw(st.sampled_from(["", "张伟", "张伟、李娜"]))
        row["责任人"] = draw(st.sampled_from(["", "李娜"]))
        row["责任认定"] = draw(st.sampled_from(["", "属实", "不属实"]))
        row["接收时间"] = row["接收时间"] and row["接收时间"] - dt.timedelta(days=draw(st.sampled_from([0, 0, 31, 62])))
    for row in sheets["处理记录"]:
        row["事项"] = draw(st.sampled_from([row["事项"], "纠正措施", "预防措施", "措施验证"]))
    return sheets, now


@tried(max_examples=60, phases=PHASES)
@given(shops(), st.integers(-2, 1))
def test_figures_equal_those_counted_row_by_row_and_every_grouping_sums_up(
    given_: tuple[dict[str, list[dict[str, Any]]], dt.datetime], back: int
) -> None:
    facts = facts_of(*given_)
    period = containing(MONTHLY, facts.now.date() + dt.timedelta(days=30 * back))
    found = analyse(facts, period)
    rows = [{**line, "row": row} for row, line in facts.register.to_dict("index").items()]
    mine = [
        row
        for row in rows
        if row["接收时间"] == row["接收时间"] and period.first <= row["接收时间"].date() <= period.last
    ]
    total = sorted(row["row"] for row in mine)
    assert list(found.this.received.rows) == total
    for column in GROUPS:
        lines = found.by[column]
        assert sorted(row for line in lines for row in line.cases.rows) == total
        if column != "流程":
            default = {"级别": "一般"}.get(column, "未填")
            plain = Counter((str(row[column]) or default).casefold() for row in mine)
            assert {line.label.casefold(): line.count for line in lines if line.count} == plain
        if found.average is not None:
            assert sum(line.average or 0 for line in lines) == pytest.approx(found.average)
            assert found.last is not None
            assert sum(line.before or 0 for line in lines) == found.last.received.count
    named = Counter(name for row in mine for name in {*names_in(row["责任人"]), *names_in(row["当事人"])})
    assert {one.name: one.cases.count for one in found.people} == named
    upheld = Counter(
        name for row in mine if row["责任认定"] == "属实" for name in names_in(row["责任人"] or row["当事人"])
    )
    assert Counter({one.name: one.upheld.count for one in found.people if one.upheld}) == upheld
    assert {one.row for one in found.repeats} == came_again(facts, found, mine)
    assert sum(line.judged for line in found.timeliness["department"]) == found.this.judged
    assert sum(line.on_time for line in found.timeliness["role"]) == found.this.on_time
    assert sum(line.late_stages for line in found.timeliness["role"]) == len(found.late)
    assert sum(line.count for line in found.late_stages) == len(found.late)
    for column in found.satisfaction:
        assert sum(line.rated.count for line in found.satisfaction[column]) == found.this.callbacks.rated.count
    assert [(m.ticket, m.state) for m in found.measures if m.state.open] == measures_open(facts)
    assert set(found.listed.index) >= {*total, *(one.earlier for one in found.repeats)}


def came_again(facts: Facts, found: Analysis, mine: list[dict[str, Any]]) -> set[int]:
    closed = {row: at for row, at in found.here.tickets["closed_at"].items() if str(at) != "NaT"}
    return {
        row["row"]
        for row in mine
        for other, at in closed.items()
        if dt.timedelta() < row["接收时间"] - at <= dt.timedelta(days=365)
        and any(
            row[key] not in ("", "未上牌") and row[key] == facts.register.at[other, key]
            for key in ("车牌号", "联系电话")
        )
    }


def measures_open(facts: Facts) -> list[tuple[str, State]]:
    entries = [one for one in facts.ledger[EVENTS].frame.to_dict("records") if one["编号"]]
    made: list[tuple[int, int, str, State]] = []
    for place, one in enumerate(entries):
        if one["事项"] not in ("纠正措施", "预防措施", "改善计划"):
            continue
        at = one["时间"]
        seen = [o["时间"] for o in entries if o["编号"] == one["编号"] and o["事项"] == "措施验证"]
        if seen and (str(at) == "NaT" or all(str(s) == "NaT" for s in seen)):
            continue
        if any(str(s) != "NaT" and (s >= at or _vague(s, at)) for s in seen):
            continue
        old = str(at) != "NaT" and facts.now - at > PATIENCE
        age = -1 if str(at) == "NaT" else (facts.now.date() - at.date()).days
        made.append((-age, place, one["编号"], State.OVERDUE if old else State.WAITING))
    return [(ticket, state) for _, _, ticket, state in sorted(made)]


def _vague(one: Any, other: Any) -> bool:
    days = one.normalize(), other.normalize()
    return bool(days[0] == days[1] and (one == days[0] or other == days[1]))
