"""What starts and stops a clock: a time in the register, an entry of 处理记录, a date on one of the side sheets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from automation.outcomes import DISSATISFIED, SATISFIED, says
from automation.sla.calendar import Instants, Mask
from workbook import distinct
from workbook.cells import half_width
from workbook.ledger import Ledger
from workbook.schema import EVENTS, REGISTER, TABLES, TEMPORAL

EVENT_PREFIX = "处理记录:"
NEVER = np.datetime64("NaT", "s")


@dataclass(frozen=True, slots=True)
class Event:
    """``sheet`` and what counts there: one time column, or any of several 事项 of 处理记录.

    ``result``: of those entries only the ones whose 结果 says this (``处理记录:跟踪回访=不满意``).
    """

    sheet: str
    words: tuple[str, ...]
    result: str = ""

    @property
    def in_register(self) -> bool:
        return self.sheet == REGISTER.sheet

    @property
    def in_records(self) -> bool:
        return self.sheet == EVENTS.sheet

    @property
    def name(self) -> str:
        """As 规则 writes it, in the one way that two rules can be compared by."""
        if self.in_register:
            return self.words[0]
        return f"{self.sheet}:{'、'.join(self.words)}" + (f"={self.result}" if self.result else "")

    @property
    def chinese(self) -> str:
        """As sentences name it: ``接收时间``, ``处理记录“联系客户”``, ``重大质量事故“批准日期”``."""
        if self.in_register:
            return self.words[0]
        words = "或".join(f"“{word}”" for word in self.words)
        return f"{self.sheet}{words}" + (f"（结果：{self.result}）" if self.result else "")


_SHEETS = {table.sheet: table for table in TABLES if "编号" in table.headers and table is not REGISTER}


_BETWEEN_WORDS = re.compile(r"[、,;/]")


@cache
def parse(name: str) -> Event | None:
    """The event a cell of 规则 names; ``None`` when it names none.

    ``接收时间`` · ``处理记录:联系客户`` · ``处理记录:答复客户、升级二级`` (whichever comes first; a comma will do) ·
    ``处理记录:跟踪回访=不满意`` · ``重大质量事故:批准日期``.
    """
    text = half_width(name).replace(" ", "")
    sheet, colon, rest = text.partition(":")
    if not colon:
        known = text in REGISTER.headers and REGISTER[text].kind in TEMPORAL
        return Event(REGISTER.sheet, (text,)) if known else None
    if sheet == EVENTS.sheet:
        words, _, result = rest.partition("=")
        named = tuple(word for word in _BETWEEN_WORDS.split(words) if word)
        return Event(sheet, named, result) if named else None
    table = _SHEETS.get(sheet)
    if table is None or rest not in table.headers or table[rest].kind not in TEMPORAL:
        return None
    return Event(sheet, (rest,))


@dataclass(frozen=True)
class Occurrences:
    """When something happened, entry by entry: ``at``: position of the ticket, ``time`` as it is written (a date is its
    midnight), ``order``: which of two entries of one instant was written first (Excel rows doubled; of the other sheets,
    what starts comes before any entry and what stops after).
    """

    at: np.ndarray
    time: Instants
    order: np.ndarray

    @classmethod
    def of(cls, frames: Sequence[Occurrences]) -> Occurrences:
        """Several as one."""
        if not frames:
            return from_column(np.zeros(0, dtype="M8[s]"), STARTS_FIRST)
        return cls(
            np.concatenate([one.at for one in frames]),
            np.concatenate([one.time for one in frames]),
            np.concatenate([one.order for one in frames]),
        )

    def only(self, mask: Mask) -> Occurrences:
        return Occurrences(self.at[mask], self.time[mask], self.order[mask])

    def in_order(self, order: int) -> Occurrences:
        """The same, all of one order among what happens at one instant."""
        return listed(self.at, self.time, order)


STARTS_FIRST, STARTS_LAST, STOPS_LAST = -1, np.iinfo(np.int64).max - 1, np.iinfo(np.int64).max


def listed(at: npt.ArrayLike, time: npt.ArrayLike, order: int) -> Occurrences:
    """What happened to tickets one by one, all of one order."""
    places = np.asarray(at, dtype=np.int64)
    return Occurrences(places, np.asarray(time, dtype="M8[s]"), np.full(len(places), order, dtype=np.int64))


def from_column(instants: Instants, order: int) -> Occurrences:
    """One instant a ticket at most; missing ones did not happen."""
    at = np.flatnonzero(~np.isnat(instants))
    return listed(at, instants[at], order)


def find(event: Event, tickets: pd.DataFrame, ledger: Ledger, now: np.datetime64, *, stops: bool) -> Occurrences:
    """Every time the event happened to each of ``tickets`` until ``now``, as it is written; nothing is done in the future."""
    order = STOPS_LAST if stops else STARTS_FIRST
    if event.in_register:
        column: Instants = tickets[event.words[0]].to_numpy(dtype="M8[s]")
        return from_column(column, order)
    records = ledger.tables[event.sheet].frame
    if event.in_records:
        records, column_name = of_event(event, records), "时间"
    else:
        column_name = event.words[0]
    times = records[column_name].to_numpy(dtype="M8[s]")
    happened = ~np.isnat(times) & (times <= now) & (records["编号"] != "").to_numpy(dtype=bool)
    found = _by_ticket(records[happened], times[happened], tickets)
    return found if event.in_records else found.in_order(order)


def of_event(event: Event, records: pd.DataFrame) -> pd.DataFrame:
    """The entries of 处理记录 that are the event. Satisfaction is read from 内容 where nothing stands in 结果."""
    named = records[records["事项"].isin(event.words)]
    if not event.result:
        return named
    said = named["结果"]
    if event.result in (DISSATISFIED, SATISFIED):
        said = said.where(said != "", named["内容"])
    return named[distinct.spread(lambda text: says(event.result, text), said).astype(bool)]


def _by_ticket(records: pd.DataFrame, times: Instants, tickets: pd.DataFrame) -> Occurrences:
    """Entries laid to the positions of their tickets; a number that stands twice gives them to both rows."""
    entries = pd.DataFrame({"编号": records["编号"].to_numpy(), "time": times, "order": records.index.to_numpy()})
    places = pd.DataFrame({"编号": tickets["编号"].to_numpy(), "at": np.arange(len(tickets))})
    met = entries.merge(places, on="编号")
    return Occurrences(
        met["at"].to_numpy(dtype=np.int64),
        met["time"].to_numpy(dtype="M8[s]"),
        met["order"].to_numpy(dtype=np.int64) * 2,
    )
