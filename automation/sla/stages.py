"""What the clock gives: stages of tickets as arrays, one flow at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.sla import days
from automation.sla.calendar import Calendar, Instants, Mask
from automation.sla.rules import Rule
from automation.sla.verdict import Verdict


@dataclass(frozen=True)
class StageClock:
    """One stage over all tickets of a flow; every array has one place a ticket.

    ``version`` points into ``rules`` (the stage's rule versions). ``cutoff`` is the last instant that is still on
    time: ``due`` itself, or its whole minute where the source gives a day (当日 ends at 23:59). ``extended``: the
    longer limit counts. ``restarted``: the start is the resolution of a pending item (STD-17); ``suspended``: the end is
    that the case became one (STD-12). ``number``: which round this is, from 1. ``start_by_day``, ``actual_by_day``: only
    the day is known.
    """

    rules: tuple[Rule, ...]
    version: npt.NDArray[np.int64]
    start: Instants
    due: Instants
    risk: Instants
    cutoff: Instants
    actual: Instants
    verdict: npt.NDArray[np.int8]
    reason: npt.NDArray[np.int8]
    extended: Mask
    restarted: Mask
    suspended: Mask
    number: npt.NDArray[np.int64]
    start_by_day: Mask
    actual_by_day: Mask

    @property
    def written_start(self) -> Instants:
        """As it stands in its cell: a date is its midnight."""
        return np.where(self.start_by_day, days.of(self.start), self.start).astype("M8[s]")

    @property
    def written_actual(self) -> Instants:
        """As it stands in its cell: a date is its midnight."""
        return np.where(self.actual_by_day, days.of(self.actual), self.actual).astype("M8[s]")

    @property
    def counted(self) -> Instants:
        """From when the limit counts, which is later than ``start`` where a day was begun and done within itself."""
        return np.where(self.start_by_day, days.last_minute(self.written_start), self.start).astype("M8[s]")

    @property
    def rule(self) -> Rule:
        """The newest version: what the stage is called and who is responsible today."""
        return self.rules[-1]

    def rule_at(self, position: int) -> Rule:
        return self.rules[int(self.version[position])]

    def is_(self, *verdicts: Verdict) -> Mask:
        return np.isin(self.verdict, [int(verdict) for verdict in verdicts])


@dataclass(frozen=True)
class EarlierRounds:
    """Rounds of a stage that are over, all finished; ``index``: the Excel row of each, one row as often as it had
    rounds.
    """

    index: pd.Index
    clock: StageClock


@dataclass(frozen=True)
class BesideClock:
    """A deadline beside every flow, over the whole register; ``index``: Excel rows."""

    index: pd.Index
    clock: StageClock


@dataclass(frozen=True)
class FlowClock:
    """All stages of the tickets that follow one flow; ``index`` holds their Excel rows."""

    flow: str
    index: pd.Index
    stages: tuple[StageClock, ...]
    """The latest round of each."""
    pending: pd.DataFrame
    """``open``, ``since``, ``resolved``, ``talk_due`` of each ticket's pending item, aligned to ``index``."""
    archived: Mask
    """Closed: archived, and nothing was opened again since."""
    earlier: tuple[EarlierRounds, ...] = ()


@dataclass(frozen=True)
class Clocks:
    """Every ticket's stages, by flow, and where each ticket stands now.

    ``now_at``: one row a ticket (index: Excel row) with ``stage``, ``rule``, ``due``, ``state`` as they are written
    into 当前环节, 截止时间, 状态, and the ``verdict`` of that stage.
    """

    now: dt.datetime
    flows: Mapping[str, FlowClock]
    now_at: pd.DataFrame = field(repr=False)
    beside: tuple[BesideClock, ...]
    calendar: Calendar

    def long(self) -> pd.DataFrame:
        """Every round of every stage of every ticket as a row.

        ``row``, ``flow``, ``rule``, ``stage``, ``round``, ``start``, ``due``, ``actual``, ``verdict``, ``late``
        (timedelta, zero when not late).
        """
        parts = [
            self._rows(flow.flow, index, stage)
            for flow in self.flows.values()
            for index, stage in (
                *((flow.index, stage) for stage in flow.stages),
                *((earlier.index, earlier.clock) for earlier in flow.earlier),
            )
        ]
        columns = ["row", "flow", "rule", "stage", "round", "start", "due", "actual", "verdict", "late"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)

    def _rows(self, flow: str, index: pd.Index, stage: StageClock) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "row": index,
                "flow": flow,
                "rule": stage.rule.id,
                "stage": stage.rule.stage,
                "round": stage.number,
                "start": stage.start,
                "due": stage.due,
                "actual": stage.actual,
                "verdict": stage.verdict,
                "late": lateness(stage, self.now),
            }
        )


def lateness(stage: StageClock, now: dt.datetime) -> npt.NDArray[np.timedelta64]:
    """How long past due each ticket's stage was finished, or is by now; zero where it is not late."""
    end = np.where(np.isnat(stage.actual), np.datetime64(now, "s"), stage.actual)
    late = stage.is_(Verdict.LATE, Verdict.FINISHED_LATE)
    return np.where(late, end - stage.due, np.timedelta64(0, "s")).astype("m8[s]")
