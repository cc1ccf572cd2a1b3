"""What the customer is told: results, appeals, reasons, refusals, mediation (OEM, GTOYOTA, REPAIR, PARTS)."""

import pytest

from automation.checks import answers
from tests.checks.cases import WARNING, Case, look

HEADS = "编号 | 流程 | 经办人 | 归档时间 | 处理意见"
RECORDS = "处理记录\n编号 | 时间 | 事项 | 经手人 | 对象 | 内容 | 结果"


def book(flow: str, *entries: str, closed: str = "") -> str:
    """A case of a flow that 张伟 handles, and its entries without their number."""
    lines = [f"FK20261103-001 | {entry}" for entry in entries]
    return "\n".join((f"反馈登记\n{HEADS}\nFK20261103-001 | {flow} | 张伟 | {closed} |", "", RECORDS, *lines))


REFUSED = "11-04 10:00 | 答复客户 | 李娜 | 客户 | 已过质保期 | 客户不接受"
CASES = (
    Case(
        "a result that no measure stands behind",
        "OEM",
        "处理记录!C3",
        WARNING,
        "已反馈结果，但此前没有任何措施的记录",
        book("厂家规范", "11-05 10:00 | 调查 | 张伟 | | 拆检 |", "11-06 10:00 | 反馈结果 | 张伟 | 客户 | 换件 |"),
        ("| 调查 |", "| 措施 |"),
    ),
    Case(
        "a measure taken only after the result was told",
        "OEM",
        "处理记录!C3",
        WARNING,
        "此前没有任何措施",
        book("厂家规范", "11-07 10:00 | 措施 | 张伟 | | 换件 |", "11-06 10:00 | 反馈结果 | 张伟 | 客户 | 换件 |"),
        ("11-07 10:00", "11-06 10:00"),
    ),
    Case(
        "an appeal answered by the one it is against",
        "GTOYOTA",
        "处理记录!D4",
        WARNING,
        "客户申诉后仍由张伟答复，与申诉前是同一人",
        book(
            "广汽丰田",
            "11-05 10:00 | 反馈结果 | 张伟 | 客户 | 超过首保期限 | 客户不接受",
            "11-06 10:00 | 申诉 | 张伟 | 服务总监 | 要求重新处理 |",
            "11-07 10:00 | 反馈结果 | 张伟、王芳 | 客户 | 善意首保 | 客户接受",
        ),
        ("张伟、王芳", "王芳"),
        hints="申诉由上一级处理",
    ),
    Case(
        "an appeal against a case with no answer on record goes past its handler",
        "GTOYOTA",
        "处理记录!D3",
        WARNING,
        "客户申诉后仍由张伟答复",
        book(
            "广汽丰田",
            "11-06 10:00 | 申诉 | 李娜 | 服务总监 | 要求重新处理 |",
            "11-07 10:00 | 答复客户 | 张伟 | 客户 | 善意首保 | 客户接受",
        ),
        ("答复客户 | 张伟", "答复客户 | 王芳"),
    ),
    Case(
        "an answer without reasons",
        "REPAIR",
        "处理记录!F2",
        WARNING,
        "答复客户没有写明理由",
        book("维修企业", "11-04 10:00 | 答复客户 | 李娜 | 客户 | | 客户接受"),
        ("客户 | | ", "客户 | 在质保期内，免费返修 | "),
        hints="详细说明答复的理由",
    ),
    Case(
        "a refused answer, and the case closed without mediation",
        "REPAIR",
        "处理记录!G2",
        WARNING,
        "客户没有接受答复（客户不接受），本单已归档，但没有第三方调解的记录",
        book("维修企业", REFUSED, "11-08 10:00 | 措施 | 李娜 | 运管所 | 参加调解 |", closed="11-20 10:00"),
        ("| 措施 |", "| 第三方调解 |"),
        hints="仲裁",
    ),
    Case(
        "a refused answer after which the customer came round",
        "REPAIR",
        "处理记录!G2",
        WARNING,
        "客户没有接受答复",
        book("维修企业", REFUSED, "11-08 10:00 | 措施 | 李娜 | 客户 | 免工时 | 同意", closed="11-20 10:00"),
        ("| 措施 |", "| 答复客户 |"),
    ),
    Case(
        "mediation by nobody in particular",
        "PARTS",
        "处理记录!E2",
        WARNING,
        "第三方调解没有写明是哪个机构",
        book("汽车配件客诉", "11-08 10:00 | 第三方调解 | 张伟 | | 调解 | 换货"),
        ("张伟 | |", "张伟 | 消费者协会 |"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_out_of_order_is_found(case: Case) -> None:
    case.must_be_found(answers.CHECKS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_in_order_is_left_alone(case: Case) -> None:
    case.must_be_spared(answers.CHECKS)


def test_a_result_rests_on_the_register_s_opinion_too_and_an_open_refusal_is_still_being_handled() -> None:
    decided = book("厂家规范", "11-06 10:00 | 反馈结果 | 张伟 | 客户 | 换件 |").replace("张伟 |  |", "张伟 |  | 换件")
    assert look(answers.CHECKS, CASES[0].facts(decided)) == []
    assert look(answers.CHECKS, CASES[0].facts(book("维修企业", REFUSED))) == []
