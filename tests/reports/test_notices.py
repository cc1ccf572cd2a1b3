"""《内部信息反馈单》 (X-02): who gets one, what it says and asks, and what was not answered in the months before."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from automation import answered, cycle, settings
from automation.jobs import JOBS
from automation.journal import Journal
from automation.mailing import NoReader
from automation.past import Past
from automation.reports import noticed
from automation.reports.period import MONTHLY, parse
from automation.reports.standing import standing
from tests import tables
from tests.reports import mails
from workbook import build
from workbook.schema import REGISTER as SHEET
from workbook.schema import STAFF as PEOPLE

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
OCTOBER = parse(MONTHLY, "2026-10")
NOW = "11-03 08:30"
SHOP = """
反馈登记
编号           | 接收时间    | 编号时间    | 级别 | 反馈渠道 | 反馈类别 | 被反馈部门 | 客户姓名 | 车牌号   | 联系电话    | 内容概要 | 上报时间 | 满意度 | 责任人 | 当事人
FK20260915-001 | 09-15 09:00 | 09-15 09:10 | 一般 | 电话 | 质量问题 | 机修车间   | 王小明   | 沪A23456 | 13912345678 | 漏油           | 09-15 09:20 | 满意   | 高建军 |
FK20260916-001 | 09-16 09:00 | 09-16 09:10 | 一般 | 电话 | 服务态度 | 配件部     | 钱多多   | 沪E67890 | 13512345678 | 没人理         | 09-16 09:20 |        |        |
FK20260917-001 | 09-17 09:00 | 09-17 09:10 | 一般 | 电话 | 服务态度 | 配件部     | 钱多多   | 沪E67891 | 13512345679 | 等了一天       | 09-17 09:20 |        |        |
FK20261005-001 | 10-05 09:00 | 10-05 09:10 | 一般 | 网络 | 质量问题 | 机修车间   | 王小明   | 沪A23456 | 13912345678 | 王小明的车又漏油 | 10-05 11:00 | 不满意 | 高建军 |
FK20261012-001 | 10-12 09:00 | 10-12 09:10 | 重大 | 媒体 | 工期延误 | 机修车间   | 李雷雷   | 沪B34567 | 13812345678 | 拖了五天       | 10-12 09:20 |        |        | 侯志强
FK20261013-001 | 10-13 09:00 | 10-13 09:10 | 一般 | 电话 | 质量问题 | 机修车间   | 韩梅梅   | 沪C45678 | 13712345678 | 石磊态度差     | 10-13 09:20 |        | 石磊   |
FK20261020-001 | 10-20 09:00 | 10-20 09:10 | 一般 | 电话 | 配件延时 | 销售部     | 孙小美   | 沪F78901 | 13412345678 | 配件没到       | 10-20 09:20 |        |        |
FK20261021-001 | 10-21 09:00 | 10-21 09:10 | 一般 | 电话 | 其他     |            | 赵大力   | 沪D56789 | 13612345678 | 说不清         | 10-21 09:20 |        |        |
FK20261101-001 | 11-01 09:00 | 11-01 09:10 | 一般 | 电话 | 其他     | 财务部     | 赵大力   | 沪D56789 | 13612345678 | 发票           | 11-01 09:20 |        |        |

处理记录
编号           | 时间        | 事项         | 经手人 | 内容
FK20260915-001 | 10-08 09:00 | 内部反馈答复 | 石磊   | 油封老化，已换，每周检查
FK20261012-001 | 10-14 09:00 | 预防措施     | 石磊   | 通知王小明和李雷雷沪B34567工期

人员
姓名   | 部门       | 角色       | 主次 | 邮箱           | 在岗
石磊   | 机修车间   | 部门负责人 | 主   | shi@x.example  | 是
周涛   | 配件部     | 部门负责人 | 主   | zhou@x.example | 是
何进   | 销售部     | 部门负责人 | 主   |                | 是
陈总   | 总经理室   | 主管总经理 | 主   | chen@x.example | 是
陆文琴 | 管理部     | 管理部     | 主   | lu@x.example   | 是
"""  # noqa: E501
SENT = dt.datetime(2026, 10, 3, 8, 30)
PAST = Past(mailed={answered.key("2026-09", name): SENT for name in ("机修车间", "配件部")})
PERSONAL = ("王小明", "李雷雷", "钱多多", "13912345678", "沪A23456", "沪B34567")


@pytest.fixture(scope="module")
def month() -> noticed.Month:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    return noticed.month(standing(facts), facts, OCTOBER)


def test_it_comes_on_the_3rd() -> None:
    (job,) = [job for job in JOBS if job.name == "notices"]
    assert (job.day, job.at, job.rule) == (3, dt.time(8, 30), "X-02")


def test_each_department_complained_about_gets_one_and_no_other(month: noticed.Month) -> None:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    made = mails.build("notices", facts)
    # 配件部 has no case of October, but owes answers for September; 财务部 has one of November only.
    assert [(mail.department, mail.roles) for mail in made] == [
        ("机修车间", ("部门负责人",)),
        ("销售部", ("部门负责人",)),
        ("配件部", ("部门负责人",)),
        ("", ("主管总经理", "管理部")),
    ]
    assert [mail.key for mail in made] == [answered.key("2026-10", mail.department) for mail in made]
    assert (month.received, month.before) == (5, 3)
    assert [one.ticket for one in month.unnamed.cases] == ["FK20261021-001"]


def test_without_a_case_and_without_a_debt_a_department_gets_none() -> None:
    facts = tables.facts(SHOP, now=NOW)  # nothing was sent in September, so nothing is owed
    assert [mail.department for mail in mails.build("notices", facts)] == ["机修车间", "销售部", ""]


def test_what_a_department_is_told_of_its_cases(month: noticed.Month) -> None:
    shop = month.notices[0]
    assert (shop.department, len(shop.cases), shop.before) == ("机修车间", 3, 1)
    # The major one first, then the dissatisfied customer, whose car was there in September already.
    assert [(one.ticket, one.again, one.responsible, one.withheld) for one in shop.cases] == [
        ("FK20261012-001", (), "侯志强", False),
        ("FK20261005-001", ("FK20260915-001",), "高建军", False),
        ("FK20261013-001", (), "石磊", True),
    ]
    assert shop.categories == (("质量问题", 2, 1), ("工期延误", 1, 0))
    # Reported at 11:00 where an hour was allowed from 9:00: late by one; nothing was done after it.
    late = [case for case in shop.late if case.rule == "STD-01"]
    assert [(case.row, case.late) for case in late] == [(5, dt.timedelta(hours=1))]


def test_what_was_asked_in_september_and_not_answered(month: noticed.Month) -> None:
    assert (month.asked_before, month.answers) == (3, 1)
    # Sent on Saturday 3 October: with the holidays the tenth working day is the 20th; 31 days have gone by.
    assert [(one.ticket, one.department, one.month, one.due, one.age, one.late) for one in month.outstanding] == [
        ("FK20260916-001", "配件部", "2026-09", dt.date(2026, 10, 20), 31, True),
        ("FK20260917-001", "配件部", "2026-09", dt.date(2026, 10, 20), 31, True),
    ]


def test_the_mail_to_a_department_asks_and_says_how_to_answer() -> None:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    mail = mails.build("notices", facts)[0]
    said = mails.text(mail, facts)
    assert mails.sent(mail, facts).recipients == ("shi@x.example",)
    # Ten working days after Tuesday 3 November.
    assert "请在 2026-11-17(10 个工作日)前逐件答复:原因分析、纠正措施、预防措施、完成日期。" in said
    assert "事项填“内部反馈答复”" in said and "11月" not in tables.plain(mail.subject)
    assert "FK20261005-001 10-05 质量问题;责任人 高建军" in said and "同一辆车又反馈,上次 FK20260915-001" in said
    assert "已记录 预防措施:通知王小明和李**沪B3***7工期" in said  # 王小明 is not this case's customer
    # The head is 责任人 of the third case: he hears nothing of it (STD-20), the managers do.
    assert "FK20261013-001" not in said + mails.html(mail, facts) + str(mails.cells(mails.workbook(mail)["本月反馈"]))
    assert "FK20261013-001 机修车间" in mails.text(mails.build("notices", facts)[-1], facts)


def test_the_form_can_be_printed_filled_in_and_signed() -> None:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    book = mails.workbook(mails.build("notices", facts)[0])
    form = book["反馈单"]
    shown = mails.cells(form)
    for asked in (["原因分析"], ["纠正措施"], ["预防措施"], ["完成日期和责任人"]):
        row = shown.index(asked) + 1
        assert form.row_dimensions[row].height > 90
    assert ["部门负责人签字", "签字日期", "管理部验证", "验证日期"] in shown
    assert ["项目", "请在 2026-11-17 前答复"] in shown
    assert not [word for word in PERSONAL[1:] if word in str([mails.cells(sheet) for sheet in book])]


def test_the_overview_tells_the_managers_who_got_what_and_who_owes() -> None:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    mail = mails.build("notices", facts)[-1]
    said = mails.text(mail, facts)
    assert tables.plain(mail.subject) == "【内部信息反馈单】2026年10月:涉及 2 个部门 5 件,以前未答复 2 件"
    assert "10月收到 5 件(9月 3,+2),涉及 2 个部门。以前发出的 3 件中还有 2 件没有答复,其中 2 件过了答复日期。" in said
    assert "销售部(没有负责人邮箱,没有发出):反馈 1" in said
    assert "配件部(周涛):反馈 0,9月 2" in said and "未答复 2" in said
    assert "来源:电话 3(持平)" in said and "类别:质量问题 2(+1)" in said
    assert "有 1 件没有填被反馈部门,没有部门收到:FK20261021-001。" in said
    assert not [word for word in PERSONAL if word in said + mails.html(mail, facts)]


def test_the_departments_of_the_overview_add_up_to_its_tiles() -> None:
    facts = tables.facts(SHOP, now=NOW)  # nothing was sent: 配件部 has cases of September only, and no debt
    mail = mails.build("notices", facts)[-1]
    shown = [line for line in mails.cells(mails.workbook(mail)["汇总"]) if line]
    start = next(at for at, line in enumerate(shown) if line[0] == "部门")
    assert [line[:4] for line in shown[start + 1 : start + 6]] == [
        ["机修车间", "石磊", "3", "1"],
        ["销售部", "没有人收到", "1", "0"],
        ["配件部", "不必发", "0", "2"],
        ["未填", "没有部门收到", "1", "0"],
        ["合计", "5", "3", "1"],
    ]
    said = mails.text(mail, facts)
    assert "10月收到 5 件(9月 3,+2)" in said
    assert "配件部(不必发):反馈 0,9月 2" in said and "未填(没有部门收到):反馈 1,9月 0" in said


def test_a_department_without_a_head_s_address_stops_no_other() -> None:
    facts = tables.facts(SHOP, now=NOW, past=PAST)
    made = {mail.department: mail for mail in mails.build("notices", facts)}
    with pytest.raises(NoReader, match="销售部"):
        mails.sent(made["销售部"], facts)
    assert mails.sent(made["配件部"], facts).recipients == ("zhou@x.example",)


def test_the_notice_of_a_department_without_a_head_goes_to_the_general_manager() -> None:
    facts = tables.facts(SHOP.replace("何进   | 销售部 ", "何进   | 配件部 "), now=NOW, past=PAST)
    made = {mail.department: mail for mail in mails.build("notices", facts)}
    assert mails.sent(made["销售部"], facts).recipients == ("chen@x.example",)
    assert "“人员”表里没有销售部的部门负责人，请您答复或转交" in mails.text(made["销售部"], facts).replace(",", "，")
    assert "销售部(陈总):反馈 1" in mails.text(mails.build("notices", facts)[-1], facts)


def test_a_month_without_any_case_is_one_line() -> None:
    facts = tables.facts(SHOP.partition("处理记录")[0] + SHOP[SHOP.index("人员\n姓名") :], now="05-03 08:30")
    (mail,) = mails.build("notices", facts, "2026-04")
    assert "4月没有收到反馈,没有部门需要整改。" in mails.text(mail, facts)
    assert mail.attachments == ()


def test_what_was_queued_for_a_department_is_what_it_is_asked_for(tmp_path: Path) -> None:
    path, now = tmp_path / "客诉.xlsx", dt.datetime(2026, 11, 3, 9, 0)
    rows = tables.rows_of(SHOP)
    contents = {SHEET.sheet: rows[SHEET.sheet], PEOPLE.sheet: rows[PEOPLE.sheet]}
    build.write(path, contents, created=now)
    found, _ = settings.load(None, workbook=path)
    with Journal.open(found.journal) as journal:  # the first pass was a month ago
        journal.record_pass(now - dt.timedelta(days=30), "", edits=0, findings=0, outcome="")
    findings = cycle.run(found, now).findings
    assert any(one.rule == "MAIL-03" and "销售部" in one.message for one in findings)
    with Journal.peek(found.journal) as journal:
        past = journal.past()
    assert past.mailed == {answered.key("2026-10"): now, answered.key("2026-10", "机修车间"): now}
    assert past.asked == {answered.key("2026-10", "机修车间"): ("FK20261005-001", "FK20261012-001")}
    assert not [one for one in findings if one.rule == "X-02"]
    late = [one for one in cycle.run(found, dt.datetime(2026, 11, 18, 9, 0)).findings if one.rule == "X-02"]
    assert [one.ticket for one in late] == ["FK20261005-001", "FK20261012-001"]


LISTS = {
    answered.key("2026-09", "机修车间"): ("FK20260915-001",),
    answered.key("2026-09", "配件部"): ("FK20260916-001",),
}
LISTED = Past(
    mailed=dict.fromkeys(LISTS, SENT),
    asked=LISTS,
    occurrences=frozenset({("notices", "2026-08"), ("notices", "2026-09")}),
)


def month_of(text: str, past: Past = LISTED) -> noticed.Month:
    facts = tables.facts(text, now=NOW, past=past)
    return noticed.month(standing(facts), facts, OCTOBER)


def test_a_case_entered_after_its_month_s_notice_went_out_is_asked_for_in_the_next() -> None:
    facts = tables.facts(SHOP, now=NOW, past=LISTED)
    found = noticed.month(standing(facts), facts, OCTOBER)
    parts = next(one for one in found.notices if one.department == "配件部")
    assert ([one.ticket for one in parts.further], len(parts.cases)) == (["FK20260917-001"], 0)
    assert [one.ticket for one in found.outstanding] == ["FK20260916-001"]
    mail = next(mail for mail in mails.build("notices", facts) if mail.department == "配件部")
    assert mail.asks == ("FK20260917-001", "FK20260916-001")
    assert "另有 1 件以前月份的当时没有问到,这次补问。" in mails.text(mail, facts)
    assert "FK20260917-001 09-17(补问) 服务态度" in mails.text(mail, facts)
    assert "另有以前月份的 1 件当时没有问到" in mails.text(mails.build("notices", facts)[-1], facts)
    # What stands on the list of the notice itself is not taken from it when that is made again.
    later = Past(
        mailed=LISTED.mailed | {mail.key: SENT},
        asked=LISTED.asked | {mail.key: mail.asks},
        occurrences=LISTED.occurrences,
    )
    assert [mail.asks for mail in mails.build("notices", tables.facts(SHOP, now=NOW, past=later))][2] == mail.asks


def test_a_month_from_before_the_notices_is_not_asked_for() -> None:
    assert not [
        one for one in month_of(SHOP.replace("| 09-17 09:00 | 09-17", "| 07-17 09:00 | 07-17")).notices if one.further
    ]


def test_a_case_given_to_another_department_is_asked_of_that_one() -> None:
    moved = SHOP.replace("服务态度 | 配件部     | 钱多多   | 沪E67890", "服务态度 | 销售部     | 钱多多   | 沪E67890")
    found = month_of(moved)
    # 销售部 was never asked: nothing is outstanding, and its notice has the case now.
    assert found.outstanding == ()
    assert further(found) == {"FK20260916-001": "销售部", "FK20260917-001": "配件部"}


def further(found: noticed.Month) -> dict[str, str]:
    return {case.ticket: one.department for one in found.notices for case in one.further}


def test_the_first_department_s_word_that_it_is_not_its_case_answers_for_no_other() -> None:
    moved = SHOP.replace("服务态度 | 配件部     | 钱多多   | 沪E67890", "服务态度 | 销售部     | 钱多多   | 沪E67890")
    said = "\nFK20260916-001 | 10-08 09:00 | 内部反馈答复 | 周涛 | 不是配件部的事，是销售部漏订\n\n人员\n姓名"
    assert "FK20260916-001" in further(month_of(moved.replace("\n\n人员\n姓名", said)))
    # In its own department's name it is an answer.
    assert month_of(SHOP.replace("\n\n人员\n姓名", said)).outstanding == ()


def test_a_case_whose_department_was_taken_out_is_still_owed_by_the_one_that_was_asked() -> None:
    taken = SHOP.replace("服务态度 | 配件部     | 钱多多   | 沪E67890", "服务态度 |            | 钱多多   | 沪E67890")
    assert [(one.ticket, one.department) for one in month_of(taken).outstanding] == [("FK20260916-001", "配件部")]
