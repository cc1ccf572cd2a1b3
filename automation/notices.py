"""What a group robot says: the alerts of one pass that go to its roles, masked, in a few lines.

A group is no mailbox: whoever is in it reads all. So neither telephone, VIN nor what the customer said is in a notice,
names and plates are masked as in mails, and nothing leads anywhere.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence

from automation.alerts import Alert, Digest, Level, Recipient
from automation.channels import groups
from automation.channels.robot import Case, Notice, cut, unmarked
from automation.mail import Message
from automation.privacy import mask_name, mask_plate, mask_text
from automation.render import headline
from automation.settings import Robot, Settings
from automation.wording import moment, span

MOST_CASES = 10
"""Cases listed in one notice; the mails have them all."""
PREFIX = "robot|"
"""What the key of every notice begins with."""
_LONGEST = 150  # bytes of one case's words
_GM = "主管总经理"


def notice(robot: Robot, digests: Sequence[Digest], settings: Settings) -> Message | None:
    """The one message a robot's group gets from a pass; ``None``: nothing for its roles.

    Its key is made of the robot and the alerts told, so a pass that is repeated cannot queue it again. While all mail
    is redirected for a trial, groups hear nothing.
    """
    alerts = _for_roles(frozenset(robot.roles), digests)
    if not alerts or settings.mail.redirect_to:
        return None
    now = digests[0].now
    service = groups.SERVICES[robot.name]
    told = headline(Digest(Recipient(service.title, "", "、".join(robot.roles)), now, alerts, ("",) * len(alerts)))
    below = "，".join(part for part in (unmarked(settings.dealership), moment(now)) if part)
    cases = tuple(_case(alert, now) for alert in alerts[:MOST_CASES])
    keys = "\n".join(sorted(alert.key for alert in alerts))
    return Message(
        key=f"{PREFIX}{robot.name}|{hashlib.sha256(keys.encode()).hexdigest()[:24]}",
        kind="alert",
        recipients=(f"{service.title}机器人",),
        subject=told,
        raw=service.fitted(Notice(told, below, cases, len(alerts))),
        message_id="",
        channel=robot.name,
    )


def _for_roles(roles: frozenset[str], digests: Sequence[Digest]) -> tuple[Alert, ...]:
    """Of each matter the gravest alert, the worst first."""
    gravest: dict[tuple[str, str], Alert] = {}
    for alert in _told(roles, digests):
        matter = (alert.ticket, alert.rule)
        if matter not in gravest or alert.level > gravest[matter].level:
            gravest[matter] = alert
    return tuple(sorted(gravest.values(), key=lambda one: (-one.level, -one.late_by, one.due, one.ticket)))


def _told(roles: frozenset[str], digests: Sequence[Digest]) -> Iterator[Alert]:
    """A digest joins the roles of its reader: an alert that came to one of the others is none for this group."""
    for digest in digests:
        shared = roles & frozenset(digest.recipient.role.split("、"))
        for alert in digest.alerts:
            own = {Level.ESCALATED: _GM, Level.REPORTED: ""}.get(alert.level, alert.responsible)
            if own in roles or (not own and shared):
                yield alert


def _case(alert: Alert, now: dt.datetime) -> Case:
    late = alert.level is not Level.AT_RISK
    about = (alert.ticket, alert.stage, mask_name(alert.customer), mask_plate(alert.plate))
    words = unmarked(mask_text(" ".join(part for part in about if part)))
    lateness = f"超时 {span(alert.late_by)}" if late else f"还剩 {span(alert.due - now)}"
    return Case(lateness, late, cut(words, _LONGEST) + unmarked(f"（{alert.responsible}）"))
