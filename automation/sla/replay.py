"""Other rules over the whole history: which rules differ, and which verdicts would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd

from automation.sla.calendar import Calendar, Hours
from automation.sla.rules import Rule, RuleBook, Warn
from automation.sla.stages import Clocks, FlowClock
from automation.sla.verdict import Verdict
from workbook.ledger import Ledger
from workbook.schema import HOLIDAYS, HOURS
from workbook.vocabulary import ALL_FLOWS, WEEKDAY

LATE = (int(Verdict.LATE), int(Verdict.FINISHED_LATE))
_KEY = ["row", "rule", "round"]
_ABSENT = "没有这个环节"

Person = Callable[[int, str, dt.date], str]
"""Who answers for a stage: Excel row, rule id and the day it was due → names, ``''`` when nobody."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing the other rules say differently: of a rule and a column of 规则, of a weekday of 营业时间, of a day of
    节假日. ``since``: for tickets received from that day (ISO; empty: since ever).
    """

    rule: str
    stage: str
    column: str
    old: str
    new: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Stages ``before`` and ``after``: on time, late; how many verdicts change ``to_late``, ``to_on_time``, otherwise."""

    on_time_before: int = 0
    on_time_after: int = 0
    late_before: int = 0
    late_after: int = 0
    to_late: int = 0
    to_on_time: int = 0
    other: int = 0

    @property
    def changed(self) -> int:
        return self.to_late + self.to_on_time + self.other


@dataclass(frozen=True, slots=True)
class StageCount:
    """One stage of one flow, over all tickets."""

    flow: str
    rule: str
    stage: str
    count: Count


@dataclass(frozen=True, slots=True)
class PersonCount:
    """The verdicts that change for whoever answers for them (``person`` is empty where nobody does)."""

    person: str
    to_late: int
    to_on_time: int
    other: int


@dataclass(frozen=True, slots=True)
class Changed:
    """A round of a stage whose verdict changes. Due times are ISO 8601 or empty."""

    ticket: str
    cell: str
    flow: str
    rule: str
    stage: str
    round: int
    person: str
    before: str
    after: str
    due_before: str
    due_after: str
    turn: str
    """``变为超时``, ``变为按时`` or ``其他``."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What other rules would change. ``moved``: stages whose due time alone would differ."""

    now: str
    differences: tuple[Difference, ...]
    tickets: int
    stages: int
    total: Count
    moved: int
    by_stage: tuple[StageCount, ...]
    by_person: tuple[PersonCount, ...]
    changed: tuple[Changed, ...]

    def as_json(self) -> dict[str, object]:
        """The object of ``kesu replay --json``."""
        return asdict(self)


def compare(ledger: Ledger, books: tuple[RuleBook, RuleBook], clocks: tuple[Clocks, Clocks], person: Person) -> Replay:
    """The rules in force against others; each pair is (before, after), and both clocks ran over ``ledger``."""
    both = _both(*clocks)
    changed = both[both["verdict_before"] != both["verdict_after"]]
    judged = both[both[["verdict_before", "verdict_after"]].isin([*LATE, int(Verdict.ON_TIME)]).any(axis=1)]
    told = tuple(_changed(changed, ledger, person))
    same = both["verdict_before"] == both["verdict_after"]
    moved = same & (both["due_before"] != both["due_after"]) & ~(both["due_before"].isna() & both["due_after"].isna())
    return Replay(
        now=clocks[0].now.isoformat(timespec="seconds"),
        differences=(*rules_differing(*books), *_calendars_differing(clocks[0].calendar, clocks[1].calendar)),
        tickets=len(ledger.register.frame),
        stages=len(judged),
        total=_count(both),
        moved=int(moved.sum()),
        by_stage=tuple(_by_stage(both)),
        by_person=_by_person(told),
        changed=told,
    )


# --- Verdicts ---------------------------------------------------------------------------------------------------------


def _both(before: Clocks, after: Clocks) -> pd.DataFrame:
    """Every round of every stage under both: ``row``, ``rule``, ``round``, ``flow``, ``stage`` and of each side its
    ``verdict`` (-1: no such round) and ``due``.
    """
    columns = [*_KEY, "flow", "stage", "verdict", "due"]
    merged = _long(before)[columns].merge(_long(after)[columns], on=_KEY, how="outer", suffixes=("_before", "_after"))
    for name in ("flow", "stage"):
        merged[name] = merged[f"{name}_before"].fillna(merged[f"{name}_after"])
    for side in ("before", "after"):
        merged[f"verdict_{side}"] = merged[f"verdict_{side}"].fillna(-1).astype(int)
    return merged


def _long(clocks: Clocks) -> pd.DataFrame:
    """As :meth:`Clocks.long`, with the deadlines beside the flows."""
    nobody = np.zeros(0, dtype=bool)
    beside = {
        one.clock.rule.id: FlowClock(ALL_FLOWS, one.index, (one.clock,), pd.DataFrame(), nobody)
        for one in clocks.beside
    }
    parts = [clocks.long(), replace(clocks, flows=beside).long()]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _count(both: pd.DataFrame) -> Count:
    before, after = both["verdict_before"], both["verdict_after"]
    on_time, turns = int(Verdict.ON_TIME), _turns(both)
    return Count(
        on_time_before=int((before == on_time).sum()),
        on_time_after=int((after == on_time).sum()),
        late_before=int(before.isin(LATE).sum()),
        late_after=int(after.isin(LATE).sum()),
        to_late=int((turns == "变为超时").sum()),
        to_on_time=int((turns == "变为按时").sum()),
        other=int((turns == "其他").sum()),
    )


def _turns(both: pd.DataFrame) -> pd.Series:
    """What becomes of each verdict; empty where it stays."""
    before, after = both["verdict_before"], both["verdict_after"]
    kept = (before == after).to_numpy()
    to_late = (after.isin(LATE) & ~before.isin(LATE)).to_numpy()
    to_on_time = ((after == int(Verdict.ON_TIME)) & before.isin(LATE)).to_numpy()
    turns = np.select([kept, to_late, to_on_time], ["", "变为超时", "变为按时"], "其他")
    return pd.Series(turns, index=both.index)


def _by_stage(both: pd.DataFrame) -> Iterator[StageCount]:
    """Those of which a verdict changes, in the order of flows and rules."""
    touched = set(both.loc[both["verdict_before"] != both["verdict_after"], "rule"])
    mine = both[both["rule"].isin(touched)]
    for (flow, rule), part in mine.groupby(["flow", "rule"], sort=False):
        yield StageCount(str(flow), str(rule), str(part["stage"].iloc[0]), _count(part))


def _by_person(changed: tuple[Changed, ...]) -> tuple[PersonCount, ...]:
    """Whom it would touch most comes first."""
    frame = pd.DataFrame({"person": [one.person for one in changed], "turn": [one.turn for one in changed]})
    table = frame.groupby("person")["turn"].value_counts().unstack(fill_value=0)
    table = table.reindex(columns=["变为超时", "变为按时", "其他"], fill_value=0)
    counts = [
        PersonCount(str(person), *map(int, row)) for person, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return tuple(sorted(counts, key=lambda one: (-one.to_late, -one.to_on_time, -one.other, one.person)))


def _changed(changed: pd.DataFrame, ledger: Ledger, person: Person) -> Iterator[Changed]:
    """One a line, what becomes late first, then by ticket."""
    turns = _turns(changed)
    order = turns.map({"变为超时": 0, "变为按时": 1, "其他": 2})
    ordered = changed.assign(turn=turns, order=order).sort_values(["order", "row", "rule", "round"], kind="stable")
    register = ledger.register
    for one in ordered.itertuples(index=False):
        row, due = int(one.row), one.due_before if pd.notna(one.due_before) else one.due_after
        yield Changed(
            ticket=str(register.frame.at[row, "编号"]),
            cell=register.place(row, "编号"),
            flow=str(one.flow),
            rule=str(one.rule),
            stage=str(one.stage),
            round=int(one.round),
            person=person(row, str(one.rule), due.date()) if pd.notna(due) else "",
            before=_chinese(one.verdict_before),
            after=_chinese(one.verdict_after),
            due_before=_iso(one.due_before),
            due_after=_iso(one.due_after),
            turn=str(one.turn),
        )


def _chinese(verdict: int) -> str:
    return _ABSENT if verdict < 0 else Verdict(verdict).chinese


def _iso(moment: object) -> str:
    return "" if pd.isna(moment) else pd.Timestamp(moment).isoformat(timespec="seconds")


# --- Rules ------------------------------------------------------------------------------------------------------------


def rules_differing(before: RuleBook, after: RuleBook) -> Iterator[Difference]:
    """Column by column, for every day from which either book has a version of a rule. The source's wording (出处) and the
    order of rows change no verdict and are left out.
    """
    old, new = _versions(before), _versions(after)
    for flow, rule_id in dict.fromkeys((*old, *new)):
        mine, other = old.get((flow, rule_id), ()), new.get((flow, rule_id), ())
        said: list[Difference] = []
        for since in sorted({rule.effective or dt.date.min for rule in (*mine, *other)}):
            found = _columns_differing(_in_force(mine, since), _in_force(other, since), since)
            news = [one for one in found if replace(one, since="") not in [replace(was, since="") for was in said]]
            said += news
            yield from news


def _versions(book: RuleBook) -> dict[tuple[str, str], tuple[Rule, ...]]:
    return {(flow, rules[-1].id): rules for flow, stages in book.flows.items() for rules in stages}


def _in_force(versions: tuple[Rule, ...], day: dt.date) -> Rule | None:
    """The version that holds for a ticket received that day, as the clock chooses it."""
    begun = [rule for rule in versions if (rule.effective or dt.date.min) <= day]
    return begun[-1] if begun else next(iter(versions), None)


def _columns_differing(old: Rule | None, new: Rule | None, since: dt.date) -> list[Difference]:
    told = "" if since == dt.date.min else since.isoformat()
    either = new or old
    assert either is not None, "a rule that neither book has"
    if old is None or new is None:
        had, has = (rule.span if rule else "没有" for rule in (old, new))
        return [Difference(either.id, either.stage, "整条规则", had, has, told)]
    return [
        Difference(new.id, new.stage, column, was, now, told)
        for (column, was), now in zip(_columns(old).items(), _columns(new).values(), strict=True)
        if was != now
    ]


def _columns(rule: Rule) -> dict[str, str]:
    """A rule as 规则 shows it."""
    return {
        "环节": rule.stage,
        "起点": rule.start,
        "终点": rule.stop,
        "时限": "" if rule.limit is None else f"{rule.limit:g}",
        "单位": rule.unit.value,
        "延长时限": "" if rule.extension is None else f"{rule.extension:g}",
        "延长条件": f"{rule.condition.column}={rule.condition.value}" if rule.condition else "",
        "预警": _warning(rule.warn),
        "责任角色": rule.responsible,
        "上报角色": rule.escalates_to,
    }


def _warning(warn: Warn) -> str:
    return f"截止前 {warn.before // 60} 分钟" if warn.before else f"{warn.share:.0%}"


def _calendars_differing(before: Calendar | None, after: Calendar | None) -> Iterator[Difference]:
    if before is None or after is None:
        return
    for weekday, old, new in zip(WEEKDAY.values, before.week, after.week, strict=True):
        if old != new:
            yield Difference(HOURS.sheet, "", weekday, _hours(old), _hours(new))
    mine, other = before.days or {}, after.days or {}
    for day in sorted({*mine, *other}):
        if mine.get(day) != other.get(day):
            yield Difference(HOLIDAYS.sheet, "", day.isoformat(), _day(mine.get(day)), _day(other.get(day)))


def _hours(hours: Hours) -> str:
    return "、".join(f"{_time(begin)}-{_time(end)}" for begin, end in hours) or "不营业"


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _day(opened: bool | None) -> str:
    return "未写" if opened is None else "班" if opened else "休"
