import datetime as dt
import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from automation.mail import LARGEST, BadMail, Image, Message, compose, encoded

NOW = dt.datetime(2026, 11, 21, 9, 30)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def made(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "key": "alert|zhang",
        "kind": "alert",
        "sender": ("客诉提醒", "kesu@example.com"),
        "to": [("张伟", "zhangwei@example.com")],
        "subject": "【客诉提醒】2 件超时(最长 1天3小时),1 件临近|星耀4S店",
        "text": "您好:\n有 3 件客诉。\n",
        "html": "<p>您好</p>",
        "now": NOW,
    }
    return compose(**(given | changes))


def modern(message: Message) -> EmailMessage:
    parsed = email.message_from_bytes(message.raw, policy=email.policy.default)
    assert not parsed.defects
    return parsed


def old_fashioned(message: Message, header: str) -> str:
    """The header as RFC 2047's plainest reader has it."""
    return str(make_header(decode_header(email.message_from_bytes(message.raw)[header])))


names = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\xad"), max_size=60
).filter(lambda text: text == " ".join(text.split()))


@given(names)
def test_any_subject_reads_back_in_two_readers(subject: str) -> None:
    message = made(subject=subject)
    assert old_fashioned(message, "Subject") == subject
    assert modern(message)["Subject"] == subject


@given(st.lists(names, min_size=1, max_size=8))
def test_any_names_read_back_each_with_its_address(people: list[str]) -> None:
    to = [(name, f"p{number}@example.com") for number, name in enumerate(people)]
    raw = email.message_from_bytes(made(to=to).raw)["To"]
    back = [(str(make_header(decode_header(name))), address) for name, address in getaddresses([raw])]
    assert back == to


def test_a_long_list_of_chinese_names_keeps_every_name_with_its_address() -> None:
    to = [(f"欧阳建国{number}、主管(售后)", f"person{number}@example.com") for number in range(40)]
    message = made(to=to)
    addresses = modern(message)["To"].addresses
    assert [(one.display_name, one.addr_spec) for one in addresses] == to
    assert message.recipients == tuple(address for _, address in to)


def test_the_bytes_are_fit_for_any_server() -> None:
    raw = made(text="长" * 5000, html="<p>" + "长" * 5000).raw
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 76


def test_the_same_input_gives_the_same_bytes() -> None:
    files = [("十一月汇总.xlsx", b"PK\x03\x04")]
    assert made(attachments=files).raw == made(attachments=files).raw
    assert made().message_id == made(now=NOW + dt.timedelta(hours=1)).message_id
    assert made().message_id != made(key="alert|wang").message_id


def test_the_date_is_the_wall_clock_of_china() -> None:
    assert modern(made())["Date"].datetime.isoformat() == "2026-11-21T09:30:00+08:00"
    utc = dt.datetime(2026, 11, 21, 1, 30, tzinfo=dt.UTC)
    assert parsedate_to_datetime(modern(made(now=utc))["Date"]).isoformat() == "2026-11-21T09:30:00+08:00"


def test_out_of_office_answers_are_asked_to_stay_away() -> None:
    assert modern(made())["Auto-Submitted"] == "auto-generated"
    assert modern(made())["X-Auto-Response-Suppress"] == "All"


def test_mails_of_a_thread_answer_the_same_message_and_other_mails_none() -> None:
    one, two = made(thread=("alert|zhang", "客诉提醒")), made(key="alert|2", thread=("alert|zhang", "客诉提醒"))
    assert modern(one)["References"] == modern(one)["In-Reply-To"] == modern(two)["References"]
    assert old_fashioned(one, "Thread-Topic") == "客诉提醒"
    assert modern(made(thread=("alert|li", "客诉提醒")))["References"] != modern(one)["References"]
    assert modern(made())["References"] is None
    assert one.raw.isascii() and one.raw == made(thread=("alert|zhang", "客诉提醒")).raw


def test_text_comes_first_and_html_second() -> None:
    parts = [part.get_content_type() for part in modern(made()).walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    body = modern(made()).get_body(("plain",))
    assert body is not None and body.get_content().replace("\r\n", "\n") == "您好:\n有 3 件客诉。\n"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("2026年11月 奖罚情况(第2版).xlsx", XLSX),
        ("客诉登记.xlsm", "application/vnd.ms-excel.sheet.macroenabled.12"),
        ("未了事宜.csv", "application/octet-stream"),
        ("处理单.PDF", "application/pdf"),
        ("没有后缀", "application/octet-stream"),
        ("很长的名字" * 12 + ".xlsx", XLSX),
    ],
)
def test_an_attachment_keeps_its_name_its_type_and_its_bytes(name: str, kind: str) -> None:
    content = bytes(range(256)) * 5
    message = made(attachments=[(name, content)])
    (part,) = modern(message).iter_attachments()
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (name, kind, content)
    other = list(email.message_from_bytes(message.raw).walk())[-1]
    assert (other.get_filename(), other.get_payload(decode=True)) == (name, content)


def test_a_picture_stands_inside_the_html() -> None:
    png = b"\x89PNG\r\n\x1a\n"
    parsed = modern(made(html='<img src="cid:chart">', images=[Image("chart", png)], attachments=[("a.xlsx", b"PK")]))
    related = next(part for part in parsed.walk() if part.get_content_type() == "multipart/related")
    picture = list(related.iter_parts())[1]
    assert picture["Content-ID"] == "<chart>" and picture.get_content() == png
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["a.xlsx"]


@pytest.mark.parametrize(
    "address",
    ["", "张伟", "a@", "@b.cn", "a b@c.cn", "a@b.cn\r\nBcc: x@y.cn", "a@b.cn>", "张@b.cn", "a..b@c.cn", ".a@b.cn"],
)
def test_what_is_no_address_is_refused_in_chinese(address: str) -> None:
    with pytest.raises(BadMail, match="不是邮箱地址"):
        made(to=[("张伟", address)])


def test_a_chinese_domain_is_written_as_servers_know_it() -> None:
    assert made(to=[("张伟", "zhang@星耀.cn")]).recipients == ("zhang@xn--kivz98c.cn",)


@pytest.mark.parametrize("text", ["a\r\nBcc: x@y.cn", "a\nb", "a\rb"])
def test_nobody_can_slip_a_header_in(text: str) -> None:
    with pytest.raises(BadMail):
        made(subject=text)
    with pytest.raises(BadMail):
        made(to=[(text, "a@b.cn")])


def test_nobody_to_send_to_is_refused() -> None:
    with pytest.raises(BadMail, match="没有收件人"):
        made(to=[])


def test_attachments_no_provider_takes_are_refused() -> None:
    with pytest.raises(BadMail, match="10 MB"):
        made(attachments=[("大.xlsx", bytes(LARGEST + 1))])


def test_encoded_words_stay_within_their_length_and_never_split_a_character() -> None:
    for word in encoded("客诉😀" * 40).split("\r\n "):
        assert len(word) <= 64
        decoded, charset = decode_header(word)[0]
        assert charset == "utf-8" and decoded.decode()
    assert re.fullmatch(r"[ -~\r\n]+", encoded("客诉"))
