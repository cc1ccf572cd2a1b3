"""Which sheet is a dealership's register, and which of its headers is which column: by words, and by what stands below."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from automation.adoption import looks
from automation.adoption.words import NUMBERS, SERIALS, STATES, VAGUE, WORDS
from automation.identifiers import TICKET
from workbook import aliases, cells
from workbook.aliases import Heads, heads_at
from workbook.naming import OVER
from workbook.schema import REGISTER, Column, Kind
from workbook.snapshot import Grid, Snapshot
from workbook.table import TEMPORAL

SEARCHED = 30
"""How far down a sheet headers are looked for."""
SURE, ACCEPTED = 0.85, 0.6
"""From which confidence a column is certain, and from which it is proposed."""
_BY_LENGTH = 0.62
"""How sure it is that the longest texts are the complaints: not enough to take a list of orders for a register."""
_LONGEST_HEADER = 24
_FEWEST = 3
_SIGNS = re.compile(r"[\s*_:：.、,，()\[\]（）【】/\\#-]")
_NOTE = re.compile(r"[(\[（【].*?[)\]）】]")
_GROUP = re.compile(r"(?:信息|情况|资料|栏|内容|部分|阶段|环节)$")
_STRICT_KINDS = frozenset({Kind.TIME, Kind.DATE, Kind.PHONE, Kind.PLATE, Kind.VIN, Kind.NUMBER})


@dataclass(frozen=True, slots=True)
class Guess:
    """One header of theirs. ``ours`` is the column it is taken for, empty when it stays theirs; ``why`` says so in
    Chinese; ``values`` are some of those below it.
    """

    column: int
    header: str
    ours: str
    confidence: float
    why: str
    values: tuple[Any, ...]
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sheet taken for the register. ``latest`` is the last time of receipt in it."""

    grid: Grid
    heads: Heads
    guesses: tuple[Guess, ...]
    year: int | None
    latest: np.datetime64

    @property
    def score(self) -> float:
        return sum(guess.confidence for guess in self.guesses if guess.ours)

    def has(self, *names: str) -> bool:
        return set(names) <= {guess.ours for guess in self.guesses}


def recognise(snapshot: Snapshot, sheet: str | None = None) -> tuple[Recognised, ...]:
    """Every sheet that could be the register, the likeliest first; only ``sheet`` when that is given.

    Of several that are alike, such as one a month, the one with the latest complaint goes first.
    """
    grids = [grid for name, grid in snapshot.grids.items() if sheet is None or name == sheet]
    found = [one for grid in grids if (one := _of_sheet(grid, snapshot.path.stem, snapshot.date1904)) is not None]
    best = max((one.score for one in found), default=0.0)
    alike = [one for one in found if one.score >= 0.75 * best]
    never = np.datetime64("1900-01-01", "s")
    alike.sort(key=lambda one: (never if np.isnat(one.latest) else one.latest, one.score), reverse=True)
    return tuple(alike)


def _of_sheet(grid: Grid, file: str, date1904: bool) -> Recognised | None:
    heads = _heads(grid)
    if heads is None:
        return None
    below = {at: [row[at - grid.left] for row in grid.rows[heads.row + 1 - grid.top :]] for at in heads.texts}
    guesses = tuple(_assigned(heads, below))
    received = next((guess.column for guess in guesses if guess.ours == "接收时间"), None)
    told = {guess.ours for guess in guesses if guess.ours != "内容概要" or guess.confidence > _BY_LENGTH}
    if received is None or len(told & {"内容概要", "客户姓名", "联系电话", "车牌号", "车架号"}) < 2:
        return None
    year = _year(grid, heads, file, below[received])
    times = cells.times(pd.Series(list(_dated(below[received], year)), dtype=object), date1904=date1904).values
    return Recognised(
        grid, heads, guesses, year, times.max().to_datetime64() if times.notna().any() else np.datetime64("NaT")
    )


def _dated(values: Sequence[Any], year: int | None) -> Iterator[Any]:
    return aliases.with_year(values, year) if year else iter(values)


def _heads(grid: Grid) -> Heads | None:
    """The header row, or two: the one with the most words that are known."""
    best: tuple[float, Heads] | None = None
    for offset in range(min(SEARCHED, len(grid.rows))):
        for depth in (1, 2):
            heads = heads_at(grid, offset, depth)
            texts = [text for text in heads.texts.values() if len(text) <= _LONGEST_HEADER]
            if len(texts) < _FEWEST:
                continue
            known = sum(_familiar(text) for text in texts)
            if known > 0.5 and (best is None or known > best[0] + 0.5):
                best = known, heads
    return best[1] if best else None


@cache
def _familiar(text: str) -> float:
    spelled = _spellings(text)
    if any(one in SERIALS | NUMBERS | STATES for one in spelled):
        return 1.0
    return max(named(text, column.name)[0] for column in REGISTER.columns)


def _plain(text: str) -> str:
    return _SIGNS.sub("", text).lower()


@cache
def _spellings(text: str) -> tuple[str, ...]:
    """What a header may be compared as: whole, without what stands in brackets, without or with its group's word."""
    group, _, own = text.rpartition(OVER)
    bare = _NOTE.sub("", own) or own
    found = [_plain(own), _plain(bare), *_plain(own).split(OVER)]
    if group:
        found += [_plain(group + bare), _plain(_GROUP.sub("", group) + bare)]
    elif OVER in text:
        found += [_plain(part) for part in text.split(OVER)]
    return tuple(dict.fromkeys(one for one in found if one))


_KNOWN: Mapping[str, tuple[str, ...]] = {
    column.name: (_plain(column.name), *map(_plain, WORDS.get(column.name, ()))) for column in REGISTER.columns
}


@cache
def named(text: str, ours: str) -> tuple[float, str]:
    """How likely a header means one of our columns by its words, 0 to 1, and why."""
    best, why = 0.0, ""
    for place, spelled in enumerate(_spellings(text)):
        for word in _KNOWN[ours]:
            score, reason = _alike(spelled, word, ours)
            if place and score:
                score -= 0.01
            if score > best:
                best, why = score, reason
    return best, why


def _alike(spelled: str, word: str, ours: str) -> tuple[float, str]:
    if spelled == word:
        if word == _plain(ours):
            return 1.0, "表头相同"
        return (0.72, "表头可能是这个意思") if word in VAGUE else (0.97, "表头是同一个意思")
    if word in VAGUE or spelled in VAGUE or min(len(spelled), len(word)) < (4 if word.isascii() else 2):
        return 0.0, ""
    if word in spelled:
        return 0.62 + 0.3 * len(word) / len(spelled), "表头里有这个词"
    if not set(spelled) & set(word) or len(set(spelled) & set(word)) * 2 < len(set(word)):
        return 0.0, ""
    ratio = difflib.SequenceMatcher(None, spelled, word).ratio()
    return (0.85 * ratio, "表头相近") if ratio >= 0.74 else (0.0, "")


def _assigned(heads: Heads, below: Mapping[int, Sequence[Any]]) -> Iterator[Guess]:
    """What each header is taken for: the surest pairs first, each header and each column once."""
    samples = {at: looks.sample(below[at]) for at in heads.texts}
    theirs = {at: why for at, text in heads.texts.items() if (why := _stays_theirs(text))}
    made_for_us = {"编号", "当前环节", "提示"} <= set(heads.texts.values())
    pairs = []
    for at, text in heads.texts.items():
        for order, column in enumerate(REGISTER.columns):
            if column.ours and not (made_for_us and text == column.name and _fits(column, samples[at])):
                continue
            if at in theirs and not column.ours:
                continue
            confidence, why = _confidence(column, text, samples[at])
            if confidence >= ACCEPTED:
                pairs.append((-confidence, at, order, column.name, why))
    taken: dict[int, tuple[str, float, str]] = {}
    for confidence, at, _, name, why in sorted(pairs):
        if at not in taken and name not in {one[0] for one in taken.values()}:
            taken[at] = name, -confidence, why
    taken |= _by_values(heads, samples, taken, theirs)
    for at, text in heads.texts.items():
        name, confidence, why = taken.get(at, ("", 0.0, theirs.get(at, "")))
        values = tuple(samples[at][:3])
        yield Guess(at, text, name, confidence, why or _unknown(text, samples[at]), values, bool(name or at in theirs))


def _stays_theirs(text: str) -> str:
    spelled = _spellings(text)[:2]
    if any(one in SERIALS or one == "" for one in spelled) or text in SERIALS:
        return "序号，留着不动"
    if any(one in NUMBERS for one in spelled):
        return "贵店自己的编号，留着不动；kesu 另给编号"
    if any(one in STATES for one in spelled):
        return "贵店自己的状态，留着不动；kesu 另写状态"
    return ""


def _fits(column: Column, values: Sequence[Any]) -> bool:
    if not values:
        return True
    if column.name == "编号":
        return sum(re.fullmatch(TICKET, looks.text(value)) is not None for value in values) >= 0.9 * len(values)
    part = looks.share(column, values)
    return part is None or part >= 0.9


def _confidence(column: Column, text: str, values: Sequence[Any]) -> tuple[float, str]:
    name, why = named(text, column.name)
    if not name:
        return 0.0, ""
    part = looks.share(column, values)
    if part is None:
        return name, why
    if len(values) >= 3 and part < 0.3:
        strict = column.kind in _STRICT_KINDS or (column.list is not None and column.list.closed)
        return (0.4 * name, why) if strict else (name - 0.1, why)
    told = _shape(column)
    return min(1.0, 0.78 * name + 0.22 * part), f"{why}，{told}" if told and part >= 0.6 else why


def _shape(column: Column) -> str:
    if column.kind in TEMPORAL:
        return "内容是日期时间"
    shapes = {Kind.PHONE: "内容是电话", Kind.PLATE: "内容是车牌", Kind.VIN: "内容是车架号", Kind.NUMBER: "内容是数字"}
    return shapes.get(column.kind, "内容是部门" if column.name == "被反馈部门" else "")


def _by_values(
    heads: Heads,
    samples: Mapping[int, Sequence[Any]],
    taken: Mapping[int, tuple[str, float, str]],
    theirs: Mapping[int, str],
) -> dict[int, tuple[str, float, str]]:
    """What no header told: columns known by what stands in them alone."""
    given = {one[0] for one in taken.values()}
    free = [at for at in heads.texts if at not in taken and at not in theirs and len(samples[at]) >= 3]
    found: dict[int, tuple[str, float, str]] = {}
    for name, least, confidence in (
        ("联系电话", 0.8, 0.75),
        ("车牌号", 0.8, 0.75),
        ("车架号", 0.8, 0.75),
        ("接收时间", 0.8, 0.62),
        ("被反馈部门", 0.7, 0.62),
    ):
        column = REGISTER[name]
        alike = [at for at in free if at not in found and (looks.share(column, samples[at]) or 0.0) >= least]
        if name not in given and alike and (len(alike) == 1 or name == "接收时间"):
            found[alike[0]] = name, confidence, f"看内容：{_shape(column).removeprefix('内容是')}"
    if "内容概要" not in given:
        long = [at for at in free if at not in found and looks.length(samples[at]) >= 8]
        if long:
            at = max(long, key=lambda at: looks.length(samples[at]))
            found[at] = "内容概要", _BY_LENGTH, "看内容：最长的一列文字"
    return found


def _unknown(text: str, values: Sequence[Any]) -> str:
    if not values:
        return "空列"
    best = max(REGISTER.columns, key=lambda column: named(text, column.name)[0])
    if named(text, best.name)[0] >= ACCEPTED and not best.ours:
        if best.list is not None and best.list.closed:
            return f"像“{best.name}”，但内容不是 {'、'.join(best.list.values)}"
        return f"像“{best.name}”，但内容对不上，或已有更合适的一列"
    return "没有看懂"


def _year(grid: Grid, heads: Heads, file: str, values: Sequence[Any]) -> int | None:
    """The year of dates that are written without one: from the sheet's name, the title above, or the file's name."""
    if not any(one is not cell for one, cell in zip(aliases.with_year(values, 2000), values, strict=True)):
        return None
    titles = [str(cell) for row in grid.rows[: heads.row - grid.top] for cell in row if cell not in ("", None)]
    for text in (grid.name, *titles, file):
        if match := re.search(r"(?<!\d)(20\d\d)(?!\d)", text):
            return int(match[1])
    years = [cell.year for cell in values if isinstance(cell, dt.date)]
    return max(set(years), key=years.count) if years else None
