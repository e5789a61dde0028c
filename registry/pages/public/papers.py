"""What can be printed of a licence: extract, wallet card, poster, and the code alone. Only a licence in force is printed.

What stands on a paper is the licence's record in Chinese and in the language of its reader. A PDF is made beside the server, so
the first request of one is answered 202 with a page that looks again by itself.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.http.credentials import bundle, paper_code
from registry.http.responses import encode
from registry.http.transaction import public_reading, services
from registry.i18n.languages import text
from registry.i18n.names import authority_name, country_name, display_name, main_name, sector_name
from registry.i18n.wording import date_text, licence_details, listed, word
from registry.log.queries import latest_entry
from registry.pages.public.licence_status import LicenceView, Stands, standing_of
from registry.pages.public.rendering import NOT_KEPT, SHORT, is_demo, page, rendered, span
from registry.pages.public.staff_cards import picture_address
from registry.proofs.credentials.queries import published_now
from registry.proofs.papers import making, qr, rendering
from registry.proofs.papers.seal import mark_of
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
    symbol = qr.Symbol(code)
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
        code=qr.Symbol(code).data_address,
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


pages = Blueprint("papers", __name__)

LOOK_AGAIN = 2
"""Seconds until the page of a paper that is being made asks again."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A paper: its sheet, and whether the proofs go with it as files, and the operator's seal on it if there is one."""

    sheet: Sheet
    has_files: bool = False
    is_sealed: bool = False


PAPERS = {
    "certificate": Kind(Sheet.CERTIFICATE, has_files=True, is_sealed=True),
    "card": Kind(Sheet.CARD),
    "poster-a4": Kind(Sheet.POSTER_A4),
    "poster-a3": Kind(Sheet.POSTER_A3),
}


@pages.get("/<language:language>/licences/<licence_id>")
def show_papers(language: Language, licence_id: str) -> Response:
    """What can be printed, and why nothing can."""
    standing = standing_of(licence_id)
    return page(
        "papers.html",
        language,
        here="agencies",
        standing=standing,
        name=main_name(standing.agency, language),
        authority=authority_name(language, standing.licence.authority, standing.snapshot),
        is_printed=standing.stands is Stands.IN_FORCE,
        papers=[(name, name.replace("-", "_")) for name in PAPERS],
    )


@pages.get("/<language:language>/licences/<licence_id>/<any(certificate, card, 'poster-a4', 'poster-a3'):name>.pdf")
def download_paper(language: Language, licence_id: str, name: str) -> Response:
    standing = _printable(licence_id)
    reference = standing.licence.licence_id
    kind = PAPERS[name]
    languages = languages_of(language, standing)
    # The code changes whenever an entry of the licence does.
    code = paper_code(reference)
    settings = services().settings
    keys = settings.keys
    seal = mark_of(keys) if kind.is_sealed else None
    # All that a paper depends on; the day is there for the status that it states.
    key = making.key_of(name, languages, standing.etag, code, standing.verdict.on, is_demo(), seal)

    def draft() -> rendering.Draft:
        html = html_of(kind.sheet, languages, standing, code, _place_in_log(reference))
        files = _files(reference) if kind.has_files else ()
        return rendering.Draft(html, files, str(keys) if seal else None, settings.seal_timestamp)

    made = _make_paper(key, draft)
    if made.state is not making.Making.READY:
        return _not_yet(language, standing, made)
    response = Response(made.body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{reference}.pdf"'
    response.headers["Content-Language"] = ", ".join(languages)
    response.headers["Cache-Control"] = SHORT
    response.set_etag(key)
    response.make_conditional(request)
    return response


@pages.get("/<language:language>/licences/<licence_id>/code.<any(svg, png):form>")
def download_code(language: Language, licence_id: str, form: str) -> Response:
    symbol = qr.Symbol(paper_code(_printable(licence_id).licence.licence_id))
    body, mimetype = (symbol.svg, "image/svg+xml") if form == "svg" else (symbol.png, "image/png")
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = SHORT
    return response


def _make_paper(key: str, draft: Callable[[], rendering.Draft]) -> making.Made:
    """The paper, made here or by any other machine."""
    folder = services().settings.home / "papers"
    if services().settings.is_sqlite:
        return making.paper(folder, key, draft)
    made = making.paper(folder, key, draft, elsewhere=lambda: making.find_shared(public_reading(), key, now()))
    if made.is_own and making.is_shared_first(folder, key):
        # Who asked has the paper, whatever becomes of this.
        with suppress(SQLAlchemyError), services().sessions.begin() as session:
            making.share(session, key, made.body, now())
    return made


def _printable(licence_id: str) -> LicenceView:
    """The licence if it may be printed. Raises NotFound otherwise: a paper would outlive what it says."""
    standing = standing_of(licence_id)
    if read_reference(licence_id) is None or standing.stands is not Stands.IN_FORCE:
        raise NotFound("papers are made only for a licence that is in force today")
    return standing


def _place_in_log(reference: str) -> PlaceInLog:
    head = published_now(public_reading())
    entry = latest_entry(public_reading(), f"licence/{reference}", head.size)
    if entry is None:
        raise NotFound("no signed head of the log covers this licence yet")
    return PlaceInLog(entry.index, head.origin)


def _files(reference: str) -> tuple[rendering.Attachment, ...]:
    whole = bundle(reference)
    return (
        rendering.Attachment(
            "credential.jwt", "Licence credential (SD-JWT VC), signed by the registry", whole["credential"].encode()
        ),
        rendering.Attachment(
            "bundle.json", "Credential, status list, log entries and proofs, to check off line", encode(whole)
        ),
    )


def _not_yet(language: Language, standing: LicenceView, made: making.Made) -> Response:
    is_waiting = made.state is making.Making.WAITING
    response = page(
        "paper_waiting.html",
        language,
        here="agencies",
        status_code=202 if is_waiting else 503,
        cache_control=NOT_KEPT,
        is_waiting=is_waiting,
        missing=made.missing,
        licence_id=standing.licence.licence_id,
    )
    response.headers["Retry-After"] = str(LOOK_AGAIN if is_waiting else making.PAUSE)
    if is_waiting:
        # Every browser since the first heeds it, and unlike a meta element it asks nothing of a script.
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response
