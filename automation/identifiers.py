"""How plates, phones and VINs are written in China; patterns for whole columns, and the VIN's check digit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

PLATE = (
    rf"[{PROVINCES}][A-HJ-Z](?:[A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9挂学警港澳]"  # GA 36: five signs, no I or O
    r"|[ABCDEFGHJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[ABCDEFGHJK])"  # new energy: six signs, its letter first or last
)
"""A civil plate, upper case, without the dot or space that people put after the first two signs."""

NO_PLATE = ("未上牌", "无牌", "新车", "临牌")
"""What staff write when a car has no plate yet: not a mistake."""

MOBILE = r"1[3-9]\d{9}"
LANDLINE = r"0\d{2,3}-?\d{7,8}(?:-\d{1,6})?"
SERVICE_LINE = r"(?:400|800)-?\d{3}-?\d{4}"
PHONE = rf"(?:\+?86-?)?(?:{MOBILE}|{LANDLINE}|{SERVICE_LINE})"

VIN = r"[A-HJ-NPR-Z0-9]{17}"
"""GB 16735: 17 signs without I, O, Q."""

TICKET = r"FK(\d{8})-(\d{3,})"

_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_VIN_BY_CODE = np.array([_VIN_VALUES.get(chr(code), 0) for code in range(128)])
_VIN_WEIGHTS = np.array([8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])


def vin_check_digit(vin: str) -> str:
    """The ninth sign that a 17-sign VIN must have (GB 16735 / ISO 3779): ``0``-``9`` or ``X``."""
    return vin_check_digits([vin])[0]


def vin_check_digits(vins: Iterable[str]) -> list[str]:
    """:func:`vin_check_digit` of many VINs of the right form."""
    signs = np.frombuffer("".join(vins).encode("ascii"), dtype=np.uint8).reshape(-1, len(_VIN_WEIGHTS))
    return ["0123456789X"[rest] for rest in (_VIN_BY_CODE[signs] @ _VIN_WEIGHTS % 11).tolist()]
