"""From verdicts to cells: what kesu writes into the register and into 检查结果, and only where it differs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from automation import elders, sidesheets
from automation.advice import todo
from automation.checks.facts import Facts
from automation.sla.stages import FlowClock
from automation.sla.verdict import Reason, Verdict
from workbook import vocabulary
from workbook.edits import ERROR, Cell, CellEdit, CellValue, Edit, GrowTable
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger, Records
from workbook.schema import ACCIDENTS, FINDINGS, TEMPORAL

NUMBER, NUMBER_TIME, STAGE, DUE, STATE, HINT = "编号", "编号时间", "当前环节", "截止时间", "状态", "提示"


def register_edits(before: Records, facts: Facts, findings: Sequence[Finding]) -> Iterator[CellEdit]:
    """Our columns of the register, where they are to change. ``before`` is the register as it was read."""
    now_at = facts.clocks.now_at
    if len(before.frame) != len(facts.register):  # the others are old ones
        before = before.only(before.frame.index.isin(facts.register.index))
    wanted = {
        NUMBER: facts.register[NUMBER],
        NUMBER_TIME: facts.register[NUMBER_TIME],
        STAGE: now_at["stage"],
        DUE: now_at["due"],
        STATE: now_at["state"],
        HINT: hints(facts, findings),
    }
    for name, values in wanted.items():
        if name in before.columns:
            yield from _column_edits(before, name, values)


def elder_edits(before: Records, elder: Records | None, since: dt.date | None) -> Iterator[CellEdit]:
    """Our columns of the rows from before kesu was taken up: numbered, closed, and judged no further."""
    if elder is None or since is None:
        return
    before, index = before.only(before.frame.index.isin(elder.frame.index)), elder.frame.index
    none = pd.Series(np.full(len(index), np.datetime64("NaT", "s")), index=index)
    for name, values in {
        NUMBER: elder.frame[NUMBER],
        NUMBER_TIME: elder.frame[NUMBER_TIME],
        STAGE: pd.Series("", index=index, dtype=object),
        DUE: none,
        STATE: pd.Series(vocabulary.STATE.values[-1], index=index, dtype=object),
        HINT: pd.Series(elders.hint(since), index=index, dtype=object),
    }.items():
        if name in before.columns:
            yield from _column_edits(before, name, values)


def side_edits(before: Ledger, after: Ledger) -> Iterator[CellEdit]:
    """Our columns of the side sheets, where they are to change. A 申请号 that stands in its cell is never touched."""
    for table, name in sidesheets.FILLED:
        records = before[table]
        if name in records.columns:
            wanted = after[table].frame[name]
            if table is ACCIDENTS:
                wanted = wanted.where(records.frame[name] == "", records.raw[name].astype(str).str.strip())
            yield from _column_edits(records, name, wanted)


def finding_edits(
    records: Records, findings: Sequence[Finding], first_seen: Mapping[str, dt.datetime]
) -> Iterator[Edit]:
    """检查结果 rewritten row by row: only cells that differ; what is left of a longer list is emptied.

    What stands below its table and is not ours stays, and the list ends above it (:func:`with_crowding`).
    """
    if not records.present or not records.columns:
        return
    top, stop = records.header_row + 1, _stop(records)
    if stop is not None and len(findings) > stop - top:
        findings = sorted(findings, key=lambda finding: finding.rule != "WRITE-02")[: stop - top]
    for offset, finding in enumerate(findings):
        where = finding.where
        line: dict[str, CellValue] = {
            "级别": finding.severity.chinese,
            "规则号": finding.rule,
            "工作表": where.sheet if where else finding.sheet,
            "单元格": where.a1 if where else "",
            "编号": finding.ticket,
            "问题": finding.message,
            "建议": finding.hint,
            "发现时间": first_seen[key_of(finding)],
        }
        # When the table grows over rows that are ours already, their cells are said to be ours by writing them again.
        again = records.native and top + offset > records.last_row
        for name in records.columns:
            yield from _cell_edit(records, top + offset, name, line[name], again=again)
    bottom = top + len(findings)
    left = records.raw.index >= bottom
    if stop is not None:
        left &= records.raw.index < stop
    for row in records.raw.index[left]:
        for name in records.columns:
            yield from _cell_edit(records, int(row), name, None)
    if records.native and bottom - 1 > records.last_row:
        yield GrowTable(FINDINGS.name, bottom - 1)


def with_crowding(findings: Iterable[Finding], records: Records) -> Iterator[Finding]:
    """The findings, and WRITE-02 when they reach down to something below 检查结果 that is not ours."""
    found, stop = list(findings), _stop(records)
    yield from found
    if stop is None or len(found) <= stop - records.header_row - 1:
        return
    where = Cell(records.sheet, stop, min(records.columns.values()))
    room = stop - records.header_row - 1
    yield Finding(
        "WRITE-02",
        Severity.WARNING,
        f"{records.sheet}第 {stop} 行起有别的内容，{records.sheet}只写得下 {room} 条，其余 {len(found) + 1 - room} 条没有写进表",
        "把这些内容移到表格右边或另一张工作表，下一次处理时会写全；全部内容见 kesu check",
        where,
    )


def _stop(records: Records) -> int | None:
    """The first row below the Excel table of 检查结果 that somebody else filled; ``None`` when there is none.

    A row of ours may stand there too, when the table could not grow: it has a gravity and a rule.
    """
    if not records.native or not {"级别", "规则号"} <= set(records.columns):
        return None
    raw = records.raw[records.raw.index > records.last_row]
    ours = raw["级别"].isin([severity.chinese for severity in Severity]) & (raw["规则号"] != "")
    return min([*raw.index[~ours].tolist(), *records.below], default=None)


def key_of(finding: Finding) -> str:
    """What makes a finding the same one at the next pass, though rows were inserted above it."""
    where = finding.where
    column = where.a1.rstrip("0123456789") if where else ""
    place = finding.ticket or (where.a1 if where else "")
    return "|".join((finding.rule, where.sheet if where else finding.sheet, place, column))


def hints(facts: Facts, findings: Sequence[Finding]) -> pd.Series:
    """提示 for every row: what to do by when, and which findings the row has. It changes only when they do."""
    now_at = facts.clocks.now_at
    out = pd.Series("", index=now_at.index, dtype=object)
    due = now_at["due"].dt.strftime("%m-%d %H:%M").fillna("")
    for flow in facts.clocks.flows.values():
        for position, stage in enumerate(flow.stages):
            here = now_at.loc[flow.index, "rule"] == stage.rule.id
            rows = flow.index[here.to_numpy(dtype=bool)]
            out.loc[rows] = _stage_hints(now_at.loc[rows], due.loc[rows], todo(stage.rule), stage.rule.id)
            if position == 0:
                blind = (stage.reason == Reason.START_MISSING) & (stage.verdict == Verdict.UNKNOWN)
                out.loc[flow.index[blind]] = f"{stage.rule.start}缺失、无法识别或晚于现在，无法计时：请更正"
        _pending_hints(out, flow, now_at, facts.now)
        _closed_hints(out, flow, now_at)
    _promise_hints(out, facts)
    return out + _finding_hints(facts, findings, out.index)


def _stage_hints(at: pd.DataFrame, due: pd.Series, what: str, rule: str) -> pd.Series:
    text = pd.Series(f"{what}（{rule}）", index=at.index, dtype=object)
    timed = at["due"].notna()
    text = text.mask(timed, due + f" 前{what}（{rule}）")
    text = text.mask(at["state"] == "超时", "应于 " + due + f" 前{what}，已超时（{rule}）")
    return text.mask(at["state"] == "暂停", f"处理单已退回，处理完毕后再{what}（{rule}）")


def _pending_hints(out: pd.Series, flow: FlowClock, now_at: pd.DataFrame, now: dt.datetime) -> None:
    waiting = flow.index[(now_at.loc[flow.index, "state"] == "未了事宜").to_numpy(dtype=bool)]
    talk = flow.pending.loc[waiting, "talk_due"]
    day = talk.dt.strftime("%m-%d").fillna("每月04日")
    ahead = "未了事宜：" + day + " 前与客户沟通（STD-16）"
    out.loc[waiting] = ahead.mask(talk < pd.Timestamp(now), "未了事宜：应于 " + day + " 前与客户沟通，已逾期（STD-16）")


def _promise_hints(out: pd.Series, facts: Facts) -> None:
    """X-07: what the customer was promised is owed whatever stage the case is in."""
    closed = facts.clocks.now_at["state"].eq("已办结")
    for beside in facts.clocks.beside:
        clock = beside.clock
        if not clock.rule.promised:
            continue
        owed = clock.is_(Verdict.RUNNING, Verdict.AT_RISK, Verdict.LATE) & ~closed.loc[beside.index].to_numpy(
            dtype=bool
        )
        for place in np.flatnonzero(owed).tolist():
            when = f"{pd.Timestamp(clock.due[place]):%m-%d %H:%M}"
            late = clock.verdict[place] == Verdict.LATE
            told = f"应于 {when} 答复客户，已超时" if late else f"答应 {when} 答复客户"
            out.at[beside.index[place]] += f"；{told}（{clock.rule.id}）"


def _closed_hints(out: pd.Series, flow: FlowClock, now_at: pd.DataFrame) -> None:
    closed = (now_at.loc[flow.index, "state"] == "已办结").to_numpy(dtype=bool)
    late = pd.Series("", index=flow.index, dtype=object)
    for stage in flow.stages:
        finished_late = stage.is_(Verdict.FINISHED_LATE)
        late = late.mask(finished_late, late.where(late == "", late + "、") + stage.rule.stage)
    text = ("已办结，超时环节：" + late).mask(late == "", "已办结")
    out.loc[flow.index[closed]] = text[closed]


def _finding_hints(facts: Facts, findings: Sequence[Finding], index: pd.Index) -> pd.Series:
    sheet = facts.ledger.register.sheet
    rules: dict[int, list[str]] = defaultdict(list)
    for finding in findings:
        stated = finding.severity is Severity.INFO or finding.rule.startswith("EVID-")  # nothing there is to be mended
        if finding.where and finding.where.sheet == sheet and not stated:
            rules[finding.where.row].append(finding.rule)
    told = {row: f"；有 {len(ids)} 处需更正（{'、'.join(dict.fromkeys(ids))}）" for row, ids in rules.items()}
    return pd.Series([told.get(row, "") for row in index], index=index, dtype=object)


def _column_edits(records: Records, name: str, wanted: pd.Series) -> Iterator[CellEdit]:
    raw, seen = records.raw[name], records.frame[name]
    empty = (raw == "").to_numpy(dtype=bool)
    if records.table[name].kind in TEMPORAL:
        same = (seen == wanted).to_numpy(dtype=bool) | (wanted.isna().to_numpy(dtype=bool) & empty)
        # A blank string is as empty as an empty cell to everyone but a formula: leave it.
    else:
        same = (raw.astype(str).str.strip() == wanted).to_numpy(dtype=bool)
    if records.errors:
        same = same & ~np.array(
            [_here(records, row, name).a1 in records.errors for row in records.frame.index], dtype=bool
        )
    for row in records.frame.index[~same]:
        yield CellEdit(_here(records, row, name), _expected(records, row, name), _to_write(wanted.at[row]))


def _cell_edit(records: Records, row: int, name: str, wanted: CellValue, *, again: bool = False) -> Iterator[CellEdit]:
    held = _expected(records, row, name) if row in records.raw.index else None
    if isinstance(held, dt.datetime) and isinstance(wanted, dt.datetime):
        held_same = abs(held - wanted) < dt.timedelta(seconds=1)
    else:
        held_same = (held or "") == (wanted or "")
    if not held_same or (again and held is not None):
        yield CellEdit(_here(records, row, name), held, wanted)


def _here(records: Records, row: int, name: str) -> Cell:
    return Cell(records.sheet, int(row), records.columns[name])


def _expected(records: Records, row: int, name: str) -> CellValue:
    """What the cell holds, as an edit of it expects: what was read, or that it shows an error."""
    error = records.errors and _here(records, row, name).a1 in records.errors
    return ERROR if error else _held(records.raw.at[row, name])


def _held(value: Any) -> CellValue:
    """A cell as read, as an edit expects it: empty is ``None``, a day is its midnight, a time of day its fraction."""
    if value == "" or value is None:
        return None
    if isinstance(value, dt.datetime):
        return value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, dt.time):
        return (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
    held: CellValue = value
    return held


def _to_write(value: Any) -> CellValue:
    if value is None or value is pd.NaT or value == "":
        return None
    if isinstance(value, pd.Timestamp | np.datetime64):
        moment: dt.datetime = pd.Timestamp(value).to_pydatetime()
        return moment
    return str(value)
