"""What is known of one stage of one ticket, and why."""

from __future__ import annotations

from enum import IntEnum


class Verdict(IntEnum):
    """What is known of one stage of one ticket."""

    NOT_REQUIRED = 0
    NOT_YET = 1
    RUNNING = 2
    AT_RISK = 3
    LATE = 4
    PAUSED = 5
    ON_TIME = 6
    FINISHED_LATE = 7
    UNKNOWN = 8
    DONE = 9
    """Finished, without a limit it could have kept or missed."""

    @property
    def chinese(self) -> str:
        return _CHINESE[self]

    @property
    def open(self) -> bool:
        """Whether the stage is still to be done."""
        return self in OPEN


_CHINESE = {
    Verdict.NOT_REQUIRED: "无需",
    Verdict.NOT_YET: "未到",
    Verdict.RUNNING: "进行中",
    Verdict.AT_RISK: "临近",
    Verdict.LATE: "超时",
    Verdict.PAUSED: "暂停",
    Verdict.ON_TIME: "按时完成",
    Verdict.FINISHED_LATE: "超时完成",
    Verdict.UNKNOWN: "无法判定",
    Verdict.DONE: "已完成",
}
OPEN = frozenset({Verdict.NOT_YET, Verdict.RUNNING, Verdict.AT_RISK, Verdict.LATE, Verdict.PAUSED})


class Reason(IntEnum):
    """Why a verdict is what it is, where the arithmetic alone does not say it."""

    NONE = 0
    START_MISSING = 1
    STOP_MISSING = 2
    STOP_BEFORE_START = 3
    NOT_MARKED = 4
    IS_PENDING = 5
    RETURNED = 6
    NOT_OPENED = 7

    @property
    def chinese(self) -> str:
        return _REASONS[self]


_REASONS = {
    Reason.NONE: "",
    Reason.START_MISSING: "起点时间缺失",
    Reason.STOP_MISSING: "后面的环节已完成，但本环节的完成时间漏填",
    Reason.STOP_BEFORE_START: "完成时间早于起点",
    Reason.NOT_MARKED: "客户经理未标明需要回访",
    Reason.IS_PENDING: "本单是未了事宜，计时暂停",
    Reason.RETURNED: "处理单被退回，处理完毕后再回访",
    Reason.NOT_OPENED: "起点的事项没有发生，不需要这个环节",
}
