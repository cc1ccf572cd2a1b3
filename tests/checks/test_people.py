"""People: nobody involved handles the case (STD-20); every role has a primary and a backup (STD-21)."""

import pytest

from automation.checks import people
from tests.checks.cases import ERROR, WARNING, Case, place

HANDLED = "反馈登记\n编号 | {column} | 当事人 | 责任人\nFK20261103-001 | {name} | 刘强、张伟 | 赵敏"


def elsewhere(sheet: str, column: str) -> str:
    return (
        "反馈登记\n编号 | 当事人\nFK20261103-001 | 张伟\nFK20261103-002 | 李娜\n\n"
        f"{sheet}\n编号 | {column}\nFK20261103-001 | 张伟"
    )


def staff(*rows: str) -> str:
    """A roster in which every other role is covered."""
    covered = [
        f"{name}{rank} | {role} | {rank} | |"
        for role, name in (("客户经理", "张"), ("客户服务中心", "李"), ("主管总经理", "王"))
        for rank in ("主", "次")
    ]
    return "\n".join(("反馈登记\n编号\n\n人员\n姓名 | 角色 | 主次 | 休息日 | 请假", *rows, *covered))


CASES = (
    *(
        Case(
            f"the person involved as {column}",
            "STD-20",
            "反馈登记!B2",
            ERROR,
            f"“{column}”张伟 是本单的当事人或责任人，不得参与处理",
            HANDLED.format(column=column, name="张伟"),
            ("001 | 张伟", "001 | 王芳"),
        )
        for column in ("填单人", "经办人", "复核人", "回访人")
    ),
    Case(
        "the person found liable as the one who reviews",
        "STD-20",
        "反馈登记!B2",
        ERROR,
        "“复核人”赵敏",
        HANDLED.format(column="复核人", name="王芳、赵敏"),
        ("王芳、赵敏", "王芳、赵敏敏"),
    ),
    *(
        Case(
            f"the person involved as {column} in {sheet}",
            "STD-20",
            f"{sheet}!B2",
            ERROR,
            f"“{column}”张伟 是本单的当事人或责任人，不得参与处理",
            elsewhere(sheet, column),
            # the same name is free to handle a ticket that it has no part in
            ("FK20261103-001 | 张伟\nFK20261103-002 | 李娜\n", "FK20261103-001 | 李娜\nFK20261103-002 | 张伟\n"),
        )
        for sheet, column in (
            ("未了事宜台帐-客户经理", "负责人"),
            ("未了事宜台帐-客服中心", "备用负责人"),
            ("未了事宜台帐-客服中心", "认可人"),
            ("处理记录", "经手人"),
            ("回访记录", "回访人"),
            ("奖罚明细", "认定人"),
            ("奖罚明细", "审批人"),
            ("重大质量事故", "批准人"),
        )
    ),
    Case(
        "a role that nobody holds",
        "STD-21",
        "人员",
        ERROR,
        "“管理部”没有安排任何在岗人员",
        staff("赵敏 | 财务部 | 主 | |", "钱进 | 财务部 | 次 | |", "备注 | 备注 | 主 | |", "备注二 | 备注 | 次 | |"),
        ("备注 | 备注 | 主 | |\n备注二 | 备注 | 次", "赵敏 | 管理部 | 主 | |\n孙丽 | 管理部 | 次"),
    ),
    Case(
        "a role without a backup",
        "STD-21",
        "人员!B2",
        WARNING,
        "“管理部”没有次要责任人（备用）",
        staff("赵敏 | 管理部 | 主 | |", "孙丽 | 财务部 | 次 | |", "钱进 | 财务部 | 主 | |"),
        ("孙丽 | 财务部 | 次 | |", "孙丽 | 管理部 | 次 | |\n吴刚 | 财务部 | 次 | |"),
    ),
    Case(
        "a role without a primary",
        "STD-21",
        "人员!B2",
        WARNING,
        "“管理部”没有主要责任人",
        staff("赵敏 | 管理部 | 次 | |", "孙丽 | 管理部 | 次 | |"),
        ("赵敏 | 管理部 | 次", "赵敏 | 管理部 | 主"),
    ),
    Case(
        "primary and backup both away on the same day",
        "STD-21",
        "人员!B2",
        WARNING,
        "“管理部”的主备人员 11-21 都不在（赵敏休息、孙丽请假）",
        staff("赵敏 | 管理部 | 主 | 周六,周日 |", "孙丽 | 管理部 | 次 | | 2026-11-20~2026-11-22"),
        ("2026-11-20~2026-11-22", "2026-11-22~2026-11-23"),
    ),
    *(
        Case(
            f"a mailbox with {what}",
            "MAIL-07",
            "人员!D2",
            severity,
            says,
            f"反馈登记\n编号\n\n人员\n姓名 | 角色 | 主次 | 邮箱\n张伟 | 管理部 | 主 | {written}\n"
            "李娜 | 管理部 | 次 | zw@example.com",  # two persons with one mailbox are nothing wrong
            (f"主 | {written}\n", "主 | zw@example.com\n"),
            hints="一格只写一个邮箱",
        )
        for what, written, severity, says in (
            ("no sign between name and domain", "zw.example.com", ERROR, "不是邮箱地址（没有 @）：提醒发不到"),
            ("a Chinese name", "张伟@example.com", ERROR, "不是邮箱地址（含有中文）：提醒发不到"),
            ("a comma for the dot", "zw@example,com", ERROR, "不是邮箱地址（含有不该有的字符）：提醒发不到"),
            ("two that run together", "zw@a.comln@a.com", ERROR, "不止一个 @，分不清是几个邮箱：提醒发不到"),
            ("two of them", "zw@a.com；ln@a.com", WARNING, "一格里写了 2 个邮箱，只发给第一个 zw@a.com"),
            ("full-width signs", "ｚｗ＠example。com", WARNING, "含有全角字符，按 zw@example.com 发送"),
            ("a space in it", "zw @example.com", WARNING, "含有空格，按 zw@example.com 发送"),
            ("the name before it", "张伟 <zw@example.com>", WARNING, "含有中文，按 zw@example.com 发送"),
            ("half a domain", "zw@example", WARNING, "@ 后面没有点"),
            ("nothing in it", "", WARNING, "“管理部”张伟没有填写邮箱：提醒发不到"),
        )
    ),
)


OF = {"STD-20": (people.involved_handling,), "STD-21": (people.roles_covered,), "MAIL-07": (people.mailboxes,)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_wrong_person_is_found_at_the_cell(case: Case) -> None:
    case.must_be_found(OF[case.rule])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_right_person_is_left_alone(case: Case) -> None:
    case.must_be_spared(OF[case.rule])


@pytest.mark.parametrize(
    "staff",
    [
        "张伟 | 管理部 | 主 | | 是\n李娜 | 管理部 | 次 | | 是",
        "张伟 | 服务顾问 | 主 | | 是\n李娜 | 管理部 | 次 | ln@example.com | 是",
        "张伟 | 管理部 | 主 | zw | 否\n李娜 | 管理部 | 次 | ln@公司.cn | 是",
    ],
    ids=["nobody has one", "a role that is told nothing", "somebody who left"],
)
def test_no_mailbox_is_missed_that_is_not_used(staff: str) -> None:
    facts = CASES[0].facts(f"反馈登记\n编号\n\n人员\n姓名 | 角色 | 主次 | 邮箱 | 在岗\n{staff}")
    assert not list(people.mailboxes(facts))


def test_whoever_first_hears_of_himself_only_reports() -> None:
    facts = CASES[0].facts(HANDLED.format(column="接收人", name="张伟"))
    assert not list(people.involved_handling(facts))


def test_an_empty_roster_is_one_finding_and_not_one_a_role() -> None:
    (finding,) = people.roles_covered(CASES[0].facts("反馈登记\n编号\nFK20261103-001"))
    assert (finding.rule, finding.severity, place(finding)) == ("STD-21", ERROR, "人员")
    assert "“人员”表是空的" in finding.message
