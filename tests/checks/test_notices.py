"""The answers departments owe to 《内部信息反馈单》 (X-02)."""

import pytest

from automation.checks import notices
from tests import tables
from tests.checks.cases import WARNING, Case, look

SENT = (("report|notices|2026-10|机修车间", "11-03 08:30"),)
# Ten working days after Tuesday 3 November 2026: Tuesday 17 November. On the 18th the answer is late.
HEADS = "反馈登记\n编号 | 接收时间 | 编号时间 | 被反馈部门 | 当事人 | 责任人"
CASE = "FK20261020-001 | 10-20 09:00 | 10-20 10:00 | 机修车间 | |"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 内容"


def book(*entries: str, case: str = CASE, more: str = "") -> str:
    return "\n\n".join(part for part in (f"{HEADS}\n{case}", "\n".join((RECORDS, *entries)), more) if part)


def owed(says: str, text: str, but: tuple[str, str], **more: object) -> Case:
    return Case(
        says,
        "X-02",
        "反馈登记!D2",
        WARNING,
        "“机修车间”没有答复 2026-10 的《内部信息反馈单》:2026-11-03 发出,应在 2026-11-17 前答复",
        text,
        but,
        hints="内部反馈答复",
        mailed=SENT,
        **{"now": "11-18 00:00", **more},  # type: ignore[arg-type]
    )


CASES = (
    owed(
        "a notice without an answer",
        book("FK20261020-001 | 11-05 09:00 | 措施 | 换了油封"),
        ("| 措施 |", "| 内部反馈答复 |"),
    ),
    owed(
        "an answer that says nothing",
        book("FK20261020-001 | 11-05 09:00 | 内部反馈答复 | "),
        ("内部反馈答复 | ", "内部反馈答复 | 原因：油封老化"),
    ),
    owed(
        "a measure from before the notice",
        book("FK20261020-001 | 11-02 17:00 | 纠正措施 | 换油封"),
        ("11-02 17:00", "11-03"),
    ),
    owed(
        "a preventive measure of another case",
        book("FK20261019-001 | 11-05 09:00 | 预防措施 | 每周检查油封"),
        ("FK20261019-001 |", "FK20261020-001 |"),
    ),
    owed(
        "an answer for another case that does not name this one",
        book("FK20261019-001 | 11-05 09:00 | 内部反馈答复 | 同类问题一并整改"),
        ("同类问题一并整改", "同类问题一并整改，含FK20261020-001"),
    ),
    owed(
        "a case of the department that was asked",
        book("FK20261020-001 | 11-05 09:00 | 调查 | 油封"),
        ("| 机修车间 |", "| 钣喷车间 |"),
    ),
    owed(
        "a case of the month that was asked about",
        book("FK20261020-001 | 11-05 09:00 | 调查 | 油封"),
        ("| 10-20 09:00 |", "| 09-20 09:00 |"),
    ),
    owed(
        "a case that had its number when the notice was sent",
        book("FK20261020-001 | 11-05 09:00 | 调查 | 油封"),
        ("| 10-20 10:00 |", "| 11-03 08:31 |"),
    ),
    owed(
        "a case whose 责任人 is not the head himself",
        book(
            case=CASE.replace("机修车间 | |", "机修车间 | 石磊 | 高建军"),
            more="人员\n姓名 | 部门 | 角色\n周涛 | 机修车间 | 部门负责人",
        ),
        ("高建军", "周涛"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_that_is_owed_is_found_at_its_case(case: Case) -> None:
    case.must_be_found(notices.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_that_came_or_was_not_asked_for_is_left_alone(case: Case) -> None:
    case.must_be_spared(notices.CHECKS)


def test_the_tenth_working_day_itself_is_in_time() -> None:
    late = CASES[0]
    assert look(notices.CHECKS, late.facts(late.text))
    on_the_day = Case(**{**{name: getattr(late, name) for name in late.__dataclass_fields__}, "now": "11-17 23:59"})
    assert not look(notices.CHECKS, on_the_day.facts(late.text))


def test_without_a_notice_nobody_owes_an_answer() -> None:
    assert not look(notices.CHECKS, tables.facts(book(), now="2027-01-04"))
