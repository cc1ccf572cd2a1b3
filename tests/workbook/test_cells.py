"""What staff type into a cell, and what is understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import wide
from workbook import cells
from workbook.cells import Typed, written_number, written_time


def column(*values: Any) -> pd.Series:
    return pd.Series(list(values), dtype=object)


def time_of(value: Any, *, date1904: bool = False) -> dt.datetime | None:
    moment = cells.times(column(value), date1904=date1904).values.iloc[0]
    return None if pd.isna(moment) else moment.to_pydatetime()


def told(typed: Typed) -> str:
    """How the one cell was taken: ``as it is``, ``mended`` or ``unreadable``."""
    assert not (typed.mended[0] and typed.unreadable[0])
    return "mended" if typed.mended[0] else "unreadable" if typed.unreadable[0] else "as it is"


NINE = dt.datetime(2026, 11, 3, 9, 5)

# --- Times ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "2026/11/3 9:05",
        "2026-11-03 09:05",
        "2026-11-03 09:05:00",
        "2026-11-03T09:05:00",
        "2026-11-03T09:05+08:00",
        "2026.11.3 9:05",
        "2026年11月3日 9时5分",
        "2026年11月3日9时05分",
        "2026年11月3日 9点5分",
        "2026年11月03日 上午9:05",
        "2026年11月3号 早上9点05",
        "2026-11-3 AM 9:05",
        "2026-11-03 星期二 09:05",
        "2026年11月3日(周二)9:05",
        "  2026/11/3\n9:05 ",
        "2026/11/3,9:05",
        "20261103 0905",
        "202611030905",
        "20261103090500",
        "20261103 09:05",
        wide("2026/11/3") + "\u3000" + wide("9:05"),
        wide("2026-11-03") + " " + wide("09:05"),
    ],
)
def test_a_time_is_understood_as_people_write_it(written: str) -> None:
    assert time_of(written) == NINE
    assert told(cells.times(column(written), date1904=False)) == "mended"


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("下午3点半", 15, 30),
        ("下午3:05", 15, 5),
        ("下午15:05", 15, 5),
        ("下午0:30", 12, 30),
        ("中午12点", 12, 0),
        ("中午1点", 13, 0),
        ("中午11点半", 11, 30),
        ("晚上8点", 20, 0),
        ("晚11:59", 23, 59),
        ("傍晚6点", 18, 0),
        ("凌晨0点10分", 0, 10),
        ("凌晨12:10", 0, 10),
        ("上午12:10", 0, 10),  # how Excel's 上午/下午 format writes ten past midnight
        ("pm 3:05", 15, 5),
        ("3:05 PM", 15, 5),
        ("3:05pm", 15, 5),
        ("12:10 AM", 0, 10),
        ("12:10 p.m.", 12, 10),
        ("9:05:00 AM", 9, 5),
        ("上午9点", 9, 0),
        ("9时", 9, 0),
        ("9点", 9, 0),
        ("0:00", 0, 0),
        ("23:59", 23, 59),
    ],
)
def test_the_time_of_day_is_understood_in_words(written: str, hour: int, minute: int) -> None:
    assert time_of(f"2026年11月3日 {written}") == dt.datetime(2026, 11, 3, hour, minute)


def test_24_oclock_is_the_next_midnight() -> None:
    assert time_of("2026-12-31 24:00") == dt.datetime(2027, 1, 1)
    assert time_of("2026-12-31 24:01") is None


@pytest.mark.parametrize(
    "written",
    [
        "昨天",
        "11月3日",
        "11/3 9:05",
        "2026-11",
        "2026-13-01",
        "2026-02-29",
        "2026-11-03 25:00",
        "2026-11-03 9:60",
        "2026-11-03 9",
        "3/11/2026",
        "2026-11-03 ~ 2026-11-04",
        "2026年11月3日 晚上12点",  # which night?
        "2026年11月3日 晚上1点",
        "2026年11月3日 上午15点",
        "2026-11-03 15:05 AM",
        "2026-11-03 上午 9:05 AM",
        "9:05",
        "20261303",
        "1826-11-03",
        "1900-01-09",
        "-",
        "0",
    ],
)
def test_what_is_no_time_is_not_guessed_at(written: str) -> None:
    assert time_of(written) is None
    assert told(cells.times(column(written), date1904=False)) == "unreadable"


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(1900, 1, 9),  # a 9 typed into a cell with a date format
        dt.datetime(9999, 12, 31),
        dt.date(9999, 12, 31),
        dt.time(9, 5),
        dt.timedelta(hours=9),
        True,
        9.0,
        -1.0,
        45.5,
        1e300,
        float("inf"),
        13800138000.0,
    ],
)
def test_a_value_that_can_be_no_time_is_not_taken_for_one(value: Any) -> None:
    assert told(cells.times(column(value), date1904=False)) == "unreadable"


@pytest.mark.parametrize("value", [NINE, NINE.replace(microsecond=400_000), NINE - dt.timedelta(microseconds=3)])
def test_a_real_date_time_is_taken_as_it_is_to_the_nearest_second(value: dt.datetime) -> None:
    assert time_of(value) == NINE
    assert told(cells.times(column(value), date1904=False)) == "as it is"


def test_a_day_alone_counts_from_midnight_and_is_told_apart() -> None:
    typed = cells.times(column(dt.date(2026, 11, 3), "2026-11-03", "20261103", NINE, ""), date1904=False)
    assert typed.values[:3].tolist() == [pd.Timestamp(2026, 11, 3)] * 3
    assert typed.date_only is not None
    assert typed.date_only.tolist() == [True, True, True, False, False]


@pytest.mark.parametrize("empty", ["", " ", "\n", "\u3000"])
def test_an_empty_cell_is_neither_mended_nor_unreadable(empty: str) -> None:
    for typed in (cells.times(column(empty), date1904=False), cells.numbers(column(empty))):
        assert pd.isna(typed.values.iloc[0])
        assert told(typed) == "as it is"


def test_a_serial_number_without_a_date_format_is_understood_in_both_date_systems() -> None:
    serial = (NINE - dt.datetime(1899, 12, 30)).total_seconds() / 86400
    assert time_of(serial) == NINE
    assert time_of(serial - 1462, date1904=True) == NINE
    assert told(cells.times(column(serial), date1904=False)) == "mended"


@pytest.mark.parametrize(("digits", "moment"), [(20261103.0, NINE.replace(hour=0, minute=0)), (202611030905.0, NINE)])
def test_a_date_typed_as_a_number_is_understood(digits: float, moment: dt.datetime) -> None:
    assert time_of(digits) == moment


def test_birthdays_before_computers_are_dates_too() -> None:
    assert time_of(dt.datetime(1955, 4, 1)) == dt.datetime(1955, 4, 1)


FORMS: tuple[Callable[[dt.datetime], str], ...] = (
    lambda t: f"{t:%Y-%m-%d %H:%M:%S}",
    lambda t: f"{t.year}/{t.month}/{t.day} {t.hour}:{t:%M:%S}",
    lambda t: f"{t:%Y-%m-%dT%H:%M:%S}+08:00",
    lambda t: f"{t:%Y%m%d%H%M%S}",
    lambda t: f"{t:%Y%m%d %H:%M:%S}",
    lambda t: f"{t.year}年{t.month}月{t.day}日{t.hour}时{t.minute}分{t.second}秒",
    lambda t: f"{t.year}年{t.month}月{t.day}日 {t.hour}点{t.minute}分{t.second}秒",
    lambda t: f"{t.year}.{t.month}.{t.day} 周{'一二三四五六日'[t.weekday()]} {t:%H:%M:%S}",
    lambda t: f"{t.year}年{t.month}月{t.day}号 {'上午' if t.hour < 12 else '下午'}{t.hour % 12 or 12}:{t:%M:%S}",
    lambda t: wide(f"{t:%Y/%m/%d}") + "\u3000" + wide(f"{t:%H:%M:%S}"),
)


@given(
    st.datetimes(dt.datetime(1920, 1, 1), dt.datetime(2099, 12, 31, 23, 59, 59)).map(
        lambda t: t.replace(microsecond=0)
    ),
    st.sampled_from(FORMS),
)
def test_any_time_written_in_any_form_reads_back(moment: dt.datetime, form: Callable[[dt.datetime], str]) -> None:
    assert time_of(form(moment)) == moment


@given(st.datetimes(dt.datetime(1990, 1, 1), dt.datetime(2099, 12, 31)), st.booleans())
def test_any_serial_number_reads_back_to_the_second(moment: dt.datetime, date1904: bool) -> None:
    moment = moment.replace(microsecond=0)
    epoch = dt.datetime(1904, 1, 1) if date1904 else dt.datetime(1899, 12, 30)
    serial = (moment - epoch).total_seconds() / 86400
    if date1904 and serial < 32874 - 1462:
        return
    assert time_of(serial, date1904=date1904) == moment


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_a_time_or_a_number(text: str) -> None:
    assert np.isnat(written_time(text)) or 1900 <= written_time(text).astype("M8[Y]").astype(int) + 1970 <= 2100
    assert isinstance(written_number(text), float)


# --- Numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("32000", 32000),
        ("3.2万公里", 32000),
        ("3.2 万", 32000),
        ("32,000 km", 32000),
        ("32000公里", 32000),
        ("1,200元", 1200),
        ("¥1,200.50", 1200.5),
        ("-200", -200),
        ("+200", 200),
        (wide("32000") + "公里", 32000),
        (wide("1,200.5"), 1200.5),
    ],
)
def test_a_number_is_understood_as_people_write_it(written: str, number: float) -> None:
    typed = cells.numbers(column(written))
    assert typed.values.iloc[0] == pytest.approx(number)
    assert told(typed) == "mended"


@pytest.mark.parametrize("written", ["约3万", "三万", "3-4万", "无", "12x", "1.2.3", "km", "-", "NaN", "inf"])
def test_what_is_no_number_is_not_guessed_at(written: str) -> None:
    assert told(cells.numbers(column(written))) == "unreadable"


def test_a_real_number_is_taken_as_it_is_and_a_tick_is_no_number() -> None:
    assert told(cells.numbers(column(32000.0))) == "as it is"
    assert told(cells.numbers(column(True))) == "unreadable"


# --- Texts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "word"),
    [
        (" 张 伟 ", "张伟"),
        ("张\u3000伟", "张伟"),
        ("张\n伟", "张伟"),
        (wide("138 0013") + " 8000", "13800138000"),
        (wide("fk20261103-001"), "fk20261103-001"),
    ],
)
def test_a_short_value_loses_its_spaces_and_its_full_width_signs(written: str, word: str) -> None:
    typed = cells.words(column(written))
    assert typed.values.iloc[0] == word
    assert told(typed) == "mended"


@pytest.mark.parametrize("value", ["张伟", "京A12345", "", 13800138000.0, True, NINE])
def test_a_short_value_in_order_is_not_reported(value: Any) -> None:
    assert told(cells.words(column(value if not isinstance(value, dt.datetime) else value.date()))) == "as it is"


def test_prose_keeps_its_lines_and_its_punctuation() -> None:
    told_by_staff = " 第一次来电。\n" + wide("(很生气)") + " "
    assert cells.prose(column(told_by_staff)).values.iloc[0] == told_by_staff.strip()


def test_every_kind_of_cell_has_a_text_that_a_person_would_see() -> None:
    seen = cells.as_text(column(13800138000.0, 3.5, True, False, NINE, dt.date(2026, 11, 3), dt.time(8, 30), "文"))
    assert seen.tolist() == ["13800138000", "3.5", "是", "否", "2026-11-03 09:05", "2026-11-03", "08:30", "文"]
