"""Where a time came from: the cells of the register, of 处理记录 or of a side sheet that a clock was read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from automation.past import PRESENCE
from automation.sla import returns
from automation.sla.events import Event, of_event
from automation.sla.pending import items
from automation.sla.rules import PROMISED
from automation.sla.stages import FlowClock, StageClock
from workbook.ledger import Ledger
from workbook.vocabulary import STANDARD_FLOW


@dataclass(frozen=True, slots=True)
class Origin:
    """``name``: what happened, as sentences say it. ``cells``: where it stands (of the register also when still empty).

    ``gone``: the register shows another time by now; this one is remembered from an earlier round.
    """

    name: str
    cells: tuple[str, ...]
    gone: bool = False


def of_start(ledger: Ledger, flow: FlowClock | None, stage: StageClock, at: int, row: int) -> Origin:
    """What started a stage's clock. ``flow`` is ``None`` for a deadline beside the flows; ``at``: place in ``stage``."""
    rule, start = stage.rule_at(at), stage.written_start[at]
    standard = flow is not None and flow.flow == STANDARD_FLOW
    if rule.promised:
        return Origin("kesu 首次看到的约定", (ledger.register.place(row, PROMISED),))
    if stage.restarted[at]:
        return _of_ledgers(ledger, row, "完成日期", start, "未了事宜了结")
    if standard and rule.id == returns.EXECUTION and stage.number[at] > 1:
        returned = of(returns.RETURN, ledger, row, start)
        return returned if returned.cells else Origin("考核退回", (ledger.register.place(row, returns.AUDIT),))
    if flow is not None and rule.archives and not standard:
        return _last_done(ledger, flow, rule.id, row, start)
    return of(rule.begin, ledger, row, start)


def of_end(ledger: Ledger, stage: StageClock, at: int, row: int) -> Origin:
    """What ended a stage, or will."""
    if stage.suspended[at]:
        return _of_ledgers(ledger, row, "转入日期", stage.written_actual[at], "转入未了事宜")
    return of(stage.rule_at(at).end, ledger, row, stage.written_actual[at])


def of(event: Event, ledger: Ledger, row: int, instant: np.datetime64) -> Origin:
    """The cells in which an event of a ticket stands with this time as written; an entry that is not there yet has none."""
    if event.in_register:
        (column,) = event.words
        value = ledger.register.frame[column].to_numpy(dtype="M8[s]")[ledger.register.frame.index.get_loc(row)]
        return Origin(
            column, (ledger.register.place(row, column),), gone=bool(not np.isnat(instant) and value != instant)
        )
    records = ledger.tables[event.sheet]
    frame = records.frame[records.frame[PRESENCE] == ledger.register.frame.at[row, PRESENCE]]
    column = "时间" if event.in_records else event.words[0]
    if event.in_records:
        frame = of_event(event, frame)
    frame = frame[frame[column].to_numpy(dtype="M8[s]") == instant]
    if frame.empty:
        return Origin(event.chinese, ())
    words = dict.fromkeys(frame["事项"]) if event.in_records else event.words
    told = Event(event.sheet, tuple(words), event.result).chinese
    return Origin(told, tuple(records.place(place, column) for place in frame.index))


def _of_ledgers(ledger: Ledger, row: int, column: str, instant: np.datetime64, name: str) -> Origin:
    """STD-12, STD-17: the dates of the ledgers that ended a round of STD-04, or brought the case back."""
    entries = items(ledger)
    entries = entries[entries[PRESENCE] == ledger.register.frame.at[row, PRESENCE]]
    entries = entries[entries[column].to_numpy(dtype="M8[s]") == instant]
    cells = [
        ledger.tables[sheet].place(line, column) for sheet, line in zip(entries["台帐"], entries["行"], strict=True)
    ]
    return Origin(name, tuple(cells))


def _last_done(ledger: Ledger, flow: FlowClock, archiving: str, row: int, start: np.datetime64) -> Origin:
    """A case of another flow is filed once all the rest is done: the cells of what was done last."""
    at = int(flow.index.get_loc(row))
    last = (stage for stage in flow.stages if stage.rule.id != archiving and stage.written_actual[at] == start)
    cells = dict.fromkeys(cell for stage in last for cell in of_end(ledger, stage, at, row).cells)
    return Origin("其余环节全部完成", tuple(cells))


def of_pauses(ledger: Ledger, row: int) -> tuple[str, ...]:
    """Where the ledgers say since when a case is a pending item, and until when."""
    entries = items(ledger)
    entries = entries[entries[PRESENCE] == ledger.register.frame.at[row, PRESENCE]]
    return tuple(
        ledger.tables[sheet].place(line, column)
        for sheet, line, done in zip(entries["台帐"], entries["行"], entries["完成日期"].notna(), strict=True)
        for column in (("转入日期", "完成日期") if done else ("转入日期",))
    )
