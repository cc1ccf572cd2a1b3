"""The arithmetic of one stage of one ticket, line by line in Chinese."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from automation.sla import counting
from automation.sla.counting import DayCounted, PauseExplained
from automation.sla.judgement import NUMBERING
from automation.sla.origins import Origin
from automation.sla.rules import Rule
from automation.sla.stages import StageClock, lateness
from automation.sla.verdict import Reason, Verdict
from automation.wording import span

_REMEMBERED = "（登记表里现在是后一轮的时间，这个取自以前处理时的记录）"
_FROM_DAY, _BY_DAY = "（只有日期，从当天 23:59 算起）", "（只有日期，按当天最早的时刻算）"


@dataclass(frozen=True)
class Sum:
    """All that the lines are made of. ``base``: the due time without pauses; ``at``: the place in ``stage``."""

    stage: StageClock
    at: int
    now: dt.datetime
    begin: Origin
    end: Origin
    base: np.datetime64
    still: Sequence[PauseExplained]
    days: Sequence[DayCounted]
    provisional: bool

    @property
    def rule(self) -> Rule:
        return self.stage.rule_at(self.at)

    @property
    def start(self) -> np.datetime64:
        start: np.datetime64 = self.stage.start[self.at]
        return start

    @property
    def due(self) -> np.datetime64:
        due: np.datetime64 = self.stage.due[self.at]
        return due

    @property
    def actual(self) -> np.datetime64:
        actual: np.datetime64 = self.stage.actual[self.at]
        return actual

    @property
    def began(self) -> str:
        """The start as people read it; of a day alone also from when it counts."""
        by_day = self.stage.start_by_day[self.at]
        return (f"{day(self.start)}{_FROM_DAY}" if by_day else shown(self.start)) + self._remembered(self.begin)

    @property
    def ended(self) -> str:
        """The end as people read it."""
        by_day = self.stage.actual_by_day[self.at]
        return (f"{day(self.actual)}{_BY_DAY}" if by_day else shown(self.actual)) + self._remembered(self.end)

    def _remembered(self, origin: Origin) -> str:
        return _REMEMBERED if origin.gone else ""

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.stage.verdict[self.at])


def lines(of: Sum) -> Iterator[str]:
    """From the start to the verdict."""
    reason = Reason(of.stage.reason[of.at])
    if reason is not Reason.NONE:
        yield f"{of.verdict.chinese}：{reason.chinese}"
    if of.rule.effective:
        yield f"按 {of.rule.effective:%Y-%m-%d} 起生效的规则"
    if np.isnat(of.start):
        if of.verdict is not Verdict.NOT_REQUIRED:
            yield f"起点还没有：{of.begin.name}"
        if not np.isnat(of.actual):
            yield f"{of.end.name} {of.ended}"
            if of.rule.id == NUMBERING:
                yield f"kesu 在{of.begin.name}登记之前就编了号：编号不会超时"
        return
    yield from _deadline(of)
    yield from _end(of)


def _deadline(of: Sum) -> Iterator[str]:
    rule = of.rule
    began = f"{of.begin.name} {of.began}"
    if rule.promised:
        yield f"{began} 起，答应客户 {shown(of.due)} 前答复"
    elif np.isnat(of.due):
        yield f"{began}，{rule.span}"
    else:
        limit = rule.span
        if rule.condition and rule.extension and rule.limit is not None:
            limit = f"{(rule.extension if of.stage.extended[of.at] else rule.limit):g}{rule.unit.value}"
        yield f"{began} + {limit} = {shown(of.base)}"
        yield from _extension(of, rule)
    for pause in of.still:
        yield _pause(pause)
    if of.due != of.base and not np.isnat(of.due):
        yield f"停表之后，截止顺延到 {shown(of.due)}"
    yield from counting.in_words(rule, of.days)
    if of.provisional:
        yield "截止时间落在放假安排还没有公布的年份，是暂定的"


def _extension(of: Sum, rule: Rule) -> Iterator[str]:
    if rule.condition is None or rule.extension is None or rule.limit is None:
        return
    wanted = f"{rule.condition.column}={rule.condition.value}"
    if of.stage.extended[of.at]:
        yield f"有 {wanted} 的记录，按 {rule.extension:g}{rule.unit.value}计"
    else:
        yield f"没有 {rule.limit:g}{rule.unit.value}内 {wanted} 的记录，不延长"


def _pause(pause: PauseExplained) -> str:
    left = f"，停时{pause.left}" if pause.left == counting.USED_UP else f"，停时还剩 {pause.left}" if pause.left else ""
    if not pause.until:
        return f"未了事宜：{_iso_shown(pause.since)} 起停表，还没有恢复{left}"
    return f"未了事宜：{_iso_shown(pause.since)} 停表，{_iso_shown(pause.until)} 恢复{left}"


def _end(of: Sum) -> Iterator[str]:
    late = lateness(of.stage, of.now)[of.at].astype("m8[s]").item()
    if not np.isnat(of.actual):
        yield f"{of.end.name} {of.ended}" + (f"，晚了 {span(late)}" if late else "")
    elif late:
        yield f"现在 {of.now:%Y-%m-%d %H:%M}，已超过 {span(late)}"
    elif not np.isnat(of.due) and of.verdict in (Verdict.RUNNING, Verdict.AT_RISK):
        yield f"现在 {of.now:%Y-%m-%d %H:%M}，还剩 {span(pd.Timestamp(of.due) - of.now)}"


def day(moment: np.datetime64) -> str:
    """``2026-11-03``."""
    return f"{pd.Timestamp(moment):%Y-%m-%d}"


def shown(moment: np.datetime64) -> str:
    """``2026-11-03 09:05``, with seconds only where there are some."""
    stamp = pd.Timestamp(moment)
    return f"{stamp:%Y-%m-%d %H:%M}" + (f":{stamp:%S}" if stamp.second else "")


def _iso_shown(moment: str) -> str:
    return shown(np.datetime64(moment, "s"))
