"""The quality warranty after a repair: by days or kilometres, whichever comes first (REPAIR)."""

import pytest

from automation.sidesheets.warranty import verdicts
from tests import tables
from workbook.schema import WARRANTY

HEADS = "维修质保\n维修类型 | 出厂日期 | 出厂里程 | 再修日期 | 再修里程\n"


def verdict(row: str) -> str:
    frame = tables.load(HEADS + row)[WARRANTY].frame
    return tables.plain(verdicts(frame).iloc[0])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # the last day and the last kilometre still count
        ("小修 | 11-03 | 30000 | 11-13 | 32000", "质保期内(第10天、2000公里;限10天/2000公里)"),
        ("小修 | 11-03 | 30000 | 11-14 | 30100", "超出质保期(第11天、100公里;限10天/2000公里)"),
        ("小修 | 11-03 | 30000 | 11-04 | 32001", "超出质保期(第1天、2001公里;限10天/2000公里)"),
        ("一级维护 | 11-03 | 30000 | 11-13 | 32000", "质保期内(第10天、2000公里;限10天/2000公里)"),
        ("零件修理 | 11-03 | 30000 | 11-10 | 30820", "质保期内(第7天、820公里;限10天/2000公里)"),
        ("二级维护 | 11-03 | 30000 | 12-03 | 35000", "质保期内(第30天、5000公里;限30天/5000公里)"),
        ("二级维护 | 11-03 | 30000 | 12-04 | 35000", "超出质保期(第31天、5000公里;限30天/5000公里)"),
        ("整车修理 | 01-01 | 30000 | 04-11 | 50000", "质保期内(第100天、20000公里;限100天/20000公里)"),
        ("总成修理 | 01-01 | 30000 | 04-12 | 50000", "超出质保期(第101天、20000公里;限100天/20000公里)"),
        # a time of day changes no day; the day itself is not counted
        ("小修 | 11-03 23:00 | 30000 | 11-13 08:00 | 30000", "质保期内(第10天、0公里;限10天/2000公里)"),
        ("小修 | 11-03 | 30000 | 11-03 | 30012.5", "质保期内(当天、12.5公里;限10天/2000公里)"),
        # past one limit is out whatever the other says; within one with the other unknown cannot be judged
        ("小修 | 11-03 | | 11-14 | 30100", "超出质保期(第11天、里程不详;限10天/2000公里)"),
        ("小修 | | 30000 | 11-14 | 33000", "超出质保期(日期不详、3000公里;限10天/2000公里)"),
        ("小修 | 11-03 | | 11-13 | 30100", "无法判定:缺出厂里程"),
        ("小修 | 11-03 | 30000 | | ", "无法判定:缺再修日期、再修里程"),
        (" | 11-03 | 30000 | 11-13 | 30100", "无法判定:缺维修类型"),
        ("大修 | 11-03 | 30000 | 11-13 | 30100", "无法判定:“大修”不是规定的维修类型"),
        # what contradicts itself is not judged by its other half
        ("小修 | 11-03 | 30000 | 11-02 | 33000", "无法判定:再修日期早于出厂日期"),
        ("小修 | 11-03 | 30000 | 12-30 | 3100", "无法判定:再修里程小于出厂里程"),
    ],
)
def test_the_verdict_of_a_repair_that_came_back(row: str, expected: str) -> None:
    assert verdict(row) == expected
