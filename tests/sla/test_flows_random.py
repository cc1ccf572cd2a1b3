"""The clocks of the eight other flows against the plain reference (:mod:`tests.sla.reference_flows`), to the second.

An example is a whole workbook: ``TICKETS`` cases of one flow, each a walk through the entries of that flow at interesting
distances, some forgotten, some too early, some twice; with pending items, appeals, followed up in vain, filed in odd
places. Each case is moved in time so that the moment of looking lies at an interesting distance from one of its times.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import tables
from tests.sla import reference_flows as slow
from tests.sla.flows import told
from workbook.vocabulary import FLOW, STANDARD_FLOW

FLOWS = [flow for flow in FLOW.values if flow != STANDARD_FLOW]
BOOKS, TICKETS = 12, 40
"""Books a flow and run, cases a book: 3,840 cases a run."""
MANAGER, CENTRE = "未了事宜台帐-客户经理", "未了事宜台帐-客服中心"
ACCIDENT_DATES = ("申请日期", "批准日期", "执行日期")
S, M, H, D = (dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1))
LIMITS = (30 * M, 2 * H, 24 * H, 3 * D)
# The interesting distances: nothing at all, each limit and its three quarters, and a second to either side.
EDGES = [0 * S, *(edge + by for limit in LIMITS for edge in (limit, limit * 3 / 4) for by in (-S, 0 * S, S))]
MOMENTS = (
    "2026-02-27 17:00",  # after the Spring Festival, before a Saturday that is made up for
    "2026-03-10 23:59",  # a Tuesday, in its last minute
    "2026-03-11 00:00",
    "2026-05-06 09:00",
    "2026-10-08 08:30",  # after the National Day
    "2026-10-10 23:59:59",  # a Saturday that is worked
    "2026-12-31 23:30",
    "2027-01-04 09:00",  # in a year that is not published
)

Sheets = dict[str, list[dict[str, Any]]]


def words_of(flow: str) -> list[str]:
    """What is done in a flow, in the order of its rules: 事项 of 处理记录, times of the register."""
    found: list[str] = []
    for rule in slow.rows_of(flow):
        for event in (rule["起点"], rule["终点"]):
            sheet, words, result = slow.split(event)
            if sheet != slow.ACCIDENTS:
                found += [word + ("不满意" if result else "") for word in words]
    return list(dict.fromkeys(found))


def a_step(die: random.Random) -> dt.timedelta:
    kind = die.random()
    if kind < 0.5:
        return die.choice(EDGES)
    if kind < 0.6:
        return -die.choice(EDGES)
    if kind < 0.65:
        return die.choice((7 * D, 20 * D))
    return dt.timedelta(seconds=die.randrange(0, 200_000))


def a_path(die: random.Random, flow: str) -> list[tuple[str, dt.timedelta]]:
    """What was done in a case, and when, counted from its first moment."""
    words, at, path = words_of(flow), 0 * S, []
    reached = die.randint(0, len(words))
    for place, word in enumerate(words):
        if place > reached or die.random() < 0.12:
            continue
        at += a_step(die) if path else 0 * S
        path.append((word, at))
        if die.random() < 0.25:  # something out of turn
            path.append((die.choice(words[1:]), at + die.choice((0 * S, 0 * S, a_step(die)))))
    for _ in range(die.choice((0, 0, 0, 1, 2, 4))):
        at += a_step(die)
        path.append((die.choice(words[1:]), at))
    return path or [(words[0], at)]


def a_day(die: random.Random, at: dt.datetime, often: float) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0) if die.random() < often else at


def a_case(die: random.Random, flow: str, number: str, now: dt.datetime, sheets: Sheets) -> None:
    """One case, put down in all the sheets it stands in."""
    path = a_path(die, flow)
    anchor = die.choice(path)[1] + die.choice((*EDGES, *EDGES, 3 * D, 5 * D, 9 * D))
    moved = [(word, now - anchor + at) for word, at in path]
    times = [at for _, at in moved]
    often = die.choice((0, 0, 0.2, 0.5, 1))  # how many times of this case are dates alone
    columns = {word: a_day(die, at, often) for word, at in moved if word.endswith("时间")}
    if die.random() < 0.04:
        columns["转管理部时间"] = die.choice(times)
    sheets["反馈登记"].append({"编号": number, "流程": flow, "内容概要": "异响", **columns})
    for word, at in moved:
        if word not in columns:
            sheets["处理记录"].append(an_entry(die, number, word, a_day(die, at, often)))
    if flow == "重大质量事故":
        for _ in range(die.choice((0, 1, 1, 1, 2))):
            sheets[slow.ACCIDENTS].append(an_application(die, number, die.choice(times)))
    if die.random() < 0.45:
        for _ in range(die.choice((1, 1, 2))):
            a_pending_item(die, number, die.choice(times), sheets)


def an_entry(die: random.Random, number: str, word: str, at: dt.datetime) -> dict[str, Any]:
    unhappy = [text for text, is_so in slow.SATISFACTION.items() if is_so]
    results = unhappy if word.endswith("不满意") else list(slow.SATISFACTION)
    return {
        "编号": number,
        "时间": at if die.random() < 0.98 else None,
        "事项": word.removesuffix("不满意"),
        "结果": die.choice(results),
    }


def an_application(die: random.Random, number: str, at: dt.datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"编号": number}
    for name in ACCIDENT_DATES[: die.choice((1, 2, 3, 3, 3))]:
        if die.random() < 0.9:
            row[name] = a_day(die, at, 0.6)
        at += die.choice((0 * S, 2 * H, D, a_step(die)))
    return row


def a_pending_item(die: random.Random, number: str, at: dt.datetime, sheets: Sheets) -> None:
    """In both ledgers, mostly with the same facts."""
    begin = at + die.choice((0 * S, 0 * S, S, -S, *EDGES))
    end = begin + die.choice((*EDGES, a_step(die), 10 * D))
    for sheet in (MANAGER, CENTRE):
        if die.random() < 0.1:
            begin, end = begin + a_step(die), end + a_step(die)
        item = {
            "编号": number,
            "转入日期": a_day(die, begin, 0.3) if die.random() < 0.95 else None,
            "状态": die.choice(("已了", "已了", "已了", "已了", "未了", "")),
            "最近沟通日期": die.choice((None, begin)),
            "完成日期": a_day(die, end, 0.4) if die.random() < 0.92 else None,
        }
        if die.random() < 0.95:
            sheets[sheet].append(item)


def a_book(seed: int, flow: str) -> tuple[Sheets, dt.datetime]:
    die = random.Random(f"{flow} {seed}")
    now = dt.datetime(2026, 3, 15) + dt.timedelta(seconds=die.randrange(0, 330 * 86_400))
    if die.random() < 0.6:
        now = tables.moment(die.choice(MOMENTS)) + die.choice((0 * S, S, H))
    sheets: Sheets = {name: [] for name in ("反馈登记", "处理记录", slow.ACCIDENTS, MANAGER, CENTRE)}
    for place in range(TICKETS):
        number = f"FK20261103-{place:03d}" if die.random() < 0.94 else die.choice(("", "FK20261103-001"))
        a_case(die, flow, number, now, sheets)
    die.shuffle(sheets["处理记录"])
    return sheets, now


def facts_of(row: dict[str, Any], sheets: Sheets, now: dt.datetime) -> slow.Facts:
    """What stands about a ticket in the other sheets; nothing stands about one without a number."""
    number = row["编号"]

    def entries(name: str) -> list[tuple[int, dict[str, Any]]]:
        return [(place, one) for place, one in enumerate(sheets[name], start=2) if number and one["编号"] == number]

    items = [one for name in (MANAGER, CENTRE) for _, one in entries(name)]
    return slow.Facts(row, entries("处理记录"), entries(slow.ACCIDENTS), items, now)


def agree(flow: str, sheets: Sheets, now: dt.datetime) -> int:
    """The product and the reference say the same of every round of every stage of every case."""
    cases = told.product(tables.run(tables.typed(sheets), now))
    register = sheets["反馈登记"]
    assert sorted(cases) == list(range(2, len(register) + 2)), "a ticket was dropped"
    for place, row in enumerate(register, start=2):
        facts = facts_of(row, sheets, now)
        expected, said = slow.judge(flow, facts), cases[place]
        for rule, rounds in expected.stages.items():
            assert said.stages[rule] == rounds, _about(f"row {place}, {rule}", said.stages[rule], rounds, facts)
        assert said == expected, _about(f"row {place}", said, expected, facts)
    return len(register)


def _about(place: str, said: object, expected: object, facts: slow.Facts) -> str:
    ledgers = "\n".join(str(item) for item in facts.items)
    entries = "\n".join(f"{row} {entry['时间']} {entry['事项']} {entry['结果']}" for row, entry in facts.records)
    accidents = "\n".join(str(entry) for _, entry in facts.accidents)
    return (
        f"{place}\nthe clock says    {said}\nthe written process says   {expected}\nnow {facts.now}\n"
        f"{facts.ticket}\n{entries}\n{accidents}\n{ledgers}"
    )


# A book of forty cases would shrink for minutes; the failure names the one case that differs instead.
@pytest.mark.parametrize("flow", FLOWS)
def test_every_round_of_every_stage_equals_the_one_of_the_plain_reference_clock(flow: str) -> None:
    compared = 0

    @settings(
        max_examples=BOOKS,
        deadline=None,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.integers(0, 2**31))
    def every_book(seed: int) -> None:
        nonlocal compared
        compared += agree(flow, *a_book(seed, flow))

    every_book()
    assert compared >= 250, f"only {compared} cases were compared"
