"""The last look at a finished mail: what it must find however it is hidden, and what it must leave alone (MAIL-05)."""

import datetime as dt
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.comments import Comment

from automation.lastcheck import Leak, hits, numbers
from automation.mail import compose
from automation.privacy import Sight, mask_text, sight

PHONE, VIN, PLATE = "13912345678", "LSVAM4187C2184842", "浙C88K88"


def raw(**changes: Any) -> bytes:
    given: dict[str, Any] = {
        "key": "k",
        "kind": "alert",
        "sender": ("客诉提醒", "kesu@example.com"),
        "to": [("张伟", "zhangwei@example.com")],
        "subject": "【客诉提醒】2 件超时",
        "text": "您好",
        "html": "<p>您好</p>",
        "now": dt.datetime(2026, 11, 21, 9, 30),
    }
    return compose(**(given | changes)).raw


def found(sees: Sight = Sight.MASKED, customers: Any = (), allowed: Any = (), **changes: Any) -> list[str]:
    return [str(hit) for hit in hits(raw(**changes), sees, customers=customers, allowed=allowed)]


def book(*cells: object, **more: str) -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    for row, cell in enumerate(cells, start=1):
        sheet.cell(row, 1, cell)
    if "comment" in more:
        sheet["C1"].comment = Comment(more["comment"], "")
    if "link" in more:
        sheet["C2"].hyperlink = more["link"]
    if "sheet" in more:
        made.create_sheet(more["sheet"])
    if "header" in more:
        sheet.oddHeader.center.text = more["header"]
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


LEAKS = {
    "subject": {"subject": f"请回电 {PHONE}"},
    "text": {"text": f"请回电 {PHONE}。"},
    "html": {"html": f"<td>{PHONE}</td>"},
    "html across elements": {"html": "<td>139<b>1234</b>5678</td>"},
    "html as entities": {"html": "<p>&#49;3912345678</p>"},
    "html attribute": {"html": f'<img alt="{PHONE}">'},
    "html link": {"html": '<a href="tel:%31%33912345678">电话</a>'},
    "html comment": {"html": f"<!--[if mso]><p>{PHONE}</p><![endif]-->"},
    "text in full-width digits": {"text": "请回电１３９１２３４５６７８"},
    "text with invisible signs": {"text": "139\u200b1234\u200b5678"},
    "text with blanks": {"text": "139 1234 5678"},
    "text with country code": {"text": "+8613912345678"},
    "text right behind letters": {"text": "tel13912345678"},
    "file name": {"attachments": [(f"{PHONE}的处理单.xlsx", book("无"))]},
    "cell": {"attachments": [("表.xlsx", book("无", f"客户电话{PHONE}"))]},
    "cell as a number": {"attachments": [("表.xlsx", book(int(PHONE)))]},
    "cell's comment": {"attachments": [("表.xlsx", book("无", comment=PHONE))]},
    "cell's link": {"attachments": [("表.xlsx", book("无", link=f"http://x.example/{PHONE}"))]},
    "sheet's name": {"attachments": [("表.xlsx", book("无", sheet=PHONE))]},
    "page header": {"attachments": [("表.xlsx", book("无", header=f"客户{PHONE}"))]},
    "list as text": {"attachments": [("表.csv", f"电话\n{PHONE}\n".encode("gb18030"))]},
}


@pytest.mark.parametrize("place", LEAKS)
def test_a_planted_telephone_is_found(place: str) -> None:
    assert any("手机号（139****5678）" in one for one in found(**LEAKS[place])), place


@pytest.mark.parametrize(
    "place", [place for place in LEAKS if place in ("subject", "text", "html", "cell", "file name")]
)
@pytest.mark.parametrize(("secret", "said"), [(VIN, "车架号（LSV**********4842）"), (PLATE, "车牌号（浙C8***8）")])
def test_so_is_a_vin_and_a_plate(place: str, secret: str, said: str) -> None:
    where = {
        "subject": {"subject": f"车辆{secret}"},
        "text": {"text": f"车辆{secret}。"},
        "html": {"html": f"<p>车辆<b>{secret[:4]}</b>{secret[4:]}</p>"},
        "cell": {"attachments": [("表.xlsx", book(f"车辆{secret}"))]},
        "file name": {"attachments": [(f"{secret}.xlsx", book("无"))]},
    }[place]
    assert any(said in one for one in found(**where))


@pytest.mark.parametrize(
    "harmless",
    [
        "FK20261118-001、FK13912345-678，截止 11-21 周六 08:00，2026-11-21 09:30:00，20261118093000",
        "金额 1,391,234.56 元，合计 13912345678.00 元，0.13912345678，46346.13912345678",
        "座机 0571-88886666，热线 400-820-1234，里程 139123 公里",
        "全新A4L2024款，最新Q5L，远澜 L5 1.5T，STD-04，GA36，规则 X-07",
        "凭证号 20261118093000123，身份 17 位数字 12345678901234567",
        "139****5678，LSV**********4842，浙C8***8，王**，未上牌",
        "例如 京A12345（燃油）、京AD12345（新能源）；手机 11 位（13800138000）",
    ],
)
def test_numbers_of_tickets_dates_amounts_and_what_is_masked_hold_no_mail_back(harmless: str) -> None:
    assert found(text=harmless, html=f"<p>{harmless}</p>", attachments=[("表.xlsx", book(harmless))]) == []


def test_times_and_amounts_as_excel_keeps_them_are_no_telephones() -> None:
    cells = (dt.datetime(2026, 11, 21, 9, 30, 17), 0.13912345678, 46346.395833333336, 1391234.5, -3)
    assert found(attachments=[("表.xlsx", book(*cells))]) == []


@given(st.text(st.sampled_from("139 -·LSVA浙京C8K新全电王FK0.a"), max_size=40))
def test_whatever_was_masked_leaves(text: str) -> None:
    assert not numbers(mask_text(text)) - numbers("京A12345")


def test_what_cannot_be_looked_into_is_held_back() -> None:
    told = found(attachments=[("汇总.xlsx", b"PK\x03\x04"), ("汇总.pdf", b"%PDF")])
    assert len(told) == 2 and all("看不懂" in one for one in told)


def test_a_number_of_the_dealerships_own_is_allowed() -> None:
    assert found(text=f"投诉请打 {PHONE}", allowed=numbers("投诉专线：139-1234-5678")) == []


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("客户 139****5678", "电话"),
        ("座机 0571-88886666", "电话"),
        ("车 浙C8***8", "车牌号"),
        ("车架 LSV**********4842", "车架号"),
        ("王** 的罚款", "客户姓名"),
        ("为欧阳娜娜垫付", "客户姓名"),
        ("客户：高明，100 元", "客户姓名"),
    ],
)
def test_finance_may_see_nothing_of_a_customer_not_even_masked(told: str, what: str) -> None:
    customers = {"欧阳娜娜", "高明", "陈女士", ""}
    for place in ({"text": told}, {"html": f"<p>{told}</p>"}, {"attachments": [("奖罚.xlsx", book(told))]}):
        (hit,) = hits(raw(**place), Sight.NOTHING, customers=customers)
        assert hit.what == what
        assert "欧阳娜娜" not in str(hit) and "高明" not in str(hit)
        assert found(**place) == []


def test_finance_reads_amounts_tickets_and_staff() -> None:
    said = "FK20261118-001 李娜 罚 200 元，依据 STD-04；高明显的进步奖 100 元；张伟认定、审批 2026-11-21，合计 1,300.00"
    assert found(Sight.NOTHING, {"高明"}, text=said, attachments=[("奖罚.xlsx", book(said, 200))]) == []


def test_whoever_is_only_finance_decides_for_everybody_who_gets_the_same_mail() -> None:
    assert sight(["主管总经理", "管理部"]) is Sight.MASKED
    assert sight(["财务部、客户经理"]) is Sight.MASKED
    assert sight(["主管总经理", "财务部"]) is Sight.NOTHING
    assert sight([]) is Sight.MASKED


def test_the_finding_says_where_and_what_without_telling_it() -> None:
    """MAIL-05."""
    leaking = hits(raw(**LEAKS["cell"]), Sight.MASKED)
    told = Leak("周报", leaking).finding("张伟")
    assert told.rule == "MAIL-05" and "附件“表.xlsx”里有手机号（139****5678）" in told.message
    assert "张伟" in told.message and "没有发出" in told.message and PHONE not in told.message
