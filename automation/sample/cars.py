"""Cars and their owners: models of an invented brand, plates, VINs with right check digits, names, telephones."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from automation.identifiers import vin_check_digit

_ELECTRIC = "DF"
_PLATE_SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_PLACES = ("苏E", "苏E", "苏E", "苏E", "苏E", "苏U", "苏B", "浙F", "沪A", "沪C")
_MODEL_YEARS = {2019: "K", 2020: "L", 2021: "M", 2022: "N", 2023: "P", 2024: "R", 2025: "S", 2026: "T", 2027: "V"}
_SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟崔"
)
_GIVEN = (
    *("伟", "芳", "敏", "静", "磊", "洋", "艳", "勇", "军", "杰", "娟", "涛", "超", "霞", "鹏", "琳", "晨", "倩", "斌", "婷"),
    *("建国", "志明", "文博", "雨桐", "子轩", "佳怡", "海涛", "晓东", "丽华", "国强", "思远", "欣然", "俊杰", "春梅"),
    *("家豪", "雅琴", "宏伟", "梦瑶", "永康", "慧敏", "振华", "秀兰", "一凡", "诗涵", "正阳", "美玲", "天宇", "桂英"),
)  # fmt: skip
_MOBILES = ("134", "135", "136", "138", "139", "150", "151", "158", "159", "177", "180", "181", "186", "189", "199")


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its name, its part of the VIN (signs 4 to 8), whether it takes a green plate."""

    name: str
    signs: str
    electric: bool = False


MODELS = (
    Model("远澜 L5 1.5T", "BA5F1"),
    Model("远澜 L5 1.5T", "BA5F1"),
    Model("远澜 L7 2.0T", "BA7G2"),
    Model("远澜 X3 1.5T", "CX3F1"),
    Model("远澜 X5 2.0T", "CX5G2"),
    Model("远澜 X5 插混", "CX5P3", electric=True),
    Model("远澜 E6 纯电", "DE6E4", electric=True),
    Model("远澜 MPV 7座", "MV7G2"),
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer and the car."""

    name: str
    phone: str
    plate: str
    vin: str
    model: str
    mileage: int
    delivered: dt.date

    def row(self) -> dict[str, object]:
        """The customer's columns of the register."""
        return {
            "客户姓名": self.name,
            "联系电话": self.phone,
            "车牌号": self.plate,
            "车架号": self.vin,
            "车型": self.model,
            "行驶里程": self.mileage,
        }


def customer(rng: random.Random, day: dt.date) -> Customer:
    """A customer as the register of ``day`` may name one; new cars may have no plate yet."""
    model = rng.choice(MODELS)
    age = min(round(rng.expovariate(1 / 620)) + rng.randint(2, 40), 2400)
    delivered = day - dt.timedelta(days=age)
    serial = f"{rng.randint(1200, 98999):06d}"
    plate = "未上牌" if age < 15 else _plate(rng, electric=model.electric)
    phone = f"0512-{rng.randint(61000000, 69999999)}" if rng.random() < 0.03 else _mobile(rng)
    return Customer(
        name=rng.choice(_SURNAMES) + rng.choice(_GIVEN),
        phone=phone,
        plate=plate,
        vin=_vin(model, delivered.year, rng.choice("AB") + serial),
        model=model.name,
        mileage=max(12, round(age * rng.uniform(22, 62))),
        delivered=delivered,
    )


def _mobile(rng: random.Random) -> str:
    return rng.choice(_MOBILES) + f"{rng.randint(0, 99999999):08d}"


def _plate(rng: random.Random, *, electric: bool) -> str:
    place = rng.choice(_PLACES)
    if electric:
        return f"{place}{rng.choice(_ELECTRIC)}{rng.randint(10000, 99999)}"
    letters = rng.choice((0, 1, 1, 2))
    signs = [rng.choice("0123456789") for _ in range(5)]
    for spot in rng.sample(range(4), letters):
        signs[spot] = rng.choice(_PLATE_SIGNS)
    return place + "".join(signs)


def _vin(model: Model, year: int, tail: str) -> str:
    """17 signs: maker, model, check digit, model year, plant and serial number."""
    draft = f"LYN{model.signs}0{_MODEL_YEARS.get(year, 'T')}{tail}"
    return draft[:8] + vin_check_digit(draft) + draft[9:]
