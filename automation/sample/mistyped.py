"""Mistakes of typing: forms of plates, telephones, VINs and mileage, words outside the lists, times."""

from __future__ import annotations

import datetime as dt

from automation.identifiers import vin_check_digit
from automation.sample.ground import Ground, done, moment
from automation.sample.tickets import Case
from workbook.schema import REWARDS

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def mistype(ground: Ground) -> None:
    """Plant every mistake of typing that there is a row for."""
    _forms(ground)
    _typing(ground)
    _times(ground)


def _forms(ground: Ground) -> None:
    def text(case: Case, column: str) -> str:
        return str(case.row[column])

    def plated(case: Case) -> bool:
        return done(case) and len(text(case, "车牌号")) == 7

    def mobile(case: Case) -> bool:
        return done(case) and len(text(case, "联系电话")) == 11

    ground.change("FORM-01", "车牌号", plated, lambda case: text(case, "车牌号")[:-1], "车牌号少一位")
    ground.change("FORM-02", "联系电话", mobile, lambda case: text(case, "联系电话")[:-1], "手机号少一位")
    ground.change(
        "FORM-03",
        "车架号",
        done,
        lambda case: text(case, "车架号")[:11] + "O" + text(case, "车架号")[12:],
        "车架号里有字母 O",
    )
    ground.change("FORM-03", "车架号", done, lambda case: _wrong_digit(text(case, "车架号")), "车架号校验位不对")
    ground.change("FORM-04", "行驶里程", done, lambda _: -320, "行驶里程是负数")
    ground.change("FORM-04", "行驶里程", done, lambda _: 9860000, "行驶里程大得不可能")
    ground.change("READ-04", "联系电话", mobile, lambda case: text(case, "联系电话").translate(_WIDE), "全角数字")
    ground.change(
        "READ-04",
        "车牌号",
        plated,
        lambda case: f" {text(case, '车牌号')[:2]} {text(case, '车牌号')[2:]} ",
        "多余的空格",
    )
    ground.change("READ-04", "接收人", done, lambda case: f"{text(case, '接收人')}\n", "多余的换行")


def _wrong_digit(vin: str) -> str:
    """The VIN with its last sign mistyped, so that the check digit no longer fits."""
    for sign in "0123456789":
        wrong = vin[:-1] + sign
        if vin_check_digit(wrong) != vin[8]:
            return wrong
    return vin


def _typing(ground: Ground) -> None:
    def ordinary(case: Case) -> bool:
        return done(case) and case.row["级别"] == "一般"

    ground.change("LIST-01", "级别", ordinary, lambda _: "严重", "级别不在列表中")
    ground.change(
        "LIST-01",
        "反馈渠道",
        lambda case: done(case) and case.row["反馈渠道"] == "电话",
        lambda _: "电活",
        "反馈渠道写错字",
    )
    ground.change("READ-03", "行驶里程", done, lambda _: "三万多", "里程不是数字")
    ground.change("READ-05", "行驶里程", done, lambda case: f"{case.row['行驶里程']:,} 公里", "里程写成了文字")
    ground.change("READ-02", "客户联系时间", done, lambda _: "昨天下午", "时间读不懂")
    ground.change("READ-01", "上报时间", done, lambda case: _slashed(moment(case, "上报时间")), "文本日期")
    ground.change("READ-01", "归档时间", _hour_suffices, lambda case: _in_words(moment(case, "归档时间")), "文本日期")
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
    if not done(case):
        return False
    hour = moment(case, "归档时间").replace(minute=0)
    return all(at is None or at < hour for at in case.times[:10])


def _times(ground: Ground) -> None:
    future = (ground.now + dt.timedelta(days=30)).replace(hour=10, minute=5, second=0, microsecond=0)
    ground.change("TIME-01", "归档时间", done, lambda _: future, "归档时间在将来")
    ground.change(
        "TIME-02",
        "复核完成时间",
        done,
        lambda case: moment(case, "转管理部时间") - dt.timedelta(hours=3),
        "复核早于转管理部",
    )
    ground.change("TIME-03", "复核完成时间", done, lambda _: None, "后面的环节做完了，这一环节没有时间")
