"""Rewards and penalties: what may not reach finance."""

from dataclasses import replace

import pytest

from automation.checks import rewards
from automation.checks.rewards import settlement
from automation.past import Past
from automation.payroll.settlement import Closed
from automation.payroll.terms import Terms
from tests import tables
from tests.checks.cases import ERROR, WARNING, Case, look, place

PAID = """
反馈登记
编号           | 当事人 | 责任人 | 经办人
FK20261103-001 | 张伟   | 刘强   | 王芳

奖罚明细
日期  | 编号           | 姓名 | 类型 | 依据条款 | 金额 | 认定人 | 审批人 | 审批日期
11-05 | FK20261103-001 | 刘强 | 处罚 | 第三条   | 200  | 赵敏   | 陈总   | 11-06
"""

CASES = (
    Case(
        "a penalty without a ticket",
        "PAY-01",
        "奖罚明细!B2",
        ERROR,
        "奖罚没有对应的编号",
        PAID.replace("11-05 | FK20261103-001", "11-05 | "),
        ("11-05 | ", "11-05 | FK20261103-001"),
    ),
    Case(
        "a penalty for a ticket that does not exist",
        "PAY-01",
        "奖罚明细!B2",
        ERROR,
        "编号 FK20261103-009 不在反馈登记中",
        PAID.replace("11-05 | FK20261103-001", "11-05 | FK20261103-009"),
        ("FK20261103-009", "FK20261103-001"),
    ),
    Case(
        "a penalty that nobody determined",
        "PAY-02",
        "奖罚明细!G2",
        ERROR,
        "奖罚没有认定人，不能报送财务",
        PAID.replace("赵敏", ""),
        ("200  | ", "200  | 赵敏"),
    ),
    Case(
        "a penalty that nobody approved",
        "PAY-02",
        "奖罚明细!H2",
        ERROR,
        "奖罚没有审批人",
        PAID.replace("陈总", ""),
        ("赵敏   | ", "赵敏   | 陈总"),
    ),
    Case(
        "an approval without its day",
        "PAY-02",
        "奖罚明细!I2",
        ERROR,
        "奖罚没有审批日期",
        PAID.replace("11-06", ""),
        ("陈总   | ", "陈总   | 11-06"),
    ),
    Case(
        "a penalty approved by the one who asked for it",
        "PAY-02",
        "奖罚明细!H2",
        WARNING,
        "认定人和审批人都是赵敏",
        PAID.replace("陈总", "赵敏"),
        ("赵敏   | 赵敏", "赵敏   | 陈总"),
    ),
    Case(
        "a penalty without an amount",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "没有金额",
        PAID.replace("200", ""),
        ("第三条   | ", "第三条   | 200"),
    ),
    Case(
        "a penalty written as a negative amount",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "金额“-200”不是正数",
        PAID.replace("200", "-200"),
        ("-200", "0.01"),
        hints="由“类型”区分",
    ),
    Case(
        "an amount of nothing",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "金额“0”不是正数",
        PAID.replace("200", "0  "),
        ("| 0    |", "| 200  |"),
    ),
    Case(
        "a person whom the ticket names nowhere",
        "PAY-04",
        "奖罚明细!C2",
        ERROR,
        "“孙丽”不在 FK20261103-001 的当事人、责任人或经手人之列",
        PAID.replace("刘强 | 处罚", "孙丽 | 处罚"),
        ("孙丽 | 处罚", "张伟 | 处罚"),
    ),
    Case(
        "a person whom only the record of what was done names",
        "PAY-04",
        "奖罚明细!C2",
        ERROR,
        "“孙丽”",
        PAID.replace("刘强 | 处罚", "孙丽 | 处罚") + "\n处理记录\n编号 | 经手人\nFK20261103-002 | 孙丽",
        ("FK20261103-002", "FK20261103-001"),
    ),
    Case(
        "a penalty without its clause",
        "PAY-05",
        "奖罚明细!E2",
        ERROR,
        "没有依据条款",
        PAID.replace("第三条", ""),
        ("处罚 | ", "处罚 | 第三条"),
    ),
    Case(
        "an amount with parts of a fen",
        "PAY-03",
        "奖罚明细!F2",
        ERROR,
        "金额“200.005”不是整分",
        PAID.replace("200", "200.005"),
        ("200.005", "200.01"),
    ),
    Case(
        "nobody to pay or fine",
        "PAY-06",
        "奖罚明细!C2",
        ERROR,
        "没有姓名",
        PAID.replace("刘强 | 处罚", " | 处罚"),
        ("001 |  | 处罚", "001 | 刘强 | 处罚"),
    ),
    Case(
        "two people and one amount",
        "PAY-06",
        "奖罚明细!C2",
        ERROR,
        "姓名“刘强、张伟”是几个人",
        PAID.replace("刘强 | 处罚", "刘强、张伟 | 处罚"),
        ("、张伟", ""),
        hints="每人一行",
    ),
    Case(
        "neither a reward nor a penalty",
        "PAY-06",
        "奖罚明细!D2",
        ERROR,
        "类型“扣分”不是奖励或处罚",
        PAID.replace("处罚", "扣分"),
        ("扣分", "处罚"),
    ),
    Case(
        "a line without its day",
        "PAY-06",
        "奖罚明细!A2",
        ERROR,
        "没有日期",
        PAID.replace("11-05 | FK", " | FK"),
        ("\n | FK", "\n11-05 | FK"),
    ),
    Case(
        "the same penalty a second time",
        "PAY-07",
        "奖罚明细!B3",
        ERROR,
        "与本次报送的第 2 行重复",
        PAID + "11-09 | FK20261103-001 | 刘强 | 处罚 | 第三条 | 200 | 赵敏 | 陈总 | 11-10",
        ("| 第三条 | 200 | 赵敏", "| 第四条 | 210 | 赵敏"),
        hints="非重复",
    ),
    Case(
        "somebody who approves a reward of his own",
        "PAY-02",
        "奖罚明细!H2",
        ERROR,
        "刘强审批了自己的奖罚",
        PAID.replace("陈总", "刘强"),
        ("赵敏   | 刘强", "赵敏   | 陈总"),
    ),
    Case(
        "somebody who determines his own",
        "PAY-02",
        "奖罚明细!G2",
        ERROR,
        "刘强认定了自己的奖罚",
        PAID.replace("赵敏", "刘强"),
        ("200  | 刘强", "200  | 赵敏"),
    ),
    Case(
        "an approval by somebody whom 人员 does not have",
        "PAY-02",
        "奖罚明细!H2",
        ERROR,
        "审批人“陈总”不在“人员”表里",
        PAID + "\n人员\n姓名\n孙总",
        ("\n孙总", "\n陈总"),
    ),
    Case(
        "a day of next year",
        "PAY-06",
        "奖罚明细!A2",
        ERROR,
        "日期 2027-11-05 还没有到",
        PAID.replace("11-05 | FK", "2027-11-05 | FK").replace("11-06", "2026-11-06"),
        ("2027-11-05", "2026-11-05"),
    ),
    Case(
        "approved in a month before it was determined",
        "PAY-06",
        "奖罚明细!A2",
        ERROR,
        "审批日期 2026-10-31 在日期 2026-11-05 之前的月份",
        PAID.replace("11-06", "10-31"),
        ("| 10-31", "| 11-01"),
    ),
    Case(
        "a word of withdrawing that does not say what is withdrawn",
        "PAY-13",
        "奖罚明细!J2",
        WARNING,
        "照常报送",
        PAID.replace("审批日期", "审批日期 | 备注").replace("| 11-06", "| 11-06 | 客户撤销投诉"),
        ("客户撤销投诉", "客户满意"),
    ),
)


# --- What only the settlement knows -----------------------------------------------------------------------------------


def told(text: str, *, closed: str = "", terms: Terms | None = None) -> dict[str, str]:
    """Place → rule of what is found in ``text`` after October was closed over the rows of ``closed``."""
    past = Past()
    if closed:
        before = settlement(tables.facts(closed, now="11-04 08:00"), "2026-10", "2026-10")
        past = Past(closed=(Closed(before, tables.moment("11-04 08:00"), "", b"", ""),))
    facts = replace(tables.facts(text, past=past), terms=terms or Terms())
    return {place(f): f.rule for f in look(rewards.CHECKS, facts) if f.rule > "PAY-07"}


OLD = PAID.replace("11-05", "10-05").replace("11-06", "10-06")


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("200  | 赵敏   | 陈总   | 10-06", "150  | 赵敏   | 陈总   | 11-05", "奖罚明细!F2"),
        ("10-06", "11-05", "奖罚明细!F2"),
        ("第三条", "第四条", "奖罚明细!F2"),
    ],
)
def test_pay_09_a_reported_line_that_was_changed_is_told_at_its_cell(old: str, new: str, where: str) -> None:
    assert told(OLD.replace(old, new), closed=OLD) == {where: "PAY-09"}
    assert told(OLD, closed=OLD) == {}


def test_pay_09_a_reported_line_that_was_waived_is_told_at_the_word() -> None:
    waived = OLD.replace("审批日期", "审批日期 | 备注").replace("10-06", "11-05 | 撤销")
    assert told(waived, closed=OLD) == {"奖罚明细!J2": "PAY-09"}
    assert told(waived.replace("11-05", "10-06"), closed=OLD) == {"奖罚明细!I2": "PAY-12"}


@pytest.mark.parametrize(("old", "new"), [("刘强 | 处罚", "张伟 | 处罚"), ("200 ", "150 "), ("200 ", "250 ")])
def test_pay_12_a_reported_line_that_was_changed_without_approval_is_told_at_its_approval(old: str, new: str) -> None:
    other = OLD.replace(old, new)
    ((where, rule),) = told(other, closed=OLD).items()
    assert (where.rpartition("!")[0], rule) == ("奖罚明细", "PAY-12")
    head = other.rpartition("|")[0]
    assert list(told(f"{head}| 11-02", closed=OLD).values()) == ["PAY-12"], "before the closing"
    assert list(told(f"{head}| 11-05", closed=OLD).values()) == ["PAY-09"], "approved anew it is adjusted"


def test_pay_11_a_reported_line_that_was_deleted_is_told_of_the_sheet() -> None:
    head, _, _ = OLD.rpartition("10-05 |")
    assert told(head, closed=OLD) == {"奖罚明细": "PAY-11"}


def test_pay_13_a_line_withdrawn_before_it_was_reported_is_told_and_asks_for_nothing_else() -> None:
    head, _, _ = PAID.rpartition("200  ")
    gone = f"{head}     | 赵敏   | 陈总   | 11-06 | 撤销".replace("审批日期", "审批日期 | 备注")
    assert told(gone) == {"奖罚明细!J2": "PAY-13"}


STAFF = "\n人员\n姓名\n陈总\n孙总\n"


def test_pay_02_who_approved_and_has_left_since_is_asked_for_no_more() -> None:
    left = OLD + STAFF.replace("陈总\n", "")
    assert told(left, closed=OLD + STAFF) == {}
    facts = tables.facts(left)
    assert [f.rule for f in look(rewards.CHECKS, facts)] == ["PAY-02"], "but for a line that is still to be reported"


def test_pay_08_what_is_over_the_limit_is_told_and_waits() -> None:
    more = PAID + "11-09 | FK20261103-001 | 刘强 | 处罚 | 第八条 | 120 | 赵敏 | 陈总 | 11-10"
    assert told(more) == {}
    assert told(more, terms=Terms(penalty_limit=300_00)) == {"奖罚明细!F3": "PAY-08"}


def test_pay_10_a_line_from_before_the_first_month_is_told_until_somebody_says_what_became_of_it() -> None:
    earlier = OLD + "09-09 | FK20261103-001 | 刘强 | 处罚 | 第八条 | 120 | 赵敏 | 陈总 | 09-10"
    assert told(earlier, closed=OLD) == {"奖罚明细!A3": "PAY-10"}
    assert told(earlier) == {}, "before the first report nobody knows when kesu's time begins"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_may_not_be_paid_is_found_at_its_cell(case: Case) -> None:
    case.must_be_found(rewards.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(rewards.CHECKS)


def test_a_line_in_order_has_nothing_to_find() -> None:
    assert [f.message for check in rewards.CHECKS for f in check(CASES[0].facts(PAID))] == []
