"""``kesu doctor``: what is not in place is named with what to do; nothing is sent, changed or given away."""

from __future__ import annotations

import datetime as dt
import os
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from zoneinfo import ZoneInfo

import pytest

from automation.checkup import files, machine
from automation.commands.doctor import examine
from automation.health import Level
from automation.installation.steps import Machine
from automation.journal import Journal
from automation.sample import dealership
from tests.smtp_server import PASSWORD, Certificates, running
from tests.tables import moment, plain
from workbook import build

Examine = Callable[..., tuple[int, str]]


def now() -> dt.datetime:
    """The files of a test are as young as the test, which a whole run may begin long after it is read."""
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None, microsecond=0)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "店"
    folder.mkdir()
    build.write(folder / "登记.xlsx", dealership(5, 4, moment("11-21 09:30")).contents, created=now())
    (folder / "kesu.toml").write_text('workbook = "登记.xlsx"\n', encoding="utf-8")
    return folder


@pytest.fixture
def doctor(shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Examine:
    for name in ("KESU_MAIL_PASSWORD", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    computer = Machine("linux", "/usr/bin/python3", home, "张三", 501, lambda command: (0, ""), lambda command: True)

    def look(config: Path | None = shop / "kesu.toml", workbook: Path | None = None) -> tuple[int, str]:
        code = examine(config, workbook, now(), computer=computer)
        return code, plain(capsys.readouterr().out)

    return look


def line(words: str, what: str) -> str:
    return next(one for one in words.splitlines() if one[2:].startswith(f"{what}:"))


def with_mail(shop: Path, **keys: str | int) -> None:
    told = "\n".join(f"{key} = {value!r}" for key, value in keys.items())
    (shop / "kesu.toml").write_text(f'workbook = "登记.xlsx"\n[mail]\n{told}\n', encoding="utf-8")


def test_what_is_in_place_is_said_so_and_nothing_is_left_behind(shop, doctor):
    before = {path: path.read_bytes() for path in shop.parent.rglob("*") if path.is_file()}
    code, words = doctor()
    assert code == 1, "no mail account and nothing registered are worth a look, no more"
    assert "✗" not in words and "能读,反馈 5 单" in line(words, "工作簿")
    assert line(words, "邮箱").startswith("! ") and line(words, "自动运行").startswith("! ")
    assert {path: path.read_bytes() for path in shop.parent.rglob("*") if path.is_file()} == before


def test_every_mistake_of_kesu_toml_is_told_and_the_rest_still_looked_at(shop, doctor):
    (shop / "kesu.toml").write_text('workbook = "登记.xlsx"\n[watch]\nevery_minutes = 0\n[mail]\nhots = "x"\n')
    code, words = doctor()
    assert code == 2 and "watch.every_minutes" in words and "mail.hots" in words
    assert "能读" in words and "邮箱密码" not in words


def test_nobody_said_which_workbook(doctor):
    code, words = doctor(None)
    assert code == 2 and "没有说明是哪个工作簿" in words


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda shop: (shop / "登记.xlsx").unlink(), "找不到文件"),
        (lambda shop: (shop / "登记.xlsx").write_bytes(b"MZ" * 99), "不是 Excel"),
        (lambda shop: (shop / "登记.kesu").write_text("no folder"), "是文件,不是文件夹"),
    ],
    ids=["gone", "no workbook", "no folder"],
)
def test_files_that_do_not_work_are_named(spoil, words, shop, doctor):
    spoil(shop)
    code, told = doctor()
    assert code == 2 and words in told


def test_a_damaged_journal_is_found(shop, doctor):
    state = shop / "登记.kesu"
    state.mkdir()
    with Journal.open(state / "journal.sqlite3"):
        pass
    assert "完好" in line(doctor()[1], "状态文件")
    octets = bytearray((state / "journal.sqlite3").read_bytes())
    octets[100:4096] = os.urandom(3996)
    (state / "journal.sqlite3").write_bytes(octets)
    code, words = doctor()
    assert code == 2 and line(words, "状态文件").startswith("✗")


def test_an_open_workbook_is_no_fault(shop, doctor):
    (shop / ".~lock.登记.xlsx#").write_text("李四,li,elsewhere,21.11.2026 10:00,file;", encoding="utf-8")
    code, words = doctor()
    assert code == 1 and "李四 从" in words and "推迟" in words


def test_the_account_is_tried_over_verified_tls_without_a_mail(
    shop: Path, doctor: Examine, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    with running(certificates.good, "starttls") as server:
        keys = {"host": "127.0.0.1", "port": server.port, "security": "starttls", "user": "kesu@example.com"}
        with_mail(shop, **keys, ca_file=str(certificates.ca))
        code, words = doctor()
        assert code == 1 and "登录成功" in line(words, "邮箱") and "证书已验证" in words
        assert server.logins == 1 and server.received == [] and "MAIL" not in server.steps
        assert "KESU_MAIL_PASSWORD" in line(words, "邮箱密码") and PASSWORD not in words

        monkeypatch.setenv("KESU_MAIL_PASSWORD", "wrong one")
        code, words = doctor()
        assert code == 2 and "登录被拒绝" in words and "wrong one" not in words

        with_mail(shop, **keys)
        code, words = doctor()
        assert code == 2 and "证书不可信" in words and server.logins == 2

        monkeypatch.delenv("KESU_MAIL_PASSWORD")
        code, words = doctor()
        assert code == 2 and "没有 kesu@example.com 的邮箱密码" in words


def test_a_server_that_does_not_answer_is_given_up_soon(shop, doctor, monkeypatch):
    with_mail(shop, host="127.0.0.1", port=9, sender="a@b.cn", timeout=600)
    began = time.monotonic()
    code, words = doctor()
    assert code == 2 and "127.0.0.1" in line(words, "邮箱") and time.monotonic() - began < 9


def test_what_is_registered_is_seen(shop, doctor, tmp_path, capsys):
    from automation import settings
    from automation.commands.install import arrange

    found, _ = settings.load(shop / "kesu.toml", workbook=None)
    on = Machine("linux", "/usr/bin/python3", tmp_path / "home", "张三", 501, lambda c: (0, ""), lambda c: True)
    arrange(found, shop / "kesu.toml", remove=False, dry_run=False, yes=True, machine=on)
    capsys.readouterr()
    assert "已登记,每 5 分钟一次" in line(doctor()[1], "自动运行")


# --- One by one -------------------------------------------------------------------------------------------------------

EIGHT = dt.timedelta(hours=8)


@pytest.mark.parametrize(
    ("offset", "latest", "level", "words"),
    [
        (EIGHT, "11-21 09:00", Level.GOOD, "北京时间 2026-11-21 09:30"),
        (EIGHT, "11-21 09:35", Level.GOOD, "北京时间"),
        (EIGHT, "11-21 10:00", Level.BAD, "时钟不对"),
        (dt.timedelta(hours=-5), "11-21 09:00", Level.NOTE, "UTC-5"),
        (dt.timedelta(hours=5.5), "11-21 09:00", Level.NOTE, "UTC+5.5"),
    ],
)
def test_a_clock_that_is_wrong_or_of_another_place(offset, latest, level, words):
    told = machine.clock(moment("11-21 09:30"), offset, moment(latest))
    assert told.level is level and words in told.words


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        (PureWindowsPath(r"C:\Users\张三\OneDrive - 星耀\客诉"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\张三\OneDrive\客诉"), "OneDrive"),
        (PureWindowsPath(r"D:\我的坚果云\客诉"), ""),
        (PureWindowsPath(r"D:\坚果云\客诉"), "坚果云"),
        (PureWindowsPath(r"D:\Nutstore\1\客诉"), "坚果云"),
        (PureWindowsPath(r"D:\BaiduSyncdisk\客诉"), "百度网盘同步空间"),
        (PurePosixPath("/Users/z/Library/Mobile Documents/com~apple~CloudDocs"), "iCloud"),
        (PureWindowsPath(r"D:\客诉\onedrives"), ""),
        (PurePosixPath("/srv/客诉"), ""),
    ],
)
def test_a_folder_that_is_copied_to_a_cloud_is_known_by_its_name(folder, service, monkeypatch):
    for name in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        monkeypatch.delenv(name, raising=False)
    assert files.synced_by(folder) == service


def test_a_journal_in_a_synced_folder_is_told_where_to_go():
    book, state = PurePosixPath("/home/z/Dropbox"), PurePosixPath("/home/z/Dropbox/登记.kesu")
    told = [str(one) for one in files.places(book, state)]
    assert len(told) == 2 and "冲突副本" in told[0] and "state_dir" in told[1]
    assert list(files.places(PurePosixPath("/srv/a"), PurePosixPath("/srv/a/b"))) == []
    share = PureWindowsPath(r"\\server\客诉")
    assert [one.level for one in files.places(share, share)] == [Level.GOOD, Level.GOOD]
    (own,) = files.places(share, PureWindowsPath("C:\\kesu"))  # nobody else sees that record: both would send
    assert own.level is Level.NOTE and "只让一台电脑运行 kesu" in own.words
    assert all("只" in one.todo and "一台电脑运行 kesu" in one.todo for one in files.places(book, book))


def test_a_font_that_knows_chinese_is_found_or_missed(tmp_path):
    assert machine.fonts([tmp_path, tmp_path / "nowhere"]).level is Level.NOTE
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "NotoSansCJK-Regular.ttc").write_bytes(b"")
    assert "NotoSansCJK-Regular.ttc" in machine.fonts([tmp_path]).words


def test_spreadsheet_programs_are_asked_for_as_each_system_knows_them():
    def computer(system: str, answers: str) -> Machine:
        return Machine(
            system, "", Path(), "", 0, lambda command: (0 if answers in command[-1] else 1, ""), lambda c: c == answers
        )

    assert "Excel" in machine.programs(computer("win32", "excel.exe")).words
    assert "WPS" in machine.programs(computer("win32", r"App Paths\et.exe")).words
    assert "LibreOffice" in machine.programs(computer("linux", "soffice")).words
    assert "不需要" in machine.programs(computer("linux", "nothing")).words


def test_an_old_python_is_told():
    assert machine.versions((3, 10, 4)).level is Level.BAD and machine.versions((3, 14, 0)).level is Level.GOOD
