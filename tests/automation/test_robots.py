"""Group robots against a server that plays WeCom, DingTalk and Feishu: what is said, to whom, and what of a refusal."""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from automation import accounts, settings
from automation.alerts import Alert, Digest, Level, Recipient
from automation.channels import Outcome, Queued, Receipt, Switchboard
from automation.channels.groups import SERVICES, channel
from automation.channels.robot import Case, Notice, RobotChannel, cut, packed, spoken
from automation.cli import main
from automation.journal import Journal
from automation.mail import Message
from automation.notices import MOST_CASES, notice
from automation.outbox import Delivered, deliver, supersede
from automation.settings import Robot, Settings
from tests.robot_server import KEY, SECRET, Groups, running
from tests.smtp_server import Certificates
from tests.tables import plain
from workbook.edits import Cell

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)
EVERY = pytest.mark.parametrize("name", list(SERVICES))
SIGNED = pytest.mark.parametrize("name", ["dingtalk", "feishu"])


# --- The dealership's side --------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture
def groups() -> Iterator[Groups]:
    with running() as server:
        yield server


def alert(ticket: str = "FK20261120-001", hours: float = 27, **changes: Any) -> Alert:
    late = dt.timedelta(hours=hours)
    given: dict[str, Any] = {
        "ticket": ticket,
        "rule": "STD-04",
        "stage": "责任认定与客户沟通",
        "level": Level.LATE if hours > 0 else Level.AT_RISK,
        "due": NOW - late,
        "late_by": max(late, dt.timedelta(0)),
        "where": Cell("反馈登记", 5, 1),
        "responsible": "客户经理",
        "customer": "王小明",
        "plate": "京A12345",
        "model": "ES6",
        "summary": "客户电话13800138000说刹车异响，车架号LSVAM4187C2184841",
        "department": "维修车间",
        "grade": "一般",
        "advice": "联系客户",
        "source": "流程",
    }
    return Alert(**(given | changes))


def digest(*alerts: Alert, role: str = "客户经理") -> Digest:
    return Digest(Recipient("张伟", "zhang@example.com", role), NOW, alerts, ("主要责任人",) * len(alerts))


def robot(name: str = "wecom", *roles: str) -> Robot:
    return Robot(name, roles or ("客户经理",), "U", "S")


def set_up(**changes: Any) -> Settings:
    found, _ = settings.load(None, workbook=Path("客诉登记.xlsx"))
    return replace(found, dealership="星耀4S店", **changes)


def message(name: str = "wecom", *alerts: Alert, key: str = "") -> Message:
    made = notice(robot(name), [digest(*(alerts or (alert(),)))], set_up())
    assert made is not None
    return replace(made, key=key) if key else made


def text(name: str, *alerts: Alert) -> str:
    return plain(spoken(message(name, *alerts).raw))


class Post:
    """Mail that always arrives."""

    def __init__(self) -> None:
        self.carried: list[str] = []

    def send(self, queued: Queued) -> Receipt:
        self.carried.append(queued.key)
        return Receipt(Outcome.SENT)

    def __enter__(self) -> "Post":
        return self

    def __exit__(self, *error: object) -> None:
        return None


def ways(server: Groups, name: str, post: Post | None = None, **changes: Any) -> Switchboard:
    given: dict[str, Any] = {"url": server.url(name), "secret": SECRET, "timeout": 0.4}
    mail = post or Post()
    return Switchboard({"mail": lambda: mail, name: lambda: RobotChannel(SERVICES[name], **(given | changes))})


def state(journal: Journal, key: str) -> str:
    return next(entry.state for entry in journal.entries() if entry.key == key)


# --- It is said -------------------------------------------------------------------------------------------------------


@EVERY
def test_a_group_hears_it_once_signed_and_in_chinese(journal: Journal, groups: Groups, name: str) -> None:
    told = message(name)
    journal.commit(now=NOW, messages=[told])
    assert deliver(journal, ways(groups, name), NOW) == Delivered(sent=(told.key,))
    assert deliver(journal, ways(groups, name), NOW + MINUTE) == Delivered()
    assert groups.heard == [spoken(told.raw)]


def test_what_a_group_reads() -> None:
    alerts = [
        alert(),
        alert("FK20261121-002", 2, customer="欧阳女士", plate="未上牌"),
        alert("FK20261121-003", -0.5, stage="上报", responsible="接收人"),
    ]
    made = notice(robot("feishu", "客户经理", "接收人"), [digest(*alerts, role="客户经理、接收人")], set_up())
    assert made is not None
    assert plain(spoken(made.raw)).splitlines() == [
        "【客诉提醒】2 件超时(最长 1天3小时),1 件临近",
        "星耀4S店,11-21 周六 09:30",
        "",
        "• 超时 1天3小时 FK20261120-001 责任认定与客户沟通 王** 京A1***5(客户经理)",
        "• 超时 2小时 FK20261121-002 责任认定与客户沟通 欧阳女士 未上牌(客户经理)",
        "• 还剩 30分钟 FK20261121-003 上报 王** 京A1***5(接收人)",
        "详见邮件和工作簿",
    ]


@EVERY
def test_a_group_reads_no_personal_data_and_nothing_leads_anywhere(name: str) -> None:
    hostile = alert(
        stage='[点这里](http://x.example/a) <at user_id="all">所有人</at> @all `x` **粗** https://y.example',
        customer="王先生13800138000",
        plate="LSVAM4187C2184841",
    )
    said = spoken(message(name, hostile, alert("FK20261120-009")).raw)
    for secret in ("13800138000", "LSVAM4187C2184841", "刹车", "京A12345", "王小明", "://", "<at", "@all", "](", "`"):
        assert secret not in said, secret
    assert "FK20261120-001" in said and "FK20261120-009" in said


@EVERY
def test_many_cases_are_counted_and_the_worst_are_listed(name: str) -> None:
    said = text(name, *(alert(f"FK20261120-{number:03}", number) for number in range(1, 41)))
    assert "40 件超时" in said and f"还有 {40 - MOST_CASES} 条" in said
    assert "FK20261120-040" in said and "FK20261120-030" not in said


@EVERY
def test_a_message_is_never_longer_than_the_service_takes(journal: Journal, groups: Groups, name: str) -> None:
    service = SERVICES[name]
    long = Notice("【客诉提醒】", "店", tuple(Case("超时 1天", True, "很长的环节" * 30) for _ in range(60)), 60)
    octets = service.fitted(long)
    assert service.longest * 0.8 < len(octets) <= service.longest
    said = spoken(octets)
    shown = said.count("很长的环节" * 30)
    assert f"还有 {60 - shown} 条" in said
    made = Message("k", "alert", ("群",), "题", octets, "", name)
    journal.commit(now=NOW, messages=[made])
    assert deliver(journal, ways(groups, name), NOW).sent == ("k",)


@given(st.text(max_size=9000), st.sampled_from(sorted(SERVICES)))
def test_even_an_endless_headline_fits_and_no_character_is_broken(headline: str, name: str) -> None:
    octets = SERVICES[name].fitted(Notice(headline.replace("\ud800", ""), "店", (), 3))
    assert len(octets) <= SERVICES[name].longest
    assert "还有 3 条" in spoken(octets) or "还有 3 条" in octets.decode()


@given(st.text(), st.integers(3, 60))
def test_a_cut_leaves_whole_characters(words: str, room: int) -> None:
    made = cut(words, room)
    assert len(made.encode()) <= room and (made == words or words.startswith(made.removesuffix("…")))


# --- To whom ----------------------------------------------------------------------------------------------------------


def test_a_group_hears_only_what_goes_to_its_roles() -> None:
    mine, theirs = alert("FK20261120-001"), alert("FK20261120-002", responsible="管理部")
    above = alert("FK20261120-003", level=Level.REPORTED, responsible="接收人")
    gm = alert("FK20261120-004", level=Level.ESCALATED)
    given = [digest(mine, theirs, above, role="客户经理、管理部"), digest(gm, role="主管总经理")]
    assert notice(robot("wecom", "财务部"), given, set_up()) is None
    told = notice(robot("wecom", "客户经理"), given, set_up())
    assert told is not None
    said = spoken(told.raw)
    assert [number in said for number in ("-001", "-002", "-003", "-004")] == [True, False, True, False]
    told = notice(robot("wecom", "主管总经理"), given, set_up())
    assert told is not None and "-004" in spoken(told.raw) and "-001" not in spoken(told.raw)


def test_two_readers_of_one_matter_make_one_line() -> None:
    told = notice(robot(), [digest(alert()), digest(alert())], set_up())
    assert told is not None and spoken(told.raw).count("FK20261120-001") == 1


def test_while_mail_is_redirected_for_a_trial_groups_hear_nothing() -> None:
    on_trial = replace(set_up(), mail=replace(set_up().mail, redirect_to="me@example.com"))
    assert notice(robot(), [digest(alert())], on_trial) is None


def test_the_same_alerts_have_the_same_key_and_bytes_and_others_another() -> None:
    assert message() == message()
    assert message().key != message("wecom", alert("FK20261120-002")).key
    assert message().key != message("feishu").key


def test_robots_are_off_until_roles_are_named(tmp_path: Path) -> None:
    file = tmp_path / "kesu.toml"
    file.write_text("workbook = 'a.xlsx'\n[robots.wecom]\nurl_env = 'X'\n", encoding="utf-8")
    assert settings.load(file, workbook=None)[0].robots == ()
    file.write_text("workbook = 'a.xlsx'\n[robots.feishu]\nroles = ['客户经理']\n", encoding="utf-8")
    (found,) = settings.load(file, workbook=None)[0].robots
    assert (found.name, found.roles, found.url_env) == ("feishu", ("客户经理",), "KESU_FEISHU_URL")
    file.write_text("workbook = 'a.xlsx'\n[robots.feishu]\nroles = '客户经理'\n", encoding="utf-8")
    assert settings.load(file, workbook=None)[1][0].startswith("robots.feishu.roles：应为一列文字")


@pytest.mark.parametrize("line", [f"url = 'https://x.example/{KEY}'", f"url_env = 'https://x.example/{KEY}'"])
def test_an_address_in_the_file_is_refused_and_never_repeated(tmp_path: Path, line: str) -> None:
    file = tmp_path / "kesu.toml"
    file.write_text(f"workbook = 'a.xlsx'\n[robots.wecom]\nroles = ['客户经理']\n{line}\n", encoding="utf-8")
    _, errors = settings.load(file, workbook=None)
    assert len(errors) == 1 and "环境变量" in errors[0] and KEY not in errors[0]


# --- What becomes of a refusal ----------------------------------------------------------------------------------------


@SIGNED
def test_a_wrong_signature_is_told_and_nothing_is_lost(journal: Journal, groups: Groups, name: str) -> None:
    told = message(name)
    journal.commit(now=NOW, messages=[told])
    delivered = deliver(journal, ways(groups, name, secret="wrong-secret-1234"), NOW)
    assert delivered.retried == (told.key,) and "时钟" in delivered.down and "wrong-secret" not in delivered.down
    assert deliver(journal, ways(groups, name), NOW + MINUTE).sent == (told.key,)


@SIGNED
def test_a_robot_without_signature_needs_no_secret(journal: Journal, groups: Groups, name: str) -> None:
    groups.signed = False
    journal.commit(now=NOW, messages=[message(name)])
    assert deliver(journal, ways(groups, name, secret=""), NOW).sent


@pytest.mark.parametrize(
    ("name", "answer", "ends"),
    [
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url"}, "retry"),
        ("wecom", {"errcode": 40058, "errmsg": "too long"}, "failed"),
        ("wecom", {"errcode": -1, "errmsg": "system busy"}, "retry"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "retry"),
        ("dingtalk", {"errcode": 430104, "errmsg": "不合适的内容"}, "failed"),
        ("feishu", {"code": 19024, "msg": "Key Words Not Found"}, "retry"),
        ("feishu", {"code": 9499, "msg": "Bad Request"}, "failed"),
        ("feishu", {"StatusCode": 9499, "StatusMessage": "Bad Request"}, "failed"),
        ("feishu", {}, "uncertain"),
    ],
)
def test_an_error_inside_http_200_is_an_error(
    journal: Journal, groups: Groups, name: str, answer: dict[str, Any], ends: str
) -> None:
    told = message(name)
    journal.commit(now=NOW, messages=[told])
    groups.say = answer
    deliver(journal, ways(groups, name), NOW)
    assert state(journal, told.key) == ends
    assert journal.entries()[0].note


@pytest.mark.parametrize(
    ("status", "answer", "ends"),
    [
        (500, {}, "retry"),
        (404, {}, "retry"),
        (429, {}, "retry"),
        (400, {"errcode": 40008}, "failed"),
        (413, {}, "failed"),
    ],
)
def test_an_error_of_http_is_an_error(
    journal: Journal, groups: Groups, status: int, answer: dict[str, Any], ends: str
) -> None:
    told = message()
    journal.commit(now=NOW, messages=[told])
    groups.status, groups.say = status, answer
    deliver(journal, ways(groups, "wecom"), NOW)
    assert state(journal, told.key) == ends


@pytest.mark.parametrize(("name", "pause"), [("wecom", 1), ("dingtalk", 10), ("feishu", 1)])
def test_too_many_are_left_alone_as_long_as_the_service_asks(
    journal: Journal, groups: Groups, name: str, pause: int
) -> None:
    told = message(name)
    journal.commit(now=NOW, messages=[told])
    groups.heard = ["…"] * 100
    assert deliver(journal, ways(groups, name), NOW).retried == (told.key,)
    groups.heard.clear()
    assert deliver(journal, ways(groups, name), NOW + pause * MINUTE - MINUTE / 60) == Delivered()
    assert deliver(journal, ways(groups, name), NOW + pause * MINUTE).sent == (told.key,)


@EVERY
def test_a_backlog_leaves_a_few_a_pass(journal: Journal, groups: Groups, name: str) -> None:
    journal.commit(now=NOW, messages=[message(name, key=f"{number:02}") for number in range(13)])
    burst = SERVICES[name].burst
    sent = [len(deliver(journal, ways(groups, name), NOW + count * MINUTE).sent) for count in range(4)]
    assert sum(sent) == len(groups.heard) == 13 and max(sent) == burst
    assert state(journal, "12") == "sent"


@pytest.mark.parametrize("fault", ["cut", "lost", "slow", "html"])
def test_whatever_leaves_it_open_is_uncertain_and_an_alert_goes_again(
    journal: Journal, groups: Groups, fault: str
) -> None:
    told = message()
    journal.commit(now=NOW, messages=[told])
    groups.fault = fault
    assert deliver(journal, ways(groups, "wecom"), NOW).uncertain == (told.key,)
    groups.fault = ""
    assert deliver(journal, ways(groups, "wecom"), NOW + MINUTE).sent == (told.key,)
    assert set(groups.heard) == {spoken(told.raw)}


def test_a_robot_that_is_away_delays_its_own_messages_and_no_mail(journal: Journal, groups: Groups) -> None:
    post, told = Post(), message()
    mail = Message("m", "alert", ("a@example.com",), "题", b"x", "<m@b>")
    journal.commit(now=NOW, messages=[told, mail])
    switchboard = ways(groups, "wecom", post, url="http://127.0.0.1:1/send")
    delivered = deliver(journal, switchboard, NOW)
    assert (delivered.sent, delivered.retried) == (("m",), (told.key,)) and "拒绝连接" in delivered.down
    assert post.carried == ["m"]


def test_a_robot_no_longer_used_ends_its_messages_and_no_mail(journal: Journal) -> None:
    told = message()
    journal.commit(now=NOW, messages=[told])
    assert deliver(journal, Switchboard({"mail": Post}), NOW).failed == (told.key,)
    assert "不用这个群机器人" in journal.entries()[0].note


def test_what_a_group_could_not_hear_for_hours_is_left_unsaid(journal: Journal, groups: Groups) -> None:
    told = message()
    journal.commit(now=NOW, messages=[told])
    down = deliver(journal, ways(groups, "wecom", url="http://127.0.0.1:1/send"), NOW).down
    assert supersede(journal, NOW + 5 * 60 * MINUTE) == () and state(journal, told.key) == "retry"
    supersede(journal, NOW + 7 * 60 * MINUTE)
    assert state(journal, told.key) == "superseded" and down in journal.entries()[0].note
    assert deliver(journal, ways(groups, "wecom"), NOW + 8 * 60 * MINUTE) == Delivered() and groups.heard == []


# --- Nobody else hears it ---------------------------------------------------------------------------------------------


def test_another_address_is_not_followed(journal: Journal, groups: Groups) -> None:
    with running() as stranger:
        groups.elsewhere = stranger.url("wecom")
        journal.commit(now=NOW, messages=[message()])
        assert "没有跟去" in deliver(journal, ways(groups, "wecom"), NOW).down
        assert stranger.asked == 0 and groups.asked == 1


@pytest.mark.parametrize("which", ["other_name", "stranger", "expired"])
def test_a_wrong_certificate_hears_nothing(journal: Journal, certificates: Certificates, which: str) -> None:
    journal.commit(now=NOW, messages=[message()])
    with running(getattr(certificates, which)) as server:
        delivered = deliver(journal, ways(server, "wecom", ca_file=str(certificates.ca)), NOW)
        assert "证书不可信" in delivered.down and server.asked == 0


def test_over_tls_a_group_hears_it(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[message()])
    with running(certificates.good) as server:
        assert deliver(journal, ways(server, "wecom", ca_file=str(certificates.ca)), NOW).sent
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    "url", ["", "http://qyapi.weixin.qq.com/send?key=1", "ftp://127.0.0.1/x", "https://", "https://a b", "“https://x”"]
)
def test_an_address_that_cannot_be_meant_is_told(journal: Journal, groups: Groups, url: str) -> None:
    journal.commit(now=NOW, messages=[message()])
    down = deliver(journal, ways(groups, "wecom", url=url), NOW).down
    assert "webhook 地址" in down and (len(url) < 9 or url not in down)


def test_a_missing_address_is_told_with_where_it_belongs(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "kept", lambda kept_as: "")
    monkeypatch.delenv("KESU_NOWHERE", raising=False)
    journal.commit(now=NOW, messages=[message()])
    way = Switchboard({"wecom": lambda: channel(replace(robot(), url_env="KESU_NOWHERE"))})
    down = deliver(journal, way, NOW).down
    assert "KESU_NOWHERE" in down and "wecom-url" in down


@EVERY
def test_address_and_secret_stand_nowhere_even_when_the_answer_repeats_them(
    tmp_path: Path, journal: Journal, groups: Groups, name: str
) -> None:
    codes = {"errcode": 99999, "code": 99999}
    journal.commit(now=NOW, messages=[message(name, key=str(number)) for number in range(3)])
    groups.say = {**codes, "errmsg": f"bad {groups.url(name)} {KEY} {SECRET}"} | {"msg": f"bad {KEY} {SECRET}"}
    deliver(journal, ways(groups, name), NOW)
    groups.fault = "cut"
    journal.commit(now=NOW, messages=[message(name, key="cut")])
    down = deliver(journal, ways(groups, name), NOW + MINUTE).down
    for bad in (f"https://{KEY}.invalid/{KEY}", f"https://x.example/{KEY}\n"):
        down += deliver(journal, ways(groups, name, url=bad), NOW + 60 * MINUTE).down
    assert KEY not in down
    everything = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert KEY.encode() not in everything and SECRET.encode() not in everything


def test_a_journal_from_before_takes_robots(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with Journal.open(path) as opened:
        opened.commit(now=NOW, messages=[Message("m", "alert", ("a@example.com",), "题", b"x", "<m@b>")])
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT channel FROM outbox").fetchone() == ("mail",)
    db.close()


def test_what_is_stored_is_json_without_any_signature() -> None:
    stored = json.loads(message("feishu").raw)
    assert stored["msg_type"] == "text" and "sign" not in stored and packed(stored) == message("feishu").raw


# --- A whole pass -----------------------------------------------------------------------------------------------------

AT = ("--now", "2026-11-21T09:30")


@pytest.fixture
def shop(tmp_path: Path, groups: Groups, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dealership whose managers have a group; mail goes into a folder."""
    assert kesu("new", tmp_path / "客诉.xlsx", "--sample", "25", "--seed", "3", *AT).exit_code == 0
    roles = "roles = ['客户经理', '管理部', '主管总经理', '客户服务中心', '接收人']"
    config = tmp_path / "kesu.toml"
    config.write_text(f"workbook = '客诉.xlsx'\n[robots.wecom]\n{roles}\n", encoding="utf-8")
    monkeypatch.setenv("KESU_WECOM_URL", groups.url("wecom"))
    return config


def kesu(*args: str | Path) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_a_pass_tells_the_group_once_beside_the_mails(shop: Path, groups: Groups) -> None:
    done = kesu("run", "--config", shop, *AT)
    assert done.exit_code == 0, done.output
    mails = len(list(shop.parent.rglob("*.eml")))
    assert f"发出 {mails} 封" in done.output and "群里发出 1 条" in done.output
    assert mails and len(groups.heard) == 1 and "【客诉提醒】" in groups.heard[0]
    assert kesu("run", "--config", shop, "--now", "2026-11-21T09:31").exit_code == 0
    assert len(groups.heard) == 1
    lines = kesu("outbox", "list", "--config", shop).output.splitlines()
    (position,) = [line.split()[0] for line in lines if "企业微信群机器人" in line]
    assert groups.heard[0] in kesu("outbox", "show", position, "--config", shop).output
    journal = next(shop.parent.rglob("*.sqlite3")).read_bytes()
    assert KEY.encode() not in journal


@pytest.mark.parametrize("trouble", ["no address", "away", "a fault of ours"])
def test_no_trouble_with_a_robot_stops_mail_or_write(
    shop: Path, groups: Groups, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    if trouble == "no address":
        monkeypatch.delenv("KESU_WECOM_URL")
        monkeypatch.setattr(accounts, "kept", lambda kept_as: "")
    elif trouble == "away":
        monkeypatch.setenv("KESU_WECOM_URL", f"http://127.0.0.1:1/send?key={KEY}")
    else:
        monkeypatch.setattr("automation.notices.headline", lambda digest: 1 / 0)
    done = kesu("run", "--config", shop, *AT)
    assert done.exit_code == 0 and "写回" in done.output and "机器人" in done.output and KEY not in done.output
    assert list(shop.parent.rglob("*.eml")) and groups.heard == []
