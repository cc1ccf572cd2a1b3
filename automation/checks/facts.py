"""What every check is given, and the one way findings at cells are made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from automation.checks.trail import Trail, trails
from automation.identifiers import TICKET
from automation.past import Past
from automation.payroll.holds import Fault
from automation.payroll.terms import Terms
from automation.roster import Roster
from automation.sla.rules import RuleBook
from automation.sla.stages import Clocks, StageClock
from workbook import distinct
from workbook.finding import Finding, Severity
from workbook.ledger import Ledger, Records
from workbook.schema import NUMERIC, TEMPORAL


@dataclass(frozen=True)
class Facts:
    """One pass's view of the workbook, for the checks. ``clocks`` were run on this very ledger.

    ``terms``: what the dealership has set about rewards and penalties.
    """

    ledger: Ledger
    clocks: Clocks
    book: RuleBook
    roster: Roster
    past: Past
    now: dt.datetime
    terms: Terms = field(default_factory=Terms)

    @property
    def register(self) -> pd.DataFrame:
        return self.ledger.register.frame

    @property
    def nothing(self) -> bool:
        """Whether the register holds no case at all, not even an old one."""
        return self.register.empty and not self.ledger.elders

    @property
    def numbers(self) -> frozenset[str]:
        """Every 编号 that stands in the register."""
        return self.ledger.numbers

    def stage(self, rule_id: str) -> tuple[pd.Index, StageClock] | None:
        """A stage by its rule id with the Excel rows it is about; ``None`` when no ticket follows its flow."""
        for flow in self.clocks.flows.values():
            for stage in flow.stages:
                if stage.rule.id == rule_id:
                    return flow.index, stage
        return None

    @cached_property
    def day_and_count(self) -> pd.DataFrame:
        """The two parts of each well-formed 编号: ``day`` (text) and ``count``; rows with another one are left out."""
        numbers = self.register["编号"]
        form = re.compile(TICKET)
        parts = [form.fullmatch(number) for number in numbers]
        formed = [match.groups() for match in parts if match]
        index = numbers.index[[match is not None for match in parts]]
        frame = pd.DataFrame(formed, index=index, columns=["day", "count"], dtype=object)
        return frame.astype({"count": int})

    @cached_property
    def trails(self) -> Mapping[str, Trail]:
        """For every flow but the standard one its cases and what 处理记录 says of them."""
        return trails(self.ledger)

    @cached_property
    def involved(self) -> pd.Series:
        """For each register row everybody whom 当事人 and 责任人 may mean (STD-20): a frozenset of names."""
        return distinct.spread(
            lambda *texts: self.roster.meant("、".join(texts)), self.register["当事人"], self.register["责任人"]
        )


def unfilled(records: Records, column: str) -> pd.Series:
    """Which rows have nothing but white space there. What is there but cannot be read is not empty (READ-02)."""
    values = records.frame[column]
    if records.table[column].kind not in TEMPORAL | NUMERIC:
        return values == ""
    empty = values.isna().to_numpy(dtype=bool, copy=True)
    cells = records.raw[column].to_numpy()[empty]
    empty[empty] = [isinstance(cell, str) and not cell.strip() for cell in cells.tolist()]
    return pd.Series(empty, index=values.index)


Check = Callable[[Facts], Iterable[Finding]]


def mark(
    records: Records,
    rows: Iterable[int],
    column: str,
    rule: str,
    severity: Severity,
    tell: Callable[[int], str],
    hint: str | Callable[[int], str],
) -> Iterator[Finding]:
    """A finding at ``column`` of each row: ``tell`` gives the sentence after the place, ``hint`` what to do."""
    frame = records.frame
    for row in rows:
        yield Finding(
            rule,
            severity,
            f"{records.place(row, column)} {tell(row)}",
            hint if isinstance(hint, str) else hint(row),
            records.cell(row, column),
            sheet=records.sheet,
            ticket=str(frame.at[row, "编号"]) if "编号" in frame else "",
        )


def mark_faults(records: Records, faults: Iterable[Fault]) -> Iterator[Finding]:
    """A finding at its cell for each fault of a line of 奖罚明细."""
    for fault in faults:
        yield from mark(
            records,
            [fault.row],
            fault.column,
            fault.rule,
            fault.severity,
            lambda row, words=fault.words: words,  # type: ignore[misc]
            fault.hint,
        )


def clock_time(moment: pd.Timestamp) -> str:
    """A time as messages show it."""
    return f"{moment:%Y-%m-%d %H:%M}"
