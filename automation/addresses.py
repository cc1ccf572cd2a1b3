"""Mail addresses as people type them into 人员: which one is meant, and what is wrong with the cell. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_FORM = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_DIVIDERS = re.compile(r"[;,、/|\s]+")
_NAMED = re.compile(r"[^<>@]*<([^<>]+)>")
EXAMPLE = "zhangwei@example.com"


class Mailbox(NamedTuple):
    """``address``: where mail goes; empty where that is not clear. ``wrong``: what to say of the cell; may be nothing."""

    address: str
    wrong: str


def checked(address: str) -> str:
    """The address as the protocol takes it (a Chinese domain in its ASCII form); empty where it is none."""
    local, _, domain = address.strip().rpartition("@")
    try:
        plain = f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError:
        return ""
    good = _FORM.fullmatch(plain) and ".." not in plain and not local.startswith(".") and not local.endswith(".")
    return plain if good else ""


def read(text: str) -> Mailbox:
    """The mailbox of a cell. What can only be meant in one way is understood and told; nothing is guessed."""
    text = text.strip()
    if not text:
        return Mailbox("", "")
    half = unicodedata.normalize("NFKC", text).replace("。", ".").removeprefix("mailto:").rstrip(".")
    if checked(text) and text == half:
        dotted = "." in text.rpartition("@")[2]
        return Mailbox(text, "" if dotted else f"“{text}”的 @ 后面没有点，多半不完整")
    named = _NAMED.fullmatch(half)
    pieces = [one for one in _DIVIDERS.split(named[1] if named else half) if one]
    fit = [one for one in pieces if checked(one)]
    if half.count("@") > 1:
        if len(fit) == len(pieces):
            return Mailbox(fit[0], f"一格里写了 {len(fit)} 个邮箱，只发给第一个 {fit[0]}")
        return Mailbox("", f"“{text}”里不止一个 @，分不清是几个邮箱")
    if not fit and checked("".join(pieces)):
        fit = ["".join(pieces)]
        pieces = fit
    if fit and all(one in fit or not one.isascii() for one in pieces):
        return Mailbox(fit[0], f"“{text}”含有{_strange(text)}，按 {fit[0]} 发送")
    return Mailbox("", f"“{text}”不是邮箱地址（{f'含有{_strange(text)}' if '@' in half else '没有 @'}）")


def _strange(text: str) -> str:
    """What does not belong into an address, in words."""
    half = unicodedata.normalize("NFKC", text).replace("。", ".")
    if re.search(r"[\u3400-\u9fff]", half):
        return "中文"
    if half != text and re.sub(r"\s", "", half) != re.sub(r"\s", "", text):
        return "全角字符"
    if re.search(r"\s", text):
        return "空格"
    return "不该有的字符"
