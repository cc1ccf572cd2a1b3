"""Personal data made unrecognisable for mail: enough is left for staff who know the case, too little for others.

《个人信息保护法》 asks for the minimum needed and for de-identification; the 编号 always leads back to the full row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from automation.identifiers import LANDLINE, NO_PLATE, PROVINCES, VIN

_BLIND = frozenset({"财务部"})
"""Roles that pay and deduct, and need to know no customer for it."""


class Sight(Enum):
    """How much of a customer the readers of a mail are shown."""

    MASKED = "masked"
    """What staff who know the case need to recognise it."""
    NOTHING = "nothing"
    """Not even that."""


def sight(readers: Iterable[str]) -> Sight:
    """What a mail may show that goes to all of ``readers``, each one's roles joined by 、.

    Whoever is finance and nothing else is shown nothing, and so is everybody who gets the same mail.
    """
    blind = any(_BLIND.issuperset(roles.split("、")) for roles in readers)
    return Sight.NOTHING if blind else Sight.MASKED


_COMPOUND_SURNAMES = frozenset(
    re.findall(
        "..",
        "欧阳上官司马诸葛东方皇甫尉迟公孙慕容令狐宇文长孙司徒夏侯端木轩辕南宫独孤闻人澹台公冶申屠太史百里呼延东郭西门钟离拓跋赫连",
    )
)
_TITLED = re.compile(r"^(.{1,2}?)(先生|女士|小姐|太太|师傅|老板|总|经理|老师|医生|阿姨|叔叔|大姐|大哥)$")
_COMPANY = re.compile(r"(公司|集团|厂|商行|车队|合作社|中心|医院|学校|银行|协会|局|所|部|店)$")
_SPACE = re.compile(r"[\s·•・.\-]+")

MOBILE_AS_WRITTEN = r"1[3-9]\d(?:[- ]?\d{4}){2}"

# Digits may not touch further digits: a ticket number or an amount is no phone. Plates wider than the checks take them:
# a wrong sign in one makes it no less personal.
_IN_TEXT = re.compile(
    rf"(?P<vin>(?<![A-Za-z0-9]){VIN}(?![A-Za-z0-9]))"
    rf"|(?P<phone>(?<!\d)(?:\+?86[- ]?)?{MOBILE_AS_WRITTEN}(?!\d)|(?<![\dA-Za-z])(?:\+?86[- ]?)?{LANDLINE}(?![\dA-Za-z]))"
    rf"|(?P<plate>(?<![全最更崭])[{PROVINCES}][A-Z][ ·•・.-]?[A-Z0-9]{{4,5}}[A-Z0-9挂学警港澳])",
    re.IGNORECASE,
)


def mask_name(name: str) -> str:
    """``王小明 → 王**``, ``欧阳娜娜 → 欧阳**``; 王先生 gives nothing away and stays, as does a company's name."""
    name = name.strip()
    if not name or _TITLED.match(name) or (len(name) > 3 and _COMPANY.search(name)):
        return name
    surname = name[:2] if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else name[0]
    return f"{surname}**"


def mask_plate(plate: str) -> str:
    """``京A12345 → 京A1***5``, ``京AD12345 → 京AD***5``; 未上牌 and the like stay."""
    plate = _SPACE.sub("", plate)
    if not plate or plate in NO_PLATE:
        return plate
    if len(plate) < 6:
        return f"{plate[0]}***"
    return f"{plate[:3]}***{plate[-1]}"


def mask_phone(phone: str) -> str:
    """``13800138000 → 138****8000``, ``0571-88886666 → 0571****6666``; nothing of a short one is shown."""
    digits = re.sub(r"\D", "", phone)
    if not digits:
        return "****" if phone.strip() else ""
    if len(digits) > 11 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) < 10:
        return "****"
    area = 4 if digits.startswith("0") else 3
    return f"{digits[:area]}****{digits[-4:]}"


def mask_vin(vin: str) -> str:
    """``LSVAM4187C2184841 → LSV**********4841``: the maker and the serial's end, nothing between."""
    vin = _SPACE.sub("", vin)
    if len(vin) < 10:
        return "****" if vin else ""
    return f"{vin[:3]}{'*' * (len(vin) - 7)}{vin[-4:]}"


def mask_text(text: str, names: Iterable[str] = ()) -> str:
    """Free text with the phones, plates and VINs in it masked, and each of ``names`` as :func:`mask_name` has it."""
    text = _IN_TEXT.sub(_masked, text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    return text


def hide_text(text: str, names: Iterable[str] = ()) -> str:
    """Free text for readers who may see nothing of a customer: phones, plates and VINs left out, ``names`` too."""
    text = _IN_TEXT.sub("（略）", text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, "客户")
    return text


def _masked(found: re.Match[str]) -> str:
    kind, value = found.lastgroup, found.group()
    if kind == "vin":
        return mask_vin(value)
    return mask_phone(value) if kind == "phone" else mask_plate(value)
