r"""Windows: a task of the Task Scheduler, as XML for ``schtasks /Create /XML``.

The elements and their order follow [MS-TSCH] 2.5 (learn.microsoft.com/openspecs/windows_protocols/ms-tsch), version 1.2,
which every Windows since Vista knows.

``InteractiveToken``: the task runs in the session of whoever is logged on, locked screen included, and so reaches the
share, the mapped drives and the passwords that person reaches. ``S4U`` would also run while nobody is logged on, but
"there is no access to either the network or encrypted files": the workbook is on a share as a rule. ``Password`` would
store one. A time trigger, because only administrators may register a logon trigger.
"""

from __future__ import annotations

import re
import subprocess
from xml.sax.saxutils import escape

from automation.installation.steps import CannotInstall, Delete, Machine, Plan, Run, Task, Write

_TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Author>kesu</Author>
    <Description>{title}</Description>
  </RegistrationInfo>
  <Triggers>
    <TimeTrigger>
      <Enabled>true</Enabled>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
      <Repetition>
        <Interval>PT{minutes}M</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{user}</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <AllowStartOnDemand>true</AllowStartOnDemand>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <WakeToRun>false</WakeToRun>
    <Enabled>true</Enabled>
    <Hidden>false</Hidden>
    <IdleSettings>
      <StopOnIdleEnd>false</StopOnIdleEnd>
      <RestartOnIdle>false</RestartOnIdle>
    </IdleSettings>
    <ExecutionTimeLimit>PT30M</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RunOnlyIfIdle>false</RunOnlyIfIdle>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
_VARIABLE = re.compile(r"%[^%]+%|\$\(")
"""What the Task Scheduler would replace in a command; there is no way to write it so that it does not."""


class Windows:
    """Task Scheduler."""

    def install(self, task: Task, machine: Machine) -> Plan:
        if any(_VARIABLE.search(word) for word in task.command):
            raise CannotInstall(
                "路径里有成对的 % 或 $( ，任务计划程序会把它当成变量；请把文件夹改个名字，再运行 kesu install"
            )
        text = xml(task, machine.user)
        place = task.keep / f"{task.name}.xml"
        return Plan(
            (
                Write(place, text.replace("\n", "\r\n").encode("utf-16"), text),
                Run(("schtasks", "/Create", "/TN", task.name, "/XML", str(place), "/F")),
            ),
            (
                "您登录着 Windows 时运行（锁屏也运行），用您自己的网络盘权限；不保存 Windows 密码。电脑要开着。",
                "邮箱密码若放在环境变量里，要用“系统属性 - 环境变量”设成长期的，只在命令行里 set 的看不到。",
            ),
        )

    def remove(self, task: Task, machine: Machine) -> Plan:
        place = task.keep / f"{task.name}.xml"
        registered = machine.run(("schtasks", "/Query", "/TN", task.name))[0] == 0
        return Plan(
            (
                *((Run(("schtasks", "/Delete", "/TN", task.name, "/F")),) if registered else ()),
                *((Delete(place),) if place.is_file() else ()),
            )
        )


def xml(task: Task, user: str) -> str:
    """The task as the Task Scheduler reads it."""
    program, *arguments = task.command
    return _TASK.format(
        title=escape(task.title),
        minutes=task.minutes,
        user=escape(user),
        command=escape(program),  # never quoted, blanks or not
        arguments=escape(subprocess.list2cmdline(arguments)),
    )
