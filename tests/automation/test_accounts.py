"""Where passwords are kept, what a refused login means, and kesu.toml changed by hand and by kesu."""

import datetime as dt
import socket
import ssl
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from automation import accounts, settings, tomlfile
from automation.accounts import PRESETS, NoKeyring
from automation.channels import ChannelDown
from automation.settings import PORTS, Mail
from tests.keyrings import InMemory, using
from tests.tables import plain
from workbook.errors import BadConfig

NOW = dt.datetime(2026, 11, 21, 9, 30)


@pytest.fixture
def memory() -> Iterator[InMemory]:
    with using(InMemory()) as made:
        yield made


def account(**changes: Any) -> Mail:
    given: dict[str, Any] = {
        "host": "smtp.qq.com",
        "port": 465,
        "security": "ssl",
        "user": "abc@qq.com",
        "sender": "abc@qq.com",
        "sender_name": "客诉提醒",
        "password_env": "KESU_MAIL_PASSWORD",
        "ca_file": None,
        "timeout": 5.0,
        "redirect_to": "",
    }
    return Mail(**(given | changes))


# --- Where passwords are ----------------------------------------------------------------------------------------------


def test_the_environment_comes_before_the_keyring(memory: InMemory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KESU_MAIL_PASSWORD", raising=False)
    accounts.keep("abc@qq.com", "from-keyring")
    assert accounts.password(account()) == "from-keyring"
    monkeypatch.setenv("KESU_MAIL_PASSWORD", " from-env\n")
    assert accounts.password(account()) == "from-env"
    assert memory.kept == {("kesu", "abc@qq.com"): "from-keyring"}


class Plaintext(InMemory):
    """As keyrings.alt's: a file anybody can read."""


Plaintext.__module__ = "keyrings.alt.file"


class Locked(InMemory):
    """As a desktop's, without anybody to open it: whatever it raises, with whatever words."""

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("locked; value was hunter2-secret")

    set_password = get_password  # type: ignore[assignment]


class Forgetful(InMemory):
    def set_password(self, service: str, username: str, password: str) -> None:
        return None


@pytest.mark.parametrize(
    "backend", [keyring.backends.fail.Keyring, keyring.backends.null.Keyring, Plaintext, Locked, Forgetful]
)
def test_without_a_keyring_of_the_system_nothing_is_kept_and_it_is_said(
    backend: type[keyring.backend.KeyringBackend], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KESU_MAIL_PASSWORD", raising=False)
    with using(backend()):
        with pytest.raises(NoKeyring) as told:
            accounts.keep("abc@qq.com", "hunter2-secret")
        assert "凭据管理器" in str(told.value)
        assert "hunter2" not in f"{told.value}{told.value.__cause__}"
        with pytest.raises(ChannelDown, match="KESU_MAIL_PASSWORD"):
            accounts.password(account())


class Waiting(InMemory):
    """As a locked one, whose question stands on a screen."""

    def get_password(self, service: str, username: str) -> str | None:
        time.sleep(0.5)
        return "late"


def test_a_keyring_that_waits_for_somebody_holds_up_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "PATIENCE", 0.05)
    with using(Waiting()):
        assert accounts.kept("abc@qq.com") == ""


def test_a_pasted_label_or_a_line_break_is_no_password() -> None:
    assert accounts.fits("abcd efgh")
    assert not any(accounts.fits(one) for one in ("授权码abcd", "ａｂｃ", "ab\ncd", "ab\tcd"))


# --- What a refused login means ---------------------------------------------------------------------------------------


class Refused(OSError):
    """As smtplib's, which only yagmail may import."""

    def __init__(self, code: int, words: bytes) -> None:
        super().__init__(code, words)
        self.smtp_code, self.smtp_error = code, words


@pytest.mark.parametrize(
    ("provider", "cause", "told"),
    [
        ("qq", Refused(535, "Login Fail. 请使用授权码登录".encode("gb18030")), "要填“授权码”,不是 QQ 密码"),
        ("163", Refused(535, b"Error: authentication failed"), "要填“授权码”,不是登录密码"),
        ("exmail", Refused(535, b"Error: authentication failed, system busy"), "客户端专用密码"),
        ("office365", Refused(535, b"5.7.139 Authentication unsuccessful"), "经过身份验证的 SMTP"),
        ("other", Refused(534, b"5.7.9 Application-specific password required"), "应用专用密码"),
        ("other", Refused(535, b"Please turn on less secure apps"), "应用专用密码"),
        ("other", ssl.SSLCertVerificationError(1, "Hostname mismatch"), "证书可信"),
        ("other", ssl.SSLError(1, "wrong version number"), "465 用 ssl,587 用 starttls"),
        ("other", socket.gaierror(-2, "Name or service not known"), "找不到服务器"),
        ("other", TimeoutError(), "防火墙"),
        ("other", ConnectionRefusedError(), "防火墙"),
    ],
)
def test_a_refusal_is_explained_with_what_to_do(provider: str, cause: Exception, told: str) -> None:
    error = ChannelDown("登录被拒绝")
    error.__cause__ = cause
    preset = accounts.preset(provider)
    assert preset is not None
    assert told in plain(accounts.advice(error, account(), preset))


def test_presets_encrypt_and_have_names_of_their_own() -> None:
    assert len({one.name for one in PRESETS}) == len(PRESETS)
    assert all(one.security in ("ssl", "starttls") and one.port == PORTS[one.security] for one in PRESETS)
    assert [one.host for one in PRESETS if one.host] == [
        "smtp.exmail.qq.com",
        "smtp.qq.com",
        "smtp.163.com",
        "smtp.qiye.aliyun.com",
        "smtp.office365.com",
    ]


# --- kesu.toml --------------------------------------------------------------------------------------------------------

ACCOUNT: dict[str, tomlfile.Value] = {"host": "smtp.qq.com", "user": "abc@qq.com", "security": "ssl", "port": None}


def changed(path: Path, text: str | bytes) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    tomlfile.change(path, "mail", ACCOUNT, NOW)
    return path.read_bytes().decode("utf-8-sig")


def test_only_the_keys_change_and_the_file_from_before_stays(tmp_path: Path) -> None:
    path = tmp_path / "kesu.toml"
    example = settings.example()
    path.write_bytes(example.encode())
    path.chmod(0o640)
    backup = tomlfile.change(path, "mail", ACCOUNT, NOW)
    assert backup.read_bytes() == example.encode() and path.stat().st_mode & 0o777 == 0o640
    before, after = example.splitlines(), path.read_text(encoding="utf-8").splitlines()
    assert len(before) == len(after)
    differ = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [line.split("#")[0].strip() for line in differ] == ['host = "smtp.qq.com"', 'user = "abc@qq.com"']
    assert all("#" in line for line in differ)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["kesu.toml", backup.name]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_and_byte_order_mark_stay(tmp_path: Path, mark: bytes, ends: str) -> None:
    path = tmp_path / "kesu.toml"
    changed(path, mark + settings.example().replace("\n", ends).encode())
    octets = path.read_bytes()
    assert octets.startswith(mark or b"#") and octets.count(b"\r\n") == (octets.count(b"\n") if ends == "\r\n" else 0)


def test_a_file_of_an_old_editor_becomes_utf_8(tmp_path: Path) -> None:
    assert "店名" in changed(tmp_path / "kesu.toml", 'dealership = "星耀" # 店名\n'.encode("gb18030"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# 只有说明\n",
        'workbook = "a.xlsx"\n',
        '[mail]\nport = 994 # 旧的\nhost = "x"\n\n[alerts]\nsend_from = "08:00"\n',
        'mail.host = "x"\nmail.port = 1\n',
        'mail = { host = "x", timeout = 9 }\n',
        '[robots.wecom]\nroles = ["客户经理"] # 群\n[mail]\n',
        '"mail" = { port = 1 }\n[alerts]\n# 尾注',
    ],
)
def test_however_it_is_written_everything_else_reads_the_same(tmp_path: Path, text: str) -> None:
    before, made = tomllib.loads(text), changed(tmp_path / "kesu.toml", text)
    after = tomllib.loads(made)
    assert {**after, "mail": None} == {**before, "mail": None}
    old = {name: value for name, value in before.get("mail", {}).items() if name != "port"}
    assert after["mail"] == {**old, "host": "smtp.qq.com", "user": "abc@qq.com", "security": "ssl"}
    assert all(line.partition("#")[2] in made for line in text.splitlines() if "旧的" not in line)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20)


@hypothesis(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(host=words, comment=words, other=words)
def test_whatever_stands_there_is_kept_or_the_file_left_alone(
    tmp_path: Path, host: str, comment: str, other: str
) -> None:
    path = tmp_path / "kesu.toml"
    quoted = other.replace("\\", "\\\\").replace('"', '\\"')
    text = f'dealership = "{quoted}" #{comment}\n[mail] #{comment}\nhost = "x" # {comment}\n'
    path.write_bytes(text.encode())
    tomlfile.change(path, "mail", {"host": host}, NOW)
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    assert found == {"dealership": other, "mail": {"host": host}}
    assert path.read_bytes().decode().count(f"#{comment}") >= 2


@pytest.mark.parametrize("text", ["mail = 3\n", "[mail\nhost = 1\n", "[[mail]]\nhost = 'x'\n"])
def test_a_file_that_cannot_be_changed_safely_is_left_alone(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kesu.toml"
    with pytest.raises(BadConfig, match="没有改动"):
        changed(path, text)
    assert path.read_text(encoding="utf-8") == text and [one.name for one in tmp_path.iterdir()] == ["kesu.toml"]


def test_a_disk_that_refuses_leaves_the_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kesu.toml"
    path.write_text("[mail]\n", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    with pytest.raises(OSError, match="No space"):
        tomlfile.change(path, "mail", ACCOUNT, NOW)
    assert path.read_text(encoding="utf-8") == "[mail]\n"
    assert not [one for one in tmp_path.iterdir() if one.suffix == ".part"]
