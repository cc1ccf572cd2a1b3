"""What was done for the cases of a flow: their rows of the register and, in order of time, their entries of 处理记录."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from workbook.ledger import Ledger
from workbook.schema import EVENTS
from workbook.vocabulary import FLOW

STANDARD, TIERS, MANUFACTURER, TOYOTA, SELLER, REPAIRER, PARTS_SHOP, ACCIDENT, ENTERPRISE = FLOW.values
"""The flows by what the written process calls them: STD, TIER, OEM, GTOYOTA, SALES, REPAIR, PARTS, EVQ, GENERIC."""

MAJOR = "重大"


@dataclass(frozen=True)
class Trail:
    """The numbered ``cases`` of one flow, a row a 编号, and their ``entries`` by 时间, those without one at the end.

    Both bear the Excel rows of their sheets as index.
    """

    cases: pd.DataFrame
    entries: pd.DataFrame

    @property
    def closed(self) -> pd.DataFrame:
        return self.cases[self.cases["归档时间"].notna()]

    def of(self, *events: str) -> pd.DataFrame:
        """The entries with one of these 事项."""
        return self.entries[self.entries["事项"].isin(events)]

    def first(self, *events: str) -> pd.DataFrame:
        """Of each case the first of these entries."""
        found = self.of(*events)
        return found[~found["编号"].duplicated()]


def trails(ledger: Ledger) -> Mapping[str, Trail]:
    """A trail for every flow but the standard one, which keeps its times in the register."""
    register, events = ledger.register.frame, ledger[EVENTS].frame
    numbered = register[register["流程"].isin(FLOW.values[1:]) & (register["编号"] != "")]
    cases = numbered[~numbered["编号"].duplicated()]
    own = events[events["编号"].isin(set(cases["编号"]))].sort_values("时间", kind="stable")
    flows = own["编号"].map(dict(zip(cases["编号"], cases["流程"], strict=True)))
    return {flow: Trail(cases[cases["流程"] == flow], own[flows == flow]) for flow in FLOW.values[1:]}


def later(one: pd.Series, other: pd.Series) -> pd.Series:
    """Where ``one`` is certainly later: a date without a time may be any time of its day, a missing one any at all."""
    day, other_day = one.dt.normalize(), other.dt.normalize()
    vague = (one == day) | (other == other_day)
    return (one > other) & ~(vague & (day == other_day))


def preceded(entries: pd.DataFrame, by: pd.DataFrame) -> pd.Series:
    """Which ``entries`` have one ``by`` of the same 编号 that is not later than they are."""
    known = _known(entries, by)
    return known & ~later(_at(entries, by.groupby("编号")["时间"].min()), entries["时间"])


def followed(entries: pd.DataFrame, by: pd.DataFrame) -> pd.Series:
    """Which ``entries`` have one ``by`` of the same 编号 that is not earlier than they are."""
    known = _known(entries, by)
    return known & ~later(entries["时间"], _at(entries, by.groupby("编号")["时间"].max()))


def _known(entries: pd.DataFrame, by: pd.DataFrame) -> pd.Series:
    return entries["编号"].isin(by["编号"])


def _at(entries: pd.DataFrame, times: pd.Series) -> pd.Series:
    """The time each entry's 编号 has in ``times``; one undated entry among dated ones does not count."""
    return pd.Series(times.reindex(entries["编号"]).to_numpy("M8[s]"), index=entries.index)


def saying(entries: pd.DataFrame, column: str, test: Callable[[str], bool]) -> pd.DataFrame:
    """The entries whose text in ``column`` passes the test."""
    return entries[np.fromiter(map(test, entries[column]), dtype=bool, count=len(entries))]
