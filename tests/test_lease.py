"""The lease: one process at a time on one journal, whatever the clocks of two computers say."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from automation import lease, outbox
from automation.channels import Outcome, Receipt
from automation.cli import main
from automation.journal import Journal
from automation.lease import TTL, Computer, LeaseHeld, hold, holder, take
from automation.mail import Message
from automation.sample import dealership
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)


@dataclass
class Clocks:
    """Those of one computer: ``wall`` can be set and may be wrong, ``monotonic`` runs from when it was started."""

    wall: float = 1_795_000_000.0
    monotonic: float = 5_000.0
    alive: set[int] = field(default_factory=lambda: {1, 2})

    def passes(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds

    def computer(self, name: str, process: int = 1) -> Computer:
        return Computer(name, name, process, lambda: self.wall, lambda: self.monotonic, lambda one: one in self.alive)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


def refused(path: Path, computer: Computer) -> str:
    with pytest.raises(LeaseHeld) as told:
        take(path, computer)
    return str(told.value)


def test_whoever_comes_second_is_told_who_is_at_it_and_since_when(path):
    take(path, Clocks().computer("前台-1"))
    told = refused(path, Clocks().computer("经理-2"))
    assert "前台-1" in told and "进程 1" in told
    held = holder(path)
    assert held and f"{held.since:%m-%d %H:%M:%S}" in told and held.until - held.since == dt.timedelta(seconds=TTL)


def test_what_was_given_back_is_free_at_once(path):
    with hold(path, Clocks().computer("甲")):
        refused(path, Clocks().computer("乙"))
    assert holder(path) is None
    take(path, Clocks().computer("乙"))


@pytest.mark.parametrize("skew", [-86_400, -600, 0, 600, 86_400])
def test_a_computer_that_fell_silent_is_waited_for_and_then_replaced_however_far_the_clocks_are_apart(path, skew):
    take(path, Clocks().computer("甲"))
    other = Clocks(wall=Clocks().wall + skew)
    refused(path, other.computer("乙"))
    other.passes(TTL - 1)
    refused(path, other.computer("乙", 2))  # what one process has seen the next one of that computer knows
    other.passes(1)
    take(path, other.computer("乙", 2))


def test_signs_of_life_keep_it_and_silence_counts_from_the_last_of_them(path):
    mine, other = Clocks(), Clocks()
    held = take(path, mine.computer("甲"))
    for _ in range(5):
        refused(path, other.computer("乙"))
        other.passes(TTL * 0.9)
        assert held.renew()
    refused(path, other.computer("乙"))
    other.passes(TTL)
    take(path, other.computer("乙"))


def test_a_clock_that_is_set_or_a_computer_that_was_restarted_shortens_no_wait(path):
    take(path, Clocks().computer("甲"))
    other = Clocks()
    refused(path, other.computer("乙"))
    other.wall += 86_400  # set forward
    refused(path, other.computer("乙"))
    other.wall, other.monotonic = other.wall - 172_800, 3.0  # set back, and restarted
    refused(path, other.computer("乙"))
    other.passes(TTL)
    take(path, other.computer("乙"))


def test_a_process_of_this_computer_that_has_died_is_replaced_at_once_and_no_other(path):
    clocks = Clocks()
    take(path, clocks.computer("甲", 1))
    refused(path, clocks.computer("甲", 2))
    clocks.alive = {2}
    refused(path, clocks.computer("乙", 2))
    take(path, clocks.computer("甲", 2))


def test_a_real_process_that_ended_is_known_to_be_gone():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    assert lease.here().runs(lease.here().process)
    ended.wait()
    assert not lease.here().runs(ended.pid)


def test_a_holder_that_slept_and_was_replaced_notices_it_and_takes_nothing_back(path):
    mine, other = Clocks(), Clocks()
    held = take(path, mine.computer("甲"))
    assert held.held()
    refused(path, other.computer("乙"))
    other.passes(TTL)
    theirs = take(path, other.computer("乙"))
    mine.wall += 3_600  # asleep: the monotonic clock stood still
    assert not held.held() and not held.renew()
    held.release()
    assert theirs.renew() and holder(path).name == "乙"


def test_mail_is_left_to_whoever_has_taken_over(path):
    carried: list[str] = []

    class Carrier:
        def send(self, message):
            carried.append(message.key)
            return Receipt(Outcome.SENT, "250")

        def __enter__(self):
            return self

        def __exit__(self, *error):
            return None

    with Journal.open(path) as journal:
        journal.commit(now=NOW, messages=[Message(k, "alert", ("a@b.cn",), "题", b"x", f"<{k}@b>") for k in "abc"])
        ours = iter([True, False])
        outbox.deliver(journal, Carrier(), NOW, ours=lambda: next(ours))
        assert carried == ["a"]
        assert [entry.state for entry in journal.entries()] == ["sent", "queued", "queued"]


def test_a_long_pass_goes_on_giving_signs_of_life(path, monkeypatch):
    monkeypatch.setattr(lease, "RENEW", 0.02)
    clocks, other = Clocks(), Clocks()
    with hold(path, clocks.computer("甲")):
        refused(path, other.computer("乙"))
        time.sleep(0.3)
        other.passes(TTL)
        refused(path, other.computer("乙"))


def test_kesu_run_leaves_the_workbook_to_whoever_is_at_it_and_that_is_no_failure(tmp_path):
    book = tmp_path / "登记.xlsx"
    build.write(book, dealership(6, 3, NOW).contents, created=NOW)
    before = book.read_bytes()
    held = take(tmp_path / "登记.kesu" / "journal.sqlite3", Clocks().computer("前台"))
    run = ["run", str(book), "--now", NOW.isoformat()]
    done = CliRunner().invoke(main, run)
    assert (done.exit_code, book.read_bytes()) == (0, before) and "前台" in done.output
    held.release()
    assert CliRunner().invoke(main, run).exit_code == 0 and book.read_bytes() != before
