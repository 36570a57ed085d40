"""Pages as they were set: columns, letter-spacing, titles and signers before and after their bodies."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from luoshu.words import byline
from luoshu.words.layout import lay
from luoshu.words.line import column_widths, groups, lines_of

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
HENAN = Path(__file__).resolve().parents[3] / "shared" / "reading" / "henan-2026.txt"

BODY_ONE = "今年全市要把粮食生产放在首位，新建高标准农田三十万亩，改造老旧泵站四十座，做到旱能浇、涝能排。" * 3
BODY_TWO = "全市公园绿地服务半径覆盖率要稳步提高，到2027年建成口袋公园二百个，绿道一百五十公里，让居民推窗见绿。" * 3


def columned(text: str, width: int) -> str:
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize("width", [14, 18, 22, 38])
def test_columns_are_joined(width: int) -> None:
    (article,) = lay(columned(BODY_ONE + BODY_TWO, width)).articles
    assert article.plain.replace("\n", "") == BODY_ONE + BODY_TWO


def test_blank_lines_between_columns_do_not_cut_a_sentence() -> None:
    lines = columned(BODY_ONE, 18).split("\n")
    lines.insert(3, "")
    (article,) = lay("\n".join(lines)).articles
    assert article.plain.replace("\n", "") == BODY_ONE


def test_titles_and_names_after_their_bodies() -> None:
    page = "\n".join(
        [
            *(columned(BODY_ONE, 18), "", "把 饭 碗 端 牢 把 仓 廪 装 满", "李 明", "", columned(BODY_TWO, 20), ""),
            *("推窗见绿 出门入园 把绿色福祉送到千家万户", "周小平", ""),
        ]
    )
    one, two = lay(page).articles
    assert (one.title, one.author) == ("把饭碗端牢把仓廪装满", "李明")
    assert (two.title, two.author) == ("推窗见绿 出门入园 把绿色福祉送到千家万户", "周小平")
    assert one.plain.replace("\n", "") == BODY_ONE
    assert two.plain.replace("\n", "") == BODY_TWO
    assert page[one.start : one.end].endswith("李 明")


def test_titles_and_names_before_their_bodies() -> None:
    page = "\n".join(
        [
            *("把饭碗端牢 把仓廪装满", "李明", columned(BODY_ONE, 18), ""),
            *("推窗见绿 出门入园", "作者：周小平", columned(BODY_TWO, 18)),
        ]
    )
    one, two = lay(page).articles
    assert (one.title, one.author, two.title, two.author) == (
        "把饭碗端牢 把仓廪装满",
        "李明",
        "推窗见绿 出门入园",
        "周小平",
    )
    assert one.plain.replace("\n", "") == BODY_ONE
    assert two.plain.replace("\n", "") == BODY_TWO


@pytest.mark.parametrize(
    "page",
    [
        "把饭碗端牢\n□ 李明\n{one}\n推窗见绿出门入园\n□ 周小平\n{two}",
        "把饭碗端牢 把仓廪装满\n某市农业农村局局长 李明\n{one}\n\n推窗见绿出门入园\n某市园林局局长 周小平\n{two}",
        "把饭碗端牢 把仓廪装满\n{one}\n（作者：李明）\n\n推窗见绿出门入园\n{two}\n（作者：周小平）\n",
        "# 把饭碗端牢 把仓廪装满\n\n李明\n\n{one}\n\n# 推窗见绿出门入园\n\n周小平\n\n{two}\n",
        "{one}\n\n把饭碗端牢\n把仓廪装满\n李  明\n\n{two}\n\n推 窗 见 绿 出 门 入 园\n周小平\n",
    ],
)
@pytest.mark.parametrize("width", [20, 1000])
def test_pages_as_other_papers_set_them(page: str, width: int) -> None:
    one, two = lay(page.format(one=columned(BODY_ONE, width), two=columned(BODY_TWO, width))).articles
    assert (one.author, two.author) == ("李明", "周小平")
    assert one.title.startswith("把饭碗端牢")
    assert two.title == "推窗见绿出门入园"
    assert one.plain.replace("\n", "") == BODY_ONE
    assert two.plain.replace("\n", "") == BODY_TWO


def test_a_list_of_names_is_not_a_page_of_articles() -> None:
    roll = "某市领导小组成员名单\n" + "\n".join(f"某市第{n}协调办公室\n李明" for n in "一二三四五六")
    assert len(lay(roll).articles) == 1


def test_head_of_a_report() -> None:
    text = (
        "下载\n打印\n【字号：\n加大\n】\n2026年某省政府工作报告\n——2026年1月20日在某省第十四届人民代表大会第四次会议上\n"
        "来源：某报\n时间：2026-02-01\n某省人民政府省长 李 明\n各位代表：\n" + BODY_ONE
    )
    (article,) = lay(text).articles
    assert (article.title, article.author, article.year) == ("2026年某省政府工作报告", "李明", 2026)
    assert str(article.published) == "2026-02-01"
    occasion = "——2026年1月20日在某省第十四届人民代表大会第四次会议上"
    assert article.plain == f"2026年某省政府工作报告\n{occasion}\n各位代表：\n{BODY_ONE}"


def test_a_bulletin_is_signed_by_its_office() -> None:
    (article,) = lay("2023年某市统计公报①\n\n某市统计局  国家统计局某市调查队\n2024年4月2日\n\n" + BODY_ONE).articles
    assert (article.title, article.author, article.year) == (
        "2023年某市统计公报",
        "某市统计局",
        2023,
    )


def test_reporters_do_not_sign() -> None:
    (article,) = lay("## 春天里\n\n" + BODY_ONE + "\n\n本报记者 李明 周小平\n").articles
    assert article.author == ""
    assert article.title == "春天里"


def test_a_promise_on_the_first_line_is_not_taken_for_a_title() -> None:
    (article,) = lay("到2027年建成公园120个\n造林三十万亩\n" + BODY_ONE).articles
    assert article.plain.startswith("到2027年建成公园120个\n造林三十万亩\n")


def test_headings_items_and_table_rows_stay_apart() -> None:
    text = (
        columned("一、总体要求和今后五年的主要目标任务", 18) + "\n\n" + columned(BODY_ONE, 18) + "\n（一）种粮\n"
        + columned(BODY_TWO, 18) + "\n指标\t2025年\t2030年\n粮食\t1\t2\n"
    )  # fmt: skip
    rows = lay(text).articles[0].plain.split("\n")
    assert "一、总体要求和今后五年的主要目标任务" in rows
    assert "（一）种粮" in rows
    assert "粮食\t1\t2" in rows


def test_spaces_inside_words_and_figures_go_and_others_stay() -> None:
    (article,) = lay("到 2025 年 全 市 要 建 成 公 园 120 个。\n省长 王某 出席").articles
    assert article.plain.startswith("到2025年全市要建成公园120个。")
    assert "省长 王某 出席" in article.plain


def test_english_lines_are_joined_with_spaces() -> None:
    text = (
        "The region will build 40 parks and\nplant 3,000 hectares of forest by\n2030 so that every home has green\n" * 4
    )
    assert "parks and plant 3,000 hectares of forest by 2030 so" in lay(text).articles[0].plain


def test_page_numbers_and_running_heads_are_left_out() -> None:
    pages = [columned(BODY_ONE, 18), columned(BODY_TWO, 18), columned(BODY_ONE, 18)]
    text = "\n".join(f"某市国民经济和社会发展规划\n{page}\n— {n} —" for n, page in enumerate(pages, 1))
    plain = lay(text).articles[0].plain
    assert "— 2 —" not in plain
    assert plain.replace("\n", "").count("某市国民经济和社会发展规划") <= 1


@pytest.mark.parametrize(
    ("line", "who"),
    [
        ("某市人民政府市长 李 明", "李明"),
        ("自治区人民政府主席 阿力·买买提", "阿力·买买提"),
        ("（市长 周小平）", "周小平"),
        ("代市长 周小平", "周小平"),
        ("本报记者 李明", ""),
        ("省长走访企业", ""),
    ],
)
def test_signatures(line: str, who: str) -> None:
    assert byline.signed(line) == who


@given(st.text(alphabet="今年建成公园12个，。、；\n\n \u3000#一二（）“”abc.-\t李明", max_size=400))
def test_every_offset_points_at_its_character(text: str) -> None:
    for article in lay(text).articles:
        assert len(article.origin) == len(article.plain) + 1
        for at, letter in enumerate(article.plain):
            assert letter in " \n" or text[article.origin[at]] == letter
        assert list(article.origin) == sorted(article.origin)
        assert 0 <= article.start <= article.end <= len(text)


@given(st.text(max_size=200))
def test_any_text_at_all(text: str) -> None:
    lay(text)
    lines = lines_of(text)
    assert len(column_widths(lines)) == len(lines)
    assert sum(map(len, groups(lines))) == len(lines)


@pytest.mark.skipif(not SEEDS.exists(), reason="the seeds are not beside this checkout")
def test_the_newspaper_page() -> None:
    text = next(SEEDS.glob("000*.txt")).read_text(encoding="utf-8")
    articles = lay(text).articles
    assert [article.author for article in articles] == ["刁国泰", "魏险峰", "侯占国", "李保兴"]
    assert [article.title for article in articles] == [
        "当好桥梁纽带发挥特有优势聚力推进军民融合深度发展",
        "深入学习提升站位 一以贯之落实落细",
        "立足于谋 致力于干 为全面建设社会主义现代化强市提供坚强产业支撑",
        "把握新机遇 实现新突破 为洛阳迈向现代化提供更高质量安全稳定保障",
    ]
    plain = "\n".join(article.plain for article in articles)
    for words in (
        "博物馆达到120家",
        "接待入境游客达到300万人次",
        "到二〇三五年",
        "助力打造军民融合发展的“洛阳模式”",
        "丝路文化、运河文化",
    ):
        assert words in plain
    assert all(row[-1] in "。" or len(row) < 50 for row in plain.split("\n"))


@pytest.mark.skipif(not HENAN.exists(), reason="the shared texts are not beside this checkout")
def test_a_plain_report_passes_nearly_untouched() -> None:
    text = HENAN.read_text(encoding="utf-8")
    (article,) = lay(text).articles
    assert (article.title, article.author, article.year) == ("2026年河南省政府工作报告", "王凯", 2026)
    assert article.plain[article.plain.index("各位代表") :].replace("\n", "") in text.replace("\n", "")
