"""Who is told: the person responsible now, the backup on days off, the role above when it stays late."""

from __future__ import annotations

import datetime as dt

from automation.alerts import Level
from automation.escalation import Escalation, escalate
from automation.settings import Alerts
from tests.tables import facts

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


def told(register: str, *, now: str, known: frozenset[str] = frozenset(), staff: str = STAFF) -> Escalation:
    return escalate(facts(f"反馈登记\n{register.strip()}\n\n{staff.strip()}", now=now), known, REST_OF_TIME)


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


def test_late_goes_to_the_same_person_and_only_staying_late_to_the_role_above():
    assert mails(told(REPORTING, now="11-19 10:01")) == {"张伟": [("001", "STD-01", "LATE")]}
    assert mails(told(REPORTING, now="11-19 11:00")) == {
        "张伟": [("001", "STD-01", "LATE")],
        "王强": [("001", "STD-01", "ESCALATED")],
    }


def test_an_alert_already_told_is_not_told_again_but_a_moved_deadline_is_news():
    first = told(REPORTING, now="11-19 10:01")
    assert mails(told(REPORTING, now="11-19 10:30", known=frozenset(first.told))) == {}
    moved = REPORTING.replace("09:00", "09:10")
    assert mails(told(moved, now="11-19 10:30", known=frozenset(first.told))) == {"张伟": [("001", "STD-01", "LATE")]}


DECIDING = """
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 经办人 | 当事人
FK20261119-001 | 11-19 09:00 | 11-19 09:30 | 11-19 09:40 | 11-19 09:41 |        | 刘洋
"""


def test_on_the_primarys_rest_day_the_backup_is_told_and_why():
    friday, saturday = told(DECIDING, now="11-20 09:00"), told(DECIDING, now="11-21 08:00")
    assert mails(friday) == {"王强": [("001", "STD-04", "AT_RISK")]}
    assert list(mails(saturday)) == ["赵敏"]
    assert saturday.digests[0].whys == ("备用：王强今日休息",)


def test_when_primary_and_backup_are_away_both_are_told():
    away = STAFF.replace("zhao@a.example  |        |     ", "zhao@a.example | | 2026-11-21 ")
    assert set(mails(told(DECIDING, now="11-21 08:00", staff=away))) == {"王强", "赵敏"}


def test_the_person_involved_is_never_told():
    involved = DECIDING.replace("刘洋", "王强")
    assert list(mails(told(involved, now="11-20 09:00"))) == ["赵敏"]
    both = DECIDING.replace("刘洋", "王强、赵敏")
    nobody = told(both, now="11-20 09:00")
    assert mails(nobody) == {} and nobody.told == ()
    assert [finding.rule for finding in nobody.findings] == ["MAIL-01"]


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
    (digest,) = escalation.digests
    assert digest.recipient.name == "王强"
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
    assert at("11-05 00:00") == {"赵敏": [("001", "STD-16", "LATE")]}
    assert at("11-06 00:00") == {"赵敏": [("001", "STD-16", "LATE")], "顾总": [("001", "STD-16", "ESCALATED")]}
