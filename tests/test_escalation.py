"""Who is told, and when: at risk the person responsible, late also the role above, still late the general manager."""

from __future__ import annotations

import datetime as dt

import pytest

from automation.alerts import Level, of_key
from automation.escalation import Escalation, escalate
from automation.settings import Alerts
from tests.tables import facts, moment
from workbook.finding import Severity

STAFF = """
人员
姓名 | 角色         | 主次 | 邮箱            | 休息日 | 请假 | 在岗
张伟 | 接收人       | 主   | zhang@a.example |        |      | 是
李娜 | 接收人       | 次   | li@a.example    |        |      | 是
王强 | 客户经理     | 主   | wang@a.example  | 周六   |      | 是
赵敏 | 客户经理     | 次   | zhao@a.example  |        |      | 是
孙丽 | 客户服务中心 | 主   | sun@a.example   |        |      | 是
周杰 | 客户服务中心 | 次   | zhou@a.example  |        |      | 是
吴刚 | 管理部       | 主   | wu@a.example    |        |      | 是
郑爽 | 管理部       | 次   | zheng@a.example |        |      | 是
顾总 | 主管总经理   | 主   | gu@a.example    |        |      | 是
冯总 | 主管总经理   | 次   | feng@a.example  |        |      | 是
"""
REST_OF_TIME = Alerts(escalate_after_limits=1.0, escalate_at_most_hours=24.0)


def told(
    register: str,
    *,
    now: str,
    known: frozenset[str] = frozenset(),
    staff: str = STAFF,
    limits: Alerts = REST_OF_TIME,
    more: str = "",
) -> Escalation:
    book = "\n\n".join(filter(None, (f"反馈登记\n{register.strip()}", staff.strip(), more.strip())))
    return escalate(facts(book, now=now), known, limits)


def mails(escalation: Escalation) -> dict[str, list[tuple[str, str, str]]]:
    return {
        digest.recipient.name: [(alert.ticket[-3:], alert.rule, alert.level.name) for alert in digest.alerts]
        for digest in escalation.digests
    }


REPORTING = """
编号           | 接收时间    | 接收人 | 内容概要
FK20261119-001 | 11-19 09:00 | 张伟   | 空调不凉
"""


def test_at_risk_goes_to_the_person_named_in_the_ticket():
    assert mails(told(REPORTING, now="11-19 09:44")) == {}
    assert mails(told(REPORTING, now="11-19 09:45")) == {"张伟": [("001", "STD-01", "AT_RISK")]}


def test_late_goes_to_the_same_person_and_at_the_same_time_to_the_role_above_and_staying_late_to_the_gm():
    assert mails(told(REPORTING, now="11-19 10:00")) == {"张伟": [("001", "STD-01", "AT_RISK")]}, "done now is on time"
    late = {"张伟": [("001", "STD-01", "LATE")], "王强": [("001", "STD-01", "REPORTED")]}
    assert mails(told(REPORTING, now="11-19 10:01")) == late
    assert mails(told(REPORTING, now="11-19 10:59:59")) == late
    assert mails(told(REPORTING, now="11-19 11:00")) == {**late, "顾总": [("001", "STD-01", "ESCALATED")]}


def test_each_reader_is_told_once_and_why():
    first = told(REPORTING, now="11-19 10:01")
    assert {digest.recipient.name: digest.whys for digest in first.digests} == {
        "张伟": ("本单经手人",),
        "王强": ("上报：接收人未按时处理",),
    }
    then = told(REPORTING, now="11-19 11:30", known=frozenset(first.told))
    assert mails(then) == {"顾总": [("001", "STD-01", "ESCALATED")]}
    assert then.digests[0].whys == ("上报：接收人超时后仍未处理",)
    assert mails(told(REPORTING, now="11-25 11:30", known=frozenset(first.told + then.told))) == {}


def test_whoever_is_to_see_to_it_is_told_who_answers_for_it_today():
    def named(now: str, register: str = REPORTING) -> dict[str, set[tuple[str, ...]]]:
        made = told(register, now=now).digests
        return {digest.recipient.name: {alert.persons for alert in digest.alerts} for digest in made}

    assert named("11-19 11:00") == {"张伟": {()}, "王强": {("张伟",)}, "顾总": {("张伟",)}}
    assert named("11-19 11:00", REPORTING.replace("张伟", ""))["顾总"] == {("张伟",)}, (
        "the primary, where nobody is named"
    )
    assert named("11-19 11:00", REPORTING.replace("张伟", "李娜"))["顾总"] == {("李娜",)}


def test_the_patience_is_so_many_limits_and_never_more_than_so_many_hours():
    """STD-01 has an hour, STD-04 a day."""

    def gm_told_after(register: str, late: str, limits: Alerts) -> bool:
        return "顾总" in mails(told(register, now=late, limits=limits))

    twice, at_most = Alerts(2.0, 24.0), Alerts(1.0, 5.0)
    assert not gm_told_after(REPORTING, "11-19 11:59:59", twice) and gm_told_after(REPORTING, "11-19 12:00", twice)
    report_to_gm = DECIDING, "11-20 14:40", "11-20 14:39:59"
    by_level = {
        at: [level for *_, level in mails(told(report_to_gm[0], now=at, limits=at_most))["顾总"]]
        for at in report_to_gm[1:]
    }
    assert by_level == {"11-20 14:40": ["ESCALATED"], "11-20 14:39:59": ["REPORTED"]}


def test_where_the_gm_is_the_role_above_the_later_reminder_comes_all_the_same_and_once():
    first = told(DECIDING, now="11-20 10:00")
    assert mails(first) == {"王强": [("001", "STD-04", "LATE")], "顾总": [("001", "STD-04", "REPORTED")]}
    then = told(DECIDING, now="11-21 10:00", known=frozenset(first.told))
    assert mails(then) == {"顾总": [("001", "STD-04", "ESCALATED")]}
    unseen = told(DECIDING, now="11-21 10:00")
    assert mails(unseen)["顾总"] == [("001", "STD-04", "ESCALATED")], "both at once are one line, the gravest"
    assert mails(told(DECIDING, now="11-21 11:00", known=frozenset(unseen.told))) == {}


NUMBERED_LATE = """
编号           | 接收时间    | 上报时间    | 填单时间
FK20261119-001 | 11-19 09:00 | 11-19 09:10 | 11-19 09:20
"""


def test_a_role_that_is_its_own_role_above_hears_of_it_once():
    """STD-03: the service centre answers to the service centre."""
    assert mails(told(NUMBERED_LATE, now="11-19 09:36")) == {"孙丽": [("001", "STD-03", "LATE")]}
    assert mails(told(NUMBERED_LATE, now="11-19 09:50")) == {
        "孙丽": [("001", "STD-03", "LATE")],
        "顾总": [("001", "STD-03", "ESCALATED")],
    }


def test_somebody_in_both_roles_is_told_of_his_own_duty():
    both = STAFF.replace("张伟 | 接收人       | 主   | zhang@a.example", "王强 | 接收人 | 主 | wang@a.example")
    register = REPORTING.replace("张伟", "王强")
    escalation = told(register, now="11-19 10:01", staff=both)
    assert mails(escalation) == {"王强": [("001", "STD-01", "LATE")]}
    assert {of_key(key).level.name for key in escalation.told} == {"LATE", "REPORTED"}


RULES = """
规则
规则号 | 流程     | 环节 | 起点     | 终点     | 时限 | 单位 | 责任角色 | 上报角色
STD-01 | 标准流程 | 上报 | 接收时间 | 上报时间 | 1    | 小时 | {} | {}
"""


@pytest.mark.parametrize(
    ("responsible", "above", "expected"),
    [
        ("客户经理", "管理部", {"王强": "LATE", "吴刚": "REPORTED", "顾总": "ESCALATED"}),
        ("客户经理", "", {"王强": "LATE"}),
        ("", "管理部", {}),
        ("", "", {}),
    ],
)
def test_the_roles_are_those_of_the_rule_and_an_empty_one_tells_nobody(responsible, above, expected):
    book = f"反馈登记\n{REPORTING.strip()}\n\n{STAFF.strip()}\n\n{RULES.strip().format(responsible, above)}"
    found = mails(escalate(facts(book, now="11-19 12:00"), frozenset(), REST_OF_TIME))
    assert {name: level for name, [(_, _, level)] in found.items()} == expected


def test_one_unreachable_role_does_not_hide_the_other():
    without = STAFF.replace("wang@a.example ", "               ").replace("zhao@a.example ", "               ")
    first = told(REPORTING, now="11-19 10:01", staff=without)
    assert mails(first) == {"张伟": [("001", "STD-01", "LATE")]}
    assert [finding.rule for finding in first.findings] == ["MAIL-01"] and "客户经理" in first.findings[0].message
    mended = told(REPORTING, now="11-19 10:30", known=frozenset(first.told))
    assert mails(mended) == {"王强": [("001", "STD-01", "REPORTED")]}


def test_an_alert_already_told_is_not_told_again_but_a_moved_deadline_is_news():
    first = told(REPORTING, now="11-19 10:01")
    assert mails(told(REPORTING, now="11-19 10:30", known=frozenset(first.told))) == {}
    moved = REPORTING.replace("09:00", "09:10")
    assert mails(told(moved, now="11-19 10:30", known=frozenset(first.told))) == {
        "张伟": [("001", "STD-01", "LATE")],
        "王强": [("001", "STD-01", "REPORTED")],
    }


DECIDING = """
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 经办人 | 当事人
FK20261119-001 | 11-19 09:00 | 11-19 09:30 | 11-19 09:40 | 11-19 09:41 |        | 刘洋
"""


def test_on_the_primarys_rest_day_the_backup_is_told_and_why():
    friday, saturday = told(DECIDING, now="11-20 09:00"), told(DECIDING, now="11-21 08:00")
    assert mails(friday) == {"王强": [("001", "STD-04", "AT_RISK")]}
    assert mails(saturday) == {"赵敏": [("001", "STD-04", "LATE")], "顾总": [("001", "STD-04", "REPORTED")]}
    assert saturday.digests[1].whys == ("备用：王强今日休息",)


def test_when_primary_and_backup_are_away_both_are_told():
    away = STAFF.replace("zhao@a.example  |        |     ", "zhao@a.example | | 2026-11-21 ")
    assert set(mails(told(DECIDING, now="11-21 08:00", staff=away))) == {"王强", "赵敏", "顾总"}


def test_the_person_involved_is_never_told():
    involved = DECIDING.replace("刘洋", "王强")
    assert list(mails(told(involved, now="11-20 09:00"))) == ["赵敏"]
    both = DECIDING.replace("刘洋", "王强、赵敏")
    nobody = told(both, now="11-20 09:00")
    assert mails(nobody) == {} and nobody.told == ()
    assert [finding.rule for finding in nobody.findings] == ["MAIL-01"]


@pytest.mark.parametrize(
    "written",
    ["王强 刘洋", "王强和刘洋", "刘洋以及王强", "王强（客户经理）", "客户经理（王强）", "王强刘洋", "王强等人"],
)
def test_the_person_involved_is_never_told_however_the_cell_is_written(written):
    book = f"反馈登记\n{DECIDING.replace('刘洋', written).strip()}\n\n{STAFF.strip()}"
    found = escalate(facts(book, now="11-20 09:00"), frozenset(), REST_OF_TIME)
    assert list(mails(found)) == ["赵敏"]


def test_a_name_inside_a_longer_one_of_the_staff_is_not_involved():
    staff = STAFF.strip() + "\n王强生 | 接收人 | 次 | sheng@a.example | | | 是"
    book = f"反馈登记\n{DECIDING.replace('刘洋', '王强生、某人').strip()}\n\n{staff}"
    assert list(mails(escalate(facts(book, now="11-20 09:00"), frozenset(), REST_OF_TIME))) == ["王强"]


def test_while_the_primary_has_no_address_the_backup_is_told_and_it_is_said():
    without = STAFF.replace("wang@a.example ", "               ")
    escalation = told(DECIDING, now="11-20 09:00", staff=without)
    assert list(mails(escalation)) == ["赵敏"] and escalation.digests[0].whys == ("备用：王强没有能用的邮箱",)
    (finding,) = escalation.findings
    assert finding.rule == "MAIL-01" and finding.severity is Severity.WARNING and finding.where is not None
    assert "“客户经理”的王强没有能用的邮箱，1 条提醒只能发给赵敏" in finding.message


def test_an_alert_without_an_address_is_a_finding_and_stays_due():
    without = STAFF.replace("wang@a.example ", "               ").replace("zhao@a.example ", "               ")
    escalation = told(DECIDING, now="11-20 09:00", staff=without)
    assert escalation.told == () and escalation.digests == ()
    (finding,) = escalation.findings
    assert finding.rule == "MAIL-01" and "客户经理" in finding.message and finding.where is not None


def test_one_person_gets_one_mail_with_the_gravest_of_each_matter_first():
    two_roles = STAFF.replace("吴刚 | 管理部       | 主   | wu@a.example ", "王强 | 管理部 | 主 | wang@a.example ")
    register = """
    编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 转管理部时间
    FK20261119-001 | 11-19 09:00 | 11-19 09:30 | 11-19 09:40 | 11-19 09:41 | 11-20 09:00
    FK20261119-002 | 11-19 09:00 | 11-19 09:30 | 11-19 09:40 | 11-19 09:41 |
    """
    escalation = told(register, now="11-20 13:30", staff=two_roles)
    digest, above = escalation.digests[1], escalation.digests[0]
    assert digest.recipient.name == "王强" and digest.recipient.role == "客户经理、管理部"
    assert [(alert.rule, alert.level) for alert in above.alerts] == [
        ("STD-04", Level.REPORTED),
        ("STD-05", Level.REPORTED),
    ]
    assert [(alert.rule, alert.level) for alert in digest.alerts] == [("STD-04", Level.LATE), ("STD-05", Level.LATE)]
    assert digest.alerts[0].late_by == dt.timedelta(hours=3, minutes=50)


def test_closed_tickets_and_tickets_without_a_number_are_left_out():
    closed = """
    编号           | 接收时间    | 需回访 | 转客服时间  | 归档时间
    FK20261101-001 | 11-01 09:00 | 是     | 11-02 09:00 | 11-03 09:00
                   | 11-01 09:00 |        |             |
    """
    assert mails(told(closed, now="11-20 13:30")) == {}


def test_the_customer_of_a_pending_item_is_to_be_talked_to_by_the_4th():
    book = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 责任明确 | 未明原因 | 经办人
FK20261005-001 | 10-05 09:00 | 10-05 09:30 | 10-05 09:40 | 10-05 09:41 | 否       | 配件延时 | 赵敏

未了事宜台帐-客户经理
编号           | 转入日期 | 状态 | 最近沟通日期
FK20261005-001 | 10-06    | 未了 |

未了事宜台帐-客服中心
编号           | 转入日期 | 状态 | 最近沟通日期
FK20261005-001 | 10-06    | 未了 |
""".strip()

    def at(now: str) -> dict[str, list[tuple[str, str, str]]]:
        return mails(escalate(facts(f"{book}\n\n{STAFF.strip()}", now=now), frozenset(), REST_OF_TIME))

    assert at("10-31 09:00") == {}
    assert at("11-01 09:00") == {"赵敏": [("001", "STD-16", "AT_RISK")]}
    assert at("11-05 00:00") == {"赵敏": [("001", "STD-16", "LATE")], "顾总": [("001", "STD-16", "REPORTED")]}
    assert at("11-06 00:00") == {"赵敏": [("001", "STD-16", "LATE")], "顾总": [("001", "STD-16", "ESCALATED")]}


def test_every_alert_of_a_case_has_a_key_of_its_own_that_can_be_read_back():
    book = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 责任明确 | 未明原因 | 下次答复时间
FK20261005-001 | 10-05 09:00 | 10-05 09:30 | 10-05 09:40 | 10-05 09:41 | 否       | 配件延时 | 11-04 23:59
FK20261005-002 | 10-05 09:00 |             |             |             |          |          | 11-04 23:59

未了事宜台帐-客户经理
编号           | 转入日期 | 状态 | 最近沟通日期
FK20261005-001 | 10-06    | 未了 |
""".strip()
    escalation = escalate(facts(f"{book}\n\n{STAFF.strip()}", now="11-08 09:00"), frozenset(), REST_OF_TIME)
    assert len(escalation.told) == len(set(escalation.told)) == 12
    assert {of_key(key)[:3] for key in escalation.told} == {
        ("FK20261005-001", "STD-16", moment("11-04 23:59")),
        ("FK20261005-001", "X-07", moment("11-04 23:59")),
        ("FK20261005-002", "STD-01", moment("10-05 10:00")),
        ("FK20261005-002", "X-07", moment("11-04 23:59")),
    }


@pytest.mark.parametrize(
    "key", ["", "FK1", "a|b|c|d", "FK1|STD-01|2026-11-19T10:00:00|SOON", "a|b|2026-11-19T10:00:00"]
)
def test_what_is_no_key_of_an_alert_is_none(key):
    assert of_key(key) is None


def test_a_key_is_read_back_whatever_the_number_looks_like():
    assert of_key("A|1|STD-01|2026-11-19T10:00:00|LATE") == ("A|1", "STD-01", moment("11-19 10:00"), Level.LATE)


# The roster and the new levels (STD-20, STD-21)


@pytest.mark.parametrize(
    ("involved", "expected"),
    [
        ("刘洋", {"张伟": "LATE", "王强": "REPORTED", "顾总": "ESCALATED"}),
        ("王强", {"张伟": "LATE", "赵敏": "REPORTED", "顾总": "ESCALATED"}),
        ("顾总", {"张伟": "LATE", "王强": "REPORTED", "冯总": "ESCALATED"}),
        ("张伟", {"李娜": "LATE", "王强": "REPORTED", "顾总": "ESCALATED"}),
        ("王强、赵敏、顾总、冯总", {"张伟": "LATE"}),
    ],
)
def test_whoever_is_involved_is_told_at_no_level_and_the_backup_instead(involved, expected):
    register = f"""
    编号           | 接收时间    | 接收人 | 当事人
    FK20261119-001 | 11-19 09:00 | 张伟   | {involved}
    """
    found = mails(told(register, now="11-19 12:00"))
    assert {name: level for name, [(_, _, level)] in found.items()} == expected


def test_a_role_above_on_leave_hands_over_to_its_backup_and_says_so():
    away = STAFF.replace("gu@a.example    |        |     ", "gu@a.example | | 2026-11-19~2026-11-22 ")
    register = REPORTING.replace("11-19 09:00", "11-21 09:00")  # 21 November is a Saturday: 王强 rests
    found = told(register, now="11-21 12:00", staff=away)
    assert mails(found) == {
        "张伟": [("001", "STD-01", "LATE")],
        "赵敏": [("001", "STD-01", "REPORTED")],
        "冯总": [("001", "STD-01", "ESCALATED")],
    }
    assert {digest.recipient.name: digest.whys[0] for digest in found.digests} == {
        "张伟": "本单经手人",
        "赵敏": "上报：接收人未按时处理；备用：王强今日休息",
        "冯总": "上报：接收人超时后仍未处理；备用：顾总今日请假",
    }


def test_with_primary_and_backup_of_the_role_above_away_both_are_told():
    away = STAFF.replace("zhao@a.example  |        |     ", "zhao@a.example | 周六 | ")
    found = told(REPORTING.replace("11-19", "11-21"), now="11-21 10:01", staff=away)
    assert mails(found) == {
        "张伟": [("001", "STD-01", "LATE")],
        "王强": [("001", "STD-01", "REPORTED")],
        "赵敏": [("001", "STD-01", "REPORTED")],
    }


# Deadlines beside every flow

PROMISED = """
编号           | 流程         | 接收时间    | 经办人 | 下次答复时间 | 归档时间
FK20261119-001 | 企业投诉规范 | 11-19 09:00 | 赵敏   | 11-20 15:00  | {closed}
"""
ANSWERED_TODAY = """
处理记录
编号           | 时间        | 事项
FK20261119-001 | 11-19 10:00 | 答复客户
FK20261119-001 | 11-19 11:00 | 调查
FK20261119-001 | 11-19 12:00 | 协议签署
FK20261119-001 | 11-19 13:00 | 通知部门
{}
"""


def promised(now: str, *, closed: str = "", entry: str = "", known: frozenset[str] = frozenset()) -> Escalation:
    more = ANSWERED_TODAY.format(entry)
    return told(PROMISED.format(closed=closed), now=now, more=more, known=known)


def test_a_promised_answer_is_at_risk_before_it_is_due_and_late_after_whatever_stage_the_case_is_in():
    assert mails(promised("11-20 13:59")) == {}
    assert mails(promised("11-20 14:00")) == {"赵敏": [("001", "X-07", "AT_RISK")]}
    assert mails(promised("11-20 15:00")) == {"赵敏": [("001", "X-07", "AT_RISK")]}
    late = promised("11-20 15:01")
    assert mails(late) == {"赵敏": [("001", "X-07", "LATE")], "顾总": [("001", "X-07", "REPORTED")]}
    assert late.digests[-1].alerts[0].advice.startswith("答复客户")
    assert mails(promised("11-21 14:59", known=frozenset(late.told))) == {}
    assert mails(promised("11-21 15:00", known=frozenset(late.told))) == {"顾总": [("001", "X-07", "ESCALATED")]}


def test_an_answer_given_or_a_case_closed_ends_the_promise():
    assert mails(promised("11-20 16:00", entry="FK20261119-001 | 11-20 14:30 | 反馈进度")) == {}
    assert mails(promised("11-20 16:00", closed="11-20 14:30")) == {}


def test_a_deadline_without_roles_only_counts():
    """X-01, the call on the third day: nobody is told of it, however late."""
    serviced = """
    编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 转管理部时间 | 复核完成时间 | 总经理意见时间 | 执行完成时间
    FK20261101-001 | 11-01 09:00 | 11-01 09:05 | 11-01 09:10 | 11-01 09:11 | 11-01 10:00  | 11-01 10:30  | 11-01 11:00    | 11-01 12:00
    """
    rules = {rule for entries in mails(told(serviced, now="11-20 12:00")).values() for _, rule, _ in entries}
    assert rules == {"STD-08"}


# Another flow, and rounds

APPEALED = """
编号           | 流程     | 接收时间    | 经办人
FK20261102-001 | 广汽丰田 | 11-02 09:00 | 赵敏
"""
DIRECTOR = "\n何军 | 服务总监 | 主 | he@a.example | | | 是"
APPEALS = """
处理记录
编号           | 时间        | 事项
FK20261102-001 | 11-02 10:00 | 联系客户
FK20261102-001 | 11-02 15:00 | 反馈结果
FK20261102-001 | 11-03 09:00 | 申诉
"""


def test_a_new_round_has_a_new_due_time_and_is_told_anew():
    def at(now: str, appeals: str, known: frozenset[str] = frozenset()) -> Escalation:
        return told(APPEALED, now=now, staff=STAFF.strip() + DIRECTOR, more=appeals, known=known)

    def appeal(escalation: Escalation) -> dict[str, list[tuple[str, str]]]:
        return {
            digest.recipient.name: [(a.level.name, f"{a.due:%m-%d}") for a in digest.alerts if a.rule == "GTOYOTA-03"]
            for digest in escalation.digests
        }

    first = at("11-07 09:00", APPEALS)
    assert appeal(first) == {"何军": [("LATE", "11-06")], "顾总": [("REPORTED", "11-06")]}
    again = APPEALS.strip() + "\nFK20261102-001 | 11-09 09:00 | 联系客户\nFK20261102-001 | 11-09 10:00 | 反馈结果"
    again += "\nFK20261102-001 | 11-10 09:00 | 申诉"
    second = at("11-14 09:00", again, frozenset(first.told))
    assert appeal(second) == {"何军": [("LATE", "11-13")], "顾总": [("REPORTED", "11-13")]}


# The hours at which alerts leave

HOURS = Alerts(1.0, 24.0, dt.time(7), dt.time(22))
AT_NIGHT = """
编号           | 接收时间    | 接收人 | 级别     | 上报时间 | 归档时间
FK20261119-001 | 11-19 21:30 | 张伟   | {grade} | {reported} | {closed}
"""


def at_night(now: str, *, grade: str = "一般", reported: str = "", closed: str = "") -> Escalation:
    return told(AT_NIGHT.format(grade=grade, reported=reported, closed=closed), now=now, limits=HOURS)


def test_at_night_an_alert_waits_untold_and_is_one_mail_in_the_morning():
    for now in ("11-19 22:15", "11-19 22:31", "11-20 00:00", "11-20 06:59:59"):
        night = at_night(now)
        assert mails(night) == {} and night.told == () and night.waiting
    morning = at_night("11-20 07:00")
    assert mails(morning) == {
        "张伟": [("001", "STD-01", "LATE")],
        "王强": [("001", "STD-01", "REPORTED")],
        "顾总": [("001", "STD-01", "ESCALATED")],
    }
    assert morning.waiting == ()


def test_a_major_case_is_told_at_any_hour():
    assert mails(at_night("11-20 03:00", grade="重大")).keys() == {"张伟", "王强", "顾总"}


def test_a_case_closed_before_the_mail_goes_is_left_out():
    assert at_night("11-20 06:49").waiting
    assert mails(at_night("11-20 07:00", closed="11-20 06:50")) == {}


def test_a_stage_finished_before_the_mail_goes_is_not_told():
    assert {of_key(key).rule for key in at_night("11-20 06:49").waiting} == {"STD-01"}
    done = at_night("11-20 07:00", reported="11-20 06:50")
    assert all(rule != "STD-01" for entries in mails(done).values() for _, rule, _ in entries)
    at_noon = told(REPORTING, now="11-19 10:01")
    reported = REPORTING.replace("内容概要", "上报时间").replace("空调不凉", "11-19 10:20")
    assert at_noon.told and mails(told(reported, now="11-19 10:21")) == {}


def test_somebody_without_an_address_is_a_finding_at_night_too():
    nowhere = STAFF.replace("zhang@a.example", "               ").replace("li@a.example", "            ")
    night = told(AT_NIGHT.format(grade="一般", reported="", closed=""), now="11-20 03:00", staff=nowhere, limits=HOURS)
    assert [finding.rule for finding in night.findings] == ["MAIL-01"]


@pytest.mark.parametrize(
    ("first", "last", "open_at", "shut_at"),
    [
        ("07:00", "22:00", ("07:00", "21:59"), ("06:59", "22:00", "00:00")),
        ("20:00", "02:00", ("20:00", "23:59", "00:00", "01:59"), ("02:00", "19:59")),
        ("00:00", "00:00", ("00:00", "12:00"), ()),
        ("09:00", "09:00", ("08:59", "09:00"), ()),
        ("07:00", "00:00", ("07:00", "23:59"), ("00:00", "06:59")),
    ],
)
def test_the_hours_may_go_over_midnight_and_the_same_hour_twice_is_always(first, last, open_at, shut_at):
    limits = Alerts(1.0, 24.0, dt.time.fromisoformat(first), dt.time.fromisoformat(last))
    assert all(limits.sends_at(moment(f"11-19 {hour}")) for hour in open_at)
    assert not any(limits.sends_at(moment(f"11-19 {hour}")) for hour in shut_at)


def test_the_next_turn_of_the_hours_is_after_now():
    assert HOURS.turns_after(moment("11-19 06:59")) == moment("11-19 07:00")
    assert HOURS.turns_after(moment("11-19 07:00")) == moment("11-19 22:00")
    assert HOURS.turns_after(moment("11-19 22:00")) == moment("11-20 07:00")
    assert REST_OF_TIME.turns_after(moment("11-19 22:00")) is None


# What is only at risk is gathered

GATHERED = Alerts(1.0, 24.0, dt.time(7), dt.time(22), (dt.time(8, 30), dt.time(11), dt.time(14), dt.time(16, 30)))
TO_SETTLE = """
编号           | 接收时间    | 接收人 | 级别    | 上报时间    | 填单人 | 填单时间    | 经办人 | 归档时间
FK20261118-001 | 11-18 12:00 | 张伟   | {grade} | 11-18 12:10 | 王强   | 11-18 12:20 | 王强   | {closed}
"""
"""Due at 12:20 on the 19th, at risk from 4 hours 48 minutes before that."""


def gathered(
    now: str, *, grade: str = "一般", closed: str = "", more: str = "", limits: Alerts = GATHERED
) -> Escalation:
    register = TO_SETTLE.format(grade=grade, closed=closed).rstrip()
    return told(f"{register}\n{more}" if more else register, now=now, limits=limits)


def settled(escalation: Escalation) -> list[str]:
    return [level for entries in mails(escalation).values() for _, rule, level in entries if rule == "STD-04"]


def test_at_risk_waits_for_the_next_hour_at_which_they_are_gathered():
    assert settled(gathered("11-19 07:32", limits=HOURS)) == ["AT_RISK"]
    waiting = gathered("11-19 07:32")
    assert settled(waiting) == [] and {of_key(key).rule for key in waiting.waiting} == {"STD-04"}
    assert settled(gathered("11-19 08:29:59")) == []
    assert settled(gathered("11-19 08:30")) == settled(gathered("11-19 10:15")) == ["AT_RISK"], (
        "also when passes were late"
    )


def test_what_was_done_before_that_hour_is_never_told():
    assert mails(gathered("11-19 08:30", closed="11-19 08:10")) == {}


def test_late_is_told_at_once_and_takes_along_what_is_at_risk():
    reported_late = "FK20261119-001 | 11-19 07:00 | 王强 | 一般 | | | | | "
    alone = gathered("11-19 08:05", more=reported_late)
    assert mails(alone)["王强"] == [("001", "STD-01", "LATE"), ("001", "STD-04", "AT_RISK")]
    assert settled(gathered("11-19 07:44", more=reported_late)) == []


def test_what_cannot_wait_and_what_is_major_is_told_at_once():
    assert settled(gathered("11-19 07:32", grade="重大")) == ["AT_RISK"]
    soon = "\n".join(REPORTING.strip().splitlines())
    assert mails(told(soon, now="11-19 09:45", limits=GATHERED)) == {"张伟": [("001", "STD-01", "AT_RISK")]}


@pytest.mark.parametrize(
    ("since", "due", "at"),
    [
        ("11-19 07:32", "11-19 12:20", "11-19 08:30"),
        ("11-19 08:30", "11-19 12:20", "11-19 08:30"),
        ("11-19 08:31", "11-19 13:29", "11-19 11:00"),
        ("11-19 08:31", "11-19 13:28", "11-19 08:31"),
        ("11-19 17:00", "11-21 23:59", "11-20 08:30"),
        ("11-19 17:00", "11-20 23:00", "11-19 17:00"),
    ],
)
def test_it_waits_for_at_most_half_of_the_time_that_is_left(since, due, at):
    assert GATHERED.gathered_until(moment(since), moment(due)) == moment(at)
