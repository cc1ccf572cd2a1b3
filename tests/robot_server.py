"""A server that plays the group robots of WeCom, DingTalk and Feishu, signatures and limits included, and can misbehave."""

import base64
import hashlib
import hmac
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
SECRET = "SEC240d7bb4c0bafc62a-very-long-secret"
PATHS = {
    "wecom": f"/cgi-bin/webhook/send?key={KEY}",
    "dingtalk": f"/robot/send?access_token={KEY}",
    "feishu": f"/open-apis/bot/v2/hook/{KEY}",
}


@dataclass
class Groups:
    """What was said in the groups, and how the server is to misbehave: ``fault`` at ``answer`` time."""

    port: int = 0
    scheme: str = "http"
    heard: list[str] = field(default_factory=list)
    asked: int = 0
    fault: str = ""
    say: dict[str, Any] | None = None
    status: int = 200
    elsewhere: str = ""
    signed: bool = True

    def url(self, name: str) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{PATHS[name]}"


def _wecom(groups: Groups, query: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    if query.get("key") != KEY:
        return {"errcode": 93000, "errmsg": "invalid webhook url"}
    content = body["markdown"]["content"]
    if len(content.encode()) > 4096:
        return {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
    if len(groups.heard) >= 20:
        return {"errcode": 45009, "errmsg": "api freq out of limit"}
    groups.heard.append(content)
    return {"errcode": 0, "errmsg": "ok"}


def _dingtalk(groups: Groups, query: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    if query.get("access_token") != KEY:
        return {"errcode": 400101, "errmsg": "access_token不存在"}
    at = query.get("timestamp", "0")
    right = base64.b64encode(hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256).digest()).decode()
    if groups.signed and (abs(time.time() * 1000 - int(at)) > 3_600_000 or query.get("sign") != right):
        return {"errcode": 310000, "errmsg": "sign not match"}
    if len(groups.heard) >= 20:
        return {"status": 1111, "wait": 5, "punish": "deny", "errcode": 130101, "errmsg": "send too fast"}
    assert body["markdown"]["title"]
    groups.heard.append(body["markdown"]["text"])
    return {"errcode": 0, "errmsg": "ok"}


def _feishu(groups: Groups, query: dict[str, str], path: str, body: dict[str, Any]) -> dict[str, Any]:
    if not path.endswith(KEY):
        return {"code": 19001, "msg": "param invalid: incoming webhook access token invalid"}
    at = body.get("timestamp", "0")
    right = base64.b64encode(hmac.new(f"{at}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()).decode()
    if groups.signed and (abs(time.time() - int(at)) > 3_600 or body.get("sign") != right):
        return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    if len(groups.heard) >= 100:
        return {"code": 11232, "msg": "frequency limited"}
    groups.heard.append(body["content"]["text"])
    return {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}


_PLAYS = {"/cgi-bin": _wecom, "/robot": _dingtalk, "/open-apis": _feishu}


class _Handler(BaseHTTPRequestHandler):
    groups: Groups

    def do_POST(self) -> None:
        groups = self.groups
        groups.asked += 1
        octets = self.rfile.read(int(self.headers["Content-Length"]))
        if groups.fault == "cut":
            # Reset, not closed: as when a firewall drops the connection.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        play = next(play for start, play in _PLAYS.items() if parts.path.startswith(start))
        answer = groups.say if groups.say is not None else play(groups, query, parts.path, json.loads(octets))
        if groups.fault == "slow":
            time.sleep(1.0)
        if groups.fault == "lost":
            self.close_connection = True
            return
        reply = b"<html>Please log in</html>" if groups.fault == "html" else json.dumps(answer).encode()
        self.send_response(302 if groups.elsewhere else groups.status)
        if groups.elsewhere:
            self.send_header("Location", groups.elsewhere)
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, format: str, *args: object) -> None:
        return None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        return None  # refused handshakes and cut connections are what some tests are about


@contextmanager
def running(certificate: Path | None = None) -> Iterator[Groups]:
    groups = Groups()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"groups": groups}))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        groups.scheme = "https"
    groups.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield groups
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
