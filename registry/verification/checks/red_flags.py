"""Red flags of an advert: what it asks for, promises or leaves out, each with the rule it breaks. Pure.

Words are looked for clause by clause, so that "no deposit" in one does not excuse a deposit in the next. Every pattern is
bounded: the time is linear in the length of the text. Letters with a comma, a cedilla or nothing below are
written alike in Romanian adverts, and accents are often left out.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from babel import Locale

from registry.verification.checks.advert import readable
from registry.verification.checks.rules import StatedDetail
from registry.vocabulary.checks import CheckKind
from registry.vocabulary.codes import RedFlag
from registry.vocabulary.register import EU_STATES, OUTSIDE, Visa

_S, _T, _A = "[sșş]", "[tțţ]", "[aăâ]"
_DAILY_FR = r"(?:par|chaque|tous[ ]les|[àa][ ]la)[ ](?:jours?|soirs?|journ[ée]e)"
_DAILY_RO = rf"(?:zilnic|pe[ ]zi|[îi]n[ ]fiecare[ ](?:zi|sear{_A})|la[ ]sf[âa]r{_S}itul[ ]zilei)"
_CASH_FR, _CASH_RO = r"(?:esp[èe]ces|liquide|cash)", rf"(?:numerar|cash|bani[ ](?:ghea{_T}{_A}|[îi]n[ ]m[âa]n{_A}))"
_THEY_FR = r"(?:on|nous|l.agence|le[ ]patron|l.employeur|le[ ]chef)"


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("(?i:" + "|".join(patterns) + ")")


FRENCH_AND_ROMANIAN: tuple[tuple[RedFlag, re.Pattern[str]], ...] = (
    (
        RedFlag.DEPOSIT,
        _words(
            r"\bcautions?\b",
            r"\bacomptes?\b",
            r"\barrhes\b",
            r"\bd[ée]p[ôo]t[ ]de[ ]garantie",
            r"\bgarantie[ ]de[ ][0-9]",
            rf"\bgaran{_T}i[ei](?:[ ]de[ ](?:plecare|seriozitate)|[ ](?:de[ ])?[0-9])",
            rf"\barvun{_A}\b",
            rf"\bcau{_T}iun(?:e|ii)\b",
            r"\bavans(?:ul)?[ ](?:de[ ])?(?:[0-9]|obligatoriu|[îi]nainte)",
            r"\bdepozit[ ]de[ ]garan",
            rf"\b(?:l{_A}sa{_T}i|se[ ]las{_A})[ ](?:o[ ])?garan{_T}ie",
        ),
    ),
    (
        RedFlag.FEE,
        _words(
            r"\bfrais[ ](?:de[ ]|d.)?(?:dossier|agence|recrutement|inscription)",
            r"\bfrais[ ](?:de[ ])?(?:visa|placement|traitement|service|mise[ ]en[ ]relation)",
            r"\bhonoraires\b",
            r"\b[0-9]{2,5}[ ](?:euros?|€)[ ]de[ ]frais\b",
            r"\bcommission[ ](?:de|d.agence|[àa][ ]payer)",
            r"\bco[ûu]t[ ]du[ ]dossier",
            r"\bvous[ ]payez[ ][0-9]",
            r"\b(?:payez|versez|r[ée]glez)[ ][0-9]",
            r"\bcomision(?:ul)?\b",
            rf"\btax{_A}[ ](?:de[ ])?(?:[îi]nscriere|intermediere|recrutare|procesare|viz{_A}|dosar|agen{_T}ie|plasare)",
            r"\bcost(?:ul)?[ ](?:dosarului|de[ ]intermediere)",
            r"\bonorari(?:u|ul)\b",
            r"\bserviciile[ ]noastre[ ]cost[ăa][ ][0-9]",
            rf"\bse[ ]pl{_A}te{_S}te[ ][0-9]",
            rf"\bpl{_A}ti{_T}i[ ][0-9]",
        ),
    ),
    (
        RedFlag.PASSPORT,
        _words(
            r"\b(?:envoy|remett|laiss|post|confi|exp[ée]di|donn)[a-zé]{1,5}[ ][^.,;]{0,18}\bpasseport",
            r"\bpasseport[^.,;]{0,18}\b(?:d.avance|[àa][ ]l.avance|d.abord)",
            rf"\b{_THEY_FR}[ ](?:garde|conserve)[^.,;]{{0,14}}passeport",
            r"\bpasseport[ ](?:est[ ])?(?:gard[ée]|conserv[ée])[ ]par",
            r"\bpasseports[ ]restent[ ](?:au|chez)\b",
            rf"\b(?:trimit|expedia|preda|l{_A}sa)[a-zțţ]{{1,5}}[ ][^.,;]{{0,14}}pa{_S}apo",
            rf"\bpa{_S}apo(?:rtul|artele)[^.,;]{{0,10}}\b(?:r{_A}m[âa]ne[ ]la[ ](?!dumneavoastr|dvs|tine|voi)|[îi]nainte\b)",
            rf"\bpa{_S}apo(?:rtul|artele)[^.,;]{{0,10}}\b(?:se[ ]p{_A}streaz{_A}[ ]la|[îi]l[ ]{_T}ine)[ ]",
        ),
    ),
    (
        RedFlag.TOURIST_VISA,
        _words(
            r"\bvisa[ ](?:de[ ])?(?:touris(?:te|tique|me))", rf"\bviz{_A}[ ](?:de[ ])?(?:turist|turism|turistic{_A})"
        ),
    ),
    (
        RedFlag.BUSINESS_VISA,
        _words(r"\bvisa[ ](?:d.|pour[ ])?affaires", rf"\bviz{_A}[ ](?:de[ ])?(?:afaceri|business)"),
    ),
    (RedFlag.STUDY_VISA, _words(r"\bvisa[ ](?:d.|pour[ ])?[ée]tud", rf"\bviz{_A}[ ](?:de[ ])?(?:studi|student)")),
    (
        RedFlag.NO_CONTRACT,
        _words(
            r"\bsans[ ]contrat",
            r"\bpas[ ](?:de|besoin[ ]de)[ ]contrat",
            r"(?<!pas[ ])(?<!jamais[ ])\bau[ ]noir\b",
            r"\bnon[ ]d[ée]clar[ée]",
            rf"\bf{_A}r{_A}[ ]contract",
            r"(?<!nu[ ])\bla[ ]negru\b",
            r"\bnu[ ](?:e[ ]nevoie[ ]de|se[ ]face|facem|semn[a-z]{1,4})[ ]contract",
        ),
    ),
    (
        RedFlag.PRIVATE_ACCOUNT,
        _words(
            r"\bcompte[ ](?:personnel|priv[ée]|perso)\b",
            r"\bmon[ ]compte\b",
            r"\bcont(?:ul)?[ ](?:meu|personal|privat)\b",
        ),
    ),
    (
        RedFlag.QUOTA_PLACE,
        _words(
            r"\b(?:places?|postes?|visa|permis|titre[ ]de[ ]s[ée]jour|quota)[^.,;]{0,16}\bgaranti(?:e|es|s)?\b",
            r"\b(?:visa|permis)[ ](?:[àa][ ])?100[ ]?%",
            r"\bnous[ ]garantissons[ ](?:le[ ]|la[ ]|votre[ ])?(?:visa|permis|place)",
            rf"\b(?:loc(?:ul)?|post(?:ul)?|viz{_A}|viza|permis(?:ul)?)[^.,;]{{0,14}}\bgarantat",
            rf"\bgarant{_A}m[ ](?:viza|permisul|locul)",
            rf"\bviz[aă][ ](?:iese[ ])?(?:100[ ]?%|sut{_A}[ ]la[ ]sut{_A})",
        ),
    ),
    (
        RedFlag.CASH_WAGES,
        _words(
            rf"\b{_CASH_FR}[^.,;]{{0,14}}\b{_DAILY_FR}",
            rf"\b{_DAILY_FR}[^.,;]{{0,12}}\b{_CASH_FR}",
            rf"\b{_CASH_RO}[^.,;]{{0,14}}\b{_DAILY_RO}",
            rf"\b{_DAILY_RO}[^.,;]{{0,12}}\b{_CASH_RO}",
        ),
    ),
)

REFUSED_BEFORE = rf"\b(?:sans|pas|aucune?s?|jamais|ni|f{_A}r{_A}|nu|nici(?:o|un)?|niciodat{_A})\b[^.,;]{{0,24}}$"
REFUSED_AFTER = (
    r"^[^.,;]{0,14}(?:(?:pay[ée]|pris|prise|support[ée])e?s?[ ](?:en[ ]charge[ ])?par[ ]|[àa][ ]la[ ]charge[ ]de[ ])"
    r"(?:l.employeur|l.entreprise)|"
    rf"^[^.,;]{{0,14}}(?:pl{_A}tit|suportat)[a-zăe]{{0,2}}[ ]de[ ](?:angajator|firm{_A}|c{_A}tre[ ]angajator)|"
    r"^[^.,;]{0,6}[îi]n[ ]sarcina[ ]angajatorului"
)


ROWS: Mapping[RedFlag, tuple[str, ...]] = {
    RedFlag.NO_COMPANY: ("cn-regime-labour-service-abroad",),
    RedFlag.DEPOSIT: ("cn-fee-licensed-sender-4",),
    RedFlag.FEE: ("cn-fee-unlicensed", "cn-fee-licensed-sender-3"),
    RedFlag.PASSPORT: ("cn-limit-documents",),
    RedFlag.TOURIST_VISA: ("cn-limit-conduct",),
    RedFlag.BUSINESS_VISA: ("cn-limit-conduct",),
    RedFlag.STUDY_VISA: ("cn-limit-conduct",),
    RedFlag.NO_CONTRACT: ("cn-limit-conduct-3",),
    RedFlag.PRIVATE_ACCOUNT: (),
    RedFlag.QUOTA_PLACE: (),
    RedFlag.CASH_WAGES: (),
}
"""The rows of law that each breaks where workers are recruited in China; none where no rule was read."""

_N = "[0-9一二三四五六七八九十两兩几幾半]"
_FEE_WORDS = (
    "[中仲]介[费費]|好[处處][费費]|茶水[费費]|手[续續][费費]|代[办辦][费費]|[签簽][证證]?[费費]|报名[费費]|報名[费費]|介[绍紹][费費]|[劳勞][务務][费費]|"
    "培[训訓][费費]|车马[费費]|車馬費|[办辦]理[费費]|材料[费費]|押[车車][费費]"
)
_WORDS: tuple[tuple[RedFlag, re.Pattern[str]], ...] = (
    (RedFlag.DEPOSIT, re.compile(
        r"[押压壓]金|履[约約]金|保[证證]金|定金|[订訂]金|[风風][险險]金|[诚誠]意金|房[产產]抵押|"
        r"(?i:\bdeposits?\b|\bbond\b|\bcauzion[ei]\b|\bdeposito[ ](?:di[ ]garanzia|cauzionale)\b|\bcaparra\b)")),
    (RedFlag.FEE, re.compile(
        rf"{_FEE_WORDS}|服[务務][费費].{{0,4}}{_N}|[费費]用[^，。,;；]{{0,6}}{_N}|不成功不收[费費]|"
        rf"一[个個]{_N}{{3,8}}|(?:一|每)人[ ]?{_N}{{1,5}}[万萬千]|交{_N}{{1,5}}[万萬千]{_N}{{0,4}}[元块塊]?就|"
        r"(?i:\b(?:agency|processing|registration|recruitment|service|visa|application|placement)[ ]fees?\b|"
        r"\bfees?[ ](?:of|is|are)\b|\bcosts?[ ]of[ ][0-9]|\bpay[ ]us[ ][0-9]|\bsi[ ]pag(?:a|ano)[ ][0-9]|"
        r"\b(?:spese|costi)[ ]di[ ](?:pratica|agenzia|intermediazione)\b|"
        r"\bquota[ ]d.iscrizione\b|\bcommissione[ ]di\b)")),
    (RedFlag.PASSPORT, re.compile(
        r"[护護]照[^，。,;；]{0,6}(?:先|寄|交|押|[给給]我)|(?:寄|押|扣|上交|先收)[^，。,;；]{0,3}[护護]照|先交[护護]照|"
        r"[护護]照[^，。,;；]{0,3}由[^，。,;；]{1,5}[收拿保]|[证證]件[^，。,;；]{0,3}上交|"
        r"(?i:\b(?:send|post|mail|give)\b[^.,;]{0,12}\bpassport|\bpassport[^.,;]{0,12}\b(?:first|in[ ]advance|upfront)|"
        r"\b(?:boss|agent|employer|company|we)[ ](?:will[ ])?keeps?[ ](?:your|the)[ ]passport|"
        r"\b(?:invi|spedi|consegn)[a-z]{1,8}[^.,;]{0,16}\bpassaporto)")),
    (RedFlag.TOURIST_VISA, re.compile(
        r"旅[游遊]的?[签簽]|[观觀]光[签簽]|先[来來到过過去][^，。,;；]{0,10}再(?:补|補|[转轉]|[办辦])|"
        r"(?i:\btourist[ ]visa|\bvisto[ ](?:turistico|per[ ]turismo))")),
    (RedFlag.BUSINESS_VISA, re.compile(
        r"商[务務]的?[签簽]|考察[签簽]|(?i:\bbusiness[ ]visa|\bvisto[ ](?:per|d.)[ ]?affari)")),
    (RedFlag.STUDY_VISA, re.compile(
        r"(?:[学學]生|留[学學]|[学學][习習])的?[签簽]|(?i:\b(?:student|study)[ ]visa|\bvisto[ ](?:per[ ])?studio)")),
    (RedFlag.NO_CONTRACT, re.compile(
        r"(?:不用?|不需要?|[无無]需|免|[没沒]有)[签簽]?(?:[劳勞][动動])?合[同约約]|不[签簽][^，。,;；]{0,4}合[同约約]|"
        r"(?i:\bno[ ](?:written[ ])?contract\b|\bwithout[ ](?:a[ ])?contract\b|\bsenza[ ]contratto\b|\bin[ ]nero\b)")),
    (RedFlag.PRIVATE_ACCOUNT, re.compile(
        r"(?:私人|[个個]人)的?(?:[账帐賬帳]|[银銀]行卡|卡|收款)|(?:[账帐賬帳][户戶号號]|卡[号號]|[户戶]名)[^。;；]{0,50}(?:私人|[个個]人)|"
        r"[转轉打][到给給]?我(?:的)?(?:微信|支付[宝寶]|卡)|(?:微信|支付[宝寶])[转轉][给給]?我|"
        r"(?i:\b(?:private|personal)[ ]account|\bconto[ ](?:personale|privato))")),
    (RedFlag.QUOTA_PLACE, re.compile(
        r"名[额額][^，。,;；]{0,8}(?:[给給]我|[买買]|保[证證]|包)|(?:[内內]部|包|保[证證]|[买買])[^，。,;；]{0,4}名[额額]|"
        r"(?:包|保[证證])[^，。,;；]{0,3}(?:出[签簽]|下[签簽]|拿居留|居留|拿[证證])|[周月][内內]?[^，。,;；]{0,3}[下拿出]居留|"
        r"百分(?:之)?百[^，。,;；]{0,3}[出下][签簽]|[稳穩]拿(?:居留|[签簽][证證]|名[额額])|[内內]部指[标標]|"
        r"(?i:\bguaranteed[ ](?:quota|place|permit|visa)|\b(?:permit|visa)[ ]guaranteed|"
        r"\b(?:posto|quota|permesso|visto)[^.,;]{0,16}\bgarantit[oa])")),
    (RedFlag.CASH_WAGES, re.compile(
        r"(?:日[结結]|天[结結]|每天|一天|日薪)[^，。;；]{0,14}[现現](?:金|[结結])|[现現]金[^，。,;；]{0,6}(?:日|天)[结結]|天天[^，。,;；]{0,3}[现現]金|"
        r"(?i:\b(?:daily[ ]cash|cash[ ](?:daily|per[ ]day|every[ ]day|by[ ]the[ ]day))|"
        r"\b(?:contanti|cash)[^.,;]{0,12}\b(?:al[ ]giorno|ogni[ ]giorno|a[ ]giornata))")),
)  # fmt: skip

_CLAUSE = re.compile(r"[，。,;；!！?？\n\r]+|\.(?=\s|$)")
_REFUSED_BEFORE = re.compile(
    r"(?:不|[无無]|免|零|没有?|沒有?|[绝絕]不|已[缴繳交])[^，。]{0,5}$|(?i:\b(?:no|not|never|without|nessun[ao]?|senza|mai)\b[^.,;]{0,20}$)|"
    rf"(?i:\bbeware\b[^.,;]{{0,34}}$)|(?i:{REFUSED_BEFORE})"
)
_REFUSED_AFTER = re.compile(
    r"^[^，。]{0,3}(?:没有|沒有|全免|免|不收|不要|[老]?[板闆]出|[公雇]司?主?出|"
    r"[报報][销銷]|零|由?(?:雇主|公司|工[厂廠]|老[板闆])[承负負付])"
    r"|^[ ]{0,2}(?i:(?:is|are)?[ ]?(?:paid|covered|borne)[ ]by[ ](?:the[ ])?(?:employer|company)|"
    r"a[ ]carico[ ]del(?:l.azienda|[ ]datore))"
    rf"|(?i:{REFUSED_AFTER})"
)
_NEVER_REFUSED = frozenset({RedFlag.NO_CONTRACT})
"""Flags whose own words are a refusal."""

_VISAS = {RedFlag.TOURIST_VISA: Visa.TOURIST, RedFlag.BUSINESS_VISA: Visa.BUSINESS, RedFlag.STUDY_VISA: Visa.STUDY}


def red_flags(advert: str, details: Sequence[StatedDetail]) -> tuple[RedFlag, ...]:
    """The flags of an advert, in the order of their gravity; `details` is what can be checked in it, or was told beside it."""
    text = readable(advert)
    if not text.strip():
        return ()
    found: set[RedFlag] = set()
    for clause in _CLAUSE.split(text):
        for flag, words in (*_WORDS, *FRENCH_AND_ROMANIAN):
            if flag not in found and any(_is_meant(flag, clause, match) for match in words.finditer(clause)):
                found.add(flag)
    if not any(one.kind in (CheckKind.NUMBER, CheckKind.NAME) for one in details):
        found.add(RedFlag.NO_COMPANY)
    return tuple(flag for flag in RedFlag if flag in found)


def _is_meant(flag: RedFlag, clause: str, match: re.Match[str]) -> bool:
    if flag in _NEVER_REFUSED or match[0].startswith("不成功"):
        return True
    before, after = clause[max(0, match.start() - 42) : match.start()], clause[match.end() : match.end() + 40]
    return _REFUSED_BEFORE.search(before) is None and _REFUSED_AFTER.search(after) is None


def visa_in(flags: Sequence[RedFlag]) -> Visa | None:
    """The visa that an advert plans with, if it names one that does not allow work."""
    return next((_VISAS[flag] for flag in flags if flag in _VISAS), None)


def country_in(advert: str) -> str | None:
    """The one country of a job that an advert names; None where it names none or several."""
    text = readable(advert).casefold()
    found = {code for name, code in _country_names().items() if name in text}
    return found.pop() if len(found) == 1 else None


@cache
def _country_names() -> Mapping[str, str]:
    return {
        Locale.parse(locale).territories[code].casefold(): code
        for locale in ("zh_Hans", "zh_Hant", "zh_Hant_HK", "en_GB", "it", "fr", "ro")
        for code in sorted(EU_STATES | OUTSIDE)
    } | {"英国": "GB", "英國": "GB", "香港": "HK", "澳门": "MO", "澳門": "MO"}
