"""What the macros say of a row as it is typed is, word for word, what `kesu check` says of it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from automation import macros, plan
from automation.checks import contact, numbers, people, required, times, values
from automation.checks.facts import Check
from automation.past import Past
from tests import tables
from tests.excel import quick
from tests.macros.excel import NOW, Excel
from workbook import build, ledger, snapshot
from workbook.schema import REGISTER
from workbook.vocabulary import VOCABULARIES

SHARED: Sequence[Check] = (
    *required.CHECKS,
    *values.CHECKS,
    *times.CHECKS,
    numbers.duplicated,
    numbers.malformed,
    people.involved_handling,
    contact.callback_owed,
    contact.callback_too_early,
    contact.callback_by_the_involved,
)
"""The checks that one row and the lists suffice for, and that the macros repeat."""

STAFF = """
人员
姓名   | 部门 | 角色 | 主次
李晓明 | 销售部 | 接收人 | 主
王芳 | 客户服务中心 | 客户服务中心 | 主
赵磊 | 管理部 | 管理部 | 主
周建国 | 总经理室 | 主管总经理 | 主
欧阳春 | 售后服务部 | 客户经理 | 次
"""

FIRST = "接收时间 | 接收人 | 反馈渠道 | 级别 | 客户姓名 | 联系电话 | 内容概要"
WELL = "11-20 09:05 | 李晓明 | 电话 | 一般 | 陈静 | 13800138000 | 漏油"


def findings(path: Path) -> set[tuple[str, str, str, str]]:
    """What the checks find in the register: rule, cell, message without its place, advice."""
    book = ledger.load(snapshot.read(path))
    facts, _ = plan.look(book, Past(), NOW)
    found = [finding for check in SHARED for finding in check(facts)]
    return {
        (one.rule, one.where.a1, one.message.removeprefix(f"{one.where} "), one.hint)
        for one in found
        if one.where and one.where.sheet == REGISTER.sheet
    }


def agree(path: Path, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Hold both to the same words over these rows; the rules that were found."""
    contents = {**tables.rows_of(STAFF), REGISTER.sheet: rows}
    build.write(path, contents, created=NOW, macros=macros.modules())
    by_kesu = findings(path)
    excel = Excel(quick(path))
    last = build.FIRST_DATA_ROW + len(rows)
    by_macros = [found for row in range(build.FIRST_DATA_ROW, last) for found in excel.problems(row)]
    assert len(by_macros) == len(set(by_macros))
    assert set(by_macros) == by_kesu
    return {rule for rule, *_ in by_kesu}


def row(text: str, **more: object) -> dict[str, Any]:
    """A row of the register; ``text`` gives the fields of :data:`FIRST`."""
    return {**tables.rows_of(f"反馈登记\n{FIRST}\n{text}")["反馈登记"][0], **more}


def at(text: str) -> dt.datetime:
    return tables.moment(text)


GOOD_AND_BAD: Sequence[dict[str, Any]] = [
    row(WELL),
    row("11-20 09:05 | 李晓明 |  | 严重 | 陈静 |  | 漏油"),
    row(WELL, 反馈渠道="打电话", 反馈类别="服务态度差", 被反馈部门="销售", 流程="标准"),
    row(WELL, 反馈渠道="qq", 级别="普通"),
    row(WELL, 级别=" 重 大 ", 流程="三级处理", 上报时间=at("11-20 09:30"), 转管理部时间=at("11-20 15:00")),
    row(WELL, 车牌号="京A12345"),
    row(WELL, 车牌号="京·ad12345", 车架号="LSVAA49J132047371"),
    row(WELL, 车牌号="京I12345", 车架号="LSVAA49J13204737"),
    row(WELL, 车牌号="临牌", 车架号="lsvio49q132047371"),
    row(WELL, 车牌号="粤Z1234港", 车架号="WBAAA49J132047371"),
    row(WELL, 车牌号="京A1234D5", 车架号="LSVAA49J-3204737Ｏ"),
    *(
        row(WELL.replace("13800138000", phone))
        for phone in (
            *("010-12345678", "０１０－１２３４５６７８", "(0755)1234567", "0755-1234567-123", "0755-1234567-1234567"),
            *("+86-13800138000", "8613800138000", "86-010-1234567", "400-123-4567", "4001234567", "400-12-34567"),
            *("1380013800", "12800138000", "13800138000转8", "138 0013 8000", "电话", "+13800138000", "0101234567"),
        )
    ),
    row(WELL, 行驶里程=32000),
    row(WELL, 行驶里程=-5),
    row(WELL, 行驶里程=1_600_000),
    row(WELL, 行驶里程=12.5),
    row(WELL.replace("李晓明", "李小明"), 当事人="王芳、赵雷", 经办人="李晓明／王芳", 责任人="赵磊"),
    row(WELL, 当事人="王芳，赵磊", 填单人="王芳", 复核人="赵磊 周建国", 回访人="欧阳春"),
    row(WELL, 当事人="王芳", 回访人="王芳", 转客服时间=at("11-20 10:00"), 回访时间=at("11-20 09:30")),
    row(WELL, 接收人="某某", 填单人="欧杨春"),
    row(WELL, 当事人="王芳 赵磊", 填单人="王芳", 复核人="赵磊"),
    row(WELL, 当事人="王芳和赵磊", 责任人="周建国（总经理室）", 填单人="王　芳", 经办人="赵磊", 复核人="周建国"),
    row(WELL, 当事人="王芳赵磊", 责任人="总经理（周建国）", 填单人="王芳", 复核人="赵磊 周 建国", 回访人="欧阳 春"),
    row(WELL, 当事人="王芳副经理", 责任人="刘和平以及赵磊等", 填单人="王芳", 经办人="赵磊、欧阳 春 李晓明"),
    row(WELL, 当事人="John Smith", 责任人="王芳 (客服 中心) 赵磊，李 晓明", 填单人="李晓明", 复核人="【王芳】"),
    row(WELL, 当事人="王芳 与 赵磊 及 周建国", 责任人="（李晓明）", 填单人="李晓明和周建国", 经办人="周 建 国"),
    row(WELL, 上报时间=at("11-20 08:00"), 填单时间=at("11-20 09:00")),
    row(WELL, 上报时间=at("11-20 10:00"), 填单时间=at("11-20 09:30"), 转管理部时间=at("11-20 09:45")),
    row(WELL, 上报时间=at("11-20"), 填单时间=at("11-20 09:30"), 转管理部时间=at("11-20")),
    row(WELL, 上报时间=at("11-19"), 填单时间=at("11-19 23:59"), 客户联系时间=at("11-20")),
    row(WELL.replace("11-20 09:05", "11-20"), 上报时间=at("11-20"), 填单时间=at("11-19 23:59")),
    row(WELL, 归档时间=at("11-20 18:00")),
    row(WELL, 归档时间=at("11-20 18:00"), 流程="维修企业", 需回访="是"),
    row(WELL, 归档时间=at("12-20 18:00"), 下次答复时间=at("12-20 18:00"), 客户联系时间=at("11-20 09:00")),
    row(WELL, 回访时间=at("11-20 18:00"), 需回访="是", 归档时间=at("11-20 19:00")),
    row(WELL, 需回访="是", 归档时间=at("11-20 19:00"), 转客服时间=at("11-20 18:00"), 下次答复时间=at("11-19 18:00")),
    row(WELL, 复核结论="异议", 复核完成时间=at("11-20 18:00")),
    row(WELL, 责任明确="否"),
    row(WELL, 责任明确="否", 未明原因="配件延时"),
    row(WELL, 编号="FK20261120-001"),
    row(WELL, 编号="fk20261120-001"),
    row(WELL, 编号="FK20261119-002"),
    row(WELL, 编号="FK2026112-003"),
    row(WELL, 编号="FK20261320-003"),
    row(WELL, 编号="20261120-3"),
    {"内容概要": "只有一句话"},
    {"备注": "   "},
    row(WELL, 上报时间="2026年11月20日 下午3点", 填单时间="上午", 行驶里程="3万公里", 归档时间=at("11-20 18:00")),
]  # fmt: skip


def test_good_and_bad_rows_are_told_in_the_same_words(tmp_path: Path) -> None:
    found = agree(tmp_path / "登记.xlsm", GOOD_AND_BAD)
    assert found == {
        *("REQ-01", "STD-05", "STD-12", "LIST-01", "FORM-01", "FORM-02", "FORM-03", "FORM-04", "PERSON-01", "TIME-01"),
        *("TIME-02", "TIME-03", "STD-09", "STD-20", "NUM-01", "NUM-02", "NUM-06"),
    }


def anything(chance: random.Random) -> dict[str, Any]:
    """A row as careless people type it: every field sometimes right, sometimes empty, sometimes a slip."""
    names = ["李晓明", "王芳", "赵磊", "周建国", "欧阳春", "李小明", "欧阳", "王芳、赵磊", "王 芳", "张三"]
    names += ["王芳 赵磊", "王芳和赵磊", "赵磊（管理部）", "王芳等"]
    lists = {vocabulary.name: vocabulary.values for vocabulary in VOCABULARIES}
    out: dict[str, Any] = {}
    start = dt.datetime(2026, 11, 18, 8)
    for column in REGISTER.columns:
        if chance.random() < 0.35 or (column.ours and column.name != "编号"):
            continue
        value: object = chance.choice(["漏油", "无", "Ａ组　二班", "x"])
        if column.list is not None:
            word = chance.choice(lists[column.list.name])
            value = chance.choice([word, word, word, word[::-1], word[:1], f"{word} "])
        elif column.kind.name == "TIME":
            value = start + dt.timedelta(minutes=chance.randrange(0, 6000, 5))
        elif column.kind.name == "PERSON":
            value = chance.choice(names)
        elif column.kind.name == "PHONE":
            value = chance.choice(["13800138000", "1380013800", "010-1234567", "400 123 4567", "86 13800138000"])
        elif column.kind.name == "PLATE":
            value = chance.choice(["京A12345", "京AD12345", "京A1234", "新车", "沪b·12345", "ABC"])
        elif column.kind.name == "VIN":
            value = "".join(chance.choice("LSVA4J1320473O71I"[: chance.choice([12, 17])]) for _ in range(17))
        elif column.kind.name == "NUMBER":
            value = chance.choice([0, 100, 32000, -1, 2e6, 0.5])
        elif column.kind.name == "TICKET":
            value = chance.choice(["FK20261118-001", "FK20261119-002", "FK20261119-02", "FK20261120-501", "12"])
        out[column.name] = value
    return out


@pytest.mark.parametrize("seed", [1, 2])
def test_rows_typed_at_random_are_told_in_the_same_words(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    found = agree(tmp_path / "登记.xlsm", [anything(chance) for _ in range(25)])
    assert len(found) > 10
