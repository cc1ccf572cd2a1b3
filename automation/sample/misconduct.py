"""Mistakes of conduct: what the flows ask for and was left out, done too early, or done by the wrong person."""

from __future__ import annotations

import datetime as dt

from automation.sample.ground import Ground, done, moment
from automation.sample.tickets import Case, Row
from workbook.schema import EVENTS, PENDING_CENTRE, PENDING_MANAGER, REGISTER, REWARDS


def unvisited(ground: Ground) -> None:
    """STD-14: one major pending item that nobody visited, one visited before the general manager was asked."""
    for spoil, what in ((_never, "重大投诉的未了事宜没有上门拜访"), (_too_early, "上门之后才请示主管总经理")):
        case = ground.take(lambda case: case.pending and _visited(ground, case))
        if case is not None:
            for sheet in (PENDING_CENTRE.sheet, PENDING_MANAGER.sheet):
                for row in ground.with_number(sheet, case.number):
                    spoil(row)
            ground.note("STD-14", PENDING_MANAGER.sheet, "上门日期", row, what)


def _visited(ground: Ground, case: Case) -> bool:
    """Whether there was a visit, long enough ago for something to come after it."""
    rows = ground.with_number(PENDING_MANAGER.sheet, case.number)
    return any(row["上门日期"] not in (None, ground.now.date()) for row in rows)


def _never(item: Row) -> None:
    item |= {"上门日期": None, "备注": None}


def _too_early(item: Row) -> None:
    day = item["上门日期"]
    assert isinstance(day, dt.date)
    item["认可日期"] = day + dt.timedelta(days=1)


def misconduct(ground: Ground) -> None:
    """Plant every mistake of conduct that there is a ticket for."""
    _tiers(ground)
    _manufacturer(ground)
    _appeal(ground)
    _sale(ground)
    _answer(ground)
    _parts(ground)
    _agreement(ground)
    _malice(ground)
    _entries(ground)
    ground.contents[EVENTS.sheet].sort(key=_time)


def _time(row: Row) -> dt.datetime:
    at = row["时间"]
    assert isinstance(at, dt.datetime)
    return at


def _of(ground: Ground, flow: str) -> tuple[Case, dict[object, Row]] | None:
    """A closed ticket of a flow and the last of its entries of each 事项."""
    case = ground.take(lambda case: case.flow == flow and case.at(10) is not None)
    return (case, _entries_of(ground, case)) if case else None


def _entries_of(ground: Ground, case: Case) -> dict[object, Row]:
    return {row["事项"]: row for row in ground.with_number(EVENTS.sheet, case.number)}


def _drop(ground: Ground, *rows: Row) -> None:
    gone = {id(row) for row in rows}
    events = ground.contents[EVENTS.sheet]
    events[:] = [row for row in events if id(row) not in gone]


def _tiers(ground: Ground) -> None:
    if found := _of(ground, "三级处理"):
        case, steps = found
        case.row["级别"] = "重大"
        ground.note("TIER", REGISTER.sheet, "级别", case.row, "重大投诉没有升级三级就归档了")
        up = steps["升级二级"]
        steps["告知客服总监"]["时间"] = _time(up) + dt.timedelta(hours=5)
        ground.note("TIER", EVENTS.sheet, "事项", up, "升级之后才告知客服总监")
        _drop(ground, steps["措施验证"])
        ground.note("TIER", EVENTS.sheet, "事项", steps["预防措施"], "措施没有验证就归档了")
    if found := _of(ground, "三级处理"):
        up = found[1]["升级二级"]
        up |= {"事项": "升级三级", "内容": None, "结果": None}
        ground.note("TIER", EVENTS.sheet, "事项", up, "一般投诉越过了二级")
        ground.note("TIER", EVENTS.sheet, "内容", up, "升级时没有移交记录")


def _manufacturer(ground: Ground) -> None:
    if found := _of(ground, "厂家规范"):
        case, steps = found
        case.row["级别"] = "一般"
        ground.note("OEM", REGISTER.sheet, "级别", case.row, "厂家转来的投诉没有列为重大")
        _drop(ground, steps["分析报告"], steps["措施"])
        ground.note("OEM", REGISTER.sheet, "归档时间", case.row, "没有分析报告就归档了")
        ground.note("OEM", EVENTS.sheet, "事项", steps["反馈结果"], "没有措施就反馈了结果")


def _appeal(ground: Ground) -> None:
    if found := _of(ground, "广汽丰田"):
        case, steps = found
        first = next(r for r in ground.with_number(EVENTS.sheet, case.number) if r["事项"] == "反馈结果")
        steps["反馈结果"]["经手人"] = first["经手人"]
        ground.note("GTOYOTA", EVENTS.sheet, "经手人", steps["反馈结果"], "申诉仍由原来的人答复")


def _sale(ground: Ground) -> None:
    if found := _of(ground, "汽车销售公司"):
        case, steps = found
        case.row |= {"级别": "重大", "处理意见": None}
        _drop(ground, steps["改善计划"])
        steps["跟踪回访"]["结果"] = "不满意，要求重新处理"
        for column, what in (
            ("级别", "重大投诉没有上报备案"),
            ("处理意见", "执行完成却没有写明处理方案"),
            ("归档时间", "没有改善计划、客户不满意就归档了"),
        ):
            ground.note("SALES", REGISTER.sheet, column, case.row, what)


def _answer(ground: Ground) -> None:
    if found := _of(ground, "维修企业"):
        answer = found[1]["答复客户"]
        answer |= {"内容": None, "结果": "客户不接受"}
        ground.note("REPAIR", EVENTS.sheet, "内容", answer, "答复客户没有写明理由")
        ground.note("REPAIR", EVENTS.sheet, "结果", answer, "客户不接受，没有第三方调解就归档了")


def _parts(ground: Ground) -> None:
    if found := _of(ground, "汽车配件客诉"):
        case, steps = found
        result = steps["反馈结果"]
        mediated: Row = result | {"事项": "第三方调解", "对象": None, "结果": "双方达成一致"}
        ground.contents[EVENTS.sheet].append(mediated)
        ground.note("PARTS", EVENTS.sheet, "对象", mediated, "调解机构没有写明")
        result["内容"] = None
        _drop(ground, steps["预防措施"])
        ground.note("PARTS", REGISTER.sheet, "归档时间", case.row, "反馈没有内容，也没有改进措施")


def _agreement(ground: Ground) -> None:
    if found := _of(ground, "企业投诉规范"):
        case, steps = found
        signed, told = steps["协议签署"], steps["通知部门"]
        signed["时间"] = _time(told) + dt.timedelta(hours=20)
        ground.note("GENERIC", EVENTS.sheet, "事项", told, "客户还没有签字就通知了部门")
        _drop(ground, steps["核实身份"], steps["跟踪回访"])
        ground.note("GENERIC", EVENTS.sheet, "事项", signed, "没有核实客户身份")
        ground.note("GENERIC", REGISTER.sheet, "归档时间", case.row, "没有回访就归档了")


def _malice(ground: Ground) -> None:
    def determined(case: Case) -> Row:
        entry: Row = {
            "编号": case.number,
            "时间": moment(case, "执行完成时间"),
            "事项": "恶意投诉认定",
            "经手人": case.row["复核人"],
            "对象": "客户",
            "内容": "监控与所述不符，多店重复索赔",
            "结果": "认定属实",
        }
        ground.contents[EVENTS.sheet].append(entry)
        return entry

    noted = {id(row) for _, _, _, row, _ in ground.notes}
    fines = {
        row["编号"]: row for row in ground.contents[REWARDS.sheet] if row["类型"] == "处罚" and id(row) not in noted
    }
    case = ground.take(lambda c: done(c) and c.row["联系结果"] == "未联系上" and c.number not in fines)
    if case is not None:
        ground.note("GENERIC", EVENTS.sheet, "事项", determined(case), "恶意投诉没有答复客户")
    case = ground.take(lambda c: done(c) and c.row["联系结果"] == "已联系" and c.number in fines)
    if case is not None:
        determined(case)
        ground.note("GENERIC", REWARDS.sheet, "类型", fines[case.number], "恶意投诉却处罚了员工")


def _entries(ground: Ground) -> None:
    def spoken_to(case: Case) -> bool:
        return done(case) and case.row["联系结果"] == "已联系" and "联系客户" in _entries_of(ground, case)

    case = ground.take(spoken_to)
    if case is not None:
        entry = _entries_of(ground, case)["联系客户"]
        entry["时间"] = case.received - dt.timedelta(minutes=50)
        ground.note("TIME-02", EVENTS.sheet, "时间", entry, "早于本单的接收时间")
    case = ground.take(spoken_to)
    if case is not None:
        entry = _entries_of(ground, case)["联系客户"]
        entry["经手人"] = None
        ground.note("X-07", EVENTS.sheet, "经手人", entry, "联系客户没有写明是谁")
    case = ground.take(spoken_to)
    if case is not None:
        stray: Row = _entries_of(ground, case)["联系客户"] | {"编号": f"{case.number[:-3]}987"}
        ground.contents[EVENTS.sheet].append(stray)
        ground.note("X-07", EVENTS.sheet, "编号", stray, "登记表里没有这个编号")
