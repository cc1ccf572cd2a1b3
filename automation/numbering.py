"""编号: given once, in order of 接收时间, never reused and never changed (STD-03)."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
import pandas as pd

from automation.identifiers import TICKET
from automation.past import Issued

SHEET_COUNTS = range(501, 1000)
"""The counts of each day that the workbook's macros give, while Excel has the file; kesu gives all others.

Neither can ask the other: kesu reserves numbers for the file as it was saved and may write them much later, and the
macros number rows that kesu has not seen. Nothing but separate counts keeps both from giving one number twice.
"""

_IDENTITY = ["接收人", "客户姓名", "联系电话", "车牌号", "车架号", "内容概要"]


@dataclass(frozen=True)
class Allocation:
    """``numbers`` and ``times``: 编号 and 编号时间 of every row after this pass.

    ``fresh``: the rows numbered now.
    """

    numbers: pd.Series
    times: pd.Series
    fresh: pd.Index
    _register: pd.DataFrame = field(repr=False)
    _known: Sequence[Issued] = field(repr=False)
    _now: dt.datetime

    @cached_property
    def issued(self) -> tuple[Issued, ...]:
        """What the journal must keep: numbers given now, and those that staff gave and it did not know."""
        return tuple(_issues(self._register, self.numbers, self._known, self.fresh, self._now))


def allocate(register: pd.DataFrame, known: Sequence[Issued], now: dt.datetime) -> Allocation:
    """Give every row that has a time of receipt its number.

    A number reserved by an earlier pass whose write failed, or that staff wiped out, returns to its own row. What
    staff numbered by hand stays. Numbers once issued are never given to another row, though theirs was deleted.
    """
    numbers, times = register["编号"].copy(), register["编号时间"].copy()
    # A time of receipt that has not come yet is a slip (TIME-01): a number made of it would be wrong for ever.
    received = register["接收时间"] <= np.datetime64(now, "s")
    waiting = register[(numbers == "") & received].sort_values("接收时间", kind="stable")
    here = set(numbers)
    missing = [issue for issue in known if issue.number not in here and _well_formed(issue.number)]
    returned = _returning(missing, waiting, fingerprints(waiting)) if missing and len(waiting) else {}
    for row, issue in returned.items():
        numbers.at[row], times.at[row] = issue.number, issue.at
    fresh = waiting.drop(index=list(returned))
    if len(fresh):
        taken = [*here, *(issue.number for issue in known)]
        numbers.loc[fresh.index] = list(_next_numbers(fresh["接收时间"], taken))
        times.loc[fresh.index] = np.datetime64(now, "s")
    by_hand = (register["编号"] != "") & register["编号时间"].isna() & _nothing_later(register)
    times.loc[by_hand] = np.datetime64(now, "s")  # first seen now; for a case already further on, nobody knows when
    return Allocation(numbers, times, fresh.index, register, known, now)


def _well_formed(number: str) -> bool:
    """Whether a 编号 is one. Others (NUM-02) are not remembered: staff are told to clear them, and get a new one."""
    match = re.fullmatch(TICKET, number)
    return match is not None and _is_day(match[1])


@cache
def _is_day(digits: str) -> bool:
    try:
        dt.datetime.strptime(digits, "%Y%m%d")
    except ValueError:
        return False
    return True


def fingerprints(register: pd.DataFrame) -> pd.Series:
    """A short digest of what identifies each row's case, to know it again after sorting or a failed write."""
    # Spelled out: pandas writes a whole column of midnights without their time, and a missing time as no text at all.
    received = register["接收时间"].dt.strftime("%Y-%m-%d %H:%M:%S").fillna("")
    columns = [received, *(register[name] for name in _IDENTITY)]
    digests = ["\x1f".join(facts) for facts in zip(*columns, strict=True)]
    return pd.Series(
        [hashlib.sha256(text.encode()).hexdigest()[:16] for text in digests], index=register.index, dtype=object
    )


def _returning(missing: Sequence[Issued], waiting: pd.DataFrame, marks: pd.Series) -> dict[int, Issued]:
    """Which unnumbered rows take back a number that was already theirs: same case, else same time and place."""
    found: dict[int, Issued] = {}
    free = sorted(missing, key=lambda issue: issue.number)
    for same in (_same_case, _same_place, _same_time):
        for issue in list(free):
            rows = [row for row in same(issue, waiting, marks) if row not in found]
            if len(rows) == 1 or (rows and same is _same_case):
                found[rows[0]] = issue
                free.remove(issue)
    return found


def _same_case(issue: Issued, waiting: pd.DataFrame, marks: pd.Series) -> list[int]:
    return list(waiting.index[marks.loc[waiting.index] == issue.fingerprint])


def _same_place(issue: Issued, waiting: pd.DataFrame, marks: pd.Series) -> list[int]:
    if issue.written and issue.received.time() == dt.time():
        return []  # a day alone recognises nothing: the row may be another case typed where the old one was deleted
    return [issue.row] if issue.row in waiting.index and waiting.at[issue.row, "接收时间"] == issue.received else []


def _same_time(issue: Issued, waiting: pd.DataFrame, marks: pd.Series) -> list[int]:
    if issue.written:
        return []  # somebody has seen this number on a case that is gone; another of the same minute must not bear it
    return list(waiting.index[waiting["接收时间"] == pd.Timestamp(issue.received)])


def _next_numbers(received: pd.Series, taken: Sequence[str]) -> Iterator[str]:
    highest: dict[str, int] = defaultdict(int)
    form = re.compile(TICKET)
    for number in taken:
        if (match := form.fullmatch(number)) and int(match[2]) not in SHEET_COUNTS:
            highest[match[1]] = max(highest[match[1]], int(match[2]))
    for moment in received:
        day = f"{moment:%Y%m%d}"
        highest[day] += 1
        if highest[day] in SHEET_COUNTS:
            highest[day] = SHEET_COUNTS.stop
        yield f"FK{day}-{highest[day]:03d}"


def places(counts: pd.Series) -> pd.DataFrame:
    """Each count's place in its own sequence, from 1 without a gap: ``sheet`` (given by the macros or not), ``place``."""
    sheet = counts.between(SHEET_COUNTS.start, SHEET_COUNTS.stop - 1)
    place = counts.mask(counts >= SHEET_COUNTS.stop, counts - len(SHEET_COUNTS))
    return pd.DataFrame({"sheet": sheet, "place": place.mask(sheet, counts - SHEET_COUNTS.start + 1)})


def count_at(place: int, *, sheet: bool) -> int:
    """The count that has this place in its sequence."""
    if sheet:
        return SHEET_COUNTS.start - 1 + place
    return place if place < SHEET_COUNTS.start else place + len(SHEET_COUNTS)


def _nothing_later(register: pd.DataFrame) -> pd.Series:
    later = ["转管理部时间", "复核完成时间", "总经理意见时间", "执行完成时间", "转客服时间", "回访时间", "归档时间"]
    return register[later].isna().all(axis=1)


def _issues(
    register: pd.DataFrame,
    numbers: pd.Series,
    known: Sequence[Issued],
    fresh: pd.Index,
    now: dt.datetime,
) -> Iterator[Issued]:
    unknown = numbers[~numbers.isin({issue.number for issue in known}) & ~numbers.duplicated()]
    unknown = unknown[[_well_formed(number) for number in unknown]]
    cases = register.loc[unknown.index]
    written = ~unknown.index.isin(fresh)
    received = cases["接收时间"].astype(object).where(cases["接收时间"].notna(), now)
    for row, number, mark, moment, is_written in zip(
        unknown.index.tolist(), unknown, fingerprints(cases), received, written.tolist(), strict=True
    ):
        yield Issued(number, mark, pd.Timestamp(moment).to_pydatetime(), row, now, written=is_written)
