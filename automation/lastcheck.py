"""The last look at a finished mail before it is queued: nothing in it may tell who a customer is (MAIL-05).

Whatever made the mail, its bytes are read as a stranger would read them: subject, texts, HTML with what stands in its
attributes, names of files, every text in a workbook. Telephones are looked for with 11 digits (a dealership's own
hotline is a landline), plates as GA 36 has them, VINs with a letter: so numbers of tickets, dates, times as Excel keeps
them, and amounts are none.
"""

from __future__ import annotations

import email
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import unquote
from xml.etree import ElementTree

from automation.identifiers import LANDLINE, PLATE, PROVINCES, VIN
from automation.privacy import MOBILE_AS_WRITTEN, Sight, mask_name, mask_phone, mask_plate, mask_vin
from workbook.errors import KesuError
from workbook.finding import Finding, Severity

_PLATE = PLATE.replace("[A-HJ-Z]", "[A-HJ-Z][ ·•・.-]?", 1)
# A digit, or a decimal point with digits, on either side makes it part of a longer number: a time, an amount.
_PHONE = rf"(?<!\d)(?<!\d\.)(?:\+?86[- ]?)?{MOBILE_AS_WRITTEN}(?!\d)(?!\.\d)"
_WHOLE = re.compile(
    rf"(?P<车架号>(?<![A-Z0-9])(?=[A-Z0-9]*[A-Z]){VIN}(?![A-Z0-9]))"
    rf"|(?P<手机号>{_PHONE})"
    rf"|(?P<车牌号>(?<![全最更崭A-Z0-9]){_PLATE}(?![A-Z0-9]))",  # 全新A4L: a new model, no plate of Xinjiang
    re.IGNORECASE,
)
_ANYTHING = re.compile(
    rf"(?P<电话>(?<![\d.]){LANDLINE}(?![\d.])|\d{{3,4}}\*{{4}}\d{{4}})"
    rf"|(?P<车牌号>[{PROVINCES}][A-Z][A-Z0-9]\*{{3}}[A-Z0-9挂学警港澳])"
    r"|(?P<车架号>[A-Z0-9]{3}\*{8,}[A-Z0-9]{4})"
    r"|(?P<客户姓名>[\u4e00-\u9fff]{1,2}\*\*(?!\*))",
    re.IGNORECASE,
)
_EXAMPLES = frozenset({"京A12345", "京AD12345", "13800138000"})
"""What our own hints show how to write; nobody's."""
_MASKS = {"车架号": mask_vin, "手机号": mask_phone, "电话": mask_phone, "车牌号": mask_plate, "客户姓名": mask_name}
_INVISIBLE = dict.fromkeys(map(ord, "\xad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_INLINE = frozenset({"a", "b", "em", "font", "i", "s", "small", "span", "strong", "sub", "sup", "u", "wbr"})
_SAID = frozenset(
    {"alt", "title", "href", "src", "aria-label", "name", "target", "location", "display", "tooltip", "descr"}
    | {"prompt", "prompttitle", "error", "errortitle"}
)
"""Attributes that a reader is shown, in a page or a workbook."""
_JOINED = frozenset({"si", "is", "comment", "p"})
"""Elements of Office whose runs make one text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that tells who a customer is: ``what`` it is, ``shown`` masked, and the ``place`` it stands in."""

    what: str
    shown: str
    place: str

    def __str__(self) -> str:
        return f"{self.place}里有{self.what}" + (f"（{self.shown}）" if self.shown else "")


class Leak(KesuError):
    """A mail that tells who a customer is; it may not leave."""

    def __init__(self, subject: str, hits: Collection[Hit]) -> None:
        super().__init__("；".join(dict.fromkeys(map(str, hits))))
        self.subject = subject

    def finding(self, recipients: str) -> Finding:
        """MAIL-05: held back, and made anew at every pass until it may leave."""
        return Finding(
            "MAIL-05",
            Severity.ERROR,
            f"发给{recipients}的“{self.subject}”没有发出：{self}",
            "不该写在那里的客户信息，请改到工作簿的专用列里；出自自己的邮件模板的，请改模板。改正后下一次会再发",
            sheet="反馈登记",
        )


def hits(
    raw: bytes, sight: Sight, *, allowed: Collection[str] = (), customers: Collection[str] = ()
) -> tuple[Hit, ...]:
    """What a finished mail tells that its readers may not see.

    ``allowed``: numbers as :func:`numbers` gives them that are no customer's. ``customers``: names that readers who may
    see nothing may not see; those of two signs only where they stand alone, since 高明 is also in 高明显.
    """
    found: list[Hit] = []
    names = _named(customers) if sight is Sight.NOTHING else None
    for place, text in _texts(email.message_from_bytes(raw, policy=policy.default)):
        if text is None:
            found.append(Hit("看不懂的内容，不知道有没有客户信息", "", place))
            continue
        patterns = (_WHOLE, *((_ANYTHING, *([names] if names else [])) if sight is Sight.NOTHING else ()))
        found += _found(text, place, patterns, allowed)
    return tuple(dict.fromkeys(found))


def notice_hits(raw: bytes, *, allowed: Collection[str] = ()) -> tuple[Hit, ...]:
    """What a group robot's message (JSON) tells in any of its texts."""
    texts = _strings(json.loads(raw))
    return tuple(dict.fromkeys(hit for text in texts for hit in _found(text, "群消息", (_WHOLE,), allowed)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from (key, *_strings(part))
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)


def _found(text: str, place: str, patterns: Sequence[re.Pattern[str]], allowed: Collection[str]) -> Iterator[Hit]:
    plain = _plain(text)
    for pattern in patterns:
        for match in pattern.finditer(plain):
            what = str(match.lastgroup)
            if not {_bare(match.group())} & (_EXAMPLES | frozenset(allowed)):
                yield Hit(what, _MASKS[what](match.group()), place)


def numbers(text: str) -> frozenset[str]:
    """The telephones, plates and VINs a text has in full, without what divides their signs."""
    return frozenset(_bare(match.group()) for match in _WHOLE.finditer(_plain(text)))


def words(html: str) -> str:
    """What a page says, attributes included; blocks on lines of their own."""
    page = _Page()
    page.feed(html)
    page.close()
    return "".join(page.said)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_INVISIBLE)


def _bare(value: str) -> str:
    bare = re.sub(r"[^0-9A-Z\u4e00-\u9fff*]", "", value.upper())
    return bare.removeprefix("86") if len(bare) == 13 and bare.isdigit() else bare


def _named(customers: Collection[str]) -> re.Pattern[str] | None:
    told = sorted({name for one in customers if len(name := _plain(one).strip()) > 1 and mask_name(name) != name})
    either = [
        re.escape(name) if len(name) > 2 else rf"(?<![\u4e00-\u9fff]){re.escape(name)}(?![\u4e00-\u9fff])"
        for name in told
    ]
    return re.compile(f"(?P<客户姓名>{'|'.join(either)})") if either else None


def _texts(mail: EmailMessage) -> Iterator[tuple[str, str | None]]:
    """Each text of a mail with its place; ``None`` for an attachment that cannot be looked into."""
    yield "标题", str(mail["Subject"] or "")
    for part in mail.walk():
        name = part.get_filename()
        if name:
            yield "附件的文件名", name
        if part.is_multipart() or part.get_content_maintype() == "image":
            continue
        content = part.get_content()
        place = f"附件“{name}”" if name else "正文"
        if isinstance(content, str):
            yield place, words(content) if part.get_content_subtype() == "html" else content
        elif isinstance(content, bytes) and (name or "").lower().endswith((".csv", ".txt")):
            yield place, content.decode("utf-8-sig" if _is_utf8(content) else "gb18030", "replace")
        else:
            yield from ((place, text) for text in _package(content))


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _package(content: object) -> Iterator[str | None]:
    """The texts of an Office file, a part at a time."""
    try:
        with zipfile.ZipFile(io.BytesIO(content if isinstance(content, bytes) else b"")) as package:
            if "[Content_Types].xml" not in package.namelist():
                yield None
                return
            for name in package.namelist():
                if name.endswith((".xml", ".rels", ".vml")):
                    yield "\n".join(_said(ElementTree.fromstring(package.read(name))))
    except (zipfile.BadZipFile, ElementTree.ParseError, EOFError, ValueError):
        yield None


def _said(element: ElementTree.Element) -> Iterator[str]:
    yield from (unquote(value) for key, value in element.attrib.items() if key.rpartition("}")[2].lower() in _SAID)
    if element.tag.rpartition("}")[2] in _JOINED:
        yield "".join(element.itertext())
        return
    if element.text:
        yield element.text
    for child in element:
        yield from _said(child)


class _Page(HTMLParser):
    """The words of a page as :func:`words` wants them."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        told = [unquote(value or "") for key, value in attrs if key in _SAID]
        self.said += [f"\n{one}\n" for one in told] if told else [] if tag in _INLINE else ["\n"]

    def handle_endtag(self, tag: str) -> None:
        self._style = False
        if tag not in _INLINE:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)

    def handle_comment(self, data: str) -> None:
        self.said.append("\n" + re.sub(r"<[^>]*>", "\n", data) + "\n")
