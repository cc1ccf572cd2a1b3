"""The roles that group robots are set to, held against 人员: a misspelt one would never hear of anything."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from automation.roster import Roster
from automation.settings import Robot
from workbook.finding import Finding, Severity
from workbook.ledger import Records


def unknown(robot: Robot, roster: Roster) -> Iterator[str]:
    """A sentence for each role of the robot that nobody holds, with the nearest that somebody does."""
    held = list(dict.fromkeys(person.role for person in roster.people if person.role))
    for role in robot.roles:
        if role not in held:
            near = difflib.get_close_matches(role, held, n=1, cutoff=0.5)
            guess = f"；是不是“{near[0]}”？" if near else ""
            yield f"“人员”表里没有人担任“{role}”{guess}"


def findings(robots: Sequence[Robot], roster: Roster, staff: Records) -> Iterator[Finding]:
    """MAIL-06: none while 人员 is empty, which is told as it is."""
    for robot in robots if roster.people else ():
        for told in unknown(robot, roster):
            yield Finding(
                "MAIL-06",
                Severity.WARNING,
                f"群机器人 {robot.name} 收不到这些提醒：{told}",
                f"改正 kesu.toml 里 [robots.{robot.name}] 的 roles，或在“人员”表里安排人",
                sheet=staff.sheet,
            )
