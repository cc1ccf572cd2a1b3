"""``kesu mail templates``: our mail templates into a folder of the dealership's, to be edited there."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click


def copy(folder: Path) -> None:
    """Those that are not there yet; a file that is there stays as it is, edited or not."""
    folder.mkdir(parents=True, exist_ok=True)
    new, kept = [], []
    for source in sorted(resources.files("templates").joinpath("mail").iterdir(), key=lambda one: one.name):
        if not source.name.endswith(".j2"):
            continue
        try:
            with (folder / source.name).open("xb") as target:
                target.write(source.read_bytes())
        except FileExistsError:
            kept.append(source.name)
        else:
            new.append(source.name)
    click.echo(f"✓ 复制了 {len(new)} 个模板到 {folder}" + (f"；已有的 {len(kept)} 个没有动" if kept else ""))
    click.echo(
        f"  在 kesu.toml 的 [mail] 里写 templates = '{folder}'，改动就生效；不改的请删掉，升级后才会跟着用新的自带模板。"
    )
