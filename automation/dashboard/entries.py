"""Where the starts and ends of a stage are written, for all its tickets at once; ``sla.origins`` does it for one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import returns
from automation.sla.calendar import Instants, Mask
from automation.sla.events import Event, of_event
from automation.sla.rules import PROMISED
from automation.sla.stages import FlowClock, StageClock
from workbook.edits import column_letter
from workbook.ledger import Ledger, Records
from workbook.vocabulary import STANDARD_FLOW

NO_CELL = -1


@dataclass
class Found:
    """``words``: different pairs of what happened and its column (``反馈登记!C``, empty: no cell); ``which`` of them each
    ticket has; ``rows``: in which Excel row, :data:`NO_CELL` in none, 0 in the ticket's own row of the register;
    ``gone``: the register shows another time by now.
    """

    words: list[tuple[str, str]]
    which: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    gone: Mask

    def put(self, mask: Mask, other: Found) -> None:
        """Take what ``other`` found for some of the tickets."""
        self.which = np.where(mask, other.which + len(self.words), self.which)
        self.rows = np.where(mask, other.rows, self.rows)
        self.gone = np.where(mask, other.gone, self.gone)
        self.words += other.words


def of_start(ledger: Ledger, flow: FlowClock | None, stage: StageClock, index: pd.Index) -> Found:
    """What started a stage's clock."""
    rule, standard = stage.rule, flow is not None and flow.flow == STANDARD_FLOW
    if rule.promised:
        return _named("kesu 首次看到的约定", _place(ledger.register, PROMISED), len(index))
    if flow is not None and rule.archives and not standard:
        return _named("其余环节全部完成", "", len(index))
    found = _versions(ledger, stage, index, stops=False)
    if standard and rule.id == returns.EXECUTION and (stage.number > 1).any():
        entry = _of(ledger, returns.RETURN, index, stage.written_start)
        audit = _named("考核退回", _place(ledger.register, returns.AUDIT), len(index))
        found.put(stage.number > 1, audit)
        found.put((stage.number > 1) & (entry.rows > 0), entry)
    if stage.restarted.any():
        found.put(stage.restarted, _named("未了事宜了结", "", len(index)))
    return found


def of_end(ledger: Ledger, stage: StageClock, index: pd.Index) -> Found:
    """What ended a stage, or will."""
    found = _versions(ledger, stage, index, stops=True)
    if stage.suspended.any():
        found.put(stage.suspended, _named("转入未了事宜", "", len(index)))
    return found


def _versions(ledger: Ledger, stage: StageClock, index: pd.Index, *, stops: bool) -> Found:
    """Each ticket by the version of the rule that holds for it."""
    instants = stage.written_actual if stops else stage.written_start
    found: Found | None = None
    for version, rule in enumerate(stage.rules):
        one = _of(ledger, rule.end if stops else rule.begin, index, instants)
        if found is None:
            found = one
        else:
            found.put(stage.version == version, one)
    assert found is not None, "a stage without a rule"
    return found


def _place(records: Records, column: str) -> str:
    return f"{records.sheet}!{column_letter(records.columns[column])}" if column in records.columns else ""


def _named(name: str, place: str, count: int) -> Found:
    rows = np.full(count, 0 if place else NO_CELL)
    return Found([(name, place)], np.zeros(count, dtype=np.int64), rows, np.zeros(count, dtype=bool))


def _of(ledger: Ledger, event: Event, index: pd.Index, instants: Instants) -> Found:
    if event.in_register:
        (column,) = event.words
        found = _named(column, _place(ledger.register, column), len(index))
        values = ledger.register.frame[column].reindex(index).to_numpy(dtype="M8[s]")
        found.gone = ~np.isnat(instants) & (values != instants)
        return found
    records = ledger.tables[event.sheet]
    column = "时间" if event.in_records else event.words[0]
    found = _named(event.chinese, "", len(index))
    if np.isnat(instants).all():
        return found
    numbers = ledger.register.frame["编号"].reindex(index)
    known = _written(records, event, column, set(numbers))
    asked = pd.MultiIndex.from_arrays([numbers.to_numpy(dtype=object), instants])
    at = known.index.get_indexer(asked)
    there = (at >= 0) & ~np.isnat(instants)
    if not there.any():
        return found
    words = known["word"].to_numpy(dtype=object)
    different = list(dict.fromkeys(words.tolist()))
    place = _place(records, column)
    hits = Found(
        [(Event(event.sheet, (word,), event.result).chinese, place) for word in different],
        np.array([different.index(word) for word in words.tolist()], dtype=np.int64)[at],
        known["row"].to_numpy(dtype=np.int64)[at],
        np.zeros(len(index), dtype=bool),
    )
    found.put(there, hits)
    return found


def _written(records: Records, event: Event, column: str, numbers: set[str]) -> pd.DataFrame:
    """The entries of an event by ticket and time as written, the first of several: ``row``, ``word``."""
    frame = records.frame[records.frame["编号"].isin(numbers)]
    if event.in_records:
        frame = of_event(event, frame)
    times = frame[column].to_numpy(dtype="M8[s]")
    words = frame["事项"].to_numpy(dtype=object) if event.in_records else np.full(len(frame), column, dtype=object)
    key = pd.MultiIndex.from_arrays([frame["编号"].to_numpy(dtype=object), times])
    made = pd.DataFrame({"row": frame.index.to_numpy(), "word": words}, index=key)
    return made[~made.index.duplicated()]
