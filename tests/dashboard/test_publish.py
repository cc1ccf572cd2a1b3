"""The page in its file: whole or not at all, when it says something else, and never in the way of a pass."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import stat
from pathlib import Path

import pytest

from automation import cycle, rest, settings
from automation.commands import run
from automation.dashboard import page, publish
from automation.dashboard.content import Content
from automation.sample import dealership
from automation.settings import Settings
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pristine") / "登记.xlsx"
    build.write(path, dealership(30, 4, NOW).contents, created=NOW)
    return path


@pytest.fixture
def book(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "登记.xlsx"))


def of(book: Path, config: str = "") -> Settings:
    path = book.with_name("kesu.toml")
    path.write_text(config, encoding="utf-8")
    found, errors = settings.load(path, workbook=book)
    assert not errors, errors
    return found


def made_at(path: Path) -> dt.datetime:
    stamp = page.stamp(path.read_bytes())
    assert stamp
    return stamp[0]


def test_a_pass_writes_it_beside_the_workbook_and_nothing_else_stays_there(book: Path) -> None:
    cycle.run(of(book), NOW)
    target = book.with_name("登记-看板.html")
    assert made_at(target) == NOW
    assert not list(book.parent.glob("*.tmp")) and not list(book.parent.glob(".*.tmp"))


def test_a_dry_run_writes_none(book: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run.once(of(book), now=NOW, dry_run=True)
    assert not book.with_name("登记-看板.html").exists()


def test_it_can_stand_elsewhere_and_be_left_out(book: Path) -> None:
    cycle.run(of(book, "[dashboard]\nfile = '给领导/看板.html'\n"), NOW)
    assert made_at(book.parent / "给领导" / "看板.html") == NOW
    shutil.rmtree(book.parent / "给领导")
    cycle.run(of(book, "[dashboard]\nwrite = false\n"), NOW + MINUTE)
    assert not list(book.parent.rglob("*看板.html"))


@pytest.mark.parametrize("file", ["看板.xlsx", "登记.xlsx", "看板"])
def test_a_file_that_is_no_page_is_refused(book: Path, file: str) -> None:
    path = book.with_name("kesu.toml")
    path.write_text(f"[dashboard]\nfile = '{file}'\n", encoding="utf-8")
    _, errors = settings.load(path, workbook=book)
    assert [error for error in errors if error.startswith("dashboard.file")]


def test_it_is_written_anew_when_it_says_something_else_or_has_grown_old(tmp_path: Path, said: Content) -> None:
    target = tmp_path / "看板.html"
    other = Content({**said.now, "workbook": "别的.xlsx"}, said.tickets)
    assert publish.write(target, page.render(said, NOW))
    assert not publish.write(target, page.render(said, NOW + 5 * MINUTE))
    assert made_at(target) == NOW
    assert publish.write(target, page.render(other, NOW + 6 * MINUTE))
    assert publish.write(target, page.render(other, NOW + 40 * MINUTE))
    assert publish.write(target, page.render(other, NOW)), "a clock that was set back leaves no page of tomorrow"


def test_a_page_that_was_cut_short_is_written_anew(tmp_path: Path, said: Content) -> None:
    target, made = tmp_path / "看板.html", page.render(said, NOW)
    target.write_bytes(made[:50_000])
    assert publish.write(target, made)
    assert target.read_bytes() == made


def test_a_failing_write_leaves_the_old_page_whole(
    tmp_path: Path, said: Content, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "看板.html"
    target.write_bytes(b"old")

    def full(self: Path, other: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        publish.write(target, page.render(said, NOW))
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["看板.html"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")
def test_who_may_read_the_old_page_may_read_the_new_one(tmp_path: Path, said: Content) -> None:
    target = tmp_path / "看板.html"
    target.write_bytes(b"old")
    target.chmod(0o664)
    publish.write(target, page.render(said, NOW))
    assert stat.S_IMODE(target.stat().st_mode) == 0o664


def test_what_a_killed_process_left_is_removed_later(tmp_path: Path, said: Content) -> None:
    left = tmp_path / ".看板.html.0a1b2c3d.kesu.tmp"
    left.write_bytes(b"half")
    os.utime(left, (1, 1))
    publish.write(tmp_path / "看板.html", page.render(said, NOW))
    assert not left.exists()


def test_a_folder_that_cannot_be_written_stops_no_pass_and_is_told(
    book: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (book.parent / "文件").write_bytes(b"")
    found = of(book, "[dashboard]\nfile = '文件/看板.html'\n")
    assert run.once(found, now=NOW, dry_run=False) == 0
    assert "PAGE-01" in capsys.readouterr().out
    outcome = cycle.run(found, NOW + MINUTE)
    assert [finding.rule for finding in outcome.unpublished] == ["PAGE-01"]
    assert outcome.unwritten == "" and not outcome.idle


def test_a_page_that_cannot_be_made_stops_no_pass(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Content:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(publish.content, "of", broken)
    outcome = cycle.run(of(book), NOW)
    (told,) = outcome.unpublished
    assert "ZeroDivisionError" in told.message and outcome.written > 0


def test_passes_rest_no_longer_than_a_reader_would_trust_the_page(book: Path) -> None:
    found, now = of(book), NOW
    for _ in range(12):
        if cycle.run(found, now).idle:
            break
        now += MINUTE
    until = rest.until(found, now)
    assert until and until - now <= publish.RENEWED
