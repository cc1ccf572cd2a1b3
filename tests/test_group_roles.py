"""Group robots that could not do their work are told of: a misspelt role, no address, a message that tells too much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from automation import cycle, grouproles, notices, roster, settings
from automation.checkup import mail
from automation.health import Level
from automation.journal import Journal
from automation.sample import dealership
from automation.settings import Robot, Settings
from tests.tables import load, plain
from workbook import build
from workbook.schema import STAFF

NOW = dt.datetime(2026, 11, 21, 9, 30)
MANAGERS = Robot("wecom", ("客户经理",), "KESU_WECOM_URL", "")
MISSPELT = Robot("wecom", ("客户经里", "管理部"), "KESU_WECOM_URL", "")
PEOPLE = """
人员
姓名 | 角色     | 主次 | 邮箱           | 在岗
王强 | 客户经理 | 主   | wang@a.example | 是
吴刚 | 管理部   | 主   | wu@a.example   | 是
"""


@pytest.fixture
def shop(tmp_path: Path) -> Settings:
    book = tmp_path / "登记.xlsx"
    build.write(book, dealership(40, 11, NOW).contents, created=NOW)
    return settings.load(None, workbook=book)[0]


def test_a_group_message_that_tells_too_much_is_held_back_and_the_mails_leave(shop, monkeypatch):
    """MAIL-05."""
    monkeypatch.setattr(notices, "mask_plate", lambda plate: f"{plate} 13912345678")
    monkeypatch.setattr(notices, "mask_text", lambda text: text)
    outcome = cycle.run(replace(shop, robots=(MANAGERS,)), NOW)
    told = [plain(one.message) for one in outcome.findings if one.rule == "MAIL-05"]
    assert len(told) == 1 and "群机器人 wecom" in told[0] and "139****5678" in told[0]
    assert "13912345678" not in told[0]
    with Journal.peek(shop.journal) as journal:
        assert {entry.channel for entry in journal.entries()} == {"mail"} and outcome.delivered.sent


def test_a_role_that_nobody_holds_is_a_finding_of_the_pass_with_the_nearest_that_somebody_does(shop):
    """MAIL-06."""
    outcome = cycle.run(replace(shop, robots=(MISSPELT,)), NOW)
    (told,) = [plain(one.message) for one in outcome.findings if one.rule == "MAIL-06"]
    assert "“客户经里”" in told and "是不是“客户经理”" in told
    again = cycle.run(replace(shop, robots=(MANAGERS,)), NOW)
    assert not [one for one in again.findings if one.rule == "MAIL-06"]


def test_while_nobody_stands_in_the_roster_no_role_is_called_misspelt():
    book = load({})
    nobody, _ = roster.read(book[STAFF])
    assert list(grouproles.findings((MISSPELT,), nobody, book[STAFF])) == []


@pytest.mark.parametrize(
    ("robot", "url", "level", "words"),
    [
        (MANAGERS, "https://qyapi.example/send?key=1", Level.GOOD, "发给客户经理的提醒也发到群里"),
        (MISSPELT, "https://qyapi.example/send?key=1", Level.BAD, "是不是“客户经理”"),
        (MANAGERS, "", Level.BAD, "没有企业微信群机器人的 webhook 地址"),
        (MANAGERS, "qyapi.example", Level.BAD, "应以 https:// 开头"),
    ],
)
def test_doctor_has_a_line_for_each_robot_in_use(tmp_path, monkeypatch, robot, url, level, words):
    monkeypatch.setenv("KESU_WECOM_URL", url)
    monkeypatch.setattr("automation.accounts.kept", lambda name: "")
    found = replace(settings.load(None, workbook=tmp_path / "登记.xlsx")[0], robots=(robot,))
    people, _ = roster.read(load(PEOPLE)[STAFF])
    lines = [line for line in mail.look(found, people) if line.what == "群机器人 wecom"]
    assert [line.level for line in lines] == [level] and words in plain(lines[0].words)
    assert not url or url not in str(lines[0])
