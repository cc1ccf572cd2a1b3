"""Texts in boxes are counted so that they are never higher than the box, whichever font stands in."""

from __future__ import annotations

import random

import pytest

from workbook.formbook import layout, measure
from workbook.formbook.model import Cell as Box
from workbook.formbook.model import Form, Head, Heading, Line, Long, Section, Table

SIGNS = "车客服务顾问，。；：（）“”ABCxyz 0123456789-/\n"


@pytest.mark.parametrize("seed", range(40))
def test_lines_and_pieces_are_the_text_again_and_none_is_too_wide(seed):
    chance = random.Random(seed)
    text = "".join(chance.choice(SIGNS) for _ in range(chance.randint(0, 400)))
    wide, most = chance.randint(2, 23), chance.randint(1, 12)
    lines = measure.broken(text, wide)
    assert "".join(lines) == text
    assert all(measure.ems(line.rstrip("\n")) <= max(measure.room(wide), 1.0) for line in lines)
    parts = measure.pieces(text, wide, most)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")
    assert all(measure.count(part, wide) <= most for part in parts)


def test_a_text_is_divided_at_the_end_of_a_sentence_where_one_is_near():
    text = "客户说明了情况，服务顾问作了登记。" * 12
    first, *_ = measure.pieces(text, 10, 6)
    assert first.endswith("。")
    assert not any(part[0] in "，。" for part in measure.pieces("车" * 7 + "，" + "客" * 500, 4, 1))


def test_a_page_is_filled_and_never_overfilled():
    for signs in (0, 100, 1000, 5000):
        form = Form(
            "甲",
            "甲",
            "1",
            (Section("经过", (Long("详细经过", "车" * signs, keen=True), Line((Box("甲", 4), Box("乙", 19))))),),
        )
        laid, rest = layout.one_page(form)
        assert layout.FULL - 2 * measure.LINE_HEIGHT < laid.height <= layout.MOST
        assert bool(rest) == (signs > 2500)


def test_a_table_that_is_too_long_for_its_page_continues():
    rows = [(f"第 {number} 项",) for number in range(100)]
    laid, rest = layout.one_page(Form("甲", "甲", "1", (Table((Head("项目", 24),), rows),)))
    assert laid.height <= layout.MOST
    heading, more = rest
    assert isinstance(heading, Heading) and isinstance(more, Table)
    assert len(laid.rows) - 2 + len(more.rows) == 100, "head and remark aside, every entry stands once"


def test_no_row_is_higher_than_excel_can_have():
    laid = layout.flowing(
        [Long("详细经过", "车" * 9000), Table((Head("内容", 12), Head("结果", 12)), [("客" * 3000, "好")])]
    )
    assert max(row.height for row in laid.rows) < 409
