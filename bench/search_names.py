"""A million invented agencies with names as registers hold them, and questions about some of them as people type them."""

import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import opencc

from registry.register.names import pinyin
from registry.vocabulary.register import NameKind

_HAN = (
    "华中海天金新东方国大成安达信和泰润丰源盛宏兴恒瑞鑫康嘉利通联创远宇博顺永富亿万隆昌福诚德正明龙祥发伟凯思文美"
    "康乐程长江河山"
    "峰林森云星晨阳光辉旭日月春秋景园百千福禄寿喜吉庆佳宝玉珠银铜铁航飞腾跃翔鹏鹰凤麒麟虎马鼎钧铭铸品优卓越杰英才"
    "智慧启迪立建业"
    "世纪时代先锋前程锦绣荣誉尊贵豪雅典圣地乡村桥梁路港湾岛屿湖泉洋波涛澜浩瀚博雅致广汇融合众力同心协力勤勉敬业精"
    "益求实"
    "重曾行朝仇单解查盖朴区任召尉乐"
)
_POLYPHONES = set("长重曾行朝仇单解查盖朴区任召尉乐")
_PLACES = (
    "北京 上海 天津 重庆 山东 江苏 浙江 福建 广东 河南 河北 辽宁 吉林 黑龙江 四川 湖北 湖南 安徽 江西 陕西 青岛 "
    "烟台 威海 济南 大连 沈阳 "
    "南京 苏州 无锡 南通 杭州 宁波 温州 福州 厦门 泉州 广州 深圳 郑州 武汉 长沙 成都 西安 哈尔滨 长春 延边 临沂 "
    "潍坊 淄博 新乡 商丘 合肥"
).split()
_CHINESE_TRADES = (
    "国际劳务合作 对外劳务合作 国际经济技术合作 人力资源 国际人力资源 劳务 国际劳务 对外经济技术合作 "
    "出国劳务服务 国际商务 国际合作 企业管理咨询 "
    "人才服务 外派劳务 国际贸易 劳务派遣 经济贸易 境外就业服务"
).split()
_CHINESE_FORMS = ("有限公司",) * 14 + ("有限责任公司",) * 3 + ("股份有限公司",) * 2 + ("集团有限公司",)
_ENGLISH = {
    "国际": "International", "劳务": "Labour", "合作": "Cooperation",
    "对外": "Foreign", "经济": "Economic", "技术": "Technical",
    "人力资源": "Human Resources", "出国": "Overseas", "服务": "Service",
    "商务": "Business", "企业": "Enterprise", "管理": "Management",
    "咨询": "Consulting", "人才": "Talent", "外派": "Dispatch",
    "贸易": "Trade", "派遣": "Dispatch", "境外": "Overseas",
    "就业": "Employment",
}  # fmt: skip


class _Land(NamedTuple):
    syllables: str
    trades: str
    places: str
    forms: str


_LANDS = {
    "IT": _Land(
        "ra ri ro lo li ma mo ne no ta te ti va ve sa se co ca be ga gi pa pe do da fi fa",
        "Lavoro|Servizi|Risorse Umane|Personale|Agenzia|Lavoro Interinale|Consulenza",
        "Milano|Torino|Roma|Prato|Napoli|Bologna|Verona",
        "S.r.l.|S.p.A.|S.r.l.s.|Soc. coop.",
    ),
    "DE": _Land(
        "mül hof ber stein wal ter ker scha lö wei gru nau feld brü hau mei sen rich dorf kö tä",
        "Personal|Personalservice|Zeitarbeit|Dienstleistungen|Personalleasing|Arbeitsvermittlung",
        "Berlin|Hamburg|München|Köln|Leipzig",
        "GmbH|AG|GmbH & Co. KG|UG (haftungsbeschränkt)|e.K.",
    ),
    "PL": _Land(
        "ko wal ski świę to mać żel ław brzo no wa kra jan pol mir sła dą bro wi cz ra",
        "Praca|Agencja Pracy|Usługi|Kadry|Pośrednictwo Pracy|Doradztwo",
        "Warszawa|Kraków|Łódź|Gdańsk|Poznań",
        "sp. z o.o.|S.A.|sp. j.|sp. z o.o. sp. k.|s.c.",
    ),
    "CZ": _Land(
        "no vá ko řá kov ský dvo rák če rný pro cház ka je mel há jek krá lo",
        "Práce|Služby|Personální agentura|Agentura práce|Poradenství",
        "Praha|Brno|Ostrava|Plzeň",
        "s.r.o.|a.s.|spol. s r.o.|v.o.s.",
    ),
    "RO": _Land(
        "po pes cu io nes ță mun tea nu gheor ghi șer ban ră du mi hai stan ciu că lin",
        "Muncă|Servicii|Recrutare|Resurse Umane|Plasare",
        "București|Cluj|Timișoara|Iași",
        "S.R.L.|S.A.|S.R.L.-D",
    ),
    "NL": _Land(
        "van dijk hoe ven jan sen vis ser boe ma kroo nen berg huis meer den ka ter wa",
        "Uitzendbureau|Personeel|Diensten|Werk|Detachering",
        "Amsterdam|Rotterdam|Utrecht|Eindhoven",
        "B.V.|N.V.|V.O.F.",
    ),
}  # fmt: skip
_OWN_WORDS = (
    "Alfa Adria Nova Prima Vita Sole Orion Delta Sigma Vega Atlas Aurora Fenix Ideal Max Optima Pro Quick Rapid "
    "Smart Star Terra Ultra "
    "Unity Victoria Zenit Active Best Bridge City Dynamic Easy Elite Euro Express Fair First Flex Gold Green "
    "Impuls Inter Job Key Link Lux"
).split()

SLIPS = (
    "one typo|two typos|wrong character|missing character|words swapped|form missing|form other|form translated|"
    "diacritics dropped|umlauts spelled".split("|")
)


class Agency(NamedTuple):
    country: str
    names: tuple[tuple[NameKind, str], ...]


class Question(NamedTuple):
    """`agency` is the one meant; any agency that has the same `name` counts as well."""

    kind: str
    text: str
    agency: int
    name: str


def agencies(count: int, seed: int = 1) -> Iterator[Agency]:
    """Agency 0 to `count` - 1, half of them Chinese; the same for the same seed, whatever the count."""
    chance = random.Random(seed)
    for _ in range(count):
        yield _chinese(chance) if chance.random() < 0.5 else _latin(chance)


@cache
def _weights() -> list[float]:
    return [1 / (rank + 8) for rank in range(len(_HAN))]


def _chinese(chance: random.Random) -> Agency:
    place = chance.choice(_PLACES)
    own = "".join(chance.choices(_HAN, _weights(), k=chance.choice((2, 2, 2, 2, 2, 2, 3, 3, 4))))
    trade, form = chance.choice(_CHINESE_TRADES), chance.choice(_CHINESE_FORMS)
    names = [(NameKind.LEGAL, f"{place}{own}{trade}{form}")]
    if chance.random() < 0.4:
        names.append((NameKind.TRADE, _translated(place, own, trade)))
    if chance.random() < 0.15:
        names.append((NameKind.FORMER, f"{place}{own[0]}{chance.choice(_HAN)}{chance.choice(_CHINESE_TRADES)}{form}"))
    return Agency("CN", tuple(names))


def _translated(place: str, own: str, trade: str) -> str:
    words, rest = [], trade
    while rest:
        word = next((word for word in _ENGLISH if rest.startswith(word)), rest[0])
        words += [_ENGLISH[word]] if word in _ENGLISH else []
        rest = rest[len(word) :]
    return f"{_pinyin_of(place)} {_pinyin_of(own)} {' '.join(words)} Co., Ltd."


def _pinyin_of(word: str) -> str:
    return pinyin.spellings(word)[0].capitalize()


def _latin(chance: random.Random) -> Agency:
    country = chance.choice(tuple(_LANDS))
    land = _LANDS[country]
    name = _latin_name(chance, land)
    names = [(NameKind.LEGAL, name)]
    if chance.random() < 0.15:
        names.append((NameKind.FORMER, _latin_name(chance, land)))
    return Agency(country, tuple(names))


def _latin_name(chance: random.Random, land: _Land) -> str:
    own = ["".join(chance.choices(land.syllables.split(), k=chance.choice((2, 3, 3, 4)))).capitalize()]
    if chance.random() < 0.5:
        own.insert(chance.choice((0, 1)), chance.choice(_OWN_WORDS))
    words = [*own, chance.choice(land.trades.split("|"))]
    if chance.random() < 0.3:
        words.append(chance.choice(land.places.split("|")))
    return f"{' '.join(words)} {chance.choice(land.forms.split('|'))}"


def questions(count: int, per_kind: int, seed: int = 2, agencies_seed: int = 1) -> list[Question]:
    """`per_kind` questions of each kind about agencies drawn evenly from the first `count`."""
    chance = random.Random(seed)
    drawn = set(chance.sample(range(count), min(count, 60 * per_kind)))
    found: dict[str, list[Question]] = {}
    for number, agency in enumerate(agencies(count, agencies_seed)):
        if number in drawn:
            for kind, text, name in _ways(chance, agency):
                found.setdefault(kind, []).append(Question(kind, text, number, name))
    return [q for kind in found for q in chance.sample(found[kind], min(per_kind, len(found[kind])))]


def _ways(chance: random.Random, agency: Agency) -> Iterator[tuple[str, str, str]]:
    legal = agency.names[0][1]
    yield "exact", legal, legal
    for kind, name in agency.names[1:]:
        yield ("former name" if kind is NameKind.FORMER else "English trade name"), name, name
    ways = _chinese_ways if agency.country == "CN" else _latin_ways
    for way, text in ways(chance, legal, agency.country):
        if text and text != legal:
            yield way, text, legal


def _chinese_ways(chance: random.Random, legal: str, _country: str) -> Iterator[tuple[str, str]]:
    form = next(form for form in sorted(set(_CHINESE_FORMS), key=len, reverse=True) if legal.endswith(form))
    bare = legal.removesuffix(form)
    place = next(place for place in _PLACES if bare.startswith(place))
    trade = max((trade for trade in _CHINESE_TRADES if bare.endswith(trade)), key=len)
    own = bare.removeprefix(place).removesuffix(trade)
    at = chance.randrange(len(own)) + len(place)
    yield "wrong character", legal[:at] + chance.choice(_HAN) + legal[at + 1 :]
    yield "missing character", legal[:at] + legal[at + 1 :]
    yield "traditional", _traditional().convert(legal)
    yield "form missing", bare
    yield "form other", bare + chance.choice(_CHINESE_FORMS)
    yield "form translated", bare + " Co., Ltd."
    yield "half the name", place + own
    syllables = [pinyin.readings(character)[0] for character in bare]
    yield "pinyin spaced", " ".join(syllables)
    yield "pinyin joined", "".join(syllables)
    yield "pinyin by word", f"{_pinyin_of(place)} {_pinyin_of(own)} {_pinyin_of(trade)}"
    yield "pinyin with tones", " ".join(_toned(character) for character in place + own)
    misread = next((character for character in own if character in _POLYPHONES), None)
    if misread:
        other = "".join(pinyin.readings(character)[character == misread] for character in own)
        yield "pinyin, second reading", f"{_pinyin_of(place)} {other} {_pinyin_of(trade)}"


@cache
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _toned(character: str) -> str:
    from pypinyin.pinyin_dict import pinyin_dict

    return str(pinyin_dict[ord(character)].split(",")[0])


def _latin_ways(chance: random.Random, legal: str, country: str) -> Iterator[tuple[str, str]]:
    form = next(f for f in sorted(_LANDS[country].forms.split("|"), key=len, reverse=True) if legal.endswith(f))
    bare = legal.removesuffix(form).strip()
    words = bare.split()
    yield "one typo", f"{_slipped(chance, bare)} {form}"
    yield "two typos", f"{_slipped(chance, _slipped(chance, bare))} {form}"
    shuffled = words[1:] + words[:1]
    yield "words swapped", f"{' '.join(shuffled)} {form}"
    yield "form missing", bare
    yield "form other", f"{bare} {chance.choice(_LANDS[country].forms.split('|'))}"
    yield "form translated", f"{bare} {chance.choice(('Ltd', 'Limited', '有限公司', 'Co., Ltd.'))}"
    yield "half the name", " ".join(words[: max(1, (len(words) + 1) // 2)])
    plain = (
        "".join(c for c in unicodedata.normalize("NFD", legal) if not unicodedata.combining(c))
        .replace("ł", "l")
        .replace("Ł", "L")
    )
    yield "diacritics dropped", plain
    if country == "DE":
        spelled = legal
        for umlaut, two in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
            spelled = spelled.replace(umlaut, two)
        yield "umlauts spelled", spelled


def _slipped(chance: random.Random, text: str) -> str:
    """One letter left out, doubled, wrong, or swapped with the next."""
    at = chance.choice([place for place, letter in enumerate(text) if letter.isalpha()])
    letter = chance.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        text[at + 1 :],
        text[at] + text[at:],
        letter + text[at + 1 :],
        text[at + 1 : at + 2] + text[at] + text[at + 2 :],
    )
    return text[:at] + chance.choice(ways)
