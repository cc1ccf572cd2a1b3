"""The pending items of a month on the 4th (STD-16): what was not done, ledgers that differ (STD-15), what was resolved."""

from __future__ import annotations

import pytest

from automation.jobs import JOBS
from automation.reports import unfinished
from automation.reports.period import MONTHLY, parse
from automation.reports.unfinished import OVERDUE, UNAPPROVED, UNTALKED, VERY_OLD
from tests import tables
from tests.reports import mails
from tests.reports.pending_items import EMPTY, PERSONAL, SHOP

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
OCTOBER = parse(MONTHLY, "2026-10")
NOW = "11-04 08:00"


def test_it_comes_on_the_4th() -> None:
    (job,) = [job for job in JOBS if job.name == "pending"]
    assert (job.day, job.at.hour, job.rule) == (4, 8, "STD-16")


def test_ages_and_what_was_not_done_item_by_item() -> None:
    found = unfinished.items(tables.facts(SHOP, now=NOW), OCTOBER)
    assert [(one.ticket, one.age, one.bucket, one.reasons, one.earlier) for one in found] == [
        # In on 16 July: 111 days; the talk of 2 October was October's; 20 October was the day expected.
        ("FK20260715-001", 111, "90天以上", (UNTALKED, OVERDUE, VERY_OLD), True),
        # Archived on 30 October: the ledgers lag behind, there is nobody to call.
        ("FK20260810-001", 85, "61–90天", (), True),
        ("FK20260901-001", 63, "61–90天", (), True),
        ("FK20261020-001", 15, "30天以内", (UNAPPROVED, UNTALKED), True),
        ("FK20261101-001", 2, "30天以内", (), False),
    ]
    assert [one.gone for one in found] == [False, True, False, False, False]
    assert found[0].past == 15 and found[3].cause == "客户不在场"


@pytest.mark.parametrize(("now", "bucket"), [("08-15", "30天以内"), ("08-16", "31–60天"), ("10-14", "61–90天")])
def test_an_age_belongs_to_one_group(now: str, bucket: str) -> None:
    found = unfinished.items(tables.facts(SHOP, now=f"{now} 08:00"), parse(MONTHLY, "2026-07"))
    assert next(one.bucket for one in found if one.ticket == "FK20260715-001") == bucket


def test_what_was_resolved_and_what_came_in() -> None:
    facts = tables.facts(SHOP, now=NOW)
    # In on 21 September, resolved on 25 October. The item of 20 October is the only one that came in in October.
    assert [(one.ticket, one.days, one.keeper) for one in unfinished.closed(facts, OCTOBER)] == [
        ("FK20260920-001", 34, "方致远")
    ]
    assert unfinished.came_in(facts, OCTOBER) == 1
    assert unfinished.closed(facts, OCTOBER.before) == ()


def test_the_ledgers_differ_field_by_field() -> None:
    found = unfinished.unlike(tables.facts(SHOP, now=NOW))
    assert [(one.ticket, one.column, one.manager, one.centre) for one in found] == [
        ("FK20260901-001", "预计完成日期", "2026-11-30", "2026-12-15"),
        ("FK20261020-001", "整项", "有", "没有这一项"),
    ]
    assert (found[0].manager_at, found[0].centre_at) == ("未了事宜台帐-客户经理!J3", "未了事宜台帐-客服中心!J3")
    renamed = SHOP[: SHOP.rindex("李雷雷")] + "李雷" + SHOP[SHOP.rindex("李雷雷") + 3 :]
    names = [one for one in unfinished.unlike(tables.facts(renamed, now=NOW)) if one.column == "客户姓名"]
    assert [(one.manager, one.centre) for one in names] == [("李**", "李**")]


def test_the_customer_manager_hears_what_is_left_for_today_and_the_managers_what_was_not_done() -> None:
    facts = tables.facts(SHOP, now=NOW)
    calls, month = mails.build("pending", facts)
    assert (calls.roles, month.roles) == (("客户经理",), ("主管总经理", "管理部"))
    assert calls.key != month.key
    assert "2 项要在今天之内和客户沟通" in mails.text(calls, facts)
    said = mails.text(month, facts)
    assert (
        tables.plain(month.subject) == "【未了事宜】截至10月底:4 项未了,没有沟通 2 项,未经认可 1 项,过了预计完成 1 项"
    )
    assert "仍未了的有 4 项,其中 2 项要过问。10月转入 1 项,了结 1 项。" in said
    assert "没有沟通:2" in said and "60天以上(90天以上 1):3" in said
    # Unapproved comes first: it should not be a pending item at all (STD-13).
    assert said.index("FK20261020-001 未经认可、没有沟通") < said.index("FK20260715-001 [重大] 没有沟通、过了预计完成")
    assert "方致远:未了 2,没有沟通 2,未经认可 1,过了预计 1,60天以上 1" in said
    assert "罗静怡:未了 2,没有沟通 0,未经认可 0,过了预计 0,60天以上 2" in said
    assert "两本台帐不一致】2 处" in said and "FK20260920-001 质量问题" not in said
    assert "有 1 项登记表已转管理部或归档" in said and "另有 1 项是10月以后转入的" in said
    for mail in (calls, month):
        assert not [word for word in PERSONAL if word in mails.text(mail, facts) or word in mails.html(mail, facts)]


def test_the_workbook_counts_what_its_lists_show() -> None:
    facts = tables.facts(SHOP, now=NOW)
    book = mails.workbook(mails.build("pending", facts)[1])
    assert book.sheetnames == ["汇总", "全部未了", "沟通清单", "台帐差异", "10月了结"]
    assert [row[1] for row in book["全部未了"].iter_rows(min_row=4, values_only=True)].count("是") == 4
    page = mails.cells(book["汇总"])
    assert ["4", "1", "1", "2"] in page and ["2", "1", "1", "3"] in page
    assert ["方致远", "2", "1", "2", "1", "0", "1"] in page  # of 61–90 days none, over 90 one
    assert ["合计", "4", "1", "2", "1", "2", "1"] in page
    assert "沪A23456" not in str([mails.cells(sheet) for sheet in book])


def test_after_the_4th_it_says_that_the_day_has_passed() -> None:
    facts = tables.facts(SHOP, now="11-06 09:00")
    calls, month = mails.build("pending", facts)
    assert "11月4日已过,还有 2 项没有和客户沟通" in mails.text(calls, facts)
    assert "沟通的期限是11月4日已过" in mails.text(month, facts)


def test_without_any_item_the_managers_are_told_so_in_one_line() -> None:
    facts = tables.facts(EMPTY, now=NOW)
    (month,) = mails.build("pending", facts)
    assert tables.plain(month.subject) == "【未了事宜】截至10月底:没有未了的"
    assert "截至10月底转入的未了事宜现在一项也没有。" in mails.text(month, facts)
    assert month.attachments == ()
