"""The settings that say whether a VBA project is locked, [MS-OVBA] 2.4.3: encrypted, though everybody knows how."""

from __future__ import annotations

import re
import struct


def encrypted(data: bytes, project_id: str, seed: int) -> str:
    """[MS-OVBA] 2.4.3.2, with which the settings say that a project is not locked."""
    key = sum(project_id.encode("ascii")) & 0xFF
    out = [seed, seed ^ 2, seed ^ key]
    plain, one, two = key, seed ^ key, seed ^ 2
    for byte in (*[7] * ((seed & 6) // 2), *struct.pack("<I", len(data)), *data):
        value = byte ^ ((two + plain) & 0xFF)
        out.append(value)
        two, one, plain = one, value, byte
    return "".join(f"{value:02X}" for value in out)


def decrypted(text: str) -> bytes:
    """The same backwards ([MS-OVBA] 2.4.3.3)."""
    values = bytes.fromhex(text)
    seed, version, key = values[0], values[0] ^ values[1], values[0] ^ values[2]
    if version != 2:
        raise ValueError("unknown version")
    plain, one, two, out = key, values[2], values[1], bytearray()
    for value in values[3:]:
        byte = value ^ ((two + plain) & 0xFF)
        out.append(byte)
        two, one, plain = one, value, byte
    skip = (seed & 6) // 2
    (length,) = struct.unpack_from("<I", out, skip)
    return bytes(out[skip + 4 : skip + 4 + length])


def locked(text: str) -> bool:
    """Whether a project asks for a password or is locked for viewing; in doubt it is."""
    try:
        values = {key: decrypted(value) for key, value in re.findall(r'(?m)^(CMG|DPB)="([0-9A-Fa-f]+)"', text)}
        return any(values.get("CMG", b"")) or values.get("DPB", b"\0") != b"\0"
    except (ValueError, IndexError, struct.error):
        return True
