"""``kesu mail setup`` against a real SMTP server with TLS and AUTH: the dialogue, what is kept where, what is not."""

import email
import email.policy
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from click.testing import CliRunner, Result

from automation import accounts
from automation.cli import main
from automation.commands import mail as command
from tests.keyrings import InMemory, using
from tests.smtp_server import PASSWORD, Certificates, Server, over_plain_tls, running
from tests.tables import plain

pytestmark = over_plain_tls

USER = "kesu@example.com"
CONFIG = """# 我们店的设置
workbook = "客诉.xlsx"   # 别改名

[mail]
ca_file = '{ca}'    # 公司的证书
timeout = 5
password_env = "KESU_TEST_PASSWORD"
host = ""           # 还没有设
"""


@pytest.fixture(autouse=True)
def memory() -> Iterator[InMemory]:
    with using(InMemory()) as made:
        yield made


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KESU_TEST_PASSWORD", raising=False)


@pytest.fixture
def config(tmp_path: Path, certificates: Certificates) -> Path:
    file = tmp_path / "kesu.toml"
    file.write_text(CONFIG.format(ca=certificates.ca), encoding="utf-8")
    return file


def kesu(*args: str | Path, keys: str = "") -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args], input=keys)


def answers(server: Server, password: str = PASSWORD, security: str = "ssl", test_mail: str = "n") -> str:
    """What a person types for a server of their own."""
    keys = ["7", "127.0.0.1", security, str(server.port), USER, "", "", password, test_mail]
    return "\n".join(keys) + "\n"


def everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def written(config: Path) -> dict[str, object]:
    return dict(tomllib.loads(config.read_text(encoding="utf-8"))["mail"])


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_asked_at_the_keyboard_it_logs_in_keeps_the_password_and_writes_the_rest(
    config: Path, certificates: Certificates, memory: InMemory, security: str
) -> None:
    with running(certificates.good, security) as server:
        done = kesu("mail", "setup", "--config", config, keys=answers(server, security=security, test_mail="y"))
    assert done.exit_code == 0, done.output
    assert memory.kept == {("kesu", USER): PASSWORD}
    found = written(config)
    assert {name: found[name] for name in ("host", "port", "security", "user", "sender", "sender_name")} == {
        "host": "127.0.0.1",
        "port": server.port,
        "security": security,
        "user": USER,
        "sender": "",
        "sender_name": "客诉提醒",
    }
    said = config.read_text(encoding="utf-8")
    assert all(words in said for words in ("# 我们店的设置", "# 别改名", "# 公司的证书", "# 还没有设", "timeout = 5"))
    (envelope,) = server.received
    assert envelope.rcpt_tos == [USER] and isinstance(envelope.content, bytes)
    parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert parsed["Subject"] == "【客诉提醒】测试邮件"
    assert PASSWORD.encode() not in everything(config.parent) and PASSWORD not in done.output


def test_a_wrong_password_stores_nothing_and_a_second_try_works(
    config: Path, certificates: Certificates, memory: InMemory
) -> None:
    before = config.read_bytes()
    with running(certificates.good) as server:
        keys = answers(server, "wrong-secret", test_mail="n")
        done = kesu("mail", "setup", "--config", config, keys=keys)
        assert done.exit_code == 2 and "账号或密码不对" in done.output and "没有改动任何东西" in done.output
        assert config.read_bytes() == before and memory.kept == {} and "wrong-secret" not in done.output
        again = answers(server, "wrong-secret", test_mail="y") + "\n\n\n\n\n\n\n" + f"{PASSWORD}\nn\n"
        done = kesu("mail", "setup", "--config", config, keys=again)
    assert done.exit_code == 0, done.output
    assert memory.kept == {("kesu", USER): PASSWORD}


@pytest.mark.parametrize("which", ["other_name", "stranger", "expired"])
def test_a_wrong_certificate_gets_no_password_and_nothing_is_stored(
    config: Path, certificates: Certificates, memory: InMemory, which: str
) -> None:
    before = config.read_bytes()
    with running(getattr(certificates, which)) as server:
        done = kesu("mail", "setup", "--config", config, keys=answers(server))
    assert done.exit_code == 2 and "证书" in done.output and "ca_file" in done.output
    assert server.logins == 0 and memory.kept == {} and config.read_bytes() == before


def test_a_provider_from_the_list_says_which_password_it_wants(
    config: Path, certificates: Certificates, memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(certificates.good) as server:
        local = tuple(
            replace(one, host="127.0.0.1", port=server.port) if one.name == "qq" else one for one in accounts.PRESETS
        )
        monkeypatch.setattr(accounts, "PRESETS", local)
        monkeypatch.setattr(command, "PRESETS", local)
        done = kesu("mail", "setup", "--config", config, keys=f"9\n2\n没有@\n{USER}\n\n授权码abcd\nabcd efgh\nn\n")
    said = plain(done.output)
    assert "请填 1 到 7 的数字" in said and "不是邮箱地址" in said
    assert "要填“授权码”,不是 QQ 密码" in said and "里面有中文或全角字符" in said
    assert "abcd" not in said and done.exit_code == 2 and memory.kept == {}


def test_a_test_mail_that_is_refused_stores_nothing(config: Path, certificates: Certificates, memory: InMemory) -> None:
    with running(certificates.good) as server:
        server.say["body"] = "554 5.7.1 From must equal login"
        done = kesu("mail", "setup", "--config", config, keys=answers(server, test_mail="y"))
    assert done.exit_code == 2 and "From must equal login" in done.output and memory.kept == {}


def test_without_a_keyring_it_explains_the_environment_variable(config: Path, certificates: Certificates) -> None:
    with using(keyring.backends.fail.Keyring()), running(certificates.good) as server:
        done = kesu("mail", "setup", "--config", config, keys=answers(server))
    assert done.exit_code == 0, done.output
    assert "没有系统的凭据管理器" in done.output and "KESU_TEST_PASSWORD" in done.output
    assert PASSWORD not in done.output and written(config)["user"] == USER


def test_everything_on_the_command_line_asks_nothing(
    config: Path, certificates: Certificates, memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KESU_TEST_PASSWORD", PASSWORD)
    with running(certificates.good) as server:
        where = ("--host", "127.0.0.1", "--port", str(server.port), "--sender-name", "客服中心", "--test-mail")
        done = kesu("mail", "setup", "--config", config, "--provider", "other", "--user", USER, *where)
    assert done.exit_code == 0, done.output
    assert len(server.received) == 1 and written(config)["sender_name"] == "客服中心"
    assert memory.kept == {("kesu", USER): PASSWORD}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--provider", "yahoo"], "没有“yahoo”这种邮箱"),
        (["--provider", "qq"], "--user"),
        (["--provider", "other", "--user", USER], "--host"),
        (["--provider", "qq", "--user", "abc"], "--user"),
        (["--provider", "qq", "--user", "abc@qq.com"], "KESU_TEST_PASSWORD"),
        (["--provider", "relay", "--host", "mail.example.com", "--user", USER, "--security", "none"], "明文"),
    ],
)
def test_what_is_missing_on_the_command_line_is_told_without_asking(
    config: Path, memory: InMemory, options: list[str], told: str
) -> None:
    before = config.read_bytes()
    done = kesu("mail", "setup", "--config", config, *options)
    assert done.exit_code == 2 and told in done.output and config.read_bytes() == before


def test_an_inner_relay_needs_neither_login_nor_password(
    config: Path, certificates: Certificates, memory: InMemory
) -> None:
    with running(certificates.good, "none", auth_required=False) as server:
        keys = "\n".join(["6", "127.0.0.1", "none", str(server.port), USER, "-", "", "y"]) + "\n"
        done = kesu("mail", "setup", "--config", config, keys=keys)
    assert done.exit_code == 0, done.output
    assert memory.kept == {} and written(config)["user"] == "" and written(config)["sender"] == USER
    assert len(server.received) == 1


def test_ended_at_the_keyboard_it_has_changed_nothing(config: Path, memory: InMemory) -> None:
    before = config.read_bytes()
    done = kesu("mail", "setup", "--config", config, keys="2\n")
    assert done.exit_code == 2 and "没有改动任何东西" in done.output
    assert config.read_bytes() == before and [one.name for one in config.parent.iterdir()] == ["kesu.toml"]


def test_without_a_file_one_is_made_beside_the_workbook(
    tmp_path: Path, certificates: Certificates, memory: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
    with running(certificates.good) as server:
        done = kesu("mail", "setup", tmp_path / "我们的登记.xlsx", keys=answers(server))
    assert done.exit_code == 0, done.output
    made = tomllib.loads((tmp_path / "kesu.toml").read_text(encoding="utf-8"))
    assert made["workbook"] == "我们的登记.xlsx" and made["mail"]["host"] == "127.0.0.1"
    assert [one.name for one in tmp_path.iterdir()] == ["kesu.toml"]


def test_after_passes_that_fail_and_one_that_works_the_password_stands_nowhere(
    config: Path, certificates: Certificates, memory: InMemory, tmp_path_factory: pytest.TempPathFactory
) -> None:
    now = ("--now", "2026-11-21T09:30")
    book = config.parent / "客诉.xlsx"
    assert kesu("new", book, "--sample", "15", "--seed", "3", *now).exit_code == 0
    said = ""
    with running(certificates.good) as server:
        said += kesu("mail", "setup", "--config", config, keys=answers(server)).output
        memory.kept["kesu", USER] = "no-longer-the-password"
        said += kesu("run", "--config", config, *now).output
        memory.kept["kesu", USER] = PASSWORD
        server.cut = "DATA"
        said += kesu("run", "--config", config, "--now", "2026-11-21T11:30").output
        server.cut, server.say = "", {"RCPT": "550 5.1.1 no such user"}
        said += kesu("run", "--config", config, "--now", "2026-11-21T13:30").output
        server.say = {}
        said += kesu("mail", "setup", "--config", config, keys=answers(server, "wrong-secret")).output
        said += kesu("run", "--config", config, "--now", "2026-11-22T09:30").output
        said += kesu("outbox", "list", "--config", config).output
    assert "登录被拒绝" in said and "no such user" in said
    kept = everything(config.parent) + said.encode()
    assert all(secret not in kept for secret in (PASSWORD.encode(), b"no-longer-the-password", b"wrong-secret"))
    shutil.rmtree(config.parent / "客诉.kesu")
