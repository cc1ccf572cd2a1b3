"""``kesu.toml``: read into settings, every mistake gathered and told by its path, in Chinese."""

from __future__ import annotations

import datetime as dt
import difflib
import ipaddress
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from automation import readers, tomlwords
from automation.adoption import saved
from automation.adoption.saved import Adoption
from automation.alerthours import Alerts as Alerts
from automation.jobs import CATCH_UP, HOLIDAY, JOBS, Job
from automation.payroll.terms import Terms
from workbook import oserrors

_UNNAMED = "客诉登记.xlsx"


@dataclass(frozen=True, slots=True)
class Mail:
    """How mail leaves. ``host`` empty: as files into the outbox folder. The password is never in here."""

    host: str
    port: int
    security: str
    """``ssl``, ``starttls`` or ``none``."""
    user: str
    sender: str
    """The address mail comes from."""
    sender_name: str
    password_env: str
    ca_file: Path | None
    timeout: float
    """Seconds without an answer from the server."""
    redirect_to: str
    """When set, every mail goes to this one address, whoever it is for."""
    per_minute: int = 0
    """Recipients a minute that the provider takes; 0: no limit. The rest waits in the queue."""
    per_day: int = 0
    templates: Path | None = None
    """The folder of the dealership's own mail templates."""


@dataclass(frozen=True, slots=True)
class Backups:
    """``keep``: how many copies of the workbook from before a write are kept."""

    keep: int


@dataclass(frozen=True, slots=True)
class Watch:
    """How often ``kesu watch`` looks."""

    every_minutes: int


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How silence is told from peace. ``ping_url``: asked after each pass; empty: nobody.

    Without a pass for ``stale_hours``, or with edits that could not be written for ``delayed_hours``, ``kesu status``
    calls for a person.
    """

    ping_url: str
    stale_hours: float
    delayed_hours: float


@dataclass(frozen=True, slots=True)
class Robot:
    """A group robot that also tells the alerts to ``roles``. Its address, as good as a password, is never in here."""

    name: str
    """``wecom``, ``dingtalk`` or ``feishu``."""
    roles: tuple[str, ...]
    url_env: str
    secret_env: str
    """Empty where the service knows no signature."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a pass is told by the dealership rather than by the workbook."""

    workbook: Path
    dealership: str
    state_dir: Path
    backups: Backups
    mail: Mail
    alerts: Alerts
    watch: Watch
    heartbeat: Heartbeat
    jobs: tuple[Job, ...]
    robots: tuple[Robot, ...] = ()
    """Those in use."""
    dashboard: Path | None = None
    """Where 看板.html is written; ``None``: nowhere."""
    rewards: Terms = field(default_factory=Terms)
    adopted: Adoption = field(default_factory=Adoption)
    """A register of the dealership's own: how it is read, and from when it is judged."""
    named: Path | None = None
    """The workbook that kesu.toml names, where another one was asked for."""

    @property
    def journal(self) -> Path:
        return self.state_dir / "journal.sqlite3"

    @property
    def outbox(self) -> Path:
        return self.state_dir / "outbox"

    @property
    def backup_dir(self) -> Path:
        return self.state_dir / "backups"

    @property
    def reports(self) -> Path:
        return self.state_dir / "reports"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of ``kesu.toml``: its path, how it is read, what it is when nobody sets it."""

    path: str
    read: readers.Reader
    default: object


PORTS = {"ssl": 465, "starttls": 587, "none": 25}
_ROBOTS = {"wecom": ("url_env",), "dingtalk": ("url_env", "secret_env"), "feishu": ("url_env", "secret_env")}

KEYS: tuple[Key, ...] = (
    Key("workbook", readers.path, None),
    Key("dealership", readers.text, ""),
    Key("state_dir", readers.path, None),
    Key("backups.keep", readers.integer(1, 10_000), 20),
    Key("mail.host", readers.text, ""),
    Key("mail.port", readers.integer(1, 65_535), 0),
    Key("mail.security", readers.one_of(*PORTS), "ssl"),
    Key("mail.allow_plain", readers.switch, False),
    Key("mail.user", readers.text, ""),
    Key("mail.sender", readers.address, ""),
    Key("mail.sender_name", readers.text, "客诉提醒"),
    Key("mail.password_env", readers.variable, "KESU_MAIL_PASSWORD"),
    Key("mail.ca_file", readers.path, None),
    Key("mail.timeout", readers.number(1, 600), 30.0),
    Key("mail.redirect_to", readers.address, ""),
    Key("mail.per_minute", readers.integer(0, 100_000), 30),
    Key("mail.per_day", readers.integer(0, 1_000_000), 400),
    Key("mail.templates", readers.path, None),
    Key("alerts.escalate_after_limits", readers.number(0, 100), 1.0),
    Key("alerts.escalate_at_most_hours", readers.number(0, 8_760), 24.0),
    Key(
        "alerts.at_risk_hours", readers.times, tuple(dt.time(*clock) for clock in ((8, 30), (11, 0), (14, 0), (16, 30)))
    ),
    Key("alerts.send_from", readers.time, dt.time(7)),
    Key("alerts.send_until", readers.time, dt.time(22)),
    Key("dashboard.write", readers.switch, True),
    Key("dashboard.file", readers.path, None),
    Key("watch.every_minutes", readers.integer(1, 60), 5),
    Key("rewards.penalty_limit", readers.number(0, 1_000_000), 0.0),
    Key("rewards.archived_until", readers.month, ""),
    Key("heartbeat.ping_url", readers.url, ""),
    Key("heartbeat.stale_hours", readers.number(0.1, 720), 2.0),
    Key("heartbeat.delayed_hours", readers.number(0.1, 720), 4.0),
    *(
        key
        for name, variables in _ROBOTS.items()
        for key in (
            Key(f"robots.{name}.roles", readers.texts, ()),
            *(
                Key(f"robots.{name}.{leaf}", readers.variable, f"KESU_{name}_{leaf}".removesuffix("_env").upper())
                for leaf in variables
            ),
        )
    ),
    *(
        Key(f"reports.{job.name}.{leaf}", read, getattr(job, leaf))
        for job in JOBS
        for leaf, read in (
            ("at", readers.time_of_day),
            ("holiday", readers.one_of(*HOLIDAY)),
            ("catch_up", readers.one_of(*CATCH_UP)),
        )
    ),
)
"""Every key there is. Add one here, in its dataclass, and in ``templates/kesu.toml``."""

_SECTIONS = frozenset(
    ".".join(parts[:depth]) for key in KEYS for parts in [key.path.split(".")] for depth in range(1, len(parts))
)


def load(path: Path | None, *, workbook: Path | None) -> tuple[Settings, tuple[str, ...]]:
    """Settings and every mistake found; with mistakes the settings are not to be used (raise ``BadConfig``).

    ``path`` is the ``kesu.toml``, or ``None`` for the defaults; ``workbook`` goes before the file's own ``workbook``.
    """
    errors: list[str] = []
    table: Mapping[str, object] = {}
    folder = Path.cwd()
    if path is not None:
        folder = path.absolute().parent
        table = _parse(path, errors)
    adopted = saved.read(table.get(saved.SECTION, {}), errors)
    given = dict(_flat({name: value for name, value in table.items() if name != saved.SECTION}, errors))
    values: dict[str, Any] = {}
    for key in KEYS:
        values[key.path] = key.default
        if key.path not in given:
            continue
        try:
            values[key.path] = key.read(given[key.path], folder)
        except readers.Unfit as expected:
            now = "别的内容" if key.path.endswith("_env") else _as_toml(given[key.path])
            errors.append(f"{key.path}：应为{expected}，现在是 {now}")
    named = None
    if workbook is not None:
        written, values["workbook"] = values["workbook"], workbook.absolute()
        named = written if "workbook" in given and not _same(written, values["workbook"]) else None
    errors += _contradictions(values, given)
    return replace(_settings(values), adopted=adopted, named=named), tuple(errors)


def _same(one: Path, other: Path) -> bool:
    """Whether two paths are one file, however they are written."""
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def example() -> str:
    """The commented ``kesu.toml`` that a dealership starts from."""
    return resources.files("templates").joinpath("kesu.toml").read_text(encoding="utf-8")


def _parse(path: Path, errors: list[str]) -> dict[str, object]:
    try:
        octets = path.read_bytes()
    except OSError as error:
        errors.append(f"读不到配置文件“{path}”：{oserrors.told(error)}")
        return {}
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        # An older Windows editor saves GBK; what that cannot read either, TOML will complain about.
        text = octets.decode("gb18030", errors="replace")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        where, told = tomlwords.told(error)
        hint = "；路径里有反斜杠时请用单引号，如 'D:\\客诉\\登记.xlsx'" if "\\" in text else ""
        errors.append(f"配置文件“{path.name}”{where}写法有误（TOML）：{told}{hint}")
        return {}


def _flat(table: Mapping[str, object], errors: list[str], above: str = "") -> Iterator[tuple[str, object]]:
    """``(dotted path, value)`` of the keys that exist; the others become errors."""
    known = {key.path for key in KEYS}
    for name, value in table.items():
        path = f"{above}{name}"
        if path in _SECTIONS and isinstance(value, dict):
            yield from _flat(value, errors, f"{path}.")
        elif path in _SECTIONS:
            errors.append(f"{path}：应为一节，写成 [{path}]，下面一行一项")
        elif path in known:
            yield path, value
        else:
            errors.append(f"{path}：{_unknown(path, known | {one for one in _SECTIONS if '.' in one})}")


def _unknown(path: str, known: set[str]) -> str:
    leaf = path.rpartition(".")[2]
    if leaf.lower() in {"password", "passwd", "pwd", "授权码", "密码"}:
        return "密码不能写在文件里；请删掉这一行，把密码（授权码）放进环境变量 KESU_MAIL_PASSWORD，或系统的凭据管理器"
    by_leaf = {one.rpartition(".")[2]: one for one in known}
    if path.startswith("robots.") and leaf.lower() in {"url", "webhook", "secret", "key", "token", "access_token"}:
        return "机器人的地址和密钥等于密码，不能写在文件里；请删掉这一行，放进环境变量，或系统的凭据管理器"
    near = difflib.get_close_matches(path, known, n=1, cutoff=0.75)
    near = near or [by_leaf[one] for one in difflib.get_close_matches(leaf.lower(), by_leaf, n=1, cutoff=0.6)]
    return "没有这一项" + (f"；是不是 {near[0]}？" if near else "")


def _contradictions(values: Mapping[str, Any], given: Mapping[str, object]) -> Iterator[str]:
    if values["workbook"] is None:
        yield "workbook：没有说明是哪个工作簿；在命令最后写上它的文件名，或在 kesu.toml 里写 workbook = '…xlsx'"
    page = values["dashboard.file"]
    if page is not None and (page.suffix.lower() not in (".html", ".htm") or page.is_dir()):
        yield "dashboard.file：应为 .html 文件，如 '\\\\服务器\\客诉\\看板.html'"
    if not values["mail.host"]:
        if values["mail.user"] or values["mail.sender"]:
            yield 'mail.host：没有写；写了 mail.user 或 mail.sender，就要写发信服务器，如 "smtp.exmail.qq.com"'
        return
    if not values["mail.sender"] and "@" not in values["mail.user"]:
        yield "mail.sender：没有写；发信人邮箱是必需的"
    if values["mail.security"] == "none" and not values["mail.allow_plain"] and not is_here(values["mail.host"]):
        yield (
            'mail.security："none" 会把密码和客户信息明文送上网络；请用 "ssl" 或 "starttls"，'
            "确实只走内网的，另写 allow_plain = true"
        )
    ca_file = values["mail.ca_file"]
    if ca_file is not None and not ca_file.is_file():
        yield f"mail.ca_file：没有这个文件：{ca_file}"


def is_here(host: str) -> bool:
    """Whether a server is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _settings(values: Mapping[str, Any]) -> Settings:
    workbook = values["workbook"] or Path.cwd() / _UNNAMED
    return Settings(
        workbook=workbook,
        dealership=values["dealership"],
        state_dir=values["state_dir"] or workbook.with_name(f"{workbook.stem}.kesu"),
        backups=Backups(values["backups.keep"]),
        mail=Mail(
            host=values["mail.host"],
            port=values["mail.port"] or PORTS[values["mail.security"]],
            security=values["mail.security"],
            user=values["mail.user"],
            sender=values["mail.sender"] or (values["mail.user"] if "@" in values["mail.user"] else ""),
            sender_name=values["mail.sender_name"],
            password_env=values["mail.password_env"],
            ca_file=values["mail.ca_file"],
            timeout=values["mail.timeout"],
            redirect_to=values["mail.redirect_to"],
            per_minute=values["mail.per_minute"],
            per_day=values["mail.per_day"],
            templates=values["mail.templates"],
        ),
        alerts=Alerts(
            values["alerts.escalate_after_limits"],
            values["alerts.escalate_at_most_hours"],
            values["alerts.send_from"],
            values["alerts.send_until"],
            values["alerts.at_risk_hours"],
        ),
        watch=Watch(values["watch.every_minutes"]),
        heartbeat=Heartbeat(
            values["heartbeat.ping_url"], values["heartbeat.stale_hours"], values["heartbeat.delayed_hours"]
        ),
        jobs=tuple(
            replace(job, **{leaf: values[f"reports.{job.name}.{leaf}"] for leaf in ("at", "holiday", "catch_up")})
            for job in JOBS
        ),
        robots=tuple(
            Robot(
                name,
                values[f"robots.{name}.roles"],
                values[f"robots.{name}.url_env"],
                values.get(f"robots.{name}.secret_env", ""),
            )
            for name in _ROBOTS
            if values[f"robots.{name}.roles"]
        ),
        dashboard=_dashboard(values, workbook),
        rewards=Terms(round(values["rewards.penalty_limit"] * 100), values["rewards.archived_until"]),
    )


def _dashboard(values: Mapping[str, Any], workbook: Path) -> Path | None:
    beside = workbook.with_name(f"{workbook.stem}-看板.html")
    return (values["dashboard.file"] or beside) if values["dashboard.write"] else None


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
