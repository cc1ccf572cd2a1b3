"""A clock that leaps: nothing is lost when it is put right, and nothing that cannot be sent twice goes too early."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from automation.journal import Journal
from automation.settings import load
from tests.smtp_server import over_plain_tls
from tests.tables import moment

pytestmark = over_plain_tls

DAY = 24 * 60
WRONG = moment("2027-02-12 09:00")


def closed(book: Path) -> list[str]:
    with Journal.peek(load(None, workbook=book)[0].journal) as journal:
        return [one.month for one in journal.past().closed]


def at(office, when: dt.datetime, *words: str) -> tuple[int, str]:
    office.now = when
    return office.kesu(*(words or ("run",)), later=0)


def test_a_clock_that_ran_ahead_closes_no_month_and_every_report_comes_again_on_its_day(office):
    code, words = at(office, WRONG)
    assert code == 0 and closed(office.book) == []
    assert "MAIL-03" in words and "时间跳得太多,怕是电脑的时钟错了" in words
    ahead = [one for one in office.got("gm@a.example") if "月报" in one or "周报" in one]
    assert ahead, "what can be sent twice goes as it is due"
    code, words = at(office, moment("12-04 09:00"))
    assert code == 0 and closed(office.book) == ["2026-11"], "the entries are of these days"
    code, words = at(office, moment("12-04 09:05"), "status")
    assert code == 0 and "! 汇总:周报 2027-W05 记录为 2027-02-12 09:00 已发,那时电脑的时钟走快了;到时候会再发" in words
    office.server.fresh()
    at(office, moment("2027-01-05 09:00"))
    at(office, moment("2027-02-09 09:00"))
    assert any("周报" in one and "2027-02-02" in one for one in office.got("gm@a.example"))
    (again,) = office.bodies("周报】2027-02-02")
    assert "电脑的时钟走快时" in office.text(again)
    code, words = at(office, moment("2027-02-09 09:05"), "status")
    assert "时钟走快" not in words, words
    assert any("【补发】【客诉月报】2027年1月" in one for one in office.got("gm@a.example")), office.got("gm@a.example")
    sent = len(office.server.received)
    at(office, moment("2027-02-09 09:10"))
    assert len(office.server.received) == sent


def test_a_month_that_was_closed_by_a_clock_that_ran_ahead_is_said_until_that_day(office):
    at(office, WRONG, "run", "--yes")
    assert closed(office.book) == ["2026-11", "2026-12", "2027-01"]
    code, words = at(office, moment("12-04 10:00"))
    assert code == 0
    code, words = at(office, moment("12-04 10:05"), "status")
    assert code == 1 and "✗ 汇总:奖罚情况 2026-11、2026-12、2027-01 记录为 2027-02-12 09:00 已发" in words


def test_after_a_week_off_the_month_is_closed_with_the_first_entry_or_when_the_clock_went_on_for_days(office):
    back = moment("12-14 09:00")
    assert at(office, back)[0] == 0 and closed(office.book) == []
    assert at(office, back, "status")[0] == 1
    for day in range(3):
        for hour in (0, 4, 8):
            at(office, back + dt.timedelta(days=day, hours=hour, minutes=10))
            assert closed(office.book) == []
    at(office, back + dt.timedelta(days=3, minutes=10))
    assert closed(office.book) == ["2026-11"]
    assert at(office, back + dt.timedelta(days=3, minutes=15), "status")[0] == 0


def test_after_a_week_off_an_entry_of_the_day_is_enough(office):
    at(office, moment("12-14 09:00"))
    assert closed(office.book) == []
    office.typed(received="12-14 08:50")
    at(office, moment("12-14 09:05"))
    assert closed(office.book) == ["2026-11"]


def test_somebody_who_is_sure_of_the_day_says_so(office):
    at(office, moment("12-14 09:00"))
    assert at(office, moment("12-14 09:05"), "run", "--yes")[0] == 0
    assert closed(office.book) == ["2026-11"]


@pytest.mark.parametrize(("answer", "done"), [("n\n", False), ("y\n", True)])
def test_at_a_terminal_a_time_that_has_not_come_is_asked_about(answer, done, office, monkeypatch):
    import click

    from automation import terminal

    asked: list[str] = []

    def confirm(text: str, **options: bool) -> None:
        asked.append(text)
        if answer.startswith("n"):
            raise click.Abort

    monkeypatch.setattr(terminal, "this_moment", lambda: moment("12-05 09:00"))
    monkeypatch.setattr(terminal.click, "confirm", confirm)
    monkeypatch.setattr(terminal, "_at_terminal", lambda: True)
    for when, times in ((moment("12-06 08:00"), 0), (moment("12-08 09:00"), 1)):
        before = len(office.server.received)
        at(office, when)
        assert len(asked) == times
        assert (len(office.server.received) > before) == (done or not times)
    at(office, moment("12-20 09:00"), "run", "--dry-run")
    assert len(asked) == 1
