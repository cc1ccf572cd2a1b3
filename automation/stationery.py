"""The templates mails are written on: kesu's own, and in their place those a dealership keeps in a folder of its own.

A template of the dealership that cannot be used (MAIL-04) stops no mail: kesu's own is taken for it.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation import lastcheck
from automation.privacy import mask_name, mask_phone, mask_plate, mask_text, mask_vin
from automation.wording import moment, span
from workbook import oserrors
from workbook.finding import Finding, Severity

if TYPE_CHECKING:
    from jinja2 import Environment

_Source = tuple[str, str, Any]
_ENDING = ".j2"
_HINT = "改正它；或者删掉这个文件，就一直用自带的"


class Stationery:
    """Every template by its name, ``NAME.html.j2`` with ``NAME.txt.j2`` beside it.

    ``folder``: where files of these names, or new ones, stand before ours. ``findings`` (MAIL-04) grow when a mail has
    shown that one of them cannot be used; ``allowed`` are the numbers that they say themselves, a hotline say.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._builtin = environment(_builtin)
        self._own = environment(self._source) if folder else self._builtin
        self._told: dict[str, Finding] = {}
        self.allowed: frozenset[str] = frozenset()
        if folder:
            self._look_through(folder)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self._told.values())

    def write(self, template: str, words: Mapping[str, object]) -> tuple[str, str]:
        """Text and HTML of one mail; the styles stand on the elements, as Outlook needs them, and media queries stay.

        Raises Jinja2's errors for a template of ours that is wrong.
        """
        if self._own is self._builtin:
            return _written(self._builtin, template, words)
        try:
            return _written(self._own, template, words)
        except Exception as error:  # noqa: BLE001 - whatever somebody's template does, the mail must leave
            ours = _written(self._builtin, template, words)  # raises what is no fault of theirs
            self._tell(error, f"{template}.html{_ENDING}")
            return ours

    def _source(self, name: str) -> _Source | None:
        path = self._folder / name if self._folder and _is_plain(name) else None
        if path is None or not path.is_file():
            return _builtin(name)
        return _read(path, name), str(path), None

    def _look_through(self, folder: Path) -> None:
        """What can be seen before a mail is written: no folder, a file of no template's name, wrong syntax."""
        ours = sorted(file.name for file in resources.files("templates").joinpath("mail").iterdir())
        try:
            files = sorted(path for path in folder.iterdir() if path.is_file())
        except OSError as error:
            self._say(
                f"邮件模板的文件夹“{folder}”打不开：{oserrors.told(error)}；用自带的模板",
                "请建好这个文件夹；或者去掉 mail.templates",
            )
            return
        for path in files:
            near = difflib.get_close_matches(path.name, ours, n=1, cutoff=0.8)
            if path.name not in ours and near:
                self._say(f"邮件模板 {path.name} 没有用到：没有这个名字的模板", f"是不是 {near[0]}？请改文件名")
            elif path.name.endswith(_ENDING):
                try:
                    self.allowed |= lastcheck.numbers(_read(path, path.name))
                    self._own.get_template(path.name)
                except Exception as error:  # noqa: BLE001 - told, and told again when a mail would need it
                    self._tell(error, path.name)

    def _tell(self, error: Exception, template: str) -> None:
        name, line = self._place(error, template)
        where = f"{name} 第 {line} 行" if line else name
        self._say(f"邮件模板 {where}：{_in_chinese(error)}；改正之前用自带的模板", _HINT)

    def _say(self, message: str, hint: str) -> None:
        self._told[message] = Finding("MAIL-04", Severity.WARNING, message, hint)

    def _place(self, error: Exception, template: str) -> tuple[str, int]:
        """The dealership's file and line an error came from; line 0: unknown."""
        import jinja2

        if isinstance(error, jinja2.TemplateSyntaxError):
            return Path(error.filename or error.name or template).name, error.lineno
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if Path(frame.filename).parent == self._folder:
                return Path(frame.filename).name, frame.lineno or 0
        return template, 0


class _Blank(ValueError):
    """A template that leaves nothing to read."""


def environment(source: Any) -> Environment:
    """Jinja2 for mails: everything but ``.txt.j2`` is escaped, an unknown name is an error, nothing reaches beyond the
    words it is given, and whatever is put in has its phones, plates and VINs masked.
    """
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(
        loader=jinja2.FunctionLoader(source),
        # Not select_autoescape: it looks at the last suffix and would leave .html.j2 unescaped.
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=jinja2.StrictUndefined,
        finalize=_masked,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters.update(
        span=span,
        moment=moment,
        mask_name=mask_name,
        mask_plate=mask_plate,
        mask_phone=mask_phone,
        mask_vin=mask_vin,
        mask_text=mask_text,
    )
    return made


def _masked(value: object) -> object:
    if hasattr(value, "__html__") or isinstance(value, int | float):  # Markup: a macro made it of masked words
        return value
    return mask_text(str(value))


def _builtin(name: str) -> _Source | None:
    file = resources.files("templates").joinpath("mail", name)
    return (file.read_text(encoding="utf-8"), str(file), None) if _is_plain(name) and file.is_file() else None


def _is_plain(name: str) -> bool:
    """Whether a name leads out of no folder."""
    return not {"/", "\\", ":"} & set(name)


def _read(path: Path, name: str) -> str:
    import jinja2

    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise jinja2.TemplateSyntaxError("不是 UTF-8 编码，请另存为 UTF-8", line, name, str(path)) from error


def _written(templates: Environment, template: str, words: Mapping[str, object]) -> tuple[str, str]:
    from css_inline import CSSInliner

    text = templates.get_template(f"{template}.txt{_ENDING}").render(words)
    html = templates.get_template(f"{template}.html{_ENDING}").render(words)
    for kind, said in (("txt", text), ("html", lastcheck.words(html))):
        if not said.strip():
            raise _Blank(f"{template}.{kind}{_ENDING} 写出来的邮件是空的")
    inlined: str = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html)
    return text, inlined


def _in_chinese(error: Exception) -> str:
    import jinja2

    if isinstance(error, _Blank):
        return str(error)
    if isinstance(error, jinja2.TemplateSyntaxError):
        return f"写法有误（{error.message}）"
    if isinstance(error, jinja2.TemplateNotFound):
        return f"找不到它引用的模板“{error.message}”"
    if isinstance(error, jinja2.UndefinedError):
        return f"用了没有的名字（{error.message}）"
    if isinstance(error, jinja2.exceptions.SecurityError):
        return f"用了不允许的写法（{error.message}）"
    return f"生成时出错（{type(error).__name__}：{error}）"
