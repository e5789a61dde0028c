"""Names as people read them: of countries, languages, kinds of work, authorities and agencies, and the order of a list of them.

Of an agency's names it says which to show first, and in which language each is read aloud. Countries to choose from stand in
one order in every list: that in which people look for them.
"""

import unicodedata
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from babel import Locale
from markupsafe import Markup

from registry.i18n.languages import has_text, text
from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.vocabulary.register import EU_STATES, Language, NameKind, Script

# How each language is called in the Unicode locale data.
LOCALES = {language: language.value.replace("-", "_") for language in Language} | {Language.EN: "en_GB"}


def country_name(language: Language, code: str) -> str:
    """The country's usual name; the code itself where the locale data knows none."""
    return _territories(language).get(code, code)


def region_name(language: Language, region: str) -> str:
    """A part of a country where licences go by region; as the law calls it where the catalogues have no name."""
    return text(language, f"region.{region}") if has_text(f"region.{region}") else region


def language_name(language: Language, tag: str) -> str:
    """What a language is called, `tag` as ISO 639 has it, with a script where pages tell scripts apart."""
    return _spoken_languages(language).get(tag.replace("-", "_"), tag)


@cache
def _territories(language: Language) -> Mapping[str, str]:
    return dict(Locale.parse(LOCALES[language]).territories)


@cache
def _spoken_languages(language: Language) -> Mapping[str, str]:
    return dict(Locale.parse(LOCALES[language]).languages)


@lru_cache(maxsize=1024)
def sector_name(language: Language, code: str) -> str:
    """A NACE code with its plain name, if the catalogues have one."""
    if has_text(f"sector.{code}"):
        return text(language, "sector.with_code", name=text(language, f"sector.{code}"), code=code)
    return text(language, "sector.code_alone", code=code)


def occupation_name(language: Language, code: str) -> str:
    """An occupation of ISCO-08 by its plain name, if the catalogues have one; else the code."""
    return text(language, f"occupation.{code}") if has_text(f"occupation.{code}") else f"ISCO {code}"


def sector_words(language: Language, code: str) -> str:
    """A kind of work as workers choose it: in Chinese without the code, which means nothing to them."""
    is_alone = code == "other" or language in (Language.ZH_HANS, Language.ZH_HANT)
    if is_alone and has_text(f"sector.{code}"):
        return text(language, f"sector.{code}")
    return sector_name(language, code)


def authority_name(language: Language, reference: str, snapshot: SourceSnapshot) -> str:
    """An authority's name in the language, else in the nearest that it has; its reference when it is unknown."""
    authority = snapshot.authorities.get(reference)
    return name_in(language, authority.names) or reference if authority else reference


def name_in(language: Language, names: Mapping[str, str]) -> str:
    """The best of an authority's names by page language; empty when it has none."""
    for tag in (language, *_NEXT_BEST.get(language, (Language.EN,))):
        if names.get(tag):
            return names[tag]
    return next(iter(names.values()), "")


_NEXT_BEST = {
    Language.ZH_HANS: (Language.ZH_HANT, Language.EN),
    Language.ZH_HANT: (Language.ZH_HANS, Language.EN),
    Language.EN: (),
}


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
    # Without accents and in small letters: Ț stands beside T, not behind Z.
    return "".join(one for one in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(one))


_LIKED: dict[Language, tuple[Script, ...]] = {
    Language.ZH_HANS: (Script.HANS, Script.HANT),
    Language.ZH_HANT: (Script.HANT, Script.HANS),
}
_READ_AS = {Script.HANS: "zh-Hans", Script.HANT: "zh-Hant", Script.GREK: "el"}
_KINDS = (NameKind.LEGAL, NameKind.TRADE, NameKind.SHORT, NameKind.FORMER)


class ShownName(NamedTuple):
    """A name as it stands on a page; `lang` is the language a screen reader should take, if the script tells."""

    name: str
    lang: str | None

    def __html__(self) -> Markup:
        """Set apart, so that a name in another script, or a hostile one, cannot turn the words around it."""
        if self.lang is None:
            return Markup("<bdi>{}</bdi>").format(self.name)
        return Markup('<bdi lang="{}">{}</bdi>').format(self.lang, self.name)


def display_name(name: record.Name) -> ShownName:
    return ShownName(name.name, _READ_AS.get(name.script))


def main_name(agency: record.Agency, language: Language) -> ShownName:
    """The agency's name that the reader likely knows: a current one in their script, registered before trade names."""
    current = [name for name in agency.names if name.kind is not NameKind.FORMER] or list(agency.names)
    if not current:
        return ShownName(text(language, "page.agency.withheld"), None)
    liked = _LIKED.get(language, (Script.LATN,))
    return display_name(min(current, key=lambda name: (_rank(name.script, liked), _KINDS.index(name.kind))))


def _rank(script: Script, liked: tuple[Script, ...]) -> int:
    return liked.index(script) if script in liked else len(liked)
