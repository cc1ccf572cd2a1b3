"""Values and how they are written: lists, plates, phones, VINs, mileage, names."""

import pytest

from automation.checks import values
from tests.checks.cases import ERROR, WARNING, Case

DICTIONARY = "\n\n字典\n反馈渠道 | 部门\n电话 | 售后服务部\n网络 | 销售部"
STAFF = "\n\n人员\n姓名 | 角色\n张伟 | 客户经理\n李娜 | 管理部"

CASES = (
    Case(
        "a level that the list does not have, with the nearest one proposed",
        "LIST-01",
        "反馈登记!B2",
        ERROR,
        "“级别”是“严重”，不在列表中；是不是“重大”？",
        "反馈登记\n内容概要 | 级别\n异响 | 严重",
        ("严重", "重大"),
        hints="一般、重大",
    ),
    Case(
        "a channel that this dealership does not keep in its own list",
        "LIST-01",
        "反馈登记!B2",
        WARNING,
        "“反馈渠道”是“座机电话”，不在列表中；是不是“电话”？",
        "反馈登记\n内容概要 | 反馈渠道\n异响 | 座机电话" + DICTIONARY,
        ("座机电话", "电话"),
        hints="加到“字典”表",
    ),
    Case(
        "a value so unlike the list that nothing is proposed",
        "LIST-01",
        "未了事宜台帐-客户经理!B2",
        ERROR,
        "“状态”是“OK”，不在列表中",
        "未了事宜台帐-客户经理\n编号 | 状态\nFK20261103-001 | OK",
        ("OK", "已了"),
    ),
    Case(
        "a plate with a sign too many",
        "FORM-01",
        "反馈登记!B2",
        WARNING,
        "车牌号“京A1234567”不像车牌",
        "反馈登记\n内容概要 | 车牌号\n异响 | 京A1234567",
        ("京A1234567", "京A12345"),
    ),
    Case(
        "a plate with the letter O for a nought",
        "FORM-01",
        "反馈登记!B2",
        WARNING,
        "不像车牌",
        "反馈登记\n内容概要 | 车牌号\n异响 | 京AO2345",
        ("京AO2345", "京A02345"),
    ),
    Case(
        "a plate of a new energy car with its letter in the wrong place",
        "FORM-01",
        "反馈登记!B2",
        WARNING,
        "不像车牌",
        "反馈登记\n内容概要 | 车牌号\n异响 | 沪A1D2345",
        ("沪A1D2345", "沪AD12345"),
    ),
    Case(
        "a car said to have no plate in words nobody agreed on",
        "FORM-01",
        "反馈登记!B2",
        WARNING,
        "不像车牌",
        "反馈登记\n内容概要 | 车牌号\n异响 | 没有",
        ("没有", "未上牌"),
    ),
    Case(
        "a mobile number with a digit missing",
        "FORM-02",
        "反馈登记!B2",
        WARNING,
        "联系电话“1380013800”不是有效号码（10 位）",
        "反馈登记\n内容概要 | 联系电话\n异响 | 1380013800",
        ("1380013800", "13800138000"),
    ),
    Case(
        "a landline without its area",
        "FORM-02",
        "反馈登记!B2",
        WARNING,
        "不是有效号码",
        "反馈登记\n内容概要 | 联系电话\n异响 | 12345678",
        ("12345678", "(010)12345678"),
    ),
    Case(
        "a VIN one sign short",
        "FORM-03",
        "反馈登记!B2",
        WARNING,
        "是 16 位，应为 17 位",
        "反馈登记\n内容概要 | 车架号\n异响 | 1M8GDM9AXKP04278",
        ("1M8GDM9AXKP04278", "1M8GDM9AXKP042788"),
    ),
    Case(
        "a VIN with the letter O",
        "FORM-03",
        "反馈登记!B2",
        WARNING,
        "含有不允许的字符 O",
        "反馈登记\n内容概要 | 车架号\n异响 | 1M8GDM9AXKPO42788",
        ("KPO", "KP0"),
    ),
    Case(
        "a VIN with one digit copied wrongly",
        "FORM-03",
        "反馈登记!B2",
        WARNING,
        "第 9 位校验位是 X，按其余各位应为 1",
        "反馈登记\n内容概要 | 车架号\n异响 | 1M8GDM9AXKP042789",
        ("2789", "2788"),
    ),
    Case(
        "a check digit that binds cars made in China, and not those of Europe",
        "FORM-03",
        "反馈登记!B2",
        WARNING,
        "校验位",
        "反馈登记\n内容概要 | 车架号\n异响 | LVZZZZZZZZZ123456",
        ("LVZ", "WVZ"),
    ),
    Case(
        "a mileage below nothing",
        "FORM-04",
        "反馈登记!B2",
        WARNING,
        "行驶里程“-5”不合理",
        "反馈登记\n内容概要 | 行驶里程\n异响 | -5",
        ("-5", "0"),
    ),
    Case(
        "a mileage no car has",
        "FORM-04",
        "反馈登记!B2",
        WARNING,
        "不合理",
        "反馈登记\n内容概要 | 行驶里程\n异响 | 1500001",
        ("1500001", "1500000"),
    ),
    Case(
        "half a kilometre",
        "FORM-04",
        "反馈登记!B2",
        WARNING,
        "行驶里程“3200.5”不合理",
        "反馈登记\n内容概要 | 行驶里程\n异响 | 3200.5",
        ("3200.5", "3200"),
    ),
    Case(
        "a name that nobody bears, with the nearest one proposed",
        "PERSON-01",
        "反馈登记!B2",
        WARNING,
        "“当事人”里的“张玮”不在人员表中；是不是“张伟”？",
        "反馈登记\n内容概要 | 当事人\n异响 | 李娜、张玮" + STAFF,
        ("张玮", "张伟"),
    ),
    Case(
        "two names without anything between them",
        "PERSON-01",
        "反馈登记!B2",
        WARNING,
        "“当事人”里的“张伟李娜”不在人员表中；是不是“张伟、李娜”？",
        "反馈登记\n内容概要 | 当事人\n异响 | 张伟李娜" + STAFF,
        ("张伟李娜", "张伟 李娜"),
        hints="改正之前，“张伟、李娜”也按当事人对待（STD-20）",
    ),
    Case(
        "a name with more beside it",
        "PERSON-01",
        "反馈登记!B2",
        WARNING,
        "“当事人”里的“张伟副经理”不在人员表中；其中有“张伟”",
        "反馈登记\n内容概要 | 当事人\n异响 | 李娜和张伟副经理" + STAFF,
        ("张伟副经理", "张伟（副经理）"),
    ),
    Case(
        "a stranger in another sheet",
        "PERSON-01",
        "处理记录!B2",
        WARNING,
        "“经手人”里的“赵六”不在人员表中",
        "处理记录\n编号 | 经手人\nFK20261103-001 | 赵六" + STAFF,
        ("赵六", "李娜"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_written_wrongly_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(values.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_written_rightly_is_left_alone(case: Case) -> None:
    case.must_be_spared(values.CHECKS)


def test_an_open_list_that_the_dealership_does_not_keep_forbids_nothing() -> None:
    case = CASES[1]
    assert not list(values.outside_lists(case.facts(case.text.removesuffix(DICTIONARY))))


def test_without_a_roster_no_name_is_strange() -> None:
    case = CASES[-1]
    assert not list(values.unknown_people(case.facts(case.text.removesuffix(STAFF))))


@pytest.mark.parametrize(
    "phone", ["13800138000", "+86-13800138000", "010-12345678", "02112345678", "0755-1234567-801", "400-810-1234"]
)
def test_every_number_that_can_be_dialled_is_right(phone: str) -> None:
    facts = CASES[0].facts(f"反馈登记\n内容概要 | 联系电话\n异响 | {phone}")
    assert not list(values.phones(facts))


@pytest.mark.parametrize("plate", ["京A12345", "沪AD12345", "沪A12345D", "粤ZA123港", "京A·12345", "晋b88888", "临牌"])
def test_every_plate_of_the_road_is_right(plate: str) -> None:
    facts = CASES[0].facts(f"反馈登记\n内容概要 | 车牌号\n异响 | {plate}")
    assert not list(values.plates(facts))
