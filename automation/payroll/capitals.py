"""Amounts in the capitals that vouchers are written in: ``1409.50`` is 壹仟肆佰零玖元伍角.

After 《正确填写票据和结算凭证的基本规定》 (appendix 1 of the 《支付结算办法》 of the People's Bank): 整 after 元 and not after
角 or 分; one 零 for any run of noughts inside; 零 between 元 and 角 or 分 where a nought stands before them.
"""

from __future__ import annotations

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
LARGEST = 10**14 - 1
"""The largest amount there are words for, in fen."""


def capitals(fen: int, below: str = "负") -> str:
    """An amount of ``fen`` in words; ``below`` stands before one that is negative, as 负 or 冲减.

    Raises ``ValueError`` beyond :data:`LARGEST`.
    """
    if abs(fen) > LARGEST:
        raise ValueError(f"too large to be written out: {fen} fen")
    if fen < 0:
        return below + capitals(-fen)
    yuan, rest = divmod(fen, 100)
    jiao, cent = divmod(rest, 10)
    whole = _whole(yuan)
    if not rest:
        return f"{whole or '零'}元整"
    text = f"{whole}元" if whole else ""
    if jiao:
        text += ("零" if yuan and yuan % 10 == 0 else "") + f"{_DIGITS[jiao]}角"
    elif whole:
        text += "零"
    return text + (f"{_DIGITS[cent]}分" if cent else "")


def _whole(number: int) -> str:
    """The words of a whole number; none for 0."""
    text, gap = "", False
    for place in reversed(range(len(_GROUPS))):
        group = number // 10_000**place % 10_000
        if not group:
            gap = gap or bool(text)
            continue
        if text and (gap or group < 1_000):
            text += "零"
        text, gap = text + _group(group) + _GROUPS[place], False
    return text


def _group(number: int) -> str:
    text, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = bool(text) and not digit
    return text
