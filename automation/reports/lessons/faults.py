"""Which fault a complaint tells of, by words that staff can read and a dealership's technician can dispute.

Complaints about a fault stand under a few categories; what is broken stands in 内容概要 alone. The vocabulary names the
fault a text mentions first: one a ticket, so that faults add up to tickets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from automation.sidesheets.recurrence import FAULTS
from workbook import distinct

UNNAMED = "未归类"
"""A complaint about a fault none of whose words the vocabulary has."""


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of fault and the words that tell of it; ``甲…乙``: both, in this order, within one clause, few signs apart."""

    name: str
    words: tuple[str, ...]


def _family(name: str, words: str) -> Family:
    return Family(name, tuple(words.split()))


PLAIN: tuple[Family, ...] = (
    _family("漏油/渗油", "漏油 渗油 漏机油 漏汽油 发动机…漏油 发动机…渗油 变速箱…漏油 减震器…漏油 半轴…漏油"),
    _family(
        "漏水/密封",
        "漏水 进水 渗水 密封条 漏风 风噪 门缝 天窗…漏水 车窗…漏水 车门…漏水 后备箱…漏水 车身…漏水 "
        "发动机盖…漏水 玻璃…漏水 风挡…漏水 三角窗…漏水 "
        "大灯…进水 转向机…进水 车门…密封条 玻璃…密封条 驾驶…密封条",
    ),
    _family(
        "生锈/腐蚀",
        "生锈 锈蚀 腐蚀 氧化 底盘…生锈 底盘…腐蚀 车身…生锈 车门…生锈 天窗…生锈 发动机…生锈 中控…生锈 "
        "漆面…生锈 漆面…腐蚀",
    ),
    _family("发动机异响", "发动机…异响 发动机…响声 冷车…异响 冷启动…异响 怠速…异响 曲轴…异响 碳罐…异响 飞轮…异响"),
    _family("烧机油/机油异常", "烧机油 机油增多 机油变少 机油减少 机油乳化 机油报警 机油消耗 吃机油 油尺"),
    _family("防冻液/水温", "防冻液 冷却液 水温 液温度 节温器 水泵 散热风扇 开锅"),
    _family(
        "熄火/动力不足",
        "动力不足 加速无力 起步无力 爬坡无力 没有动力 失去动力 失速 无法加速 无法提速 熄火 缺缸 拉缸 高压泵",
    ),
    _family(
        "发动机抖动/损坏",
        "发动机…抖动 怠速…抖动 发动机…故障 发动机…损坏 发动机…断裂 发动机…开裂 缸体 曲轴 节气门 积碳 颗粒捕捉器",
    ),
    _family("变速箱顿挫/抖动", "变速箱…顿挫 变速箱…抖动 变速箱…异响 变速箱…顿 换挡…顿挫 换挡…异响 顿挫 拖挡"),
    _family("变速箱/离合故障", "变速箱 变速器 脱挡 挂挡 换挡 降挡 挡位 P挡 R挡 离合 打齿 分离轴承"),
    _family("刹车/制动", "刹车 制动 手刹 驻车 刹不住"),
    _family("转向/跑偏", "方向盘 转向 打方向 方向…异响 方向…失控 跑偏 四轮定位"),
    _family("轮胎/轮毂", "轮胎 轮毂 车轮 胎噪 备胎 后轮 前轮 补胎"),
    _family("底盘/悬架", "底盘 悬架 悬挂 减震器 支臂 摆臂 半轴 高度不一致 底护板"),
    _family(
        "车身/内饰异响",
        "车身…异响 车内…异响 中控…异响 仪表…异响 车门…异响 车窗…异响 后门…异响 门…异响 柱…异响 天窗…异响 "
        "座椅…异响 后备箱…异响 内饰…响 颠簸…异响",
    ),
    _family("漆面/色差", "漆面 喷漆 掉漆 色差 流挂 起泡 补漆"),
    _family("车灯", "大灯 车灯 尾灯 灯罩 灯开裂"),
    _family(
        "车机/屏幕/影像",
        "车机 黑屏 蓝屏 死机 导航 中控屏 中控屏幕 屏幕 车联网 智联 CarPlay carlife 多媒体 影音 音响 影像 "
        "行车电脑 奥迪系统 系统卡顿 手机远程 "
        "抬头显示",
    ),
    _family("空调", "空调 制冷 不凉 暖风 出风口"),
    _family("异味", "异味 甲醛 气味 汽油味 烟味"),
    _family("电瓶/亏电/线路", "电瓶 蓄电池 亏电 不存电 电路 线束 短路"),
    _family("动力电池/充电", "动力电池 高压电池 电池 快充 慢充 充电 续航 电控单元 驱动电机"),
    _family("车门/车窗/天窗/后备箱", "车门 车窗 门锁 后视镜 后备箱 天窗 雨刮 行李架"),
    _family("安全带/气囊", "安全带 气囊"),
    _family("座椅/内饰件", "座椅 中控台 仪表台 内饰 盖板 饰板 爆皮"),
    _family("玻璃", "玻璃 前风挡 前挡"),
    _family("驾驶辅助", "巡航 ESP ABS EPS 辅助功能 雷达 四驱系统"),
    _family("装配/漏装", "卡扣 装配 螺栓 螺丝 漏装 未安装 装反"),
    _family("配件真伪/旧件", "拆封 旧件 副厂 假件"),
)
"""Faults by what is broken. The first that a text mentions names it; of two at the same place the upper one."""

VAGUE: tuple[Family, ...] = (
    _family("异响（部位不明）", "异响 响声 异音 噪音"),
    _family("故障灯/报警", "故障灯 故障码 报警 仪表…提示"),
    _family("启动/抖动/磨损", "无法启动 抖动 共振 异常磨损 断裂 开裂 油耗 无法行驶"),
    _family("反复维修", "没修好 修不好 又出现 同样的毛病 多次维修 反复 未解决 维修技术差"),
    _family("保修/索赔", "不给索赔 不给保 拒赔 拒绝索赔 质保 三包 首保 召回"),
    _family("与宣传/承诺不符", "与宣传不符 宣传 与实际不符 不兑现 未兑现 配置不符"),
)
"""Asked only when no part is named."""

_GAP = r"[^，。；！？,;!?\s]{0,8}?"


def of(register: pd.DataFrame) -> pd.Series:
    """The fault of every ticket: a family's name, :data:`UNNAMED`, or empty where it complains about something else.

    内容概要 decides; where it names nothing, 详细经过.
    """
    fault = register["反馈类别"].isin(FAULTS)
    found = pd.Series("", index=register.index, dtype=object)
    told = distinct.spread(named, register.loc[fault, "内容概要"]) if fault.any() else found[fault]
    silent = told.index[told == ""]
    if len(silent):
        told.loc[silent] = distinct.each(named, register.loc[silent, "详细经过"])
    found.loc[told.index] = told.where(told != "", UNNAMED)
    found[fault & (register["反馈类别"] == "") & (found == UNNAMED)] = ""  # no category: perhaps no fault at all
    return found


def named(text: str) -> str:
    """The family a text names first, or empty."""
    for pattern, families in _TIERS:
        match = pattern.search(text)
        if match:
            return families[int(str(match.lastgroup)[1:])].name
    return ""


def _tier(families: tuple[Family, ...]) -> tuple[re.Pattern[str], tuple[Family, ...]]:
    kinds = ("|".join(re.escape(word).replace("…", _GAP) for word in one.words) for one in families)
    return re.compile("|".join(f"(?P<f{n}>{words})" for n, words in enumerate(kinds)), re.IGNORECASE), families


_TIERS = (_tier(PLAIN), _tier(VAGUE))
