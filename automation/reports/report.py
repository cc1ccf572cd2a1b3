"""What a report is to the rest of the program: a name, and a function from facts to the contents of its mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from automation.checks.facts import Facts
from automation.payroll.settlement import Closed
from automation.reports import period as periods
from automation.reports.period import Period
from automation.settings import Settings
from workbook.finding import Finding


@dataclass(frozen=True)
class ReportMail:
    """One mail of a report, complete: ``render.report`` makes its bytes.

    ``key`` is unique per report, period and readers; ``template`` names ``templates/mail/NAME.html.j2`` and
    ``.txt.j2``, which get ``context``; ``attachments`` are ``(file name, bytes)``; ``roles`` are words of 人员 · 角色 that
    receive it, of 部门负责人 those of ``department``; ``kind`` decides what happens when the mail's fate is unknown
    (``automation.mail.Message``). Without a reader in each role of ``needed`` it is not sent at all. ``closes``: the
    month of rewards and penalties that it closes, or has closed. ``asks``: the 编号 that it wants an answer for, which
    are kept.
    """

    key: str
    subject: str
    template: str
    context: Mapping[str, object]
    attachments: tuple[tuple[str, bytes], ...]
    roles: tuple[str, ...]
    department: str = ""
    kind: str = "report"
    needed: tuple[str, ...] = ()
    closes: Closed | None = None
    asks: tuple[str, ...] = ()


Build = Callable[[Facts, Sequence[Finding], Period, Settings], Sequence[ReportMail]]
"""From a pass to the mails of a period's report; none when there is nothing that anybody must hear."""


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of report. ``roles``: who may get any of its mails; ``period``: the kind of its periods; ``rule``: asks for it.

    ``draft``: of a report that closes its months, and therefore is made in their order, what somebody gets who asks for a
    month that is not closed. ``within``: the report that says the same to the same people where both are due at once.
    """

    name: str
    title: str
    rule: str
    roles: tuple[str, ...]
    period: str
    build: Build
    draft: Build | None = None
    within: str = ""

    def due_at(self, now: dt.datetime) -> Period:
        """The period a report made at ``now`` is about when nobody says otherwise."""
        return periods.last_complete(self.period, now)

    def parse(self, text: str) -> Period:
        """The period of ``--period``; raises :class:`~automation.reports.period.BadPeriod`."""
        return periods.parse(self.period, text)
