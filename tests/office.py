"""A small dealership with a mail server of its own, whose people type into the workbook and at the command line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from click.testing import CliRunner

from automation.cli import main
from tests.smtp_server import PASSWORD, Certificates, Server, running
from tests.tables import moment, plain, rows_of
from workbook import build

LATE_AT = moment("12-04 09:05")
"""Half an hour after the case is late, and an hour after the month's rewards are due."""
SHEETS = """
反馈登记
接收时间    | 接收人 | 客户姓名 | 内容概要
{received} | 张伟   | 陈晨     | 空调不凉

人员
姓名 | 角色       | 主次 | 邮箱      | 在岗
张伟 | 接收人     | 主   | {clerk}   | 是
王强 | 客户经理   | 主   | {manager} | 是
顾明 | 主管总经理 | 主   | gm@a.example | 是
温雅 | 财务部     | 主   | {money}   | 是
"""


@dataclass
class Office:
    """A dealership with a server of its own; its people type into the workbook and at the command line."""

    book: Path
    server: Server
    now: dt.datetime = LATE_AT

    def typed(
        self,
        *,
        clerk: str = "zhang@a.example",
        manager: str = "wang@a.example",
        money: str = "caiwu-old@a.example",
        received: str = "12-04 08:00",
    ) -> None:
        sheets = rows_of(SHEETS.format(clerk=clerk, manager=manager, money=money, received=received).strip())
        filled = {
            name: [{head: cell or None for head, cell in row.items()} for row in rows] for name, rows in sheets.items()
        }
        build.write(self.book, filled, created=LATE_AT)

    def kesu(self, *words: str, later: int = 5) -> tuple[int, str]:
        """Some minutes later."""
        self.now += dt.timedelta(minutes=later)
        asked = [words[0], *words[1:], str(self.book), "--now", self.now.isoformat()]
        if words[:2] == ("outbox", "list"):
            asked = asked[:-2]
        result = CliRunner().invoke(main, asked)
        return result.exit_code, plain(result.output)

    def advised(self, words: str) -> list[str]:
        """The command that a line tells people to type."""
        found = re.search(r"kesu (outbox (?:retry|release) \d+(?: --to)?)", words)
        assert found, words
        return found[1].split()

    def got(self, address: str) -> list[str]:
        """The subjects of what the server took for an address."""
        return [
            str(message_from_bytes(one.original_content or b"", policy=policy.default)["Subject"])
            for one in self.server.received
            if address in one.rcpt_tos
        ]

    def text(self, octets: bytes) -> str:
        body = message_from_bytes(octets, policy=policy.default).get_body(("plain",))
        assert body is not None
        return plain(str(body.get_content()))

    def bodies(self, part: str) -> set[bytes]:
        """The bytes of the mails whose subject has that in it."""
        return {
            one.original_content or b""
            for one in self.server.received
            if part in str(message_from_bytes(one.original_content or b"", policy=policy.default)["Subject"])
        }


@pytest.fixture
def office(tmp_path: Path, certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    book = tmp_path / "登记.xlsx"
    with running(certificates.good) as server:
        (tmp_path / "kesu.toml").write_text(
            f"workbook = '{book.name}'\n[mail]\nhost = '127.0.0.1'\nport = {server.port}\nuser = 'kesu@example.com'\n"
            f"ca_file = '{certificates.ca}'\ntimeout = 5\n",
            encoding="utf-8",
        )
        made = Office(book, server, LATE_AT - dt.timedelta(days=1))
        made.typed()
        code, words = made.kesu("run", later=0)
        assert code == 0, words  # the day before: what falls due from now on is kesu's
        server.fresh()
        made.now = LATE_AT
        yield made
