"""What can be built, founded, set up or held: nouns that make an undertaking of a verb, and words of slogans."""

from __future__ import annotations

import re
from functools import lru_cache


def listed(words: str) -> list[str]:
    """The words of a text that names them one after the other."""
    return words.split()


SOLID = listed(
    "项目 工程 基地 园区 产业园 工业园 科技园 物流园 创业园 生态园 园 中心 馆 博物馆 书房 公园 游园 广场 绿道 "
    "绿廊 廊道 走廊 产业带 隆起带 经济带 示范带 风景道 旅游带 文化带 城市带 示范区 先行区 实验区 试验区 引领区 "
    "集聚区 功能区 核心区 合作区 自贸区 综保区 开发区 新区 片区 街区 景区 度假区 保护区 改革区 先导区 承接区 "
    "园地 示范市 示范县 示范镇 示范村 示范省 示范点 示范城市 试点城市 名城 名镇 名村 之都 之城 枢纽 口岸 陆港 "
    "空港 港口 港区 码头 机场 航站楼 跑道 铁路 高铁 城铁 高速 高速公路 公路 快速路 道路 主干道 地铁 轨道 线路 "
    "专线 航线 航道 通道 大桥 桥梁 隧道 隧洞 车站 水库 水闸 泵站 水厂 灌区 渠系 沟渠 河道 管网 管廊 电站 电厂 "
    "机组 风电场 变电站 充电桩 充电站 换电站 加氢站 电网 网络 平台 系统 大脑 数据库 信息库 人才库 项目库 资源库 "
    "储备库 仓库 冷库 粮库 医院 院区 诊所 卫生院 医联体 医共体 学校 幼儿园 中学 小学 大学 学院 校区 高校 实验室 "
    "研究院 研究所 科学院 工作站 服务站 驿站 综合体 特色小镇 小镇 集群 企业 公司 集团 基金 联盟 指挥部 专班 机构 "
    "法庭 会址 遗址公园 大剧院 剧院 影城 体育场 体育馆 步道 停车场 停车位 工厂 车间 生产线 基站 装置 养老院 "
    "托育园 托位 床位 学位 农场 牧场 林场 高标准农田 农田 梯田 温室 市场 商圈 夜市 步行街 便利店 门店 社区 村庄 "
    "农房 住房 公寓 小区 厕所 矿山 湿地 林带 公交 班列 航班 大道 环线 支线 干线 复线 专网 卫星 大模型 场馆 场景 "
    "载体 孵化器 加速器 中试基地 展厅 灯塔工厂 大通道 港 港湾 粮仓 农高区 高新区 经开区 目的地 集散地 策源地 "
    "承载地 供给地 生产地 协会 学会 商会 合作社 服务队 工作队 志愿服务队伍 委员会 理事会 领导小组 工作组 智库 "
    "专家库 健身圈 生活圈 便民圈 产业强镇"
)
"""Things that stand somewhere or work under a name."""
FRAMES = ["体系", "格局", "模式", "政策", "生态圈", "高地"]
"""Things that are agreed but seldom finished."""
RULES = listed(
    "机制 制度 清单 规划 方案 计划 条例 办法 标准 细则 图谱 名录 目录 指南 指引 规则 规范 试点 章程 台账 "
    "指标体系 账户 图则 预案 白皮书 总体规划 立法 法规 负面清单"
)
"""Things that are written or agreed."""
EVENTS = listed(
    "运动会 大会 论坛 峰会 展会 博览会 推介会 洽谈会 对接会 文化节 旅游节 艺术节 电影节 购物节 消费节 马拉松 "
    "锦标赛 大赛 赛事 比赛 联赛 演出 活动 行动 工程 计划 普查 改革 专项整治 专项治理 专项检查 培训 演练 试点 "
    "监测 评估 评选 认证 巡展 年会 嘉年华 庆典 纪念活动 招聘会 保护展示"
)
"""Things that are held or carried out."""
NOMINAL = listed(
    "建设 开工建设 创建 申报 申遗 改造 扩建 改扩建 新建 续建 重建 修缮 修复 治理 综合治理 疏浚 编制 修订 开工 "
    "投产 投用 投运 建成投用 建成投产 达产 通车 通航 贯通 建成 落地 扩容 搬迁 迁建 布局 组建 设立 筹建 开发 "
    "保护利用 考古发掘 除险加固 活化利用 升级 升级改造 更新改造 提升改造 提质改造 扩能改造 搬迁改造"
)
"""Doing put as a noun behind the thing it is done to: 加快…建设."""
SLOGANS = listed(
    "四个全面 五位一体 两个维护 四个意识 四个自信 两个确立 新发展理念 副中心 增长极 发展格局 新引擎 新格局 "
    "新篇章 新局面 新征程 新优势 强市 强省 强国 强区 强县 现代化河南 现代化洛阳 现代化江苏 现代化广东 现代化四川 "
    "现代化内蒙古 现代化建设 现代化新 现代化国家 社会主义 中国式 美好 幸福 精神 思想 意识 观念 理念 初心 使命 "
    "担当 作风 信心 本领 大局 主题教育 全会 讲话 党的建设 党的领导 党的政治 政治 忠诚 纪律 廉洁 队伍建设 "
    "文明建设 法治建设 能力建设 组织建设 学习型 命运共同体 同心圆 生力军 顶梁柱 压舱石 主力军 排头兵 "
    "高质量发展格局"
)
"""Words that mark what is meant to be felt rather than done."""
VAGUE = re.compile(
    r"^(?:各项|各类|一系列|一大批|一批|更多|更加|相关|有关|这些|重点|重大|新的?|好|各级|各地|全面|我市|我省|全市|全省|本地|自身|良好|有力|有效|健康|优质|高质量|特色|现代|"
    r"现代化|新型|先进|综合|统一|科学|完善的?|完备的?|长效|工作|专项|配套|基础|公共|协调|联动|保障|服务|产业|经济|社会|人才|项目|企业|平台|体系|机制|制度|政策|改革|创新)*"
    r"(?:项目|工程|体系|机制|制度|政策|平台|活动|行动|计划|规划|方案|标准|改革|企业|产业|系统|网络|机构|通道|载体|市场|基地|设施|场景|集群|模式|试点|规则|办法)?$"
)
"""Objects that name nothing in particular: 各类企业, 长效机制, 重大项目."""


def _sorts() -> dict[str, str]:
    sorts = {word: "rule" for word in RULES} | {word: "frame" for word in FRAMES}
    return sorts | {word: "solid" for word in SOLID} | {word: "event" for word in EVENTS}


def ending(words: list[str]) -> str:
    """A pattern that matches any of the words, longest first.

    >>> ending(["建", "建成"])
    '建成|建'
    """
    return "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True))


_NAMED = re.compile(r"[“《]|[A-Za-z]{2,}|\d[+]\d")
_PLACE = re.compile(
    r"[\u4e00-\u9fff]{1,4}(?:省|市|县|区|镇|乡|村|山|河|江|湖|海|岛|湾|州|路|街|桥)(?!级|场|政|民|域|长|委)|国家(?!级)|世界|全国|国际"
)


_REMARK = re.compile(r"[（(][^（()）]*[)）]$")
_SORTS = _sorts()
_LENGTHS = tuple(sorted({len(word) for word in _SORTS}, reverse=True))
_NOMINALS = frozenset(NOMINAL)
_NOMINAL_LENGTHS = tuple(sorted({len(word) for word in NOMINAL}, reverse=True))


@lru_cache(maxsize=4096)
def sort_of(thing: str) -> str:
    """`solid`, `rule`, `frame` or `event` by the noun that a thing ends with; "" where that is none of the known ones.

    >>> [sort_of(thing) for thing in ("文化交流中心", "会商机制", "省运动会", "服务体系", "发展质量", "“博物馆之都”")]
    ['solid', 'rule', 'event', 'frame', '', 'solid']
    """
    if thing.endswith(("制”", "制")) and not thing.endswith(("体制", "控制", "管制")):
        return "rule"
    bare = (_REMARK.sub("", thing) if thing[-1:] in "）)" else thing).rstrip("”’》）)")
    for length in _LENGTHS:
        found = _SORTS.get(bare[-length:])
        if found:
            return found
    return sort_of(bare[:-1]) if bare.endswith("群") else ""  # 项目群, 场馆群


def nominal(text: str) -> str:
    """The noun of doing that a text ends with (建设 in 滨河公园建设); "" where it ends with none.

    >>> nominal("滨河公园升级改造"), nominal("滨河公园")
    ('升级改造', '')
    """
    return next((text[-length:] for length in _NOMINAL_LENGTHS if text[-length:] in _NOMINALS), "")


def slogan(thing: str) -> bool:
    """Whether a thing holds a word of slogans.

    >>> slogan("社会主义现代化强市"), slogan("滨河公园")
    (True, False)
    """
    for word in SLOGANS:  # noqa: SIM110 (a plain loop is several times faster than any())
        if word in thing:
            return True
    return False


def particular(thing: str) -> float:
    """How far a thing is named so that one could go and look whether it is there, 0 to 1.

    >>> particular("各类企业"), particular("“智慧动员”建设模式") > particular("现代产业体系")
    (0.0, True)
    """
    if VAGUE.match(thing) or len(thing) < 3:
        return 0.0
    score = 0.45
    if _NAMED.search(thing):
        score += 0.35
    if _PLACE.search(thing):
        score += 0.2
    if len(thing) >= 7:
        score += 0.15
    return min(score, 1.0)
