"""Against a real SMTP server with TLS and AUTH, that can be told to misbehave at any step."""

import datetime as dt
import email
import email.policy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from automation.channels.mail import MailChannel
from automation.journal import Journal
from automation.mail import Message, compose
from automation.outbox import Delivered, deliver
from automation.settings import Mail
from tests.smtp_server import PASSWORD, Certificates, Server, over_plain_tls, running

pytestmark = over_plain_tls

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)


# --- The dealership's side --------------------------------------------------------------------------------------------


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with Journal.open(tmp_path / "journal.sqlite3") as opened:
        yield opened


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)


def account(server: Server, certificates: Certificates, **changes: Any) -> MailChannel:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "ssl",
        "user": "kesu@example.com",
        "sender": "kesu@example.com",
        "sender_name": "客诉提醒",
        "password_env": "KESU_MAIL_PASSWORD",
        "ca_file": certificates.ca,
        "timeout": 5.0,
        "redirect_to": "",
    }
    return MailChannel(Mail(**(given | changes)))


def mail(key: str = "m", kind: str = "alert", to: tuple[str, ...] = ("zhang@example.com",), **changes: Any) -> Message:
    given: dict[str, Any] = {
        "sender": ("客诉提醒", "kesu@example.com"),
        "to": [("张伟", address) for address in to],
        "subject": "【客诉提醒】2 件超时|星耀4S店",
        "text": "您好\n.\n..一行以点开头\n",
        "html": "<p>您好</p>",
        "now": NOW,
    }
    return compose(key=key, kind=kind, **(given | changes))


@pytest.mark.parametrize("security", ["ssl", "starttls"])
def test_mail_arrives_byte_for_byte_over_verified_tls(
    journal: Journal, certificates: Certificates, security: str
) -> None:
    message = mail(attachments=[("十一月 奖罚情况.xlsx", bytes(range(256)) * 400)])
    journal.commit(now=NOW, messages=[message])
    with running(certificates.good, security) as server:
        assert deliver(journal, account(server, certificates, security=security), NOW) == Delivered(sent=("m",))
    (envelope,) = server.received
    assert envelope.content == message.raw
    assert (envelope.mail_from, envelope.rcpt_tos) == ("kesu@example.com", ["zhang@example.com"])
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert parsed["To"].addresses[0].display_name == "张伟"
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["十一月 奖罚情况.xlsx"]


def test_a_batch_logs_in_once(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[mail(str(count)) for count in range(20)])
    with running(certificates.good) as server:
        assert len(deliver(journal, account(server, certificates), NOW).sent) == 20
    assert server.logins == 1 and len(server.received) == 20


def test_nothing_to_send_touches_no_server(journal: Journal, certificates: Certificates) -> None:
    with running(certificates.good) as server:
        deliver(journal, account(server, certificates), NOW)
    assert server.logins == 0


@pytest.mark.parametrize("security", ["ssl", "starttls"])
@pytest.mark.parametrize("which", ["other_name", "stranger", "expired"])
def test_a_wrong_certificate_is_refused_before_password_or_mail(
    journal: Journal, certificates: Certificates, which: str, security: str
) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(getattr(certificates, which), security) as server:
        delivered = deliver(journal, account(server, certificates, security=security), NOW)
    assert delivered.retried == ("m",) and "证书不可信" in delivered.down
    assert server.logins == 0 and server.received == []


def test_a_private_authority_is_unknown_until_it_is_named(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(certificates.good) as server:
        assert "证书不可信" in deliver(journal, account(server, certificates, ca_file=None), NOW).down
    assert server.logins == 0


def test_a_server_that_offers_no_encryption_gets_nothing(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(certificates.good, "none") as server:
        delivered = deliver(journal, account(server, certificates, security="starttls"), NOW)
    assert delivered.retried == ("m",) and delivered.down
    assert server.logins == 0 and server.received == []


def test_a_wrong_password_fails_no_mail_and_names_itself(
    journal: Journal, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b")])
    with running(certificates.good) as server:
        monkeypatch.setenv("KESU_MAIL_PASSWORD", "wrong-secret")
        delivered = deliver(journal, account(server, certificates), NOW)
        assert delivered.retried == ("a", "b") and "请检查账号和密码" in delivered.down
        assert "wrong-secret" not in delivered.down
        monkeypatch.setenv("KESU_MAIL_PASSWORD", PASSWORD)
        assert deliver(journal, account(server, certificates), NOW + MINUTE).sent == ("a", "b")


def test_a_missing_password_is_told_without_asking_at_the_keyboard(
    journal: Journal, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KESU_MAIL_PASSWORD")
    journal.commit(now=NOW, messages=[mail()])
    assert "KESU_MAIL_PASSWORD" in deliver(journal, account(Server(port=1), certificates), NOW).down


@pytest.mark.parametrize(("given", "told"), [("授权码:abcd", "中文或全角"), ("fine", "名字不对")])
def test_what_the_protocol_cannot_carry_is_told_and_never_shown(
    journal: Journal, certificates: Certificates, monkeypatch: pytest.MonkeyPatch, given: str, told: str
) -> None:
    monkeypatch.setenv("KESU_MAIL_PASSWORD", given)
    journal.commit(now=NOW, messages=[mail()])
    down = deliver(journal, account(Server(port=1), certificates, host="邮" * 70), NOW).down
    assert told in down and given not in down


def test_an_inner_relay_needs_no_login(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(certificates.good, "none", auth_required=False) as server:
        channel = account(server, certificates, security="none", user="", ca_file=None)
        assert deliver(journal, channel, NOW).sent == ("m",)


def test_a_server_that_is_away_or_silent_delays_the_mail(journal: Journal, certificates: Certificates) -> None:
    import socket

    journal.commit(now=NOW, messages=[mail()])
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        channel = account(Server(port=closed.getsockname()[1]), certificates)
        assert "拒绝连接" in deliver(journal, channel, NOW).down
        closed.listen()
        channel = account(Server(port=closed.getsockname()[1]), certificates, timeout=0.2)
        assert "没有回应" in deliver(journal, channel, NOW + MINUTE).down


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "body"])
@pytest.mark.parametrize("answer", ["451 4.3.0 try later", "421 4.7.0 closing"])
def test_a_refusal_for_now_is_tried_again_and_arrives_once(
    journal: Journal, certificates: Certificates, step: str, answer: str
) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(certificates.good) as server:
        server.say[step] = answer
        assert deliver(journal, account(server, certificates), NOW).retried == ("m",)
        assert "try later" in journal.entries()[0].note or "closing" in journal.entries()[0].note
        server.say.clear()
        assert deliver(journal, account(server, certificates), NOW + MINUTE).sent == ("m",)
    assert len(server.received) == 1


def test_a_sender_the_server_does_not_take_fails_no_mail_and_names_itself(
    journal: Journal, certificates: Certificates
) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b", kind="money")])
    with running(certificates.good) as server:
        server.say["MAIL"] = "501 mail from address must be same as authorization user"
        delivered = deliver(journal, account(server, certificates), NOW)
        assert delivered.retried == ("b", "a") and "mail.sender" in delivered.down and server.logins == 1
        server.say.clear()
        assert deliver(journal, account(server, certificates), NOW + MINUTE).sent == ("b", "a")


@pytest.mark.parametrize("step", ["RCPT", "DATA", "body"])
def test_a_refusal_for_good_fails_that_mail_with_the_servers_words(
    journal: Journal, certificates: Certificates, step: str
) -> None:
    journal.commit(now=NOW, messages=[mail()])
    with running(certificates.good) as server:
        server.say[step] = "550 5.7.1 content refused"
        assert deliver(journal, account(server, certificates), NOW).failed == ("m",)
        server.say.clear()
        assert deliver(journal, account(server, certificates), NOW + MINUTE) == Delivered()
    assert "content refused" in journal.entries()[0].note
    assert server.received == []


def test_the_next_mail_of_the_batch_goes_on_the_same_connection_after_a_refusal(
    journal: Journal, certificates: Certificates
) -> None:
    journal.commit(now=NOW, messages=[mail("a", to=("nobody@example.com",)), mail("b")])
    with running(certificates.good) as server:
        server.refuse["nobody@"] = "550 5.1.1 no such user"
        delivered = deliver(journal, account(server, certificates), NOW)
    assert (delivered.failed, delivered.sent) == (("a",), ("b",))
    assert server.logins == 1


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_connection_cut_before_the_body_is_simply_tried_again(
    journal: Journal, certificates: Certificates, step: str
) -> None:
    journal.commit(now=NOW, messages=[mail(kind="money")])
    with running(certificates.good) as server:
        server.cut = step
        assert deliver(journal, account(server, certificates), NOW).retried == ("m",)
        server.cut = ""
        assert deliver(journal, account(server, certificates), NOW + MINUTE).sent == ("m",)
    assert len(server.received) == 1


@pytest.mark.parametrize("step", ["body", "answer"])
@pytest.mark.parametrize("kind", ["alert", "money"])
def test_a_connection_cut_within_the_body_is_uncertain(
    journal: Journal, certificates: Certificates, step: str, kind: str
) -> None:
    message = mail(kind=kind)
    journal.commit(now=NOW, messages=[message])
    with running(certificates.good) as server:
        server.cut = step
        assert deliver(journal, account(server, certificates), NOW).uncertain == ("m",)
        server.cut = ""
        again = deliver(journal, account(server, certificates), NOW + MINUTE)
    kept = 1 if step == "answer" else 0
    if kind == "money":
        assert again == Delivered() and len(server.received) == kept
        assert journal.entries()[0].state == "uncertain"
    else:
        assert again.sent == ("m",) and len(server.received) == kept + 1
        assert {one.content for one in server.received} == {message.raw}


def test_after_a_cut_the_rest_of_the_batch_goes_over_a_new_connection(
    journal: Journal, certificates: Certificates
) -> None:
    journal.commit(now=NOW, messages=[mail("a"), mail("b")])
    with running(certificates.good) as server:
        server.say["body"] = "421 4.7.0 closing"
        assert deliver(journal, account(server, certificates), NOW).retried == ("a", "b")
    assert server.logins == 2


def test_partial_refusal_delivers_to_the_others_and_lists_the_refused(
    journal: Journal, certificates: Certificates
) -> None:
    journal.commit(now=NOW, messages=[mail(to=("a@example.com", "full@example.com", "gone@example.com"))])
    with running(certificates.good) as server:
        server.refuse = {"full@": "452 4.2.2 mailbox full", "gone@": "550 5.1.1 no such user"}
        delivered = deliver(journal, account(server, certificates), NOW)
        assert delivered.retried == ("m",)
        assert [address for _, address, _ in delivered.refused] == ["gone@example.com"]
        server.refuse = {}
        assert deliver(journal, account(server, certificates), NOW + MINUTE).sent == ("m",)
    assert [one.rcpt_tos for one in server.received] == [["a@example.com"], ["full@example.com"]]
    assert "no such user" in journal.entries()[0].refused["gone@example.com"]


def test_a_mail_the_server_announces_as_too_large_is_not_even_begun(
    journal: Journal, certificates: Certificates
) -> None:
    journal.commit(now=NOW, messages=[mail(attachments=[("大.xlsx", bytes(200_000))])])
    with running(certificates.good, data_size_limit=100_000) as server:
        assert deliver(journal, account(server, certificates), NOW).failed == ("m",)
    assert "最多收 100000 字节" in journal.entries()[0].note


def test_while_trying_things_out_every_mail_goes_to_one_address(journal: Journal, certificates: Certificates) -> None:
    journal.commit(now=NOW, messages=[mail(to=("a@example.com", "b@example.com"))])
    with running(certificates.good) as server:
        channel = account(server, certificates, redirect_to="me@example.com")
        assert deliver(journal, channel, NOW).sent == ("m",)
    assert [one.rcpt_tos for one in server.received] == [["me@example.com"]]
