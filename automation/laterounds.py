"""Rounds of stages: which are late, and each as the record has it now."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from automation.past import Late
from automation.sla.stages import StageClock
from automation.sla.verdict import Verdict

if TYPE_CHECKING:  # the checks import this file
    from automation.checks.facts import Facts

LATE = frozenset({Verdict.LATE, Verdict.FINISHED_LATE})


class Round(NamedTuple):
    """One round of a stage as the record has it now; ``place`` points into the clock's arrays."""

    clock: StageClock
    place: int
    row: int

    @property
    def number(self) -> int:
        return int(self.clock.number[self.place])

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.clock.verdict[self.place])

    @property
    def due(self) -> pd.Timestamp:
        return pd.Timestamp(self.clock.due[self.place])

    @property
    def actual(self) -> pd.Timestamp:
        """As it is written."""
        return pd.Timestamp(self.clock.written_actual[self.place])

    @property
    def in_time(self) -> bool:
        return bool(self.clock.actual[self.place] <= self.clock.cutoff[self.place])

    def is_of(self, late: Late) -> bool:
        """Whether this is the round that was late: by its deadline, else by its number."""
        return (pd.notna(self.due) and self.due.isoformat() == late.due) or self.number == late.number


def rounds(facts: Facts, rules: Set[str], rows: Set[int]) -> dict[tuple[int, str], list[Round]]:
    """Register row and rule → the rounds of that stage, oldest first."""
    found: dict[tuple[int, str], list[Round]] = {}
    for index, stage in _stages(facts):
        if stage.rule.id in rules:
            for place in np.flatnonzero(index.isin(rows)).tolist():
                row = int(index[place])
                found.setdefault((row, stage.rule.id), []).append(Round(stage, place, row))
    return found


def _stages(facts: Facts) -> Iterator[tuple[pd.Index, StageClock]]:
    yield from ((one.index, one.clock) for flow in facts.clocks.flows.values() for one in flow.earlier)
    yield from ((flow.index, stage) for flow in facts.clocks.flows.values() for stage in flow.stages)
    yield from ((one.index, one.clock) for one in facts.clocks.beside)


def rows_of(facts: Facts, tickets: Set[str]) -> dict[str, int]:
    """Where those of the tickets stand that stand in the register once."""
    numbers = facts.register["编号"]
    mine = numbers[numbers.isin(tickets)]
    return {str(ticket): int(row) for row, ticket in mine[~mine.duplicated(keep=False)].items()}


def all_late(facts: Facts) -> set[Late]:
    """Every round that is late, of tickets whose number stands once."""
    numbers = facts.register["编号"]
    numbers = numbers[(numbers != "") & ~numbers.duplicated(keep=False)]
    found: set[Late] = set()
    for index, stage in _stages(facts):
        places = np.flatnonzero(stage.is_(*LATE))
        if not len(places):
            continue
        tickets = numbers.reindex(index[places])
        known = tickets.notna().to_numpy(dtype=bool)
        places = places[known]
        rounds_ = zip(
            tickets.to_numpy()[known].tolist(),
            stage.number[places].tolist(),
            _texts(stage.due[places]),
            _texts(stage.written_actual[places]),
            strict=True,
        )
        rule = stage.rule.id
        found.update(Late(ticket, rule, number, due, end) for ticket, number, due, end in rounds_)
    return found


def as_late(ticket: str, one: Round) -> Late:
    """A round of a ticket as it is remembered."""
    at = slice(one.place, one.place + 1)
    ((due,), (end,)) = _texts(one.clock.due[at]), _texts(one.clock.written_actual[at])
    return Late(ticket, one.clock.rule.id, one.number, due, end)


def _texts(instants: np.ndarray) -> list[str]:
    texts: list[str] = np.datetime_as_string(instants.astype("M8[s]")).tolist()
    return ["" if text == "NaT" else text for text in texts]
