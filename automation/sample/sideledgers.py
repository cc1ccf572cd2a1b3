"""The sheets beside the register: 维修质保, 重大质量事故, 抽查, 客户关怀, 节假日."""

from __future__ import annotations

import datetime as dt
import random

import numpy as np
import pandas as pd

from automation.sample import people
from automation.sample.cars import customer
from automation.sample.tickets import Case, Row
from automation.sidesheets.care import DUE, GRACE, plan
from automation.sidesheets.spotchecks import MET, NOT_MET
from workbook.vocabulary import SPOT_CHECK_ITEM

_REASONS = {
    "定期免费维护": "客户没收到免费维护的通知，已补约",
    "定期电话回访": "客户说近三个月没有接到回访",
    "保修期内免费维修执行率": "客户说收了工时费，转服务经理核对",
    "快修服务到达率": "约定半小时，等了近两小时",
    "24小时内上门到达率": "第二天下午才上门，已转责任部门说明",
}
_REPAIRS = (
    ("零件修理", 6, 380),
    ("总成修理", 70, 11800),
    ("小修", 38, 1600),
    ("一级维护", 8, 2350),
    ("二级维护", 33, 3900),
)
"""Kind of repair, days and kilometres until the car came back: within both limits, past the days, past the kilometres."""


def warranty(made: list[Case]) -> list[Row]:
    """维修质保: repairs that were complained about again, some in warranty and some past it."""
    again = [
        c
        for c in made
        if c.number
        and c.plain_number
        and c.story.category in ("质量问题", "维修技术")
        and (c.customer.mileage > 15000 or c.flow == "维修企业")
    ]
    again.sort(key=lambda case: case.flow != "维修企业")
    rows: list[Row] = []
    for case, (kind, days, km) in zip(again, _REPAIRS, strict=False):
        returned = case.received.date()
        rows.append(
            {
                "编号": case.number,
                "车架号": case.customer.vin,
                "维修类型": kind,
                "故障现象": case.row["内容概要"],
                "出厂日期": returned - dt.timedelta(days=days),
                "出厂里程": case.customer.mileage - min(km, case.customer.mileage // 2),
                "再修日期": returned,
                "再修里程": case.customer.mileage,
            }
        )
    return rows


def accidents(made: list[Case], now: dt.datetime) -> list[Row]:
    """重大质量事故: applications for exchange, return or compensation."""
    rows: list[Row] = []
    eligible = [case for case in made if case.number and case.plain_number and case.story.category == "产品质量"]
    eligible.sort(key=lambda case: case.flow != "重大质量事故")
    kinds = ("换车", "附带赔偿", "退车")
    for index, (case, kind) in enumerate(zip(eligible, kinds, strict=False)):
        applied = case.received.date() + dt.timedelta(days=2)
        approved = applied + dt.timedelta(days=4)
        settled = index == 1 and approved + dt.timedelta(days=6) <= now.date()
        rows.append(
            {
                "编号": case.number,
                "申请类型": kind,
                "事实": case.row["详细经过"],
                "证据": "故障件照片 4 张、数据流截图、拖车单",
                "申请人": people.holding("技术总监")[0],
                "申请日期": min(applied, now.date()),
                "批准人": people.holding("主管总经理")[0] if settled else None,
                "批准日期": approved if settled else None,
                "批准意见": "同意赔偿，故障件封存待核销" if settled else None,
                "执行日期": approved + dt.timedelta(days=6) if settled else None,
                "故障件保管": f"旧件库 A-{12 + index}",
                "核销单号": None,
                "赔偿金额": 3600 if settled else None,
                "跟踪结果": "已赔付，厂家核销单未到" if settled else "厂家技术分析中",
            }
        )
    return rows


def spot_checks(made: list[Case], rng: random.Random, now: dt.datetime) -> list[Row]:
    """抽查: a random sample of customers called each month."""
    rows: list[Row] = []
    checked = [case for case in made if case.at(10) is not None and case.number and case.plain_number]
    for case in rng.sample(checked, min(14, len(checked))):
        archived = case.at(10)
        assert archived is not None
        day = min(archived.date() + dt.timedelta(days=rng.randint(3, 12)), now.date())
        item = rng.choice(SPOT_CHECK_ITEM.values)
        met = rng.random() < 0.75
        rows.append(
            {
                "抽查月份": f"{day:%Y-%m}",
                "编号": case.number,
                "抽查项": item,
                "客户": case.customer.name,
                "抽查人": people.holding("客户服务中心")[0],
                "日期": day,
                "结果": MET if met else NOT_MET,
                "说明": None if met else _REASONS[item],
            }
        )
    return sorted(rows, key=lambda row: str(row["日期"]))


def care(rng: random.Random, now: dt.datetime, count: int) -> list[Row]:
    """客户关怀: owners to be rung up after delivery, for birthdays, insurance and maintenance."""
    rows: list[Row] = []
    for _ in range(count):
        owner = customer(rng, now.date())
        insured = owner.delivered.replace(year=now.year, day=min(owner.delivered.day, 28))
        if insured < now.date():
            insured = insured.replace(year=now.year + 1)
        born = dt.date(rng.randint(1968, 2001), rng.randint(1, 12), rng.randint(1, 28))
        called = now.date() - dt.timedelta(days=rng.randint(2, 40)) if rng.random() < 0.6 else None
        rows.append(
            {
                "客户姓名": owner.name,
                "联系电话": owner.phone,
                "车牌号": owner.plate,
                "车架号": owner.vin,
                "交车日期": owner.delivered,
                "生日": born,
                "保险到期": insured,
                "下次保养": now.date() + dt.timedelta(days=rng.randint(-5, 120)),
                "实际联系日期": called,
                "联系人": people.holding("回访员")[1] if called else None,
                "结果": rng.choice(("已提醒，客户会预约", "客户感谢", "约定下月到店")) if called else None,
            }
        )
    rows.sort(key=lambda row: str(row["交车日期"]), reverse=True)
    for row in _overdue(rows, now):  # they were rung up after all
        called = now.date() - dt.timedelta(days=rng.randint(0, GRACE))
        row |= {"实际联系日期": called, "联系人": people.holding("回访员")[0], "结果": "已联系，客户感谢"}
    return rows


def _overdue(rows: list[Row], now: dt.datetime) -> list[Row]:
    columns = ("交车日期", "生日", "保险到期", "下次保养", "实际联系日期")
    frame = pd.DataFrame({name: np.array([row[name] for row in rows], dtype="M8[s]") for name in columns})
    late = plan(frame, now)[DUE] + pd.Timedelta(days=GRACE) < pd.Timestamp(now).normalize()
    return [rows[index] for index in frame.index[late]]


def closing_days(now: dt.datetime) -> list[Row]:
    """节假日: the dealership's own days, over and above the official calendar."""
    return [
        {"日期": dt.date(now.year, 6, 30), "类型": "休", "名称": "半年盘点"},
        {"日期": dt.date(now.year, 12, 31), "类型": "休", "名称": "年终盘点"},
    ]
