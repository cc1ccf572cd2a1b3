"""What departments were asked for by 《内部信息反馈单》, and whether they answered (X-02).

That a notice was sent is known from the outbox: each department's mail has a key of its own there, with the time it was
queued and the 编号 that it asked about. Nothing is tracked that nobody was asked for.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from automation.checks.facts import Facts
from automation.identifiers import TICKET
from automation.roster import HEAD
from automation.sla.calendar import Instants, NoOpenTime
from workbook import distinct
from workbook.schema import EVENTS

ANSWER = "内部反馈答复"
MEASURES = ("纠正措施", "预防措施")
WORKDAYS = 10
"""How long a department has to answer. The source gives no limit; two weeks are enough to find a cause."""

JOB = "notices"
_PREFIX = f"report|{JOB}|"
_LONG_AGO = pd.Timestamp(1970, 1, 1)
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
        lambda department, involved: not heads[department].isdisjoint(involved),
        facts.register["被反馈部门"],
        facts.involved,
    ).astype(bool)


def asked(facts: Facts) -> pd.DataFrame:
    """The cases that a notice asked about, by register row: ``department``, ``month``, ``sent``, ``due``, ``answered``.

    A case is owed by the department that the register names now, from the first notice to that one which had it on its
    list (``month``, ``sent``); of one that names none any more, by the last that was asked. Of a notice from before
    lists were kept: the cases of its month that had a number when it was sent. ``due`` is the last minute of the day.
    The answer is an entry 内部反馈答复 of the case, or of another one that names it; or an entry of 纠正措施 or 预防措施
    from the day of the notice on. One that says nothing is none, nor is that of another department asked before.
    """
    if not facts.past.mailed:
        return pd.DataFrame(columns=["department", "month", "sent", "due", "answered"])
    listed = _listed(facts)
    cases = facts.register[facts.register["编号"] != ""]
    last = listed.drop_duplicates("编号", keep="last").set_index("编号")["department"]
    named = cases["被反馈部门"]
    owing = named.where(named != "", cases["编号"].map(last).astype(object).fillna(""))
    wanted = pd.DataFrame({"编号": cases["编号"], "department": owing}).rename_axis("row").reset_index()
    found = wanted.merge(listed, on=["编号", "department"]).set_index("row")
    found = pd.concat([found, _unlisted(facts)]).sort_values("sent", kind="stable")
    found = found[~found.index.duplicated()].sort_index()
    found = found[~involved_heads(facts).loc[found.index]]
    since = found["sent"].dt.normalize()
    latest = pd.Series(_measured(facts).reindex(found["编号"]).to_numpy("M8[s]"), index=found.index)
    answered = _answered(facts, found, listed, since) | (latest >= since)
    return found.drop(columns="编号").assign(due=due(facts, found["sent"].to_numpy("M8[s]")), answered=answered)


def unasked(facts: Facts, month: str) -> pd.Index[int]:
    """Register rows of months before ``month`` whose notices went out without the case, and nobody answered for it.

    It was entered later, had no department, or that of another one.
    """
    register, listed = facts.register, _listed(facts)
    labels = months(register["接收时间"])
    gone = {period for job, period in facts.past.occurrences if job == JOB and period < month}
    cases = register[(register["编号"] != "") & (register["被反馈部门"] != "") & labels.isin(gone)]
    known = asked(facts)
    cases = cases[~cases.index.isin(known.index[known["month"] < month])]
    own = pd.DataFrame({"编号": cases["编号"], "department": cases["被反馈部门"]})
    never = pd.Series(pd.NaT, index=cases.index, dtype="M8[s]")
    return cases.index[~_answered(facts, own, listed[listed["month"] < month], never)]


def _listed(facts: Facts) -> pd.DataFrame:
    """The cases on the lists of notices: ``编号``, ``department``, ``month``, ``sent``; the first of each, in their order."""
    rows = [
        (number, department, month, facts.past.mailed[one])
        for one, numbers in facts.past.asked.items()
        for month, _, department in [one.removeprefix(_PREFIX).partition("|")]
        for number in numbers
    ]
    made = pd.DataFrame(rows, columns=["编号", "department", "month", "sent"]).astype({"sent": "M8[s]"})
    return made.sort_values("sent", kind="stable").drop_duplicates(["编号", "department"])


def _unlisted(facts: Facts) -> pd.DataFrame:
    """What notices without a list asked about, by register row: the columns of :func:`_listed`."""
    register = facts.register
    cases = register[(register["编号"] != "") & (register["被反馈部门"] != "") & register["接收时间"].notna()]
    labels, departments = months(cases["接收时间"]), cases["被反馈部门"]
    bare = {one: at for one, at in facts.past.mailed.items() if one not in facts.past.asked}
    sent = pd.to_datetime((_PREFIX + labels + "|" + departments).map(bare)).astype("M8[s]")
    found = pd.DataFrame({"编号": cases["编号"], "department": departments, "month": labels, "sent": sent})
    return found[sent.notna() & ~(cases["编号时间"] > sent)]


def _answered(facts: Facts, cases: pd.DataFrame, listed: pd.DataFrame, since: pd.Series) -> pd.Series:
    """Whether each case (``编号``, ``department``) has an answer; ``since`` then, where another department was asked too."""
    told = pd.to_datetime(cases["编号"].map(_told(facts)))
    others = cases.rename_axis("row").reset_index().merge(listed, on="编号", suffixes=("", "_asked"))
    moved = cases.index.isin(others.loc[others["department"] != others["department_asked"], "row"])
    return told.notna() & (~moved | (told >= since))


def due(facts: Facts, sent: Instants) -> Instants:
    """By when a notice sent at each of these times is to be answered: 23:59 of the tenth working day after it."""
    try:
        return facts.clocks.calendar.add_workdays(sent, WORKDAYS)
    except NoOpenTime:
        return facts.clocks.calendar.same_day(sent + np.timedelta64(_PLAIN_DAYS, "D"))


def _told(facts: Facts) -> dict[str, pd.Timestamp]:
    """编号 → the time of the latest answer for it; long ago where it has none."""
    entries = facts.ledger[EVENTS].frame
    answers = entries[(entries["事项"] == ANSWER) & (entries["内容"] != "")]
    found: dict[str, pd.Timestamp] = {}
    for number, text, at in zip(answers["编号"], answers["内容"], answers["时间"].fillna(_LONG_AGO), strict=True):
        for one in {number, *_TICKETS.findall(text.upper())} - {""}:
            found[one] = max(at, found.get(one, at))
    return found


def _measured(facts: Facts) -> pd.Series:
    """The latest measure of each 编号."""
    entries = facts.ledger[EVENTS].frame
    measures = entries[entries["事项"].isin(MEASURES) & (entries["内容"] != "")]
    return measures.groupby("编号")["时间"].max()
