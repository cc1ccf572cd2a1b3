"""Readers of single values of ``kesu.toml``: each says in Chinese what a value should have been."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Unfit(ValueError):
    """What a value should have been, as the words after 应为."""


Reader = Callable[[object, Path], Any]
"""Checks one value and gives it its type; relative paths start at the file's folder. Raises ``Unfit``."""


def text(value: object, folder: Path) -> str:
    """One line, without the blanks around it."""
    if not isinstance(value, str) or any(ord(sign) < 32 for sign in value):
        raise Unfit("一行文字")
    return value.strip()


def texts(value: object, folder: Path) -> tuple[str, ...]:
    """A list of lines, none of them empty."""
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise Unfit('一列文字，如 ["客户经理", "管理部"]')
    return tuple(text(one, folder) for one in value)


def path(value: object, folder: Path) -> Path | None:
    """``None`` when empty; relative ones start at the folder of ``kesu.toml``."""
    words = text(value, folder)
    return folder / Path(words).expanduser() if words else None


def switch(value: object, folder: Path) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise Unfit("true 或 false")
    return value


def address(value: object, folder: Path) -> str:
    """A mail address, or nothing."""
    words = text(value, folder)
    if words and not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", words):
        raise Unfit("邮箱地址")
    return words


def url(value: object, folder: Path) -> str:
    """A web address that can be asked for: http or https, of some host; or nothing."""
    words = text(value, folder)
    try:
        parts = urlsplit(words)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        fits = False
    if words and (not fits or not words.isascii() or " " in words):
        raise Unfit('网址，如 "https://hc-ping.com/…"')
    return words


def variable(value: object, folder: Path) -> str:
    """The name of an environment variable."""
    words = text(value, folder)
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", words):
        raise Unfit("环境变量的名字（不是密码本身）")
    return words


def time(value: object, folder: Path) -> dt.time:
    """``"07:00"``, or TOML's own 07:00:00; ``"24:00"`` is the midnight that ends the day."""
    if isinstance(value, dt.time):
        return value
    match = (
        re.fullmatch(r"(\d{1,2}):(\d\d)", unicodedata.normalize("NFKC", value).strip())
        if isinstance(value, str)
        else None
    )
    hour, minute = (int(part) for part in match.groups()) if match else (99, 99)
    if (hour, minute) != (24, 0) and (hour > 23 or minute > 59):
        raise Unfit('一天里的时间，写成 "07:00"')
    return dt.time(hour % 24, minute)


def integer(low: int, high: int) -> Reader:
    """An integer from ``low`` to ``high``."""

    def read(value: object, folder: Path) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Unfit(f"{low}–{high} 的整数")
        return value

    return read


def number(low: float, high: float) -> Reader:
    """A number from ``low`` to ``high``."""

    def read(value: object, folder: Path) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise Unfit(f"{low:g}–{high:g} 的数")
        return float(value)

    return read


def time_of_day(value: object, folder: Path) -> dt.time:
    """``"08:00"``, or TOML's own 08:00:00."""
    if isinstance(value, str) and (clock := re.fullmatch(r"([01]?\d|2[0-3])[:：]([0-5]\d)", value.strip())):
        return dt.time(int(clock[1]), int(clock[2]))
    if isinstance(value, dt.time) and value.tzinfo is None and not value.microsecond:
        return value
    raise Unfit('时刻，如 "08:00"')


def times(value: object, folder: Path) -> tuple[dt.time, ...]:
    """Times of a day in their order, none of them twice; an empty list is none."""
    if not isinstance(value, list):
        raise Unfit('几个时刻，如 ["08:30", "14:00"]')
    return tuple(sorted({time_of_day(one, folder) for one in value}))


def month(value: object, folder: Path) -> str:
    """A month as ``2026-10``, or nothing."""
    words = text(value, folder)
    if words and not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", words):
        raise Unfit('月份，写成 "2026-10"')
    return words


def one_of(*names: str) -> Reader:
    """One of some names."""

    def read(value: object, folder: Path) -> str:
        if value not in names:
            raise Unfit(" / ".join(f'"{name}"' for name in names) + " 之一")
        return str(value)

    return read
