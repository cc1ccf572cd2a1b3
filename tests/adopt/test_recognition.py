"""Headers understood by meaning: by their words, by what stands below them, whatever row they stand in."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from automation.adoption.recognise import Recognised, named, recognise
from automation.adoption.words import VAGUE, WORDS
from tests.tables import snapshot
from workbook.schema import REGISTER
from workbook.snapshot import Grid

DAY = dt.datetime(2026, 11, 3, 9, 5)
USUAL = {"受理时间": DAY, "车主": "王小明", "手机": "13800138000", "车牌": "京A12345", "投诉内容": "空调不凉,修过三次"}


def sheet(heads: Mapping[str, Any], *, above: Sequence[Sequence[Any]] = (), name: str = "表1", rows: int = 5) -> Grid:
    width = max(len(heads), *(len(row) for row in above), 1)
    lines = [list(row) + [""] * (width - len(row)) for row in above]
    lines.append([*heads, *[""] * (width - len(heads))])
    lines += [[*heads.values(), *[""] * (width - len(heads))] for _ in range(rows)]
    return Grid(name, lines, 1, 1)


def found(*grids: Grid, only: str | None = None) -> Recognised:
    seen = recognise(snapshot(grids), only)
    assert seen, "nothing was taken for a register"
    return seen[0]


def mapping(*grids: Grid) -> dict[str, str]:
    return {guess.header: guess.ours for guess in found(*grids).guesses}


@pytest.mark.parametrize(
    ("theirs", "ours"), [(word, ours) for ours, words in WORDS.items() for word in words if word not in VAGUE]
)
def test_every_known_word_means_its_column_and_no_other_more(theirs, ours):
    here = named(theirs, ours)[0]
    assert here >= 0.9
    assert all(named(theirs, other)[0] <= here for other in REGISTER.headers)


@pytest.mark.parametrize(
    "theirs", ["受理 时间", "受理时间（必填）", "* 受理时间", "受理\n时间", "受理时间：", "客户投诉受理时间"]
)
def test_spaces_signs_notes_and_line_breaks_make_no_difference(theirs):
    heads = {theirs: DAY, **{head: value for head, value in USUAL.items() if head != "受理时间"}}
    assert "接收时间" in mapping(sheet(heads)).values()


def test_the_order_of_the_columns_makes_no_difference():
    heads = {
        **USUAL,
        "责任部门": "售后部",
        "处理人": "孙丽",
        "结案时间": DAY,
        "回访人": "周强",
        "满意度": "满意",
        "里程": 32000,
    }
    wanted = mapping(sheet(heads))
    assert len(set(wanted.values())) == len(heads)
    for seed in range(30):
        order = list(heads)
        random.Random(seed).shuffle(order)
        assert mapping(sheet({head: heads[head] for head in order})) == {head: wanted[head] for head in order}


@pytest.mark.parametrize("above", range(0, 29, 4))
def test_titles_above_the_headers_do_not_matter(above):
    title = [["某某汽车客户投诉登记表"], ["填表人", "孙丽", "", "日期", "2026-11-01"], [""]] * 10
    seen = found(sheet(USUAL, above=title[:above]))
    assert (seen.heads.row, seen.heads.depth) == (above + 1, 1)


def test_what_says_nothing_by_its_header_is_known_by_its_values():
    heads = {
        "受理时间": DAY,
        "A": "13800138000",
        "B": "京A12345",
        "C": "LSVAM4187C2184841",
        "D": "空调不凉,修过三次还是不凉",
    }
    assert mapping(sheet(heads)) == {
        "受理时间": "接收时间", "A": "联系电话", "B": "车牌号", "C": "车架号", "D": "内容概要",
    }  # fmt: skip


def test_a_header_whose_values_say_otherwise_is_not_believed():
    """A column called 电话 that holds how they heard of it is no telephone."""
    heads = {**USUAL, "电话": "来电", "时间": "很久"}
    seen = mapping(sheet(heads))
    assert seen["手机"] == "联系电话" and seen["电话"] == "" and seen["时间"] == ""


def test_two_columns_that_both_look_like_telephones_are_left_to_a_person():
    heads = {
        **{head: value for head, value in USUAL.items() if head != "手机"},
        "甲": "13800138000",
        "乙": "13900139000",
    }
    assert "联系电话" not in mapping(sheet(heads)).values()


@pytest.mark.parametrize("theirs", ["序号", "No.", "编号", "投诉编号", "状态", "处理进度", "Status"])
def test_their_numbers_and_states_stay_theirs(theirs):
    seen = found(sheet({theirs: "甲-1", **USUAL}))
    guess = next(guess for guess in seen.guesses if guess.header == theirs)
    assert guess.ours == "" and guess.understood


def test_groups_over_the_headers_tell_apart_what_is_called_the_same():
    lower = {
        "登记日期": DAY,
        "姓名": "王小明",
        "电话": "13800138000",
        "姓名 ": "孙丽",
        "时间": DAY,
        "内容": "空调不凉,修过",
    }
    grid = sheet(lower, above=[["登记", "客户", "", "回访", "", "投诉"]])
    seen = found(grid)
    assert seen.heads.depth == 2
    told = {guess.header: guess.ours for guess in seen.guesses}
    assert told["客户/姓名"] == "客户姓名" and told["客户/电话"] == "联系电话" and told["回访/时间"] == "回访时间"


def test_of_sheets_that_are_alike_the_one_with_the_latest_complaint_is_taken():
    months = [sheet({**USUAL, "受理时间": dt.datetime(2026, month, 3)}, name=f"{month}月") for month in (9, 11, 10)]
    assert found(*months).grid.name == "11月"
    assert found(*months, only="9月").grid.name == "9月"


@pytest.mark.parametrize(
    "heads",
    [
        {"姓名": "孙丽", "部门": "售后部", "电话": "13800138000"},
        {"日期": DAY, "金额": 300, "摘要": "办公用品"},
        {"月份": "11月", "投诉数": 12, "满意率": 0.9},
        {"Created on": DAY, "Customer": "Wang", "Category": "Active", "Service location": "19 Front Street"},
    ],
)
def test_a_list_of_staff_an_account_and_statistics_are_no_register(heads):
    assert recognise(snapshot([sheet(heads)])) == ()


@pytest.mark.parametrize(
    ("written", "year"),
    [("11月3日 下午3点半", 2026), ("11.3", 2026), ("2026.11.3", None), (20261103.0, None), (DAY, None)],
)
def test_dates_written_without_a_year_take_it_from_the_title(written, year):
    seen = found(sheet({**USUAL, "受理时间": written}, above=[["2026年客户投诉登记表"]]))
    assert seen.year == year
    assert str(seen.latest)[:10] == "2026-11-03"


def test_an_empty_register_is_known_by_its_headers_alone():
    assert mapping(sheet(dict.fromkeys(USUAL, ""), rows=0))["受理时间"] == "接收时间"
