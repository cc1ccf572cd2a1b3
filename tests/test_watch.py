"""``kesu watch``: a quarter with outages, crashes and wrong clocks; two computers on one share; how it ends."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
import schedule
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from automation import cycle, database, horizon, lease, mailing, rest, settings, timetable
from automation.channels import Outcome, Queued, Receipt
from automation.jobs import CATCH_UP, HOLIDAY, JOBS
from automation.journal import Journal
from automation.lease import Computer
from automation.mail import Message
from automation.past import Past
from automation.plan import Plan
from automation.sample import dealership
from automation.settings import Settings
from automation.sla.calendar import Calendar
from automation.watch import NAP, Watch
from tests.tables import plain
from workbook import build
from workbook.errors import BadConfig, NotAWorkbook
from workbook.schema import REGISTER

BEGAN = dt.datetime(2026, 9, 1, 7, 0)
DAYS = 92
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
CALENDAR = Calendar(dt.date(2025, 1, 1), dt.date(2028, 12, 31))


class Built(str):
    """A report's mail, by its key alone."""

    asks: tuple[str, ...] = ()


class Crash(BaseException):
    """The power went: nothing after this is done, nothing is tidied up."""


@dataclass
class World:
    """The share, the mail server and the true time; what a pass does is real but for the workbook and the mail's words."""

    folder: Path
    now: dt.datetime = BEGAN
    carried: list[tuple[str, bytes]] = field(default_factory=list)
    points: int = 0
    crashes: frozenset[int] = frozenset()
    crashed_in: list[str] = field(default_factory=list)
    while_sending: Callable[[], None] = lambda: None
    alive: set[int] = field(default_factory=set)
    jobs: tuple[Any, ...] = JOBS
    today: dt.datetime | None = None
    """The newest entry of the workbook: people know what day it is."""

    @property
    def settings(self) -> Settings:
        found, _ = settings.load(None, workbook=self.folder / "登记.xlsx")
        return replace(found, jobs=self.jobs)

    def point(self, what: str) -> None:
        """A moment at which the power may go."""
        self.points += 1
        if self.points in self.crashes:
            self.crashed_in.append(what)
            raise Crash(what)

    def watch(self, name: str = "甲", process: int = 1, skew: dt.timedelta = dt.timedelta()) -> tuple[Watch, list[str]]:
        told: list[str] = []
        self.alive.add(process)
        seconds = lambda: (self.now + skew).timestamp()  # noqa: E731
        computer = Computer(name, name, process, seconds, self.now.timestamp, self.alive.__contains__)
        return Watch(lambda: self.settings, now=lambda: self.now + skew, tell=told.append, computer=computer), told

    def send(self, message: Queued) -> Receipt:
        self.point(f"before {message.key}")
        self.carried.append((message.key, message.raw))
        self.while_sending()
        self.point(f"carried {message.key}")
        return Receipt(Outcome.SENT, "250")

    def __enter__(self) -> World:
        return self

    def __exit__(self, *error: object) -> None:
        return None


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """Everything of a pass but pandas."""
    it = World(folder)
    (folder / "登记.xlsx").write_bytes(b"PK")

    def decide(ledger: object, past: Past, found: Settings, now: dt.datetime, *, sure: bool) -> Plan:
        due = timetable.due(now, found.jobs, past, CALENDAR.is_workday, newest=it.today)
        nobody, ledger = SimpleNamespace(people=()), SimpleNamespace(elders=())
        facts: Any = SimpleNamespace(now=now, register={"编号": ()}, past=past, roster=nobody, ledger=ledger)
        return Plan(facts, (), {}, (), (), (), (), due.reports, due.omitted, due.withheld)

    def report(name: str) -> SimpleNamespace:
        return SimpleNamespace(
            title=name,
            draft=None,
            within="",
            build=lambda facts, findings, period, found: (Built(f"report|{name}|{period.label}"),),
        )

    def mail(key: str, *rest: object, note: str, label: str, standing: str, again: str) -> Message:
        key = f"{key}|{again}" if again else key
        return Message(key, "report", ("gm@example.cn",), key, note.encode(), f"<{key}@kesu>")

    def around(name: str) -> Callable[..., Any]:
        real = getattr(Journal, name)

        def done(journal: Journal, *values: Any, **named: Any) -> Any:
            it.point(f"before {name}")
            result = real(journal, *values, **named)
            it.point(f"after {name}")
            return result

        return done

    def connect(*values: Any, **named: Any) -> sqlite3.Connection:
        opened = sqlite3.connect(*values, **named)
        opened.execute("PRAGMA synchronous = OFF")  # nobody pulls a real plug here
        return opened

    def release(held: lease.Lease) -> None:
        if not isinstance(sys.exception(), Crash):
            given_back(held)

    given_back = lease.Lease.release
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycle, "snapshot", SimpleNamespace(read=lambda path: SimpleNamespace(sha256="s", data=b"")))
        patch.setattr(cycle, "ledger", SimpleNamespace(load=lambda *given: None))
        patch.setattr(cycle, "_addresses", lambda understood: frozenset())
        patch.setattr(cycle, "plan", SimpleNamespace(decide=decide))
        patch.setattr(mailing, "REPORTS", {job.name: report(job.name) for job in JOBS})
        patch.setattr(mailing, "written", mail)
        patch.setattr(cycle, "_collecting_later", nullcontext)  # a tenth of a second each among what pytest has loaded
        patch.setattr(mailing.render, "environment", lambda found: SimpleNamespace(findings=()))
        patch.setattr(cycle.channels, "choose", lambda found: it)
        patch.setattr(horizon, "_turning_points", lambda *given: ())
        patch.setattr(horizon.escalation, "waits", lambda *given: False)
        patch.setattr(rest, "fingerprint", lambda found: "same")
        patch.setattr(database, "sqlite3", SimpleNamespace(**{**vars(sqlite3), "connect": connect}))
        patch.setattr(lease.Lease, "release", release)
        for name in ("commit", "start", "settle", "record_pass", "rest"):
            patch.setattr(Journal, name, around(name))
        yield it


def records(it: World) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """What is on record as queued, and as left out."""
    with database.look(it.settings.journal) as db:
        tables = ("occurrences", "skipped")
        done, left = ({(r["job"], r["period"]) for r in db.execute(f"SELECT * FROM {table}")} for table in tables)
    return done, left


def stretches(longest: int, most: int) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """``(hour it begins, hours it lasts, hours the clock is off)``."""
    return st.lists(
        st.tuples(st.integers(1, DAYS * 24), st.integers(1, longest * 24), st.integers(-70 * 24, 400 * 24)),
        max_size=most,
    )


@hypothesis_settings(max_examples=15)
@given(
    off=stretches(40, 4),
    wrong=stretches(12, 3),
    crashes=st.frozensets(st.integers(1, 150), max_size=12),
    policies=st.tuples(*[st.tuples(st.sampled_from(HOLIDAY), st.sampled_from(CATCH_UP)) for _ in JOBS]),
    odd=st.lists(st.integers(1, DAYS * 24 * 60), max_size=10),
)
def test_in_a_quarter_of_outages_crashes_and_wrong_clocks_every_occurrence_is_sent_once_or_on_record(
    off, wrong, crashes, policies, odd
):
    with TemporaryDirectory() as folder, world(Path(folder)) as it:
        it.jobs = tuple(replace(job, holiday=h, catch_up=c) for job, (h, c) in zip(JOBS, policies, strict=True))
        process = 1
        watch, _ = it.watch(process=process)
        watch.tick()
        it.crashes = frozenset(it.points + point for point in crashes)
        end = BEGAN + DAYS * DAY
        every = [replace(job, catch_up="all") for job in it.jobs]
        calendar = timetable.due(end, every, Past(began=BEGAN), CALENDAR.is_workday).reports
        days = {one.at.replace(hour=0) + DAY * later for one in calendar for later in (0, 1)}
        moments = [day + at for day in days for at in (7 * HOUR + 58 * MINUTE, 8 * HOUR + 3 * MINUTE, 11 * HOUR)]
        # Between two looks nothing can happen; what is left out of the minutes is a watch that has nothing to do.
        for moment in [
            *sorted([*moments, *(BEGAN + MINUTE * minute for minute in odd)]),
            *(end + HOUR * n for n in range(4)),
        ]:
            hours = (moment - BEGAN) / HOUR
            last = moment >= end
            if not last and any(first <= hours < first + length for first, length, _ in off):
                continue
            shift = next((by for first, length, by in wrong if first <= hours < first + length and not last), 0)
            it.today, it.now = moment, moment + HOUR * shift
            try:
                watch.tick()
            except Crash:
                it.alive.discard(process)
                process += 1
                watch, _ = it.watch(process=process)
        sent = Counter(key for key, _ in it.carried)
        twice = Counter(what.removeprefix("carried ") for what in it.crashed_in if what.startswith("carried "))
        after_sending = sum(what == "before settle" for what in it.crashed_in)
        assert all(count <= 1 + twice[key] + after_sending for key, count in sent.items())
        assert all(count == 1 for count in sent.values()) or twice or after_sending
        done, left_out = records(it)
        assert {tuple(key.split("|")[1:3]) for key in sent} == done and not done & left_out
        assert {one.key for one in calendar} <= done | left_out
        if all(catch_up == "all" for _, catch_up in policies):
            assert not left_out
        with Journal.peek(it.settings.journal) as journal:
            assert {entry.state for entry in journal.entries()} <= {"sent"}


def test_two_computers_on_one_share_send_each_mail_once_and_one_waits_while_the_other_is_at_it(tmp_path):
    with world(tmp_path) as it:
        it.jobs = JOBS[:2]
        first, told_first = it.watch("前台", 1)
        second, told_second = it.watch("经理室", 2, skew=20 * MINUTE)
        it.while_sending = lambda: second.tick() if not told_second or "前台" not in told_second[-1] else None
        first.tick()
        it.now = BEGAN
        while it.now < BEGAN + 40 * DAY:
            it.now += 4 * HOUR + 7 * MINUTE
            first.tick()
            second.tick()
        sent = Counter(key for key, _ in it.carried)
        assert set(sent.values()) == {1} and len(sent) == 6 + 2
        assert any("前台" in line and "不重复处理" in line for line in told_second)
        assert not any("✗" in line for line in (*told_first, *told_second))


ALERTS = [(BEGAN + (3 + 5 * count) * DAY + (count * 7) % 24 * HOUR, f"FK{count:03}") for count in range(16)]
"""When each invented case turns late; it is dealt with two days later."""


def with_alerts(it: World, patch: pytest.MonkeyPatch) -> None:
    """Alerts beside the reports: told once each while they hold, through the real journal and outbox."""
    decide = cycle.plan.decide

    def deciding(ledger: object, past: Past, found: Settings, now: dt.datetime, *, sure: bool) -> Plan:
        standing = frozenset(key for at, key in ALERTS if at <= now < at + 2 * DAY)
        untold = tuple(sorted(standing - set(past.told)))
        return replace(decide(ledger, past, found, now, sure=sure), told=untold, standing=standing)

    def of(decided: Plan, found: Settings, standing: str) -> mailing.Mailing:
        made = reports(decided, found, standing)
        mails = tuple(Message(f"alert|{key}", "alert", ("a@b.cn",), key, b"x", f"<{key}>") for key in decided.told)
        carried = {mail.key: [mail.subject] for mail in mails}
        return replace(made, messages=(*made.messages, *mails), carried=carried)

    reports = mailing.of
    patch.setattr(cycle, "plan", SimpleNamespace(decide=deciding))
    patch.setattr(cycle.mailing, "of", of)


@pytest.mark.parametrize("seed", range(3))
def test_a_quarter_with_alerts_clock_jumps_weekends_off_and_crashes_at_once(tmp_path, seed):
    """Stepped event by event: a look every three hours of 92 days, and one a minute before, at, and a minute after each
    moment at which a report falls due or an alert begins or ends to hold. At each third weekend the computer is off; the
    clock jumps an hour ahead at one Sunday and back at another; the power goes at nine points of passes, also in the
    middle of sending; reports and alerts fall into the same pass.
    """
    rng = random.Random(seed)
    with world(tmp_path) as it, pytest.MonkeyPatch.context() as patch:
        with_alerts(it, patch)
        process = 1
        watch, _ = it.watch(process=process)
        watch.tick()
        it.crashes = frozenset(it.points + point for point in rng.sample(range(1, 400), 9))
        end = BEGAN + DAYS * DAY
        calendar = timetable.due(
            end, [replace(job, catch_up="all") for job in it.jobs], Past(began=BEGAN), CALENDAR.is_workday
        )
        turns = [one.at for one in calendar.reports] + [at + late for at, _ in ALERTS for late in (0 * DAY, 2 * DAY)]
        steps = {BEGAN + 3 * HOUR * count for count in range(8 * DAYS)}
        steps |= {turn + MINUTE * offset for turn in turns for offset in (-1, 0, 1)}
        ahead, back = BEGAN + 26 * DAY, BEGAN + 54 * DAY
        looked = []
        for moment in sorted(one for one in steps if BEGAN < one <= end):
            if moment.weekday() >= 5 and moment.isocalendar().week % 3 == 0:
                continue
            it.now = moment + (HOUR if ahead <= moment < back else 0 * HOUR)
            looked.append(it.now)
            try:
                watch.tick()
            except Crash:
                it.alive.discard(process)
                process += 1
                watch, _ = it.watch(process=process)
        for later in range(1, 4):
            it.now = end + later * HOUR
            watch.tick()
        sent = Counter(key for key, _ in it.carried)
        doubtful = sum(what.startswith("carried ") or what == "before settle" for what in it.crashed_in)
        assert it.crashed_in and sum(count - 1 for count in sent.values()) <= doubtful
        seen = {key for at, key in ALERTS for now in looked if at <= now < at + 2 * DAY}
        alerts = {key.removeprefix("alert|") for key in sent if key.startswith("alert|")}
        assert alerts <= {key for _, key in ALERTS} and len(seen - alerts) <= len(it.crashed_in)
        done, left_out = records(it)
        assert {one.key for one in calendar.reports} <= done | left_out


def test_what_is_being_sent_by_the_other_computer_is_not_taken_for_lost(tmp_path):
    with world(tmp_path) as it:
        it.jobs = JOBS[:2]
        first, _ = it.watch("前台", 1)
        second, told = it.watch("经理室", 2, skew=HOUR)  # by its clock the mail has been on its way for an hour
        first.tick()
        states: list[str] = []

        def look() -> None:
            second.tick()
            with Journal.peek(it.settings.journal) as journal:
                states.extend(entry.state for entry in journal.entries())

        it.while_sending, it.now = look, BEGAN + 8 * DAY
        first.tick()
        assert states == ["sending", "queued", "sent", "sending"] and "正在处理" in told[-1]
        assert Counter(key for key, _ in it.carried) == {"report|weekly|2026-W36": 1, "report|monthly|2026-08": 1}


def test_a_job_that_raises_stops_no_tick_and_is_told_once_with_its_traceback_in_the_log_only(tmp_path, monkeypatch):
    with world(tmp_path) as it:
        watch, told = it.watch()
        with monkeypatch.context() as patch:
            patch.setattr(cycle, "snapshot", SimpleNamespace(read=lambda path: 1 // 0))
            watch.tick()
            it.now += 5 * MINUTE
            watch.tick()
        assert len(told) == 1 and "ZeroDivisionError" in told[0] and "Traceback" not in told[0]
        log = (it.settings.state_dir / "kesu.log").read_text(encoding="utf-8")
        assert log.count("Traceback") == 1 and "1 // 0" in log
        it.now += 5 * MINUTE
        watch.tick()
        assert "恢复正常" in told[1]


def test_one_report_that_cannot_be_made_stops_no_other_and_is_told(tmp_path, monkeypatch):
    with world(tmp_path) as it:
        watch, told = it.watch()
        watch.tick()

        def broken(*given: object) -> Message:
            raise RuntimeError("模板写错了")

        monkeypatch.setattr(mailing.REPORTS["weekly"], "build", broken)
        it.now = dt.datetime(2026, 9, 2, 8, 5)
        it.jobs = (replace(JOBS[0], weekday=2), JOBS[1])  # both on one morning
        watch.tick()
        assert [key for key, _ in it.carried] == ["report|monthly|2026-08"]
        assert "模板写错了" in told[-1]


def test_a_share_that_is_away_is_a_state_and_the_late_report_says_so(tmp_path):
    with world(tmp_path) as it:
        watch, told = it.watch()
        watch.tick()
        book, aside = it.settings.workbook, it.folder / "别处"
        book.rename(aside)
        it.settings.state_dir.rename(it.folder / "也在别处")
        for hours in range(12):
            it.now = dt.datetime(2026, 9, 8, 6) + HOUR * hours
            watch.tick()
        assert len(told) == 1 and "找不到工作簿" in told[0], "told once, not at each tick"
        assert not it.settings.state_dir.exists(), "no journal is begun in the empty place"
        aside.rename(book)
        (it.folder / "也在别处").rename(it.settings.state_dir)
        it.now += HOUR
        watch.tick()
        words = dict(it.carried)["report|weekly|2026-W36"].decode()
        assert "找不到工作簿" in words and "补发" in words
        assert "电脑当时没有运行" in dict(it.carried)["report|monthly|2026-08"].decode()
        assert "恢复正常" in told[1] and "(补发)" in plain(told[2])


def test_a_workbook_that_cannot_be_read_is_told_as_the_reason_too(tmp_path, monkeypatch):
    def unreadable(path: Path) -> object:
        raise NotAWorkbook("“登记.xlsx”不是 Excel 工作簿")

    with world(tmp_path) as it:
        watch, _ = it.watch()
        watch.tick()
        with monkeypatch.context() as patch:
            patch.setattr(cycle, "snapshot", SimpleNamespace(read=unreadable))
            for hour in (7, 9, 11):
                it.now = dt.datetime(2026, 9, 8, hour)
                watch.tick()
        it.now += HOUR
        watch.tick()
        assert "不是 Excel 工作簿" in dict(it.carried)["report|weekly|2026-W36"].decode()


def test_settings_that_become_wrong_are_told_and_the_last_good_ones_kept(tmp_path):
    with world(tmp_path) as it:
        watch, told = it.watch()
        watch._read = lambda: (_ for _ in ()).throw(BadConfig("kesu.toml 有 1 处错误"))
        it.now = BEGAN + 7 * DAY + HOUR
        watch.tick()
        watch.tick()
        assert len([line for line in told if "1 处错误" in line]) == 1


class FakeTime:
    """A wall clock that can be set, a monotonic one that cannot, and a sleep that takes no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall, self.ticks = BEGAN, 0.0
        self.then: Callable[[], None] = lambda: None
        clock = self

        class Stopped(dt.datetime):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                return clock.wall

        monkeypatch.setattr(schedule, "datetime", SimpleNamespace(**{**vars(dt), "datetime": Stopped}))

    def sleep(self, seconds: float) -> None:
        self.wall += dt.timedelta(seconds=seconds)
        self.ticks += seconds
        self.then()


@pytest.mark.parametrize("set_by", [-30 * DAY, -2 * HOUR, 2 * HOUR, 30 * DAY])
def test_it_looks_every_few_minutes_and_at_once_when_the_clock_was_set_or_the_computer_slept(
    tmp_path, monkeypatch, set_by
):
    clock = FakeTime(monkeypatch)
    (tmp_path / "登记.xlsx").write_bytes(b"PK")
    found, _ = settings.load(None, workbook=tmp_path / "登记.xlsx")
    watch = Watch(lambda: found, now=lambda: clock.wall, tell=str, sleep=clock.sleep, monotonic=lambda: clock.ticks)
    looked: list[float] = []
    monkeypatch.setattr(rest, "until", lambda *given: looked.append(clock.ticks) or clock.wall)

    def then() -> None:
        if clock.ticks == 700:
            clock.wall += set_by
        if clock.ticks >= 1_500:
            watch.stop()

    clock.then = then
    watch.run()
    assert looked[0] == 0 and [round(one / NAP) * NAP for one in looked[1:]] == pytest.approx(
        [300, 600, 700, 1000, 1300], abs=3
    )


def test_nothing_is_begun_once_somebody_has_asked_it_to_stop(tmp_path):
    with world(tmp_path) as it:
        watch, _ = it.watch()
        watch.stop()
        watch.run()
        assert not it.settings.state_dir.joinpath("journal.sqlite3").exists()


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("watch") / "登记.xlsx"
    build.write(path, dealership(12, 3, BEGAN).contents, created=BEGAN)
    return path


def test_a_saved_change_is_seen_at_the_next_tick(book, tmp_path):
    path = tmp_path / "登记.xlsx"
    path.write_bytes(book.read_bytes())
    now, told = [BEGAN], list[str]()
    found, _ = settings.load(None, workbook=path)
    watch = Watch(lambda: found, now=lambda: now[0], tell=told.append)
    for _ in range(4):
        watch.tick()
        now[0] += 5 * MINUTE
    quiet, before = len(told), path.read_bytes()
    watch.tick()
    assert (len(told), path.read_bytes()) == (quiet, before)
    contents = dealership(12, 3, BEGAN).contents
    rows = [*contents[REGISTER.sheet], {"接收时间": now[0], "接收人": "张伟", "内容概要": "刚刚登记的一件"}]
    path.unlink()
    build.write(path, {**contents, REGISTER.sheet: rows}, created=BEGAN)
    now[0] += 5 * MINUTE
    watch.tick()
    assert len(told) == quiet + 1 and "新编号" in told[-1]


@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, "写回"), (signal.SIGTERM, "开始值守")])
def test_ctrl_c_and_sigterm_end_it_after_the_present_step_with_0(book, tmp_path, number, after):
    path = tmp_path / "登记.xlsx"
    path.write_bytes(book.read_bytes())
    code = "import sys; from automation.cli import main; sys.argv = ['kesu', 'watch', sys.argv[1]]; main()"
    running = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if after in line or "✗" in line:
            break
    asked = time.monotonic()
    running.send_signal(number)
    rest_of_it, _ = running.communicate(timeout=60)
    assert running.returncode == 0, (lines, rest_of_it)
    if after == "写回":  # it slept
        assert time.monotonic() - asked < 5
    assert "值守结束" in rest_of_it and "正在结束" in rest_of_it
    with Journal.peek(tmp_path / "登记.kesu" / "journal.sqlite3") as journal:
        passed = journal.last_pass()
    assert passed is None or passed.outcome == "完成", "no half pass"
    assert lease.holder(tmp_path / "登记.kesu" / "journal.sqlite3") is None
