"""A dealership's past played again: nothing is known before its time, and the quick replay tells what whole passes tell."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from automation import plan, settings
from automation.alerts import Alert, Digest, Level, Recipient
from automation.past import Past
from automation.sample import Sample, dealership
from automation.settings import Settings
from automation.simulation import figures, mails
from automation.simulation.life import Life, instant
from automation.simulation.playing import moments, play
from tests.tables import moment
from workbook.edits import Cell
from workbook.schema import EVENTS, PENDING, REGISTER, TABLES, TEMPORAL

END = dt.datetime(2026, 11, 21, 9, 30)
AHEAD = {"下次答复时间", "预计完成日期", "保险到期", "下次保养", "生日", "截止时间", "应联系日期"}
HALF_HOUR = dt.timedelta(minutes=30)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return dealership(90, 5, END)


@pytest.fixture
def defaults(tmp_path: Path) -> Settings:
    return settings.load(None, workbook=tmp_path / "登记.xlsx")[0]


def test_nothing_is_known_before_its_time(sample):
    life = Life(sample.contents)
    life.numbers = {place: (f"FK-{place}", None) for place in range(90)}
    for day in (1, 8, 15, 40):
        now = END - dt.timedelta(days=day)
        stood = life.at(now)
        for table in TABLES:
            times = [column.name for column in table.columns if column.kind in TEMPORAL and column.name not in AHEAD]
            known = [instant(row.get(name)) for row in stood.get(table.sheet, ()) for name in times]
            late = [at for at in known if at is not None and at > now]
            assert not late or table.sheet in ("节假日", "规则"), (table.sheet, late[:3])
        for row, known in zip(sample.contents[REGISTER.sheet], stood[REGISTER.sheet], strict=False):
            reviewed = instant(row.get("复核完成时间"))
            assert known.get("复核人") is None or reviewed is None or reviewed <= now
    assert len(stood[REGISTER.sheet]) < 90 and len(life.at(END)[REGISTER.sheet]) == 90


def test_an_item_that_was_settled_later_still_stood_open_and_entries_follow_the_number_that_kesu_gave(sample):
    life = Life(sample.contents)
    settled = next(row for row in sample.contents[PENDING[0].sheet] if row["状态"] == "已了")
    place = next(n for n, row in enumerate(sample.contents[REGISTER.sheet]) if row["编号"] == settled["编号"])
    before = dt.datetime.combine(settled["完成日期"], dt.time()) - dt.timedelta(days=1)  # type: ignore[arg-type]
    assert not life.at(before, [place])[EVENTS.sheet], "kesu has not numbered it yet"
    life.numbers[place] = ("FK20260101-077", None)
    (stood,) = life.at(before, [place])[PENDING[0].sheet]
    assert (stood["编号"], stood["状态"], stood["完成日期"]) == ("FK20260101-077", "未了", None)
    (stood,) = life.at(END, [place])[PENDING[0].sheet]
    assert stood["状态"] == "已了"


def test_the_quick_replay_tells_whom_what_whole_passes_tell(sample, defaults):
    limits, first, last = defaults.alerts, dt.datetime(2026, 11, 19, 7), dt.datetime(2026, 11, 19, 9)
    numbered = {
        place: (str(row["编号"]), row["编号时间"])
        for place, row in enumerate(sample.contents[REGISTER.sheet])
        if row.get("编号") and isinstance(row.get("编号时间"), dt.datetime) and row["编号时间"] < first
    }
    quick = Life(sample.contents, dict(numbered))
    told = list(mails.replay(quick, limits, mails.passes(quick, limits, first, last, HALF_HOUR)))
    whole, life, past, now = [], Life(sample.contents, dict(numbered)), Past(began=first), first
    while now <= last:
        decided = plan.decide(mails.ledger_of(life.at(now)), past, replace(defaults, alerts=limits), now)
        numbers = decided.facts.register["编号"]
        life.numbers |= {row - mails.FIRST_ROW: (number, now) for row, number in numbers.items() if number}
        issued = (*past.issued, *decided.issued)
        past = replace(
            past,
            issued=tuple(replace(one, written=True) for one in issued),
            told_at={**past.told_at, **dict.fromkeys(decided.told, now)},
            history=replace(decided.facts.past.history, last=now),
        )
        whole += decided.digests
        now += HALF_HOUR
    assert tellings(told) == tellings(whole) and len(tellings(whole)) > 10


def tellings(digests: list[Digest]) -> Counter[tuple[str, str]]:
    return Counter((digest.recipient.name, alert.key) for digest in digests for alert in digest.alerts)


def test_played_into_a_folder_numbers_stay_and_reports_come_in_their_time(sample, defaults):
    numbers: list[set[str]] = []
    reports: list[str] = []

    def tell(now: dt.datetime, outcome: object) -> None:
        decided = outcome.plan  # type: ignore[attr-defined]
        numbers.append(set(decided.facts.register["编号"]))
        reports.extend(f"{now:%m-%d} {one.name}" for one in decided.reports)

    play(Life(sample.contents), defaults, moments(dt.date(2026, 11, 16), dt.date(2026, 11, 17), [dt.time(8, 35)]), tell)
    assert numbers[0] <= numbers[1] and "" not in numbers[1]
    assert "11-17 weekly" in reports and list(defaults.outbox.glob("*周报*")) + list(defaults.outbox.glob("*汇总*"))


def test_mails_are_counted_by_day_and_week_with_those_only_at_risk_and_what_was_told_before():
    def digest(at: str, *alerts: tuple[str, Level]) -> Digest:
        made = tuple(
            Alert(
                *(ticket, "STD-04", "责任认定", level, moment("11-03 12:00"), dt.timedelta(), Cell("反馈登记", 5, 1)),
                *("客户经理", "", "", "", "", "", "一般", "", ""),
            )
            for ticket, level in alerts
        )
        return Digest(Recipient("王强", "w@a.cn", "客户经理"), moment(at), made, ("",) * len(made))

    told = [
        digest("11-02 09:00", ("001", Level.AT_RISK), ("002", Level.AT_RISK)),
        digest("11-02 13:00", ("001", Level.LATE)),
        digest("11-09 09:00", ("003", Level.LATE)),
        digest("12-09 09:00", ("003", Level.ESCALATED)),
    ]
    (one,) = figures.readers(told, dt.date(2026, 11, 2), dt.date(2026, 11, 15))
    assert (one.mails, one.weeks, one.days[0], one.days[7], sum(one.days[1:7])) == (3, (2, 1), 2, 1, 0)
    assert (one.only_at_risk, one.repeats, one.rows, one.busiest) == (1, 1, 4, dt.date(2026, 11, 2))
    assert list(figures.table([one]))[2].startswith(
        "| 客户经理 王强 | 3 | 0 | 1 | 2 | 1.5 | 2 | 11-02 | 33 % | 4 | 1 |"
    )


def test_over_a_longer_span_tickets_follow_every_flow_and_old_ones_are_settled():
    rows = dealership(400, 3, END, days=300).contents[REGISTER.sheet]
    assert {row["流程"] for row in rows} >= {
        "三级处理",
        "厂家规范",
        "广汽丰田",
        "汽车销售公司",
        "维修企业",
        "汽车配件客诉",
    }
    old = [row for row in rows if row["接收时间"] < END - dt.timedelta(days=70)]  # type: ignore[operator]
    filed = [row for row in old if row.get("归档时间") is not None]
    assert len(old) > 200 and len(old) - len(filed) < 10, "but for planted mistakes"
