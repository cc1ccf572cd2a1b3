"""The 三包 demand (exchange or return of a car) and the days the regulation gives for it. It informs, it rules nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from automation.sla.calendar import Calendar
from workbook import distinct
from workbook.ledger import Ledger, Records
from workbook.schema import ACCIDENTS, EVENTS

SOURCE = "《家用汽车产品修理更换退货责任规定》（市场监管总局令第43号）"
IN_FORCE = np.datetime64("2022-01-01", "s")

ANSWER_DAYS, COMPLETION_DAYS = 10, 20
"""Working days from the demand to the answer, and to its completion; the day of the demand is not counted."""

WARN_DAYS = 3
"""So many working days before the end it is told."""

ANSWERS = ("答复客户", "反馈结果", "协议签署")
"""Entries of 处理记录 that answer the demand."""

EXCHANGES = ("换车", "退车")
"""Values of 申请类型 that are such a demand."""

_CAR = r"(?:换|退)(?:一)?(?:辆|台|部)?(?:新)?车(?![辆灯门窗膜牌架身锁漆胎轮垫衣座钥机])|退换车|(?:更换|退|换)整车"
_ABOUT = r"(?:整车|新车|车辆|本车|该车|这台车|这辆车|汽车|购车款|车款)"
_END = r"(?=$|[，。；、,;\s]|或|并|和)"
_DEMAND = re.compile(
    rf"{_CAR}"
    rf"|{_ABOUT}[^，。；,;]{{0,6}}(?:更换{_END}|退货|退款)"
    rf"|(?:更换|退货|退款|退回|全款退)[^，。；,;]{{0,6}}{_ABOUT}{_END}"
)
_DENIED = re.compile(r"(?:不是?|没有?|无需|未|并非|不用)(?:再|想|要求|需要|同意|接受|打算|提出|考虑)?[^，。；,;]{0,2}$")


@dataclass(frozen=True, slots=True)
class Demand:
    """An open demand: where it stands, since when, and what is still owed by which instant."""

    records: Records
    row: int
    column: str
    asked: pd.Timestamp
    owed: str
    days: int
    due: dt.datetime
    passed: bool


def is_demand(wish: str) -> bool:
    """Whether 客户要求 asks for the exchange or return of the car."""
    return any(not _DENIED.search(wish[: match.start()]) for match in _DEMAND.finditer(wish))


def pending(ledger: Ledger) -> pd.DataFrame:
    """Demands not completed, one row each: ``sheet``, ``row``, ``asked``, ``answered`` (bool).

    A demand of a ticket that is also applied for in 重大质量事故 stands once, at the ticket. A case carried out, filed
    or applied for and carried out is completed.
    """
    register, applied, events = ledger.register.frame, ledger[ACCIDENTS].frame, ledger[EVENTS].frame
    answers = set(events.loc[events["事项"].isin(ANSWERS), "编号"]) - {""}
    carried_out = set(applied.loc[applied["执行日期"].notna(), "编号"]) - {""}
    wishes = distinct.spread(is_demand, register["客户要求"]).astype(bool)
    closed = register[["执行完成时间", "归档时间"]].notna().any(axis=1)
    asking = register[wishes & (register["流程"] != "汽车配件客诉")]
    tickets = asking[~closed.loc[asking.index] & ~asking["编号"].isin(carried_out)]
    done = set(register.loc[closed, "编号"])
    rows = applied[applied["申请类型"].isin(EXCHANGES) & applied["执行日期"].isna()]
    rows = rows[~rows["编号"].isin((set(asking["编号"]) | done) - {""})]
    found = pd.concat(
        [
            pd.DataFrame({"编号": tickets["编号"], "asked": tickets["接收时间"], "sheet": "", "row": tickets.index}),
            pd.DataFrame(
                {"编号": rows["编号"], "asked": rows["申请日期"], "sheet": ACCIDENTS.sheet, "row": rows.index}
            ),
        ],
        ignore_index=True,
    )
    found["answered"] = found["编号"].isin(answers)
    return found[found["asked"] >= IN_FORCE]


def near_their_end(ledger: Ledger, calendar: Calendar, now: dt.datetime) -> Iterator[Demand]:
    """Demands whose answer or completion is due within :data:`WARN_DAYS` working days, or was.

    Raises :class:`~automation.sla.calendar.NoOpenTime` when the calendar has no working days for it.
    """
    open_ = pending(ledger)
    open_ = open_[open_["asked"] <= pd.Timestamp(now)]
    for answered, owed, days in ((False, "答复", ANSWER_DAYS), (True, "完成更换或退货", COMPLETION_DAYS)):
        part = open_[open_["answered"] == answered]
        if part.empty:
            continue
        asked = part["asked"].to_numpy(dtype="M8[s]")
        told_from = calendar.add_workdays(asked, days - WARN_DAYS).astype("M8[D]").astype("M8[s]")
        due = calendar.add_workdays(asked, days)
        for position in np.flatnonzero(told_from <= np.datetime64(now, "s")):
            line, end = part.iloc[position], due[position].item()
            records = ledger[ACCIDENTS] if line["sheet"] else ledger.register
            column = "申请类型" if line["sheet"] else "客户要求"
            yield Demand(records, int(line["row"]), column, line["asked"], owed, days, end, end.date() < now.date())
