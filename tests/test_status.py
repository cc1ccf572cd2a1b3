"""``kesu status`` and the sign of life after each pass: silence means trouble, and is seen as such."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from automation import health, heartbeat, lease, settings, vitals
from automation.cli import main
from automation.health import Beat, Facts, Letter, Level
from automation.jobs import JOBS
from automation.journal import Journal
from automation.lease import LeaseHeld
from automation.mail import compose
from automation.past import Fault
from automation.sample import dealership
from automation.settings import Heartbeat, Settings
from tests.tables import moment, plain
from tests.test_architecture import HEAVY
from workbook import build

NOW = moment("11-21 09:30")
HOUR = dt.timedelta(hours=1)
LIMITS = Heartbeat("", stale_hours=2, delayed_hours=4)
WELL = Facts(
    NOW,
    LIMITS,
    "登记.xlsx",
    saved=moment("11-21 09:00"),
    passed=moment("11-21 09:25"),
    outcome="完成",
    beat=Beat(moment("11-21 09:25"), "done", counts={"tickets": 60, "findings": 3}),
    last_mail=moment("11-21 08:00"),
    upcoming=(("周报", moment("11-24 08:00")),),
    edited=moment("11-20 17:00"),
    calendar_until=dt.date(2027, 12, 31),
)
LOCKED = "张三 从 11月21日 04:00 起在 Excel 里打开着"


def letter(state: str, **changes: Any) -> Letter:
    at = moment("11-21 09:00")
    return replace(Letter(7, state, "alert", "【客诉提醒】1 件超时", at, at), **changes)


def said(facts: Facts) -> tuple[int, str]:
    lines = health.judge(facts)
    return health.exit_code(facts, lines), plain("\n".join(map(str, lines)))


# --- What is said, and the exit code ----------------------------------------------------------------------------------


def test_all_is_well():
    code, words = said(WELL)
    assert code == 0 and "✗" not in words and "!" not in words
    assert "11-21 09:25(5分钟前),反馈 60 单" in words and "周报 11-24 08:00" in words


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"now": moment("11-21 11:26")}, 1, "已经2小时1分钟没有处理"),
        ({"now": moment("11-21 11:24")}, 0, "1小时59分钟前"),
        ({"now": moment("11-21 09:14")}, 1, "校准电脑的日期和时间"),
        ({"beat": Beat(moment("11-21 11:20"), "quiet"), "now": moment("11-21 11:26")}, 0, "(6分钟前)"),
        ({"beat": Beat(moment("11-21 09:29"), "failed", "状态文件已损坏")}, 1, "没能处理:状态文件已损坏"),
        ({"fault": Fault(moment("11-21 09:26"), moment("11-21 09:29"), "找不到文件")}, 1, "没能处理:找不到文件"),
        ({"fault": Fault(moment("11-20 09:26"), moment("11-20 09:29"), "找不到文件")}, 0, "反馈 60 单"),
        ({"passed": None, "beat": None}, 2, "还没有处理过"),
        ({"saved": None}, 1, "找不到“登记.xlsx”"),
        ({"idle_days": 3}, 0, "! 工作簿:登记.xlsx,11-21 09:00 保存;从 11-20 17:00 起 3 个工作日没有新的登记"),
        ({"holder": "电脑“前台”上的 kesu(进程 9)从 09:29 起正在处理"}, 0, "✓ 占用:电脑“前台”"),
        ({"died": "11-21 09:26 开始的一次处理中途断了"}, 1, "✗ 处理:11-21 09:26 开始的一次处理中途断了"),
        ({"letters": (letter("queued"),)}, 0, "1 封等待发送"),
        ({"letters": (letter("retry", queued_at=moment("11-21 05:00"), note="拒绝连接"),)}, 1, "起:拒绝连接"),
        ({"letters": (letter("uncertain", kind="money"),)}, 1, "第 7 封不确定是否送达:【客诉提醒】"),
        ({"letters": (letter("uncertain"),)}, 0, "! 邮件:第 7 封不确定是否送达,会再发"),
        ({"letters": (letter("failed", note="550 不收"),)}, 1, "第 7 封发送失败:【客诉提醒】1 件超时(550 不收)"),
        ({"letters": (letter("failed", changed_at=moment("11-01 09:00")),)}, 0, "✓ 邮件"),
        ({"letters": (letter("sent", refused={"a@b.cn": "550 查无此人"}),)}, 1, "有收件人拒收:【客诉提醒】1 件超时(a@b.cn 550 查无此人)"),
        ({"owed": (("周报", moment("11-17 08:00")),)}, 1, "周报 应在 11-17 08:00 发出,还没有发"),
        ({"owed": (("周报", moment("11-21 08:00")),)}, 0, "一切"),
        ({"calendar_until": dt.date(2026, 11, 20)}, 1, "安排只到 2026-11-20"),
        ({"calendar_until": dt.date(2026, 12, 10)}, 0, "! 节假日:安排到 2026-12-10"),
    ],
)  # fmt: skip
def test_what_is_not_well_is_said_and_counted(changes, code, words):
    found, told = said(replace(WELL, **changes))
    assert found == code, told
    assert words in f"{told} 一切"


def test_edits_that_wait_are_nobodys_fault_at_first_and_a_persons_matter_after_hours():
    beat = Beat(moment("11-21 09:25"), "delayed", LOCKED, {"waiting": 12})
    waiting = replace(
        WELL,
        unwritten_since=moment("11-21 09:00"),
        beat=beat,
        outcome=LOCKED,
        open_by=LOCKED,
        numbers=("FK20261121-001",),
    )
    code, words = said(waiting)
    assert code == 0 and "! 写回:12 处改动(含编号 FK20261121-001)从 11-21 09:00 起没有写回:张三" in words
    code, words = said(replace(waiting, unwritten_since=moment("11-21 05:00")))
    assert code == 1 and "请保存并关闭工作簿" in words
    stuck = replace(beat, outcome="stuck", words="文件夹不允许新建文件")
    assert said(replace(waiting, beat=stuck, open_by=""))[0] == 1, "what no closing of a file mends is said at once"


def test_mail_that_could_not_be_made_is_said():
    errors = ("角色“管理部”没有填写邮箱,2 条提醒发不出去",)
    code, words = said(replace(WELL, beat=Beat(moment("11-21 09:25"), "done", mail_errors=errors)))
    assert code == 1 and "2 条提醒发不出去" in words


def test_the_line_for_the_foot_of_a_managers_mail():
    assert plain(health.standing(WELL)) == "kesu:一切正常。下一份周报 11-24 08:00 发出,到时没有收到就是出了故障。"
    lost = [letter("failed"), letter("uncertain", kind="money"), letter("uncertain"), letter("retry")]
    open_since_night = {"unwritten_since": moment("11-21 01:00"), "open_by": LOCKED}
    trouble = replace(WELL, letters=tuple(lost), passed=moment("11-18 09:00"), **open_since_night)
    words = plain(health.standing(trouble))
    assert words.startswith("kesu:有 2 封邮件没有发出,有 1 件事需要人处理,请让维护人员用 kesu status 查看。")


# --- From a real journal ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder after one pass by ``kesu run``."""
    folder = tmp_path_factory.mktemp("passed")
    build.write(folder / "登记.xlsx", dealership(20, 4, NOW).contents, created=NOW)
    assert kesu(folder, "run")[0] == 0
    return folder


@pytest.fixture
def shop(passed: Path, tmp_path: Path) -> Path:
    shutil.copytree(passed, tmp_path, dirs_exist_ok=True)
    return tmp_path


def kesu(folder: Path, command: str, *more: str, now: dt.datetime = NOW) -> tuple[int, str]:
    words = [command, str(folder / "登记.xlsx"), "--now", now.isoformat(), *more]
    result = CliRunner().invoke(main, words)
    return result.exit_code, plain(result.output)


def of(folder: Path, **beat: Any) -> Settings:
    found, errors = settings.load(None, workbook=folder / "登记.xlsx")
    assert not errors
    return replace(found, heartbeat=replace(found.heartbeat, **beat))


def test_status_after_a_pass_and_after_hours_of_silence(shop):
    code, words = kesu(shop, "status", now=NOW + HOUR)
    assert code == 0 and "一切正常" in words and "反馈 20 单" in words
    code, words = kesu(shop, "status", now=NOW + 3 * HOUR)
    assert code == 1 and "1 件事需要人处理" in words


def test_status_changes_nothing(shop):
    before = {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()}
    kesu(shop, "status")
    kesu(shop, "status", "--json")
    assert {path: path.read_bytes() for path in shop.rglob("*") if path.is_file()} == before


def test_a_pass_whose_process_ended_in_the_middle_is_not_said_to_be_at_work(shop):
    at = (NOW - dt.timedelta(minutes=1)).replace(tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()
    here = replace(lease.here(), wall=lambda: at)
    at_work = lease.take(of(shop).journal, here)
    code, words = kesu(shop, "status")
    assert code == 0 and "正在处理" in words
    at_work.release()
    lease.take(of(shop).journal, replace(here, process=2**22 + 1))  # higher than any process number
    for later in (NOW, NOW + HOUR):
        code, words = kesu(shop, "status", now=later)
        assert code == 1 and "11-21 09:29 开始的一次处理中途断了" in words and "正在处理" not in words


def test_the_json_says_the_same(shop):
    code, words = kesu(shop, "status", "--json", now=NOW + 3 * HOUR)
    told = json.loads(words)
    assert code == told["exit"] == 1
    assert told["last_look"] == NOW.isoformat()
    assert [line["what"] for line in told["lines"] if line["level"] == "bad"] == ["处理"]
    assert told["next"][0] == {"report": "周报", "at": "2026-11-24T08:00:00"}


def test_a_workbook_that_kesu_has_never_seen_cannot_be_told_about(tmp_path):
    build.write(tmp_path / "登记.xlsx", dealership(1, 4, NOW).contents, created=NOW)
    code, words = kesu(tmp_path, "status")
    assert code == 2 and "还没有处理过" in words and list(tmp_path.iterdir()) == [tmp_path / "登记.xlsx"]


def test_a_journal_that_is_damaged_cannot_be_told_about(shop):
    of(shop).journal.write_bytes(b"no database" * 100)
    code, words = kesu(shop, "status")
    assert code == 2 and "已损坏" in words


def test_an_open_workbook_is_named_with_its_owner_and_the_numbers_that_wait(shop):
    with Journal.open(of(shop).journal) as journal:
        journal._db.execute("UPDATE issued SET written = 0 WHERE number = (SELECT max(number) FROM issued)")
        journal.record_pass(NOW + HOUR, "", edits=0, findings=0, outcome="李四在 Excel 里打开着")
        journal.record_pass(NOW + 2 * HOUR, "", edits=0, findings=0, outcome="李四在 Excel 里打开着")
    (shop / ".~lock.登记.xlsx#").write_text("李四,li,elsewhere,21.11.2026 10:00,file;", encoding="utf-8")
    code, words = kesu(shop, "status", now=NOW + 3 * HOUR)
    assert code == 0 and "起没有写回:李四 从" in words and "(含编号 FK" in words
    assert "从 11-21 10:30" in words, "since the first pass that could not"
    assert kesu(shop, "status", now=NOW + 6 * HOUR)[0] == 1


def test_mail_is_counted_by_its_state_and_found_by_its_place_in_the_list(shop):
    def mail(key: str, kind: str = "alert") -> Any:
        return compose(
            key=key, kind=kind, sender=("kesu", "k@x.cn"), to=[("张伟", "z@x.cn")], subject=key, text="好", html="<p>好</p>", now=NOW
        )  # fmt: skip

    with Journal.open(of(shop).journal) as journal:
        before = len(journal.entries())
        journal.commit(now=NOW, messages=[mail("奖罚", "money"), mail("提醒"), mail("周报", "report")])
        for key, state in (("奖罚", "uncertain"), ("提醒", "failed"), ("周报", "sent")):
            assert journal.start(key, NOW)
            journal.settle(key, state, NOW, refused={"gm@x.cn": "550 查无此人"} if state == "sent" else None)
    code, words = kesu(shop, "status")
    assert code == 1 and "3 件事需要人处理" in words
    assert f"第 {before + 1} 封不确定是否送达:奖罚" in words and f"第 {before + 2} 封发送失败:提醒" in words
    assert f"第 {before + 3} 封有收件人拒收:周报(gm@x.cn 550 查无此人)" in words


def test_a_report_that_should_have_gone_is_missed_and_one_that_went_is_not(shop):
    tuesday = moment("11-24 12:00")
    assert [title for title, _ in vitals.take(of(shop), moment("11-24 07:59")).owed] == []
    assert vitals.take(of(shop), tuesday).owed == (("周报", moment("11-24 08:00")),)
    with Journal.open(of(shop).journal) as journal:
        journal.commit(now=tuesday, occurrences=[("weekly", "2026-W47")])
    assert vitals.take(of(shop), tuesday).owed == ()


def test_every_report_of_the_calendar_has_a_name_for_people():
    assert {job.name for job in JOBS} <= vitals.TITLES.keys()


def test_status_loads_nothing_heavy(shop):
    script = (
        "import json, sys\n"
        f"sys.argv = ['kesu', 'status', {str(shop / '登记.xlsx')!r}, '--now', '2026-11-21T09:30']\n"
        "from automation.cli import main\n"
        "try:\n    main()\nfinally:\n    print(json.dumps(sorted(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert not set(HEAVY) & set(json.loads(done.stderr.splitlines()[-1]))


# --- The sign of life -------------------------------------------------------------------------------------------------


def test_every_pass_leaves_a_sign_of_life_also_one_with_nothing_to_do(shop):
    beat = heartbeat.read(of(shop))
    assert beat and (beat.at, beat.outcome, beat.counts["tickets"]) == (NOW, "done", 20)
    heartbeat.quiet(of(shop), NOW + 9 * HOUR)
    code, words = kesu(shop, "status", now=NOW + 10 * HOUR)
    assert code == 0 and "反馈 20 单" in words
    assert [path.name for path in of(shop).state_dir.glob(".heartbeat*")] == [], "no draft is left"


def test_a_pass_that_fails_says_so_and_fails_all_the_same(shop):
    def fail() -> Any:
        raise ValueError("secret")

    with pytest.raises(ValueError):
        heartbeat.around(of(shop), NOW + HOUR, fail)
    beat = heartbeat.read(of(shop))
    assert beat and beat.outcome == "failed" and "secret" not in beat.words
    code, words = kesu(shop, "status", now=NOW + HOUR)
    assert code == 1 and "没能处理" in words


def test_whoever_leaves_the_pass_to_another_process_gives_no_sign(shop):
    def held() -> Any:
        raise LeaseHeld("别的电脑在处理")

    before = heartbeat.read(of(shop))
    with pytest.raises(LeaseHeld):
        heartbeat.around(of(shop), NOW + HOUR, held)
    assert heartbeat.read(of(shop)) == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"at": "gestern"}', '{"at": 5, "outcome": "done"}', "\x00"])
def test_a_sign_of_life_that_cannot_be_read_is_none(content, shop):
    heartbeat.path(of(shop)).write_text(content, encoding="utf-8")
    assert heartbeat.read(of(shop)) is None
    assert kesu(shop, "status")[0] == 0, "the journal knows of the pass"


def test_a_folder_that_cannot_be_written_disturbs_nothing(shop):
    heartbeat.give(replace(of(shop), state_dir=shop / "登记.xlsx"), Beat(NOW, "done"))


# --- The web address --------------------------------------------------------------------------------------------------


@contextmanager
def server(
    status: int = 200, location: str = "", wait: float = 0, certificate: Path | None = None
) -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            over.wait(wait)
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            listening.socket = context.wrap_socket(listening.socket, server_side=True)
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http{'s' if certificate else ''}://127.0.0.1:{listening.server_port}/uuid", asked
        finally:
            over.set()
            listening.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("beat", "path"),
    [
        (Beat(NOW, "done"), "/uuid"),
        (Beat(NOW, "quiet"), "/uuid"),
        (Beat(NOW, "delayed"), "/uuid"),
        (Beat(NOW, "stuck"), "/uuid/fail"),
        (Beat(NOW, "failed"), "/uuid/fail"),
        (Beat(NOW, "done", mail_errors=("没有邮箱",)), "/uuid/fail"),
        (Beat(NOW, "done", counts={"down": 1}), "/uuid"),
        (Beat(NOW + 3 * HOUR, "quiet"), "/uuid"),
    ],
)
def test_the_address_is_asked_for_and_its_fail_when_a_person_is_needed(beat, path, shop):
    with server() as (url, asked):
        heartbeat.give(of(shop, ping_url=url), beat)
        assert asked == [path]


def test_the_address_hears_what_status_says_however_quiet_the_passes_are(shop):
    mail = compose(
        key="m", kind="alert", sender=("kesu", "k@x.cn"), to=[("张伟", "z@x.cn")], subject="m", text="好", html="<p>好</p>", now=NOW
    )  # fmt: skip
    with Journal.open(of(shop).journal) as journal:
        journal.commit(now=NOW, messages=[mail])
        assert journal.start("m", NOW)
        journal.settle("m", "retry", NOW, note="拒绝连接", due_at=NOW + 9 * HOUR, pending=["z@x.cn"])
    with server() as (url, asked):
        for hours in (1, 5, 6):
            heartbeat.quiet(of(shop, ping_url=url), NOW + hours * HOUR)
            said = kesu(shop, "status", now=NOW + hours * HOUR)[0]
            assert (asked[-1] == "/uuid") == (said == 0)
        assert asked == ["/uuid", "/uuid/fail", "/uuid/fail"]
        with Journal.open(of(shop).journal) as journal:
            journal.retry("m", NOW + 6 * HOUR)
            assert journal.start("m", NOW)
            journal.settle("m", "sent", NOW + 6 * HOUR)
        heartbeat.quiet(of(shop, ping_url=url), NOW + 7 * HOUR)
        assert asked[-1] == "/uuid"


def test_no_answer_refused_slow_or_wrong_disturbs_a_pass(shop, monkeypatch):
    monkeypatch.setattr(heartbeat, "PATIENCE", 2.0)
    with server(wait=30) as (url, asked):
        heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))
        assert asked == ["/uuid"]
    heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))  # nobody listens there any more
    with server(status=500) as (url, _):
        heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))
    assert heartbeat.read(of(shop)) == Beat(NOW, "done")


def test_the_address_leads_nowhere_but_to_the_web(shop, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    with server(status=302, location=secret.as_uri()) as (url, asked):
        heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))
        assert asked == ["/uuid"]


def test_a_certificate_that_is_not_trusted_is_not_spoken_to(shop, certificates, monkeypatch):
    with server(certificate=certificates.good) as (url, asked):
        heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))
        assert asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificates.ca))
        heartbeat.give(of(shop, ping_url=url), Beat(NOW, "done"))
        assert asked == ["/uuid"]


@pytest.mark.parametrize(
    "url", ["ftp://x.cn/a", "file:///etc/passwd", "hc-ping.com/uuid", "http://", "http://a b", "http://x:99999/"]
)
def test_an_address_that_is_no_web_address_is_a_mistake_of_kesu_toml(url, tmp_path):
    config = tmp_path / "kesu.toml"
    config.write_text(f'workbook = "a.xlsx"\n[heartbeat]\nping_url = "{url}"\n', encoding="utf-8")
    _, errors = settings.load(config, workbook=None)
    assert len(errors) == 1 and "heartbeat.ping_url" in errors[0] and "网址" in errors[0]


def test_levels_have_their_signs():
    assert [level.sign for level in Level] == ["✓", "!", "✗"]
