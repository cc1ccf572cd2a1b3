"""STD-19, whole passes: on the 4th finance has the month's rewards and penalties, once, and the month is closed."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import hashlib
import io
import re
from collections import defaultdict
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from automation import cycle, mailing, settings
from automation.blank import blank
from automation.commands.report import produce
from automation.journal import Journal
from automation.payroll.settlement import Closed, Settlement
from automation.settings import Settings
from automation.settlements import MonthClosed
from tests import libreoffice
from tests.tables import plain, rows_of
from workbook import build
from workbook.errors import KesuError

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")

BEGAN, FOURTH, LATER = dt.datetime(2026, 11, 1, 9), dt.datetime(2026, 11, 4, 8), dt.datetime(2026, 11, 4, 8, 5)
DECEMBER = dt.datetime(2026, 12, 4, 8)

BOOK = """
反馈登记
编号           | 编号时间    | 接收时间    | 客户姓名 | 联系电话    | 车牌号   | 当事人 | 经办人 | 归档时间
FK20261003-001 | 10-03 09:10 | 10-03 09:00 | 王小明   | 13800138000 | 京A12345 | 张伟   | 方致远 | 10-05 09:00
FK20261007-001 | 10-07 09:10 | 10-07 09:00 | 李雷雷   | 13900139000 | 京B23456 | 刘强   | 方致远 | 10-09 09:00

奖罚明细
日期  | 编号           | 姓名   | 部门     | 类型 | 依据条款 | 事由                            | 金额  | 认定人 | 审批人 | 审批日期 | 报送月份 | 备注
10-05 | FK20261003-001 | 张伟   | 机修车间 | 处罚 | 第三条   | 对王小明态度差，电话13800138000 | 200.5 | 陆文琴 | 顾明远 | 10-06    |          |
10-09 | FK20261007-001 | 刘强   | 机修车间 | 处罚 | 第八条   | 返工                            | 100.1 | 陆文琴 | 顾明远 | 10-09    |          |
10-09 | FK20261007-001 | 方致远 | 客户关系 | 奖励 | 第九条   | 客户满意                        | 80.2  | 顾明远 | 顾明远 | 10-09    |          |
10-20 | FK20261007-001 | 刘强   | 机修车间 | 处罚 | 第三条   | 又返工                          | 50    | 陆文琴 | 顾明远 |          |          |
11-02 | FK20261007-001 | 方致远 | 客户关系 | 奖励 | 第十条   | 表扬信                          | 30    | 陆文琴 | 顾明远 | 11-02    |          |

人员
姓名   | 部门   | 角色       | 主次 | 邮箱         | 在岗
顾明远 | 总经办 | 主管总经理 | 主   | gu@x.example | 是
卜晓岚 | 财务部 | 财务部     | 主   | bu@x.example | 是
"""  # noqa: E501


class Shop:
    """A workbook on disk, the passes over it, and what they left behind."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "登记.xlsx"
        found, errors = settings.load(None, workbook=self.path)
        assert not errors
        self.settings: Settings = found

    def save(self, text: str, *edits: tuple[str, str]) -> None:
        for old, new in edits:
            assert text.count(old) == 1, f"“{old}” {text.count(old)} times"
            text = text.replace(old, new)
        sheets = {
            name: [{k: v for k, v in row.items() if v != ""} for row in rows] for name, rows in rows_of(text).items()
        }
        self.path.unlink(missing_ok=True)
        build.write(self.path, {**blank(), **sheets}, created=BEGAN)

    def run(self, now: dt.datetime) -> cycle.Outcome:
        """A pass; nobody looked in between, and yet the clock is right."""
        return cycle.run(self.settings, now, sure=True)

    @property
    def closed(self) -> tuple[Closed, ...]:
        with Journal.peek(self.settings.journal) as journal:
            return journal.past().closed

    def mails(self) -> list[EmailMessage]:
        found = [letter(path.read_bytes()) for path in sorted(self.settings.outbox.glob("*.eml"))]
        return [one for one in found if "奖罚情况" in str(one["Subject"])]

    def marks(self) -> list[str]:
        sheet = openpyxl.load_workbook(self.path)["奖罚明细"]
        at = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value in ("报送月份", "金额")}
        head = at["报送月份"]
        filled = [row for row in range(head.row + 1, sheet.max_row + 1) if sheet.cell(row, at["金额"].column).value]
        return [sheet.cell(row, head.column).value or "" for row in filled]


def letter(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def attached(mail: EmailMessage) -> tuple[str, bytes]:
    (part,) = mail.iter_attachments()
    return str(part.get_filename()), part.get_content()


def said(mail: EmailMessage) -> str:
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text and html
    return "\n".join((str(mail["Subject"]), text.get_content(), html.get_content()))


def cells(content: bytes, *, values: bool = True) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """The workbook above, looked at once in October's last days' stead: before the 4th of November."""
    made = Shop(tmp_path)
    made.save(BOOK)
    made.run(BEGAN)
    return made


def test_on_the_4th_the_general_manager_and_finance_have_it_and_the_month_is_closed(shop: Shop) -> None:
    shop.run(FOURTH - dt.timedelta(minutes=1))
    assert shop.mails() == [] and shop.closed == ()
    outcome = shop.run(FOURTH)
    (mail,) = shop.mails()
    assert {"gu@x.example", "bu@x.example"} == set(re.findall(r"[\w.]+@x\.example", str(mail["To"])))
    assert (
        plain(str(mail["Subject"])) == "【奖罚情况】2026年10月:奖励 80.20 元,处罚 300.60 元,净额 -220.40 元,未报送 1 笔"
    )
    (closed,) = shop.closed
    name, content = attached(mail)
    assert (closed.month, closed.at, closed.name) == ("2026-10", FOURTH, name)
    assert closed.workbook == content and closed.sha256 == hashlib.sha256(content).hexdigest()
    assert [line.fen for line in closed.settlement.lines] == [20050, 10010, 8020]
    with Journal.peek(shop.settings.journal) as journal:
        assert {entry.kind for entry in journal.entries() if "奖罚" in entry.subject} == {"money"}
    assert outcome.unsendable == ()


def test_the_month_is_written_beside_its_rows_by_the_next_pass_and_a_copy_loses_it(shop: Shop) -> None:
    shop.run(FOURTH)
    assert set(shop.marks()) == {""}
    shop.run(LATER)
    assert shop.marks() == ["2026-10", "2026-10", "2026-10", "", ""]
    assert shop.run(LATER + dt.timedelta(minutes=5)).written == 0
    copied = "10-30 | FK20261007-001 | 方致远 | 客户关系 | 奖励 | 第九条 | 另一次 | 80.2 | 陆文琴 | 顾明远 | 10-30 | 2026-10 |\n"
    marked = BOOK.replace("10-06    |          |", "10-06 | 2026-10 |").replace(
        "10-09    |          |", "10-09 | 2026-10 |"
    )
    shop.save(marked, ("\n人员\n", f"{copied}\n人员\n"))
    shop.run(LATER + dt.timedelta(minutes=10))
    assert shop.marks() == ["2026-10", "2026-10", "2026-10", "", "", ""]


def test_made_again_by_hand_a_closed_month_is_the_same_bytes_and_an_open_one_a_draft(
    shop: Shop, tmp_path: Path
) -> None:
    draft = produce("rewards", shop.path, period="2026-10", output=tmp_path / "a", now=FOURTH)
    assert shop.closed == () and all("草稿" in path.name for path in draft)
    assert "未报送，不作发放依据" in str(cells(draft[1].read_bytes())["汇总"]) and "【草稿】" in said(
        letter(draft[0].read_bytes())
    )
    assert "签字" not in str(cells(draft[1].read_bytes())["汇总"])
    shop.run(FOURTH)
    sent = sorted(shop.settings.outbox.glob("*奖罚*.eml"))
    shop.save(BOOK, ("| 200.5 |", "| 999 |"), ("张伟   | 机修", "刘强   | 机修"))  # whatever becomes of the rows
    mail, book = produce("rewards", shop.path, period="2026-10", output=tmp_path / "b", now=DECEMBER)
    assert book.read_bytes() == shop.closed[0].workbook and book.name == shop.closed[0].name
    assert mail.read_bytes() == sent[0].read_bytes()
    assert "草稿" not in mail.name


@pytest.mark.parametrize(("period", "told"), [("2026-09", "不由 kesu 报送"), ("2027-05", "还没有到")])
def test_no_draft_is_made_of_a_month_before_the_first_or_of_one_to_come(
    shop: Shop, tmp_path: Path, period: str, told: str
) -> None:
    shop.run(FOURTH)
    with pytest.raises(KesuError, match=told):
        produce("rewards", shop.path, period=period, output=tmp_path / "a", now=DECEMBER)
    assert not (tmp_path / "a").exists()


def test_what_was_changed_since_is_adjusted_and_what_was_approved_late_reported_late(shop: Shop) -> None:
    shop.run(FOURTH)
    lowered = ("| 200.5 | 陆文琴 | 顾明远 | 10-06 ", "| 150 | 陆文琴 | 顾明远 | 11-19 ")
    shop.save(BOOK, lowered, ("| 顾明远 |          |", "| 顾明远 | 11-20 |"))
    shop.run(FOURTH + dt.timedelta(days=20))
    with Journal.peek(shop.settings.journal) as journal:
        assert any(key.startswith("PAY-09|奖罚明细|FK20261003-001") for key in journal.past().first_seen)
    shop.run(DECEMBER)
    november = shop.closed[1].settlement
    told = [(line.sort, line.entry.person, line.fen) for line in november.lines]
    assert told == [("补报", "刘强", 5000), ("新报", "方致远", 3000), ("差额", "张伟", -5050)]
    sheet = cells(shop.closed[1].workbook)["调整"]
    (line,) = [row for row in sheet if "差额" in row]
    assert "冲减伍拾元零伍角" in line and any("原 200.50 改 150.00" in str(cell) for cell in line)
    assert dt.datetime(2026, 11, 19) in line, "by which approval"
    shop.run(DECEMBER + dt.timedelta(minutes=5))
    assert shop.marks() == ["2026-10、2026-11", "2026-10", "2026-10", "2026-11", "2026-11"]


def test_two_months_missed_are_settled_in_one_pass_in_order(shop: Shop) -> None:
    shop.run(DECEMBER + dt.timedelta(hours=5))
    assert [(one.month, [line.sort for line in one.settlement.lines]) for one in shop.closed] == [
        ("2026-10", ["新报", "新报", "新报"]),
        ("2026-11", ["新报"]),
    ]
    assert [str(mail["Subject"])[:4] for mail in shop.mails()] == ["【补发】", "【补发】"]


def test_what_is_not_caught_up_with_goes_into_the_next_month(shop: Shop) -> None:
    (job,) = (job for job in shop.settings.jobs if job.name == "rewards")
    shop.settings = replace(shop.settings, jobs=(replace(job, catch_up="latest"),))
    shop.run(DECEMBER)
    (only,) = shop.closed
    assert (only.month, only.settlement.first) == ("2026-11", "2026-10")
    assert [line.sort for line in only.settlement.lines] == ["补报", "补报", "补报", "新报"]


def test_without_a_reader_in_finance_nothing_is_sent_nothing_closed_and_it_stays_due(
    shop: Shop, tmp_path: Path
) -> None:
    shop.save(BOOK, ("bu@x.example", ""))
    outcome = shop.run(FOURTH)
    assert any(f.rule == "MAIL-03" and "财务部" in f.message for f in outcome.unsendable)
    assert shop.closed == () and shop.mails() == []
    shop.save(BOOK)
    shop.run(LATER)
    assert [one.month for one in shop.closed] == ["2026-10"] and len(shop.mails()) == 1


def test_a_customers_name_that_would_leave_stops_the_month_and_the_next_waits_for_it(shop: Shop) -> None:
    leaking = ("| 返工                            |", "| 李雷雷的车和王小明的车都返工，孙小美来电 |")
    stranger = (
        "FK20261009-001 | 10-09 09:10 | 10-09 09:00 | 孙小美 | 13700137000 | 京C34567 | 赵敏 | 方致远 | 10-12 09:00\n"
    )
    shop.save(BOOK, leaking, ("\n奖罚明细\n", f"{stranger}\n奖罚明细\n"))
    outcome = shop.run(DECEMBER)
    assert shop.closed == () and shop.mails() == []
    assert {f.rule for f in outcome.unsendable} >= {"MAIL-05", "MAIL-03"}
    shop.save(BOOK)
    shop.run(DECEMBER + dt.timedelta(minutes=5))
    assert [one.month for one in shop.closed] == ["2026-10", "2026-11"]


def test_nobody_can_tell_a_customer_from_it(shop: Shop) -> None:
    shop.run(FOURTH)
    (mail,) = shop.mails()
    everything = said(mail) + str(cells(attached(mail)[1]))
    for private in ("王小明", "13800138000", "京A12345", "138****8000", "王**", "李雷雷"):
        assert private not in everything
    assert "对客户态度差，电话（略）" in everything


def test_nor_one_of_before_kesu_was_taken_up(shop: Shop) -> None:
    shop.settings = replace(shop.settings, adopted=replace(shop.settings.adopted, since=dt.date(2026, 10, 5)))
    shop.run(FOURTH)
    (mail,) = shop.mails()
    assert [line.entry.person for line in shop.closed[0].settlement.lines] == ["张伟", "刘强", "方致远"]
    assert "王小明" not in said(mail) + str(cells(attached(mail)[1]))
    shop.save(
        BOOK, ("| 表扬信                          |", "| 王小明的表扬信 |")
    )  # another ticket's customer, an old one
    outcome = shop.run(DECEMBER)
    assert len(shop.closed) == 1 and any(f.rule == "MAIL-05" for f in outcome.unsendable)


@pytest.mark.parametrize("where", ["before commit", "after commit"])
def test_a_process_that_dies_pays_nobody_twice_and_forgets_nobody(shop: Shop, where: str, monkeypatch: Any) -> None:
    real = Journal.commit

    def dying(journal: Journal, **values: Any) -> None:
        if where == "after commit":
            real(journal, **values)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "commit", dying)
        with pytest.raises(KeyboardInterrupt):
            shop.run(FOURTH)
    assert len(shop.closed) == (where == "after commit")
    shop.run(LATER)
    assert len(shop.closed) == 1 and len(shop.mails()) == 1
    assert attached(shop.mails()[0])[1] == shop.closed[0].workbook


def test_a_month_closed_by_another_pass_meanwhile_undoes_the_whole_transaction(shop: Shop) -> None:
    closed = Closed(Settlement("2026-10", ()), FOURTH, "a.xlsx", b"1", "")
    with Journal.open(shop.settings.journal) as journal:
        journal.commit(now=FOURTH, closed=[closed])
        for known in (0, 1):
            with pytest.raises(MonthClosed):
                journal.commit(now=FOURTH, closed=[closed], before=known, told=["x"])
        assert "x" not in journal.past().told and len(journal.past().closed) == 1


def test_a_pass_overtaken_by_another_plans_anew(shop: Shop, monkeypatch: Any) -> None:
    real, calls = Journal.commit, []

    def overtaken(journal: Journal, **values: Any) -> None:
        if values["closed"] and not calls:
            calls.append(1)
            real(journal, **values)
        real(journal, **values)

    monkeypatch.setattr(Journal, "commit", overtaken)
    shop.run(FOURTH)
    assert len(shop.closed) == 1 and len(shop.mails()) == 1


def test_a_sheet_that_lost_its_columns_or_is_gone_takes_nothing_back(shop: Shop) -> None:
    shop.run(FOURTH)
    shop.save(BOOK)
    book = openpyxl.load_workbook(shop.path)
    del book["奖罚明细"]
    book.save(shop.path)
    outcome = shop.run(DECEMBER)
    assert [one.month for one in shop.closed] == ["2026-10"]
    assert any(f.rule == "MAIL-03" and "奖罚明细" in f.message for f in outcome.unsendable)


def test_a_workbook_without_the_sheet_gets_no_such_mail_and_no_complaint(tmp_path: Path) -> None:
    made = Shop(tmp_path)
    made.save(BOOK)
    book = openpyxl.load_workbook(made.path)
    del book["奖罚明细"]
    book.save(made.path)
    made.run(BEGAN)
    outcome = made.run(FOURTH)
    assert made.mails() == [] and made.closed == () and not [f for f in outcome.unsendable if "奖罚" in f.message]


def test_a_month_without_any_is_reported_as_such(shop: Shop) -> None:
    head = BOOK.index("10-05 | FK20261003-001 | 张伟")
    shop.save(BOOK[:head] + "\n人员\n" + BOOK.partition("\n人员\n")[2])
    shop.run(FOURTH)
    (mail,) = shop.mails()
    assert "没有要报送的奖罚" in said(mail) and "零元整" in said(mail)
    assert "None" not in said(mail)


# --- The workbook -----------------------------------------------------------------------------------------------------


def test_the_first_page_is_to_be_signed_and_every_sheet_prints_on_a4(shop: Shop) -> None:
    shop.run(FOURTH)
    book = openpyxl.load_workbook(io.BytesIO(shop.closed[0].workbook), data_only=True)
    assert book.sheetnames == ["汇总", "明细", "调整", "未报送"]
    for sheet in book:
        assert sheet.page_setup.paperSize == 9 and sheet.sheet_properties.pageSetUpPr.fitToPage
    page = plain(str([[cell.value for cell in row if cell.value] for row in book["汇总"]]))
    for signer in ("制表(管理部)", "审核", "主管总经理", "财务部", "日期:"):
        assert signer in page
    assert "负贰佰贰拾元零肆角" in page and "扣款上限没有设置" in page
    assert "认定人和审批人是同一人" in str(cells(shop.closed[0].workbook)["明细"])
    assert "补齐审批日期" in str(cells(shop.closed[0].workbook)["未报送"])


@libreoffice.needed
def test_sums_computed_by_libreoffice_are_the_sums_that_were_sent(shop: Shop, tmp_path: Path) -> None:
    odd = '10-21 | FK20261007-001 | 方致远 | "=1*?~" | 奖励 | 第一条 | 甲 | 0.07 | 陆文琴 | 顾明远 | 10-21 |  |\n'
    shop.save(BOOK, ("\n人员\n", f"{odd}\n人员\n"))
    shop.run(FOURTH)
    shop.save(
        BOOK,
        ("| 200.5 | 陆文琴 | 顾明远 | 10-06 ", "| 150 | 陆文琴 | 顾明远 | 11-19 "),
        ("| 顾明远 |          |", "| 顾明远 | 11-20 |"),
        ("方致远 | 客户关系 | 奖励 | 第九条", "刘强 | 配件部 | 处罚 | 第九条"),
    )
    shop.run(DECEMBER)
    assert len(shop.closed) == 2
    computed = libreoffice.recomputed({one.month: one.workbook for one in shop.closed}, tmp_path)
    for one in shop.closed:
        ours, theirs, formulas = (
            cells(one.workbook)["汇总"],
            cells(computed[one.month].read_bytes())["汇总"],
            cells(one.workbook, values=False)["汇总"],
        )
        found = [
            (ours[row][column], theirs[row][column], text)
            for row, line in enumerate(formulas)
            for column, text in enumerate(line)
            if str(text).startswith("=")
        ]
        assert len(found) > 15 and all(a == pytest.approx(b, abs=1e-9) for a, b, _ in found), found
        settled = one.settlement
        sums: defaultdict[str, int] = defaultdict(int)
        for line in settled.lines:
            sums[line.entry.kind] += line.fen
        assert [a for a, *_ in found][:3] == [sums["奖励"] / 100, sums["处罚"] / 100, settled.net / 100]


def test_money_in_doubt_waits_for_a_person(shop: Shop) -> None:
    (made,) = [
        message
        for message in mailing.of(cycle.look(shop.settings, FOURTH)[1], shop.settings).messages
        if "奖罚" in message.subject
    ]
    assert made.kind == "money"
