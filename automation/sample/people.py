"""The staff of the sample dealership: departments, roles with a primary and a backup, rest days, leave, addresses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MAIL_DOMAIN = "xingyao-auto.example"


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff. ``roles``: role → 主 or 次."""

    name: str
    account: str
    department: str
    roles: tuple[tuple[str, str], ...]
    rest: str = ""

    @property
    def mail(self) -> str:
        return f"{self.account}@{MAIL_DOMAIN}"


STAFF: tuple[Person, ...] = (
    Person("顾明远", "gu.mingyuan", "总经理室", (("主管总经理", "主"),), "周日"),
    Person("沈嘉树", "shen.jiashu", "总经理室", (("主管总经理", "次"), ("服务总监", "主")), "周一"),
    Person("陆文琴", "lu.wenqin", "管理部", (("管理部", "主"), ("部门负责人", "主")), "周六"),
    Person("邵志恒", "shao.zhiheng", "管理部", (("管理部", "次"),)),
    Person("温雅芝", "wen.yazhi", "财务部", (("财务部", "主"), ("部门负责人", "主")), "周六,周日"),
    Person("卜晓岚", "bu.xiaolan", "财务部", (("财务部", "次"),), "周一"),
    Person(
        "祝秋实",
        "zhu.qiushi",
        "客户服务中心",
        (("客户服务中心", "主"), ("客服总监", "次"), ("部门负责人", "主")),
        "周日",
    ),
    Person("江映雪", "jiang.yingxue", "客户服务中心", (("客户服务中心", "次"), ("回访员", "主")), "周四"),
    Person("柳佩瑶", "liu.peiyao", "客户服务中心", (("回访员", "次"), ("接收人", "次")), "周二"),
    Person("方致远", "fang.zhiyuan", "客户关系部", (("客户经理", "主"),), "周六"),
    Person(
        "罗静怡", "luo.jingyi", "客户关系部", (("客户经理", "次"), ("客服总监", "主"), ("部门负责人", "主")), "周三"
    ),
    Person("韩予安", "han.yuan", "客户关系部", (("接收人", "主"),), "周五"),
    Person("秦海波", "qin.haibo", "售后服务部", (("部门负责人", "主"), ("服务经理", "主")), "周日"),
    Person("范一鸣", "fan.yiming", "售后服务部", (("服务经理", "次"), ("服务总监", "次")), "周四"),
    Person("蒋立群", "jiang.liqun", "售后服务部", (("服务顾问", "主"),), "周一"),
    Person("邱婉婷", "qiu.wanting", "售后服务部", (("服务顾问", "次"),), "周五"),
    Person("魏思源", "wei.siyuan", "售后服务部", (("服务顾问", "次"), ("售后经理", "次")), "周二"),
    Person("汪国栋", "wang.guodong", "售后服务部", (("技术总监", "主"),), "周六"),
    Person("石磊", "shi.lei", "机修车间", (("车间主任", "主"), ("部门负责人", "主")), "周日"),
    Person("高建军", "gao.jianjun", "机修车间", (("维修班组长", "主"),), "周二"),
    Person("侯志强", "hou.zhiqiang", "机修车间", (("维修班组长", "次"),), "周四"),
    Person("姚卫东", "yao.weidong", "钣喷车间", (("车间主任", "次"), ("部门负责人", "主")), "周三"),
    Person("唐小龙", "tang.xiaolong", "钣喷车间", (("维修班组长", "次"),), "周六"),
    Person("万海燕", "wan.haiyan", "配件部", (("部门经理", "主"), ("部门负责人", "主")), "周日"),
    Person("尤佳", "you.jia", "配件部", (("部门经理", "次"),), "周二"),
    Person("乔俊杰", "qiao.junjie", "销售部", (("部门负责人", "次"),), "周四"),
    Person("苗可欣", "miao.kexin", "销售部", (("接收人", "次"),), "周一"),
    Person("樊星宇", "fan.xingyu", "销售部", (("售后经理", "主"),), "周五"),
)

_LEAVE: dict[str, tuple[tuple[int, int], ...]] = {
    "陆文琴": ((-1, 2),),  # away now: the backup of a role of the standard flow is seen to step in
    "邱婉婷": ((-40, -36), (9, 11)),
    "侯志强": ((-12, -10),),
}

DOUBLE_ABSENCE = ("樊星宇", "魏思源")
"""Primary and backup of 售后经理; one planted mistake sends both on leave."""

LONE_ROLE = "技术总监"
"""The role planted without a backup."""

_DAYS = "一二三四五六日"
_BY_NAME = {person.name: person for person in STAFF}


def department(name: str) -> str:
    """Where a person works."""
    return _BY_NAME[name].department


def holding(role: str) -> tuple[str, ...]:
    """Everybody with a role, the primary first."""
    ranked = [(rank, p.name) for p in STAFF for r, rank in p.roles if r == role]
    return tuple(name for _, name in sorted(ranked, key=lambda pair: pair[0] != "主"))


def working_in(department_name: str) -> tuple[str, ...]:
    """Everybody of a department."""
    return tuple(person.name for person in STAFF if person.department == department_name)


def on_duty(role: str, at: dt.datetime, now: dt.datetime, *, but: tuple[str, ...] = ()) -> str:
    """Who acts for a role at that time: the primary, else a backup; never one of ``but``."""
    candidates = [name for name in holding(role) if name not in but]
    return next((name for name in candidates if not away(name, at.date(), now)), candidates[0])


def away(name: str, day: dt.date, now: dt.datetime) -> bool:
    """Whether a person rests or is on leave that day; ``now`` is what leave stands around."""
    if f"周{_DAYS[day.weekday()]}" in _rest(name, now):
        return True
    return any(first <= day <= last for first, last in _spans(name, now))


def roster(now: dt.datetime) -> list[dict[str, object]]:
    """The rows of 人员: one a person and role; leave stands around ``now``."""
    rows: list[dict[str, object]] = []
    for person in STAFF:
        for role, rank in person.roles:
            rows.append(
                {
                    "姓名": person.name,
                    "部门": person.department,
                    "角色": role,
                    "主次": rank,
                    "邮箱": person.mail,
                    "休息日": _rest(person.name, now),
                    "请假": _leave(person.name, now),
                    "在岗": "是",
                }
            )
    return rows


def _rest(name: str, now: dt.datetime) -> str:
    """A person's days of rest; the stand-in of somebody on leave rests on a day that the leave does not touch."""
    return _BY_NAME[name].rest or f"周{_DAYS[(now.weekday() + 4) % 7]}"


def _leave(name: str, now: dt.datetime) -> str | None:
    return ";".join(f"{first}~{last}" for first, last in _spans(name, now)) or None


def _spans(name: str, now: dt.datetime) -> list[tuple[dt.date, dt.date]]:
    """Days of leave, relative to ``now``."""
    shifts = _LEAVE.get(name, ())
    return [(now.date() + dt.timedelta(days=first), now.date() + dt.timedelta(days=last)) for first, last in shifts]
