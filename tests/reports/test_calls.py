"""Whom to call by the 4th (STD-16): who is on the list, what it says of him, and the sheet to write on."""

from __future__ import annotations

import pytest

from automation.jobs import JOBS
from automation.reports import unfinished
from automation.reports.period import MONTHLY, parse
from tests import tables
from tests.reports import mails
from tests.reports.pending_items import BARE, EMPTY, OLD, PERSONAL, SHOP

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
OCTOBER = parse(MONTHLY, "2026-10")


def owed(now: str, shop: str = SHOP, period: str = "2026-10") -> list[str]:
    found = unfinished.items(tables.facts(shop, now=now), parse(MONTHLY, period))
    return [one.ticket for one in found if one.owed]


def test_the_list_comes_on_the_1st_so_that_the_4th_can_be_kept() -> None:
    (job,) = [job for job in JOBS if job.name == "calls"]
    assert (job.day, job.at.hour, job.rule) == (1, 8, "STD-16")
    assert unfinished.deadline(OCTOBER) == tables.moment("11-04 23:59")


def test_who_was_not_talked_to_this_month_is_on_the_list_the_oldest_first() -> None:
    # On the 1st nobody was talked to in November yet; a talk that is only planned for the 2nd is none. The item of
    # November is for December, the resolved one and the archived case for nobody.
    assert owed("11-01 08:00") == ["FK20260715-001", "FK20260901-001", "FK20261020-001"]
    assert owed("11-04 08:00") == ["FK20260715-001", "FK20261020-001"]
    # A month later the item of November is owed too, and whoever was talked to in November is owed a talk again.
    assert owed("12-01 08:00", period="2026-11") == [
        *("FK20260715-001", "FK20260901-001", "FK20261020-001"),
        "FK20261101-001",
    ]


def test_a_talk_that_either_ledger_has_counts() -> None:
    centre = SHOP.rindex("10-02 | 电话")
    assert owed("11-04 08:00", f"{SHOP[:centre]}11-03 | 电话{SHOP[centre + len('10-02 | 电话') :]}") == [
        "FK20261020-001"
    ]


def test_items_without_a_day_or_a_number_are_not_forgotten() -> None:
    shop = SHOP.replace(BARE, BARE.replace("客户出国 | 10-20", "客户出国 | ").replace("FK20261020-001", ""))
    found = [one for one in unfinished.items(tables.facts(shop, now="11-01 08:00"), OCTOBER) if one.owed]
    assert next((one.name, one.bucket) for one in found) == ("（未填编号）", "转入日期未填")


def test_the_mail_says_whom_where_the_number_stands_and_where_to_write() -> None:
    facts = tables.facts(SHOP, now="11-01 08:00")
    (mail,) = mails.build("calls", facts)
    assert mail.roles == ("客户经理",)
    assert list(mails.sent(mail, facts).recipients) == ["fang@x.example"]
    said = mails.text(mail, facts)
    assert "3 项要在11月4日前和客户沟通" in said and "截止 11-04 周三 23:59" in said
    assert "负责人 方致远】2 项" in said and "负责人 罗静怡】1 项" in said
    # 16 July to 1 November: 15 + 31 + 30 + 31 + 1 days.
    assert "FK20260715-001 [重大] 王** 沪A2***6,电话 139****5678(反馈登记!F2)" in said
    assert "2026-07-16 转入,已 108 天;预计 10-20 完成,已过 12 天" in said
    assert "上次沟通:2026-10-02 电话,王**同意等到月底" in said
    assert "填到 客户经理!K2、客服中心!K2" in said
    assert not [word for word in PERSONAL if word in said or word in mails.html(mail, facts)]


def test_the_sheet_to_print_has_everybody_and_room_to_write() -> None:
    facts = tables.facts(SHOP, now="11-01 08:00")
    (mail,) = mails.build("calls", facts)
    sheet = mails.workbook(mail)["沟通清单"]
    assert sheet.page_setup.orientation == "landscape" and sheet.page_setup.paperSize == 9
    heads = [tables.plain(str(cell.value)) for cell in sheet[3]]
    assert {"已沟通", "沟通日期和方式", "沟通结果(手写)"} <= set(heads)
    rows = {str(row[1]): row for row in sheet.iter_rows(min_row=4, values_only=True)}
    assert list(rows) == ["FK20260715-001", "FK20261020-001", "FK20260901-001"]  # keeper by keeper
    first = rows["FK20260715-001"]
    assert first[3] == "139****5678\n反馈登记!F2" and first[8] == "□" and first[9] is first[10] is None
    assert all(sheet.row_dimensions[number].height >= 60 for number in (4, 5, 6))
    assert not [word for word in PERSONAL if word in str(list(rows.values()))]


def test_nobody_to_call_means_no_mail() -> None:
    assert mails.build("calls", tables.facts(EMPTY, now="11-01 08:00")) == ()
    talked = SHOP.replace("10-02 | 电话", "11-01 | 电话").replace(BARE, BARE.replace("未了", "已了"))
    assert owed("11-04 08:00", talked) == []
    assert mails.build("calls", tables.facts(talked, now="11-04 08:00")) == ()


def test_a_keeper_with_more_than_the_mail_holds_is_told_where_the_rest_is() -> None:
    many = "\n".join(OLD.replace("FK20260715-001", f"FK20260715-{number:03}") for number in range(100, 140))
    facts = tables.facts(SHOP.replace(OLD, f"{OLD}\n{many}"), now="11-01 08:00")
    (mail,) = mails.build("calls", facts)
    assert "另有 19 项没有列在邮件里,见附件" in mails.text(mail, facts)  # 43 in all, 24 of them in the mail
    assert len(list(mails.workbook(mail)["沟通清单"].iter_rows(min_row=4))) == 43
