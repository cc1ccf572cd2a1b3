import datetime as dt
import email
import email.policy
import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from click.testing import CliRunner

from automation import database
from automation.channels import ChannelDown, Outcome, Queued, Receipt, Refusal, Terms, choose
from automation.channels.folder import FolderChannel
from automation.cli import main
from automation.commands.outbox import listing, show
from automation.journal import Journal
from automation.mail import Message, compose
from automation.outbox import DOWN_FOR, REFUSED_FOR, Delivered, deliver, supersede, wait
from automation.settings import load
from tests.tables import plain

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)
OK = Receipt(Outcome.SENT, "250 OK")
LOST = Receipt(Outcome.UNCERTAIN, "断了")
BUSY = Receipt(Outcome.TEMPORARY, "451 稍后再试")
NEVER = Receipt(Outcome.PERMANENT, "550 不收")
Answer = Receipt | BaseException


class Scripted:
    """A channel that answers as it was told, the last answer for ever, and remembers what it carried."""

    def __init__(self, *answers: Answer, look: Callable[[Queued], None] | None = None) -> None:
        self.answers = list(answers)
        self.carried: list[Queued] = []
        self.look = look

    def send(self, message: Queued) -> Receipt:
        self.carried.append(message)
        if self.look:
            self.look(message)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


def mail(key: str = "m", kind: str = "alert", **changes: Any) -> Message:
    given: dict[str, Any] = {
        "sender": ("客诉提醒", "kesu@example.com"),
        "to": [("张伟", "zhang@example.com")],
        "subject": "【客诉提醒】2 件超时(最长 1天3小时)|星耀4S店",
        "text": "您好",
        "html": "<p>您好</p>",
        "now": NOW,
    }
    return compose(key=key, kind=kind, **(given | changes))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


def state(journal: Journal, key: str = "m") -> str:
    return next(entry.state for entry in journal.entries() if entry.key == key)


def test_what_is_queued_is_sent_once(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b")])
    channel = Scripted(OK)
    assert deliver(journal, channel, NOW) == Delivered(sent=("a", "b"))
    assert deliver(journal, channel, NOW + MINUTE) == Delivered()
    assert [one.raw for one in channel.carried] == [mail("a").raw, mail("b").raw]
    assert state(journal, "a") == "sent"


def test_a_message_is_on_record_as_being_sent_before_it_leaves(journal: Journal, tmp_path: Path) -> None:
    seen: list[str] = []

    def look(message: Queued) -> None:
        with Journal.peek(tmp_path / "journal.sqlite3") as other:
            seen.append(state(other, message.key))

    journal.commit(now=NOW, messages=[mail()])
    deliver(journal, Scripted(OK, look=look), NOW)
    assert seen == ["sending"]


def test_a_busy_server_is_asked_again_ever_more_rarely_with_the_same_bytes(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    channel = Scripted(BUSY, BUSY, OK)
    assert deliver(journal, channel, NOW).retried == ("m",)
    assert deliver(journal, channel, NOW) == Delivered()
    assert deliver(journal, channel, NOW + MINUTE).retried == ("m",)
    assert deliver(journal, channel, NOW + 2 * MINUTE) == Delivered()
    assert deliver(journal, channel, NOW + 3 * MINUTE).sent == ("m",)
    assert len({one.raw for one in channel.carried}) == 1


def test_a_server_that_stays_busy_for_days_makes_a_failure_somebody_sees(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    channel, now, tries = Scripted(BUSY), NOW, 0
    while (last := deliver(journal, channel, now)).failed == () and tries < 100:
        now, tries = now + 6 * 60 * MINUTE, tries + 1
    assert last.failed == ("m",) and REFUSED_FOR < now - NOW < REFUSED_FOR + dt.timedelta(hours=7)
    assert deliver(journal, channel, now + dt.timedelta(days=1)) == Delivered()
    assert plain(journal.entries()[0].note) == "5 天里一直没有收下,不再自动重试:451 稍后再试"
    assert journal.retry("m", now) and deliver(journal, channel, now).retried == ("m",), "a person begins it anew"


def test_a_refusal_for_good_is_not_repeated_until_a_person_asks(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    channel = Scripted(NEVER, OK)
    assert deliver(journal, channel, NOW).failed == ("m",)
    assert deliver(journal, channel, NOW + dt.timedelta(days=1)) == Delivered()
    assert journal.retry("m", NOW)
    assert deliver(journal, channel, NOW).sent == ("m",)
    assert not journal.retry("m", NOW)


@pytest.mark.parametrize("kind", ["alert", "report"])
def test_an_alert_whose_fate_is_unknown_goes_again_under_the_same_message_id(journal: Journal, kind: str) -> None:
    journal.commit(now=NOW, messages=[mail(kind=kind)])
    channel = Scripted(LOST, OK)
    assert deliver(journal, channel, NOW).uncertain == ("m",)
    assert deliver(journal, channel, NOW + MINUTE).sent == ("m",)
    assert len({(one.raw, one.message_id) for one in channel.carried}) == 1


def test_money_whose_fate_is_unknown_waits_for_a_person(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail(kind="money")])
    channel = Scripted(LOST, OK)
    assert deliver(journal, channel, NOW).uncertain == ("m",)
    assert deliver(journal, channel, NOW + dt.timedelta(days=30)) == Delivered()
    assert state(journal) == "uncertain"
    assert journal.release("m", NOW)
    assert deliver(journal, channel, NOW).sent == ("m",)
    assert not journal.release("m", NOW)


@pytest.mark.parametrize(("kind", "goes_again"), [("alert", True), ("money", False)])
def test_a_crash_in_the_middle_of_sending_leaves_the_message_uncertain(
    journal: Journal, kind: str, goes_again: bool
) -> None:
    journal.commit(now=NOW, messages=[mail(kind=kind)])
    with pytest.raises(KeyboardInterrupt):
        deliver(journal, Scripted(KeyboardInterrupt()), NOW)
    assert deliver(journal, Scripted(OK), NOW + MINUTE) == Delivered()  # it might still be running
    later = deliver(journal, Scripted(OK), NOW + 11 * MINUTE)
    assert later.sent == (("m",) if goes_again else ())
    assert state(journal) == ("sent" if goes_again else "uncertain")


def test_a_clock_set_back_does_not_strand_a_message(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with pytest.raises(KeyboardInterrupt):
        deliver(journal, Scripted(KeyboardInterrupt()), NOW)
    assert deliver(journal, Scripted(OK), NOW - dt.timedelta(hours=2)).sent == ("m",)


def test_a_channel_that_is_down_is_tried_once_delays_all_and_fails_none(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b"), mail("c")])
    down = Scripted(ChannelDown("密码不对"))
    delivered = deliver(journal, down, NOW)
    assert delivered.retried == ("a", "b", "c") and delivered.down == "密码不对"
    assert len(down.carried) == 1
    now = NOW
    for _ in range(12 * 24):
        now += dt.timedelta(hours=1)
        deliver(journal, down, now)
    assert deliver(journal, Scripted(OK), now + dt.timedelta(hours=1)).sent == ("a", "b", "c")


def test_one_message_refused_does_not_keep_the_others(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b"), mail("c")])
    delivered = deliver(journal, Scripted(NEVER, BUSY, OK), NOW)
    assert (delivered.failed, delivered.retried, delivered.sent) == (("a",), ("b",), ("c",))


def test_a_partly_refused_message_goes_again_only_to_who_lacks_it(journal: Journal) -> None:
    to = [("张伟", "a@x.cn"), ("李娜", "b@x.cn"), ("王磊", "c@x.cn")]
    journal.commit(now=NOW, messages=[mail(to=to)])
    partly = Receipt(
        Outcome.SENT, "", (Refusal("b@x.cn", 450, "信箱忙", True), Refusal("c@x.cn", 550, "没有此人", False))
    )
    channel = Scripted(partly, OK)
    delivered = deliver(journal, channel, NOW)
    assert delivered.retried == ("m",)
    assert delivered.refused == (("m", "c@x.cn", "550 没有此人"),)
    assert deliver(journal, channel, NOW + MINUTE).sent == ("m",)
    assert [one.recipients for one in channel.carried] == [("a@x.cn", "b@x.cn", "c@x.cn"), ("b@x.cn",)]
    (entry,) = journal.entries()
    assert entry.refused == {"c@x.cn": "550 没有此人"} and entry.pending == ()


def test_trying_a_failed_message_again_spares_those_who_have_it(journal: Journal) -> None:
    to = [("张伟", "a@x.cn"), ("李娜", "b@x.cn"), ("王磊", "c@x.cn")]
    journal.commit(now=NOW, messages=[mail(to=to)])
    first = Receipt(Outcome.SENT, "", (Refusal("b@x.cn", 450, "忙", True), Refusal("c@x.cn", 550, "没有此人", False)))
    deliver(journal, Scripted(first), NOW)
    second = Receipt(Outcome.PERMANENT, "", (Refusal("b@x.cn", 550, "满", False),))
    assert deliver(journal, Scripted(second), NOW + MINUTE).failed == ("m",)
    journal.retry("m", NOW)
    channel = Scripted(OK)
    deliver(journal, channel, NOW + MINUTE)
    assert channel.carried[0].recipients == ("b@x.cn", "c@x.cn")


def test_without_a_mail_account_mail_becomes_readable_files(journal: Journal, tmp_path: Path) -> None:
    settings, _ = load(None, workbook=tmp_path / "客诉.xlsx")
    journal.commit(now=NOW, messages=[mail(), mail("all", to=[("张伟", "a@x.cn"), ("", "b@x.cn")])])
    deliver(journal, choose(settings), NOW)
    names = sorted(file.name for file in settings.outbox.iterdir())
    assert [name.rpartition("_")[0] for name in names] == [
        "20261121-0930_张伟_客诉提醒 2 件超时(最长 1天3小时) 星耀4S店",
        "20261121-0930_张伟等2人_客诉提醒 2 件超时(最长 1天3小时) 星耀4S店",
    ]
    parsed = email.message_from_bytes((settings.outbox / names[0]).read_bytes(), policy=email.policy.default)
    assert parsed["Subject"] == mail().subject


def test_the_same_message_is_the_same_file_and_two_alike_are_two(journal: Journal, tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path / "outbox")
    journal.commit(now=NOW, messages=[mail("a"), mail("b")])
    for _ in range(2):
        for entry in journal.due(NOW):
            channel.send(journal.load(entry.key))
    assert len(list((tmp_path / "outbox").iterdir())) == 2


@pytest.mark.parametrize("subject", ['a/b\\c:d*e?f"g<h>i|j', "长" * 300, "...", "a\tb"])
def test_any_subject_makes_a_name_windows_takes(tmp_path: Path, subject: str) -> None:
    made = mail(subject=subject)
    channel = FolderChannel(tmp_path)
    channel.send(Queued("m", "alert", made.recipients, subject, made.raw, made.message_id, NOW))
    (file,) = tmp_path.iterdir()
    assert not set(file.name) & set('<>:"/\\|?*\t') and len(file.name.encode()) < 255
    assert file.read_bytes() == made.raw


def test_a_folder_that_cannot_be_written_delays_the_mail(journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal.commit(now=NOW, messages=[mail()])
    delivered = deliver(journal, FolderChannel(tmp_path / "file" / "outbox"), NOW)
    assert delivered.retried == ("m",) and "写不进" in delivered.down


def test_the_waits_double_and_stop_growing() -> None:
    assert [wait(tries) // MINUTE for tries in (1, 2, 3, 4, 9, 10, 500)] == [1, 2, 4, 8, 256, 360, 360]


# --- How long, how much, how old --------------------------------------------------------------------------------------

HOUR = 60 * MINUTE
DAY = 24 * HOUR


def test_a_channel_down_for_two_weeks_makes_a_failure_somebody_sees(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail("a", kind="report"), mail("b", kind="money")])
    down = Scripted(ChannelDown("密码不对"))
    deliver(journal, down, NOW)
    assert deliver(journal, down, NOW + DOWN_FOR).retried == ("b", "a")
    assert deliver(journal, down, NOW + DOWN_FOR + 2 * HOUR).failed == ("b", "a")
    assert plain(journal.entries()[0].note) == "14 天没能发出,不再自动重试:密码不对"


def test_an_alert_whose_fate_stays_unknown_is_not_repeated_for_ever(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    channel, now = Scripted(LOST), NOW
    for _ in range(100):
        deliver(journal, channel, now)
        now += HOUR
    assert len(channel.carried) == 8
    (entry,) = journal.entries()
    assert entry.state == "uncertain" and "不再自动重发" in entry.note


def test_an_outage_takes_no_doubt_away(journal: Journal) -> None:
    journal.commit(now=NOW, messages=[mail()])
    deliver(journal, Scripted(LOST), NOW)
    deliver(journal, Scripted(ChannelDown("断网")), NOW + MINUTE)
    assert state(journal) == "uncertain"
    deliver(journal, Scripted(BUSY), NOW + 5 * MINUTE)
    assert state(journal) == "uncertain"
    deliver(journal, Scripted(NEVER), NOW + 50 * MINUTE)
    assert state(journal) == "failed" and "不知道是否送达" in journal.entries()[0].note


QUOTA = """
    per minute  per day  recipients  passes at minutes  sent by each
    3           0        1           0 1 2              3 3 3
    0           4        1           0 1 1441           4 0 4
    3           4        1           0 1 2              3 1 0
    3           0        2           0 1 2              1 1 1
    3           0        5           0 1 2              1 1 1
    0           0        1           0 1                20 0
"""


@pytest.mark.parametrize(
    ("per_minute", "per_day", "people", "minutes", "sent"),
    [[part.strip() for part in re.split(r" {2,}", line.strip())] for line in QUOTA.strip().splitlines()[1:]],
)
def test_what_the_provider_does_not_take_waits_in_the_queue(
    journal: Journal, per_minute: str, per_day: str, people: str, minutes: str, sent: str
) -> None:
    to = [(str(one), f"p{one}@x.cn") for one in range(int(people))]
    journal.commit(now=NOW, messages=[mail(f"{count:02}", to=to) for count in range(20)])
    channel, left = Scripted(OK), 20
    terms = Terms(int(per_minute), int(per_day))
    for minute, expected in zip(minutes.split(), sent.split(), strict=True):
        delivered = deliver(journal, channel, NOW + int(minute) * MINUTE, terms=terms)
        left -= len(delivered.sent)
        assert len(delivered.sent) == int(expected) and len(delivered.waiting) == left
    assert {entry.state for entry in journal.entries()} <= {"sent", "queued"}
    assert [one.key for one in channel.carried] == sorted(one.key for one in channel.carried)


def test_what_waits_leaves_by_weight_then_by_age(journal: Journal) -> None:
    for minute, kind in enumerate(("alert", "report", "money", "alert", "money", "report")):
        journal.commit(now=NOW + minute * MINUTE, messages=[mail(f"{kind}{minute}", kind=kind)])
    sent: list[str] = []
    for minute in range(10, 13):
        sent += deliver(journal, Scripted(OK), NOW + minute * MINUTE, terms=Terms(per_minute=2)).sent
    assert sent == ["money2", "money4", "report1", "report5", "alert0", "alert3"]


def told(journal: Journal) -> set[str]:
    return set(journal.past().told)


def test_an_alert_nobody_could_be_sent_for_hours_gives_way_and_is_told_afresh(journal: Journal) -> None:
    journal.commit(
        now=NOW,
        messages=[mail("d"), mail("report", kind="report")],
        carried={"d": ["t1", "t2"]},
        told=["t1", "t2", "x"],
    )
    deliver(journal, Scripted(ChannelDown("断网")), NOW)
    assert supersede(journal, NOW + 6 * HOUR) == () and told(journal) == {"t1", "t2", "x"}
    later = NOW + 6 * HOUR + MINUTE
    assert len(supersede(journal, later)) == 1 and told(journal) == {"x"}
    fresh = mail("d", now=later)
    journal.commit(now=later, messages=[fresh], carried={"d": ["t1", "t2"]}, told=["t1", "t2"])
    channel = Scripted(OK)
    assert deliver(journal, channel, later).sent == ("report", "d")
    assert channel.carried[1].raw == fresh.raw
    assert sorted(entry.state for entry in journal.entries()) == ["sent", "sent", "superseded"]
    assert supersede(journal, later + DAY) == ()


@pytest.mark.parametrize(("answer", "kind"), [(LOST, "alert"), (BUSY, "alert"), (OK, "alert"), ("down", "money")])
def test_what_a_server_has_seen_or_is_no_alert_does_not_give_way(
    journal: Journal, answer: Receipt | str, kind: str
) -> None:
    journal.commit(now=NOW, messages=[mail("d", kind=kind)], carried={"d": ["t1"]}, told=["t1"])
    deliver(journal, Scripted(answer if isinstance(answer, Receipt) else ChannelDown("断网")), NOW)
    assert supersede(journal, NOW + DAY) == () and told(journal) == {"t1"}


def test_an_alert_somebody_else_already_has_does_not_give_way(journal: Journal) -> None:
    """Three digests: c shares an alert with b, b one with a, which was sent: told afresh, a's reader would have it twice."""
    carried = {"a": ["t1"], "b": ["t1", "t2"], "c": ["t2"], "d": ["t3"]}
    journal.commit(now=NOW, messages=[mail(key) for key in carried], carried=carried, told=["t1", "t2", "t3"])
    deliver(journal, Scripted(OK, ChannelDown("断网")), NOW)
    assert len(supersede(journal, NOW + DAY)) == 1
    assert told(journal) == {"t1", "t2"}
    assert [entry.state for entry in journal.entries()] == ["sent", "retry", "retry", "superseded"]


def test_the_bytes_of_old_mail_go_and_its_evidence_stays(journal: Journal, tmp_path: Path) -> None:
    big = [("照片.png", bytes(range(256)) * 4_000)]
    many = [mail(f"m{count}", attachments=big) for count in range(8)]
    journal.commit(now=NOW, messages=[*many, mail("money", kind="money", attachments=big)])
    deliver(journal, Scripted(LOST, OK), NOW)  # money goes first, and is in doubt
    full = (tmp_path / "journal.sqlite3").stat().st_size
    deliver(journal, Scripted(OK), NOW + 89 * DAY)
    assert journal.raw("m0") == many[0].raw
    deliver(journal, Scripted(OK), NOW + 91 * DAY)
    assert [journal.raw(message.key) for message in many] == [b""] * 8
    assert journal.raw("money"), "what is in doubt is kept until somebody has looked"
    (entry,) = [entry for entry in journal.entries() if entry.key == "m0"]
    assert (entry.state, entry.recipients, entry.subject, entry.message_id) == (
        "sent",
        many[0].recipients,
        many[0].subject,
        many[0].message_id,
    )
    assert (entry.size, entry.sha256) == (len(many[0].raw), hashlib.sha256(many[0].raw).hexdigest())
    assert (tmp_path / "journal.sqlite3").stat().st_size < full / 4


def test_a_journal_made_before_pruning_gives_its_room_back_too(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite3"
    old = sqlite3.connect(path)
    for statements in database.MIGRATIONS[:3]:
        for statement in statements:
            old.execute(statement)
    old.execute("PRAGMA user_version = 3")
    at = NOW.isoformat()
    for count in range(4):
        old.execute(
            "INSERT INTO outbox (key, kind, recipients, subject, message_id, raw, queued_at, state, pending, changed_at)"
            " VALUES (?, 'alert', '[\"a@x.cn\"]', '提醒', '<1@x>', ?, ?, 'sent', '[]', ?)",
            (str(count), bytes(500_000), at, at),
        )
    old.commit()
    old.close()
    with Journal.open(path) as journal:
        deliver(journal, Scripted(OK), NOW + 100 * DAY)
        assert [(entry.size, entry.sha256) for entry in journal.entries()] == [
            (500_000, hashlib.sha256(bytes(500_000)).hexdigest())
        ] * 4
    assert path.stat().st_size < 300_000


def test_the_list_says_in_chinese_what_is_wrong_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, _ = load(None, workbook=tmp_path / "客诉.xlsx")
    to = [("张伟", "a@x.cn"), ("李娜", "b@x.cn")]
    partly = Receipt(Outcome.SENT, "", (Refusal("b@x.cn", 550, "没有此人", False),))
    with Journal.open(settings.journal) as journal:
        journal.commit(
            now=NOW,
            messages=[
                mail("doubt", kind="money", subject="奖罚情况"),
                mail("never", kind="report", subject="周报"),
                mail("partly", subject="提醒一", to=to),
                mail("busy", subject="提醒二"),
                mail("fine", subject="提醒三"),
            ],
        )
        deliver(journal, Scripted(LOST, NEVER, partly, BUSY, OK), NOW)
        deliver(journal, Scripted(ChannelDown("断网")), NOW + 91 * DAY)
    listing(settings)
    shown = [line.strip() for line in plain(capsys.readouterr().out).splitlines()]
    assert shown == [
        "1  11-21 09:30  不确定  奖罚情况  → zhang@example.com",
        "断了",
        "问过收件人之后,没收到的用 kesu outbox release 1 放行,会再发一次",
        "2  11-21 09:30  失败  周报  → zhang@example.com",
        "550 不收",
        "用 kesu doctor 检查邮箱,改正后用 kesu outbox retry 2 再发",
        "3  11-21 09:30  已发  提醒一  → a@x.cn、b@x.cn",
        "拒收:b@x.cn 550 没有此人",
        "4  11-21 09:30  失败  提醒二  → zhang@example.com",
        "14 天没能发出,不再自动重试:断网",
        "用 kesu doctor 检查邮箱,改正后用 kesu outbox retry 4 再发",
        "5  11-21 09:30  已发  提醒三  → zhang@example.com",
        "共 5 封,不确定 1,失败 2",
    ]
    show(settings, "5")
    assert "正文已于 2027-02-20 清除" in capsys.readouterr().out


def test_the_list_shows_what_somebody_may_lack_and_the_latest_under_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(*words: str) -> str:
        result = CliRunner().invoke(main, ["outbox", "list", str(tmp_path / "客诉.xlsx"), *words])
        return plain(result.output)

    settings, _ = load(None, workbook=tmp_path / "客诉.xlsx")
    with Journal.open(settings.journal) as journal:
        journal.commit(now=NOW, messages=[mail(f"m{count}", subject=f"第{count}件") for count in range(1, 51)])
        deliver(journal, Scripted(OK, NEVER, *[OK] * 47, BUSY), NOW)
    told = shown()
    assert [line.split()[0] for line in told.splitlines() if "→" in line] == ["2", *map(str, range(21, 51))]
    assert told.splitlines()[-1] == "共 50 封,失败 1,稍后重发 1,没有列出较早的 19 封,用 --all 全部列出"
    assert [line.split()[0] for line in shown("--state", "失败").splitlines() if "→" in line] == ["2"]
    assert shown("--all").count("→") == 50 and "没有列出" not in shown("--all")
    assert "可以写:待发、发送中" in shown("--state", "failed")
