"""A complaint code as six Chinese words of two characters: the same 20 random digits, lighter to copy and to remember.

Each word is one of 67 qualities before one of 67 things (a red mountain), so six of them tell 4489^6 > 2^72 numbers apart.
The digits times 79 are written to the base 67, quality and thing by turns. A character that is mistaken for another changes
the number by d * 67^k with 0 < |d| < 67, which 79, a prime, never divides: one wrong character is always noticed.

Within each list no two characters have the same syllable in pinyin, so the words can be typed on a borrowed keyboard too.
They are the same in simplified and traditional characters; digits and words open the same mailbox.
"""

import re
import unicodedata

from registry.vocabulary.register import Language

QUALITIES = (
    "红蓝绿白黑紫灰金银大小高低长短宽方圆平尖新老早晚快慢冷热暖甜酸苦辣香软硬重厚深西南北左右前上外春夏秋冬一二三五六七八九十半双单好美真明",
    "紅藍綠白黑紫灰金銀大小高低長短寬方圓平尖新老早晚快慢冷熱暖甜酸苦辣香軟硬重厚深西南北左右前上外春夏秋冬一二三五六七八九十半雙單好美真明",
)
THINGS = (
    "山水火土天月星云风雨雪江河海沙石草花树林竹松叶瓜果桃梨米茶糖菜豆牛羊马路虎猫针虾车船桥门窗桌碗杯布衣鞋伞包笔纸琴鼓歌球城村楼井塔街房岛",
    "山水火土天月星雲風雨雪江河海沙石草花樹林竹松葉瓜果桃梨米茶糖菜豆牛羊馬路虎貓針蝦車船橋門窗桌碗杯布衣鞋傘包筆紙琴鼓歌球城村樓井塔街房島",
)
"""Simplified, traditional: the same things in the same places."""

WORDS, BASE, CHECK = 6, 67, 79
CONFIRMED_BY = 2
"""Words at the end that are typed back to confirm a complaint code."""

_LISTS = (QUALITIES, THINGS)
_SYLLABLES = (
    "hong lan lv bai hei zi hui jin yin da xiao gao di zhang duan kuan fang yuan ping jian xin lao zao wan kuai man leng re "
    "nuan tian suan ku la xiang ruan ying zhong hou shen xi nan bei zuo you qian shang wai chun xia qiu dong yi er san wu liu "
    "qi ba jiu shi ban shuang dan hao mei zhen ming".split(),
    "shan shui huo tu tian yue xing yun feng yu xue jiang he hai sha shi cao hua shu lin zhu song ye gua guo tao li mi cha "
    "tang cai dou niu yang ma lu hu mao zhen xia che chuan qiao men chuang zhuo wan bei bu yi xie san bao bi zhi qin gu ge "
    "qiu cheng cun lou jing ta jie fang dao".split(),
)
"""What pypinyin reads each character as, so that its dictionary is loaded only where another character is read."""
_PLACES: list[dict[str, int]] = [
    {character: place for script in scripts for place, character in enumerate(script)}
    | {syllable: place for place, syllable in enumerate(_SYLLABLES[part])}
    for part, scripts in enumerate(_LISTS)
]
"""Of qualities and of things: the place of a character of either script, and of a syllable."""


def words_of(digits: str, language: Language) -> list[str]:
    """The six words of the random digits of a complaint code, in the characters of a page's language."""
    value, script = int(digits) * CHECK, 1 if language is Language.ZH_HANT else 0
    words = []
    for _ in range(WORDS):
        value, word = divmod(value, BASE * BASE)
        quality, thing = divmod(word, BASE)
        words.append(QUALITIES[script][quality] + THINGS[script][thing])
    return words[::-1]


def read_words(text: str) -> list[tuple[int, int]] | None:
    """The words that were typed, as places in the two lists: in characters of either script, or in pinyin without tones, a space
    between two words. None where something is neither.
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    words: list[tuple[int, int]] = []
    for piece in re.findall(r"[a-z]+|[^\W\d_a-z]+", text):
        found = _read_syllables(piece) if piece.isascii() else _read_characters(piece)
        if found is None:
            return None
        words += found
    return words if words and not re.search(r"\d", text) else None


def digits_of(words: list[tuple[int, int]]) -> str | None:
    """The 20 random digits that six words stand for; None where they do not fit together."""
    if len(words) != WORDS:
        return None
    value = 0
    for quality, thing in words:
        value = (value * BASE + quality) * BASE + thing
    number, rest = divmod(value, CHECK)
    return f"{number:020d}" if rest == 0 and number < 10**20 else None


def _read_characters(piece: str) -> list[tuple[int, int]] | None:
    lists = [_PLACES[number % 2] for number in range(len(piece))]
    places = [known[one] if one in known else known.get(_sound(one)) for known, one in zip(lists, piece, strict=True)]
    if len(places) % 2 or None in places:
        return None
    known = [place for place in places if place is not None]
    return list(zip(known[::2], known[1::2], strict=True))


def _sound(character: str) -> str:
    """The syllable of a character: one of the same sound is what a keyboard that guesses writes, and a hand."""
    from pypinyin import lazy_pinyin

    return str(lazy_pinyin(character)[0])


def _read_syllables(piece: str) -> list[tuple[int, int]] | None:
    """One word in pinyin. No two words are written alike (tests/complaints/case/test_code_words.py)."""
    qualities, things = _PLACES
    found = [
        (qualities[piece[:cut]], things[piece[cut:]])
        for cut in range(1, len(piece))
        if piece[:cut] in qualities and piece[cut:] in things
    ]
    return found if len(found) == 1 else None
