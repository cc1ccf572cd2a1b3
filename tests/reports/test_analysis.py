"""《客户投诉分析月报》: its workbook counted again, its formulas recalculated, its mail, and months that hold little."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from automation import cycle, mailing, render, settings
from automation.alerts import Recipient
from automation.checks.facts import Facts
from automation.plan import Plan
from automation.reports import REPORTS, ReportMail
from automation.reports.lessons import faults
from automation.reports.lessons.whole import analyse
from automation.reports.period import MONTHLY, parse
from automation.roster import names_in
from automation.sample import dealership
from tests import libreoffice, tables
from tests.reports.mails import as_it_leaves
from tests.reports.test_lessons import REGISTER
from workbook import build

# openpyxl, which only looks here, says that it would lose the data bars if it wrote.
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

NOW = dt.datetime(2026, 11, 3, 8, 0)
OCTOBER = parse(MONTHLY, "2026-10")
NOTHING = "反馈登记\n编号 | 接收时间"
ONE = "反馈登记\n编号 | 接收时间 | 反馈类别 | 内容概要 | 车牌号\nFK20261005-001 | 10-05 09:00 | 质量问题 | 漏油 | 京A12345"
ODD = REGISTER.replace("质量问题", '"<=1*?~').replace("远澜 L5", "2026-10")
LIMBO = (
    "反馈登记\n编号 | 接收时间 | 反馈类别\nFK20260805-001 | 08-05 09:00 | 其他"  # a month without anything, after one
)

Shop = tuple[Plan, settings.Settings, ReportMail]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """The sample dealership, read from its file, and the analysis of its October."""
    path = tmp_path_factory.mktemp("shop") / "客诉登记.xlsx"
    build.write(path, dealership(300, 7, NOW).contents, created=NOW)
    found, _ = settings.load(None, workbook=path)
    _, decided = cycle.look(found, NOW)
    (mail,) = REPORTS["analysis"].build(decided.facts, decided.findings, OCTOBER, found)
    yield decided, found, mail


def made(text: str, period: str = "2026-10", now: str = "11-03 08:00") -> ReportMail:
    found, _ = settings.load(None, workbook=Path("客诉登记.xlsx"))
    (mail,) = REPORTS["analysis"].build(tables.facts(text, now=now), (), parse(MONTHLY, period), found)
    return mail


def book_of(mail: ReportMail, *, values: bool = True) -> Any:
    ((_, content),) = mail.attachments
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def grid(page: Any, title: str) -> list[dict[str, Any]]:
    """The rows of a table of a page by its headers, without its last one, the sums."""
    (start,) = [cell for row in page.iter_rows() for cell in row if cell.value == title]
    width = 24 if title in ("经验教训与培训建议", "单据涉及的人员（件数）") else 11  # half a page
    heads = {at: page.cell(start.row + 1, at).value for at in range(start.column, start.column + width)}
    heads = {at: head for at, head in heads.items() if head}
    rows: list[dict[str, Any]] = []
    at = start.row + 2
    while page.cell(at, start.column).value is not None:
        rows.append({head: page.cell(at, column).value for column, head in heads.items()})
        at += 1
    return rows[:-1] if rows and next(iter(rows[-1].values())) == "合计" else rows


def listing(sheet: Any) -> list[dict[str, Any]]:
    heads = [cell.value for cell in sheet[3]]
    body = sheet.iter_rows(min_row=4, values_only=True)
    return [dict(zip(heads, row, strict=True)) for row in body if len(heads) == len(row) and row[1] is not None]


# --- Every number, counted another way --------------------------------------------------------------------------------


def of_month(facts: Facts, month: str) -> list[dict[str, Any]]:
    rows = [{**line, "row": row} for row, line in facts.register.to_dict("index").items()]
    return [row for row in rows if f"{row['接收时间']:%Y-%m}" == month if str(row["接收时间"]) != "NaT"]


@pytest.mark.parametrize(
    ("page", "title", "column"),
    [
        ("汇总", "按反馈类别", "反馈类别"),
        ("分类", "按反馈渠道", "反馈渠道"),
        ("分类", "按车型", "车型"),
        ("分类", "按被反馈部门", "被反馈部门"),
        ("分类", "按流程", "流程"),
        ("分类", "按级别", "级别"),
        ("分类", "按故障", "故障"),
    ],
)
def test_every_grouping_of_the_workbook_equals_a_plain_count(shop: Shop, page: str, title: str, column: str) -> None:
    """X-02."""
    facts, months = shop[0].facts, sorted({f"2026-{n:02}" for n in range(1, 11)})
    fault = faults.of(facts.register)

    def word(row: dict[str, Any]) -> str:
        return str(fault[row["row"]] if column == "故障" else row[column] or default)

    default = {"流程": "标准流程", "级别": "一般"}.get(column, "未填")
    by_month = {m: Counter(word(row) for row in of_month(facts, m)) for m in months}
    earlier = [m for m in months if sum(by_month[m].values())][:-1][-6:]
    rows = grid(book_of(shop[2])[page], title)
    assert {row[column]: row["件数"] for row in rows if row["件数"]} == {
        word: count for word, count in by_month["2026-10"].items() if word
    }
    mean = f"前{len(earlier)}个月平均"
    for row in rows:
        assert row["9月"] == by_month["2026-09"][row[column]]
        assert row[mean] == pytest.approx(sum(by_month[m][row[column]] for m in earlier) / len(earlier))
    if "累计" in rows[0]:
        added = 0
        for row in rows:
            added += row["件数"]
            assert row["累计"] == pytest.approx(added / sum(row["件数"] for row in rows))


def test_months_people_satisfaction_and_lateness_equal_plain_counts(shop: Shop) -> None:
    """X-02, X-03."""
    facts, book = shop[0].facts, book_of(shop[2])
    for row in grid(book["汇总"], "逐月比较"):
        year, month = re.findall(r"\d+", row["月份"])
        assert row["收到"] == len(of_month(facts, f"20{year}-{int(month):02}"))
    october = of_month(facts, "2026-10")
    named = Counter(name for row in october for name in {*names_in(row["责任人"]), *names_in(row["当事人"])})
    people = grid(book["部门与人员"], "单据涉及的人员（件数）")
    assert {row["姓名"]: row["涉及"] for row in people} == dict(named.most_common(len(people)))
    called = [row for row in facts.register.to_dict("records") if f"{row['回访时间']}"[:7] == "2026-10"]
    rated = Counter(row["被反馈部门"] or "未填" for row in called if row["满意度"])
    bad = Counter(row["被反馈部门"] or "未填" for row in called if row["满意度"] in ("不满意", "非常不满意"))
    for row in grid(book["部门与人员"], "满意度：按被反馈部门"):
        assert (row["有评价"], row["不满意"]) == (rated.pop(row["被反馈部门"]), bad[row["被反馈部门"]])
        assert row["有评价"] == row["满意"] + row["一般"] + row["不满意"]
        assert (row["满意率"] == "件数少") is (row["有评价"] < 5)
    assert not rated
    late = Counter(row["被反馈部门"] for row in listing(book["超时环节"]))
    for row in grid(book["部门与人员"], "环节按时率：按被反馈部门"):
        assert row["超时"] == late.pop(row["被反馈部门"], 0) and row["按时"] == row["到期"] - row["超时"]
    assert not late
    found = analyse(facts, OCTOBER)
    assert sum(row["到期"] for row in grid(book["部门与人员"], "环节按时率：按责任角色")) == found.this.judged


def test_topics_and_measures_of_the_pages_are_those_of_the_sheets(shop: Shop) -> None:
    """X-05."""
    book = book_of(shop[2])
    behind = listing(book["培训建议"])
    page = grid(book["汇总"], "经验教训与培训建议")
    assert 0 < len(page) <= len(behind)
    assert {row["培训或复盘的题目"] for row in page} <= {row["培训或复盘的题目"] for row in behind}
    rules = {row["规则"]: row["内容"] for row in listing(book["判定规则"])}
    tickets = {row["编号"] for row in listing(book["反馈明细"])}
    for row in behind:
        assert rules[row["规则"]] == row["规则怎么说"]
        if row["规则"] != "培训8":
            assert set(row["所依据的单"].split("、")) <= tickets
    states = Counter((row["部门"], row["状态"]) for row in listing(book["措施"]))
    for row in grid(book["部门与人员"], "纠正、预防措施与改善计划"):
        assert row["逾期"] == states[row["部门"], "逾期未验证"] and row["待验证"] == states[row["部门"], "待验证"]


def test_every_ticket_a_page_counts_can_be_filtered_in_the_sheet(shop: Shop) -> None:
    book = book_of(shop[2])
    rows = listing(book["反馈明细"])
    found = analyse(shop[0].facts, OCTOBER)
    october = [row for row in rows if row["接收时间"] and f"{row['接收时间']:%Y-%m}" == "2026-10"]
    assert len(october) == found.this.received.count
    assert sum(row["办结后\n再投诉"] == "是" for row in rows) == len(found.repeats)
    assert len([row for row in listing(book["重复投诉"]) if row["组"]]) == len(found.repeats)


# --- Formulas ---------------------------------------------------------------------------------------------------------


@libreoffice.needed
def test_values_stored_in_the_file_equal_those_libreoffice_computes_itself(shop: Shop, tmp_path: Path) -> None:
    mails = {"shop": shop[2], "hand": made(REGISTER), "odd": made(ODD), "one": made(ONE), "nothing": made(NOTHING)}
    results = libreoffice.recomputed({name: mail.attachments[0][1] for name, mail in mails.items()}, tmp_path)
    for name, mail in mails.items():
        formulas, stored = book_of(mail, values=False), book_of(mail)
        computed = openpyxl.load_workbook(results[name], data_only=True)
        count = 0
        for sheet in formulas:
            for cell in (cell for row in sheet for cell in row if str(cell.value).startswith("=")):
                ours, theirs = stored[sheet.title][cell.coordinate].value, computed[sheet.title][cell.coordinate].value
                expected = pytest.approx(ours) if isinstance(ours, int | float) else ours
                assert theirs == expected, (name, sheet.title, cell.coordinate, cell.value)
                count += 1
        assert count > {"shop": 200, "hand": 60}.get(name, 4)


def test_the_same_facts_give_the_same_bytes() -> None:
    assert made(REGISTER) == made(REGISTER)


def test_the_charts_stand_where_there_is_enough_to_draw(shop: Shop) -> None:
    book = book_of(shop[2])
    assert (len(book["汇总"]._charts), len(book["分类"]._charts)) == (2, 1)
    assert len(book_of(made(ONE))["汇总"]._charts) == 0  # one ticket is no curve


# --- The mail ---------------------------------------------------------------------------------------------------------


def sent(mail: ReportMail, now: dt.datetime = NOW) -> tuple[str, str, str]:
    """Subject, text and HTML of the mail as it leaves."""
    return as_it_leaves(mail, now)


def test_the_mail_says_what_happened_what_to_learn_and_what_is_owed() -> None:
    mail = made(REGISTER)
    subject, text, html = sent(mail)
    assert "2026年10月:收到 5 件,再次投诉 2 件" in tables.plain(subject)
    assert (mail.key, mail.roles) == ("report|analysis|2026-10", ("主管总经理", "管理部", "客户服务中心"))
    for part in (text, html):
        for said in ("质量问题", "培训1", "FK20261003-001", "同一故障", "逾期未验证", "缺分析报告", "9月", "1/2"):
            assert said in part, said
    assert "10月收到 5 件,比9月多 4 件,前2个月平均 1.0 件" in tables.plain(text)


@pytest.mark.parametrize("text", [NOTHING, ONE, LIMBO, ODD])
def test_a_month_with_little_reads_well(text: str) -> None:
    mail = made(text)
    book = book_of(mail)
    written = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value is not None]
    for said in (*sent(mail), *written):
        assert not re.search(r"\bNone\b|\bnan\b|NaT|#DIV|平均 *件", said), said
    _, plain, html = sent(mail)
    shown = re.sub(r"<[^>]*>", " ", html.partition("</head>")[2])
    if text == NOTHING:
        assert "10月没有收到反馈" in plain and "培训建议" not in plain
    if text == ONE:
        assert "还没有可比的月份" in plain
        assert "%" not in plain and "%" not in shown and "件数少" in shown
    if text == LIMBO:
        assert plain.count("10月没有收到反馈") == 1 and "前2个月平均" not in plain


def test_no_customer_can_be_recognised(shop: Shop) -> None:
    decided, found, mail = shop
    facts = decided.facts
    register, staff = facts.register, facts.roster.names
    private = {
        str(value)
        for column in ("联系电话", "车牌号", "车架号")
        for source in (register[column], facts.ledger.register.raw[column])
        for value in source
        if len(str(value)) > 6
    }
    private |= {name for name in register["客户姓名"] if len(name) > 2 and name not in staff and "**" not in name
                and not name.endswith(("先生", "女士"))}  # fmt: skip
    assert len(private) > 500
    written = [str(cell.value) for sheet in book_of(mail) for row in sheet for cell in row if cell.value is not None]
    everything = "\n".join([*written, *sent(mail)])
    assert not [value for value in private if value in everything]
    assert mailing.written(mail, decided, found, render.environment(), also=Recipient("顾", "gu@x.example", "管理部"))


def test_personal_data_in_any_column_is_masked() -> None:
    text = REGISTER.replace("远澜 X3", "LSVAM4187C2184841").replace("| 网络 ", "| 13912345678 ")
    text = text.replace("| 李娜   |", "| 孙小美 |").replace("扭矩复核", "致电13912345678韩梅梅")
    mail = made(text)
    written = [str(cell.value) for sheet in book_of(mail) for row in sheet for cell in row]
    everything = "\n".join([*written, *sent(mail)])
    for private in ("LSVAM4187C2184841", "13912345678", "孙小美", "韩梅梅", "京A12345", "王小明"):
        assert private not in everything, private
    assert "孙**" in everything
