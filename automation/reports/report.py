"""What a report is to the rest of the program: a name, its recipients, and a function from facts to a mail's contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from automation.checks.facts import Facts
from automation.reports import period as periods
from automation.reports.period import Period
from automation.settings import Settings
from workbook.finding import Finding


@dataclass(frozen=True)
class ReportMail:
    """A report, complete: ``render.report`` makes the mail of it.

    ``key`` is unique per report and period; ``template`` names ``templates/mail/NAME.html.j2`` and ``.txt.j2``, which
    get ``context``; ``attachments`` are ``(file name, bytes)``; ``roles`` are words of 人员 · 角色 that receive it;
    ``kind`` decides what happens when the mail's fate is unknown (``automation.mail.Message``).
    """

    key: str
    subject: str
    template: str
    context: Mapping[str, object]
    attachments: tuple[tuple[str, bytes], ...]
    roles: tuple[str, ...]
    kind: str = "report"


Build = Callable[[Facts, Sequence[Finding], Period, Settings], ReportMail]


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of report. ``period``: the kind of its periods; ``rule``: the process rule that asks for it."""

    name: str
    title: str
    rule: str
    roles: tuple[str, ...]
    period: str
    build: Build

    def due_at(self, now: dt.datetime) -> Period:
        """The period a report made at ``now`` is about when nobody says otherwise."""
        return periods.last_complete(self.period, now)

    def parse(self, text: str) -> Period:
        """The period of ``--period``; raises :class:`~automation.reports.period.BadPeriod`."""
        return periods.parse(self.period, text)
