"""Who signed a text, and what it is called: names of people and offices, titles, dates and page furniture."""

from __future__ import annotations

import re
from datetime import date

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申"
    "欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓"
    "古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻"
    "苑迟邝官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索"
    "宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由"
)
DOUBLE_SURNAMES = frozenset(
    re.findall("..", "欧阳上官司马诸葛东方皇甫尉迟公孙慕容令狐司徒夏侯南宫端木长孙宇文独孤第五呼延闻人")
)

_NAME = (
    r"[\u3400-\u9fff](?:[\s\u3000\xa0]{0,4}[\u3400-\u9fff]){1,3}"
    r"|[\u3400-\u9fff]{1,8}(?:[·•．][\u3400-\u9fff]{1,8}){1,3}"
)
_OFFICE = (
    r"(?:省长|市长|县长|区长|州长|盟长|旗长|镇长|乡长|主席|总理|书记|主任|局长|厅长|部长|院长|校长|行长|检察长|司长|处长"
    r"|董事长|总经理|会长|秘书长|专员|司令员|政委)"
)
SIGNED_OFFICE = re.compile(
    rf"(?P<body>[\u3400-\u9fff（）()、]{{0,40}}?)(?P<office>(?:代|副|常务副)?{_OFFICE})[\s\u3000\xa0]+(?P<name>{_NAME})"
)
"""An office and a name: 河南省人民政府省长 王 凯."""
SIGNED_WORD = re.compile(
    rf"(?:作\s*者|署\s*名|执\s*笔|撰\s*稿|签发人|报告人|发言人|[□■◎○●])\s*[:：]?\s*(?P<name>{_NAME}|[\u3400-\u9fff]{{4,30}})"
)
REPORTER = re.compile(r"(?:\S{0,12})?(?:记者|通讯员|见习生|摄影|供图|编辑|责编|校对|来源|图/|文/)")
BODY = re.compile(
    r"[\u3400-\u9fff（）()]{2,30}(?:局|厅|委员会|党委|政府|办公室|办公厅|调查队|总队|支队|中心|研究院|人大常委会|领导小组|指挥部|管委会|集团|公司|部)"
)
"""An organisation, standing alone as a signature."""
DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*(?:年|[-/.])\s*(?P<m>1[0-2]|0?[1-9])\s*(?:月|[-/.])\s*(?P<d>3[01]|[12]\d|0?[1-9])\s*日?"
    r"|(?P<hy>二[〇○零OＯ0][〇○零OＯ0一二三四五六七八九]{2})年(?P<hm>[一二三四五六七八九十]{1,2})月(?P<hd>[一二三四五六七八九十]{1,3})日"
)
HEADED = re.compile(
    r"(?:报告|规划|纲要|公报|意见|方案|计划|要点|决定|决议|通知|条例|办法|白皮书|蓝图|目标|清单|措施|若干政策|讲话|建议|倡议|大纲|(?i:plan|report|strategy|programme|program|framework|outline|bulletin))"
    r"(?:[（(][^（()）]{1,20}[)）])?[①-⑳\d\[\]*]{0,4}$"
)
"""What the title of a plan, a report or a bulletin ends with."""
FURNITURE = re.compile(
    r"(?:下载|打印|全屏|收藏|分享|加大|还原|减小|大|中|小|关闭窗口|打印本页|返回顶部|相关报道|字号|字体|浏览次数|阅读|点击数|扫一扫|上一篇|下一篇|首页|正文)[:：】\]]?\d*"
    r"|[【\[（(]?\s*(?:字号|字体|发布时间|发布日期|时间|日期|来源|信息来源|索引号|文号|发文字号|主题分类|发布机构|成文日期|有效性|浏览|访问量|责任编辑)\s*[:：].*|】|\]"
)
_DIGITS = {letter: digit for digit, letter in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "○": 0,
    "O": 0,
    "Ｏ": 0,
    "0": 0,
}


def person(text: str) -> str:
    """The name in `text` where it is nothing but a person's name (spaces between the letters allowed), else "".

    >>> person("王 凯"), person("欧阳修"), person("高质量发展"), person("阿依古丽·买买提")
    ('王凯', '欧阳修', '', '阿依古丽·买买提')
    """
    bare = re.sub(r"[\s\u3000\xa0]+", "", text).strip("（）()")
    if not re.fullmatch(_NAME, bare):
        return ""
    if "·" in bare or "•" in bare:
        return bare
    if bare[:2] in DOUBLE_SURNAMES:
        return bare if 3 <= len(bare) <= 4 else ""
    return bare if bare[0] in SURNAMES and 2 <= len(bare) <= 3 else ""


def signed(text: str) -> str:
    """Who signs by this line: the person behind an office, or the one named after 作者; "" for reporters and others.

    >>> signed("某省人民政府省长 李 明"), signed("作者：周小平"), signed("本报记者 李明"), signed("省长走访企业")
    ('李明', '周小平', '', '')
    """
    bare = text.strip(" \u3000（）()—")
    if len(bare) > 60 or REPORTER.match(bare):
        return ""
    found = SIGNED_OFFICE.fullmatch(bare)
    if found:
        return re.sub(r"\s+", "", found["name"])
    found = SIGNED_WORD.fullmatch(bare)
    return re.sub(r"\s+", "", found["name"]) if found else ""


def organisation(text: str) -> str:
    """The first organisation of a line that names organisations and nothing else; "" where it is anything else.

    >>> organisation("某市统计局  国家统计局某市调查队"), organisation("各部门要加强领导。")
    ('某市统计局', '')
    """
    if len(text) > 60:
        return ""
    parts = text.replace("\u3000", " ").replace("\xa0", " ").split()
    if not parts or not all(BODY.fullmatch(part) for part in parts):
        return ""
    return parts[0]


def day_in(text: str) -> date | None:
    """The first full date in `text`, in digits or Chinese numerals; None where there is none.

    >>> day_in("（2022年4月25日）"), day_in("二〇二一年五月三十日"), day_in("2023年")
    (datetime.date(2022, 4, 25), datetime.date(2021, 5, 30), None)
    """
    for found in DATE.finditer(text):
        try:
            if found["y"]:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            year = int("".join(str(_DIGITS[letter]) for letter in found["hy"].replace("二", "二")))
            return date(year, _small(found["hm"]), _small(found["hd"]))
        except (ValueError, KeyError):
            continue
    return None


def _small(text: str) -> int:
    """A Chinese number under a hundred."""
    if "十" not in text:
        return _DIGITS[text]
    tens, _, ones = text.partition("十")
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def own_year(title: str) -> int | None:
    """The one year that a title names (今年 in its text); None for a span of years or none.

    >>> own_year("2026年某省政府工作报告"), own_year("某市发展规划（2021—2025年）")
    (2026, None)
    """
    if re.search(r"(?:19|20)\d\d年?\s*[-—－~～至到]+\s*(?:19|20)\d\d", title):
        return None
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d\d)(?=年|\s*年|\D|$)", title)}
    return years.pop() if len(years) == 1 else None
