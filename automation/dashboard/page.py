"""The page as bytes: one file with its styles, its script and its data, and a policy under which it can ask nobody.

Text is put in by the script as text, never as markup. Data stands in elements of ``application/json``, which no
browser runs; what could end such an element is written as escapes.
"""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import re
from importlib import resources

from automation.dashboard.content import Content

SCRIPTS = (
    *("tools", "unpack", "data", "signs", "address", "overview"),
    *("list", "findings", "explain", "ticket", "start"),
)
"""The files of ``templates/page/script``: in the page one script with one scope."""
PLAIN = 300_000
"""Characters of data up to which they stand in the page as they are; more is packed, a seventh of it."""

_HEAD = 2_000
_STAMP = re.compile(rb'data-made="([^"]*)" data-content="([0-9a-f]*)"')


def render(content: Content, now: dt.datetime) -> bytes:
    """The finished page as of ``now``. The same content and ``now`` give the same bytes."""
    import jinja2

    files = resources.files("templates").joinpath("page")
    style, frame, *pieces = (
        files.joinpath(name).read_text(encoding="utf-8")
        for name in ("dashboard.css", "dashboard.html.j2", *(f"script/{name}.js" for name in SCRIPTS))
    )
    script = "\n".join(("'use strict';", "(() => {", *pieces, "})();"))
    # No newline may be changed on the way, or the digests in the policy would not be those of what stands there.
    made = jinja2.Environment(autoescape=True, keep_trailing_newline=True, undefined=jinja2.StrictUndefined)
    parts = (style, script, _json(content.now), _packed(_json(content.tickets)))
    page = made.from_string(frame).render(
        made=now.isoformat(timespec="seconds"),
        content=hashlib.sha256("\0".join((*parts, frame)).encode()).hexdigest(),
        title=f"{content.now['dealership'] or '客户投诉'} · 看板",
        style_digest=_digest(style),
        script_digest=_digest(script),
        **{name: _markup(part) for name, part in zip(("style", "script", "now", "tickets"), parts, strict=True)},
    )
    return page.encode("utf-8")


def stamp(head: bytes) -> tuple[dt.datetime, str] | None:
    """When a page was made, and the digest of what it says; from its first bytes, ``None`` where it is no page of ours."""
    found = _STAMP.search(head[:_HEAD])
    try:
        return (dt.datetime.fromisoformat(found[1].decode()), found[2].decode()) if found else None
    except ValueError:
        return None


def _json(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _packed(text: str) -> str:
    """JSON still: of much data a string, base64 of gzip."""
    if len(text) <= PLAIN:
        return text
    return f'"{base64.b64encode(gzip.compress(text.encode(), 6, mtime=0)).decode("ascii")}"'


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


def _markup(text: str) -> object:
    from markupsafe import Markup

    return Markup(text)
