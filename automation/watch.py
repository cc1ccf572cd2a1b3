"""``kesu watch``: stays, looks every few minutes, and is never brought down by what it meets.

The library ``schedule`` only ticks. It goes by the wall clock, so a clock that is set back would silence it, and one job
that raises would stop the others: therefore the tick raises nothing, and a jump of the clock (set, or the computer slept)
starts the ticking anew. What is due is decided at each tick from the journal (``timetable``), never from the ticking.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from logging.handlers import RotatingFileHandler
from typing import TYPE_CHECKING

import schedule

from automation import heartbeat, rest
from automation.database import JournalUnusable
from automation.lease import Computer, LeaseHeld
from automation.past import Fault
from automation.settings import Settings
from workbook.errors import KesuError

if TYPE_CHECKING:  # pandas is loaded when there is something to do
    from automation.cycle import Outcome

NAP = 0.5
"""Seconds between two looks at whether somebody wants it to stop: no signal may be lost in a sleep."""
_JUMP = dt.timedelta(minutes=1)
"""By how much the clock on the wall may drift from the monotonic one between two looks before it counts as set."""
_QUIET = dt.timedelta(hours=1)
"""So long after its last line it says on the terminal that it is still there."""
_LOG_BYTES, _LOGS = 1_000_000, 5


class WorkbookGone(KesuError):
    """The workbook is not where it was: the share is away, or somebody moved the file."""


class Watch:
    """Looks at the workbook until :meth:`stop`. ``settings`` reads them anew at each tick; mistakes in them are told and
    the last good ones are kept. ``tell`` gets the lines for the terminal, in Chinese.
    """

    def __init__(
        self,
        settings: Callable[[], Settings],
        *,
        now: Callable[[], dt.datetime],
        tell: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        computer: Computer | None = None,
    ) -> None:
        self._read, self._settings = settings, settings()
        self._now, self._sleep, self._monotonic = now, sleep, monotonic
        self._show, self._computer = tell, computer
        self._ticker = schedule.Scheduler()
        self._stopped = False
        self._said = ""
        self._spoke = self._now()
        self._trouble = ""
        self._wrong = ""
        self._faults: list[Fault] = []

    @property
    def stopped(self) -> bool:
        """Whether somebody has asked it to stop."""
        return self._stopped

    def stop(self) -> None:
        """Stop after the present step. Safe in a signal handler."""
        self._stopped = True

    def run(self) -> None:
        """Tick until it is stopped. The first tick comes at once."""
        every = self._start_ticking()
        self._tell(f"开始值守“{self._settings.workbook.name}”，每 {every} 分钟看一次；按 Ctrl+C 结束")
        self.tick()
        wall, ticks = self._now(), self._monotonic()
        while not self._stopped:
            self._sleep(NAP)
            wall, before = self._now(), wall
            ticks, ticks_before = self._monotonic(), ticks
            if self._stopped:
                break
            if abs(wall - before - dt.timedelta(seconds=ticks - ticks_before)) > _JUMP:
                every = self._start_ticking()
                self.tick()
            else:
                self._ticker.run_pending()
            if abs(self._now() - self._spoke) >= _QUIET:
                self._still_here()
            if every != self._settings.watch.every_minutes:
                every = self._start_ticking()
        self._tell("值守结束")

    def _start_ticking(self) -> int:
        every = self._settings.watch.every_minutes
        self._ticker.clear()
        self._ticker.every(every).minutes.do(self.tick)
        return every

    def tick(self) -> None:
        """One look: nothing when nothing has changed and nothing is due, else a pass. Raises nothing."""
        if self._stopped:
            return
        now = self._now()
        try:
            self._reread()
            outcome = self._pass(now)
        except LeaseHeld as error:
            self._tell(str(error))
        except KesuError as error:
            if isinstance(error, WorkbookGone | JournalUnusable):  # else the pass has put it on record
                self._remember(str(error), now)
            self._tell_trouble(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the next tick may fare better
            words = (
                f"程序出了意外（{type(error).__name__}），这一次没有做完，下一次再试；详情在 kesu.log，请发给维护人员"
            )
            self._tell_trouble(words, traceback.format_exc())
        else:
            if self._trouble:
                self._trouble = ""
                self._tell("恢复正常")
            if outcome is not None:
                self._tell_outcome(outcome)

    def _reread(self) -> None:
        try:
            self._settings, wrong = self._read(), ""
        except KesuError as error:
            wrong = str(error)
        if wrong and wrong != self._wrong:
            self._tell(f"✗ {wrong}\n  改正之前按原来的设置继续")
        self._wrong = wrong

    def _pass(self, now: dt.datetime) -> Outcome | None:
        """``None``: there was nothing to do."""
        settings = self._settings
        if rest.until(settings, now) is not None:
            heartbeat.quiet(settings, now)
            return None
        return heartbeat.around(settings, now, lambda: self._make_pass(settings, now))

    def _make_pass(self, settings: Settings, now: dt.datetime) -> Outcome:
        if not settings.workbook.exists():  # asked first: a journal would be made in the empty place
            raise WorkbookGone(
                f"找不到工作簿“{settings.workbook}”：共享文件夹断开了，或者文件改了名、移走了；找到后自动继续"
            )
        from automation import cycle
        from automation.journal import Journal

        if self._faults:
            with Journal.open(settings.journal) as journal:
                while self._faults:
                    journal.keep_fault(self._faults[0])
                    del self._faults[0]
        return cycle.run(settings, now, computer=self._computer, going_on=lambda: not self._stopped)

    def _remember(self, words: str, now: dt.datetime) -> None:
        """Until the journal can be reached: why no pass was possible, and how long."""
        if self._faults and self._faults[-1].words == words:
            now = max(now, self._faults[-1].first)
            self._faults[-1] = Fault(self._faults[-1].first, now, words)
        else:
            self._faults.append(Fault(now, now, words))

    # What is told

    def _tell_trouble(self, words: str, trace: str = "") -> None:
        """Once, until it changes."""
        if self._trouble != words:
            self._trouble = words
            self._tell(f"✗ {words}", trace)

    def _tell_outcome(self, outcome: Outcome) -> None:
        lines = summary(outcome, self._settings)
        if lines:
            self._tell("；".join(lines))

    def _tell(self, words: str, trace: str = "") -> None:
        """On the terminal and in the log; what was said last is not said again."""
        if words == self._said:
            return
        self._said = words
        self._spoke = self._now()
        with suppress(OSError, ValueError):  # nobody may be listening any more
            self._show(f"{self._now():%m-%d %H:%M} {words}")
        self._log(words, trace)

    def _still_here(self) -> None:
        """On the terminal alone, so that whoever looks at it sees that it lives."""
        self._spoke = now = self._now()
        how = f"还没有恢复：{self._trouble}" if self._trouble else "仍在值守，没有变化"
        with suppress(OSError, ValueError):
            self._show(f"{now:%m-%d %H:%M} {how}")

    def _log(self, words: str, trace: str) -> None:
        """``kesu.log`` in the state folder, opened for each line: two computers may write it, and the share may go."""
        folder = self._settings.state_dir
        with suppress(OSError):
            if self._settings.workbook.exists():
                folder.mkdir(parents=True, exist_ok=True)
            if folder.is_dir():
                log = _Log(folder / "kesu.log", maxBytes=_LOG_BYTES, backupCount=_LOGS, encoding="utf-8")
                text = f"{self._now():%Y-%m-%d %H:%M:%S} {words}" + (f"\n{trace}" if trace else "")
                log.emit(logging.LogRecord("kesu", logging.INFO, __file__, 0, text, None, None))
                log.close()


class _Log(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, RUF100 - its name in the library
        """A log that cannot be written stops nothing."""


def summary(outcome: Outcome, settings: Settings) -> list[str]:
    """What a pass did, in a few words each; empty when it had nothing to do."""
    from automation.reports import REPORTS

    fresh = sum(not issue.written for issue in outcome.plan.issued)
    sent = outcome.delivered
    return [
        *([f"新编号 {fresh} 单"] if fresh else []),
        *([f"写回 {outcome.written} 个单元格"] if outcome.written else []),
        *([f"没有写回：{outcome.unwritten}"] if outcome.unwritten else []),
        *(
            f"{REPORTS[one.name].title} {one.period.words}{'（补发）' if one.late else ''}"
            for one in outcome.plan.reports
        ),
        *(
            f"{REPORTS[one.occurrence.name].title} {one.occurrence.period.words} 没有补发（{one.why}）"
            for one in outcome.plan.omitted
        ),
        *(finding.message for finding in outcome.unsendable),
        *([f"发出 {len(sent.sent)} 封邮件"] if sent.sent else []),
        *([f"暂时发不出去：{sent.down}；稍后自动重发"] if sent.down else []),
        *([f"{len(sent.waiting)} 封已到邮箱的限额，留到下一轮"] if sent.waiting else []),
        *([f"{len(sent.failed)} 封发送失败，用 kesu outbox list 查看"] if sent.failed else []),
        *([f"{len(sent.uncertain)} 封不知道是否送达，用 kesu outbox list 查看"] if sent.uncertain else []),
        *(f"收件人被拒收 {address}：{words}" for _, address, words in sent.refused),
    ]
