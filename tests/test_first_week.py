"""What a dealership meets in its first week: a new workbook, its first mistakes, words that must be understood."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from automation import rest, settings
from automation.channels import Queued
from automation.channels.folder import file_name
from automation.cli import main
from automation.mail import compose
from automation.sample import dealership
from automation.watch import Watch
from tests.tables import plain
from tests.test_status import WELL, letter, said
from tests.test_watch import FakeTime
from workbook import build

NOW = dt.datetime(2026, 11, 21, 9, 30)
AT = ["--now", NOW.isoformat()]


def kesu(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(word) for word in words])
    return result.exit_code, plain(result.output)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample before its first pass."""
    book = tmp_path_factory.mktemp("店") / "登记.xlsx"
    build.write(book, dealership(40, 11, NOW).contents, created=NOW)
    return book


def test_a_dry_run_tells_its_plan_first_counts_findings_and_counts_cells_as_the_run_does(shop):
    _, told = kesu("run", shop, "--dry-run", *AT)
    lines = told.splitlines()
    assert lines[1].startswith("反馈 40 单,将新编号") and len(lines) < 25
    assert re.match(r"检查:共 \d+ 处.*用 kesu check 逐条查看", lines[2])
    _, done = kesu("run", shop, *AT)
    (planned,) = re.findall(r"将写 (\d+) 个单元格", told)
    assert f"写回:{planned} 个单元格" in done


def test_the_workbook_may_stand_before_or_behind_the_number_of_a_mail(shop):
    kesu("run", shop, *AT)
    for words in (("1", shop), (shop, "1")):
        code, told = kesu("outbox", "show", *words)
        assert code == 0 and "收件人:" in told and "客诉提醒" in told
    code, told = kesu("outbox", "retry", shop, "1", *AT)
    assert code == 2 and "不需要重发" in told
    for words in ((shop,), (shop, "1", "2"), (shop, shop, "1")):
        code, told = kesu("outbox", "show", *words)
        assert code == 2 and "要写一个序号" in told


def test_an_empty_new_workbook_is_told_what_comes_first_and_calls_nothing_a_mistake(tmp_path):
    kesu("new", tmp_path / "新.xlsx", *AT)
    _, told = kesu("run", tmp_path / "新.xlsx", *AT)
    assert "新工作簿都是这样" in told and "第一个空行填写接收时间和内容概要" in told
    assert "READ-11" not in told and "从备份恢复" not in told


def test_status_does_not_call_it_well_while_nobody_can_be_sent_anything(tmp_path):
    book = tmp_path / "登记.xlsx"
    build.write(book, {**dealership(5, 4, NOW).contents, "人员": []}, created=NOW)
    kesu("run", book, *AT)
    for later in (AT, ["--now", (NOW + dt.timedelta(minutes=5)).isoformat()]):
        kesu("run", book, *later)
        code, told = kesu("status", book, *later)
        assert code == 1 and "一切正常" not in told and "人员:“人员”表里没有一个人有邮箱" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[watch]\nevery_minutes == 5\n", "第 2 行第 16 列"),
        ("workbook ＝ '登记.xlsx'\n", "第 1 行第 10 列"),
        ("dealership = 星耀\n", "文字要放在英文引号里"),
        ("dealership = “星耀”\n", "文字要放在英文引号里"),
        ('dealership = "星耀\n', "第 1 行"),
        ('dealership = "星耀" "店"\n', "一行只能写一项"),
        ('workbook = "D:\\客诉\\登记.xlsx"\n', "反斜杠"),
        ('dealership = "甲"\ndealership = "乙"\n', "同一项写了两次"),
        ("[mail]\n[watch]\n[mail]\n", "同一节写了两次"),
        ('[robots.wecom]\nroles = ["客户经理"\n', "方括号没有写完"),
        ("[mail\nhost = 'x'\n", "少了右边的方括号"),
        ("这是配置\n", "第 1 行第 1 列"),
    ],
)
def test_a_mistake_of_writing_in_kesu_toml_is_told_in_chinese_with_line_and_column(tmp_path, text, words):
    (tmp_path / "kesu.toml").write_text(text, encoding="utf-8")
    _, errors = settings.load(tmp_path / "kesu.toml", workbook=tmp_path / "登记.xlsx")
    (told,) = [plain(one) for one in errors if "TOML" in one]
    assert words in told
    assert not re.search("[a-z]{3,} [a-z]{2,}", told), "no English sentence"


def file_of(subject: str, name: str = "张伟") -> str:
    made = compose(
        key="k",
        kind="alert",
        sender=("", "a@b.cn"),
        to=[(name, "z@b.cn")],
        subject=subject,
        text="x",
        html="x",
        now=NOW,
    )
    return file_name(Queued("k", "alert", ("z@b.cn",), subject, made.raw, "", NOW))


def test_a_mail_file_with_a_long_subject_ends_where_a_phrase_does():
    long = "【客诉提醒】12 件仍未处理（最长 3天2小时），5 件超时，7 件超时上报，9 件临近，另有 3 件已经转给服务经理和售后经理处理"
    name = file_of(long)
    assert plain(name).startswith(
        "20261121-0930_张伟_客诉提醒 12 件仍未处理(最长 3天2小时),5 件超时,7 件超时上报,9 件临近"
    )
    assert "…_" in name and len(name.encode()) <= 255
    cut = name.split("…")[0]
    assert cut.removeprefix("20261121-0930_张伟_") in re.sub("[【】]", " ", long).strip() + " "
    assert not cut.endswith(("，", " ", "（")) and "…" not in file_of("【客诉提醒】1 件超时")


def test_a_file_name_without_any_phrase_is_cut_at_its_length():
    assert len(file_of("很" * 300)) < 90 and file_of("很" * 300).endswith(".eml")


def test_a_mail_that_used_up_its_tries_is_not_said_to_go_again():
    going, spent = letter("uncertain"), letter("uncertain", again=False, note="已试 8 次")
    assert said(replace(WELL, letters=(going,)))[0] == 0
    assert "不确定是否送达,会再发" in said(replace(WELL, letters=(going,)))[1]
    code, words = said(replace(WELL, letters=(spent,)))
    assert code == 1 and "不再自动重发" in words and "送达,会再发" not in words and "outbox release" in words


def test_a_watch_with_nothing_to_do_says_each_hour_that_it_is_there(tmp_path, monkeypatch):
    clock = FakeTime(monkeypatch)
    (tmp_path / "登记.xlsx").write_bytes(b"PK")
    found, _ = settings.load(None, workbook=tmp_path / "登记.xlsx")
    told: list[str] = []
    watch = Watch(
        lambda: found, now=lambda: clock.wall, tell=told.append, sleep=clock.sleep, monotonic=lambda: clock.ticks
    )
    monkeypatch.setattr(rest, "until", lambda *given: clock.wall)
    clock.then = lambda: watch.stop() if clock.ticks >= 3 * 3600 + 60 else None
    watch.run()
    assert [line[:11] for line in told[1:-1]] == ["09-01 08:00", "09-01 09:00", "09-01 10:00"]
    assert all("仍在值守，没有变化" in line for line in told[1:-1])
    log = found.state_dir / "kesu.log"
    assert "仍在值守" not in log.read_text(encoding="utf-8")
