"""The dealership's own templates: taken where they can be used, told of at their line where not (MAIL-04)."""

from pathlib import Path
from typing import Any

import pytest

from automation import render
from automation.alerts import Digest
from automation.lastcheck import Leak
from automation.mail import Message
from automation.settings import Settings, load
from tests.automation.test_render import BOSS, NOW, alert, body
from tests.tables import plain


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "邮件模板").mkdir()
    (tmp_path / "kesu.toml").write_text('workbook = "登记.xlsx"\n[mail]\ntemplates = "邮件模板"\n', encoding="utf-8")
    return tmp_path / "邮件模板"


def settings(own: Path) -> Settings:
    found, errors = load(own.parent / "kesu.toml", workbook=None)
    assert errors == ()
    return found


def mail(own: Path, **changes: Any) -> tuple[Message, list[str]]:
    """A digest, and what was found of the templates."""
    templates = render.environment(settings(own))
    made = render.digest(Digest(BOSS, NOW, (alert(**changes), alert(2)), ("", "")), settings(own), templates)
    assert all(one.rule == "MAIL-04" and one.hint for one in templates.findings)
    return made, [plain(one.message) for one in templates.findings]


def ours() -> Message:
    found, _ = load(None, workbook=Path("登记.xlsx"))
    return render.digest(Digest(BOSS, NOW, (alert(), alert(2)), ("", "")), found, render.environment())


def test_a_file_in_the_folder_takes_the_place_of_ours_and_the_others_stay(own: Path) -> None:
    (own / "digest.txt.j2").write_text("\ufeff{{ person }}:本店有 {{ count }} 件\n", encoding="utf-8")
    made, told = mail(own)
    assert body(made, "plain").strip() == "张伟:本店有 2 件" and told == []
    assert "请您处理" in body(made, "html")


def test_a_frame_of_ones_own_holds_every_mail(own: Path) -> None:
    (own / "base.html.j2").write_text(
        "<html><body>星耀抬头 {% include '落款.html.j2' %}{% block content %}{% endblock %}</body></html>",
        encoding="utf-8",
    )
    (own / "落款.html.j2").write_text("<p>热线 139-1234-5678</p>", encoding="utf-8")
    made, told = mail(own)
    assert told == [] and "星耀抬头" in body(made, "html") and "139-1234-5678" in body(made, "html")
    assert "完成责任认定" in body(made, "html")


def test_what_customers_said_is_escaped_in_templates_of_ones_own(own: Path) -> None:
    (own / "digest.html.j2").write_text("<p>{{ sections[0].rows[0].summary }}</p>", encoding="utf-8")
    made, told = mail(own, minutes=900, summary="<script>x</script>")
    assert told == [] and "<script>" not in body(made, "html") and "&lt;script&gt;" in body(made, "html")


BROKEN = {
    "an open tag": ("{{ person }}\n{% if %}\n", "第 2 行", "写法有误"),
    "an unknown tag": ("{{ person }}\n\n{% wenn count %}{% endif %}", "第 3 行", "写法有误"),
    "an undefined name": ("{{ person }}\n{{ persom }}", "第 2 行", "没有的名字"),
    "an undefined attribute": ("\n\n{% for s in sections %}\n{{ s.titel }}{% endfor %}", "第 4 行", "没有的名字"),
    "an unknown filter": ("{{ person|masked }}", "第 1 行", "写法有误"),
    "a division by nothing": ("{{ person }}\n{{ 1 / 0 }}", "第 2 行", "ZeroDivisionError"),
    "a wrong type": ("{{ person + 1 }}", "第 1 行", "TypeError"),
    "a missing include": ("{{ person }}\n{% include 'kopf.txt.j2' %}", "第 2 行", "kopf.txt.j2"),
    "a way out of the sandbox": ("{{ person.__class__.__mro__[1].__subclasses__() }}", "第 1 行", "不允许"),
    "a way to change what is given": ("{% set _ = sections.append(1) %}{{ person }}", "第 1 行", ""),
    "a loop without end": ("{% for i in range(10 ** 9) %}{{ i }}{% endfor %}", "第 1 行", "OverflowError"),
    "itself": ("{% include 'digest.txt.j2' %}", "第 1 行", "RecursionError"),
    "a path out of the folder": ("{{ person }}\n{% include '../kesu.toml' %}", "第 2 行", "kesu.toml"),
    "nothing": ("  \n", "digest.txt.j2", "空的"),
}


@pytest.mark.parametrize("flaw", BROKEN)
def test_a_broken_template_is_told_at_its_line_and_ours_is_used_for_that_mail(own: Path, flaw: str) -> None:
    """MAIL-04."""
    text, line, said = BROKEN[flaw]
    (own / "digest.txt.j2").write_text(text, encoding="utf-8")
    made, (told,) = mail(own)
    assert "digest.txt.j2" in told and line in told and said in told and "自带" in told
    assert body(made, "plain") == body(ours(), "plain")
    assert "有 2 件客诉请您处理" in body(made, "plain") and "请您处理" in body(made, "html")


@pytest.mark.parametrize("name", ["base.html.j2", "parts.html.j2", "digest.html.j2"])
def test_so_is_one_that_others_are_built_on(own: Path, name: str) -> None:
    (own / name).write_text("<p>\n{{ wrong_name }}</p>", encoding="utf-8")
    made, (told,) = mail(own)
    assert name in told or name == "parts.html.j2"
    assert "完成责任认定" in body(made, "html")


def test_a_file_that_is_no_utf8_is_told_with_its_line(own: Path) -> None:
    (own / "digest.txt.j2").write_bytes("kesu\n您好 {{ person }}".encode("gb18030"))
    made, (told,) = mail(own)
    assert "digest.txt.j2 第 2 行" in told and "UTF-8" in told and "张伟,您好" in plain(body(made, "plain"))


@pytest.mark.parametrize("name", ["digest.html.j2.txt", "digset.html.j2", "weekly.html"])
def test_a_file_name_that_is_nearly_one_of_ours_is_doubted(own: Path, name: str) -> None:
    (own / name).write_text("x", encoding="utf-8")
    _, (told,) = mail(own)
    assert name in told and "没有用到" in told


def test_a_folder_that_is_not_there_is_told(own: Path) -> None:
    own.rmdir()
    made, (told,) = mail(own)
    assert "打不开" in told and "请您处理" in body(made, "html")


def test_a_template_can_show_no_number_in_full(own: Path) -> None:
    (own / "digest.txt.j2").write_text("{{ sections[0].rows[0].summary }} {{ sections }}", encoding="utf-8")
    made, told = mail(own, minutes=900, summary="请打13912345678", model="浙C88K88")
    assert told == [] and "139****5678" in body(made, "plain")
    assert "13912345678" not in body(made, "plain") and "浙C88K88" not in body(made, "plain")


def test_what_still_leaks_is_held_back(own: Path) -> None:
    """MAIL-05."""
    (own / "digest.txt.j2").write_text("{% for sign in '13912345678' %}{{ sign }}{% endfor %}", encoding="utf-8")
    (own / "digest.html.j2").write_text("{% for sign in '13912345679' %}{{ sign }}{% endfor %}", encoding="utf-8")
    templates = render.environment(settings(own))
    templates.allowed = frozenset()
    with pytest.raises(Leak, match="5679"):
        render.digest(Digest(BOSS, NOW, (alert(),), ("",)), settings(own), templates)
