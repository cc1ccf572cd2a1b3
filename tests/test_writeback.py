"""What kesu writes beside a ticket: 提示 says what is owed to whom by when."""

from __future__ import annotations

import pytest

from automation import writeback
from tests import tables
from tests.tables import plain


@pytest.mark.parametrize(
    ("now", "archived", "told"),
    [
        ("11-04 15:00", "", "答应 11-04 16:00 答复客户(X-07)"),
        ("11-04 16:00", "", "答应 11-04 16:00 答复客户(X-07)"),
        ("11-04 16:01", "", "应于 11-04 16:00 答复客户,已超时(X-07)"),
        ("11-04 17:00", "11-04 16:30", ""),
    ],
    ids=["ahead", "to the minute", "broken", "closed"],
)
def test_a_promised_answer_stands_in_the_hint_whatever_stage_the_case_is_in(now: str, archived: str, told: str) -> None:
    facts = tables.facts(
        f"""反馈登记
        编号           | 接收时间    | 下次答复时间 | 归档时间
        FK20261103-001 | 11-03 09:00 | 11-04 16:00  | {archived}""",
        now=now,
    )
    (hint,) = [plain(text) for text in writeback.hints(facts, [])]
    assert (hint.split(";")[-1] == told) if told else "X-07" not in hint
