"""``kesu report``: one report as its mails and workbooks, into a folder. It sends nothing and marks nothing as sent."""

from __future__ import annotations

import datetime as dt
import email
from email import policy
from pathlib import Path

from automation import cycle, mailing
from automation.alerts import Recipient
from automation.channels import Queued
from automation.channels.folder import file_name
from automation.reports import REPORTS
from automation.terminal import find_settings
from workbook import oserrors
from workbook.errors import KesuError

_NOBODY = Recipient("未填写邮箱的收件人", "nobody@localhost", "主管总经理")


def produce(name: str, workbook: Path, *, period: str | None, output: Path, now: dt.datetime) -> list[Path]:
    """Write the report's mails (``.eml``) and what they carry into ``output``; returns their paths.

    Raises :class:`~workbook.errors.KesuError` for a name that is no report, a period that is none, or a folder that
    cannot be written.
    """
    if name not in REPORTS:
        known = "、".join(f"{report.name}（{report.title}）" for report in REPORTS.values())
        raise KesuError(f"没有叫“{name}”的报表。现有：{known}。")
    settings = find_settings(workbook, None)
    _, decided = cycle.look(settings, now)
    files: list[tuple[str, bytes]] = []
    for mail in mailing.by_hand(name, period, decided, settings, _NOBODY):
        letter = email.message_from_bytes(mail.raw, policy=policy.default)
        queued = Queued(mail.key, mail.kind, mail.recipients, mail.subject, mail.raw, mail.message_id, now)
        files.append((file_name(queued), mail.raw))
        files += [(str(part.get_filename()), part.get_content()) for part in letter.iter_attachments()]
    try:
        output.mkdir(parents=True, exist_ok=True)
        for title, content in files:
            (output / title).write_bytes(content)
    except OSError as error:
        raise KesuError(f"写不进文件夹“{output}”：{oserrors.told(error)}。请换一个文件夹。") from error
    return [output / title for title, _ in files]
