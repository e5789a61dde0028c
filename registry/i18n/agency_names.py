"""Which of an agency's names to show first, and in which language each is read aloud."""

from typing import NamedTuple

from markupsafe import Markup

from registry.i18n.languages import text
from registry.register.agencies import record
from registry.vocabulary.register import Language, NameKind, Script

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
