import datetime as dt
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from automation import settings

GOOD = """
workbook = '客诉.xlsx'
dealership = "星耀4S店"
[mail]
host = "smtp.exmail.qq.com"
user = "kesu@example.com"
"""


def load(folder: Path, text: str) -> tuple[settings.Settings, tuple[str, ...]]:
    file = folder / "kesu.toml"
    file.write_text(text, encoding="utf-8")
    return settings.load(file, workbook=None)


def paths(table: Mapping[str, object], before: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from paths(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def test_without_a_file_mail_goes_to_a_folder_beside_the_workbook(tmp_path: Path) -> None:
    found, errors = settings.load(None, workbook=tmp_path / "客诉.xlsx")
    assert errors == ()
    assert found.mail.host == ""
    assert found.outbox == tmp_path / "客诉.kesu" / "outbox"
    assert found.journal == tmp_path / "客诉.kesu" / "journal.sqlite3"
    assert found.backups.keep == 20


def test_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    found, errors = load(tmp_path, GOOD + "ca_file = 'ca.pem'\n")
    assert found.workbook == tmp_path / "客诉.xlsx"
    assert errors == (f"mail.ca_file：没有这个文件：{tmp_path / 'ca.pem'}",)


def test_the_workbook_named_on_the_command_line_comes_first(tmp_path: Path) -> None:
    file = tmp_path / "kesu.toml"
    file.write_text(GOOD, encoding="utf-8")
    found, _ = settings.load(file, workbook=tmp_path / "另一本.xlsx")
    assert found.workbook.name == "另一本.xlsx"
    assert found.state_dir.name == "另一本.kesu"


def test_every_mistake_is_told_at_once_each_by_its_path(tmp_path: Path) -> None:
    _, errors = load(
        tmp_path,
        GOOD
        + 'port = "abc"\nsecurity = "tls"\ntimeout = 0\nsender = "nobody"\nallow_plain = 1\n[backups]\nkeep = true\n',
    )
    assert errors == (
        "backups.keep：应为1–10000 的整数，现在是 true",
        'mail.port：应为1–65535 的整数，现在是 "abc"',
        'mail.security：应为"ssl" / "starttls" / "none" 之一，现在是 "tls"',
        "mail.allow_plain：应为true 或 false，现在是 1",
        'mail.sender：应为邮箱地址，现在是 "nobody"',
        "mail.timeout：应为1–600 的数，现在是 0",
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[mail]\nprot = 25", "mail.prot：没有这一项；是不是 mail.port？"),
        ("[mial]\nhost = 'x'", "mial：没有这一项"),
        ("host = 'x'", "host：没有这一项；是不是 mail.host？"),
        ("backups = 3", "backups：应为一节，写成 [backups]，下面一行一项"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest_one(tmp_path: Path, line: str, told: str) -> None:
    _, errors = load(tmp_path, f"workbook = 'a.xlsx'\n{line}")
    assert any(error.startswith(told) for error in errors), errors


def test_alerts_leave_from_seven_until_ten_unless_said_otherwise(tmp_path: Path) -> None:
    found, _ = load(tmp_path, GOOD)
    assert (found.alerts.send_from, found.alerts.send_until) == (dt.time(7), dt.time(22))
    found, errors = load(tmp_path, GOOD + '[alerts]\nsend_from = "20:30"\nsend_until = "24:00"\n')
    assert errors == () and (found.alerts.send_from, found.alerts.send_until) == (dt.time(20, 30), dt.time(0))
    found, errors = load(tmp_path, GOOD + '[alerts]\nsend_from = "6\uff1a30"\nsend_until = 21:15:00\n')
    assert errors == () and (found.alerts.send_from, found.alerts.send_until) == (dt.time(6, 30), dt.time(21, 15))


@pytest.mark.parametrize("value", ['"7点"', '"25:00"', '"24:01"', '"7"', '""', "7", '"07:60"', "true", "2026-11-20"])
def test_a_time_that_is_none_is_told_with_how_to_write_it(tmp_path: Path, value: str) -> None:
    _, errors = load(tmp_path, GOOD + f"[alerts]\nsend_from = {value}\n")
    assert errors == (f'alerts.send_from：应为一天里的时间，写成 "07:00"，现在是 {value}',)


@pytest.mark.parametrize("name", ["password", "passwd", "授权码"])
def test_a_password_in_the_file_is_refused_and_never_repeated(tmp_path: Path, name: str) -> None:
    _, errors = load(tmp_path, GOOD + f'"{name}" = "geheim123"\n')
    assert len(errors) == 1
    assert "环境变量 KESU_MAIL_PASSWORD" in errors[0]
    assert "geheim123" not in errors[0]


def test_a_password_put_where_its_variable_belongs_is_not_repeated_either(tmp_path: Path) -> None:
    _, errors = load(tmp_path, GOOD + 'password_env = "geheim-123"\n')
    assert errors == ("mail.password_env：应为环境变量的名字（不是密码本身），现在是 别的内容",)


def test_unencrypted_mail_needs_to_be_asked_for_unless_it_stays_on_this_machine(tmp_path: Path) -> None:
    _, errors = load(tmp_path, GOOD + 'security = "none"\n')
    assert len(errors) == 1 and errors[0].startswith("mail.security：")
    _, errors = load(tmp_path, GOOD + 'security = "none"\nallow_plain = true\n')
    assert errors == ()
    found, errors = load(tmp_path, GOOD.replace("smtp.exmail.qq.com", "127.0.0.1") + 'security = "none"\n')
    assert errors == () and found.mail.port == 25


def test_a_mail_account_without_its_server_is_told(tmp_path: Path) -> None:
    _, errors = load(tmp_path, "workbook = 'a.xlsx'\n[mail]\nuser = 'kesu@example.com'\n")
    assert len(errors) == 1 and errors[0].startswith("mail.host：没有写")


def test_the_sender_is_the_user_unless_said_otherwise(tmp_path: Path) -> None:
    found, errors = load(tmp_path, GOOD)
    assert errors == () and found.mail.sender == "kesu@example.com" and found.mail.port == 465
    _, errors = load(tmp_path, GOOD.replace("kesu@example.com", "kesu"))
    assert errors == ("mail.sender：没有写；发信人邮箱是必需的",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "utf-8"])
def test_a_file_saved_by_any_windows_editor_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "kesu.toml"
    file.write_bytes(GOOD.replace("\n", "\r\n").encode(encoding))
    found, errors = settings.load(file, workbook=None)
    assert errors == () and found.dealership == "星耀4S店"


def test_a_windows_path_in_double_quotes_is_explained(tmp_path: Path) -> None:
    _, errors = load(tmp_path, '\nworkbook = "D:\\客诉\\登记.xlsx"\n')
    assert "第 2 行" in errors[0] and "单引号" in errors[0]


def test_a_missing_file_is_told_in_a_sentence(tmp_path: Path) -> None:
    _, errors = settings.load(tmp_path / "没有.toml", workbook=tmp_path / "a.xlsx")
    assert len(errors) == 1 and errors[0].startswith("读不到配置文件")


def test_no_workbook_anywhere_is_told() -> None:
    _, errors = settings.load(None, workbook=None)
    assert len(errors) == 1 and errors[0].startswith("workbook：没有说明是哪个工作簿")


def test_the_example_loads_cleanly_lists_every_key_and_shows_the_defaults(tmp_path: Path) -> None:
    example = settings.example()
    found, errors = load(tmp_path, example)
    assert errors == ()
    expected, _ = settings.load(None, workbook=tmp_path / "客诉登记.xlsx")
    assert found == expected
    everything = re.sub(r"(?m)^# (?=[a-z_]+ = )", "", example)
    assert set(paths(tomllib.loads(everything))) == {key.path for key in settings.KEYS}
    assert load(tmp_path, everything)[1] == ()
