"""Rules: which limit holds for which stage of which flow, and since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt

from automation.sla.calendar import Instants
from automation.sla.events import Event, parse
from workbook.vocabulary import ALL_FLOWS


class Unit(Enum):
    """What a limit is counted in; the values are the words of 规则."""

    MINUTE = "分钟"
    HOUR = "小时"
    OPEN_HOUR = "营业小时"
    DAY = "天"
    WORKDAY = "工作日"
    SAME_DAY = "当日"
    NONE = "无"


ARCHIVED, PROMISED = "归档时间", "下次答复时间"
SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600, Unit.OPEN_HOUR: 3600, Unit.DAY: 86_400}


@dataclass(frozen=True, slots=True)
class Condition:
    """``列=值`` of the register: when it holds, the extended limit counts."""

    column: str
    value: str


@dataclass(frozen=True, slots=True)
class Warn:
    """When a stage is at risk: after a ``share`` of its limit, or ``before`` seconds ahead of the due time."""

    share: float = 0.75
    before: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One stage's rule. ``start`` and ``stop`` are events as 规则 names them; ``limit`` counts in ``unit``.

    ``effective``: holds for tickets received from that day (``None``: since ever).
    """

    id: str
    flow: str
    stage: str
    start: str
    stop: str
    limit: float | None
    unit: Unit
    extension: float | None
    condition: Condition | None
    warn: Warn
    responsible: str
    escalates_to: str
    effective: dt.date | None
    source: str

    @property
    def begin(self) -> Event:
        return _event(self.start)

    @property
    def end(self) -> Event:
        return _event(self.stop)

    @property
    def archives(self) -> bool:
        """Whether the stage ends the case: then, without a limit of its own, it is due with the next Tuesday summary
        (STD-10, STD-18).
        """
        return self.stop == ARCHIVED

    @property
    def promised(self) -> bool:
        """Whether the deadline is no span but the time the customer was promised (X-07)."""
        return self.start == PROMISED

    @property
    def span(self) -> str:
        """The limit in words: ``24小时(联系结果=未联系上时48小时)``."""
        if self.promised:
            return "答应客户的时间"
        if self.unit is Unit.SAME_DAY:
            return "当日"
        if self.unit is Unit.NONE or self.limit is None:
            return "来源未定时限，默认下一个周二汇总当天" if self.archives else "无时限"
        more = (
            f"（{self.condition.column}={self.condition.value}时{self.extension:g}{self.unit.value}）"
            if self.extension and self.condition
            else ""
        )
        return f"{self.limit:g}{self.unit.value}{more}"


def _event(name: str) -> Event:
    found = parse(name)
    assert found is not None, f"a rule with an event that is none: {name}"
    return found


@dataclass(frozen=True)
class RuleBook:
    """Every flow's stages in order; each stage is its rule's versions, oldest first."""

    flows: Mapping[str, tuple[tuple[Rule, ...], ...]]

    def stages(self, flow: str) -> tuple[tuple[Rule, ...], ...]:
        return self.flows.get(flow, ())

    @property
    def for_all(self) -> tuple[tuple[Rule, ...], ...]:
        """Rules beside every flow: they have deadlines, but are no stage a ticket stands in (X-01, X-07)."""
        return self.stages(ALL_FLOWS)


def versions(rules: tuple[Rule, ...], received: Instants) -> npt.NDArray[np.int64]:
    """Which version holds for each ticket: the newest in force on the day it was received, else the oldest."""
    since = np.array([rule.effective or dt.date.min for rule in rules], dtype="M8[D]")
    days = np.where(np.isnat(received), since[-1], received.astype("M8[D]"))
    found: npt.NDArray[np.int64] = np.maximum(np.searchsorted(since, days, "right") - 1, 0)
    return found
