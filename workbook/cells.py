"""From cells as staff type them to typed columns: times, numbers, tidy text. Whole columns at a time, nothing dropped.

Every function takes a column as read (objects; ``''`` is empty) and gives the typed column with two masks: *mended*
(understood, but not typed as asked) and *unreadable* (not understood; the value is missing, the row stays).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from workbook import distinct

Mask = npt.NDArray[np.bool_]

_DAY = r"(?P<y>(?:19|20)\d{2})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*[日号]?"
_COMPACT = r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})"
_HALVES = r"凌晨|早上|上午|中午|下午|傍晚|晚上|晚|AM|PM|am|pm"
_HALF = rf"(?:\s*(?P<half>{_HALVES}))?"
_HALF_AFTER = r"(?:\s*(?P<after>[AaPp]\.?[Mm]\.?))?"
_CLOCK_TIME = r":\s*(?P<M>\d{1,2})(?::\s*(?P<S>\d{1,2})(?:\.\d+)?)?"
_SPOKEN_TIME = r"[时点]\s*(?P<M2>半|\d{1,2})?\s*分?(?:\s*(?P<S2>\d{1,2})\s*秒)?"
_TIME = rf"(?P<H>\d{{1,2}})\s*(?:{_CLOCK_TIME}|{_SPOKEN_TIME})"
_COMPACT_TIME = r"(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2}))?"
_WEEKDAY = r"(?:\s*[(]?(?:周|星期)[一二三四五六日天][)]?)?"

_WRITTEN_TIME = re.compile(rf"{_DAY}{_WEEKDAY}(?:[\sT,]*{_HALF}\s*{_TIME}{_HALF_AFTER}|[\s,]*(?:{_HALVES}))?")
_COMPACT_TIME_TEXT = re.compile(rf"{_COMPACT}(?:[\sT]*{_COMPACT_TIME})?")
_ISO_ZONE = re.compile(r"(?:\+08:?00)$")

_WRITTEN_NUMBER = re.compile(
    r"[¥¥$]?\s*(?P<n>[-+]?\d[\d,]*(?:\.\d+)?)\s*(?P<wan>万)?\s*(?:公里|千米|km|元|块|RMB|人民币)?", re.IGNORECASE
)

_FIRST_SERIAL, _LAST_SERIAL = 32874, 73050
"""Numbers read as Excel dates: 1990-01-01 to 2099-12-31. Others are not times."""

_EARLIEST, _TOO_LATE = np.datetime64("1920-01-01", "s"), np.datetime64("2100-01-01", "s")
"""A ``9`` typed into a cell with a date format is 1900-01-09, and 9999-12-31 means 'never': neither is a time. Somebody's
birthday may lie before 1990."""

_MORNING, _EVENING = ("凌晨", "早上", "上午", "am"), ("下午", "傍晚", "晚上", "晚", "pm")


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed column and what had to be done to it (masks aligned to it)."""

    values: pd.Series
    mended: Mask
    unreadable: Mask
    date_only: Mask | None = None


def times(column: pd.Series, *, date1904: bool) -> Typed:
    """Times as ``datetime64[s]``. Text and serial numbers are understood; a day without a time is its midnight."""
    out = np.full(len(column), np.datetime64("NaT", "s"), dtype="M8[s]")
    kinds = _kinds(column)
    text, number, real = kinds == _TEXT, kinds == _NUMBER, kinds == _MOMENT
    blank = _blank(column, text)
    if real.any():
        # Excel's binary fractions of a day come back a few microseconds off: round, never truncate.
        exact = pd.to_datetime(column.to_numpy()[real], cache=False).to_numpy(dtype="M8[us]")
        out[real] = (exact + np.timedelta64(500_000, "us")).astype("M8[s]")
    if number.any():
        out[number] = _from_serials(column[number].to_numpy(dtype=float), date1904=date1904)
    written = text & ~blank
    if written.any():
        out[written] = distinct.each(written_time, column[written]).astype("M8[s]")
    with_sense = (out >= _EARLIEST) & (out < _TOO_LATE)
    out[~with_sense] = np.datetime64("NaT", "s")
    readable = ~np.isnat(out)
    day_only = readable & (out == out.astype("M8[D]"))
    return Typed(
        pd.Series(out, index=column.index), (written | number) & readable, ~readable & ~blank, date_only=day_only
    )


def numbers(column: pd.Series) -> Typed:
    """Numbers as ``float64``; ``3.2万公里`` and ``1,200元`` are understood."""
    out = np.full(len(column), np.nan)
    kinds = _kinds(column)
    text, number = kinds == _TEXT, kinds == _NUMBER
    blank = _blank(column, text)
    out[number] = column[number].to_numpy(dtype=float)
    written = text & ~blank
    if written.any():
        out[written] = distinct.each(written_number, column[written]).astype(float)
    readable = ~np.isnan(out)
    return Typed(pd.Series(out, index=column.index), text & readable, ~readable & ~blank)


def words(column: pd.Series, spelt: Callable[[str], str] = str) -> Typed:
    """Short values (names, choices, plates, numbers of things): half-width, without any white space.

    ``spelt``: how they are compared, sign by sign (``str.upper``); writing them otherwise is no slip.
    """
    codes, values = distinct.factorize(column)
    shown = [value if isinstance(value, str) else _shown(value) for value in values.tolist()]
    tidy = _all_at_once(_tidy, shown)
    mended = np.zeros(len(shown), dtype=bool)
    if tidy is not shown:
        mended[:] = [one != other for one, other in zip(tidy, shown, strict=True)]
    meant = distinct.objects(_all_at_once(spelt, tidy))
    none = np.zeros(len(column), dtype=bool)
    return Typed(pd.Series(meant[codes], index=column.index, dtype=object), mended[codes], none)


def _all_at_once(work: Callable[[str], str], texts: list[str]) -> list[str]:
    """``work`` of every text, asked for all of them together: it looks at each sign by itself."""
    together = "\0".join(texts)
    done = work(together)
    if done == together:
        return texts
    found = done.split("\0")
    return found if len(found) == len(texts) else [work(text) for text in texts]


def _tidy(text: str) -> str:
    return "".join(half_width(text).split())


def prose(column: pd.Series) -> Typed:
    """Free text: only the white space around it goes."""
    none = np.zeros(len(column), dtype=bool)
    try:
        stripped = list(map(str.strip, column.tolist()))
    except TypeError:  # a number, a day, TRUE
        stripped = list(map(str.strip, as_text(column).tolist()))
    return Typed(pd.Series(distinct.objects(stripped), index=column.index, dtype=object), none, none)


def as_text(column: pd.Series) -> pd.Series:
    """Every cell as the text a person sees: whole numbers without ``.0``, TRUE as 是, days as ``2026-11-03``."""
    other = _kinds(column) != _TEXT
    if not other.any():
        return column
    out = column.astype(object).copy()
    out[other] = [_shown(value) for value in column[other]]
    return out


def written_time(text: str) -> np.datetime64:
    """A time as people write it (``2026年11月3日 下午3点半``, ``2026/11/3 9:05 PM``, ``20261103``); NaT if it is none. Of
    ``2026-11-03 上午`` only the day is known.
    """
    plain = _ISO_ZONE.sub("", re.sub(r"\s+", " ", half_width(text)).strip())
    match = _WRITTEN_TIME.fullmatch(plain) or _COMPACT_TIME_TEXT.fullmatch(plain)
    if match is None:
        return np.datetime64("NaT", "s")
    part = match.groupdict()
    hour, minute, second = (int(part["H"] or 0), _minute(part), int(part["S"] or part.get("S2") or 0))
    before, after = (part.get("half") or "").lower(), (part.get("after") or "").lower().replace(".", "")
    if before and after:
        return np.datetime64("NaT", "s")
    half = before or after
    # 晚上12点, 晚上1点: the night before or the night after? 上午15点: one of the two is wrong. Staff must say.
    if (half in ("晚上", "晚") and (hour < 5 or hour == 12)) or (half in _MORNING and hour > 12):
        return np.datetime64("NaT", "s")
    if (half in _EVENING and hour < 12) or (half == "中午" and hour < 3):
        hour += 12
    if half in ("凌晨", "am", "上午") and hour == 12:
        hour = 0
    day, carry = (hour == 24 and minute == second == 0), 0
    if day:
        hour, carry = 0, 1
    try:
        moment = dt.datetime(int(part["y"]), int(part["m"]), int(part["d"]), hour, minute, second)
    except ValueError:
        return np.datetime64("NaT", "s")
    return np.datetime64(moment + dt.timedelta(days=carry), "s")


def written_number(text: str) -> float:
    """A number as people write it (``3.2万公里``, ``1,200 元``); NaN if it is none."""
    match = _WRITTEN_NUMBER.fullmatch(re.sub(r"\s+", "", half_width(text)))
    if match is None:
        return float("nan")
    return float(match["n"].replace(",", "")) * (10_000 if match["wan"] else 1)


def _minute(part: dict[str, str | None]) -> int:
    written = part["M"] or part.get("M2")
    return 30 if written == "半" else int(written or 0)


_OTHER, _TEXT, _NUMBER, _MOMENT = range(4)
_KINDS = defaultdict(int, {str: _TEXT, float: _NUMBER, int: _NUMBER, dt.datetime: _MOMENT, dt.date: _MOMENT})


def _kinds(column: pd.Series) -> npt.NDArray[np.int8]:
    """What each cell holds, by its exact type: ``True`` is no number."""
    return np.frombuffer(bytes(map(_KINDS.__getitem__, map(type, column.tolist()))), dtype=np.int8)


def _blank(column: pd.Series, text: Mask) -> Mask:
    """Which of the cells that hold text hold nothing but white space."""
    blank = np.zeros(len(column), dtype=bool)
    blank[text] = [not cell or cell.isspace() for cell in column.to_numpy()[text].tolist()]
    return blank


def half_width(text: str) -> str:
    """Full-width letters, digits and punctuation as their half-width forms (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return str(value)


def _from_serials(serials: npt.NDArray[np.float64], *, date1904: bool) -> npt.NDArray[np.datetime64]:
    out = np.full(len(serials), np.datetime64("NaT", "s"), dtype="M8[s]")
    days = serials + (1462 if date1904 else 0)
    is_serial = (days >= _FIRST_SERIAL) & (days < _LAST_SERIAL + 1)
    out[is_serial] = np.datetime64("1899-12-30", "s") + np.round(days[is_serial] * 86400).astype("m8[s]")
    whole = ~is_serial & (serials == np.floor(serials)) & (serials >= 19_900_101) & (serials < 1e14)
    for index in np.flatnonzero(whole):  # typed as digits: 20261103, 202611030905; a handful at most
        out[index] = written_time(str(int(serials[index])))
    return out
