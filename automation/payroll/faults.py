"""What is wrong with a row of 奖罚明细 by itself: one list, which the check marks and the settlement holds back by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

import pandas as pd

from automation.payroll.holds import Fault
from automation.payroll.lines import PENALTY, REWARD, WITHDRAWN, in_fen, withdrawn
from automation.roster import names_in
from workbook.finding import Severity
from workbook.ledger import Ledger
from workbook.schema import EVENTS, REWARDS

HANDLERS = ("接收人", "填单人", "经办人", "复核人", "回访人", "当事人", "责任人")
_MOST = 100_000_000
"""In yuan: nobody is fined or rewarded a hundred million."""


def faults(
    ledger: Ledger, now: dt.datetime, malicious: Collection[str], staff: Collection[str] = ()
) -> tuple[Fault, ...]:
    """Every fault of every row, area by area; of a withdrawn one only what is wrong with its approval.

    ``malicious``: the 编号 of complaints that were found to be so; ``staff``: the names in 人员, none where it is empty.
    """
    found = (
        *_without_ticket(ledger),
        *_without_amount(ledger),
        *_stranger_to_the_case(ledger),
        *_without_person(ledger),
        *_at_another_time(ledger, now),
        *for_malice(ledger, malicious),
    )
    gone = _withdrawn(ledger)
    return (
        *_without_approval(ledger, now),
        *_approved_by_the_wrong(ledger, staff),
        *(fault for fault in found if fault.row not in gone),
        *_half_withdrawn(ledger, gone),
    )


def _withdrawn(ledger: Ledger) -> frozenset[int]:
    remarks = ledger[REWARDS].frame["备注"]
    return frozenset(_number(row) for row in remarks.index[remarks.map(withdrawn).astype(bool)])


def _without_ticket(ledger: Ledger) -> Iterator[Fault]:
    """PAY-01: a line without a ticket, or with one that the register does not have."""
    numbers = ledger[REWARDS].frame["编号"]
    for row in numbers.index[numbers == ""]:
        yield _error(row, "编号", "PAY-01", "奖罚没有对应的编号", "填写依据的客户信息反馈处理单编号")
    unknown = numbers[(numbers != "") & ~numbers.isin(ledger.numbers)]
    for row, number in unknown.items():
        yield _error(row, "编号", "PAY-01", f"编号 {number} 不在反馈登记中", "核对编号")


def _without_approval(ledger: Ledger, now: dt.datetime) -> Iterator[Fault]:
    """PAY-02: a line without who determined it, who approved it, or when; one approved in the time to come."""
    frame = ledger[REWARDS].frame
    for column in ("认定人", "审批人", "审批日期"):
        values = frame[column]
        empty = values.isna() if column == "审批日期" else values == ""
        for row in values.index[empty]:
            yield _error(row, column, "PAY-02", f"奖罚没有{column}，不能报送财务", f"补齐{column}")
    ahead = frame["审批日期"][frame["审批日期"] > pd.Timestamp(now)]
    for row, day in ahead.items():
        words = f"审批日期 {day:%Y-%m-%d} 还没有到"
        yield Fault(_number(row), "审批日期", "PAY-02", Severity.ERROR, words, "核对审批日期", told=True)


def _approved_by_the_wrong(ledger: Ledger, staff: Collection[str]) -> Iterator[Fault]:
    """PAY-02: by the person who gets or pays it, by nobody of 人员, by the one who asked for it."""
    frame = ledger[REWARDS].frame
    for column, does in (("认定人", "认定"), ("审批人", "审批")):
        for row, whom, by in zip(frame.index, frame["姓名"], frame[column], strict=True):
            if own := sorted({*names_in(whom)} & {*names_in(by)}):
                words = f"{'、'.join(own)}{does}了自己的奖罚，不能报送财务"
                yield _error(row, column, "PAY-02", words, f"由另一个人{does}，{column}改写为那个人")
    for row, name in frame["审批人"].items() if staff else ():
        if name and not {*names_in(name)} & {*staff}:
            words = f"审批人“{name}”不在“人员”表里，不能报送财务"
            hint = "核对姓名；确是本店的人，先在“人员”表里补上"
            yield Fault(_number(row), "审批人", "PAY-02", Severity.ERROR, words, hint, once=True)
    same = frame["审批人"][(frame["认定人"] != "") & (frame["认定人"] == frame["审批人"])]
    for row, name in same.items():
        words = f"认定人和审批人都是{name}"
        yield Fault(_number(row), "审批人", "PAY-02", Severity.WARNING, words, "认定和审批应由不同的人完成")


def _without_amount(ledger: Ledger) -> Iterator[Fault]:
    """PAY-03: an amount that is missing, not positive, absurd or has parts of a fen; PAY-05: a line without its clause."""
    frame = ledger[REWARDS].frame
    for row, amount in frame["金额"].items():
        if pd.isna(amount):
            yield _error(row, "金额", "PAY-03", "没有金额", "填写正数，单位元；奖励还是处罚由“类型”区分")
        elif amount <= 0:
            words = f"金额“{amount:g}”不是正数"
            yield _error(row, "金额", "PAY-03", words, "填写正数，单位元；奖励还是处罚由“类型”区分")
        elif amount >= _MOST or in_fen(amount) is None:
            what = "大得不可能" if amount >= _MOST else "不是整分"
            yield _error(row, "金额", "PAY-03", f"金额“{amount:.12g}”{what}", "核对金额，最多两位小数")
    for row in frame.index[frame["依据条款"] == ""]:
        yield _error(row, "依据条款", "PAY-05", "没有依据条款", "写明依据的公司文件和条款")


def _stranger_to_the_case(ledger: Ledger) -> Iterator[Fault]:
    """PAY-04: the ticket names this person nowhere."""
    frame, register = ledger[REWARDS].frame, ledger.register.frame
    rewarded = register[register["编号"].isin(frame["编号"]) & (register["编号"] != "")]
    named: dict[str, set[str]] = {}
    for column in HANDLERS:
        for number, text in zip(rewarded["编号"], rewarded[column], strict=True):
            if text:
                named.setdefault(number, set()).update(names_in(text))
    events = ledger[EVENTS].frame
    for number, text in zip(events["编号"], events["经手人"], strict=True):
        if number in named:
            named[number].update(names_in(text))
    for row, number, name in zip(frame.index, frame["编号"], frame["姓名"], strict=True):
        if name and number in named and not set(names_in(name)) <= named[number]:
            words = f"“{name}”不在 {number} 的当事人、责任人或经手人之列"
            yield _error(row, "姓名", "PAY-04", words, "核对姓名和编号；确有关系的，在登记表或处理记录中补记")


def _without_person(ledger: Ledger) -> Iterator[Fault]:
    """PAY-06: nobody, or more than one, to pay or fine; no day; neither a reward nor a penalty."""
    frame = ledger[REWARDS].frame
    for row, name in frame["姓名"].items():
        if not names_in(name):
            yield _error(row, "姓名", "PAY-06", "没有姓名，不知道奖罚谁", "填写姓名")
        elif len(names_in(name)) > 1:
            words = f"姓名“{name}”是几个人，不知道各人多少"
            yield _error(row, "姓名", "PAY-06", words, "每人一行，各写各的金额")
    for row in frame.index[frame["日期"].isna()]:
        yield _error(row, "日期", "PAY-06", "没有日期，不知道属于哪个月", "填写认定奖罚的日期")
    for row, kind in frame["类型"][~frame["类型"].isin((REWARD, PENALTY))].items():
        words = f"类型“{kind}”不是奖励或处罚" if kind else "没有类型，不知道是奖励还是处罚"
        yield _error(row, "类型", "PAY-06", words, "选择“奖励”或“处罚”")


def _at_another_time(ledger: Ledger, now: dt.datetime) -> Iterator[Fault]:
    """PAY-06: a day that has not come, so that no month would ever ask for the line; one of a month after the approval."""
    frame = ledger[REWARDS].frame
    days = frame["日期"].dt.normalize()
    ahead = days > pd.Timestamp(now)
    for row, day in days[ahead].items():
        words, hint = f"日期 {day:%Y-%m-%d} 还没有到", "核对日期；确是那一天的，到了那一天自动报送"
        yield Fault(_number(row), "日期", "PAY-06", Severity.ERROR, words, hint, ahead=True)
    months = [frame[column].dt.to_period("M") for column in ("日期", "审批日期")]
    for row in frame.index[(months[1] < months[0]) & ~ahead]:
        day, approved = frame.at[row, "日期"], frame.at[row, "审批日期"]
        words = f"审批日期 {approved:%Y-%m-%d} 在日期 {day:%Y-%m-%d} 之前的月份"
        yield _error(row, "日期", "PAY-06", words, "核对日期和审批日期，可能是年份或月份打错了")


def _half_withdrawn(ledger: Ledger, gone: Collection[int]) -> Iterator[Fault]:
    """PAY-13: 备注 speaks of withdrawing, but not so that it can be told what is meant."""
    remarks = ledger[REWARDS].frame["备注"]
    for row in remarks.index[remarks.str.contains(WITHDRAWN, regex=False)]:
        if _number(row) not in gone:
            words = f"备注里有“{WITHDRAWN}”，但没有单独写，照常报送"
            hint = f"要撤销这一笔的，在备注里单独写“{WITHDRAWN}”，其他的话用标点隔开；已报送的还要重新审批"
            yield Fault(_number(row), "备注", "PAY-13", Severity.WARNING, words, hint)


def for_malice(ledger: Ledger, malicious: Collection[str]) -> Iterator[Fault]:
    """GENERIC: somebody is to pay for a complaint that was found malicious."""
    frame = ledger[REWARDS].frame
    gone = _withdrawn(ledger)
    for row in frame.index[(frame["类型"] == PENALTY) & frame["编号"].isin(set(malicious))]:
        if _number(row) in gone:
            continue
        words = f"{frame.at[row, '编号']} 已认定为恶意投诉，不应因此处罚{frame.at[row, '姓名']}"
        hint = f"撤销这条处罚，在备注写“{WITHDRAWN}”，已报送的还要重新审批；如认定有误，在“恶意投诉认定”的结果中写明“不成立”"
        yield Fault(_number(row), "类型", "GENERIC", Severity.ERROR, words, hint, told=True)


def _error(row: object, column: str, rule: str, words: str, hint: str) -> Fault:
    return Fault(_number(row), column, rule, Severity.ERROR, words, hint)


def _number(row: object) -> int:
    """An Excel row out of an index, which is numpy's."""
    assert isinstance(row, int) or hasattr(row, "__int__")
    return int(row)
