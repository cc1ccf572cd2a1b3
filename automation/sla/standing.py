"""Where each ticket stands now: 当前环节, 截止时间, 状态 as they are written into the register."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from automation.sla.calendar import Mask
from automation.sla.events import NEVER
from automation.sla.stages import FlowClock
from automation.sla.verdict import OPEN, Reason, Verdict

_STATES = {
    Verdict.RUNNING: "正常",
    Verdict.NOT_YET: "正常",
    Verdict.AT_RISK: "临近",
    Verdict.LATE: "超时",
    Verdict.PAUSED: "暂停",
    Verdict.UNKNOWN: "暂停",
}


def now_at(flows: Mapping[str, FlowClock], register: pd.DataFrame) -> pd.DataFrame:
    """One row a ticket (index: Excel row): ``stage``, ``rule``, ``due``, ``state``, ``verdict``; see ``Clocks``."""
    parts = [_flow_now(flow, register.loc[flow.index]) for flow in flows.values()]
    return pd.concat(parts).reindex(register.index) if parts else _nowhere(register.index)


def _nowhere(index: pd.Index) -> pd.DataFrame:
    """Tickets of which nothing is known yet."""
    count = len(index)
    return pd.DataFrame(
        {
            "stage": np.full(count, "", dtype=object),
            "rule": np.full(count, "", dtype=object),
            "due": np.full(count, NEVER, dtype="M8[s]"),
            "state": np.full(count, "正常", dtype=object),
            "verdict": np.full(count, int(Verdict.NOT_YET), dtype=np.int8),
        },
        index=index,
    )


def _flow_now(flow: FlowClock, tickets: pd.DataFrame) -> pd.DataFrame:
    count = len(flow.index)
    at = _nowhere(flow.index)
    undecided: Mask = np.ones(count, dtype=bool)
    for position, stage in enumerate(flow.stages):
        todo = np.isin(stage.verdict, [int(verdict) for verdict in OPEN])
        if position == 0:  # without a time of receipt nothing can be counted: the first stage is where it stands
            todo |= (stage.verdict == Verdict.UNKNOWN) & (stage.reason == Reason.START_MISSING) & np.isnat(stage.actual)
        here = undecided & todo
        undecided &= ~here
        at.loc[here, "stage"] = stage.rule.stage
        at.loc[here, "rule"] = stage.rule.id
        at.loc[here, "due"] = np.where(stage.is_(Verdict.PAUSED), NEVER, stage.due)[here]
        at.loc[here, "verdict"] = stage.verdict[here]
        at.loc[here, "state"] = [_STATES[Verdict(value)] for value in stage.verdict[here]]
    handed_over = tickets["转管理部时间"].notna()
    closed = pd.Series(flow.archived | (bool(flow.stages) & undecided), index=flow.index)
    is_pending = flow.pending["open"] & ~handed_over & ~closed
    at.loc[is_pending, "due"] = flow.pending.loc[is_pending, "talk_due"]
    at.loc[is_pending, "state"] = "未了事宜"
    at.loc[closed, ["stage", "rule"]] = ""
    at.loc[closed, "due"] = pd.NaT
    at.loc[closed, "state"] = "已办结"
    return at
