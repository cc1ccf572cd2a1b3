"""What stands on a ticket's forms."""

from __future__ import annotations

import io

import openpyxl
import pytest

from automation import forms
from automation.forms import Case
from automation.forms.timeline import timeline
from automation.past import Change, History, Past, Seen
from tests.forms import cases
from tests.tables import plain
from workbook import formbook
from workbook.edits import Cell
from workbook.finding import Finding, Severity
from workbook.schema import REGISTER
from workbook.vocabulary import FLOW


def made(case: Case, kind: str = forms.ALL, *, findings: bool = False) -> dict[str, dict[str, str]]:
    """File → sheet → all text in it."""
    files = {}
    for one in forms.make(case, kind, findings=findings):
        book = openpyxl.load_workbook(io.BytesIO(formbook.write(one.book)))
        files[one.name] = {
            sheet.title: "\n".join(str(cell.value) for row in sheet for cell in row if cell.value is not None)
            for sheet in book
        }
    return files


def inside(case: Case) -> dict[str, str]:
    return made(case)[f"{case.number}-表单"]


def evidence(case: Case) -> dict[str, str]:
    return made(case)[f"{case.number}-投诉处理证据材料"]


def shown(text: str) -> str:
    return plain("".join(text.split()))


@pytest.mark.parametrize("number", cases.ALL_NUMBERS)
def test_every_column_of_the_register_that_has_a_value_stands_on_the_form(number):
    case = cases.case(number)
    sheets = inside(case)
    text = shown("".join(part for name, part in sheets.items() if name.startswith("处理单")))
    ours = {"当前环节": case.told.current, "状态": case.told.state, "提示": case.hint}
    for column in REGISTER.headers:
        value = ours.get(column, case.register[column])
        if column == "详细经过" and number == cases.LENGTHY:
            parts = [part for part in value.split("第") if part]
            assert all(shown(part) in text for part in parts[:-1:7])
        elif column != "截止时间":
            assert shown(value) in text, column
    assert shown(case.told.due.replace("T", " ")[:16]) in text


def test_each_stage_says_on_time_or_late_in_words():
    text = shown(inside(cases.case(cases.EVERY))["处理单"])
    assert "2026-11-0309:30按时" in text
    assert "2026-11-0414:30超时2小时" in text
    assert "签字" not in text, "nothing is left to be done by hand"


def test_what_is_still_to_be_done_has_room_to_write_and_to_sign():
    text = shown(inside(cases.case(cases.LATE))["处理单"])
    assert "年月日时分应在2026-11-0409:40前,已超时7天23小时" in text
    for who in ("经办人", "被反馈部门", "管理部复核人", "主管总经理", "责任人", "客户服务中心"):
        assert f"{who}(签字)" in text


def test_a_fault_is_told_with_clause_amount_in_capitals_and_who_signs():
    sheets = inside(cases.case(cases.EVERY))
    text = shown(sheets["过失处理意见"])
    assert "《投诉考核细则》第十四条" in text and "200.00元(大写:贰佰元整)" in text
    assert "责任人高建军(签字)" in text and "主管总经理(签字)" in text
    assert "协商意见" not in sheets


FINES = (
    ("unapproved", "150 | 陆文琴 | 顾明远 |", "未批准", "待批准处罚人民币150.00元(大写:壹佰伍拾元整)批准后计入"),
    ("his own", "150 | 陆文琴 | 高建军 | 11-05", "未批准", "待批准处罚人民币150.00元(大写:壹佰伍拾元整)批准后计入"),
    ("below nothing", "-150 | 陆文琴 | 顾明远 | 11-05", "待更正", ""),
    ("twice", "200 | 陆文琴 | 顾明远 | 11-05", "疑似重复", ""),
    ("next year", "2027", "待更正", ""),
)


@pytest.mark.parametrize(("sentence", "cells", "why", "waiting"), FINES)
def test_what_may_not_be_paid_is_marked_on_the_form_and_left_out_of_the_sum(sentence, cells, why, waiting):
    day, cells = ("2027-11-05", "150 | 陆文琴 | 顾明远 | 11-05") if cells == "2027" else ("11-05", cells)
    reason = "护板未装牢" if sentence == "twice" else "返工"
    row = f"{day} | {cases.EVERY} | 高建军 | 机修车间 | 处罚 | 《投诉考核细则》第十一条 | {reason} | {cells}"
    text = shown(inside(cases.case(cases.EVERY, cases.facts(text=cases.WORKBOOK + row)))["过失处理意见"])
    assert f"〔{why},不计入合计〕" in text
    assert text.count("不计入合计") == 1 and "处罚人民币200.00元(大写:贰佰元整)" in text
    assert (waiting in text) if waiting else "待批准" not in text


def test_a_disputed_review_gives_the_agreement_instead():
    sheets = inside(cases.case(cases.DISPUTED))
    assert "双方各承担一半" in sheets["协商意见"] and "过失处理意见" not in sheets


def test_without_a_review_there_is_neither_and_asking_for_it_says_why():
    assert set(inside(cases.case(cases.LATE))) == {"处理单"}
    with pytest.raises(forms.NotYet, match="复核结论还是空的"):
        forms.make(cases.case(cases.LATE), "过失")


def test_the_application_ticks_what_is_asked_and_numbers_the_evidence():
    text = shown(inside(cases.case(cases.MAJOR))["重大质量事故申请表"])
    assert "申请号:ZD20261104-01" in text
    assert "□换车□退车■附带赔偿" in text
    assert "1.故障件照片4张2.数据流截图3.拖车单" in text
    assert "3,600.50元(大写:叁仟陆佰元零伍角)" in text
    assert "还没有核销单:故障件继续保管" in text and "公司领导(签字)" in text


def test_a_case_without_an_application_gets_one_to_fill_in():
    sheets = made(cases.case(cases.LATE), "重大")[f"{cases.LATE}-重大质量事故处理申请表"]
    text = shown(sheets["重大质量事故申请表"])
    assert "□换车□退车□附带赔偿" in text and "LSVAM4187C2184841" in text and "申请人(签字)" in text


@pytest.mark.parametrize(("number", "title"), [(cases.TIER, "客户反馈及抱怨单"), (cases.SELLER, "顾客投诉处理表")])
def test_a_flow_has_the_form_its_source_names(number, title):
    assert inside(cases.case(number))["处理单"].startswith(title)


@pytest.mark.parametrize("flow", FLOW.values)
def test_every_flow_shows_its_stages(flow):
    text = cases.WORKBOOK.replace(f"{cases.TIER} | 三级处理", f"{cases.TIER} | {flow}")
    assert f"{cases.TIER} | {flow}" in text
    case = cases.case(cases.TIER, cases.facts(text=text))
    limits = shown(evidence(case)["时限核对"])
    assert case.told.flow == flow
    for stage in case.told.stages:
        assert stage.rule in limits and shown(stage.source) in limits
    if flow != FLOW.values[0]:
        form = shown(inside(case)["处理单"])
        assert all(shown(stage.stage) in form for stage in case.told.stages)


def test_the_evidence_has_everything_in_order_of_time_with_its_cell():
    entries = timeline(cases.case(cases.EVERY))
    assert [(one.when, one.what) for one in entries][:3] == [
        ("2026-11-01", "维修质保:出厂".replace(":", chr(0xFF1A))),
        ("2026-11-03", "维修质保:再修".replace(":", chr(0xFF1A))),
        ("2026-11-03 09:05", "接收"),
    ]
    assert entries[2].cell == "反馈登记!C2"
    undated = timeline(cases.case(cases.DISPUTED))[-1]
    assert undated.when == "没有时间" and "没有写时间的一条" in undated.told


def test_what_leaves_the_house_shares_no_file_with_what_does_not_and_names_nobody_s_fine():
    case = cases.case(
        cases.EVERY,
        None,
        Finding(
            "STD-19", Severity.WARNING, "奖罚明细!H2 金额超过上限", "核对", Cell("奖罚明细", 2, 8), ticket=cases.EVERY
        ),
        Finding(
            "STD-20",
            Severity.ERROR,
            "反馈登记!R2 当事人参与了处理",
            "换人",
            Cell("反馈登记", 2, 18),
            ticket=cases.EVERY,
        ),
    )
    files = made(case)
    assert list(files) == [f"{cases.EVERY}-表单", f"{cases.EVERY}-投诉处理证据材料"]
    outside = "".join(evidence(case).values())
    for inner in ("投诉考核细则", "200.00", "奖罚", "顾明远"):
        assert inner not in outside
    # Nor does what kesu found amiss leave, unless it is asked for; and then nothing of 奖罚 with it.
    assert "当事人参与了处理" not in outside and "检查发现" not in outside
    asked = "".join(made(case, findings=True)[f"{cases.EVERY}-投诉处理证据材料"].values())
    assert "当事人参与了处理" in asked and "五、检查发现" in asked and "金额超过上限" not in asked


def test_the_cover_says_what_it_was_made_of():
    cover = shown(evidence(cases.case(cases.EVERY))["封面"])
    assert "客诉登记.xlsx" in cover and cases.SOURCE.sha256 in cover and "2026-11-1209:30:00" in cover
    for part in ("案件事实", "经过时间线", "时限核对", "事后改动"):
        assert part in cover


def test_what_was_changed_afterwards_is_told_with_old_and_new():
    moment = cases.MOMENT
    change = Change(cases.EVERY, "转管理部时间", "2026-11-04 10:30", "2026-11-04 08:30", moment, moment)
    history = History({cases.EVERY: Seen(0, "", "")}, {cases.EVERY: moment}, (change,), moment)
    text = evidence(cases.case(cases.EVERY, cases.facts(Past(history=history))))["事后改动"]
    assert "2026-11-04 10:30" in text and "2026-11-04 08:30" in text
    assert "没有改动记录" in evidence(cases.case(cases.EVERY))["事后改动"]


@pytest.mark.parametrize("kind", forms.KINDS)
def test_masked_forms_tell_nobody_who_the_customer_is(kind):
    known = cases.facts(text=cases.WORKBOOK.replace("取车后", "王小明（13800138000、沪A12345）取车后"))
    case = cases.case(cases.EVERY, known, masked=True)
    text = "".join(part for sheets in made(case, kind).values() for part in sheets.values())
    for personal in ("王小明", "13800138000", "沪A12345", "LSVAM4187C2184841"):
        assert personal not in text
    assert "王**" in text
    assert "王小明" in "".join(inside(cases.case(cases.EVERY)).values()), "unmasked where nobody asked for it"


def test_what_could_not_be_read_is_shown_as_it_was_typed():
    text = cases.WORKBOOK.replace("| 11-04 08:30 |", '| "周三早上" |', 1)
    assert "周三早上" in inside(cases.case(cases.EVERY, cases.facts(text=text)))["处理单"]


def test_the_same_case_gives_the_same_bytes():
    one, other = (
        [formbook.write(made.book) for made in forms.make(cases.case(cases.EVERY), forms.ALL)] for _ in range(2)
    )
    assert one == other


def test_forms_are_printed_on_a4_with_page_numbers_and_titles_on_every_page():
    for made_ in forms.make(cases.case(cases.LENGTHY), forms.ALL):
        book = openpyxl.load_workbook(io.BytesIO(formbook.write(made_.book)))
        for sheet in book:
            assert sheet.page_setup.paperSize == 9 and sheet.page_setup.orientation == "portrait"
            assert sheet.page_setup.fitToWidth in (None, 1) and sheet.sheet_properties.pageSetUpPr.fitToPage
            assert "&P" in sheet.oddFooter.center.text and cases.LENGTHY in sheet.oddFooter.left.text
            if sheet.page_setup.fitToHeight == 0:
                assert sheet.print_title_rows and sheet.print_title_rows.startswith("$1:")
            assert all(row.height is None or row.height <= 409 for row in sheet.row_dimensions.values())
