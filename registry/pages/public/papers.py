"""What can be printed of a licence: extract, wallet card, poster, and the code alone. Only a licence in force is printed.

A PDF is made beside the server, so the first request of one is answered 202 with a page that looks again by itself.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy.exc import SQLAlchemyError

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.http.credentials import bundle, paper_code
from registry.http.responses import encode
from registry.http.transaction import public_reading, services
from registry.i18n.names import authority_name, main_name
from registry.log.queries import latest_entry
from registry.pages.public.certificates import PlaceInLog, Sheet, html_of, languages_of
from registry.pages.public.licence_status import LicenceView, Stands, standing_of
from registry.pages.public.rendering import NOT_KEPT, SHORT, is_demo, page
from registry.proofs.credentials.queries import published_now
from registry.proofs.papers import making
from registry.proofs.papers.making import PAUSE, Made, Making, is_shared_first, key_of, paper
from registry.proofs.papers.qr import Symbol
from registry.proofs.papers.rendering import Attachment, Draft
from registry.proofs.papers.seal import mark_of
from registry.vocabulary.register import Language

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
    key = key_of(name, languages, standing.etag, code, standing.verdict.on, is_demo(), seal)

    def draft() -> Draft:
        html = html_of(kind.sheet, languages, standing, code, _place_in_log(reference))
        files = _files(reference) if kind.has_files else ()
        return Draft(html, files, str(keys) if seal else None, settings.seal_timestamp)

    made = _made(key, draft)
    if made.state is not Making.READY:
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
    symbol = Symbol(paper_code(_printable(licence_id).licence.licence_id))
    body, mimetype = (symbol.svg, "image/svg+xml") if form == "svg" else (symbol.png, "image/png")
    response = Response(body, mimetype=mimetype)
    response.headers["Cache-Control"] = SHORT
    return response


def _made(key: str, draft: Callable[[], Draft]) -> Made:
    """The paper, made here or by any other machine."""
    folder = services().settings.home / "papers"
    if services().settings.is_sqlite:
        return paper(folder, key, draft)
    made = paper(folder, key, draft, elsewhere=lambda: making.find_shared(public_reading(), key, now()))
    if made.is_own and is_shared_first(folder, key):
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


def _files(reference: str) -> tuple[Attachment, ...]:
    whole = bundle(reference)
    return (
        Attachment(
            "credential.jwt", "Licence credential (SD-JWT VC), signed by the registry", whole["credential"].encode()
        ),
        Attachment("bundle.json", "Credential, status list, log entries and proofs, to check off line", encode(whole)),
    )


def _not_yet(language: Language, standing: LicenceView, made: Made) -> Response:
    is_waiting = made.state is Making.WAITING
    response = page(
        "paper_waiting.html",
        language,
        here="agencies",
        cache_control=NOT_KEPT,
        is_waiting=is_waiting,
        missing=made.missing,
        licence_id=standing.licence.licence_id,
    )
    response.status_code = 202 if is_waiting else 503
    response.headers["Retry-After"] = str(LOOK_AGAIN if is_waiting else PAUSE)
    if is_waiting:
        # Every browser since the first heeds it, and unlike a meta element it asks nothing of a script.
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response
