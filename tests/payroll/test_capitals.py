"""Amounts in words, as vouchers have them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from automation.payroll.capitals import LARGEST, capitals
from automation.payroll.lines import in_fen, yuan

DIGITS = {sign: number for number, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
PLACES = {"拾": 10, "佰": 100, "仟": 1_000}


def read(words: str) -> int:
    """The fen that words say, read the slow way: sign by sign."""
    if words.startswith(("负", "冲减")):
        return -read(words.removeprefix("负").removeprefix("冲减"))
    whole, _, rest = words.partition("元") if "元" in words else ("", "", words)
    groups = {"亿": 0, "万": 0, "": 0}
    group = digit = 0
    for sign in whole:
        if sign in DIGITS:
            digit = DIGITS[sign]
        elif sign in PLACES:
            group, digit = group + digit * PLACES[sign], 0
        else:
            groups[sign], group, digit = group + digit, 0, 0
    number = groups["亿"] * 10**8 + groups["万"] * 10**4 + group + digit
    return number * 100 + read_rest(rest)


def read_rest(rest: str) -> int:
    jiao, fen = re.search("(.)角", rest), re.search("(.)分", rest)
    return (DIGITS[jiao[1]] * 10 if jiao else 0) + (DIGITS[fen[1]] if fen else 0)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # The examples of the regulation.
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        # And the ends.
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角"),
        (1000, "壹拾元整"),
        (100001000, "壹佰万零壹拾元整"),
        (10**10 + 100, "壹亿零壹元整"),
        (-20000, "负贰佰元整"),
    ],
)
def test_amounts_are_written_as_the_regulation_writes_them(amount: int, words: str) -> None:
    assert capitals(amount) == words


@given(st.integers(-LARGEST, LARGEST) | st.integers(-(10**6), 10**6))
@example(LARGEST)
@example(10**13)
def test_the_words_say_the_amount_and_nothing_else(fen: int) -> None:
    words = capitals(fen)
    assert read(words) == fen
    assert fen == 0 or not re.search("零[零元万亿拾佰仟]", words)
    assert words.endswith("整") == (fen % 100 == 0)


def test_what_is_taken_back_says_so_and_what_is_absurd_is_refused() -> None:
    assert capitals(-5, "冲减") == "冲减伍分"
    with pytest.raises(ValueError):
        capitals(LARGEST + 1)


@given(st.integers(-(10**11), 10**11))
def test_amounts_survive_the_way_excel_holds_them(fen: int) -> None:
    assert in_fen(fen / 100) == fen
    assert round(float(yuan(fen).replace(",", "")) * 100) == fen


def test_sums_made_by_excel_are_whole_fen_and_parts_of_a_fen_are_not() -> None:
    assert in_fen(0.1 + 0.2) == 30 and in_fen(1.1 * 3) == 330
    assert in_fen(0.005) is None and in_fen(float("nan")) is None and in_fen(float("inf")) is None
