"""A report's mails over a text table: what a reader finds in them and in what they carry."""

from __future__ import annotations

import datetime as dt
import email
import io
from dataclasses import replace
from email import policy
from pathlib import Path
from typing import Any

import openpyxl

from automation import checks, mailing, render, settings
from automation.alerts import Recipient
from automation.checks.facts import Facts
from automation.mail import Message
from automation.plan import Plan
from automation.reports import REPORTS, ReportMail
from automation.reports.period import MONTHLY, parse
from tests import tables

FOUND = settings.load(None, workbook=Path("客诉.xlsx"))[0]


def build(name: str, facts: Facts, period: str = "2026-10") -> tuple[ReportMail, ...]:
    """The mails of a monthly report."""
    return tuple(REPORTS[name].build(facts, checks.run(facts), parse(MONTHLY, period), FOUND))


def sent(mail: ReportMail, facts: Facts) -> Message:
    """The finished mail; raises what would hold it back."""
    plan = Plan(facts, (), {}, (), (), (), (), ())
    return mailing.written(mail, plan, FOUND, render.environment())


def text(mail: ReportMail, facts: Facts) -> str:
    """The plain part, with its punctuation folded."""
    part = email.message_from_bytes(sent(mail, facts).raw, policy=policy.default).get_body(("plain",))
    assert part is not None
    return tables.plain(str(part.get_content()))


def html(mail: ReportMail, facts: Facts) -> str:
    part = email.message_from_bytes(sent(mail, facts).raw, policy=policy.default).get_body(("html",))
    assert part is not None
    return tables.plain(str(part.get_content()))


def workbook(mail: ReportMail) -> Any:
    """The attached workbook as openpyxl reads it, formulas by their stored values."""
    ((name, raw),) = mail.attachments
    assert name.endswith(".xlsx")
    return openpyxl.load_workbook(io.BytesIO(raw), data_only=True)


def cells(sheet: Any) -> list[list[str]]:
    """What a sheet shows, row by row, empty cells left out."""
    return [[tables.plain(str(cell)) for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]


def as_it_leaves(mail: ReportMail, now: dt.datetime) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail to the general manager of 星耀4S店, with what it carries."""
    message = render.report(
        key=mail.key,
        subject=mail.subject,
        template=mail.template,
        context=mail.context,
        recipients=[Recipient("顾明远", "gu@x.example", "主管总经理")],
        now=now,
        settings=replace(FOUND, dealership="星耀4S店"),
        templates=render.environment(),
        attachments=mail.attachments,
    )
    letter = email.message_from_bytes(message.raw, policy=policy.default)
    plain, markup = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain and markup
    assert [part.get_filename() for part in letter.iter_attachments()] == [name for name, _ in mail.attachments]
    return str(letter["Subject"]), plain.get_content(), markup.get_content()
