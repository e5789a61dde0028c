"""Words of red flags in French and Romanian: how adverts of these languages ask, promise and threaten. Pure.

Letters with a comma, a cedilla or nothing below are written alike in Romanian adverts, and accents are often left out.
"""

import re

from registry.vocabulary.codes import RedFlag

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
