"""What people write of how something ended, read in one way by the clock and by every check: was it a yes or a no.

Of all that a text says, the last word counts: 客户不接受，解释后同意 is a yes.
"""

from __future__ import annotations

import re

from workbook.cells import half_width

DISSATISFIED, SATISFIED = "不满意", "满意"
"""What an event of 规则 asks of 结果 (``处理记录:跟踪回访=不满意``), and what is then read as people write it."""

_GOOD = "接受|同意|认可|满意|解决|修好|修复|排除"
_SOFT = (
    "(?:有|予|能|太|是|很|够|大|再|肯|愿意?|表示|得到|达到|完全|彻底|成功|十分|非常|特别|怎么|那么|感到|觉得|甚|算|上"
    "|令|让|使|客户|人|任何|什么|见|提出|明显)"
)
_SPOKEN = re.compile(
    # A no denied: 没有不满意, 无不同意见.
    rf"(?P<denied>(?:没有?|毫?无|未|不再|不是|并非|不算|不存在){_SOFT}*不(?:{_GOOD}|满))"
    # What is wished or asked for is no outcome: 要求退车直到满意. What was done as the customer wished is one.
    rf"|(?P<wish>(?:直到|直至|希望|争取|做到|期望|请求|如果|等到|(?<!按)(?<!按照)(?<!按客户)(?<!按照客户)(?<!按其)要求)"
    rf"[^，。；、,;不未没无]{{0,8}}?(?:{_GOOD})|满意为止|满意度(?![不较很偏低差]))"
    rf"|(?P<no>(?:不|未|没|无法|拒绝|难以){_SOFT}{{0,4}}(?:{_GOOD})"
    # 不满三年 is less than three years, 不满足条件 a condition.
    r"|不满(?![足\d一二三四五六七八九十两半几百千])|满意度(?:不高|[较很偏]?[低差])|是否满意[:?]*否)"
    rf"|(?P<yes>{_GOOD})"
)
_IN_VAIN = re.compile(r"失败|无效|仍有|仍然有|还是有|(?<!无)(?<!未)(?<!没有)(?<!不再)复发")

_APPROVED = "批准|批复|同意|通过|认可|许可|允许|核准|受理|办理|执行"
_RULED = re.compile(
    r"(?P<denied>(?:没有?|无)(?:不同|反对|任何)?(?:意见|异议)|(?:没有?|无)不(?:同意|妥|当))"
    rf"|(?P<no>(?:不|未|没|无法|拒绝)(?:有|予|能|获|得|得到|给予|再|宜|建议|可以|应|应当|被){{0,2}}(?:{_APPROVED})"
    r"|[不未没]批(?![次量评])|不准(?![确备时])|不行|不可(?!抗)|驳回|否决|反对|暂缓|缓办|搁置|暂不)"
    r"|(?P<yes>批准|同意|通过|核准|认可|准予|可以|照办)"
)
_NOT_YET = re.compile(r"待定|待批|再议|待研究|退回|作罢|取消|拒绝")
"""No approval either, unless the text has one: 同意退回旧件后换车."""


def refused(text: str) -> bool:
    """Whether a text ends in a no: of all it says about being accepted, satisfied or solved, the last word counts."""
    return _last(_SPOKEN, text) == "no"


def in_vain(text: str) -> bool:
    """Whether a 结果 says that a measure did not help."""
    return refused(text) or _IN_VAIN.search(text) is not None


def says(result: str, text: str) -> bool:
    """Whether a 结果 is what an event asks for. Of satisfaction the meaning counts, of anything else the very words."""
    if result == DISSATISFIED:
        return refused(text)
    if result == SATISFIED:
        return result in text and not refused(text)
    return result in text


def turned_down(text: str) -> bool:
    """Whether the opinion of somebody who has to approve is none: refused, sent back, put off."""
    last = _last(_RULED, text)
    return last == "no" or (last != "yes" and last != "denied" and _NOT_YET.search(text) is not None)


def _last(spoken: re.Pattern[str], text: str) -> str:
    """Which of the pattern's groups the last thing said is, of those that count."""
    said = [found.lastgroup or "" for found in spoken.finditer("".join(half_width(text).split()))]
    return next((word for word in reversed(said) if word != "wish"), "")
