"""`kesu run` with a kesu.toml: digests go over verified TLS to a real SMTP server, once."""

from __future__ import annotations

import email
from email import policy
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from automation.cli import main
from tests.smtp_server import PASSWORD, Certificates, over_plain_tls, running

pytestmark = over_plain_tls

NOW = ["--now", "2026-11-21T09:30"]


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    path = tmp_path / "登记.xlsx"
    assert kesu("new", path, "--sample", "80", "--seed", "11", *NOW).exit_code == 0
    return path


def configure(book: Path, port: int, authority: Path) -> None:
    book.with_name("kesu.toml").write_text(
        f"""
workbook = "{book.name}"
dealership = "星耀4S店"
[mail]
host = "127.0.0.1"
port = {port}
user = "kesu@example.com"
ca_file = '{authority}'
timeout = 5
""",
        encoding="utf-8",
    )


def test_each_recipient_gets_one_digest_over_verified_tls_and_a_second_pass_sends_none(
    book: Path,
    certificates: Certificates,
) -> None:
    with running(certificates.good) as server:
        configure(book, server.port, certificates.ca)
        first = kesu("run", book, *NOW)
        again = kesu("run", "--config", book.with_name("kesu.toml"), *NOW)
    assert first.exit_code == again.exit_code == 0, first.output + again.output
    letters = [
        email.message_from_bytes(letter.original_content or b"", policy=policy.default) for letter in server.received
    ]
    assert f"发出 {len(letters)} 封" in first.output and "发出 0 封" in again.output
    recipients = [tuple(letter.rcpt_tos) for letter in server.received]
    assert len(recipients) == len(set(recipients)) > 2
    assert server.logins == 1
    for letter in letters:
        assert str(letter["Subject"]).startswith("【客诉提醒】") and str(letter["Subject"]).endswith("|星耀4S店")
        assert letter["Auto-Submitted"] == "auto-generated"
        plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
        assert plain is not None and html is not None
        assert "件客诉请您" in plain.get_content() and "<table" in html.get_content()
    assert not list(book.parent.glob("*.kesu/outbox/*.eml"))


def test_an_untrusted_server_gets_no_mail_and_no_password_but_the_workbook_is_written(
    book: Path,
    certificates: Certificates,
) -> None:
    before = book.read_bytes()
    with running(certificates.other_name) as server:
        configure(book, server.port, certificates.ca)
        result = kesu("run", book, *NOW)
    assert server.logins == 0 and server.received == []
    assert "暂时发不出去" in result.output and "证书" in result.output
    assert book.read_bytes() != before
    with running(certificates.good) as server:
        configure(book, server.port, certificates.ca)
        assert kesu("run", book, "--now", "2026-11-21T10:30").exit_code == 0
    assert len(server.received) > 2, "what could not be sent is sent at the next pass"
