"""What stands on a paper: the licence's record in Chinese and in the language of its reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from registry.core.clock import day_at
from registry.http.transaction import services
from registry.i18n.languages import text
from registry.i18n.names import authority_name, country_name, display_name, sector_name
from registry.i18n.wording import date_text, licence_details, listed, word
from registry.pages.public.licence_status import LicenceView
from registry.pages.public.rendering import is_demo, rendered, span
from registry.pages.public.staff_cards import picture_address
from registry.proofs.papers.qr import Symbol
from registry.proofs.wallets.card_codes import Card
from registry.register.agencies import record
from registry.vocabulary.register import HolderKind, Language, NameKind

_SPOKEN_IN = {"IT": Language.IT, "FR": Language.FR, "RO": Language.RO}
"""The page language of a destination, which a reader of Chinese gets beside Chinese; where we have none, English."""

MAX_NAMES = 3
MAX_PARTS = 8
"""Names of the holder, and parts of a scope, that one sheet has room for; the register has them all."""


class Sheet(StrEnum):
    CERTIFICATE = "certificate"
    CARD = "card"
    POSTER_A4 = "poster_a4"
    POSTER_A3 = "poster_a3"


@dataclass(frozen=True, slots=True)
class PlaceInLog:
    """The latest entry of the licence under the published head, and the name of the log."""

    index: int
    origin: str


def languages_of(language: Language, standing: LicenceView) -> tuple[Language, Language]:
    """Chinese, and the asker's own language; who asks in Chinese gets the language of the licence's destination."""
    if language not in (Language.ZH_HANS, Language.ZH_HANT):
        return Language.ZH_HANS, language
    corridors = standing.licence.corridors or ()
    places = {corridor.destination for corridor in corridors if corridor.destination} or {standing.licence.country}
    return language, _SPOKEN_IN.get(next(iter(places)), Language.EN) if len(places) == 1 else Language.EN


def html_of(sheet: Sheet, stated: Sequence[Language], standing: LicenceView, code: str, place: PlaceInLog) -> str:
    """The sheet as HTML that needs nothing from outside."""
    agency, licence = standing.agency, standing.licence
    names = _names(agency)
    symbol = Symbol(code)
    return rendered(
        f"paper_{sheet.partition('_')[0]}.html",
        stated[0],
        said=stated,
        is_demo=is_demo(),
        size=sheet.partition("_")[2].upper() or "A4",
        address=services().settings.public_url,
        host=services().settings.public_host,
        number=licence.number if _is_named(agency) else None,
        names=names,
        facts=[dict(row) for row in _facts(stated, standing, place)],
        status={language: word(language, "status", standing.verdict.status or "not_stated") for language in stated},
        status_on={language: date_text(language, standing.verdict.on) for language in stated},
        code=symbol.data_address,
    )


def staff_card_html(stated: Sequence[Language], standing: LicenceView, card: Card, code: str) -> str:
    """The two sides of a staff card, to be cut out and folded, as HTML that needs nothing from outside."""
    language, agency = stated[0], standing.agency
    until = date_text(language, day_at(card.expires_at, standing.snapshot.time_zone(standing.licence.authority)))
    number = standing.licence.number if _is_named(agency) else None
    facts = (("page.agency.licence.number", number), ("page.staff.until", until))
    return rendered(
        "paper_staff.html",
        language,
        said=stated,
        is_demo=is_demo(),
        address=services().settings.public_url,
        number=None,
        person=card.person,
        names=_names(agency),
        portrait=None if card.portrait is None else picture_address(card.portrait),
        facts=[(key, value) for key, value in facts if value],
        code=Symbol(code).data_address,
    )


def _names(agency: record.Agency) -> list[Any]:
    """The current names, legal ones first; of a natural person none, for a paper cannot be erased."""
    if not _is_named(agency):
        return []
    order = list(NameKind)
    current = [name for name in agency.names if name.kind is not NameKind.FORMER]
    return [display_name(name) for name in sorted(current, key=lambda name: order.index(name.kind))][:MAX_NAMES]


def _is_named(agency: record.Agency) -> bool:
    """Whether name and number may be printed: of a natural person the log holds neither, so that both can be erased."""
    return agency.holder_kind is HolderKind.LEGAL_PERSON


def _facts(
    stated: Sequence[Language], standing: LicenceView, place: PlaceInLog
) -> list[list[tuple[Language, tuple[str, str]]]]:
    """Rows of label and value, each in every language."""
    rows = [
        [(language, fact) for language in stated if (fact := _fact(language, name, standing, place))] for name in _ROWS
    ]
    if _is_named(standing.agency):
        details = [[(language, fact) for fact in licence_details(language, standing.licence)] for language in stated]
        rows += map(list, zip(*details, strict=True))
    return [row for row in rows if row]


_ROWS = ("kind", "number", "authority", "term", "activities", "corridors", "sectors", "conditions", "read", "entry")


def _fact(language: Language, name: str, standing: LicenceView, place: PlaceInLog) -> tuple[str, str] | None:
    licence = standing.licence
    label = text(language, f"paper.{name}" if name in ("kind", "read", "entry") else f"page.agency.licence.{name}")
    value = ""
    if name == "kind":
        value = word(language, "kind", licence.kind)
    elif name == "number" and _is_named(standing.agency):
        value = licence.number or text(language, "page.agency.licence.no_number")
    elif name == "authority":
        value = authority_name(language, licence.authority, standing.snapshot)
    elif name == "term":
        value = span(language, licence.valid_from, licence.valid_to)
    elif name == "activities" and licence.activities is not None:
        value = listed(language, [word(language, "activity.brief", one) for one in licence.activities])
    elif name == "corridors" and licence.corridors is not None:
        value = _cut(language, [_corridor(language, one) for one in licence.corridors])
    elif name == "sectors" and licence.sectors is not None:
        value = _cut(language, [sector_name(language, one.code) for one in licence.sectors])
    elif name == "conditions" and licence.conditions:
        value = _cut(language, [word(language, "condition", one.code) for one in licence.conditions])
    elif name == "read" and standing.verdict.source and standing.verdict.source.retrieved_at:
        zone = standing.snapshot.time_zone(licence.authority)
        value = date_text(language, day_at(standing.verdict.source.retrieved_at, zone))
    elif name == "entry":
        value = text(language, "paper.entry.value", index=place.index, origin=place.origin)
    return (label, value) if value else None


def _corridor(language: Language, corridor: record.Corridor) -> str:
    ends = (corridor.origin, corridor.destination)
    return " → ".join(country_name(language, end) if end else text(language, "page.agency.any_country") for end in ends)


def _cut(language: Language, words: list[str]) -> str:
    return listed(language, words[:MAX_PARTS]) + (" …" if len(words) > MAX_PARTS else "")
