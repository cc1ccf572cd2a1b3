"""What the advice says, carried out: an address is refused, somebody puts it right, and whoever lacked the mail gets it."""

from __future__ import annotations

import pytest

from automation.journal import Journal
from automation.settings import load
from tests.smtp_server import over_plain_tls

pytestmark = over_plain_tls

OLD, NEW = "caiwu-old@a.example", "caiwu@a.example"
NO_SUCH = "550 5.1.1 no such user here"


def test_whoever_was_refused_the_months_money_mail_gets_the_same_bytes_at_the_corrected_address(office):
    office.server.refuse = {OLD: NO_SUCH}
    code, words = office.kesu("run", later=0)
    assert code == 0 and f"收件人被拒收 {OLD}:{NO_SUCH}" in words
    (sent,) = office.bodies("奖罚情况")
    code, words = office.kesu("status")
    assert code == 1 and "有收件人拒收:【奖罚情况】2026年11月" in words and words.count(OLD) == 1, words
    number = office.advised(words)
    office.server.well()
    office.typed(money=NEW)
    code, words = office.kesu(*number, NEW)
    assert code == 0 and f"发给 {NEW}(原 {OLD})" in words
    assert office.got(NEW) == []
    assert office.kesu("run")[0] == 0
    assert [one for one in office.got(NEW) if "奖罚情况" in one] and office.bodies("奖罚情况") == {sent}
    assert len([one for one in office.got("gm@a.example") if "奖罚情况" in one]) == 1, "who has it gets no second"
    assert office.kesu("status")[0] == 0
    assert f"改发:{OLD} → {NEW}" in office.kesu("outbox", "list")[1]


def test_a_month_that_somebody_lacks_is_said_for_as_long_as_he_lacks_it(office):
    office.server.refuse = {OLD: NO_SUCH}
    office.kesu("run", later=0)
    office.server.well()
    office.typed(money=NEW)
    office.kesu("run", later=30 * 24 * 60)
    code, words = office.kesu("status")
    assert code == 1 and "有收件人拒收:【奖罚情况】2026年11月" in words


def test_an_alert_that_was_refused_is_told_anew_at_the_corrected_address(office):
    office.server.refuse = {"zhang@a.example": NO_SUCH}
    office.kesu("run", later=90)
    assert office.got("zhang@a.example") == []
    code, words = office.kesu("status")
    assert code == 1 and "发送失败:【客诉提醒】" in words and "在“人员”表改正邮箱并保存" in words, words
    office.server.well()
    office.typed(clerk="zhangwei@a.example")
    assert office.kesu("run")[0] == 0
    (subject,) = office.got("zhangwei@a.example")
    assert "1 件超时" in subject
    assert office.kesu("status")[0] == 0
    office.kesu("run")
    assert len(office.got("zhangwei@a.example")) == 1
    assert "过时未发" in office.kesu("outbox", "list")[1]


def test_an_alert_whose_mailbox_works_again_goes_by_retry_to_the_same_address(office):
    office.server.refuse = {"zhang@a.example": NO_SUCH}
    office.kesu("run", later=90)
    advice = office.advised(office.kesu("status")[1])
    office.server.well()
    office.kesu("run")
    assert office.got("zhang@a.example") == [], "the address stands as it was: nobody tries again by himself"
    assert office.kesu(*advice)[0] == 0
    office.kesu("run")
    assert len(office.got("zhang@a.example")) == 1 and office.kesu("status")[0] == 0


def test_an_alert_whose_refused_address_was_only_taken_out_waits_for_another(office):
    office.server.refuse = {"zhang@a.example": NO_SUCH}
    office.kesu("run", later=90)
    office.server.well()
    office.typed(clerk="")
    assert "MAIL-01" in office.kesu("run")[1], "it counts as not told, and says that nobody has an address"
    office.typed(clerk="zhangwei@a.example")
    office.kesu("run")
    assert len(office.got("zhangwei@a.example")) == 1


def test_money_that_may_have_arrived_is_released_as_the_words_of_retry_say(office):
    office.server.cut = "answer"
    office.kesu("run", later=0)
    office.server.well()
    code, words = office.kesu("status")
    number = office.advised(words)
    assert number[1] == "release"
    code, words = office.kesu("outbox", "retry", number[2])
    assert code == 2 and "对方可能已经收到" in words and office.advised(words) == number
    assert office.kesu(*number)[0] == 0 and office.kesu("run")[0] == 0
    assert office.kesu("status")[0] == 0


@pytest.mark.parametrize(
    ("to", "told"),
    [
        ("caiwu", "不是邮箱地址"),
        ("gm@a.example", "已经收到过这一封"),
        ("nobody@a.example=new@a.example", f"没有收到的:{OLD}"),
        (f"{OLD}=", "不是邮箱地址"),
    ],
)
def test_an_address_that_cannot_be_meant_changes_nothing(to, told, office):
    office.server.refuse = {OLD: NO_SUCH}
    office.kesu("run", later=0)
    number = office.advised(office.kesu("status")[1])
    code, words = office.kesu(*number, to)
    assert code == 2 and told in words, words
    settings, _ = load(None, workbook=office.book)
    with Journal.peek(settings.journal) as journal:
        assert not [entry for entry in journal.entries() if entry.state == "queued" or entry.readdressed]
