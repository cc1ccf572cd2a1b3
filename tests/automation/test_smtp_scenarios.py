"""Every way a mail server can fail, times what is sent and to how many: what a dealership must be able to rely on.

Each scenario is two or three passes: one over a server that misbehaves, the next over the same server well again.
"""

import base64
import datetime as dt
import email
import email.policy
import email.utils
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import fast_mail_parser
import pytest
from click.testing import CliRunner

from automation.channels import Terms
from automation.channels import mail as channels_mail
from automation.channels.mail import MailChannel, account
from automation.cli import main
from automation.commands import outbox as command
from automation.journal import Entry, Journal
from automation.mail import Message, compose
from automation.outbox import Delivered, deliver
from automation.settings import Mail, load
from tests.smtp_server import CUT, GARBAGE, PASSWORD, SILENCE, Certificates, Server, over_plain_tls, running
from tests.tables import plain

pytestmark = over_plain_tls

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTES = dt.timedelta(minutes=1)
NEXT = NOW + 20 * MINUTES
KINDS = ("alert", "report", "money")
PEOPLE = (("张伟", "zhang@example.com"), ("李娜", "li@example.com"), ("王磊", "wang@example.com"))
TEXT = "您好，\n.\n..一行以点开头\n"


# --- The dealership's side --------------------------------------------------------------------------------------------


@dataclass
class Office:
    """One dealership's outbox, and the servers it may meet."""

    folder: Path
    journal: Journal
    servers: dict[str, Server]
    ca_file: Path

    def send(self, server: str, now: dt.datetime, *, timeout: float = 20.0, trusted: bool = True) -> Delivered:
        """One pass."""
        security = "ssl" if server.endswith("ssl") else "starttls"
        settings = Mail(
            host="127.0.0.1",
            port=self.servers[server].port,
            security=security,
            user="kesu@example.com",
            sender="kesu@example.com",
            sender_name="客诉提醒",
            password_env="KESU_MAIL_PASSWORD",
            ca_file=self.ca_file if trusted else None,
            timeout=timeout,
            redirect_to="",
        )
        terms = Terms(account=lambda: account(settings))
        return deliver(self.journal, MailChannel(settings), now, terms=terms)

    def entry(self, key: str) -> Entry:
        return next(entry for entry in self.journal.entries() if entry.key == key)

    def listed(self, capsys: pytest.CaptureFixture[str]) -> str:
        """What ``kesu outbox list`` shows."""
        settings, _ = load(None, workbook=self.folder / "客诉.xlsx")
        command.listing(settings)
        return plain(capsys.readouterr().out)


@pytest.fixture(scope="module")
def servers(certificates: Certificates) -> Iterator[dict[str, Server]]:
    with ExitStack() as stack:
        yield {
            f"{name}-{security}": stack.enter_context(running(getattr(certificates, name), security))
            for name in ("good", "other_name", "stranger", "expired")
            for security in ("ssl", "starttls")
        } | {
            "stripped-starttls": stack.enter_context(running(certificates.good, "none")),
            "deaf-ssl": stack.enter_context(
                running(certificates.good, "ssl", auth_required=False, auth_require_tls=True)
            ),
        }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A new journal: made once, for it is written to the disk table by table."""
    path = tmp_path_factory.mktemp("journal") / "journal.sqlite3"
    Journal.open(path).close()
    return path.read_bytes()


@pytest.fixture
def office(
    tmp_path: Path,
    empty: bytes,
    servers: dict[str, Server],
    certificates: Certificates,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Office]:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    for server in servers.values():
        server.fresh()
    settings, _ = load(None, workbook=tmp_path / "客诉.xlsx")
    settings.state_dir.mkdir()
    settings.journal.write_bytes(empty)
    with Journal.open(settings.journal) as journal:
        journal._db.execute("PRAGMA synchronous = OFF")  # no test pulls the plug
        yield Office(tmp_path, journal, servers, certificates.ca)
    # Whatever happened, nothing that tells the password was ever said in the clear.
    for server in servers.values():
        for secret in (PASSWORD.encode(), base64.b64encode(PASSWORD.encode())):
            assert secret not in bytes(server.heard)
        assert b"AUTH" not in bytes(server.heard).upper()


def mail(key: str = "main", kind: str = "alert", people: int = 1, **changes: Any) -> Message:
    given: dict[str, Any] = {
        "sender": ("客诉提醒", "kesu@example.com"),
        "to": PEOPLE[:people],
        "subject": f"【客诉提醒】{key} 2 件超时(最长 1天3小时)|星耀4S店",
        "text": TEXT,
        "html": "<p>您好</p>",
        "now": NOW,
    }
    return compose(key=key, kind=kind, **(given | changes))


def queue(office: Office, *messages: Message) -> None:
    office.journal.commit(now=NOW, messages=messages)


def copies(server: Server, message: Message) -> Counter[str]:
    """How many copies of it the server has taken, by recipient; all of them the same bytes."""
    taken = [one for one in server.received if message.message_id.encode() in one.content]
    assert {one.content for one in taken} <= {message.raw}, "a retry sends the very same bytes"
    return Counter(address for one in taken for address in one.rcpt_tos)


# --- At each step, in each way ----------------------------------------------------------------------------------------

BEFORE = ("connect", "banner", "EHLO", "STARTTLS", "handshake", "EHLO-TLS", "AUTH", "MAIL", "RCPT", "DATA")
STEPS = (*BEFORE, "body", "dot", "QUIT")
REFUSALS = {"4xx": "451 4.3.0 try later", "421": "421 4.7.0 closing", "5xx": "550 5.7.1 refused"}
HOWS = {"cut": CUT, "silence": SILENCE, "garbage": GARBAGE} | REFUSALS
IMPOSSIBLE = {("connect", how) for how in HOWS if how != "cut"} | {("handshake", how) for how in REFUSALS}
IMPOSSIBLE |= {("body", "garbage")} | {("dot", how) for how in REFUSALS}  # "body" has the answers to the whole of it

CASES = [
    (step, how, kind, people)
    for step, how, kind, people in itertools.product(STEPS, HOWS, KINDS, (1, 3))
    if (step, how) not in IMPOSSIBLE and (how != "silence" or (kind, people) in {("alert", 1), ("money", 3)})
]


def expected(step: str, how: str) -> str:
    """What one pass over that server makes of a mail."""
    if step == "QUIT":
        return "sent"
    if step == "dot" or (step == "body" and how in ("cut", "silence")):
        return "uncertain"
    if how == "5xx" and step in ("RCPT", "DATA", "body"):
        return "failed"
    return "retry"


@pytest.mark.parametrize(("step", "how", "kind", "people"), CASES)
def test_a_server_that_fails_at_a_step_loses_no_mail_and_sends_no_money_twice(
    step: str,
    how: str,
    kind: str,
    people: int,
    office: Office,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(channels_mail, "LAST_WORD", 1)
    server, everybody = office.servers["good-starttls"], [address for _, address in PEOPLE[:people]]
    main, other = mail("main", kind, people), mail("other", "alert")
    queue(office, main, other)

    server.say[step] = HOWS[how]
    first = office.send("good-starttls", NOW, timeout=0.4 if how == "silence" else 20.0)
    state, ended = expected(step, how), office.entry("main").state
    assert ended == state
    assert server.logins <= 2, "no mail has the account log in more than once"
    if state != "sent":
        listed = office.listed(capsys)
        assert {"retry": "稍后重发", "uncertain": "不确定", "failed": "失败"}[state] in listed
        assert office.entry("main").note, "and why"
    kept = copies(server, main)
    assert kept == dict.fromkeys(everybody, 1 if state == "sent" or step == "dot" else 0) or not kept
    if step == "AUTH" and how == "5xx":
        assert "请检查账号和密码" in first.down and office.send("good-starttls", NOW + 6 * MINUTES).down
        assert server.steps.count("AUTH") == 1, "a refused login is left alone for a while"

    server.well()
    office.send("good-starttls", NEXT)
    now_has, ended = copies(server, main), office.entry("main").state
    if state == "uncertain" and kind == "money":
        assert ended == "uncertain" and now_has == kept, "money in doubt waits for a person"
        assert "不确定" in office.listed(capsys)
        assert office.journal.release("main", NEXT)
        office.send("good-starttls", NEXT + MINUTES)
        assert copies(server, main) == Counter({one: kept[one] + 1 for one in everybody})
    elif state == "failed":
        assert ended == "failed" and not now_has
        assert office.journal.retry("main", NEXT)
        office.send("good-starttls", NEXT + MINUTES)
        assert copies(server, main) == Counter(everybody)
    else:
        assert now_has == Counter({one: kept[one] + (state != "sent") for one in everybody})
    assert office.entry("main").state == "sent"
    if state != "failed":
        assert office.entry("other").state == "sent" and copies(server, other) in (
            {"zhang@example.com": n} for n in (1, 2)
        )
    assert office.send("good-starttls", NEXT + 60 * MINUTES).sent == ()


# --- Nobody is talked to who cannot prove who he is -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "security", "kind", "people"),
    list(itertools.product(("other_name", "stranger", "expired", "unknown"), ("ssl", "starttls"), KINDS, (1, 3))),
)
def test_a_server_with_a_wrong_certificate_learns_neither_password_nor_mail(
    which: str, security: str, kind: str, people: int, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    message = mail(kind=kind, people=people)
    queue(office, message)
    name = f"{'good' if which == 'unknown' else which}-{security}"
    delivered = office.send(name, NOW, trusted=which != "unknown")
    assert "证书不可信" in delivered.down and "证书不可信" in office.listed(capsys)
    wrong = office.servers[name]
    assert wrong.logins == 0 and not wrong.received and "AUTH" not in wrong.steps and "MAIL" not in wrong.steps
    assert office.send(f"good-{security}", NEXT).sent == ("main",)
    assert copies(office.servers[f"good-{security}"], message) == Counter(address for _, address in PEOPLE[:people])


@pytest.mark.parametrize(
    ("which", "told", "kind", "people"),
    [
        (which, told, kind, people)
        for which, told in (("stripped-starttls", "不提供加密"), ("deaf-ssl", "不提供密码登录"))
        for kind, people in itertools.product(KINDS, (1, 3))
    ],
)
def test_a_server_without_encryption_or_login_learns_nothing(
    which: str, told: str, kind: str, people: int, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(office, mail(kind=kind, people=people))
    assert told in office.send(which, NOW).down and told in office.listed(capsys)
    assert office.servers[which].logins == 0 and not office.servers[which].received
    assert office.send("good-starttls", NEXT).sent == ("main",)


@pytest.mark.parametrize(("answer", "refused"), [("454 4.7.0 busy", False), ("535 5.7.8 wrong", True)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_password_that_is_refused_is_tried_once_for_all_mails(
    kind: str, answer: str, refused: bool, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(office, *(mail(str(count), kind) for count in range(5)))
    server = office.servers["good-starttls"]
    server.say["AUTH"] = answer
    assert len(office.send("good-starttls", NOW).retried) == 5
    assert server.steps.count("AUTH") == 1
    for minute in range(1, 15):
        office.send("good-starttls", NOW + minute * MINUTES)
    if refused:
        assert server.steps.count("AUTH") == 1
        monkeypatch.setenv("KESU_MAIL_PASSWORD", "another")  # and then another try, and another rest
        office.send("good-starttls", NOW + 16 * MINUTES)
        assert server.steps.count("AUTH") == 2
        monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    server.well()
    assert len(office.send("good-starttls", NOW + 90 * MINUTES).sent) == 5
    assert office.journal.pause() is None


# --- Some recipients refused ------------------------------------------------------------------------------------------

FATES = {"ok": "", "full": "452 4.2.2 mailbox full", "gone": "550 5.1.1 no such user"}


@pytest.mark.parametrize("lost", [False, True], ids=["answered", "lost-250"])
@pytest.mark.parametrize("kind", ["alert", "money"])
@pytest.mark.parametrize("fates", list(itertools.product(FATES, repeat=3)), ids="-".join)
def test_each_recipient_gets_one_copy_whoever_else_is_refused(
    fates: tuple[str, str, str], kind: str, lost: bool, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    server, message = office.servers["good-starttls"], mail(kind=kind, people=3)
    queue(office, message)
    by_fate = {fate: {a for (_, a), f in zip(PEOPLE, fates, strict=True) if f == fate} for fate in FATES}
    server.refuse = {a: FATES[fate] for fate in ("full", "gone") for a in by_fate[fate]}
    if lost:
        server.say["dot"] = CUT
    first = office.send("good-starttls", NOW)
    doubtful = lost and bool(by_fate["ok"])
    assert {address for _, address, _ in first.refused} == by_fate["gone"]
    assert set(office.entry("main").refused) == by_fate["gone"]
    assert copies(server, message) == Counter(by_fate["ok"])
    assert office.entry("main").state == (
        "uncertain" if doubtful else "retry" if by_fate["full"] else "sent" if by_fate["ok"] else "failed"
    )
    if doubtful:
        assert "不确定" in office.listed(capsys)

    server.well()
    office.send("good-starttls", NEXT)
    again = copies(server, message)
    if doubtful and kind == "money":
        assert again == Counter(by_fate["ok"])
        assert office.journal.release("main", NEXT)
        office.send("good-starttls", NEXT + MINUTES)
        again = copies(server, message)
    twice = by_fate["ok"] if doubtful else set()
    assert again == Counter([*by_fate["ok"], *by_fate["full"], *twice])
    assert set(office.entry("main").refused) == by_fate["gone"], "who will never get it stays on record"


# --- Large mails, long queues, old connections ------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "how"), [*((kind, CUT) for kind in KINDS), ("money", SILENCE)])
def test_a_large_mail_cut_in_the_middle_cannot_have_arrived_and_simply_goes_again(
    kind: str, how: str, office: Office
) -> None:
    message = mail(kind=kind, attachments=[("十一月 奖罚情况.xlsx", bytes(range(256)) * 32_000)])
    queue(office, message)
    server = office.servers["good-starttls"]
    server.say["body"] = how
    assert office.send("good-starttls", NOW, timeout=0.5 if how == SILENCE else 20.0).retried == ("main",)
    server.well()
    assert office.send("good-starttls", NEXT).sent == ("main",)
    assert copies(server, message) == {"zhang@example.com": 1}


def test_a_long_queue_goes_over_few_connections_money_first(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels_mail, "PER_CONNECTION", 4)
    queue(office, *(mail(f"{kind}{count}", kind) for count in range(3) for kind in KINDS))
    sent = office.send("good-starttls", NOW).sent
    assert [key[:-1] for key in sent] == ["money"] * 3 + ["report"] * 3 + ["alert"] * 3
    assert office.servers["good-starttls"].logins == 3


@pytest.mark.parametrize("how", [CUT, REFUSALS["421"], GARBAGE])
@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_that_ended_between_two_mails_is_opened_again_at_once(
    kind: str, how: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, keep, greet = office.servers["good-starttls"], Server.handle_DATA, Server.authenticate

    async def tired(self: Server, *given: Any) -> str:
        self.say["MAIL"] = how
        return await keep(self, *given)

    def fresh(self: Server, *given: Any) -> Any:
        self.say.clear()
        return greet(self, *given)

    monkeypatch.setattr(Server, "authenticate", fresh)
    queue(office, mail("first", kind), mail("second", kind))
    server.handle_DATA = tired.__get__(server)  # type: ignore[method-assign]
    try:
        assert office.send("good-starttls", NOW).sent == ("first", "second")
    finally:
        del server.handle_DATA
    assert server.logins == 2 and len(server.received) == 2


# --- Read back by others ----------------------------------------------------------------------------------------------

WORDS = {
    "plain": ("张伟", "【客诉提醒】2 件超时|星耀4S店", "十一月 奖罚情况.xlsx"),
    "rare": ("欧阳·龘𠮷", "𠮷野家旁的事故车，㛃女士投诉", "龘𠮷（终稿）.xlsx"),
    "long": ("买买提·吐尔逊江·阿不都热西提" * 3, "超时" * 90, "二〇二六年十一月客户信息反馈处理单汇总" * 5 + ".xlsx"),
    "marks": (
        '张"三", (主管); <李>',
        "价格: ¥1,000 = 50%？=?utf-8?b?5L2g?= \\ “引号”",
        "a;b'c%20=d “终稿” [1]，2.xlsx",
    ),
    "mixed": ("Zhang, Wei 张伟", "VIN LSVAU033X82345678 的 4S 店 reply — ok 😀", "Report 报告 2026-11.xlsx"),
    "latin": ("Zhang Wei", "Complaint " + "x" * 120, "report.xlsx"),
}


def by_standard_library(octets: bytes) -> tuple[str, str, str, str, str]:
    read = email.message_from_bytes(octets, policy=email.policy.default)
    plain_part, html_part = read.get_body(("plain",)), read.get_body(("html",))
    assert plain_part is not None and html_part is not None
    (file,) = read.iter_attachments()
    texts = (plain_part.get_content(), html_part.get_content())
    # CPython keeps the blanks that only fold a long name; no mail program does.
    folded = email.message_from_bytes(octets)["To"].replace("\r\n ", " ")
    name, _ = email.utils.parseaddr(folded)
    return str(make_header(decode_header(name))), str(read["Subject"]), str(file.get_filename()), *texts


def by_older_standard_library(octets: bytes) -> tuple[str, str, str, str, str]:
    read = email.message_from_bytes(octets)
    leaves = [part for part in read.walk() if not part.is_multipart()]
    texts = [part.get_payload(decode=True).decode() for part in leaves[:2]]
    name, _ = email.utils.parseaddr(read["To"])
    decoded = [str(make_header(decode_header(words))) for words in (name, read["Subject"])]
    return (
        decoded[0],
        decoded[1],
        email.utils.collapse_rfc2231_value(leaves[2].get_filename() or ""),
        texts[0],
        texts[1],
    )


def by_a_stranger(octets: bytes) -> tuple[str, str, str, str, str]:
    """The mailparse library, written in Rust and knowing nothing of Python's."""
    read = fast_mail_parser.parse_email(octets)
    (file,) = read.attachments
    return read.to[0].display_name, read.subject, file.filename, read.text_plain[0], read.text_html[0]


@pytest.mark.parametrize("reader", [by_standard_library, by_older_standard_library, by_a_stranger])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("words", list(WORDS))
def test_names_subjects_and_files_read_the_same_to_every_reader(
    words: str, kind: str, reader: Callable[[bytes], tuple[str, ...]], office: Office
) -> None:
    name, subject, file = WORDS[words]
    text, html = "您好，\n.\n..一行以点开头\n\n" + "很长的一行" * 300 + "\n", f"<p>您好 {'很长' * 500}</p>\n"
    to = [(name, "zhang@example.com")]
    message = mail(kind=kind, to=to, subject=subject, text=text, html=html, attachments=[(file, b"\x00\xff.\r\n" * 99)])
    queue(office, message)
    assert office.send("good-starttls", NOW).sent == ("main",)
    (taken,) = office.servers["good-starttls"].received
    read = [part.replace("\r\n", "\n") for part in reader(taken.content)]
    assert read == [name, subject, file, text, html]


# --- The whole program ------------------------------------------------------------------------------------------------


def test_after_a_long_outage_each_person_is_told_once_how_things_stand_now(
    tmp_path: Path, servers: dict[str, Server], certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kesu(command: str, at: str) -> str:
        given = [command, *(["--config", str(tmp_path / "kesu.toml")] if command == "run" else [str(book)])]
        more = ["--sample", "40", "--seed", "11"] if command == "new" else []
        result = CliRunner().invoke(main, [*given, *more, "--now", at])
        return result.output

    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
    book, server = tmp_path / "登记.xlsx", servers["good-ssl"]
    server.fresh()
    kesu("new", "2026-11-21T09:30")
    (tmp_path / "kesu.toml").write_text(
        f"workbook = '{book.name}'\n[mail]\nhost = '127.0.0.1'\nport = {server.port}\n"
        f"user = 'kesu@example.com'\nca_file = '{certificates.ca}'\ntimeout = 20\n",
        encoding="utf-8",
    )
    server.say["banner"] = "421 4.3.2 closed for repairs"
    assert "closed for repairs" in kesu("run", "2026-11-21T09:30")
    server.well()
    assert "发出" in kesu("run", "2026-11-21T16:30")
    read = [email.message_from_bytes(one.content, policy=email.policy.default) for one in server.received]
    assert len(read) > 2
    told = Counter((str(one["To"]), one["Date"].datetime.strftime("%H:%M")) for one in read)
    assert set(told.values()) == {1} and "09:30" not in {at for _, at in told}, "the morning's digests gave way"


@pytest.mark.parametrize("kind", KINDS)
def test_a_server_that_never_answers_after_the_end_of_a_mail_is_waited_for_once_a_pass(
    kind: str, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels_mail, "LAST_WORD", 1)
    server = office.servers["good-ssl"]
    office.journal.commit(now=NOW, messages=[mail(f"m{count}", kind) for count in range(6)])
    server.say["dot"] = SILENCE
    first = office.send("good-ssl", NOW, timeout=1.0)
    assert first.uncertain == ("m0",) and len(first.retried) == 5 and "很久没有回应" in first.down
    assert len(server.received) == 1
    server.fresh()
    office.send("good-ssl", NEXT)
    again = 5 if kind == "money" else 6
    assert len(server.received) == again, "only the one in doubt waits for a person, and only if it is money"
