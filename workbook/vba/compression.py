"""The compression of VBA source, [MS-OVBA] 2.4.1: chunks of 4096 bytes, each a run of literals and back references."""

from __future__ import annotations

import struct

_CHUNK = 4096
_SIGNATURE = 0x01
_PACKED, _RAW = 0xB000, 0x3000
"""The flags of a chunk's header; its low twelve bits are the chunk's length in bytes less three."""
_CANDIDATES = 32
"""How many earlier places are tried for one back reference: more makes the file a little shorter and slower."""


class BadStream(ValueError):
    """Bytes that no VBA compressor wrote."""


def compress(data: bytes) -> bytes:
    """The bytes as a compressed container."""
    out = bytearray([_SIGNATURE])
    for start in range(0, len(data), _CHUNK):
        chunk = data[start : start + _CHUNK]
        body = _packed(chunk)
        if len(body) < _CHUNK:
            out += struct.pack("<H", _PACKED | (len(body) - 1)) + body
        else:
            out += struct.pack("<H", _RAW | (_CHUNK - 1)) + chunk.ljust(_CHUNK, b"\0")
    return bytes(out)


def _packed(chunk: bytes) -> bytes:
    body, place = bytearray(), 0
    seen: dict[bytes, list[int]] = {}
    while place < len(chunk):
        flags_at = len(body)
        body.append(0)
        for bit in range(8):
            if place >= len(chunk):
                break
            length, distance = _longest(chunk, place, seen)
            if length:
                body[flags_at] |= 1 << bit
                body += struct.pack("<H", ((distance - 1) << (16 - _width(place))) | (length - 3))
            else:
                body.append(chunk[place])
            step = length or 1
            for passed in range(place, place + step):
                seen.setdefault(chunk[passed : passed + 3], []).append(passed)
            place += step
    return bytes(body)


def _width(place: int) -> int:
    """How many bits of a back reference tell the distance, that many bytes into a chunk; the others tell the length."""
    return max(4, (place - 1).bit_length())


def _longest(chunk: bytes, place: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Length and distance of the longest earlier match, ``(0, 0)`` when none is worth it."""
    best, distance = 0, 0
    most = min((0xFFFF >> _width(place)) + 3, len(chunk) - place)
    if most >= 3:
        for earlier in reversed(seen.get(chunk[place : place + 3], [])[-_CANDIDATES:]):
            length = 3
            while length < most and chunk[earlier + length] == chunk[place + length]:
                length += 1
            if length > best:
                best, distance = length, place - earlier
    return best, distance


def decompress(data: bytes) -> bytes:
    """What a compressed container holds. Raises :class:`BadStream`."""
    if not data or data[0] != _SIGNATURE:
        raise BadStream("no signature")
    out, place = bytearray(), 1
    try:
        while place < len(data):
            (header,) = struct.unpack_from("<H", data, place)
            end = min(place + (header & 0x0FFF) + 3, len(data))
            if header & 0x7000 != 0x3000:
                raise BadStream("no chunk")
            if header & 0x8000:
                _unpack(data, place + 2, end, out)
            else:
                out += data[place + 2 : place + 2 + _CHUNK]
            place = end
    except (struct.error, IndexError) as error:
        raise BadStream("cut short") from error
    return bytes(out)


def _unpack(data: bytes, place: int, end: int, out: bytearray) -> None:
    start = len(out)
    while place < end:
        flags = data[place]
        place += 1
        for bit in range(8):
            if place >= end:
                return
            if not flags >> bit & 1:
                out.append(data[place])
                place += 1
                continue
            (token,) = struct.unpack_from("<H", data, place)
            place += 2
            width = _width(len(out) - start)
            source = len(out) - (token >> (16 - width)) - 1
            if source < start:
                raise BadStream("a reference to before the chunk")
            for offset in range((token & (0xFFFF >> width)) + 3):
                out.append(out[source + offset])
