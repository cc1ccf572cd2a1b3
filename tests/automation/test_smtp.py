"""Against a real SMTP server with TLS and AUTH, that can be told to misbehave at any step."""

import asyncio
import datetime as dt
import email
import email.policy
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from automation.channels.mail import MailChannel
from automation.journal import Journal
from automation.mail import Message, compose
from automation.outbox import Delivered, deliver
from automation.settings import Mail

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

NOW = dt.datetime(2026, 11, 21, 9, 30)
MINUTE = dt.timedelta(minutes=1)
PASSWORD = "secret of the box"


# --- The certificates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Certificates:
    ca: Path
    good: Path
    other_name: Path
    """Of the same authority, but for another server."""
    stranger: Path
    """For this server, but of nobody's authority."""
    expired: Path


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("tls")
    authority, stranger = _authority("kesu test CA"), _authority("stranger CA")
    here: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
    ca = folder / "ca.pem"
    ca.write_bytes(authority[0].public_bytes(serialization.Encoding.PEM))
    return Certificates(
        ca,
        _server(folder / "good.pem", authority, here),
        _server(folder / "other.pem", authority, [x509.DNSName("mail.other.example")]),
        _server(folder / "stranger.pem", stranger, here),
        _server(folder / "expired.pem", authority, here, days=-1),
    )


Authority = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _unsigned(subject, subject, key, days=30)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return certificate, key


def _server(path: Path, authority: Authority, names: list[x509.GeneralName], days: int = 30) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "server")])
    certificate = (
        _unsigned(subject, authority[0].subject, key, days=days)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority[1].public_key()), critical=False)
        .sign(authority[1], hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=10))
        .not_valid_after(now + dt.timedelta(days=days))
    )


# --- The server -------------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """What happened at the server, and how it is to misbehave: ``cut`` at a step, or answer ``say`` there."""

    port: int = 0
    received: list[Envelope] = field(default_factory=list)
    logins: int = 0
    cut: str = ""
    say: dict[str, str] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    transports: list[Any] = field(default_factory=list)

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins += 1
        assert isinstance(data, LoginPassword)
        known = data.login == b"kesu@example.com" and data.password == PASSWORD.encode()
        return AuthResult(success=known, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "body" in self.say:
            return self.say["body"]
        self.received.append(envelope)
        return "250 OK"


class Faulty(SMTP):
    """aiosmtpd that hangs up or says no at a step of the dialogue."""

    def __init__(self, server: Server, **options: Any) -> None:
        self.plan = server
        super().__init__(server, hostname="localhost", authenticator=server.authenticate, **options)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.plan.transports.append(transport)
        super().connection_made(transport)

    def _hang_up(self) -> None:
        self.plan.transports[-1].abort()

    async def _or_fault(self, step: str, go_on: Callable[[str], Any], arg: str) -> None:
        if self.plan.cut == step:
            self._hang_up()
        elif step in self.plan.say:
            await self.push(self.plan.say[step])
        else:
            await go_on(arg)

    async def smtp_MAIL(self, arg: str) -> None:
        await self._or_fault("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:
        for address, answer in self.plan.refuse.items():
            if address in arg:
                await self.push(answer)
                return
        await self._or_fault("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        if self.plan.cut in ("body", "answer"):
            await self.push("354 go on")
            last = b".\r\n" if self.plan.cut == "answer" else b"\r\n"
            octets = b""
            while (line := await self._reader.readuntil(b"\r\n")) != last:
                octets += line
            if self.plan.cut == "answer":  # the server has kept it, but its 250 is lost
                assert self.envelope is not None
                self.envelope.content = octets
                self.plan.received.append(self.envelope)
            self._hang_up()
            return
        await self._or_fault("DATA", super().smtp_DATA, arg)


@contextmanager
def running(certificate: Path, security: str = "ssl", **options: Any) -> Iterator[Server]:
    server = Server()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # aiosmtpd knows TLS only when it was begun by STARTTLS.
    starttls = security == "starttls"
    tls: dict[str, Any] = (
        {"tls_context": context, "require_starttls": True} if starttls else {"auth_require_tls": False}
    )
    ready, stop = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda loop, context: None)  # refused handshakes are what some tests are about
        listening = await loop.create_server(
            lambda: Faulty(server, loop=loop, **({"auth_required": True} | tls | options)),
            "127.0.0.1",
            0,
            ssl=context if security == "ssl" else None,
        )
        server.port = listening.sockets[0].getsockname()[1]
        loops.append(loop)
        ready.set()
        async with listening:
            await stop.wait()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for transport in server.transports:
            transport.abort()
        await asyncio.sleep(0.02)  # their sockets are closed in the loop's next rounds

    def run() -> None:
        asyncio.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(stop.set)
        thread.join(10)


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


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "body"])
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
