"""What departments answered to 《内部信息反馈单》 in the sample (X-02), and the one case they forgot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from automation import answered
from automation.sample import people
from automation.sample.planted import Planted
from automation.sample.tickets import Case, Row
from workbook.schema import REGISTER

_HEAD = "部门负责人"
_LONG_AGO = dt.timedelta(days=40)
"""So long after the notice its ten working days are over, whatever holidays lie in between."""
_WORDS = (
    "原因：接车时没有核对清楚。纠正：当面道歉并返修。预防：接车单增加核对栏，班前会讲解。完成日期：本月底",
    "原因：工序交接没有检查。纠正：责任人返工。预防：增加互检并签字。完成日期：两周内",
    "原因：没有及时告知客户进度。纠正：补充说明。预防：每天下班前逐单回复客户。完成日期：即日起",
)


def mailed(made: list[Case], now: dt.datetime) -> dict[str, dt.datetime]:
    """The notices that went out, as a journal would know them: the key of each mail → when."""
    sent = {_key(case): _sent(case) for case in made if _heads(case)}
    return {key: at for key, at in sent.items() if at <= now}


def forgotten(made: list[Case], now: dt.datetime) -> Case | None:
    """The case that its department forgot to answer for; ``None`` where no notice is old enough."""
    old = [case for case in made if case.number and case.plain_number and _head(case) and now - _sent(case) > _LONG_AGO]
    return old[len(old) // 2] if old else None


def answers(made: list[Case], now: dt.datetime) -> Iterator[Row]:
    """An entry of 处理记录 for every other case of a notice, a few days after it."""
    left_out = forgotten(made, now)
    for order, case in enumerate(made):
        at = _sent(case) + dt.timedelta(days=2 + order % 5, minutes=(order * 37) % 420)
        if case.number and _head(case) and at <= now and case is not left_out:
            yield {
                "编号": case.number,
                "时间": at,
                "事项": answered.ANSWER,
                "经手人": _head(case),
                "对象": "管理部",
                "内容": _WORDS[order % len(_WORDS)],
                "结果": "已落实" if now - at > _LONG_AGO else "正在落实",
            }


def unanswered(rows: list[Row], case: Case | None, department: object) -> tuple[Planted, ...]:
    """Where the forgotten case stands, unless another mistake took its number or its ``department`` away."""
    if case is None or not case.number or case.row.get("被反馈部门") != department:
        return ()
    index = next(index for index, row in enumerate(rows) if row is case.row)
    return (Planted("X-02", REGISTER.sheet, "被反馈部门", index, "部门没有答复内部信息反馈单"),)


def _sent(case: Case) -> dt.datetime:
    """08:30 on the 3rd of the month after the case was received."""
    after = (case.received.replace(day=1) + dt.timedelta(days=31)).date().replace(day=3)
    return dt.datetime.combine(after, dt.time(8, 30))


def _key(case: Case) -> str:
    return answered.key(f"{case.received:%Y-%m}", str(case.row["被反馈部门"]))


def _heads(case: Case) -> list[str]:
    return [name for name in people.holding(_HEAD) if people.department(name) == case.row.get("被反馈部门")]


def _head(case: Case) -> str:
    """Who answers for the department; nobody where a head is involved himself (STD-20)."""
    involved = {case.row.get("当事人"), case.row.get("责任人")}
    heads = _heads(case)
    return heads[0] if heads and involved.isdisjoint(heads) else ""
