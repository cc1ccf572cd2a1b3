"""The page as bytes: the same for the same, closed in itself, and nothing typed can end the element it stands in."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import json
import re
from importlib import resources

from automation.dashboard import page
from automation.dashboard.content import Content

NOW = dt.datetime(2026, 11, 21, 9, 30)
TRAP = "</script><img src=x onerror=alert(1)><!-- <script> \u2028 & ]]>"


def made(summary: str = "异响", count: int = 1) -> str:
    now = {"dealership": "星耀4S店", "trap": summary}
    return page.render(Content(now, {"summary": [summary] * count}), NOW).decode()


def block(html: str, name: str) -> str:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found
    return found[1]


def test_the_same_pass_gives_the_same_bytes_and_another_hour_changes_no_digest(said: Content) -> None:
    first, again = page.render(said, NOW), page.render(said, NOW)
    later = page.render(said, NOW + dt.timedelta(minutes=5))
    assert first == again != later
    stamp, then = page.stamp(first), page.stamp(later)
    assert stamp and then and stamp[1] == then[1] and then[0] - stamp[0] == dt.timedelta(minutes=5)


def test_nothing_typed_ends_the_element_it_stands_in() -> None:
    html = made(TRAP)
    for name in ("data-now", "data-tickets"):
        assert not set("<>&\u2028\u2029") & set(block(html, name))
    assert json.loads(block(html, "data-now"))["trap"] == TRAP
    assert html.count("<script") == 3
    assert "onerror" not in re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)


def test_a_name_of_the_dealership_is_text_in_the_title() -> None:
    html = page.render(Content({"dealership": "<b>店"}, {}), NOW).decode()
    assert re.search("<title>(.*)</title>", html)[1].startswith("&lt;b&gt")


def test_much_data_is_packed_and_comes_out_as_it_went_in() -> None:
    html = made("异响异响异响异响", 60_000)
    packed = json.loads(block(html, "data-tickets"))
    assert isinstance(packed, str) and len(html) < 200_000
    assert json.loads(gzip.decompress(base64.b64decode(packed)))["summary"] == ["异响异响异响异响"] * 60_000


def test_the_policy_lets_run_what_stands_in_the_page_and_nothing_else(said: Content) -> None:
    html = page.render(said, NOW).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    rules = dict(rule.strip().split(" ", 1) for rule in policy[1].replace("&#39;", "'").split(";"))
    assert rules["default-src"] == "'none'" and not {"connect-src", "img-src", "font-src"} & rules.keys()
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


def test_it_names_no_address_to_ask_and_makes_no_markup_of_text(said: Content) -> None:
    html = page.render(said, NOW).decode()
    outside = re.sub(r'id="data-\w+">.*?</script>', "", html, flags=re.DOTALL)
    assert set(re.findall(r"https?://[^'\"\s]+", outside)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function", outside)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|sendBeacon|EventSource|importScripts)\b", outside)


def test_without_scripts_it_says_so(said: Content) -> None:
    html = page.render(said, NOW).decode()
    assert "<noscript>" in html and '<html lang="zh-CN"' in html


def test_every_piece_of_the_script_is_put_in() -> None:
    folder = resources.files("templates").joinpath("page", "script")
    assert sorted(f"{name}.js" for name in page.SCRIPTS) == sorted(file.name for file in folder.iterdir())


def test_a_file_that_is_no_page_of_ours_has_no_stamp() -> None:
    assert page.stamp(b"<html>") is None
    assert page.stamp(b'data-made="yesterday" data-content="00"') is None
