"""The figures of the page, each with the words of the list that shows its tickets (``state=超时``)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from automation.checks.facts import Facts
from automation.reports import standing
from automation.reports.period import Period
from automation.reports.standing import MAJOR, Standing
from automation.sla.verdict import Verdict
from workbook.vocabulary import STANDARD_FLOW

DAYS = 30
"""How far back the on-time rate looks, today included."""
WEEKS = 12
AGES = ((1, "1天以内"), (3, "2–3天"), (7, "4–7天"), (30, "8–30天"), (60, "31–60天"))
OLDER, UNDATED = "60天以上", "接收时间未填"
LATE, RISK, PENDING, PAUSED = "超时", "临近", "未了事宜", "暂停"
_JUDGED = (Verdict.ON_TIME, Verdict.FINISHED_LATE, Verdict.LATE)

Line = dict[str, Any]


def last_days(now: dt.datetime, days: int = DAYS) -> Period:
    """The last days up to and with today."""
    return Period("days", now.date() - dt.timedelta(days=days - 1), now.date(), f"last {days}")


def this_week(now: dt.datetime) -> Period:
    """From Monday on: 本周 as people say it. Reports have a week of their own (STD-18)."""
    first = now.date() - dt.timedelta(days=now.weekday())
    return Period("days", first, first + dt.timedelta(days=6), "week")


def tiles(here: Standing, now: dt.datetime) -> list[Line]:
    """The state of today in seven figures."""
    tickets = here.tickets
    going = ~tickets["closed"]
    major = tickets["级别"].eq(MAJOR) & going
    week = this_week(now)
    closed = standing.within(tickets["closed_at"], week)
    received = standing.within(tickets["received"], week)
    on_time, judged = rate(here, last_days(now))

    def state(word: str) -> pd.Series:
        return tickets["state"].eq(word)

    def of_it(mask: pd.Series) -> str:
        grave = int((mask & major).sum())
        return f"其中重大 {grave} 件" if grave else ""

    return [
        _tile("在办", going.sum(), f"共登记 {len(tickets)} 件", "open=1"),
        _tile(LATE, state(LATE).sum(), of_it(state(LATE)) or "已过截止时间", f"state={LATE}", "late"),
        _tile(RISK, state(RISK).sum(), of_it(state(RISK)) or "快到截止时间", f"state={RISK}", "risk"),
        _tile(PENDING, state(PENDING).sum(), of_it(state(PENDING)) or "每月 4 日前沟通", f"state={PENDING}", "pending"),
        _tile("重大在办", major.sum(), _of_late(state(LATE) & major), f"open=1&level={MAJOR}", "major"),
        _tile("本周办结", closed.sum(), f"本周接收 {received.sum()} 件", f"closed={week.first}..{week.last}", "good"),
        {
            "label": f"{DAYS}天按时率",
            "value": on_time,
            "of": judged,
            "note": f"{judged} 个环节到期",
            "list": "late30=1",
            "tone": "",
        },
    ]


def _of_late(mask: pd.Series) -> str:
    return f"其中超时 {mask.sum()} 件" if mask.any() else "没有超时的"


def _tile(label: str, value: int, note: str, where: str, tone: str = "") -> Line:
    return {"label": label, "value": int(value), "note": note, "list": where, "tone": tone}


def rate(here: Standing, period: Period) -> tuple[int, int]:
    """Stages done on time among those that fell due in a period: both, since a rate alone hides how many."""
    due = here.stages[standing.within(here.stages["counted"], period)]
    return int(due["verdict"].eq(int(Verdict.ON_TIME)).sum()), int(due["verdict"].isin(_JUDGED).sum())


def ages(here: Standing, now: dt.datetime) -> list[Line]:
    """Open cases by how many days ago they were received, each bar in three parts."""
    going = here.tickets[~here.tickets["closed"]]
    words = age_words(going["received"], now)
    made = []
    for word in (*(word for _, word in AGES), OLDER, UNDATED):
        states = going["state"][words == word]
        if word == UNDATED and states.empty:
            continue
        made.append(
            {
                "label": word,
                "value": len(states),
                "late": int(states.eq(LATE).sum()),
                "risk": int(states.eq(RISK).sum()),
                "pending": int(states.eq(PENDING).sum()),
                "list": f"open=1&age={word}",
            }
        )
    return made


def age_words(received: pd.Series, now: dt.datetime) -> pd.Series:
    """The bucket of each receipt."""
    days = (pd.Timestamp(now.date()) - received.dt.normalize()).dt.days
    edges = np.array([days_ for days_, _ in AGES])
    words = np.array([*(word for _, word in AGES), OLDER, UNDATED], dtype=object)
    at = np.where(days.isna(), len(AGES) + 1, np.searchsorted(edges, days.fillna(0)))
    return pd.Series(words[at], index=received.index, dtype=object)


def weeks(here: Standing, now: dt.datetime) -> list[Line]:
    """Received and closed, week by week from Monday, the running one last."""
    last, tickets = this_week(now), here.tickets
    made = []
    for back in range(WEEKS - 1, -1, -1):
        first = last.first - dt.timedelta(weeks=back)
        week = Period("days", first, first + dt.timedelta(days=6), "week")
        span = f"{week.first}..{week.last}"
        made.append(
            {
                "label": f"{first:%m-%d}",
                "received": int(standing.within(tickets["received"], week).sum()),
                "closed": int(standing.within(tickets["closed_at"], week).sum()),
                "lists": [f"received={span}", f"closed={span}"],
            }
        )
    return made


def flows(here: Standing, facts: Facts) -> list[Line]:
    """Every flow that is followed: stage by stage who stands there, who is late, how timely it was of late."""
    period = last_days(facts.now)
    due = here.stages[standing.within(here.stages["counted"], period)]
    on_time = due[due["verdict"].eq(int(Verdict.ON_TIME))].groupby(["flow", "rule"]).size()
    judged = due[due["verdict"].isin(_JUDGED)].groupby(["flow", "rule"]).size()
    at = facts.clocks.now_at[~here.tickets["closed"]]
    by_state = at.groupby(["rule", "state"]).size()
    made: list[Line] = []
    for name, clocked in facts.clocks.flows.items():
        if not len(clocked.index):
            continue
        lines = []
        for rule in (stage.rule for stage in clocked.stages):
            count = _count(by_state, rule.id)
            lines.append(
                {
                    "rule": rule.id,
                    "label": rule.stage,
                    "limit": rule.span,
                    "open": sum(count.values()),
                    "late": count.get(LATE, 0),
                    "risk": count.get(RISK, 0),
                    "pending": count.get(PENDING, 0),
                    "onTime": int(on_time.get((name, rule.id), 0)),
                    "judged": int(judged.get((name, rule.id), 0)),
                }
            )
        going = int((~here.tickets["closed"]).reindex(clocked.index).sum())
        made.append({"label": name, "open": going, "tickets": len(clocked.index), "stages": lines})
    return sorted(made, key=lambda flow: (flow["label"] != STANDARD_FLOW, -int(flow["open"]), flow["label"]))


def _count(by_state: pd.Series, rule: str) -> Mapping[str, int]:
    known = by_state.index.get_level_values(0)
    return {str(state): int(n) for (_, state), n in by_state[known == rule].items()}


def people(here: Standing, held: pd.Series, facts: Facts) -> list[Line]:
    """Who holds how many cases, those with most late ones first."""
    roles: dict[str, list[str]] = {}
    for person in facts.roster.people:
        if person.role not in roles.setdefault(person.name, []):
            roles[person.name].append(person.role)
    return [
        {**line, "note": "、".join(roles.get(line["label"], [])), "list": f"open=1&person={line['label']}"}
        for line in _grouped(here, held)
    ]


def departments(here: Standing, now: dt.datetime) -> list[Line]:
    """被反馈部门: open cases, and how many came in lately."""
    return list(_with_lately(here, now, "被反馈部门", "department"))


def categories(here: Standing, now: dt.datetime) -> list[Line]:
    """反馈类别, the same."""
    return list(_with_lately(here, now, "反馈类别", "category"))


def _with_lately(here: Standing, now: dt.datetime, column: str, name: str) -> Iterator[Line]:
    tickets, period = here.tickets, last_days(now)
    words = tickets[column].where(tickets[column] != "", standing.BLANK)
    came = words[standing.within(tickets["received"], period)].value_counts()
    known = {line["label"]: line for line in _grouped(here, words)}
    span = f"{period.first}..{period.last}"
    for word in came.index:
        known.setdefault(word, {"label": word, "open": 0, "late": 0, "risk": 0, "pending": 0, "due": None})
    for word, line in sorted(known.items(), key=lambda item: (-item[1]["open"], -came.get(item[0], 0), item[0])):
        yield {
            **line,
            "received": int(came.get(word, 0)),
            "list": f"open=1&{name}={word}",
            "receivedList": f"received={span}&{name}={word}",
        }


def _grouped(here: Standing, words: pd.Series) -> Iterator[Line]:
    going = ~here.tickets["closed"]
    counts = pd.crosstab(words[going], here.tickets["state"][going])

    def of(word: str, state: str) -> int:
        return int(counts.at[word, state]) if state in counts.columns else 0

    lines: list[Line] = [
        {
            "label": str(word),
            "open": int(counts.loc[word].sum()),
            "late": of(word, LATE),
            "risk": of(word, RISK),
            "pending": of(word, PENDING),
        }
        for word in counts.index
    ]
    return iter(sorted(lines, key=lambda line: (-line["late"], -line["open"], line["label"])))
