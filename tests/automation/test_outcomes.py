"""How a text ended: yes, no, in vain, satisfied, approved, as people write it."""

from __future__ import annotations

import pytest

from automation.outcomes import in_vain, refused, says, turned_down
from tests.tables import wide

NO = """
客户不接受                  不同意，要求退车          客户不认可            仍未解决           没有解决，客户不满
不满意                      非常不满意                不太满意              不是很满意         客户表示不满
仍不满                      仍不满意                  很不满意              不怎么满意         不够满意
没有满意                    谈不上满意                不能令客户满意        不 满 意           满意度不高
不满意，要求给出满意的答复  不满意，直到满意为止      满意，但对价格不满意  是否满意：否       接受方案，仍有不满
"""
YES_OR_NEITHER = """
客户接受                    客户不接受，解释后同意    没意见，满意          无人接听           基本满意
没有不满意                  没有不满                  无不满                没什么不满         没有任何不满
不是不满意                  未表示不满                不再不满              无不同意见         不满意，解释后满意
一般                        使用不满三年              车龄不满1年           不满足保修条件     已按客户要求解决
"""
TURNED_DOWN = """
不同意            不批准            不予批准      驳回              暂缓          未批          没批        不准
否决              不通过            暂不办理      未获批准          退回          待定          不允许      不行
同意前不予办理    不同意换车，建议维修
"""
APPROVED = """
同意              已批准            准予办理      情况属实，同意    无异议        没有意见      可以        按标准办理
原驳回，补充后同意                  同意退回旧件后换车              同意，未经财务核准不得付款  同意，赔偿再议
"""


def cells(text: str) -> list[str]:
    """What stands in a table between two spaces or more; ``不 满 意`` is one of them."""
    return [cell.strip() for line in text.strip().splitlines() for cell in line.split("  ") if cell.strip()]


@pytest.mark.parametrize("text", cells(NO))
def test_a_text_whose_last_word_is_a_no_is_a_no(text: str) -> None:
    assert refused(text) and refused(wide(text))


@pytest.mark.parametrize("text", ["", *cells(YES_OR_NEITHER)])
def test_a_text_whose_last_word_is_a_yes_or_that_says_neither_is_no_no(text: str) -> None:
    assert not refused(text)


@pytest.mark.parametrize("text", cells(TURNED_DOWN))
def test_what_leadership_refused_sent_back_or_put_off_is_not_approved(text: str) -> None:
    assert turned_down(text)


@pytest.mark.parametrize("text", ["", *cells(APPROVED)])
def test_what_leadership_approved_or_did_not_say_is_not_turned_down(text: str) -> None:
    assert not turned_down(text)


def test_a_measure_that_did_not_help_is_known_by_its_result() -> None:
    assert [text for text in ("又复发", "无效", "仍有异响", "一周无复发", "故障排除", "") if in_vain(text)] == [
        "又复发",
        "无效",
        "仍有异响",
    ]


def test_satisfaction_is_asked_for_by_its_meaning_and_anything_else_by_its_words() -> None:
    texts = ("满意", "不满意", "不太满意", "没有不满意", "换件")
    assert [text for text in texts if says("满意", text)] == ["满意", "没有不满意"]
    assert [text for text in texts if says("不满意", text)] == ["不满意", "不太满意"]
    assert [text for text in texts if says("换", text)] == ["换件"]
