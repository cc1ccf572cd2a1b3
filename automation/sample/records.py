"""What tickets leave in the other sheets: 处理记录, 回访记录 and the two ledgers of pending items."""

from __future__ import annotations

import datetime as dt
import random

from automation.sample import people
from automation.sample.stories import CALLBACK_WORDS
from automation.sample.tickets import Case, Row

_TALKS = (
    "已电话联系，客户说下周有空回店",
    "客户出差，约定回来后到店",
    "已说明配件在途，客户愿意等",
    "客户表示等厂家答复，暂不到店",
    "提醒客户回店检查，客户答应月底前来",
)


def events(made: list[Case], rng: random.Random, now: dt.datetime) -> list[Row]:
    """处理记录 of every numbered ticket, in order of time."""
    rows: list[Row] = []
    for case in made:
        if not case.number:
            continue
        steps = [*case.steps, *_measures(case, rng)]
        rows += [{"编号": case.number, **step} for step in steps if moment_of(step) <= now]
    return sorted(rows, key=moment_of)


def moment_of(step: Row) -> dt.datetime:
    """When an entry of 处理记录 was made."""
    moment = step["时间"]
    assert isinstance(moment, dt.datetime)
    return moment


def _measures(case: Case, rng: random.Random) -> list[Row]:
    done, manager = case.at(7), case.row.get("经办人")
    if done is None:
        return []
    about = case.story
    steps: list[Row] = [
        {
            "时间": done - dt.timedelta(minutes=rng.randint(5, 40)),
            "事项": "措施",
            "经手人": manager,
            "对象": about.department,
            "内容": about.measure,
            "结果": "已落实",
        }
    ]
    if case.row["级别"] == "重大":
        steps.append(
            {
                "时间": done + dt.timedelta(minutes=rng.randint(1, 8)),
                "事项": "预防措施",
                "经手人": manager,
                "对象": about.department,
                "内容": "部门例会通报，修订作业要求，列入下月检查",
                "结果": "部门负责人签收",
            }
        )
    return steps


def callbacks(made: list[Case], rng: random.Random) -> list[Row]:
    """回访记录: one row a call, some of them in vain before the one that counts."""
    rows: list[Row] = []
    for case in made:
        called, passed = case.at(9), case.at(8)
        if called is None or passed is None or not case.number:
            continue
        who, pleased = case.row["回访人"], str(case.row["满意度"])
        if rng.random() < 0.12 and called - passed > dt.timedelta(hours=4):
            tried = called - dt.timedelta(minutes=rng.randint(60, 180))
            rows.append({"编号": case.number, "回访时间": tried, "回访人": who, "接通": "否", "备注": "无人接听"})
        rows.append(
            {
                "编号": case.number,
                "回访时间": called,
                "回访人": who,
                "接通": "是",
                "满意度": pleased,
                "客户意见": rng.choice(CALLBACK_WORDS[pleased]),
                "是否闭环": "否" if pleased in ("不满意", "非常不满意") else "是",
                "备注": "已转客户经理继续跟进" if pleased in ("不满意", "非常不满意") else None,
            }
        )
    return sorted(rows, key=lambda row: str(row["回访时间"]))


def pending(made: list[Case], rng: random.Random, now: dt.datetime) -> tuple[list[Row], list[Row]]:
    """Both ledgers, with the same facts: the customer manager's and the service centre's."""
    rows = [_pending_item(case, rng, now) for case in made if (case.pending or case.resolved) and case.number]
    return rows, [dict(row) for row in rows]


def _pending_item(case: Case, rng: random.Random, now: dt.datetime) -> Row:
    filled_in = case.at(2)
    assert filled_in is not None
    begun = filled_in.date()
    gm = people.on_duty("主管总经理", filled_in, now)
    manager = str(case.row["经办人"])
    backup = next(name for name in people.holding("客户经理") if name != manager)
    expected = begun + dt.timedelta(days=rng.randint(10, 35))
    talked = _last_talk(begun, case.resolved, now, rng)
    major = case.row["级别"] == "重大"
    visit = min(begun + dt.timedelta(days=2), now.date()) if major else None
    return {
        "编号": case.number,
        "车牌号": case.row["车牌号"],
        "客户姓名": case.row["客户姓名"],
        "事由": f"{case.story.unclear}:{case.row['内容概要']}",
        "转入日期": begun,
        "认可人": gm,
        "认可日期": begun,
        "负责人": manager,
        "备用负责人": backup,
        "预计完成日期": case.resolved or max(expected, now.date() + dt.timedelta(days=rng.randint(3, 15))),
        "最近沟通日期": talked,
        "沟通方式": rng.choice(("电话", "微信", "面谈")) if talked else None,
        "沟通结果": ("客户到店，处理完毕" if case.resolved else rng.choice(_TALKS)) if talked else None,
        "上门日期": visit,
        "状态": "已了" if case.resolved else "未了",
        "完成日期": case.resolved,
        "备注": "总经理同意上门，带礼品" if major else None,
    }


def _last_talk(begun: dt.date, resolved: dt.date | None, now: dt.datetime, rng: random.Random) -> dt.date | None:
    """The latest talk the rule asks for (STD-16), or one since."""
    today = now.date()
    if resolved is not None:
        return resolved
    fourth = today.replace(day=4) if today.day >= 4 else (today.replace(day=1) - dt.timedelta(days=1)).replace(day=4)
    talked = fourth - dt.timedelta(days=rng.randint(0, 2))
    if talked > begun:
        return talked
    return min(begun + dt.timedelta(days=1), today)
