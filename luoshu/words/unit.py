"""Units of measure and classifiers, the ways they are written, and the one name that each is known by."""

from __future__ import annotations

import re

_SAME = """
元 元人民币 人民币 圆 yuan RMB CNY
美元 USD
公里 km KM 千米
平方公里 平方千米 km² km2 ㎢
平方米 ㎡ m² m2 平米 平方
立方米 m³ m3 ㎥ 方 立方
米 m 公尺
厘米 cm
毫米 mm
千克 公斤 kg
克 g
毫克 mg
微克 μg ug
吨 t
吨标准煤 吨标煤
千瓦 kW KW
兆瓦 MW
吉瓦 GW
千瓦时 kWh KWh KWH 度
兆瓦时 MWh
吉瓦时 GWh
千伏 kV KV
公顷 hm²
亩
百分点 个百分点 pp
% ﹪
‰
℃ 摄氏度 °C
分钟 min
小时 h
天 日
岁 周岁
个月
季度 个季度
标箱 标准箱 TEU 国际标准箱
TB
GB
PB
EB
P
PFlops PFLOPS
EFlops EFLOPS
Gbps
Mbps
分贝 dB
户次
人次
"""
_MEASURES = re.findall(
    r"\S+",
    """
    港元 欧元 日元 英镑 卢布 海里 里 升 毫升 斤 两 石 担 匹马力 马力 卡 千卡 焦耳 千伏安 兆伏安 伏 安 瓦 毫瓦 克拉
    公亩 平方海里 人公里 吨公里 车公里 年 周 秒 毫秒 微秒 成 倍 分 折 字节 比特 赫兹 兆赫 帧 核 尾 学时 课时 学分
    工日 个工作日 工作日 个小时 个交易日 次/秒 度电 当量 吨当量 公里/小时 毫克/升 微克/立方米 毫克/立方米 车次
    人天 人日 床日
    """,
)
_CLASSIFIERS = re.findall(
    r"\S+",
    """
    个 家 户 人 名 位 口 人次 班次 架次 航次 列次 辆次 艘次 台次 件次 场次 批次 例次 课次 点次 剂次 次 项次 件 项 条
    座 处 所 间 套 栋 幢 台 辆 艘 架 列 趟 批 场 宗 起 例 种 类 门 篇 部 本 册 卷 份 张 幅 枚 颗 株 棵 头 只 匹 羽 根
    支 片 块 桩 桶 箱 包 袋 瓶 盏 道 眼 孔 组 对 双 副 队 轮 层 节 集 首 曲 款 剂 针 票 笔 单 席 盆 团 伙 桌 束 盘 机位
    泊位 车位 床位 床 学位 席位 张床位 站 口井 台套 台（套） 台(套) 套（间） 套(间) 户（套） 套（户） 个（处）
    个（次） 条（个） 名（次） 人份 班 届 顶 封 方 期 亩次 站次 区 镇 村
    """,
)
_NO_UNIT = {"届", "方", "区", "镇", "村", "站", "班", "口井", "单", "包", "队", "分", "两", "石", "节"}
"""Characters that are classifiers only now and then; quantities ask for more before they believe them."""

CANONICAL: dict[str, str] = {}
for _line in _SAME.split("\n"):
    _names = _line.split()
    CANONICAL.update({name: _names[0] for name in _names})
for _name in _MEASURES + _CLASSIFIERS:
    CANONICAL.setdefault(_name, _name)
CANONICAL |= {
    "个小时": "小时",
    "个工作日": "工作日",
    "张床位": "张",
    "度电": "千瓦时",
    "口井": "口",
    "台（套）": "台套",
}
CANONICAL |= {"台(套)": "台套", "套（间）": "套", "套(间)": "套", "户（套）": "户", "套（户）": "套", "个（处）": "个"}
CANONICAL |= {"个（次）": "个", "条（个）": "条", "名（次）": "名", "匹马力": "马力", "焦耳": "焦", "赫兹": "赫"}

COUNTS = frozenset(_CLASSIFIERS) - {"人次", "次", "场次"}
"""Classifiers that count things (the things may each have a size)."""
MONEY = frozenset({"元", "美元", "港元", "欧元", "日元", "英镑", "卢布"})
DURATIONS = frozenset({"年", "季度", "个月", "周", "天", "小时", "分钟", "秒", "工作日"})
CIRCLES = frozenset({"小时", "分钟"})
SPECIFICATIONS = frozenset({"千伏", "伏", "安", "赫", "兆赫", "马力", "核", "帧"})
"""Units that sort equipment and are no goals of a plan."""
SHARES = frozenset({"%", "‰", "百分点"})

_BARE = sorted((u for u in CANONICAL if u not in _NO_UNIT), key=len, reverse=True)
_LATIN_END = r"(?![A-Za-z0-9])"


def _alternative(unit: str) -> str:
    return re.escape(unit) + (_LATIN_END if unit[-1].isascii() and unit[-1].isalpha() else "")


_NOT_AFTER = {
    "周": "年岁边围期转知末",
    "米": "兰粉面",
    "日": "均元",
    "天": "然津府",
    "里": "程",
    "度": "假夜",
    "年": "级代产度",
    "项": "目",
    "期": "货权间",
    "分": "之",
    "部": "门委分署属",
    "门": "类诊店户",
    "类": "似",
    "组": "团织合",
    "头": "部",
    "条": "例件",
    "本": "科土地级省市县专",
    "口": "岸",
    "张": "家",
    "单": "位项独",
    "层": "次级面",
    "片": "区",
    "点": "",
    "对": "接口",
    "双": "向",
    "家": "庭",
    "成": "立为员果功熟本",
    "倍": "增",
    "首": "批个次家",
    "轮": "",
    "例": "如",
    "场": "景所馆",
    "道": "路",
    "台": "风",
    "支": "持撑",
    "件": "",
    "位": "于列居",
    "人": "工才均居民口文",
    "户": "籍",
    "名": "单录",
    "批": "",
    "集": "群中",
    "套": "",
    "束": "",
    "团": "队体结",
    "床": "",
    "方": "面向",
    "站": "",
    "克": "服",
    "安": "全",
    "升": "级至到",
    "核": "心",
    "卡": "",
    "P": "",
}


def _guarded(unit: str) -> str:
    after = _NOT_AFTER.get(unit, "")
    return _alternative(unit) + (f"(?![{after}])" if after else "")


_ONE = "|".join(_guarded(unit) for unit in _BARE)
UNIT = rf"(?:{_ONE})(?:\s?(?:/|每)\s?(?:{_ONE}|10万|万元|亿元))?"
"""Any unit or classifier, with a second one after a slash or 每: 微克/立方米, 公斤每亩, 元/人."""

_SLASH = re.compile(r"\s?(?:/|每)\s?(?=\S)")


def canonical(unit: str) -> str:
    """The one name of a unit: ㎡ → 平方米, 个百分点 → 百分点, 微克每立方米 → 微克/立方米; others stay.

    >>> [canonical(u) for u in ("㎡", "公斤", "个百分点", "微克每立方米", "度", "家")]
    ['平方米', '千克', '百分点', '微克/立方米', '千瓦时', '家']
    """
    if unit in CANONICAL:
        return CANONICAL[unit]
    parts = _SLASH.split(unit.strip(), maxsplit=1)
    return "/".join(CANONICAL.get(part, part) for part in parts)
