import pytest

from automation.privacy import mask_name, mask_phone, mask_plate, mask_text, mask_vin


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王**"),
        ("王明", "王**"),
        ("欧阳建国", "欧阳**"),
        ("欧阳", "欧**"),
        ("陈女士", "陈女士"),
        ("诸葛先生", "诸葛先生"),
        ("John Smith", "J**"),
        (" 李四 ", "李**"),
        ("杭州星河物流有限公司", "杭州星河物流有限公司"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_surname_alone(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("plate", "shown"),
    [
        ("京A12345", "京A1***5"),
        ("京AD12345", "京AD***5"),
        ("京A·12345", "京A1***5"),
        ("粤Z1234港", "粤Z1***港"),
        ("未上牌", "未上牌"),
        ("12", "1***"),
        ("", ""),
    ],
)
def test_a_plate_keeps_its_beginning_and_its_last_sign(plate: str, shown: str) -> None:
    assert mask_plate(plate) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800138000", "138****8000"),
        ("+86 138-0013-8000", "138****8000"),
        ("0571-88886666", "0571****6666"),
        ("8888", "****"),
        ("没有", "****"),
        ("", ""),
    ],
)
def test_a_phone_can_never_be_dialled(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


def test_a_vin_keeps_maker_and_end() -> None:
    assert mask_vin("LSVAM4187C2184841") == "LSV**********4841"
    assert mask_vin("4841") == "****"


def test_personal_data_inside_a_sentence_is_masked_and_the_ticket_number_is_not() -> None:
    said = (
        "车主王小明(13800138000,家里0571-88886666)的京AD12345,车架LSVAM4187C2184841,单号FK20261121-007,"
        "赔偿要求20261121元,另一台京A·12345BMW"
    )
    assert mask_text(said, ["王小明"]) == (
        "车主王**(138****8000,家里0571****6666)的京AD***5,车架LSV**********4841,单号FK20261121-007,"
        "赔偿要求20261121元,另一台京A1***BMW"
    )


@pytest.mark.parametrize("phone", ["138 0013 8000", "138-0013-8000", "+8613800138000", "86 13800138000"])
def test_a_phone_is_found_however_it_is_typed(phone: str) -> None:
    assert mask_text(f"请打{phone}找我") == "请打138****8000找我"
