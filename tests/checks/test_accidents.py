"""Major quality accidents: approved first, proved, parts kept, tracked (EVQ); the days of Order 43 told (LAW-43)."""

import pytest

from automation.checks import accidents
from tests import tables
from tests.checks.cases import ERROR, INFO, WARNING, Case, look

SHEET = "重大质量事故"
REGISTER = "反馈登记\n编号 | 流程 | 客户要求 | 责任认定\nFK20261103-001 | 重大质量事故 | 赔偿 | 属实"
HEADS = "编号 | 申请类型 | 证据 | 申请日期 | 批准人 | 批准日期 | 执行日期 | 故障件保管 | 核销单号 | 赔偿金额 | 跟踪结果 | 申请号"
ROW = "FK20261103-001 | 附带赔偿 | 照片 | 11-03 | 陈总 | 11-05 | 11-06 | 旧件库 | | 3600 | 有效 | ZD20261103-01"
STAFF = "人员\n姓名 | 角色\n陈总 | 主管总经理\n王芳 | 客户经理"
DEMAND = "反馈登记\n编号 | 客户要求 | 接收时间 | 归档时间\nFK20261103-001 | 换车 | 11-03 09:00 | "


def book(row: str = ROW, register: str = REGISTER, more: str = "") -> str:
    return "\n\n".join(filter(None, (register, f"{SHEET}\n{HEADS}\n{row}".strip(), STAFF, more)))


def asks(wish: str, more: str = "") -> str:
    return "\n\n".join(filter(None, (DEMAND.replace("换车", wish), more)))


def answered(what: str) -> str:
    return f"处理记录\n编号 | 事项 | 时间\nFK20261103-001 | {what} | 11-05 10:00"


CASES = (
    Case(
        "a ticket of this flow without an application",
        "EVQ",
        "反馈登记!B2",
        WARNING,
        f"“{SHEET}”里没有这一单的申请",
        book(""),
        ("| 重大质量事故", "| 标准流程"),
    ),
    Case(
        "an application about a ticket that does not exist",
        "EVQ",
        f"{SHEET}!A2",
        WARNING,
        "编号 FK20261103-001 不在反馈登记中",
        book(register=REGISTER.replace("001 | 重大质量事故", "002 | 标准流程")),
        ("FK20261103-002", "FK20261103-001"),
    ),
    Case(
        "an application without its day",
        "EVQ",
        f"{SHEET}!D2",
        WARNING,
        "不能给申请号",
        book(ROW.replace("照片 | 11-03", "照片 | ")),
        ("照片 | ", "照片 | 11-03"),
    ),
    Case(
        "one number for two applications",
        "EVQ",
        f"{SHEET}!L3",
        ERROR,
        "申请号 ZD20261103-01 与前面的申请重复",
        book(f"{ROW}\n{ROW.replace('3600', '3700')}"),
        (ROW.replace("3600", "3700"), ROW.replace("-01", "-02")),
    ),
    Case(
        "carried out without an approval",
        "EVQ",
        f"{SHEET}!F2",
        ERROR,
        "已于 2026-11-06 执行,但没有批准日期",
        book(ROW.replace("11-05", "")),
        ("陈总 |  |", "陈总 | 11-06 |"),
    ),
    Case(
        "carried out before the approval",
        "EVQ",
        f"{SHEET}!G2",
        ERROR,
        "执行日期 2026-11-04 早于批准日期 2026-11-05",
        book(ROW.replace("11-06", "11-04")),
        ("11-04", "11-05"),
    ),
    Case(
        "approved by nobody",
        "EVQ",
        f"{SHEET}!E2",
        ERROR,
        "没有批准人",
        book(ROW.replace("陈总", "")),
        ("11-03 |  |", "11-03 | 陈总 |"),
    ),
    Case(
        "approved by somebody who is not the leadership",
        "EVQ",
        f"{SHEET}!E2",
        ERROR,
        "批准人“王芳”不是主管总经理",
        book(ROW.replace("陈总", "王芳")),
        ("王芳 | 11-05", "陈总 | 11-05"),
        hints="陈总",
    ),
    Case(
        "an application without evidence",
        "EVQ",
        f"{SHEET}!C2",
        ERROR,
        "申请没有证据",
        book(ROW.replace("照片", "")),
        ("附带赔偿 |  |", "附带赔偿 | 照片 |"),
    ),
    Case(
        "nobody knows where the failed part is",
        "EVQ",
        f"{SHEET}!H2",
        WARNING,
        "没有写故障件在哪里",
        book(ROW.replace("旧件库", "")),
        ("11-06 |  | |", "11-06 |  | HX001 |"),
    ),
    Case(
        "compensation for which nobody wrote whose fault it is",
        "X-06",
        f"{SHEET}!J2",
        WARNING,
        "要赔偿 3600 元，但登记表里本单没有写责任认定",
        book(register="反馈登记\n编号 | 流程 | 客户要求 | 责任认定\nFK20261103-001 | 重大质量事故 | 赔偿内饰 | "),
        ("赔偿内饰 | ", "赔偿内饰 | 出厂密封缺陷"),
        hints="口碑",
    ),
    Case(
        "a failed part scrapped before the 核销单 came",
        "EVQ",
        f"{SHEET}!H2",
        WARNING,
        "故障件却是“已报废”",
        book(ROW.replace("旧件库", "已报废")),
        ("已报废 | |", "已报废 | HX001 |"),
        hints="核销",
    ),
    Case(
        "a compensation without its amount",
        "EVQ",
        f"{SHEET}!J2",
        WARNING,
        "申请附带赔偿,但没有赔偿金额",
        book(ROW.replace("3600", "")),
        ("| 附带赔偿 |", "| 换车 |"),
    ),
    Case(
        "31 days after it was carried out nobody knows whether it helped",
        "EVQ",
        f"{SHEET}!K2",
        INFO,
        "2026-11-06 执行后已超过 30 天,没有跟踪结果",
        book(ROW.replace("有效", "")),
        ("| 11-05 | 11-06 |", "| 11-05 | 11-07 |"),
        now="12-07 00:00",
    ),
    Case(
        "a demand for another car, three working days before its answer is due",
        "LAW-43",
        "反馈登记!B2",
        INFO,
        "答复期限是 2026-11-17(2026-11-03 提出,次日起第 10 个工作日),快到了",
        asks("换车"),
        ("换车", "换车灯"),
        now="11-12 00:00",
        hints="供参考",
    ),
    Case(
        "a demand whose answer is overdue",
        "LAW-43",
        "反馈登记!B2",
        INFO,
        "已过",
        asks("要求退车", answered("调查")),
        ("调查", "答复客户"),
        now="11-18 00:00",
    ),
    Case(
        "a demand that was answered, near the day by which it is to be completed",
        "LAW-43",
        "反馈登记!B2",
        INFO,
        "完成更换或退货期限是 2026-12-01(2026-11-03 提出,次日起第 20 个工作日),快到了",
        asks("更换一辆新车", answered("反馈结果")),
        ("11-03 09:00 | ", "11-03 09:00 | 11-20 10:00"),
        now="11-26 00:00",
    ),
    Case(
        "a closed day of the dealership's own moves the date",
        "LAW-43",
        "反馈登记!B2",
        INFO,
        "答复期限是 2026-11-18",
        asks("整车退款", "节假日\n日期 | 类型\n11-06 | 休"),
        ("整车退款", "整车检查"),
        now="11-18 12:00",
    ),
    Case(
        "an application for the money back counts from its day",
        "LAW-43",
        f"{SHEET}!B2",
        INFO,
        "2026-11-03 提出",
        book(ROW.replace("附带赔偿", "退车").replace("11-06", "")),
        ("| 退车 |", "| 附带赔偿 |"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_wrong_with_an_accident_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(accidents.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_accident_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(accidents.CHECKS)


def test_an_accident_handled_as_it_should_be_has_nothing_to_find() -> None:
    assert look(accidents.CHECKS, tables.facts(book(), now="12-20 09:00")) == []


def test_four_working_days_before_its_end_nothing_is_said_of_a_demand() -> None:
    assert look(accidents.CHECKS, tables.facts(asks("换车"), now="11-11 23:59")) == []


@pytest.mark.parametrize(
    "wish", ["退车", "换一台新车", "要求更换车辆", "新车退货", "退回全部购车款", "退还车款，车辆退货", "换车或说明原因"]
)
def test_a_wish_for_another_car_or_the_money_back_is_known(wish: str) -> None:
    assert [f.rule for f in look(accidents.CHECKS, tables.facts(asks(wish)))] == ["LAW-43"]


@pytest.mark.parametrize(
    "wish",
    [
        "更换主机",
        "退款200元工时费",
        "更换车辆蓄电池",
        "提供代步车",
        "换车门密封条",
        "不要求换车，修好即可",
        "配件退货",
        "换全新件",
    ],
)
def test_a_wish_for_a_part_or_a_fee_is_not_taken_for_it(wish: str) -> None:
    assert look(accidents.CHECKS, tables.facts(asks(wish))) == []


def test_a_demand_of_a_ticket_that_is_also_applied_for_is_told_once() -> None:
    text = book(ROW.replace("附带赔偿", "换车").replace("11-06", ""), asks("换车"))
    assert [str(f.where) for f in look(accidents.CHECKS, tables.facts(text))] == ["反馈登记!B2"]


OPINION = f"{SHEET}\n编号 | 申请类型 | 证据 | 申请日期 | 批准人 | 批准日期 | 批准意见 | 执行日期 | 核销单号\n"


@pytest.mark.parametrize(
    ("opinion", "carried_out", "found"),
    [
        ("不同意", "11-06", True),
        ("暂缓办理，待厂家答复", "11-06", True),
        ("驳回", "11-06", True),
        ("驳回", "", False),
        ("原驳回，补充照片后同意", "11-06", False),
        ("", "11-06", False),
    ],
)
def test_what_leadership_refused_and_was_carried_out_all_the_same_is_found(
    opinion: str, carried_out: str, found: bool
) -> None:
    row = f"FK20261103-001 | 换车 | 照片 | 11-03 | 陈总 | 11-05 | {opinion} | {carried_out} | HX001"
    text = "\n\n".join((REGISTER, OPINION + row, STAFF))
    said = [one for one in look(accidents.CHECKS, tables.facts(text)) if one.rule == "EVQ"]
    assert [(str(one.where), one.severity) for one in said] == ([(f"{SHEET}!G2", ERROR)] if found else [])
    assert all(f"批准意见是“{opinion}”" in one.message for one in said)
