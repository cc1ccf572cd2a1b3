import datetime as dt
import email
import email.policy
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from openpyxl import Workbook

from automation import render
from automation.alerts import Alert, Digest, Level, Recipient
from automation.mail import BadMail, Message
from automation.settings import Settings, load
from workbook.edits import Cell

NOW = dt.datetime(2026, 11, 21, 9, 30)
BOSS = Recipient("张伟", "zhangwei@example.com", "主管总经理")
TEMPLATES = render.environment()


def alert(number: int = 1, level: Level = Level.LATE, minutes: int = 90, **changes: Any) -> Alert:
    """Late by ``minutes``; below zero, due in so many."""
    due = NOW - dt.timedelta(minutes=minutes)
    made = Alert(
        ticket=f"FK20261118-{number:03}",
        rule="STD-04",
        stage="责任认定",
        level=level,
        due=due,
        late_by=max(NOW - due, dt.timedelta()),
        where=Cell("反馈登记", 10 + number, 1),
        responsible="李娜",
        customer="王小明",
        plate="京A12345",
        model="途观L",
        summary="保养后机油灯常亮",
        department="售后服务部",
        grade="一般",
        advice="完成责任认定，填写“转管理部时间”",
        source="《汽车售后客户投诉处理流程和技巧》24小时内完成",
    )
    return replace(made, **changes)


def settings(**changes: Any) -> Settings:
    made, errors = load(None, workbook=Path("客诉登记.xlsx"))
    assert errors == ()
    return replace(made, **({"dealership": "星耀4S店"} | changes))


def digest(*alerts: Alert, why: str = "主要责任人") -> Message:
    return render.digest(Digest(BOSS, NOW, alerts, (why,) * len(alerts)), settings(), TEMPLATES)


def body(message: Message, kind: str) -> str:
    part = email.message_from_bytes(message.raw, policy=email.policy.default).get_body((kind,))
    assert part is not None
    return str(part.get_content())


class Words(HTMLParser):
    """What a reader sees, and the elements that make it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._hidden = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag in ("style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_the_subject_says_how_many_and_how_bad() -> None:
    late = alert(1, minutes=27 * 60), alert(2, minutes=30)
    risk = alert(3, Level.AT_RISK, -40)
    assert digest(*late, risk).subject == "【客诉提醒】2 件超时（最长 1天3小时），1 件临近|星耀4S店"
    assert digest(risk).subject == "【客诉提醒】1 件临近（最近的还剩 40分钟）|星耀4S店"
    escalated = alert(4, Level.ESCALATED, 50 * 60)
    assert digest(escalated, *late).subject == "【客诉提醒】1 件仍未处理（最长 2天2小时），2 件超时|星耀4S店"
    reported = alert(5, Level.REPORTED, 60)
    assert digest(reported, risk).subject == "【客诉提醒】1 件超时上报（最长 1小时），1 件临近|星耀4S店"


def test_without_a_dealerships_name_the_subject_has_no_tail() -> None:
    made = render.digest(Digest(BOSS, NOW, (alert(),), ("",)), settings(dealership=""), TEMPLATES)
    assert made.subject == "【客诉提醒】1 件超时（最长 1小时30分钟）"


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_both_parts_tell_everything_a_person_needs_to_act(kind: str) -> None:
    told = body(digest(alert(grade="重大"), why="备用：主责今日休息"), kind)
    for words in (
        *("张伟", "FK20261118-001", "责任认定", "STD-04", "超时 1小时30分钟", "11-21 周六 08:00", "重大", "李娜"),
        *("保养后机油灯常亮", "完成责任认定，填写“转管理部时间”", "反馈登记!A11", "备用：主责今日休息", "售后服务部"),
        *("途观L", "星耀4S店", "客诉登记.xlsx"),
    ):
        assert words in told, words


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_no_personal_data_leaves_whole(kind: str) -> None:
    told = body(
        digest(
            alert(
                summary="王小明13800138000来电，车架LSVAM4187C2184841，另一台京B·67890",
                advice="请打 138-0013-8000 联系王小明",
            )
        ),
        kind,
    )
    for secret in ("王小明", "13800138000", "138-0013-8000", "A12345", "京A12345", "LSVAM4187C2184841", "67890"):
        assert secret not in told, secret
    assert "王**" in told and "京A1***5" in told and "138****8000" in told


def test_the_worst_comes_first_within_its_section_and_sections_go_from_escalated_to_at_risk() -> None:
    told = body(
        digest(
            alert(1, Level.AT_RISK, -90),
            alert(2, minutes=10),
            alert(3, Level.AT_RISK, -5),
            alert(4, minutes=600),
            alert(5, Level.ESCALATED, 300),
            alert(6, Level.REPORTED, 900),
        ),
        "plain",
    )
    assert re.findall(r"FK20261118-00(\d)", told) == ["5", "4", "2", "6", "3", "1"]
    sections = re.findall(r"【(.+?)】(\d) 件", told)
    assert sections == [("仍未处理", "1"), ("超时", "2"), ("超时上报", "1"), ("临近", "2")]


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize(
    ("level", "asked", "note", "todo"),
    [
        (Level.AT_RISK, "请您处理", "快到截止时间，请优先安排", "完成责任认定"),
        (Level.LATE, "请您处理", "已过截止时间，请马上处理", "完成责任认定"),
        (Level.REPORTED, "请您督促", "下级未按时处理，请督促", "督促客户经理（张伟）完成责任认定"),
        (Level.ESCALATED, "请您督促", "超时后一直没有处理，请您亲自过问", "督促客户经理（张伟）完成责任认定"),
    ],
)
def test_each_reader_is_asked_for_what_is_his_to_do(kind: str, level: Level, asked: str, note: str, todo: str) -> None:
    persons = ("张伟",) if level.from_above else ()
    minutes = -40 if level is Level.AT_RISK else 90
    told = body(digest(alert(level=level, minutes=minutes, responsible="客户经理", persons=persons)), kind)
    for words in (asked, level.chinese, note, todo):
        assert words in told, words
    assert ("督促" in told) == level.from_above


def test_somebody_asked_for_both_is_told_so_and_never_to_urge_himself() -> None:
    told = body(digest(alert(), alert(2, Level.REPORTED)), "plain")
    assert "有 2 件客诉请您处理、督促" in told
    own = body(digest(alert(level=Level.ESCALATED, responsible="主管总经理")), "plain")
    assert "现在：完成责任认定" in own


def test_the_first_sentence_of_the_text_joins_its_counts_as_a_sentence_does() -> None:
    every = [alert(int(level), level, -30 if level is Level.AT_RISK else 90) for level in Level]
    assert "请您处理、督促：仍未处理 1 件，超时 1 件，超时上报 1 件，临近 1 件（最长超时 1小时30分钟）。" in body(
        digest(*every), "plain"
    )
    assert "请您处理：超时 1 件（最长超时" in body(digest(alert()), "plain")


def test_no_mail_has_more_than_four_figures_side_by_side() -> None:
    html = body(digest(*(alert(int(level), level, -30 if level is Level.AT_RISK else 90) for level in Level)), "html")
    labels = re.findall(r'class="tile-label"[^>]*>(.+?)<', html)
    assert labels == ["仍未处理", "超时", "超时上报", "临近"]
    html = body(digest(alert(level=Level.REPORTED)), "html")
    assert re.findall(r'class="tile-label"[^>]*>(.+?)<', html) == ["超时上报", "最长超时"]


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_long_digest_lists_the_worst_and_says_where_the_rest_is(kind: str) -> None:
    told = body(digest(*(alert(count, minutes=count) for count in range(1, 131))), kind)
    words = told if kind == "plain" else Words(told).text.split("责任人", 1)[1]
    assert len(set(re.findall(r"FK20261118-\d{3}", told))) == 35
    assert "FK20261118-130" in told and "FK20261118-095" not in told
    assert "另有 95 件" in words and "《反馈登记》" in words


def test_what_customers_said_cannot_break_the_page() -> None:
    html = body(digest(alert(summary="<script>alert(1)</script><b>气愤</b> & “差”")), "html")
    page = Words(html)
    assert "script" not in [tag for tag, _ in page.elements]
    assert "<script>alert(1)</script><b>气愤</b> & “差”" in page.text
    assert "<b>气愤</b>" in body(digest(alert(summary="<b>气愤</b>")), "plain")


def test_a_long_summary_is_cut_with_a_mark() -> None:
    assert "很" * 79 + "…" in body(digest(alert(summary="很" * 300)), "plain")
    assert "很" * 80 not in body(digest(alert(summary="很" * 300)), "html")


def test_empty_cells_leave_no_holes() -> None:
    bare = alert(customer="", plate="", model="", summary="", department="", responsible="", advice="")
    told = Words(body(digest(bare), "html")).text
    assert "责任人 未定" in told and "None" not in told


def test_a_customer_entered_as_a_company_or_a_title_stays_readable() -> None:
    told = body(digest(alert(customer="杭州星河物流有限公司"), alert(2, customer="陈女士")), "plain")
    assert "杭州星河物流有限公司" in told and "陈女士" in told


def test_a_repeated_pass_makes_the_same_mail_and_another_alert_another_one() -> None:
    assert digest(alert(), alert(2)).raw == digest(alert(), alert(2)).raw
    assert digest(alert(), alert(2)).key == digest(alert(2), alert()).key
    assert digest(alert()).key != digest(alert(2)).key
    other = render.digest(
        Digest(replace(BOSS, address="li@example.com"), NOW, (alert(),), ("",)), settings(), TEMPLATES
    )
    assert other.key != digest(alert()).key


def test_the_bytes_are_the_same_in_another_process() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "import hashlib, test_render as t\n"
        "print(hashlib.sha256(t.digest(t.alert(), t.alert(2)).raw).hexdigest())"
    )
    here = Path(__file__).parent
    seen = {
        subprocess.run(
            [sys.executable, "-c", code, str(here), str(here.parents[1])],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


def test_outlook_and_dark_phones_get_what_they_understand() -> None:
    html = body(digest(alert(), alert(2, Level.AT_RISK, -30)), "html")
    page = Words(html)
    styles = " ".join(attributes.get("style") or "" for _, attributes in page.elements)
    assert "flex" not in html and "grid-template" not in html and "var(" not in html
    assert "font-family" in styles and "Microsoft YaHei" in styles
    assert "prefers-color-scheme: dark" in html and "max-width: 620px" in html
    assert "<link" not in html and "http" not in html.replace("http-equiv", "")
    assert "<!--[if mso]>" in html
    assert {tag for tag, _ in page.elements} <= {
        *("html", "head", "meta", "title", "style", "body", "div", "table", "tbody", "tr", "td", "th", "p", "h1", "h2"),
        *("span", "br"),
    }


def test_an_address_that_is_none_is_told_and_not_sent() -> None:
    with pytest.raises(BadMail, match="不是邮箱地址"):
        render.digest(Digest(replace(BOSS, address="张伟"), NOW, (alert(),), ("",)), settings(), TEMPLATES)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (dt.timedelta(days=1, hours=3, minutes=20), "1天3小时"),
        (dt.timedelta(days=2), "2天"),
        (dt.timedelta(hours=2, minutes=5), "2小时5分钟"),
        (dt.timedelta(minutes=59, seconds=59), "59分钟"),
        (dt.timedelta(seconds=30), "不到1分钟"),
        (-dt.timedelta(minutes=40), "40分钟"),
    ],
)
def test_a_length_of_time_is_said_as_people_say_it(length: dt.timedelta, said: str) -> None:
    assert render.span(length) == said


def book(text: str) -> bytes:
    """A workbook with one text in it."""
    made = Workbook()
    assert made.active is not None
    made.active["B2"] = text
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


WEEKLY = """{% extends "base.html.j2" %}{% import "parts.html.j2" as parts %}
{% block content %}
{{ parts.tiles([{"value": 12, "label": "受理"}, {"value": "83%", "label": "及时率", "tone": "good"}]) }}
{{ parts.heading("按部门", "本周", count=2) }}
{{ parts.table(["部门", {"title": "件数", "align": "right", "width": "20%"}],
               [["售后<部>", 7], [{"text": "合计", "note": "两个部门", "tone": "late"}, 12]], total=true) }}
{{ parts.bars([{"label": "售后", "value": 7, "share": 0.58}, {"label": "无", "value": 0, "share": 0},
               {"label": "满", "value": 9, "share": 1.7, "tone": "late"}]) }}
{{ parts.note("数据截至周二", "risk") }}
{% endblock %}"""


def weekly(**changes: Any) -> Message:
    texts = {"weekly.html.j2": WEEKLY, "weekly.txt.j2": "{{ subject }}:{{ total }} 件 & {{ dealership }}\n"}
    templates = render.environment()
    loader = templates._builtin.loader
    assert loader is not None
    templates._builtin.loader = jinja2.ChoiceLoader([jinja2.DictLoader(texts), loader])
    given: dict[str, Any] = {
        "key": "weekly|2026-W47",
        "subject": "【客诉周报】2026-11-17",
        "template": "weekly",
        "context": {"total": 12},
        "recipients": [BOSS, Recipient("李娜", "lina@example.com", "管理部")],
        "now": NOW,
        "settings": settings(),
        "templates": templates,
        "attachments": [("客户信息反馈处理单汇总 2026-11-17.xlsx", book("无"))],
    }
    return render.report(**(given | changes))


def test_a_report_goes_to_all_its_readers_with_its_workbook() -> None:
    message = weekly()
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert message.kind == "report"
    assert [one.display_name for one in parsed["To"].addresses] == ["张伟", "李娜"]
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["客户信息反馈处理单汇总 2026-11-17.xlsx"]
    assert body(message, "plain").strip() == "【客诉周报】2026-11-17:12 件 & 星耀4S店"


def test_the_building_blocks_make_tiles_tables_bars_and_notes() -> None:
    html = body(weekly(), "html")
    text = Words(html).text
    for words in ("受理", "83%", "按部门 2 件", "售后<部>", "两个部门", "数据截至周二"):
        assert words in text, words
    widths = [attributes.get("width") for tag, attributes in Words(html).elements if attributes.get("height") == "10"]
    assert widths == ["58%", "42%", "100%", "100%"]


def test_a_template_that_asks_for_what_nobody_gave_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        weekly(context={})


def test_a_missing_template_is_an_error() -> None:
    with pytest.raises(jinja2.TemplateNotFound):
        weekly(template="no-such-report")


def headers(message: Message) -> tuple[str, str, str]:
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert parsed["In-Reply-To"] == parsed["References"]
    return str(parsed["Message-ID"]), str(parsed["References"]), str(parsed["Thread-Topic"])


def at(day: int, *, to: Recipient = BOSS, number: int = 1) -> Message:
    now = dt.datetime(2026, 11, day, 9, 30)
    return render.digest(Digest(to, now, (alert(number),), ("",)), settings(), TEMPLATES)


def test_what_one_person_gets_in_a_week_is_one_thread() -> None:
    monday, sunday = headers(at(16)), headers(at(22, number=2))
    assert monday[1:] == sunday[1:] and monday[0] != sunday[0] and monday[0] != monday[1]
    assert monday[2] == "客诉提醒 2026年第47周"
    assert headers(at(23))[1:] != monday[1:]
    assert headers(at(16, to=replace(BOSS, address="li@example.com")))[1] != monday[1]
    assert headers(at(16, to=replace(BOSS, address="ZhangWei@example.com")))[1] == monday[1]


def test_a_report_stands_alone() -> None:
    parsed = email.message_from_bytes(weekly().raw, policy=email.policy.default)
    assert parsed["References"] is None and parsed["Thread-Topic"] is None


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_finance_is_told_of_a_case_without_its_customer(kind: str) -> None:
    cashier = Recipient("钱多", "qian@example.com", "财务部")
    told = body(render.digest(Digest(cashier, NOW, (alert(),), ("",)), settings(), TEMPLATES), kind)
    assert "FK20261118-001" in told and "完成责任认定" in told
    for secret in ("王**", "京A1***5", "途观L", "机油灯", "客户："):
        assert secret not in told, secret
