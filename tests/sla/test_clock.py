"""The clock against the plain reference clock, on registers nobody would think of; and worked examples, stage by stage."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from automation.sla.stages import Clocks, StageClock
from automation.sla.verdict import Reason, Verdict
from tests import tables
from tests.sla import reference
from workbook import ledger, snapshot
from workbook.ledger import Ledger

STOPS = [stop for _, _, _, stop, _ in reference.STAGES]
TIMES = ["接收时间", *STOPS]
MANAGER, CENTRE = "未了事宜台帐-客户经理", "未了事宜台帐-客服中心"

# --- What the product says, in the words of the reference -------------------------------------------------------------

_REASONS = {
    Reason.START_MISSING: ":起点缺失",
    Reason.STOP_MISSING: ":漏填",
    Reason.STOP_BEFORE_START: ":早于起点",
}


def _time(value: Any) -> dt.datetime | None:
    stamp = pd.Timestamp(value)
    return None if pd.isna(stamp) else stamp.to_pydatetime()


def product(clocks: Clocks) -> dict[int, reference.Ticket]:
    """Excel row → what the product says of the ticket there."""
    told = {}
    for flow in clocks.flows.values():
        for position, row in enumerate(flow.index):
            stages = {stage.rule.id: _stage(stage, position) for stage in flow.stages}
            at = clocks.now_at.loc[row]
            before = tuple(
                _stage(rounds.clock, place)
                for rounds in flow.earlier
                for place in (rounds.index == row).nonzero()[0].tolist()
            )
            told[int(row)] = reference.Ticket(stages, at["stage"], _time(at["due"]), at["state"], before)
    return told


def _stage(stage: StageClock, position: int) -> reference.Stage:
    verdict = Verdict(stage.verdict[position])
    reason = _REASONS[Reason(stage.reason[position])] if verdict is Verdict.UNKNOWN else ""
    return reference.Stage(
        _time(stage.start[position]),
        _time(stage.due[position]),
        _time(stage.actual[position]),
        verdict.chinese + reason,
    )


def agree(book: Ledger, sheets: dict[str, list[dict[str, Any]]], now: dt.datetime) -> None:
    """The product and the reference say the same of every stage of every ticket."""
    told = product(tables.run(book, now))
    ledgers = [*sheets.get(MANAGER, []), *sheets.get(CENTRE, [])]
    events = sheets.get("处理记录", [])
    register = sheets["反馈登记"]
    assert sorted(told) == list(range(2, len(register) + 2)), "a ticket was dropped"
    for row, ticket in enumerate(register, start=2):
        expected = reference.judge(ticket, ledgers, events, now)
        about = f"\nnow {now}\nticket {ticket}\nledgers {_of(ticket, ledgers)}\nevents {_of(ticket, events)}"
        for rule, stage in expected.stages.items():
            assert told[row].stages[rule] == stage, f"row {row}, {rule}{about}"
        assert told[row] == expected, f"row {row}{about}"


def _of(ticket: dict[str, Any], entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["编号"] == ticket["编号"]]


# --- Random registers -------------------------------------------------------------------------------------------------

S, M, H, D = (dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1))
LIMITS = (15 * M, 30 * M, H, 4 * H, 8 * H, 24 * H, 48 * H)
# The interesting distances: nothing at all, each limit and its three quarters, and a second to either side.
EDGES = sorted({0 * S, *(edge + by for limit in LIMITS for edge in (limit, limit * 3 / 4) for by in (-S, 0 * S, S))})
STEPS = st.sampled_from(range(20)).flatmap(
    lambda die: (
        st.none()
        if die == 0
        else st.sampled_from([-H, -3 * D, 7 * D, 30 * D])
        if die == 1
        else st.integers(-3_000, 200_000).map(lambda seconds: dt.timedelta(seconds=seconds))
        if die < 7
        else st.sampled_from(EDGES)
    )
)
BASES = st.one_of(
    st.datetimes(dt.datetime(2026, 10, 1), dt.datetime(2027, 2, 1)).map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(
        [
            dt.datetime(2026, 11, 3, 0, 0),  # a Tuesday, from its first minute
            dt.datetime(2026, 11, 3, 23, 59),
            dt.datetime(2026, 11, 9, 23, 59, 30),  # a Monday, in its last minute
            dt.datetime(2026, 12, 31, 23, 30),
            dt.datetime(2026, 12, 4, 23, 59),
        ]
    ),
)


@st.composite
def ticket(draw: st.DrawFn, position: int) -> dict[str, Any]:
    """A case whose times follow each other at interesting distances, some missing, some before the last one."""
    at = draw(BASES)
    number = draw(st.sampled_from([f"FK20261103-{position:03d}"] * 8 + ["", "FK20261103-001"]))
    row: dict[str, Any] = {"内容概要": "异响", "编号": number}
    steps = draw(st.lists(STEPS, min_size=len(TIMES), max_size=len(TIMES)))
    reached, leap = draw(st.integers(0, len(TIMES))), draw(st.sampled_from([None] * 5 + STOPS))
    for place, (column, step) in enumerate(zip(TIMES, steps, strict=True)):
        if step is None or (place > reached and column != leap):
            row[column] = None
        elif column == "编号时间":  # given by the software, whenever it saw the ticket
            row[column] = at + step
        else:
            at += step if place else 0 * S
            row[column] = at
    alone = draw(st.sampled_from([frozenset()] * 3 + [frozenset(TIMES), *(frozenset({name}) for name in TIMES)]))
    alone |= draw(st.frozensets(st.sampled_from(TIMES), max_size=4))
    for column in sorted(alone - {"编号时间"}):  # only the day was typed
        row[column] = row[column] and _day(row[column])
    row["客户联系时间"] = draw(st.one_of(st.none(), st.sampled_from(EDGES).map(lambda edge: _near(row, edge))))
    if row["客户联系时间"] and draw(st.booleans()):
        row["客户联系时间"] = _day(row["客户联系时间"])
    row["联系结果"] = draw(st.sampled_from(["", "已联系", "未联系上", "未联系上"]))
    row["需回访"] = draw(st.sampled_from(["", "否", "是", "是"]))
    row["考核结果"] = draw(st.sampled_from(["", "合格", "退回"]))
    row["责任明确"] = draw(st.sampled_from(["", "是", "否"]))
    row["流程"] = draw(st.sampled_from(["", "标准流程", "没有这个流程"]))
    return row


def _day(at: dt.datetime) -> dt.datetime:
    return at.replace(hour=0, minute=0, second=0)


def _near(row: dict[str, Any], edge: dt.timedelta) -> dt.datetime | None:
    start = row["填单时间"] or row["接收时间"]
    return start + edge if start else None


Numbered = tuple[str, list[dt.datetime]]
"""A 编号 and the times that matter to its case."""


@st.composite
def entry(draw: st.DrawFn, cases: list[Numbered]) -> dict[str, Any]:
    """A line of a ledger of pending items."""
    number, around = draw(st.sampled_from(cases))

    def day() -> dt.datetime | None:
        at = draw(st.sampled_from(around)) + draw(st.sampled_from([0 * S, S, H, 20 * H, 40 * H, -2 * D, 30 * D]))
        return draw(st.sampled_from([None, at, at, _day(at)]))

    return {
        "编号": number,
        "转入日期": day(),
        "最近沟通日期": day(),
        "状态": draw(st.sampled_from(["未了", "", "已了", "已了", "已了", "已了"])),
        "完成日期": day(),
    }


@st.composite
def event(draw: st.DrawFn, cases: list[Numbered]) -> dict[str, Any]:
    """A line of 处理记录."""
    number, around = draw(st.sampled_from(cases))
    at = draw(st.sampled_from(around)) + draw(st.sampled_from([*EDGES, -H, 20 * H]))
    return {
        "编号": number,
        "时间": draw(st.sampled_from([at, at, at, _day(at), _day(at), None])),
        "事项": draw(st.sampled_from(["联系客户", "联系客户", "联系客户", "调查"])),
        "结果": draw(st.sampled_from(["未联系上", "电话未联系上,无人接听", "已联系", ""])),
    }


@st.composite
def registers(draw: st.DrawFn) -> tuple[dict[str, list[dict[str, Any]]], dt.datetime]:
    """A whole workbook and the moment it is looked at."""
    register = [draw(ticket(position)) for position in range(1, draw(st.integers(1, 12)) + 1)]
    some = [dt.datetime(2026, 11, 3, 9, 0)]
    cases = [(row["编号"], [row[name] for name in TIMES if row[name]] or some) for row in register]
    every = sorted({at for _, around in cases for at in around})
    cases += [("", every), ("FK20261103-999", every)]
    few = st.integers(0, 2 * len(register))
    last = [max(around) for _, around in cases]  # where a stage is running, if one is
    now = draw(st.sampled_from([*last, *last, *every])) + draw(st.sampled_from([*EDGES, -D, 3 * D, 60 * D]))
    sheets = {"反馈登记": register}
    for sheet in (MANAGER, CENTRE):
        sheets[sheet] = [draw(entry(cases)) for _ in range(draw(few))]
    both = draw(st.lists(entry(cases), max_size=4))  # the same line in both ledgers, as it should be
    sheets[MANAGER] += both
    sheets[CENTRE] += both
    sheets["处理记录"] = [draw(event(cases)) for _ in range(draw(few))]
    return sheets, now


# A register of twelve cases shrinks for minutes; the failure names the one case that differs instead.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


@settings(max_examples=150, deadline=None, phases=PHASES, suppress_health_check=SLOW)
@given(registers())
def test_every_verdict_equals_the_one_of_the_plain_reference_clock(
    given_: tuple[dict[str, list[dict[str, Any]]], dt.datetime],
) -> None:
    """STD-01…10, STD-16, STD-17."""
    sheets, now = given_
    agree(tables.typed(sheets), sheets, now)


@settings(max_examples=12, deadline=None, phases=PHASES, suppress_health_check=SLOW)
@given(registers())
def test_a_register_read_from_a_real_file_is_judged_the_same(
    given_: tuple[dict[str, list[dict[str, Any]]], dt.datetime],
) -> None:
    sheets, now = given_
    agree(read_back(sheets), sheets, now)


@settings(max_examples=5, deadline=None, phases=PHASES, suppress_health_check=SLOW)
@given(registers())
def test_the_fast_way_to_a_ledger_gives_what_the_reader_gives(
    given_: tuple[dict[str, list[dict[str, Any]]], dt.datetime],
) -> None:
    sheets, _ = given_
    fast, read = tables.typed(sheets), tables.load(sheets)
    for sheet in sheets:
        pd.testing.assert_frame_equal(fast.tables[sheet].frame, read.tables[sheet].frame, check_index_type=False)


def read_back(sheets: dict[str, list[dict[str, Any]]]) -> Ledger:
    """The rows written by a real writer, with Excel's fractions of a day for times, and read again."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        times = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, line in enumerate(tables.grid(name, rows).rows):
                for column, value in enumerate(line):
                    if isinstance(value, dt.datetime):
                        sheet.write_datetime(row, column, value, times)
                    else:
                        sheet.write(row, column, value)
    data = out.getvalue()
    return ledger.load(snapshot.parse(data, path=Path("客诉.xlsx"), sha256="", modified=dt.datetime(2026, 11, 3)))


# --- Worked examples: one stage each, from its start to the moment that decides ---------------------------------------

EXAMPLES = """
环节     | 开始           | 完成           | 现在           | 截止        | 判定
上报     | 11-03 09:00    |                | 11-03 09:44:59 | 11-03 10:00 | 进行中
上报     | 11-03 09:00    |                | 11-03 09:45    | 11-03 10:00 | 临近
上报     | 11-03 09:00    |                | 11-03 10:00    | 11-03 10:00 | 临近
上报     | 11-03 09:00    |                | 11-03 10:00:01 | 11-03 10:00 | 超时
上报     | 11-03 09:00    | 11-03 10:00    | 11-05 10:00    | 11-03 10:00 | 按时完成
上报     | 11-03 09:00    | 11-03 10:00:01 | 11-05 10:00    | 11-03 10:00 | 超时完成
上报     | 11-03 09:00    | 11-03 08:59    | 11-05 10:00    | 11-03 10:00 | 无法判定
上报     | 11-03          |                | 11-03 20:00    | 11-04 00:59 | 进行中
上报     | 11-03          |                | 11-04 00:43    | 11-04 00:59 | 进行中
上报     | 11-03          |                | 11-04 00:44    | 11-04 00:59 | 临近
上报     | 11-03          |                | 11-04 00:59    | 11-04 00:59 | 临近
上报     | 11-03          |                | 11-04 01:00    | 11-04 00:59 | 超时
上报     | 11-03          | 11-03 18:00    | 11-05 10:00    | 11-04 00:59 | 按时完成
上报     | 11-03          | 11-03          | 11-03 10:00    | 11-04 00:59 | 按时完成
上报     | 11-03          | 11-04 00:59    | 11-05 10:00    | 11-04 00:59 | 按时完成
上报     | 11-03          | 11-04 01:00    | 11-05 10:00    | 11-04 00:59 | 超时完成
上报     | 11-03          | 11-02          | 11-05 10:00    | 11-04 00:59 | 无法判定
上报     | 11-03          | 11-02 23:00    | 11-05 10:00    | 11-04 00:59 | 无法判定
上报     | 11-03 09:00    | 11-03          | 11-05 10:00    | 11-03 10:00 | 按时完成
上报     | 11-03 09:00    | 11-04          | 11-05 10:00    | 11-03 10:00 | 超时完成
上报     | 11-03 09:00    | 11-02          | 11-05 10:00    | 11-03 10:00 | 无法判定
填单     | 11-03 09:00    |                | 11-03 09:22    | 11-03 09:30 | 进行中
填单     | 11-03 09:00    |                | 11-03 09:22:30 | 11-03 09:30 | 临近
填单     | 11-03 09:00    |                | 11-03 09:31    | 11-03 09:30 | 超时
填单     | 11-03 09:00    | 11-03 09:30    | 11-05 10:00    | 11-03 09:30 | 按时完成
填单     | 11-03 09:00    | 11-03 09:31    | 11-05 10:00    | 11-03 09:30 | 超时完成
编号     | 11-03 09:00    |                | 11-03 09:11    | 11-03 09:15 | 进行中
编号     | 11-03 09:00    |                | 11-03 09:11:15 | 11-03 09:15 | 临近
编号     | 11-03 09:00    |                | 11-03 09:16    | 11-03 09:15 | 超时
编号     | 11-03 09:00    | 11-03 09:15    | 11-05 10:00    | 11-03 09:15 | 按时完成
编号     | 11-03 09:00    | 11-03 09:16    | 11-05 10:00    | 11-03 09:15 | 超时完成
编号     | 11-03 09:00    | 11-03 08:00    | 11-05 10:00    | 11-03 09:15 | 按时完成
责任认定 | 11-06 17:00    |                | 11-07 10:59    | 11-07 17:00 | 进行中
责任认定 | 11-06 17:00    |                | 11-07 11:00    | 11-07 17:00 | 临近
责任认定 | 11-06 17:00    |                | 11-07 17:00:01 | 11-07 17:00 | 超时
责任认定 | 11-06 17:00    | 11-07 17:00    | 11-09 10:00    | 11-07 17:00 | 按时完成
责任认定 | 11-06 17:00    | 11-07 17:00:01 | 11-09 10:00    | 11-07 17:00 | 超时完成
责任认定 | 11-06 17:00    | 11-06 16:59    | 11-09 10:00    | 11-07 17:00 | 无法判定
责任认定 | 11-06 17:00    | 11-07          | 11-09 10:00    | 11-07 17:00 | 按时完成
责任认定 | 11-06 17:00    | 11-08          | 11-09 10:00    | 11-07 17:00 | 超时完成
复核     | 11-03 22:00    |                | 11-04 00:59    | 11-04 02:00 | 进行中
复核     | 11-03 22:00    |                | 11-04 01:00    | 11-04 02:00 | 临近
复核     | 11-03 22:00    |                | 11-04 02:01    | 11-04 02:00 | 超时
复核     | 11-03 22:00    | 11-04 02:00    | 11-05 10:00    | 11-04 02:00 | 按时完成
复核     | 11-03 22:00    | 11-04 02:01    | 11-05 10:00    | 11-04 02:00 | 超时完成
报总经理 | 11-03 09:00    |                | 11-03 11:59    | 11-03 13:00 | 进行中
报总经理 | 11-03 09:00    |                | 11-03 12:00    | 11-03 13:00 | 临近
报总经理 | 11-03 09:00    |                | 11-03 13:01    | 11-03 13:00 | 超时
报总经理 | 11-03 09:00    | 11-03 13:00    | 11-05 10:00    | 11-03 13:00 | 按时完成
报总经理 | 11-03 09:00    | 11-03 13:01    | 11-05 10:00    | 11-03 13:00 | 超时完成
执行     | 11-03 09:00    |                | 11-03 14:59    | 11-03 17:00 | 进行中
执行     | 11-03 09:00    |                | 11-03 15:00    | 11-03 17:00 | 临近
执行     | 11-03 09:00    |                | 11-03 17:01    | 11-03 17:00 | 超时
执行     | 11-03 09:00    | 11-03 17:00    | 11-05 10:00    | 11-03 17:00 | 按时完成
执行     | 11-03 09:00    | 11-03 17:01    | 11-05 10:00    | 11-03 17:00 | 超时完成
转客服   | 11-03 11:59    |                | 11-03 20:58    | 11-03 23:59 | 进行中
转客服   | 11-03 11:59    |                | 11-03 20:59    | 11-03 23:59 | 临近
转客服   | 11-03 11:59    |                | 11-03 23:59:59 | 11-03 23:59 | 临近
转客服   | 11-03 11:59    |                | 11-04 00:00    | 11-03 23:59 | 超时
转客服   | 11-03 11:59    | 11-03 23:59:59 | 11-05 10:00    | 11-03 23:59 | 按时完成
转客服   | 11-03 11:59    | 11-04 00:00    | 11-05 10:00    | 11-03 23:59 | 超时完成
转客服   | 11-03 00:00    |                | 11-03 00:01    | 11-03 23:59 | 进行中
转客服   | 11-03          | 11-03          | 11-05 10:00    | 11-03 23:59 | 按时完成
转客服   | 11-03          | 11-03 18:00    | 11-05 10:00    | 11-03 23:59 | 按时完成
转客服   | 11-03          | 11-04          | 11-05 10:00    | 11-03 23:59 | 超时完成
回访     | 11-03 09:00    |                | 11-04 02:59    | 11-04 09:00 | 进行中
回访     | 11-03 09:00    |                | 11-04 03:00    | 11-04 09:00 | 临近
回访     | 11-03 09:00    |                | 11-04 09:01    | 11-04 09:00 | 超时
回访     | 11-03 09:00    | 11-04 09:00    | 11-05 10:00    | 11-04 09:00 | 按时完成
回访     | 11-03 09:00    | 11-04 09:01    | 11-05 10:00    | 11-04 09:00 | 超时完成
回访     | 11-03 09:00    | 11-03 08:59    | 11-05 10:00    | 11-04 09:00 | 无法判定
考核归档 | 11-02 23:59    |                | 11-03 17:58    | 11-03 23:59 | 进行中
考核归档 | 11-02 23:59    |                | 11-03 17:59    | 11-03 23:59 | 临近
考核归档 | 11-02 23:59    |                | 11-04 00:00    | 11-03 23:59 | 超时
考核归档 | 11-03 00:00    |                | 11-04 00:00    | 11-10 23:59 | 进行中
考核归档 | 11-03 23:59    | 11-10 23:59:59 | 11-20 10:00    | 11-10 23:59 | 按时完成
考核归档 | 11-03 23:59    | 11-11 00:00    | 11-20 10:00    | 11-10 23:59 | 超时完成
考核归档 | 12-30 10:00    |                | 12-30 11:00    | 2027-01-05 23:59 | 进行中
"""
"""2026-11-03 is a Tuesday; 11-06 a Friday: rest delays nothing. A date without a time makes nobody late."""

_STATES = {"进行中": "正常", "临近": "临近", "超时": "超时"}


def _examples() -> list[dict[str, str]]:
    heads, *lines = ([cell.strip() for cell in line.split("|")] for line in EXAMPLES.strip().splitlines())
    return [dict(zip(heads, line, strict=True)) for line in lines]


@pytest.mark.parametrize("example", _examples(), ids=lambda e: f"{e['环节']}-{e['判定']}-{e['完成'] or e['现在']}")
def test_a_stage_is_judged_as_a_manager_would(example: dict[str, str]) -> None:
    """STD-01…10."""
    position = [name for _, name, *_ in reference.STAGES].index(example["环节"])
    rule, _, start, stop, _ = reference.STAGES[position]
    earlier = [column for column in TIMES[: TIMES.index(start) + 1] if column != "回访时间"]
    begun = tables.moment(example["开始"])
    row = {"编号": "FK20261103-001", "需回访": "是", **dict.fromkeys(earlier, begun)}
    if example["环节"] not in ("编号", "上报", "填单"):
        row["编号时间"] = begun
    if example["环节"] == "考核归档":
        row["回访时间"] = begun
    if example["完成"]:
        row[stop] = tables.moment(example["完成"])
    told = product(tables.run(tables.load({"反馈登记": [row]}), tables.moment(example["现在"])))[2]
    judged = told.stages[rule]
    assert judged.verdict.partition(":")[0] == example["判定"]
    assert judged.due == tables.moment(example["截止"])
    if not example["完成"]:
        assert (told.stage, told.due, told.state) == (example["环节"], judged.due, _STATES[example["判定"]])
    assert reference.judge(row, [], [], tables.moment(example["现在"])) == told


def test_every_stage_has_worked_examples_of_each_outcome() -> None:
    shown = {(example["环节"], example["判定"]) for example in _examples()}
    for _, name, *_ in reference.STAGES:
        for verdict in ("进行中", "临近", "超时", "按时完成", "超时完成"):
            assert (name, verdict) in shown


# --- Worked examples: what the sources make an exception of -----------------------------------------------------------


def told(text: str, now: str) -> reference.Ticket:
    """What is said of the only ticket of a workbook; the reference must say the same."""
    sheets = tables.rows_of(text)
    ledgers = [*sheets.get(MANAGER, []), *sheets.get(CENTRE, [])]
    said = product(tables.run(tables.load(text), tables.moment(now)))[2]
    row = {name: value or None for name, value in sheets["反馈登记"][0].items()}
    assert said == reference.judge(row, ledgers, sheets.get("处理记录", []), tables.moment(now))
    return said


FORM = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 编号时间    | 客户联系时间 | 联系结果
FK20261103-001 | 11-03 08:00 | 11-03 08:30 | 11-03 09:00 | 11-03 09:00 |              |
"""


def form(contact: str, result: str) -> str:
    return FORM.replace("11-03 09:00 |              |", f"11-03 09:00 | {contact} | {result}")


def test_a_customer_not_reached_within_24_hours_gives_48() -> None:
    said = told(form("11-04 09:00", "未联系上"), "11-04 10:00")
    assert said.due == tables.moment("11-05 09:00")
    assert said.state == "正常"
    assert told(form("11-04 09:00", "未联系上"), "11-04 21:00").state == "临近"  # three quarters of 48


@pytest.mark.parametrize(
    ("contact", "result"),
    [("11-04 09:00:01", "未联系上"), ("", "未联系上"), ("11-03 10:00", "已联系"), ("11-03 10:00", "")],
    ids=["tried too late", "no time of it", "reached", "no result"],
)
def test_without_a_failed_contact_in_the_first_24_hours_it_stays_24(contact: str, result: str) -> None:
    said = told(form(contact, result), "11-04 10:00")
    assert (said.due, said.state) == (tables.moment("11-04 09:00"), "超时")


@pytest.mark.parametrize(
    ("time", "what", "result", "due"),
    [
        ("11-04 09:00", "联系客户", "两次电话未联系上", "11-05 09:00"),
        ("11-04 09:01", "联系客户", "两次电话未联系上", "11-04 09:00"),
        ("11-04 09:00", "联系客户", "已联系", "11-04 09:00"),
        ("11-04 09:00", "调查", "未联系上", "11-04 09:00"),
    ],
)
def test_the_record_of_what_was_done_can_hold_the_failed_contact(time: str, what: str, result: str, due: str) -> None:
    entry = f"处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-001 | {time} | {what} | {result}"
    assert told(f"{FORM}\n{entry}", "11-04 08:00").due == tables.moment(due)


def test_a_failed_contact_of_another_ticket_does_not_help() -> None:
    entry = "处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-002 | 11-03 10:00 | 联系客户 | 未联系上"
    assert told(f"{FORM}\n{entry}", "11-04 08:00").due == tables.moment("11-04 09:00")


def pending(manager: str, centre: str = "") -> str:
    """The ledgers; each line: 转入日期 | 最近沟通日期 | 状态 | 完成日期."""
    heads = "编号 | 转入日期 | 最近沟通日期 | 状态 | 完成日期"
    sheets = [(MANAGER, manager), (CENTRE, centre or manager)]
    return "\n\n".join(f"{sheet}\n{heads}\nFK20261103-001 | {line}" for sheet, line in sheets)


@pytest.mark.parametrize(
    ("line", "due"),
    [
        ("11-04 | | 未了 |", "12-04 23:59"),
        ("11-04 | 11-20 | 未了 |", "12-04 23:59"),
        ("11-04 | 12-02 | 未了 |", "2027-01-04 23:59"),
        ("12-31 | | 未了 |", "2027-01-04 23:59"),
    ],
    ids=["never talked to", "talked to in the same month", "talked to in december", "came in on the last day"],
)
def test_a_pending_item_shows_the_4th_by_which_its_customer_must_be_talked_to(line: str, due: str) -> None:
    said = told(f"{FORM}\n{pending(line)}", "11-20 09:00")
    assert (said.stage, said.state, said.due) == ("责任认定", "未了事宜", tables.moment(due))
    assert said.stages["STD-04"].verdict == "暂停"


def test_an_item_that_only_one_ledger_calls_done_is_still_pending() -> None:
    book = f"{FORM}\n{pending('11-04 | | 已了 | 11-20', '11-04 | | 未了 |')}"
    assert told(book, "11-21 09:00").state == "未了事宜"


@pytest.mark.parametrize("clear", ["是", "否", ""])
def test_a_case_in_neither_ledger_stays_on_the_liability_track_whatever_it_is_marked(clear: str) -> None:
    """STD-11: only an entry in a ledger makes a pending item of it."""
    said = told(f"{FORM.strip().replace('联系结果', '联系结果 | 责任明确')} | {clear}", "11-03 10:00")
    assert (said.stage, said.state) == ("责任认定", "正常")
    assert said.stages["STD-04"].verdict == "进行中"


def test_a_resolved_item_counts_24_hours_anew_from_the_end_of_its_day() -> None:
    """STD-17."""
    said = told(f"{FORM}\n{pending('11-04 | | 已了 | 11-20')}", "11-21 17:58")
    assert (said.stage, said.due, said.state) == ("责任认定", tables.moment("11-21 23:59"), "正常")
    assert told(f"{FORM}\n{pending('11-04 | | 已了 | 11-20')}", "11-21 17:59").state == "临近"
    assert told(f"{FORM}\n{pending('11-04 | | 已了 | 11-20')}", "11-22 00:00").state == "超时"


def test_a_form_handed_over_on_the_very_day_its_item_was_resolved_is_on_time() -> None:
    """STD-17: the ledgers have dates only, and the form of weeks ago is not late by that."""
    form = FORM.strip().splitlines()
    book = f"{form[0]}\n{form[1]} | 转管理部时间\n{form[2]} | 11-20 16:00\n\n{pending('11-04 | | 已了 | 11-20')}"
    stage = told(book, "11-22 09:00").stages["STD-04"]
    assert (stage.due, stage.verdict) == (tables.moment("11-21 23:59"), "按时完成")


def test_a_resolved_item_with_a_time_counts_from_that_time() -> None:
    said = told(f"{FORM}\n{pending('11-04 | | 已了 | 11-20 15:30', '11-04 | | 已了 | 11-20 14:00')}", "11-20 16:00")
    assert said.due == tables.moment("11-21 15:30")


def test_after_a_restart_an_old_failed_contact_does_not_help_but_a_new_one_does() -> None:
    book = f"{FORM}\n{pending('11-04 | | 已了 | 11-20 15:30')}"
    old = "处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-001 | 11-03 10:00 | 联系客户 | 未联系上"
    assert told(f"{book}\n\n{old}", "11-20 16:00").due == tables.moment("11-21 15:30")
    new = "FK20261103-001 | 11-21 10:00 | 联系客户 | 未联系上"
    assert told(f"{book}\n\n{old}\n{new}", "11-21 16:00").due == tables.moment("11-22 15:30")


@pytest.mark.parametrize(("tried", "due"), [("11-20 15:29", "11-21 15:30"), ("11-20 15:30", "11-22 15:30")])
def test_a_failed_contact_of_the_very_moment_of_the_restart_counts(tried: str, due: str) -> None:
    item = pending("11-04 | | 已了 | 11-20 15:30")
    entry = f"处理记录\n编号 | 时间 | 事项 | 结果\nFK20261103-001 | {tried} | 联系客户 | 未联系上"
    assert told(f"{FORM}\n{item}\n\n{entry}", "11-20 16:00").due == tables.moment(due)
    assert told(f"{form(tried, '未联系上')}\n{item}", "11-20 16:00").due == tables.moment(due)


def test_a_case_handed_over_before_its_item_was_resolved_is_judged_from_the_form() -> None:
    book = """
反馈登记
编号           | 接收时间    | 上报时间    | 填单时间    | 转管理部时间
FK20261103-001 | 11-03 08:00 | 11-03 08:30 | 11-03 09:00 | 11-03 18:00
"""
    said = told(f"{book}\n{pending('11-03 | | 已了 | 11-20 15:30')}", "11-21 16:00")
    assert said.stages["STD-04"].start == tables.moment("11-03 09:00")
    assert said.stages["STD-04"].verdict == "按时完成"


CLOSED = """
反馈登记
编号|接收时间|上报时间|填单时间|转管理部时间|复核完成时间|总经理意见时间|执行完成时间|转客服时间|需回访|回访时间|考核结果|归档时间
FK20261103-001|11-03 08:00|11-03 08:30|11-03 09:00|11-03 10:00|11-03 11:00|11-03 12:00|11-03 13:00|11-03 14:00|{}|{}|{}|{}
"""


def test_no_callback_is_asked_where_the_customer_manager_did_not_mark_it() -> None:
    for mark in ("否", ""):
        said = told(CLOSED.format(mark, "", "", ""), "11-03 15:00")
        assert said.stages["STD-09"].verdict == "无需"
        assert (said.stage, said.due) == ("考核归档", tables.moment("11-10 23:59"))


def test_a_callback_made_though_nobody_asked_for_it_cannot_be_late() -> None:
    assert told(CLOSED.format("否", "11-09 15:00", "", ""), "11-09 16:00").stages["STD-09"].verdict == "无需"


def test_a_form_sent_back_suspends_the_callback() -> None:
    said = told(CLOSED.format("是", "", "退回", ""), "11-06 15:00")
    assert (said.stage, said.state, said.due) == ("回访", "暂停", None)


def test_a_callback_already_made_is_judged_though_the_form_was_sent_back() -> None:
    assert told(CLOSED.format("是", "11-04 15:00", "退回", ""), "11-06 15:00").stages["STD-09"].verdict == "超时完成"


def test_an_archived_ticket_is_closed_and_its_late_stages_stay_late() -> None:
    said = told(CLOSED.format("是", "11-04 15:00", "合格", "11-09 10:00"), "12-01 09:00")
    assert (said.stage, said.due, said.state) == ("", None, "已办结")
    assert said.stages["STD-09"].verdict == "超时完成"


def test_an_archived_ticket_without_its_callback_cannot_be_judged_there() -> None:
    said = told(CLOSED.format("是", "", "合格", "11-09 10:00"), "12-01 09:00")
    assert said.stages["STD-09"].verdict == "无法判定:漏填"
    assert said.state == "已办结"


def test_a_stage_left_empty_while_a_later_one_is_done_cannot_be_judged_and_the_ticket_moves_on() -> None:
    book = "反馈登记\n编号 | 接收时间 | 上报时间 | 填单时间\nFK20261103-001 | 11-03 08:00 | | 11-03 09:00"
    said = told(book, "11-03 09:05")
    assert said.stages["STD-01"].verdict == "无法判定:漏填"
    assert said.stages["STD-02"].verdict == "无法判定:起点缺失"
    assert said.stage == "编号"


def test_a_number_given_before_the_form_proves_no_form() -> None:
    book = "反馈登记\n编号 | 接收时间 | 上报时间 | 编号时间\nFK20261103-001 | 11-03 08:00 | 11-03 08:30 | 11-03 08:31"
    said = told(book, "11-03 08:40")
    assert (said.stage, said.due, said.state) == ("填单", tables.moment("11-03 09:00"), "正常")


def test_without_a_time_of_receipt_nothing_can_be_counted() -> None:
    said = told("反馈登记\n编号 | 接收时间 | 内容概要\nFK20261103-001 | | 异响", "11-03 08:40")
    assert (said.stage, said.due, said.state) == ("上报", None, "暂停")


def test_an_unknown_flow_is_counted_as_the_standard_one() -> None:
    book = tables.load("反馈登记\n编号 | 流程 | 接收时间\nFK20261103-001 | 标准 | 11-03 08:00")
    assert product(tables.run(book, tables.moment("11-03 09:01")))[2].state == "超时"
