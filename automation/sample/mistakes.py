"""The mistakes planted in a sample: at least one for every check, each in a row of its own."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise

from automation.sample import people
from automation.sample.ground import Contents, Ground, blamed, called, done, moment
from automation.sample.misconduct import misconduct, unvisited
from automation.sample.mistyped import mistype
from automation.sample.planted import Planted
from automation.sample.tickets import Case, Row
from workbook.schema import CALLBACKS, EVENTS, PENDING_CENTRE, PENDING_MANAGER, REGISTER, REWARDS, STAFF

_TYPOS = {"方致远": "方志远", "罗静怡": "罗静仪"}


def plant(contents: Contents, cases: list[Case], rng: random.Random, now: dt.datetime) -> list[Planted]:
    """Spoil ``contents`` (its register rows are those of ``cases``); as many mistakes as there are rows for."""
    ground = Ground(contents, cases, rng, now)
    _people_and_roles(ground)
    unvisited(ground)
    _pending_items(ground)
    _handling(ground)
    mistype(ground)
    _rewards(ground)
    misconduct(ground)
    _absences(ground)
    _mailboxes(ground)
    return ground.planted()


def _people_and_roles(ground: Ground) -> None:
    for column in ("经办人", "复核人"):
        ground.change("STD-20", column, blamed, lambda case: case.blamed, f"当事人同时是{column}")
    case = ground.take(called)
    if case is not None:
        case.row["回访人"] = case.blamed
        ground.note("STD-09", REGISTER.sheet, "回访人", case.row, "当事人同时是回访人")
        for row in ground.with_number(CALLBACKS.sheet, case.number):
            row["回访人"] = case.blamed
            ground.note("STD-20", CALLBACKS.sheet, "回访人", row, "当事人同时是回访人")
    ground.change(
        "PERSON-01",
        "经办人",
        lambda case: done(case) and case.row["经办人"] in _TYPOS,
        lambda case: _TYPOS[str(case.row["经办人"])],
        "经办人的名字写错，人员表里没有",
    )


def _pending_items(ground: Ground) -> None:
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


def _handling(ground: Ground) -> None:
    case = ground.take(_reached_in_48_hours)
    if case is not None:
        case.row["联系结果"] = "已联系"
        events = ground.contents[EVENTS.sheet]
        events[:] = [row for row in events if row["编号"] != case.number or row["结果"] != "未联系上"]
        ground.note("STD-04", REGISTER.sheet, "联系结果", case.row, "超过 24 小时完成，却没有“未联系上”的记录")
    case = ground.take(called)
    if case is not None:
        early = moment(case, "转客服时间") - dt.timedelta(minutes=20)
        case.row["回访时间"] = early
        ground.note("STD-09", REGISTER.sheet, "回访时间", case.row, "还没有转客服就回访了")
        for row in ground.with_number(CALLBACKS.sheet, case.number):
            row["回访时间"] = early
            ground.note("STD-09", CALLBACKS.sheet, "回访时间", row, "还没有转客服就回访了")
    for column, what in (("处理意见", "转管理部了却没有处理意见"), ("被反馈部门", "没有填被反馈部门")):
        ground.change("REQ-01", column, done, lambda _: None, what)
    _duplicate(ground)


def _reached_in_48_hours(case: Case) -> bool:
    if not done(case) or case.row["联系结果"] != "未联系上":
        return False
    return moment(case, "转管理部时间") - moment(case, "填单时间") < dt.timedelta(hours=48)


def _duplicate(ground: Ground) -> None:
    """One customer's matter entered twice: a second ticket takes over what the first one says."""
    plain = [c for c in ground.cases if done(c) and c.plain_number and id(c) not in ground.spoiled]
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


def _rewards(ground: Ground) -> None:
    rows = ground.contents[REWARDS.sheet][1:]  # the first one carries a text date
    known = {case.number: case for case in ground.cases}
    ground.rng.shuffle(rows)
    gaps: tuple[tuple[str, str, str, object, str], ...] = (
        ("PAY-01", "编号", "编号", None, "没有写哪一单"),
        ("PAY-02", "审批人", "审批日期", None, "没有审批"),
        ("PAY-03", "金额", "金额", None, "没有金额"),
        ("PAY-03", "金额", "金额", -200, "金额是负数"),
        ("PAY-01", "编号", "编号", "", "登记表里没有这个编号"),
        ("PAY-05", "依据条款", "依据条款", None, "没有依据条款"),
        ("PAY-06", "姓名", "部门", None, "没有姓名"),
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
    own = [row for row in rows[len(gaps) + 1 :] if row["类型"] == "奖励"]
    for row in own[:1]:
        twin = {**row, "事由": f"{row['事由']}（补写）"}
        written = ground.contents[REWARDS.sheet]
        written.insert(next(place for place, one in enumerate(written, 1) if one is row), twin)
        ground.note("PAY-07", REWARDS.sheet, "编号", twin, "同一笔奖励写了两次")
    for row in own[1:2]:
        row["审批人"] = row["姓名"]
        ground.note("PAY-02", REWARDS.sheet, "审批人", row, "审批了自己的奖励")
    for row in own[2:3]:
        day = row["日期"]
        assert isinstance(day, dt.date)
        row["日期"] = day.replace(year=ground.now.year + 1, day=min(day.day, 28))
        ground.note("PAY-06", REWARDS.sheet, "日期", row, "年份写成了明年")


def _mailboxes(ground: Ground) -> None:
    """Of people whom no mail must reach for what the sample shows."""
    slips = {"苗可欣": (chr(ord("@") + 0xFEE0), "邮箱里有全角字符"), "尤佳": (" at ", "邮箱没有 @")}
    for row in ground.contents[STAFF.sheet]:
        if row["姓名"] in slips:
            sign, what = slips[str(row["姓名"])]
            row["邮箱"] = str(row["邮箱"]).replace("@", sign)
            ground.note("MAIL-07", STAFF.sheet, "邮箱", row, what)


def _absences(ground: Ground) -> None:
    staff, today = ground.contents[STAFF.sheet], ground.now.date()
    for row in staff:
        if row["角色"] == people.LONE_ROLE:
            ground.note("STD-21", STAFF.sheet, "角色", row, "只有主要责任人，没有备用")
        if row["姓名"] in people.DOUBLE_ABSENCE:
            row["请假"] = f"{today}~{today + dt.timedelta(days=1)}"
            if row["角色"] == "售后经理" and row["主次"] == "主":
                ground.note("STD-21", STAFF.sheet, "角色", row, "主要和备用责任人今天都请假")
