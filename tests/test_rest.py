"""A pass with nothing to do is left out, and only then."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from automation import cycle, rest, settings
from automation.journal import Journal
from automation.mail import Message
from automation.sample import dealership
from automation.settings import Settings
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dt.datetime]:
    """A folder whose last pass had nothing to do, and when that was."""
    folder = tmp_path_factory.mktemp("settled")
    build.write(folder / "登记.xlsx", dealership(30, 4, NOW).contents, created=NOW)
    now = NOW
    for _ in range(12):
        if cycle.run(of(folder), now).idle:
            return folder, now
        now += MINUTE
    raise AssertionError("there is always something to do")


@pytest.fixture
def resting(settled: tuple[Path, dt.datetime], tmp_path: Path) -> tuple[Settings, dt.datetime]:
    folder, now = settled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True, copy_function=shutil.copy2)
    return of(tmp_path), now


def of(folder: Path) -> Settings:
    found, errors = settings.load(None, workbook=folder / "登记.xlsx")
    assert not errors
    return found


def test_a_pass_that_did_something_is_followed_by_another(tmp_path: Path) -> None:
    build.write(tmp_path / "登记.xlsx", dealership(30, 4, NOW).contents, created=NOW)
    assert rest.until(of(tmp_path), NOW) is None, "there was no pass yet"
    assert not cycle.run(of(tmp_path), NOW).idle
    assert rest.until(of(tmp_path), NOW) is None


def test_until_then_a_pass_does_nothing_and_the_next_one_is_made(resting: tuple[Settings, dt.datetime]) -> None:
    found, now = resting
    ends = rest.until(found_again(found, now), now)
    assert ends is not None and now < ends
    last = ends - dt.timedelta(seconds=1)
    assert rest.until(found, last) == ends
    assert rest.until(found, ends) is None
    assert rest.until(found, now - MINUTE) is None, "a clock set back proves nothing"
    assert cycle.run(found, last).idle


def found_again(found: Settings, now: dt.datetime) -> Settings:
    """The settings of the copy: the fingerprint holds the folder, so the pass is made once more where it lies now."""
    assert rest.until(found, now) is None
    assert cycle.run(found, now).idle
    return found


def test_a_change_of_the_workbook_or_the_settings_ends_it(resting: tuple[Settings, dt.datetime]) -> None:
    found, now = resting
    found_again(found, now)
    assert rest.until(dataclasses.replace(found, dealership="别的店"), now) is None
    data = found.workbook.read_bytes()
    os.utime(found.workbook, ns=(1, 1_700_000_000_000_000_001))
    assert rest.until(found, now) is not None, "the same bytes under a new date"
    found.workbook.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert rest.until(found, now) is None, "one byte differs, the size does not"
    found.workbook.unlink()
    assert rest.until(found, now) is None


def test_an_alert_that_waits_for_the_morning_is_not_slept_through(tmp_path: Path) -> None:
    """A register of one case, late since 21:00; a dozen passes are enough for the whole night."""
    night = dt.datetime(2026, 11, 20, 23, 30)
    case = {"编号": "FK20261120-001", "接收时间": dt.datetime(2026, 11, 20, 20), "接收人": "张伟", "级别": "一般"}
    staff = [
        {"姓名": "张伟", "角色": role, "主次": "主", "邮箱": "zhang@example.cn", "在岗": "是"}
        for role in ("接收人", "客户经理", "主管总经理")
    ]
    build.write(tmp_path / "登记.xlsx", {"反馈登记": [case], "人员": staff}, created=night)
    found, now, passes, mails = of(tmp_path), night, 0, []
    while now < dt.datetime(2026, 11, 21, 7, 30) and passes < 12:
        ends = rest.until(found, now)
        if ends is None:
            passes += 1
            mails += [(digest.recipient.name, now) for digest in cycle.run(found, now).plan.digests]
        now = ends or now + MINUTE
    assert mails == [("张伟", dt.datetime(2026, 11, 21, 7))]


def test_waiting_mail_ends_it(resting: tuple[Settings, dt.datetime]) -> None:
    found, now = resting
    found_again(found, now)
    message = Message("k", "alert", ("a@example.cn",), "题", b"x", "<k@example.cn>")
    with Journal.open(found.journal) as journal:
        journal.commit(now=now, messages=[message])
    assert rest.until(found, now) is None


def test_mail_that_waits_for_its_time_ends_it_only_then(resting: tuple[Settings, dt.datetime]) -> None:
    found, now = resting
    message = Message("k", "alert", ("a@example.cn",), "题", b"x", "<k@example.cn>")
    with Journal.open(found.journal) as journal:
        journal.commit(now=now, messages=[message])
        journal.start("k", now)
        journal.settle("k", "retry", now, due_at=now + 5 * MINUTE, pending=["a@example.cn"])
    found_again(found, now)
    assert rest.until(found, now + 4 * MINUTE) is not None
    assert rest.until(found, now + 5 * MINUTE) is None


def test_the_command_then_loads_nothing_heavy_and_a_dry_run_is_made_all_the_same(
    resting: tuple[Settings, dt.datetime],
) -> None:
    found, now = resting
    found_again(found, now)
    code = (
        "import json, sys\nfrom automation.cli import main\n"
        f"sys.argv = ['kesu', 'run', {str(found.workbook)!r}, '--now', {now.isoformat()!r}, *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit as end:\n"
        "    print(json.dumps([end.code, sorted({name.partition('.')[0] for name in sys.modules})]))"
    )

    def command(*more: str) -> tuple[str, int, list[str]]:
        done = subprocess.run(
            [sys.executable, "-c", code, *more],
            capture_output=True,
            encoding="utf-8",
            check=True,
            cwd=Path(__file__).parents[1],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        *told, last = done.stdout.splitlines()
        return "\n".join(told), *json.loads(last)

    told, status, loaded = command()
    assert status == 0 and "没有变化" in told
    assert not {"pandas", "numpy", "openpyxl", "python_calamine", "xlsxwriter", "yagmail", "jinja2"} & set(loaded)
    told, _, loaded = command("--dry-run")
    assert "只演算" in told and "pandas" in loaded
