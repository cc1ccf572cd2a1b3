"""The deadlines beside every flow (X-01, X-07) against the plain reference, to the second."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from automation.past import PRESENCE, SEPARATOR, WATCHED, History, Seen
from automation.sla import calendar, clock, rulesheet
from tests import tables
from tests.sla import reference_flows as slow
from tests.sla.flows import told
from workbook.schema import RULES
from workbook.vocabulary import FLOW

TICKETS = 60
S, H, D = dt.timedelta(seconds=1), dt.timedelta(hours=1), dt.timedelta(days=1)
STEPS = (0 * S, S, -S, H, -H, 2 * H, D, -D, 3 * D, 3 * D + S, 3 * D - S, 3 * D * 3 / 4, 5 * D)
WORDS = ("三日回访", "跟踪回访", "答复客户", "反馈进度", "反馈结果", "调查", "申诉", "升级二级")
NOW = dt.datetime(2026, 11, 10, 9, 0)


def a_case(die: random.Random, number: str) -> tuple[dict[str, Any], list[dict[str, Any]], dt.datetime | None]:
    """A row of the register, its entries, and when its promise was first seen."""
    at = NOW + die.choice(STEPS) - die.choice(STEPS)
    row: dict[str, Any] = {"编号": number, "流程": die.choice(FLOW.values), "接收时间": at - D}
    if die.random() < 0.7:
        row["执行完成时间"] = at
    if die.random() < 0.7:
        row["下次答复时间"] = at + die.choice((0 * S, H, D, -at.hour * H, dt.timedelta(hours=23 - at.hour, minutes=59)))
    if die.random() < 0.3:
        row["归档时间"] = at + die.choice(STEPS)
    entries = [
        {"编号": number, "时间": at + die.choice(STEPS), "事项": die.choice(WORDS), "结果": die.choice(("", "不满意"))}
        for _ in range(die.choice((0, 1, 2, 4)))
    ]
    often = die.choice((0, 0.3, 1))  # how many of these times are dates alone
    for line in (row, *entries):
        line |= {name: a_day(die, value, often) for name, value in line.items() if isinstance(value, dt.datetime)}
    promised = row.get("下次答复时间")
    seen = promised - die.choice((*STEPS, 30 * D)) if promised and die.random() < 0.6 else None
    return row, entries, seen if seen and seen <= NOW else None


def a_day(die: random.Random, at: dt.datetime, often: float) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0) if die.random() < often else at


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31))
def test_calls_and_promises_equal_those_of_the_plain_reference(seed: int) -> None:
    die = random.Random(seed)
    cases = [a_case(die, f"FK20261103-{place:03d}") for place in range(TICKETS)]
    sheets = {"反馈登记": [row for row, *_ in cases], "处理记录": [one for _, entries, _ in cases for one in entries]}
    book = tables.typed(sheets)
    received = book.register.frame["接收时间"].to_numpy("M8[s]")
    rules, _ = rulesheet.read(book[RULES])
    clocks = clock.run(book, rules, calendar.spanning([received]), NOW, history_of(cases))
    said = {beside.clock.rule.id: told.stages_of(beside.clock) for beside in clocks.beside}
    for place, (row, _, seen) in enumerate(cases):
        entries = [(at, one) for at, one in enumerate(sheets["处理记录"], start=2) if one["编号"] == row["编号"]]
        facts = slow.Facts(row, entries, (), (), NOW)
        about = f"{row}\n{entries}\nseen {seen}"
        assert said["X-01"][place] == slow.third_day(facts), about
        assert said["X-07"][place] == slow.promise(facts, seen), about


def history_of(cases: list[tuple[dict[str, Any], list[dict[str, Any]], dt.datetime | None]]) -> History:
    """Of the cases whose promise a pass has seen: that it stands there since."""
    seen, since = {}, {}
    for row, _, first in cases:
        if first:
            held = {PRESENCE: row["编号"], "下次答复时间": f"{row['下次答复时间']:%Y-%m-%d %H:%M:%S}"}
            fields = SEPARATOR.join(held.get(name, "") for name in (PRESENCE, *WATCHED))
            seen[row["编号"]], since[row["编号"]] = Seen(1, "", fields), first
    return History(seen, since)
