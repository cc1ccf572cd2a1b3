"""What a person can do about a mail that did not reach everybody, in Chinese: the same words wherever it is told."""

from __future__ import annotations

from collections.abc import Collection

ASKED = "问过收件人之后，没收到的用 kesu outbox release {place} 放行，会再发一次"


def of_doubt(place: int | str) -> str:
    """Nobody knows whether it arrived."""
    return ASKED.format(place=place)


def of_failure(place: int, *, kind: str, channel: str, refused: Collection[str]) -> str:
    """It will not go by itself. ``place``: its number in the list; ``refused``: addresses a server will never take."""
    again = f"kesu outbox retry {place}"
    if channel != "mail":
        return f"用 kesu doctor 检查群机器人，改正后用 {again} 再发；邮件照常，没有受影响"
    if not refused:
        return f"用 kesu doctor 检查邮箱，改正后用 {again} 再发"
    to = "新邮箱" if len(refused) == 1 else "旧邮箱=新邮箱"
    if kind == "alert":
        return f"在“人员”表改正邮箱并保存，下一次处理时向新邮箱重新提醒；邮箱没有写错的，用 {again} 再发"
    return f"在“人员”表改正邮箱，再用 {again} --to {to} 把这一封发给没收到的人；邮箱没有写错的，不写 --to"
