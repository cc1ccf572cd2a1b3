"""The mistakes planted in a sample: at least one for every check, each in a row of its own."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from automation.identifiers import vin_check_digit
from automation.sample import people
from automation.sample.planted import Planted
from automation.sample.tickets import Case, Row
from workbook.schema import CALLBACKS, EVENTS, PENDING_CENTRE, PENDING_MANAGER, REGISTER, REWARDS, STAFF
from workbook.vocabulary import STANDARD_FLOW

Contents = dict[str, list[Row]]
_Change = Callable[[Case], object]

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_TYPOS = {"方致远": "方志远", "罗静怡": "罗静仪"}


@dataclass
class _Field:
    """The rows still free of mistakes, and what was planted so far."""

    contents: Contents
    cases: list[Case]
    rng: random.Random
    now: dt.datetime
    notes: list[tuple[str, str, str, Row, str]] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)

    def take(self, fits: Callable[[Case], bool]) -> Case | None:
        """A ticket that fits and holds no mistake yet; from now on it is spoken for."""
        free = [c for c in self.cases if id(c) not in self.spoiled and c.number and c.plain_number and fits(c)]
        if not free:
            return None
        case = self.rng.choice(free)
        self.spoiled.add(id(case))
        return case

    def note(self, rule: str, sheet: str, column: str, row: Row, what: str) -> None:
        self.notes.append((rule, sheet, column, row, what))

    def planted(self) -> list[Planted]:
        """What was noted, with the rows' places as they are now that none is taken out any more."""
        places = {id(row): index for rows in self.contents.values() for index, row in enumerate(rows)}
        return [Planted(rule, sheet, column, places[id(row)], what) for rule, sheet, column, row, what in self.notes]

    def change(self, rule: str, column: str, fits: Callable[[Case], bool], value: _Change, what: str) -> None:
        """Put ``value`` of some fitting ticket into its ``column``; nothing happens when none fits."""
        case = self.take(fits)
        if case is not None:
            case.row[column] = value(case)
            self.note(rule, REGISTER.sheet, column, case.row, what)

    def with_number(self, sheet: str, number: str) -> Iterable[Row]:
        return (row for row in self.contents[sheet] if row.get("编号") == number)


def plant(contents: Contents, cases: list[Case], rng: random.Random, now: dt.datetime) -> list[Planted]:
    """Spoil ``contents`` (its register rows are those of ``cases``); as many mistakes as there are rows for."""
    ground = _Field(contents, cases, rng, now)
    _people_and_roles(ground)
    _pending_items(ground)
    _handling(ground)
    _forms(ground)
    _typing(ground)
    _times(ground)
    _rewards(ground)
    _absences(ground)
    return ground.planted()


def _done(case: Case) -> bool:
    """A plain ticket, finished by the standard flow."""
    return case.at(10) is not None and case.flow == STANDARD_FLOW and case.resolved is None


def _blamed(case: Case) -> bool:
    return _done(case) and bool(case.blamed)


def _called(case: Case) -> bool:
    return _blamed(case) and case.at(9) is not None


def _moment(case: Case, column: str) -> dt.datetime:
    value = case.row[column]
    assert isinstance(value, dt.datetime)
    return value


def _people_and_roles(ground: _Field) -> None:
    for column in ("经办人", "复核人"):
        ground.change("STD-20", column, _blamed, lambda case: case.blamed, f"当事人同时是{column}")
    case = ground.take(_called)
    if case is not None:
        case.row["回访人"] = case.blamed
        ground.note("STD-09", REGISTER.sheet, "回访人", case.row, "当事人同时是回访人")
        for row in ground.with_number(CALLBACKS.sheet, case.number):
            row["回访人"] = case.blamed
            ground.note("STD-20", CALLBACKS.sheet, "回访人", row, "当事人同时是回访人")
    ground.change(
        "PERSON-01",
        "经办人",
        lambda case: _done(case) and case.row["经办人"] in _TYPOS,
        lambda case: _TYPOS[str(case.row["经办人"])],
        "经办人的名字写错，人员表里没有",
    )


def _pending_items(ground: _Field) -> None:
    manager, centre = ground.contents[PENDING_MANAGER.sheet], ground.contents[PENDING_CENTRE.sheet]

    def both(case: Case) -> list[tuple[str, Row]]:
        sheets = (PENDING_MANAGER.sheet, PENDING_CENTRE.sheet)
        return [(sheet, row) for sheet in sheets for row in ground.with_number(sheet, case.number)]

    month = ground.now.date().replace(day=1)
    if ground.now.day <= 4:
        month = (month - dt.timedelta(days=1)).replace(day=1)
    case = ground.take(lambda case: case.pending and case.received.date() < month - dt.timedelta(days=3))
    for sheet, row in both(case) if case else ():
        row |= {"最近沟通日期": row["转入日期"], "沟通结果": "已说明情况，客户同意等候"}
        ground.note("STD-16", sheet, "最近沟通日期", row, "每月 4 日前没有再沟通")
    case = ground.take(lambda case: case.pending)
    for sheet, row in both(case) if case else ():
        row |= {"认可人": None, "认可日期": None}
        ground.note("STD-13", sheet, "认可人", row, "主管总经理没有认可")
    case = ground.take(lambda case: case.pending)
    if case is not None:
        centre.remove(next(row for row in centre if row["编号"] == case.number))
        row = next(row for row in manager if row["编号"] == case.number)
        ground.note("STD-15", PENDING_MANAGER.sheet, "编号", row, "只在客户经理的台帐里有")
    case = ground.take(lambda case: case.pending)
    if case is not None:
        (sheet, row), (_, other) = both(case)
        other["预计完成日期"] = ground.now.date() + dt.timedelta(days=41)
        ground.note("STD-15", sheet, "预计完成日期", row, "两本台帐的预计完成日期不一致")
    ground.change("STD-12", "未明原因", lambda case: case.pending, lambda _: None, "责任不明确却没有填未明原因")


def _handling(ground: _Field) -> None:
    case = ground.take(_reached_in_48_hours)
    if case is not None:
        case.row["联系结果"] = "已联系"
        events = ground.contents[EVENTS.sheet]
        events[:] = [row for row in events if row["编号"] != case.number or row["结果"] != "未联系上"]
        ground.note("STD-04", REGISTER.sheet, "联系结果", case.row, "超过 24 小时完成，却没有“未联系上”的记录")
    case = ground.take(_called)
    if case is not None:
        early = _moment(case, "转客服时间") - dt.timedelta(minutes=20)
        case.row["回访时间"] = early
        ground.note("STD-09", REGISTER.sheet, "回访时间", case.row, "还没有转客服就回访了")
        for row in ground.with_number(CALLBACKS.sheet, case.number):
            row["回访时间"] = early
            ground.note("STD-09", CALLBACKS.sheet, "回访时间", row, "还没有转客服就回访了")
    for column, what in (("处理意见", "转管理部了却没有处理意见"), ("被反馈部门", "没有填被反馈部门")):
        ground.change("REQ-01", column, _done, lambda _: None, what)
    _duplicate(ground)


def _reached_in_48_hours(case: Case) -> bool:
    if not _done(case) or case.row["联系结果"] != "未联系上":
        return False
    return _moment(case, "转管理部时间") - _moment(case, "填单时间") < dt.timedelta(hours=48)


def _duplicate(ground: _Field) -> None:
    """One customer's matter entered twice: a second ticket takes over what the first one says."""
    plain = [c for c in ground.cases if _done(c) and c.plain_number and id(c) not in ground.spoiled]
    for first, second in pairwise(plain):
        if second.received - first.received > dt.timedelta(days=5):
            continue
        same = (
            "客户姓名",
            "联系电话",
            "车牌号",
            "车架号",
            "车型",
            "行驶里程",
            "详细经过",
            "客户要求",
            "反馈类别",
            "被反馈部门",
        )
        second.row |= {name: first.row[name] for name in same}
        second.row["内容概要"] = f"{first.row['内容概要']}，再次反映"
        ground.spoiled |= {id(first), id(second)}
        ground.note("DUP-01", REGISTER.sheet, "内容概要", second.row, "同一辆车、同一件事几天内登记了两次")
        return


def _forms(ground: _Field) -> None:
    def text(case: Case, column: str) -> str:
        return str(case.row[column])

    def plated(case: Case) -> bool:
        return _done(case) and len(text(case, "车牌号")) == 7

    def mobile(case: Case) -> bool:
        return _done(case) and len(text(case, "联系电话")) == 11

    ground.change("FORM-01", "车牌号", plated, lambda case: text(case, "车牌号")[:-1], "车牌号少一位")
    ground.change("FORM-02", "联系电话", mobile, lambda case: text(case, "联系电话")[:-1], "手机号少一位")
    ground.change(
        "FORM-03",
        "车架号",
        _done,
        lambda case: text(case, "车架号")[:11] + "O" + text(case, "车架号")[12:],
        "车架号里有字母 O",
    )
    ground.change("FORM-03", "车架号", _done, lambda case: _wrong_digit(text(case, "车架号")), "车架号校验位不对")
    ground.change("FORM-04", "行驶里程", _done, lambda _: -320, "行驶里程是负数")
    ground.change("FORM-04", "行驶里程", _done, lambda _: 9860000, "行驶里程大得不可能")
    ground.change("READ-04", "联系电话", mobile, lambda case: text(case, "联系电话").translate(_WIDE), "全角数字")
    ground.change(
        "READ-04",
        "车牌号",
        plated,
        lambda case: f" {text(case, '车牌号')[:2]} {text(case, '车牌号')[2:]} ",
        "多余的空格",
    )
    ground.change("READ-04", "接收人", _done, lambda case: f"{text(case, '接收人')}\n", "多余的换行")


def _wrong_digit(vin: str) -> str:
    """The VIN with its last sign mistyped, so that the check digit no longer fits."""
    for sign in "0123456789":
        wrong = vin[:-1] + sign
        if vin_check_digit(wrong) != vin[8]:
            return wrong
    return vin


def _typing(ground: _Field) -> None:
    def ordinary(case: Case) -> bool:
        return _done(case) and case.row["级别"] == "一般"

    ground.change("LIST-01", "级别", ordinary, lambda _: "严重", "级别不在列表中")
    ground.change(
        "LIST-01",
        "反馈渠道",
        lambda case: _done(case) and case.row["反馈渠道"] == "电话",
        lambda _: "电活",
        "反馈渠道写错字",
    )
    ground.change("READ-03", "行驶里程", _done, lambda _: "三万多", "里程不是数字")
    ground.change("READ-05", "行驶里程", _done, lambda case: f"{case.row['行驶里程']:,} 公里", "里程写成了文字")
    ground.change("READ-02", "客户联系时间", _done, lambda _: "昨天下午", "时间读不懂")
    ground.change("READ-01", "上报时间", _done, lambda case: _slashed(_moment(case, "上报时间")), "文本日期")
    ground.change("READ-01", "归档时间", _hour_suffices, lambda case: _in_words(_moment(case, "归档时间")), "文本日期")
    for row in ground.contents[REWARDS.sheet][:1]:
        day = row["审批日期"]
        assert isinstance(day, dt.date)
        row["审批日期"] = f"{day:%Y%m%d}"
        ground.note("READ-01", REWARDS.sheet, "审批日期", row, "八位数字的日期")


def _slashed(moment: dt.datetime) -> str:
    return f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M}"


def _in_words(moment: dt.datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时"


def _hour_suffices(case: Case) -> bool:
    """Whether 归档时间 without its minutes is still after all that came before."""
    if not _done(case):
        return False
    hour = _moment(case, "归档时间").replace(minute=0)
    return all(at is None or at < hour for at in case.times[:10])


def _times(ground: _Field) -> None:
    future = (ground.now + dt.timedelta(days=30)).replace(hour=10, minute=5, second=0, microsecond=0)
    ground.change("TIME-01", "归档时间", _done, lambda _: future, "归档时间在将来")
    ground.change(
        "TIME-02",
        "复核完成时间",
        _done,
        lambda case: _moment(case, "转管理部时间") - dt.timedelta(hours=3),
        "复核早于转管理部",
    )
    ground.change("TIME-03", "复核完成时间", _done, lambda _: None, "后面的环节做完了，这一环节没有时间")


def _rewards(ground: _Field) -> None:
    rows = ground.contents[REWARDS.sheet][1:]  # the first one carries a text date
    known = {case.number: case for case in ground.cases}
    ground.rng.shuffle(rows)
    gaps: tuple[tuple[str, str, str, object, str], ...] = (
        ("PAY-01", "编号", "编号", None, "没有写哪一单"),
        ("PAY-02", "审批人", "审批日期", None, "没有审批"),
        ("PAY-03", "金额", "金额", None, "没有金额"),
        ("PAY-03", "金额", "金额", -200, "金额是负数"),
        ("PAY-01", "编号", "编号", "", "登记表里没有这个编号"),
    )
    for row, (rule, column, other, value, what) in zip(rows, gaps, strict=False):
        wrong = value if value != "" else f"{str(row['编号'])[:-3]}987"
        row |= {column: wrong, other: wrong}
        ground.note(rule, REWARDS.sheet, column, row, what)
    for row in rows[len(gaps) : len(gaps) + 1]:
        named = set(known[str(row["编号"])].row.values())
        row["姓名"] = next(person.name for person in reversed(people.STAFF) if person.name not in named)
        row["部门"] = people.department(str(row["姓名"]))
        ground.note("PAY-04", REWARDS.sheet, "姓名", row, "该单没有提到这个人")


def _absences(ground: _Field) -> None:
    staff, today = ground.contents[STAFF.sheet], ground.now.date()
    for row in staff:
        if row["角色"] == people.LONE_ROLE:
            ground.note("STD-21", STAFF.sheet, "角色", row, "只有主要责任人，没有备用")
        if row["姓名"] in people.DOUBLE_ABSENCE:
            row["请假"] = f"{today}~{today + dt.timedelta(days=1)}"
            if row["角色"] == "售后经理" and row["主次"] == "主":
                ground.note("STD-21", STAFF.sheet, "请假", row, "主要和备用责任人今天都请假")
