"""When reports are due: every Tuesday and on the 2nd, each once, whatever the machine, its clock and the holidays do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automation.jobs import CATCH_UP, HOLIDAY, JOBS, Job
from automation.past import Fault, History, Past
from automation.reports import REPORTS
from automation.reports.period import MONTHLY, WEEKLY
from automation.sla.calendar import Calendar
from automation.timetable import LATE, due
from tests.tables import moment, plain

LONG_AGO = dt.datetime(2026, 1, 1)
YEAR = Calendar(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
WEEK, MONTH = JOBS[0], JOBS[1]


def done_until(day: str) -> frozenset[tuple[str, str]]:
    """Everything that fell due before a day was sent on time."""
    now, done = moment(day), frozenset[tuple[str, str]]()
    jobs = [replace(job, catch_up="all", holiday="send") for job in JOBS]
    return done | {one.key for one in due(now, jobs, Past(began=LONG_AGO), YEAR.is_workday).reports}


def asked(now: str, past: Past | None = None, *jobs: Job) -> list[str]:
    """What is due, as ``weekly 2026-W46``; what is left out in brackets; what says that it is late with a star."""
    past = past or Past(began=LONG_AGO, occurrences=done_until("11-16"))
    found = due(moment(now), jobs or JOBS, past, YEAR.is_workday)
    sent = [f"{one.name} {one.period.label}{'*' if one.late else ''}" for one in found.reports]
    return [*sent, *(f"({one.occurrence.name} {one.occurrence.period.label})" for one in found.omitted)]


def test_every_report_has_its_job_and_every_job_its_report():
    assert [job.name for job in JOBS] == list(REPORTS)
    for job in JOBS:
        assert REPORTS[job.name].period == (MONTHLY if job.weekday is None else WEEKLY)
        assert REPORTS[job.name].rule == job.rule


def test_on_tuesday_morning_the_week_that_ended_on_monday_is_due():
    assert asked("11-16 23:59") == asked("11-17 07:59") == []
    assert asked("11-17 08:00") == ["weekly 2026-W46"]


def test_on_the_2nd_the_month_before_is_due_also_in_january():
    past = Past(began=dt.datetime(2025, 12, 31))
    assert asked("2026-01-02 09:00", past, WEEK, MONTH) == ["monthly 2025-12"]


def test_a_summary_sent_is_not_due_again_even_when_the_clock_is_set_back():
    sent = Past(began=LONG_AGO, occurrences=done_until("11-21"))
    for now in ("11-21 09:30", "11-17 08:00", "11-17 07:00", "2025-11-18 08:00"):
        assert asked(now, sent) == []


def test_the_first_pass_sends_nothing_of_the_time_before_it():
    assert asked("11-21 09:30", Past()) == []
    assert asked("11-24 09:30", Past(began=moment("11-21 09:30"))) == ["weekly 2026-W47"]


def test_the_hour_can_be_set_for_each():
    evening = replace(WEEK, at=dt.time(18, 30))
    assert asked("11-17 18:29", None, evening) == []
    assert asked("11-17 18:30", None, evening) == ["weekly 2026-W46"]


@pytest.mark.parametrize(
    ("catch_up", "found"),
    [
        ("latest", ["weekly 2026-W47*", "(weekly 2026-W45)", "(weekly 2026-W46)"]),
        ("all", ["weekly 2026-W45*", "weekly 2026-W46*", "weekly 2026-W47*"]),
        ("skip", ["(weekly 2026-W45)", "(weekly 2026-W46)", "(weekly 2026-W47)"]),
    ],
)
def test_a_machine_that_was_off_for_three_weeks_catches_up_as_it_is_told(catch_up, found):
    past = Past(began=LONG_AGO, occurrences=done_until("11-09"))
    assert asked("11-26 09:00", past, replace(WEEK, catch_up=catch_up)) == found


def test_what_is_not_to_be_caught_up_with_is_still_sent_to_whoever_is_a_little_late():
    assert asked("11-17 10:00", None, replace(WEEK, catch_up="skip")) == ["weekly 2026-W46"]
    assert asked("11-17 10:01", None, replace(WEEK, catch_up="skip")) == ["(weekly 2026-W46)"]


def test_what_was_left_out_is_left_out_for_good_but_not_by_a_clock_that_ran_ahead():
    key = ("weekly", "2026-W46")
    left_out = Past(began=LONG_AGO, occurrences=done_until("11-16"), omitted={key: moment("11-17 12:00")})
    assert asked("11-18 08:00", left_out) == []
    ahead = replace(left_out, omitted={key: moment("2027-03-01 12:00")})
    assert asked("11-17 08:00", ahead) == ["weekly 2026-W46"]


def test_a_first_pass_under_a_wrong_clock_hides_nothing_once_the_clock_is_right():
    wrong, right = dt.datetime(2030, 5, 1), moment("11-20 09:00")
    past = Past(began=wrong, starts=(right, wrong))
    assert asked("11-24 08:00", past) == ["weekly 2026-W47"]
    empty_battery = Past(began=right, starts=(dt.datetime(2000, 1, 1), right))
    assert asked("11-24 08:00", empty_battery, replace(WEEK, catch_up="all")) == ["weekly 2026-W47"]


@pytest.mark.parametrize(
    ("holiday", "days"),
    [  # 2026: Spring Festival frees Tuesday 17 February (15 to 23); 14 and 28 are worked; 2 May is free (1 to 5)
        ("send", ["weekly 02-17", "monthly 05-02"]),
        ("before", ["weekly 02-14", "monthly 04-30"]),
        ("after", ["weekly 02-24", "monthly 05-06"]),
    ],
)
def test_a_holiday_moves_what_is_sent_to_a_working_day_as_it_is_told(holiday, days):
    found = []
    for job, label, first in ((WEEK, "2026-W07", "02-10 12:00"), (MONTH, "2026-04", "04-28")):
        past = Past(began=moment(first))
        job = replace(job, holiday=holiday)
        now = moment(first)
        while not (
            hits := [one for one in due(now, [job], past, YEAR.is_workday).reports if one.period.label == label]
        ):
            now += dt.timedelta(hours=1)
        found.append(f"{job.name} {now:%m-%d}")
        assert bool(hits[0].note) == (holiday != "send"), "a reader is told why it comes on another day"
    assert found == days


def test_the_dealerships_own_holidays_count_and_its_own_working_days():
    closed = replace(
        YEAR, days={dt.date(2026, 11, 17): False, dt.date(2026, 11, 16): False, dt.date(2026, 11, 15): True}
    )
    past = Past(began=moment("11-11"))
    before = replace(WEEK, holiday="before")
    (found,) = due(moment("11-15 08:00"), [before], past, closed.is_workday).reports
    assert (found.period.label, found.at) == ("2026-W46", moment("11-15 08:00"))
    assert "提前" in found.note and not found.late


def test_where_no_day_is_a_working_day_it_is_sent_all_the_same():
    past = Past(began=moment("11-11"))
    (found,) = due(moment("11-17 08:00"), [replace(WEEK, holiday="after")], past, lambda day: False).reports
    assert found.at == moment("11-17 08:00")


@pytest.mark.parametrize(
    ("past", "why"),
    [
        (Past(), "电脑当时没有运行"),
        (Past(history=History(last=moment("11-17 07:55"))), "电脑当时没有运行"),
        (Past(history=History(last=moment("11-17 08:00"))), "当时没能生成"),
        (
            Past(faults=(Fault(moment("11-17 07:00"), moment("11-17 17:00"), "找不到文件“甲.xlsx”。"),)),
            "找不到文件“甲.xlsx”)",
        ),
        (Past(faults=(Fault(moment("11-16 07:00"), moment("11-17 07:55"), "找不到"),)), "电脑当时没有运行"),
    ],
)
def test_a_late_report_says_which_period_it_is_for_when_it_was_due_and_why_it_is_late(past, why):
    past = replace(past, began=LONG_AGO, occurrences=done_until("11-16"))
    (found,) = due(moment("11-18 09:00"), [WEEK], past, YEAR.is_workday).reports
    assert found.late and "2026-11-10~11-16" in found.note and "2026-11-17 08:00" in found.note
    assert plain(why) in plain(found.note)


@settings(max_examples=40)
@given(
    began=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1)),
    gaps=st.lists(st.integers(-10 * 24, 20 * 24), min_size=1, max_size=25),
    holiday=st.sampled_from(HOLIDAY),
    catch_up=st.sampled_from(CATCH_UP),
)
def test_however_machine_and_clock_behave_no_period_is_due_twice_and_none_is_forgotten(began, gaps, holiday, catch_up):
    jobs = [replace(job, holiday=holiday, catch_up=catch_up) for job in JOBS]
    past, now = Past(began=began, starts=(began,)), began
    for hours in gaps:
        now += dt.timedelta(hours=hours)
        found = due(now, jobs, past, YEAR.is_workday)
        for one in found.reports:
            assert one.key not in past.occurrences and one.at <= now
            assert one.late == (now - one.at > LATE)
        omitted = {**past.omitted, **{one.occurrence.key: now for one in found.omitted}}
        past = replace(past, occurrences=past.occurrences | {one.key for one in found.reports}, omitted=omitted)
        assert not due(now, jobs, past, YEAR.is_workday).reports
    everything = due(now, [replace(job, catch_up="all") for job in jobs], Past(began=began), YEAR.is_workday).reports
    assert all(one.key in past.occurrences or past.omitted[one.key] <= now for one in everything)
