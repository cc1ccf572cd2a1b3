"""What departments were asked for by 《内部信息反馈单》, and whether they answered (X-02).

That a notice was sent is known from the outbox: each department's mail has a key of its own there, with the time it was
queued. Nothing is tracked that nobody was asked for.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from automation.checks.facts import Facts
from automation.identifiers import TICKET
from automation.roster import HEAD, names_in
from automation.sla.calendar import Instants, NoOpenTime
from workbook import distinct
from workbook.schema import EVENTS

ANSWER = "内部反馈答复"
MEASURES = ("纠正措施", "预防措施")
WORKDAYS = 10
"""How long a department has to answer. The source gives no limit; two weeks are enough to find a cause."""

_PREFIX = "report|notices|"
_PLAIN_DAYS = 14  # ten working days of a plain calendar, for one that never opens
_TICKETS = re.compile(TICKET.replace("(", "(?:"))


def key(month: str, department: str = "") -> str:
    """The key of a mail of the notices of ``month`` (``2026-10``); without a department, of the overview."""
    return f"{_PREFIX}{month}|{department}" if department else f"{_PREFIX}{month}"


def months(received: pd.Series) -> pd.Series:
    """The month of each receipt as periods are labelled; empty where it is not known."""
    labels = received.to_numpy(dtype="M8[M]").astype(str)
    return pd.Series(np.where(received.isna(), "", labels), index=received.index, dtype=object)


def involved_heads(facts: Facts) -> pd.Series:
    """For each register row whether a head of its department is 当事人 or 责任人 (STD-20): he is not asked about it."""
    heads = {
        department: {one.name for one in facts.roster.in_role(HEAD) if one.department == department}
        for department in facts.register["被反馈部门"].unique()
    }
    return distinct.spread(
        lambda department, *texts: not heads[department].isdisjoint(names_in("、".join(texts))),
        facts.register["被反馈部门"],
        facts.register["当事人"],
        facts.register["责任人"],
    ).astype(bool)


def asked(facts: Facts) -> pd.DataFrame:
    """The cases that a notice asked about, by register row: ``department``, ``month``, ``sent``, ``due``, ``answered``.

    A case that had no number yet when the notice was sent was not in it. ``due`` is the last minute of the day. The
    answer is an entry 内部反馈答复 of the case, or of another one that names it; or an entry of 纠正措施 or 预防措施 from
    the day of the notice on. One that says nothing is none.
    """
    register, mailed = facts.register, facts.past.mailed
    if not mailed:
        return pd.DataFrame(columns=["department", "month", "sent", "due", "answered"])
    cases = register[(register["编号"] != "") & (register["被反馈部门"] != "") & register["接收时间"].notna()]
    labels, departments = months(cases["接收时间"]), cases["被反馈部门"]
    sent = pd.to_datetime((_PREFIX + labels + "|" + departments).map(dict(mailed))).astype("M8[s]")
    in_it = sent.notna() & ~(cases["编号时间"] > sent) & ~involved_heads(facts).loc[cases.index]
    found = pd.DataFrame({"department": departments, "month": labels, "sent": sent})[in_it]
    numbers = cases.loc[found.index, "编号"]
    latest = pd.Series(_measured(facts).reindex(numbers).to_numpy("M8[s]"), index=found.index)
    answered = numbers.isin(_told(facts)) | (latest >= found["sent"].dt.normalize())
    return found.assign(due=due(facts, found["sent"].to_numpy("M8[s]")), answered=answered)


def due(facts: Facts, sent: Instants) -> Instants:
    """By when a notice sent at each of these times is to be answered: 23:59 of the tenth working day after it."""
    try:
        return facts.clocks.calendar.add_workdays(sent, WORKDAYS)
    except NoOpenTime:
        return facts.clocks.calendar.same_day(sent + np.timedelta64(_PLAIN_DAYS, "D"))


def _told(facts: Facts) -> set[str]:
    entries = facts.ledger[EVENTS].frame
    answers = entries[(entries["事项"] == ANSWER) & (entries["内容"] != "")]
    named = (number for text in answers["内容"].unique() for number in _TICKETS.findall(text.upper()))
    return {*answers["编号"], *named} - {""}


def _measured(facts: Facts) -> pd.Series:
    """The latest measure of each 编号."""
    entries = facts.ledger[EVENTS].frame
    measures = entries[entries["事项"].isin(MEASURES) & (entries["内容"] != "")]
    return measures.groupby("编号")["时间"].max()
