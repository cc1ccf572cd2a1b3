"""``kesu watch``: the watch at a terminal, or started by the system; Ctrl+C and SIGTERM end it after the present step."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import click

from automation.settings import Settings
from automation.terminal import CLEAN, find_settings, settings_file, this_moment
from automation.watch import Watch

_SIGNALS = ("SIGINT", "SIGTERM", "SIGBREAK")  # the last one is Windows': Ctrl+Break, and a console that closes


def keep(workbook: Path | None, config: Path | None) -> int:
    """Watch until somebody stops it. Raises :class:`~workbook.errors.BadConfig` for a ``kesu.toml`` that is wrong."""
    # The file is looked for once: a share that is away for a moment must not turn its settings into the defaults.
    config = settings_file(workbook, config)

    def read() -> Settings:
        found: Settings = find_settings(workbook, config)
        return found

    watch = Watch(read, now=this_moment, tell=click.echo)
    with _until_told(watch):
        watch.run()
    return CLEAN


@contextmanager
def _until_told(watch: Watch) -> Iterator[None]:
    """The first signal lets the present step end; a second Ctrl+C does not wait for it."""

    def stop(number: int, frame: FrameType | None) -> None:
        if watch.stopped and number == signal.SIGINT:
            raise KeyboardInterrupt
        if not watch.stopped:
            with suppress(OSError, ValueError, RuntimeError):  # it may have come in the middle of another line
                click.echo("正在结束，等手上这一步做完；再按一次 Ctrl+C 马上结束")
        watch.stop()

    known = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = [signal.signal(number, stop) for number in known]
    try:
        yield
    finally:
        for number, handler in zip(known, before, strict=True):
            signal.signal(number, handler)
