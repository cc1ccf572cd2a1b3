"""Alerts that waited in the queue are looked at again before they go: what was done meanwhile is not asked for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from automation import cycle, settings
from automation.channels import ChannelDown, Outcome, Queued, Receipt, Terms
from automation.journal import Entry, Journal
from automation.settings import Settings
from tests.tables import moment, plain, rows_of
from workbook import build

MINUTE = dt.timedelta(minutes=1)
STAFF = """
人员
姓名 | 角色     | 主次 | 邮箱            | 在岗
张伟 | 接收人   | 主   | zhang@a.example | 是
王强 | 客户经理 | 主   | wang@a.example  | 是
"""
LATE = """
反馈登记
接收时间    | 接收人 | 客户姓名 | 内容概要 | 上报时间
11-19 09:00 | 张伟   | 陈晨     | 空调不凉 | {first}
11-19 09:20 | 张伟   | 林琳     | 漏油     | {second}
"""
LATE_AT = moment("11-19 11:00")


class Post:
    """A server that is down until it is told to be up."""

    def __init__(self) -> None:
        self.up = False
        self.carried: list[str] = []

    def send(self, message: Queued) -> Receipt:
        if not self.up:
            raise ChannelDown("连不上")
        self.carried.append(message.recipients[0])
        return Receipt(Outcome.SENT)

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *error: object) -> None:
        return None


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(cycle.channels, "choose", lambda found: made)
    monkeypatch.setattr(cycle.channels, "terms", lambda found: Terms())
    return made


def typed(folder: Path, *, first: str = "", second: str = "") -> Settings:
    book = folder / "登记.xlsx"
    sheets = rows_of(f"{LATE.format(first=first, second=second).strip()}\n\n{STAFF.strip()}")
    filled = {
        name: [{head: cell or None for head, cell in row.items()} for row in rows] for name, rows in sheets.items()
    }
    build.write(book, filled, created=LATE_AT)
    return settings.load(None, workbook=book)[0]


def entries(found: Settings) -> list[Entry]:
    with Journal.peek(found.journal) as journal:
        return list(journal.entries())


def test_what_was_done_before_it_could_leave_is_left_out_and_says_why(tmp_path, post):
    found = typed(tmp_path)
    cycle.run(found, LATE_AT)
    assert [one.state for one in entries(found)] == ["retry", "retry"]
    found, post.up = typed(tmp_path, first="11-19 11:05", second="11-19 11:06"), True
    cycle.run(found, LATE_AT + 10 * MINUTE)
    gone = [one for one in entries(found) if one.state == "superseded"]
    assert len(gone) == 2 and all("发出之前已经处理好了" in plain(one.note) for one in gone)
    with Journal.peek(found.journal) as journal:
        assert not [key for key in journal.past().told if "STD-01" in key], "nobody was told of it"


def test_what_still_holds_goes_once_whatever_else_it_tells(tmp_path, post):
    found = typed(tmp_path)
    cycle.run(found, LATE_AT)
    found, post.up = typed(tmp_path, first="11-19 11:05"), True
    cycle.run(found, LATE_AT + 10 * MINUTE)
    cycle.run(found, LATE_AT + 20 * MINUTE)
    old = [one for one in entries(found) if one.queued_at == LATE_AT]
    assert [one.state for one in old] == ["sent", "sent"]


def test_what_a_server_may_have_is_never_called_untold(tmp_path, post):
    found = typed(tmp_path)
    cycle.run(found, LATE_AT)
    first = entries(found)[0]
    with Journal.open(found.journal) as journal:
        assert journal.start(first.key, LATE_AT)
        journal.settle(
            first.key, "uncertain", LATE_AT, due_at=LATE_AT + MINUTE, pending=first.pending, tries=1, doubted=1
        )
    found, post.up = typed(tmp_path, first="11-19 11:05", second="11-19 11:06"), True
    cycle.run(found, LATE_AT + 10 * MINUTE)
    assert next(one for one in entries(found) if one.key == first.key).state == "sent"
