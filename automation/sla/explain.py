"""Why a ticket stands where it stands: every stage with its rule, source, cells and the clock's arithmetic."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from automation.advice import PENDING_TODO, todo
from automation.sla.events import EVENT_PREFIX
from automation.sla.rules import Rule, Unit
from automation.sla.stages import Clocks, FlowClock, StageClock, lateness
from automation.sla.verdict import Reason, Verdict
from automation.wording import span
from workbook.ledger import Ledger


@dataclass(frozen=True, slots=True)
class StageExplained:
    """One stage in words. Times are ISO 8601 or empty; ``late_minutes`` is zero when not late; ``cells`` are those the
    verdict was computed from; ``steps`` the arithmetic, line by line.
    """

    rule: str
    stage: str
    source: str
    limit: str
    start: str
    due: str
    actual: str
    verdict: str
    reason: str
    late_minutes: int
    extended: bool
    cells: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TicketExplained:
    """A ticket: where it stands, and every stage of its flow."""

    ticket: str
    flow: str
    cell: str
    current: str
    due: str
    state: str
    todo: str
    pending: tuple[str, ...]
    stages: tuple[StageExplained, ...]

    def as_json(self) -> dict[str, object]:
        """The object of ``kesu explain --json``."""
        return asdict(self)


def explain(ledger: Ledger, clocks: Clocks, ticket: str) -> tuple[TicketExplained, ...]:
    """Every row that bears the number (one, unless it is duplicated); empty when there is none."""
    register = ledger.register
    rows = register.frame.index[register.frame["编号"] == ticket.strip().upper()]
    return tuple(_explain(ledger, clocks, int(row)) for row in rows)


def _explain(ledger: Ledger, clocks: Clocks, row: int) -> TicketExplained:
    at = clocks.now_at.loc[row]
    flow = next(flow for flow in clocks.flows.values() if row in flow.index)
    position = int(flow.index.get_loc(row))
    return TicketExplained(
        ticket=ledger.register.frame.at[row, "编号"],
        flow=flow.flow,
        cell=ledger.register.place(row, "编号"),
        current=at["stage"],
        due=_iso(at["due"]),
        state=at["state"],
        todo=PENDING_TODO
        if at["state"] == "未了事宜"
        else next((todo(stage.rule) for stage in flow.stages if stage.rule.id == at["rule"]), ""),
        pending=tuple(_pending(flow, position, clocks.now)),
        stages=tuple(_stage(ledger, clocks, stage, row, position) for stage in flow.stages),
    )


def _pending(flow: FlowClock, position: int, now: dt.datetime) -> Iterator[str]:
    item = flow.pending.iloc[position]
    if pd.notna(item["since"]):
        yield f"{item['since']:%Y-%m-%d} 转入未了事宜（STD-12），责任认定的时限从此暂停"
    if item["open"] and pd.notna(item["talk_due"]):
        late = "，已逾期 " + span(now - item["talk_due"].to_pydatetime()) if now > item["talk_due"] else ""
        yield f"{item['talk_due']:%Y-%m-%d %H:%M} 前须与客户沟通（STD-16：每月 4 日前）{late}"
    if pd.notna(item["resolved"]):
        yield f"两本台帐都已了结，从 {item['resolved']:%Y-%m-%d %H:%M} 起重新计时（STD-17；完成日期只有日期时当日不计）"


def _stage(ledger: Ledger, clocks: Clocks, stage: StageClock, row: int, position: int) -> StageExplained:
    rule = stage.rule_at(position)
    verdict, reason = Verdict(stage.verdict[position]), Reason(stage.reason[position])
    late = int(lateness(stage, clocks.now)[position].astype("m8[s]").astype(int))
    return StageExplained(
        rule=rule.id,
        stage=rule.stage,
        source=rule.source,
        limit=rule.span,
        start=_iso(stage.start[position]),
        due=_iso(stage.due[position]),
        actual=_iso(stage.actual[position]),
        verdict=verdict.chinese,
        reason=reason.chinese,
        late_minutes=late // 60,
        extended=bool(stage.extended[position]),
        cells=tuple(_cells(ledger, rule, row)),
        steps=tuple(_steps(ledger, stage, rule, row, position, clocks.now, late)),
    )


def _cells(ledger: Ledger, rule: Rule, row: int) -> Iterator[str]:
    columns = [rule.start, rule.stop]
    if rule.condition:
        columns += [rule.condition.column, "客户联系时间"]
    for column in columns:
        yield column if column.startswith(EVENT_PREFIX) else ledger.register.place(row, column)


def _steps(
    ledger: Ledger, stage: StageClock, rule: Rule, row: int, position: int, now: dt.datetime, late: int
) -> Iterator[str]:
    start, due, actual = stage.start[position], stage.due[position], stage.actual[position]
    verdict, reason = Verdict(stage.verdict[position]), Reason(stage.reason[position])
    if reason is not Reason.NONE:
        yield f"{verdict.chinese}：{reason.chinese}"
    if rule.effective:
        yield f"按 {rule.effective:%Y-%m-%d} 起生效的规则"
    if np.isnat(start):
        yield f"起点“{rule.start}”还没有时间"
        return
    began = f"{rule.start} {_shown(start)}" if not stage.restarted[position] else f"未了事宜了结 {_shown(start)}"
    if np.isnat(due):
        yield f"{began}，{rule.span}"
    else:
        limit = rule.span
        if rule.condition and rule.extension:
            limit = f"{(rule.extension if stage.extended[position] else rule.limit):g}{rule.unit.value}"
        yield f"{began} + {limit} = {_shown(due)}"
        yield from _extension(stage, rule, position)
        if rule.unit in (Unit.OPEN_HOUR, Unit.WORKDAY):
            yield "按“营业时间”“节假日”和国家法定节假日、调休计算"
    if not np.isnat(actual):
        ended = f"{rule.stop} {_shown(actual)}"
        yield ended + (f"，晚了 {span(dt.timedelta(seconds=late))}" if late else "")
    elif late:
        yield f"现在 {now:%Y-%m-%d %H:%M}，已超过 {span(dt.timedelta(seconds=late))}"
    elif not np.isnat(due) and verdict in (Verdict.RUNNING, Verdict.AT_RISK):
        left = int((due - np.datetime64(now, "s")).astype(int))
        yield f"现在 {now:%Y-%m-%d %H:%M}，还剩 {span(dt.timedelta(seconds=left))}"


def _extension(stage: StageClock, rule: Rule, position: int) -> Iterator[str]:
    if rule.condition is None or rule.extension is None:
        return
    wanted = f"{rule.condition.column}={rule.condition.value}"
    if stage.extended[position]:
        yield f"有 {wanted} 的记录，按 {rule.extension:g}{rule.unit.value}计"
    else:
        yield f"没有 {rule.limit:g}{rule.unit.value}内 {wanted} 的记录，不延长"


def _iso(moment: object) -> str:
    return "" if pd.isna(moment) else pd.Timestamp(moment).isoformat(timespec="seconds")


def _shown(moment: np.datetime64) -> str:
    stamp = pd.Timestamp(moment)
    return f"{stamp:%Y-%m-%d %H:%M}" + (f":{stamp:%S}" if stamp.second else "")


def in_words(told: TicketExplained) -> str:
    """The explanation as ``kesu explain`` prints it."""
    lines = [
        f"{told.ticket}（{told.cell}，{told.flow}）",
        f"  现在：{told.state}"
        + (f" · {told.current}" if told.current else "")
        + (f" · 截止 {told.due.replace('T', ' ')[:16]}" if told.due else ""),
    ]
    if told.todo:
        lines.append(f"  该做：{told.todo}")
    lines += [f"  未了：{line}" for line in told.pending]
    for stage in told.stages:
        lines.append("")
        lines.append(f"  {stage.rule} {stage.stage} —— {stage.verdict}")
        lines += [f"      {step}" for step in stage.steps]
        lines.append(f"      依据：{stage.source}")
        lines.append(f"      单元格：{'、'.join(stage.cells)}")
    return "\n".join(lines)
