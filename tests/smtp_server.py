"""A real SMTP server with TLS and AUTH for the tests, that can be told to misbehave at any step of the dialogue."""

import asyncio
import datetime as dt
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

PASSWORD = "secret of the box"

CUT, SILENCE, GARBAGE = "<cut>", "<silence>", "%% ?? nothing that is in any RFC"
"""What a server may also do at a step instead of answering. After garbage it goes on as if nothing had happened."""

over_plain_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
"""aiosmtpd knows of TLS only what STARTTLS began; on an SSL port it warns that there is none."""


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
    """What happened at the server, and how it is to misbehave: ``cut`` at a step, or answer ``say`` there.

    The steps: connect, banner, EHLO, STARTTLS, handshake, EHLO-TLS, AUTH, MAIL, RCPT, DATA, body (before its end; an
    answer is that to the whole of it), dot (the mail is kept, the answer is not given), QUIT.
    """

    port: int = 0
    received: list[Envelope] = field(default_factory=list)
    logins: int = 0
    cut: str = ""
    say: dict[str, str] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    transports: list[Any] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)
    """Everything that came in the clear."""
    steps: list[str] = field(default_factory=list)

    def well(self) -> None:
        """No more misbehaviour."""
        self.cut = ""
        self.say.clear()
        self.refuse.clear()

    def fresh(self) -> None:
        """Well, and as if nothing had happened."""
        self.well()
        self.received.clear()
        self.steps.clear()
        self.heard.clear()
        self.logins = 0

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
        if transport not in self.plan.transports:
            self.plan.transports.append(transport)
        if self.plan.say.get("connect") == CUT:
            self._hang_up()
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        assert self.transport is not None
        if self._tls_protocol is None and self.transport.get_extra_info("ssl_object") is None:
            self.plan.heard += data
        super().data_received(data)

    def _hang_up(self) -> None:
        self.plan.transports[-1].abort()

    async def _or_fault(self, step: str, go_on: Callable[[str], Any], arg: str) -> None:
        self.plan.steps.append(step)
        if self.plan.cut == step:
            self._hang_up()
        elif step in self.plan.say:
            await self._misbehave(self.plan.say[step], go_on, arg)
        else:
            await go_on(arg)

    async def _misbehave(self, how: str, go_on: Callable[[str], Any], arg: str) -> None:
        if how == CUT:
            self._hang_up()
        elif how == SILENCE:
            await asyncio.Event().wait()
        else:
            await super().push(how)
            if how == GARBAGE:
                await go_on(arg)

    _greeted = False

    async def push(self, status: Any) -> None:
        if self._greeted:
            await super().push(status)
        else:
            self._greeted = True
            await self._or_fault("banner", super().push, status)

    async def smtp_EHLO(self, hostname: str) -> None:
        await self._or_fault("EHLO-TLS" if self._tls_protocol else "EHLO", super().smtp_EHLO, hostname)

    async def smtp_HELO(self, hostname: str) -> None:
        await self._or_fault("EHLO-TLS" if self._tls_protocol else "EHLO", super().smtp_HELO, hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        async def handshake(arg: str) -> None:
            if "handshake" in self.plan.say:
                await super(Faulty, self).push("220 go ahead")
                await asyncio.sleep(0.1)  # what came together with that answer would be thrown away, and rightly
            await self._or_fault("handshake", super(Faulty, self).smtp_STARTTLS, arg)

        await self._or_fault("STARTTLS", handshake, arg)

    async def smtp_AUTH(self, arg: str) -> None:
        await self._or_fault("AUTH", super().smtp_AUTH, arg)

    async def smtp_QUIT(self, arg: str) -> None:
        await self._or_fault("QUIT", super().smtp_QUIT, arg)

    async def smtp_MAIL(self, arg: str) -> None:
        await self._or_fault("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg: str) -> None:
        for address, answer in self.plan.refuse.items():
            if address in arg:
                await self.push(answer)
                return
        await self._or_fault("RCPT", super().smtp_RCPT, arg)

    async def smtp_DATA(self, arg: str) -> None:
        body = self.plan.say.get("body", "")
        if body in (CUT, SILENCE):
            await self.push("354 go on")
            await self._reader.readuntil(b"\r\n")
            await self._misbehave(body, self.push, arg)
        elif self.plan.cut in ("body", "answer") or "dot" in self.plan.say:
            kept = self.plan.cut != "body"
            await self.push("354 go on")
            last = b".\r\n" if kept else b"\r\n"
            octets = b""
            while (line := await self._reader.readuntil(b"\r\n")) != last:
                octets += line.removeprefix(b".")
            if kept:  # the server has kept it, but its 250 is lost
                assert self.envelope is not None
                self.envelope.content = octets
                self.plan.received.append(self.envelope)
                self._set_post_data_state()
            await self._misbehave(self.plan.say.get("dot", CUT), self.push, "250 OK")
        else:
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
