"""Countries to choose from, in the order in which people look for them: one order for every list."""

from collections.abc import Collection

from registry.i18n.wording import base_letters, country_name
from registry.vocabulary.register import EU_STATES, Language

USUAL_COUNTRIES = ("CN", "IT", "FR", "DE", "ES", "RO")
"""Where most who ask are, or are going: they stand first in every list of countries, whatever its language."""


def countries(language: Language, codes: Collection[str] = EU_STATES) -> list[tuple[str, str]]:
    """Countries by code and name: those most asked about first, then in the order of the language's readers."""
    first = [code for code in USUAL_COUNTRIES if code in codes]
    named = [(code, country_name(language, code)) for code in codes if code not in first]
    rest = sorted(named, key=lambda pair: _order(language, pair[1]))
    return [*((code, country_name(language, code)) for code in first), *rest]


def _order(language: Language, name: str) -> str:
    if language in (Language.ZH_HANS, Language.ZH_HANT):
        # By pinyin, as Chinese lists of countries are.
        from pypinyin import lazy_pinyin

        return "".join(lazy_pinyin(name))
    return base_letters(name)
