"""One pass end to end: what happens to the workbook, the numbers and the mail, also when something is in the way."""

from __future__ import annotations

import datetime as dt
import email
import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from email import policy
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from automation import cycle, mailing, plan, settings, stationery
from automation.channels import ChannelDown
from automation.commands import run
from automation.journal import Journal
from automation.mail import BadMail
from automation.sample import Sample, dealership
from automation.settings import Settings
from tests.tables import plain
from workbook import build, package, snapshot, store
from workbook.edits import Cell, CellEdit, column_letter
from workbook.errors import WorkbookChanged
from workbook.package.archive import open_archive
from workbook.schema import REGISTER

NOW = dt.datetime(2026, 11, 21, 9, 30)


@pytest.fixture(scope="module")
def sample() -> Sample:
    return dealership(80, 11, NOW)


@pytest.fixture(scope="module")
def pristine(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pristine") / "登记.xlsx"
    build.write(path, sample.contents, created=NOW)
    return path


@pytest.fixture
def book(pristine: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(pristine, tmp_path / "登记.xlsx"))


def of(book: Path) -> Settings:
    found, errors = settings.load(None, workbook=book)
    assert not errors
    return found


def register(book: Path) -> list[dict[str, object]]:
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name(REGISTER.sheet).to_python()
    at = next(index for index, row in enumerate(rows) if "接收时间" in row)
    return [dict(zip(rows[at], row, strict=True)) for row in rows[at + 1 :]]


def mails(book: Path) -> list[email.message.EmailMessage]:
    files = sorted((of(book).outbox).glob("*.eml"))
    return [email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in files]


def test_every_planted_mistake_is_found_and_no_check_breaks(sample, book):
    outcome = cycle.run(of(book), NOW)
    found = {finding.rule for finding in outcome.findings}
    assert {planted.rule for planted in sample.planted} <= found
    assert "CHECK-00" not in found


def test_a_pass_numbers_flags_and_mails_and_a_second_changes_nothing(book):
    outcome = cycle.run(of(book), NOW)
    rows = register(book)
    assert all(row["编号"] and row["状态"] and row["提示"] for row in rows)
    assert {row["状态"] for row in rows} >= {"正常", "超时", "已办结", "未了事宜"}
    assert all(bool(row["截止时间"]) == (row["状态"] not in ("已办结", "暂停")) for row in rows if row["流程"] == "")
    assert len(mails(book)) == len(outcome.delivered.sent) == len(outcome.plan.digests) > 0
    before, files = book.read_bytes(), sorted(of(book).outbox.iterdir())
    again = cycle.run(of(book), NOW)
    assert again.written == 0 and again.plan.edits == () and again.delivered.sent == ()
    assert book.read_bytes() == before and sorted(of(book).outbox.iterdir()) == files


def test_findings_stand_in_the_workbook_with_the_time_they_were_first_seen(book):
    outcome = cycle.run(of(book), NOW)
    cycle.run(of(book), NOW + dt.timedelta(hours=1))
    rows = CalamineWorkbook.from_path(book).get_sheet_by_name("检查结果").to_python()
    heads = next(row for row in rows if "规则号" in row)
    lines = [dict(zip(heads, row, strict=True)) for row in rows[rows.index(heads) + 1 :] if any(row)]
    old = [line for line in lines if line["发现时间"] == NOW]
    assert len(old) >= len(outcome.plan.findings) - 2
    assert [line["级别"] for line in lines] == sorted((line["级别"] for line in lines), key="错误 警告 提示".index)


def test_what_staff_typed_below_the_findings_stays_and_the_list_ends_above_it(book, capsys):
    """WRITE-02"""
    table = next(one for one in snapshot.read(book).tables if one.name == "检查结果")
    row = table.last_row + 3
    typed = [
        CellEdit(Cell("检查结果", row, 1), None, "店长备注:每天看"),
        CellEdit(Cell("检查结果", row + 1, 2), None, "合计"),
    ]
    book.write_bytes(package.apply(book.read_bytes(), typed).data)
    for _ in range(3):
        outcome = cycle.run(of(book), NOW)
        listed = snapshot.read(book).grids["检查结果"].rows
        assert [listed[row - 1][0], *listed[row - 1][1:]] == ["店长备注:每天看", *[""] * 7]
        assert listed[row][1] == "合计" and listed[row][0] == ""
        assert len(outcome.findings) > row  # or nothing is shown here
        top = table.header_row
        (told,) = [finding for finding in outcome.findings if finding.rule == "WRITE-02"]
        assert str(told.where) == f"检查结果!A{row}" and listed[top][1] == "WRITE-02"
        assert f"其余 {len(outcome.findings) - (row - 1 - top)} 条" in told.message
        assert [line[1] for line in listed[top + 1 : row - 1]] == [
            finding.rule for finding in outcome.findings if finding is not told
        ][: row - 2 - top]
        assert not outcome.refused
        run.tell(outcome, of(book))
        assert "WRITE-02" in capsys.readouterr().out
    back = [
        CellEdit(Cell("检查结果", row, 1), "店长备注:每天看", None),
        CellEdit(Cell("检查结果", row + 1, 2), "合计", None),
    ]
    book.write_bytes(package.apply(book.read_bytes(), back).data)
    outcome = cycle.run(of(book), NOW)
    assert not outcome.refused and not any(finding.rule == "WRITE-02" for finding in outcome.findings)
    assert len(snapshot.read(book).grids["检查结果"].rows) == len(outcome.findings) + table.header_row


def test_a_workbook_open_in_excel_is_left_alone_and_done_later_with_the_same_numbers(book):
    before = book.read_bytes()
    owner = book.with_name(f"~${book.name}")
    name = "王经理"
    owner.write_bytes(
        bytes([len(name.encode("gbk"))])
        + name.encode("gbk").ljust(54, b" ")
        + len(name).to_bytes(2, "little")
        + name.encode("utf-16-le").ljust(108, b"\0")
    )
    held = cycle.run(of(book), NOW)
    assert held.unwritten and "王经理" in held.unwritten
    assert book.read_bytes() == before
    assert held.delivered.sent, "a workbook that cannot be written stops no mail"
    promised = {issue.number for issue in held.plan.issued if not issue.written}
    assert promised
    owner.unlink()
    done = cycle.run(of(book), NOW + dt.timedelta(minutes=15))
    assert done.unwritten == "" and done.written
    numbers = [row["编号"] for row in register(book)]
    assert promised <= set(numbers)
    with Journal.peek(of(book).journal) as journal:
        assert {issue.number for issue in journal.past().issued if issue.written} >= promised


def test_rows_sorted_between_a_failed_write_and_the_next_pass_keep_the_numbers_promised_to_them(sample, tmp_path):
    book = tmp_path / "登记.xlsx"
    build.write(book, sample.contents, created=NOW)
    lock = book.with_name(f".~lock.{book.name}#")
    lock.write_text(",zhang,pc-7,21.11.2026 09:29,file:///home/zhang/.config;")
    held = cycle.run(of(book), NOW)
    assert held.unwritten
    facts = held.plan.facts.register
    promised = {(row["接收时间"], row["内容概要"]): row["编号"] for _, row in facts.iterrows()}
    lock.unlink()
    backwards = {**sample.contents, REGISTER.sheet: sample.contents[REGISTER.sheet][::-1]}
    book.unlink()
    build.write(book, backwards, created=NOW)
    later = cycle.run(of(book), NOW + dt.timedelta(minutes=15))
    assert later.unwritten == ""
    for _, row in later.plan.facts.register.iterrows():
        assert promised[(row["接收时间"], row["内容概要"])] == row["编号"]


def test_a_save_by_somebody_while_the_pass_was_deciding_is_not_overwritten(book, monkeypatch):
    real, calls = store.replace, []

    def saved_meanwhile(path, data, **options):
        calls.append(path)
        if len(calls) == 1:
            raise WorkbookChanged("刚才被别人保存过")
        return real(path, data, **options)

    monkeypatch.setattr(store, "replace", saved_meanwhile)
    outcome = cycle.run(of(book), NOW)
    assert len(calls) == 2 and outcome.unwritten == "" and outcome.written
    monkeypatch.setattr(store, "replace", lambda *a, **o: (_ for _ in ()).throw(WorkbookChanged("刚才被别人保存过")))
    before = book.read_bytes()
    stubborn = cycle.run(of(book), NOW + dt.timedelta(days=1))
    assert "别人保存" in stubborn.unwritten and book.read_bytes() == before


def test_failing_mail_stops_no_write_and_is_sent_at_the_next_pass(book, monkeypatch):
    from automation.channels.folder import FolderChannel

    def down(self, message):
        raise ChannelDown("邮件服务器连不上")

    with monkeypatch.context() as patch:
        patch.setattr(FolderChannel, "send", down)
        outcome = cycle.run(of(book), NOW)
    assert outcome.written and outcome.delivered.sent == () and "连不上" in outcome.delivered.down
    later = cycle.run(of(book), NOW + dt.timedelta(minutes=15))
    assert len(later.delivered.sent) >= len(outcome.plan.digests) == len(outcome.delivered.retried)


def test_on_tuesday_the_summary_goes_to_the_gm_and_management_once(book):
    """STD-18."""
    cycle.run(of(book), NOW)
    tuesday = dt.datetime(2026, 11, 24, 9, 0)
    first = cycle.run(of(book), tuesday)
    assert [one.key for one in first.plan.reports] == [("weekly", "2026-W47")]
    summaries = [mail for mail in mails(book) if "客诉周报" in str(mail["Subject"])]
    assert len(summaries) == 1
    (attachment,) = summaries[0].iter_attachments()
    assert attachment.get_filename().endswith(".xlsx") and attachment.get_content()[:2] == b"PK"
    again = cycle.run(of(book), tuesday + dt.timedelta(hours=2))
    assert again.plan.reports == ()
    assert len([mail for mail in mails(book) if "客诉周报" in str(mail["Subject"])]) == 1


def test_a_list_to_call_that_comes_late_together_with_the_monthly_is_not_sent_twice(book):
    cycle.run(of(book), NOW)
    fourth = dt.datetime(2026, 12, 4, 9, 0)
    cycle.run(of(book), fourth)
    asked = [str(mail["Subject"]) for mail in mails(book) if "和客户沟通" in str(mail["Subject"])]
    assert len(asked) == 1 and "今天之内" in asked[0]
    assert cycle.run(of(book), fourth).plan.reports == ()


def test_a_report_that_fails_is_a_finding_and_sent_at_the_next_pass(book, monkeypatch):
    """MAIL-03."""
    cycle.run(of(book), NOW)
    tuesday = dt.datetime(2026, 11, 24, 9, 0)
    with monkeypatch.context() as patch:
        patch.setattr(mailing, "written", lambda *a, **k: (_ for _ in ()).throw(BadMail("人员表里的邮箱写错了")))
        (told,) = [one for one in cycle.run(of(book), tuesday).findings if one.rule == "MAIL-03"]
    assert "2026-11-17~11-23" in plain(told.message) and "人员表里的邮箱写错了" in told.message
    assert "补发" in told.hint
    cycle.run(of(book), tuesday + dt.timedelta(minutes=15))
    assert len([mail for mail in mails(book) if "客诉周报" in str(mail["Subject"])]) == 1


def test_a_digest_that_fails_is_a_finding_stops_no_other_and_is_sent_at_the_next_pass(book, monkeypatch):
    """MAIL-02."""
    made, unlucky = mailing.render.digest, []

    def digest(one, *rest, **named):
        unlucky.append(one.recipient.name)
        if one.recipient.name == unlucky[0]:
            raise BadMail("邮箱写错了")
        return made(one, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr(mailing.render, "digest", digest)
        outcome = cycle.run(of(book), NOW)
    (told,) = [one for one in outcome.findings if one.rule == "MAIL-02"]
    assert unlucky[0] in told.message and "邮箱写错了" in told.message and "人员" in told.hint
    assert len(outcome.delivered.sent) == len(outcome.plan.digests) - 1
    again = cycle.run(of(book), NOW)
    assert [one.recipient.name for one in again.plan.digests] == [unlucky[0]] and len(again.delivered.sent) == 1


def test_a_mail_that_tells_too_much_is_held_back_until_it_does_not_and_stops_no_other(book, tmp_path, monkeypatch):
    """MAIL-05."""
    template = tmp_path / "邮件模板" / "digest.txt.j2"
    template.parent.mkdir()
    template.write_text("{% for sign in '13912345678' %}{{ sign }}{% endfor %} {{ person }}", encoding="utf-8")
    found = replace(of(book), mail=replace(of(book).mail, templates=template.parent))
    monkeypatch.setattr(stationery.lastcheck, "numbers", lambda text: frozenset())
    outcome = cycle.run(found, NOW)
    told = [one for one in outcome.findings if one.rule == "MAIL-05"]
    assert len(told) == len(outcome.plan.digests) > 1 and not outcome.delivered.sent
    assert all("139****5678" in one.message and "13912345678" not in one.message for one in told)
    template.unlink()
    assert len(cycle.run(found, NOW).delivered.sent) == len(told)


def test_a_broken_template_is_a_finding_of_the_pass_and_its_mail_leaves(book, tmp_path):
    """MAIL-04."""
    (tmp_path / "digest.txt.j2").write_text("{{ persom }}", encoding="utf-8")
    outcome = cycle.run(replace(of(book), mail=replace(of(book).mail, templates=tmp_path)), NOW)
    (told,) = [one for one in outcome.findings if one.rule == "MAIL-04"]
    assert "digest.txt.j2 第 1 行" in told.message and len(outcome.delivered.sent) == len(outcome.plan.digests)


def test_mail_has_no_phone_no_full_plate_and_no_full_name(sample, book):
    cycle.run(of(book), NOW)
    texts = "".join(
        part.get_content() for mail in mails(book) for part in mail.walk() if part.get_content_maintype() == "text"
    )
    rows = register(book)
    for row in rows:
        for column in ("联系电话", "车牌号"):
            if row[column] and row[column] not in ("未上牌",):
                assert str(row[column]) not in texts, column


def test_a_backup_of_the_file_before_the_write_is_kept(book):
    before = book.read_bytes()
    cycle.run(of(book), NOW)
    (backup,) = store.backups(of(book).backup_dir)
    assert backup.path.read_bytes() == before and book.read_bytes() != before
    beside = {book.name, of(book).state_dir.name, of(book).dashboard.name}
    assert {entry.name for entry in book.parent.iterdir()} == beside


def test_the_same_workbook_and_time_give_the_same_bytes_and_mails(pristine, tmp_path):
    results = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        book = Path(shutil.copy(pristine, folder / "登记.xlsx"))
        cycle.run(of(book), NOW)
        outbox = {path.name: path.read_bytes() for path in of(book).outbox.iterdir()}
        results.append((book.read_bytes(), outbox))
    assert results[0] == results[1]


def test_check_as_json_agrees_with_the_findings_of_the_pass(book):
    _, looked = cycle.look(of(book), NOW)
    outcome = cycle.run(of(book), NOW)
    shown = [json.dumps(finding.as_json(), ensure_ascii=False) for finding in looked.findings]
    assert shown == [json.dumps(finding.as_json(), ensure_ascii=False) for finding in outcome.plan.findings]


def test_a_future_time_of_receipt_gets_no_number_until_it_is_corrected(sample, tmp_path):
    rows = [dict(row) for row in sample.contents[REGISTER.sheet]]
    rows[-1]["接收时间"] = dt.datetime(2027, 11, 21, 9, 0)
    rows[-1]["编号"] = None
    book = tmp_path / "登记.xlsx"
    build.write(book, {**sample.contents, REGISTER.sheet: rows}, created=NOW)
    outcome = cycle.run(of(book), NOW)
    last = outcome.plan.facts.register.iloc[-1]
    assert last["编号"] == ""
    assert any(finding.rule == "TIME-01" and "2027-11-21" in finding.message for finding in outcome.findings)
    assert register(book)[-1]["状态"] == "暂停" and "晚于现在" in str(register(book)[-1]["提示"])


def test_a_case_archived_in_the_future_is_not_closed_and_its_people_are_reminded(sample, tmp_path):
    rows = [dict(row) for row in sample.contents[REGISTER.sheet]]
    open_one = next(row for row in rows if row.get("转客服时间") and not row.get("归档时间") and not row.get("流程"))
    open_one["归档时间"] = dt.datetime(2026, 12, 22, 9, 0)
    book = tmp_path / "登记.xlsx"
    build.write(book, {**sample.contents, REGISTER.sheet: rows}, created=NOW)
    outcome = cycle.run(of(book), NOW)
    frame = outcome.plan.facts.register
    (row,) = frame.index[frame["归档时间"] == dt.datetime(2026, 12, 22, 9, 0)]
    assert outcome.plan.facts.clocks.now_at.at[row, "state"] != "已办结"


def test_an_absurd_limit_is_a_finding_and_stops_nothing(sample, tmp_path):
    rules = [dict(row) for row in sample.contents["规则"]]
    rules[3]["时限"] = 99_999_999
    book = tmp_path / "登记.xlsx"
    build.write(book, {**sample.contents, "规则": rules}, created=NOW)
    outcome = cycle.run(of(book), NOW)
    assert outcome.unwritten == "" and outcome.written
    assert any(finding.rule == "RULE-01" and "太长" in finding.message for finding in outcome.findings)
    assert not any(finding.rule == "RULE-02" for finding in outcome.findings)


def test_errors_and_formulas_in_our_columns_are_put_right_and_told(book, capsys):
    """READ-10 and WRITE-03"""
    cycle.run(of(book), NOW)
    clean, name = register(book), {"提示": "", "状态": "", "截止时间": ""}
    letters = {one: column_letter(REGISTER.headers.index(one) + 1) for one in name}
    grid = snapshot.read(book).grids["反馈登记"]
    top = next(at for at, row in enumerate(grid.rows, grid.top) if "接收时间" in row) + 1
    hint, state, due = (f"{letters[one]}{top + at}" for at, one in enumerate(name))
    contents = {
        hint: ' t="e"><v>#REF!</v>',
        state: ' t="e"><f>1/0</f><v>#DIV/0!</v>',
        due: "><f>NOW()</f><v>46347.5</v>",
        f"{letters['提示']}{top + 3}": ' t="str"><f>"我的"&amp;1</f><v>我的1</v>',
    }
    book.write_bytes(with_cells(book.read_bytes(), contents))
    reading = cycle.inspect(of(book), NOW).findings
    assert {str(one.where): plain(one.hint) for one in reading if one.rule == "READ-10"} == {
        f"反馈登记!{hint}": "不用改,kesu run 会重新写这一格",
        f"反馈登记!{state}": "不用改,kesu run 会重新写这一格",
    }
    outcome = cycle.run(of(book), NOW)
    assert register(book) == clean and not outcome.refused
    replaced = [one for one in outcome.findings if one.rule == "WRITE-03"]
    assert [one.where.a1 for one in replaced if one.where] == [
        f"{letters['状态']}{top + 1}",
        f"{letters['截止时间']}{top + 2}",
        f"{letters['提示']}{top + 3}",
    ]
    run.tell(outcome, of(book))
    assert "WRITE-03" in capsys.readouterr().out
    cycle.run(of(book), NOW)  # the findings about them leave 检查结果
    assert cycle.run(of(book), NOW).written == 0


def with_cells(data: bytes, contents: dict[str, str]) -> bytes:
    """The workbook with other contents in some cells of its first sheet, their styles kept."""
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()
    for address, content in contents.items():
        old = re.search(rf'<c r="{address}"( s="\d+")?[^>]*?(?:/>|>.*?</c>)', sheet)
        assert old
        sheet = sheet.replace(old[0], f'<c r="{address}"{old[1] or ""}{content}</c>')
    archive = open_archive(data)
    return archive.rewrite({"xl/worksheets/sheet1.xml": [sheet.encode()]})


def test_a_cell_that_cannot_be_written_is_a_finding_at_its_place_and_the_others_are_written(book, monkeypatch, capsys):
    said = "长" * 32_768
    real = plan.decide

    def with_a_remark_too_long(*args, **named):
        decided = real(*args, **named)
        hints = REGISTER.headers.index("提示") + 1
        place = next(edit for edit in decided.edits if isinstance(edit, CellEdit) and edit.where.column == hints)
        return replace(decided, edits=tuple(replace(e, value=said) if e is place else e for e in decided.edits))

    monkeypatch.setattr(plan, "decide", with_a_remark_too_long)
    outcome = cycle.run(of(book), NOW)
    (told,) = [finding for finding in outcome.findings if finding.rule == "WRITE-01"]
    assert told.where is not None and told.message.startswith(f"反馈登记!{told.where.a1} ")
    assert "文字太长" in told.message and told.hint
    assert outcome.written == len(outcome.plan.edits) - 1
    run.tell(outcome, of(book))
    assert "WRITE-01" in capsys.readouterr().out
    monkeypatch.undo()
    again = cycle.run(of(book), NOW)
    assert (again.written, again.refused) == (1, ())
