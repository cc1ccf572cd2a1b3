"""What the operating system answered, in Chinese: the one place where its own words become staff's."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping

_BUSY = "正被别的程序使用"
_ABSENT = "找不到文件或文件夹"
_FORBIDDEN = "没有权限"
_FULL = "磁盘满了或配额用完了"
_CUT = "网络断开了，或网络盘没有连上"
_TOO_LONG = "文件名或路径太长"
_SILENT = "没有回应（超时）"

_WORDS: Mapping[str, str] = {
    "EACCES": _FORBIDDEN,
    "EPERM": _FORBIDDEN,
    "ENOENT": _ABSENT,
    "ENOSPC": _FULL,
    "EDQUOT": _FULL,
    "EFBIG": "文件太大，这个磁盘放不下",
    "EROFS": "磁盘是只读的",
    "EIO": "读写出错，磁盘或网络盘可能有问题",
    "EBUSY": _BUSY,
    "ETXTBSY": _BUSY,
    "ENAMETOOLONG": _TOO_LONG,
    "EEXIST": "已经有同名的文件",
    "EISDIR": "那是文件夹，不是文件",
    "ENOTDIR": "路径里有一段是文件，不是文件夹",
    "ENOTEMPTY": "文件夹不是空的",
    "EMFILE": "打开的文件太多",
    "ENFILE": "打开的文件太多",
    "ESTALE": _CUT,
    "ENODEV": _CUT,
    "ENXIO": _CUT,
    "EHOSTDOWN": _CUT,
    "ENETUNREACH": "网络不通",
    "EHOSTUNREACH": "网络不通",
    "ENETDOWN": "网络不通",
    "ECONNREFUSED": "拒绝连接",
    "ECONNRESET": "连接被断开",
    "ECONNABORTED": "连接被断开",
    "EPIPE": "连接被断开",
    "ETIMEDOUT": _SILENT,
}
_BY_NUMBER = {getattr(errno, name): words for name, words in _WORDS.items() if hasattr(errno, name)}

_WINDOWS: Mapping[int, str] = {
    2: _ABSENT,
    3: _ABSENT,
    5: f"{_FORBIDDEN}，或者{_BUSY}",
    19: "磁盘是只读的",
    21: "磁盘没有准备好",
    32: f"{_BUSY}（多半是 Excel 打开着）",
    33: f"{_BUSY}（多半是 Excel 打开着）",
    53: "找不到网络路径，看网络盘或那台电脑在不在",
    59: _CUT,
    64: _CUT,
    65: "网络盘不许访问",
    67: "找不到网络盘的名字，看共享名写得对不对",
    112: _FULL,
    121: _SILENT,
    123: "文件名里有不能用的字符",
    206: _TOO_LONG,
    1231: "网络不通",
    1232: "网络不通",
    1326: "网络盘的用户名或密码不对",
}


def told(error: OSError) -> str:
    """Why it failed, in words; what nobody has words for keeps the system's own, in brackets."""
    if isinstance(error, socket.gaierror):
        return "找不到这台服务器，请检查网络和地址"
    words = _WINDOWS.get(getattr(error, "winerror", None) or 0) or _BY_NUMBER.get(error.errno or 0)
    if words:
        return words
    if isinstance(error, TimeoutError):
        return _SILENT
    return f"原因不明（{error.strerror or error or type(error).__name__}）"
