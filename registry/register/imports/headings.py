"""Headings above tables and between their rows that say that licences below them are no longer in force. Pure.

A list that prints no status is read as if all on it were licensed. Authorities print those whose licence was withdrawn in
a second table, or further down under a heading: taken so they would answer `yes`.
"""

import re

from registry.register.imports.values import folded, unaccented

_STEMS = (
    # English, German, Dutch
    "revoked revocation suspended suspension withdrawn cancelled canceled expired ceased surrendered struck-off terminated "
    "widerruf erloschen ausgesetzt entzogen geloscht ruhend ingetrokken geschorst vervallen "
    # Italian, Spanish, Portuguese, French, Romanian
    "revocat revoca sospes sospension cessat cessazion scadut cancellat decadut revocad suspendid suspension cancelad "
    "caducad bajas revogad suspens cessad retire radie suspendu expire retras anulat radiat "
    # Czech, Slovak, Polish, Croatian, Slovenian, Hungarian
    "zrusen odebran pozastaven zanikl odnat zaniknut wykreslon zawieszon cofniet wygasl ukinut oduzet brisan izbrisan odvzet "
    "torolt felfuggesztett visszavont "
    # Baltic and Finnic
    "panaikint sustabdyt isbraukt anulet apturet izslegt kehtetu peatatud kustutatud peruutettu paattynyt "
    # Bulgarian, Greek
    "отнет прекратен заличен спрян ανακλη αναστολ διαγραφ"
).split()
_CHINESE = "吊销 撤销 注销 暂停 过期 失效 取消 撤回 吊銷 撤銷 註銷 暫停 過期".split()
_BEGINS = re.compile(r"\b(?:" + "|".join(sorted({unaccented(stem) for stem in _STEMS})) + ")")


def word_of_an_end(text: str) -> str | None:
    """The word of a heading that says that what stands below is not, or not all, in force. None for any other heading."""
    plain = unaccented(folded(text))
    match = _BEGINS.search(plain)
    if match is not None:
        return re.split(r"\W", plain[match.start() :], maxsplit=1)[0]
    return next((word for word in _CHINESE if word in text), None)
