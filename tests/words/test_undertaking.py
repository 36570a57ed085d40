"""Undertakings: what is to be built, founded, set up or held; never slogans, results or headings."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words.deliverable import nominal, particular, slogan, sort_of
from luoshu.words.figure import figures
from luoshu.words.layout import lay
from luoshu.words.undertaking import undertakings

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def found(text: str, **known: object) -> list[tuple[str, str]]:
    return [(task.verb, task.object) for task in undertakings(text, **known)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("建立河长联席会议制度。", [("建立", "河长联席会议制度")]),
        ("建设滨河湿地公园、城市规划展览馆。", [("建设", "滨河湿地公园"), ("建设", "城市规划展览馆")]),
        ("加快滨河公园、湿地博物馆等项目建设。", [("建设", "滨河公园"), ("建设", "湿地博物馆")]),
        ("加快建设东站枢纽、西山隧道等12个已谋划项目。", [("建设", "东站枢纽"), ("建设", "西山隧道")]),
        ("推动古城墙申报世界文化遗产。", [("推动", "古城墙申报世界文化遗产")]),
        ("以创建国家森林城市试点城市为抓手，推进绿化。", [("创建", "国家森林城市试点城市")]),
        ("探索建立资源共享、优势互补的产学研联盟。", [("建立", "资源共享、优势互补的产学研联盟")]),
        ("依托职业院校和龙头企业等建立实训基地。", [("建立", "实训基地")]),
        ("争创国家级高新区，办好第三届文化旅游节。", [("争创", "国家级高新区"), ("办好", "第三届文化旅游节")]),
        ("深化户籍制度改革。", [("深化", "户籍制度改革")]),
        ("开展矿山生态普查，编制修复治理方案。", [("开展", "矿山生态普查"), ("编制", "修复治理方案")]),
        ("加快推动“20分钟通勤圈”向“15分钟通勤圈”升级。", [("加快推动", "“20分钟通勤圈”向“15分钟通勤圈”升级")]),
        ("建好用好城市智慧停车平台。", [("建好用好", "城市智慧停车平台")]),
    ],
)
def test_what_is_undertaken(text: str, tasks: list[tuple[str, str]]) -> None:
    assert found(text) == tasks


@pytest.mark.parametrize(
    "text",
    [
        "深入贯彻落实会议精神，牢固树立新发展理念。",
        "提高政治站位，高举旗帜，坚持稳中求进。",
        "着力提升服务水平，增强发展活力。",
        "全面建设社会主义现代化强市。",
        "城市书房、湿地公园等一大批项目建成投用。",
        "去年，我们建设了滨河公园，建立了联席会议制度。",
        "五年来，建成滨河公园、城市展览馆。",
        "三、加快建设滨河湿地公园",
        "严禁新建高耗能产业园区。",
        "为加快建设滨河湿地公园提供保障。",
        "规划部署了“打造文旅品牌、建设全域旅游示范区”两大任务。",
        "完善各类机制，建设一批项目，支持企业发展。",
        "",
        "、，。；：",
    ],
)
def test_what_is_not(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("The city will build a river park by 2030.", [("build", "a river park")]),
        (
            "By 2028 the region will set up a flood fund, open two new ferry lines and restore the old harbour.",
            [("set up", "a flood fund"), ("open", "two new ferry lines"), ("restore", "the old harbour")],
        ),
        ("It will strengthen growth and build confidence.", []),
        ("The old harbour was restored in 2019.", []),
    ],
)
def test_english_sentences(text: str, tasks: list[tuple[str, str]]) -> None:
    assert found(text) == tasks


def test_a_promised_figure_is_not_proposed_twice() -> None:
    text = "到2027年建设城市展览馆12座，建立联席会议制度。"
    assert found(text, figures=figures(text)) == [("建立", "联席会议制度")]


def test_deadlines_and_owners() -> None:
    text = "到2027年，建成滨河湿地公园。\n建立困难群体台账（牵头单位：民政局、财政局）。"
    one, two = undertakings(text, author="李明", year=2026)
    assert (str(one.due), one.owner) == ("2027-12-31", "李明")
    assert two.owner == "民政局、财政局"


def test_the_body_that_a_clause_begins_with_answers_for_it() -> None:
    text = "今年市林业局要建设滨河湿地公园，建立联席会议制度；由市交通局负责编制路网规划方案。"
    assert [(t.owner, t.object) for t in undertakings(text, author="李明")] == [
        ("市林业局", "滨河湿地公园"), ("市林业局", "联席会议制度"), ("市交通局", "路网规划方案"),
    ]  # fmt: skip


def test_spans_hold_verb_and_object() -> None:
    text = "今年要建设滨河湿地公园、城市展览馆，加快东站枢纽建设。"
    assert [text[t.start : t.end] for t in undertakings(text)] == ["建设滨河湿地公园", "城市展览馆", "东站枢纽建设"]


def test_nouns() -> None:
    assert [sort_of(thing) for thing in ("会展中心", "联席会议制度", "省运动会", "治理体系", "发展活力", "")] == [
        "solid", "rule", "event", "frame", "", "",
    ]  # fmt: skip
    assert nominal("城市展览馆升级改造") == "升级改造"
    assert slogan("社会主义现代化强市")
    assert particular("各类平台") == 0 < particular("城市智慧停车平台")


@given(
    st.text(alphabet="建设立成推动加快实施完善创公园中心机制项目等、，。；“”（）的和到2027年底了 \n一二", max_size=200)
)
def test_any_text(text: str) -> None:
    last = 0
    for task in undertakings(text, author="李明", year=2026):
        assert 0 <= task.start < task.end <= len(text)
        assert task.object in text
        assert 0.5 <= task.confidence <= 1
        assert task.start >= last - 60
        last = task.start


TASKS_000 = [
    ("组建", "联合指挥部", "刁国泰"),
    ("建立", "合成指挥控制平台", "刁国泰"),
    ("建立", "基础设施建设会商机制", "刁国泰"),
    ("编制", "专家信息库", "刁国泰"),
    ("建立", "人才储备中心", "刁国泰"),
    ("创建", "河洛文化生态保护实验区", "魏险峰"),
    ("开展", "文化资源普查", "魏险峰"),
    ("建设", "黄河非物质文化遗产展示中心", "魏险峰"),
    ("建设", "隋唐洛阳城国家历史文化公园", "魏险峰"),
    ("建设", "隋唐大运河国家文化公园", "魏险峰"),
    ("实施", "都城遗址保护展示项目", "魏险峰"),
    ("构建", "大遗址保护展示体系", "魏险峰"),
    ("建设", "东方博物馆之都", "魏险峰"),
    ("重点推进", "丝绸之路博物馆", "魏险峰"),
    ("重点推进", "粮食仓储博物馆", "魏险峰"),
    ("重点推进", "万里茶道博物馆", "魏险峰"),
    ("推动", "二里头遗址申报世界文化遗产", "魏险峰"),
    ("争创", "国家文物保护利用示范区", "魏险峰"),
    ("创建", "国家文化旅游消费示范城市", "魏险峰"),
    ("创建", "全域旅游示范区", "魏险峰"),
    ("建成", "国际文化旅游名城", "魏险峰"),
    ("创建", "国家全民体育健身示范城市", "魏险峰"),
    ("建设", "洛阳奥体中心", "魏险峰"),
    ("办好", "河南省第十四届运动会", "魏险峰"),
    ("打造", "体育产业功能集聚区", "魏险峰"),
    ("建设", "世界古都论坛永久会址", "魏险峰"),
    ("建设", "丝路文化交流中心", "魏险峰"),
    ("培育", "石窟文化国际交流平台", "魏险峰"),
    ("建立", "“链长+链主+联盟+智库”机制", "侯占国"),
    ("梳理确定", "产业链图谱", "侯占国"),
    ("建设", "洛三产业带", "侯占国"),
    ("打造", "世界级产业隆起带", "侯占国"),
    ("建设", "全国先进制造业基地", "侯占国"),
    ("实施", "制造业专业园区建设行动", "侯占国"),
    ("建设", "高端医疗装备等园区", "侯占国"),
    ("建设", "洛阳石化百万吨乙烯", "侯占国"),
    ("建设", "凯盛科技“一总部一中心三基地”", "侯占国"),
    ("建设", "忠旺高端铝加工", "侯占国"),
    ("开展", "“四企”活动", "侯占国"),
    ("实施", "企业培育工程", "侯占国"),
    ("建设", "国家新型工业化产业示范基地", "侯占国"),
    ("建设", "“5G+融合创新”示范城市", "侯占国"),
    ("打造", "工业设计之都", "侯占国"),
    ("构筑", "“一河两山”生态圈", "侯占国"),
    ("建立", "生态环境协同治理机制", "侯占国"),
    ("深化", "信访体制改革", "李保兴"),
    ("健全完善", "执法权责清单", "李保兴"),
    ("深化", "户籍制度改革", "李保兴"),
    ("探索", "“智慧动员”建设模式", "李保兴"),
    ("构建", "现代警务体系", "李保兴"),
    ("健全", "常态化扫黑除恶制度机制", "李保兴"),
    ("建成", "现代公共法律服务体系", "李保兴"),
]
"""Verb, a piece of the object, and owner of the undertakings of the newspaper page, marked by hand."""


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_the_newspaper_page() -> None:
    text = next(SEEDS.glob("000*.txt")).read_text(encoding="utf-8")
    tasks = []
    for article in lay(text).articles:
        said = figures(article.plain, author=article.author)
        tasks += undertakings(article.plain, author=article.author, figures=said)
    for verb, piece, owner in TASKS_000:
        assert any((t.verb, t.owner) == (verb, owner) and piece in t.object for t in tasks), (verb, piece)
    others = [t for t in tasks if not any(t.verb == verb and piece in t.object for verb, piece, _ in TASKS_000)]
    assert len(others) <= 0.25 * len(tasks)


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_a_feature_story_undertakes_nothing() -> None:
    text = next(SEEDS.glob("004*.txt")).read_text(encoding="utf-8")
    assert [task for article in lay(text).articles for task in undertakings(article.plain)] == []
