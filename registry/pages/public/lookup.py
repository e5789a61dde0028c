"""The lookup page: one field that takes anything, and one answer in plain words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import msgspec
from flask import Blueprint, Response, redirect, request

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.http.transaction import public_reading, services, verdicts
from registry.i18n.languages import accepted, text
from registry.i18n.names import authority_name, countries, main_name, occupation_name
from registry.i18n.wording import date_text, listed, reason_text, word
from registry.log.queries import verifier_keys
from registry.pages.public import agencies, answers, assets, checks, forms, headlines, share_card
from registry.pages.public.rendering import NOT_KEPT, SHORT, is_demo, page
from registry.register.agencies.listing import agencies_named
from registry.register.help_lines import help_lines_in, lines_by_place
from registry.verification.checks.text import MAX_CHARACTERS as MAX_ADVERT
from registry.verification.verdicts import question, subjects
from registry.vocabulary import register
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

pages = Blueprint("lookup", __name__)

SUGGESTIONS = 8
PLACE = "answer"

SHARED = (
    "country", "origin", "activity", "sector", "recruiter_kind", "employer", "visa", "work_permit", "occupation", "region",
    "shortage_job",
)  # fmt: skip
"""What of a question stands in the address of a shared answer: the job. What was typed, the name and the day do not."""


@pages.get("/")
def choose_language() -> Response:
    """Lead to the pages in the language that the browser asks for; Chinese when it asks for none."""
    language = accepted(request.headers.get("Accept-Language"), Language.ZH_HANS)
    response = redirect(f"/{language}/", 302)
    response.headers["Cache-Control"] = NOT_KEPT
    response.vary.add("Accept-Language")
    return response  # type: ignore[return-value]


@pages.get("/<language:language>/")
def form(language: Language) -> Response:
    return _form_page(language, forms.LookupForm(), {}, SHORT)


@pages.post("/<language:language>/")
def answer(language: Language) -> Response:
    """Lead to the answer, at an address that tells no one the question; Back then never asks to send it again.

    Who pasted an advert instead of one number or name is led to what it says.
    """
    subject = request.form.get("subject", "")[: 2 * MAX_ADVERT]
    if not request.form.get("agency_id") and checks.is_advert(subject):
        given = {"advert": subject, "name": request.form.get("claimed_name", "")}
        country = request.form.get("country", "")
        return checks.answer_advert(language, given | ({"country": country} if country in forms.COUNTRIES else {}))
    return forms.lead_to_answer(language, PLACE) or _result_page(language, request.form)


@pages.get(f"/<language:language>/{PLACE}/<sealed>")
def answered(language: Language, sealed: str) -> Response:
    fields = forms.open_sent_form(PLACE, sealed)
    if fields is None:
        return _form_page(language, forms.LookupForm(), {}, NOT_KEPT, is_past=True)
    return _result_page(language, fields)


def _result_page(language: Language, fields: Mapping[str, str]) -> Response:
    form, faults = forms.read_form(fields)
    if faults:
        return _form_page(language, form, faults, NOT_KEPT)
    at = now()
    form = replace(form, taps=form.taps + 1)
    if form.nationality is None and language in forms.READ_BY_CHINESE_CITIZENS:
        form = replace(form, nationality="CN")
    found = answers.find(verdicts(), form, at)
    return _answer_page(language, form, found)


@pages.get("/<language:language>/verdict/<agency_id>")
def shared(language: Language, agency_id: str) -> Response:
    """The answer about an agency at an address to be passed on: it tells the job, and nothing of who asked."""
    form, found = _of_shared(language, agency_id)
    return _answer_page(language, form, found, assets.Within.ALL)


@pages.get("/<language:language>/verdict/<agency_id>/card.png")
def card(language: Language, agency_id: str) -> Response:
    """The same answer as a picture."""
    if not share_card.can_draw():
        raise NotFound("no card is drawn here: the font it needs is not installed")
    form, found = _of_shared(language, agency_id)
    response = Response(share_card.drawn(_card(language, form, found)), mimetype="image/png")
    response.headers["Cache-Control"] = SHORT
    return response


def _of_shared(language: Language, agency_id: str) -> tuple[forms.LookupForm, answers.LookupResult]:
    """What a shared address asks, and the answer. Raises NotFound where it names no agency."""
    given = {name: request.args[name] for name in SHARED if name in request.args}
    form, faults = forms.read_form(given | {"agency_id": agency_id})
    if faults or form.agency_id is None:
        raise NotFound("there is no agency with this reference")
    if language in forms.READ_BY_CHINESE_CITIZENS:
        form = replace(form, nationality="CN")
    found = answers.find(verdicts(), form, now())
    if found.verdict.agency is None:
        raise NotFound("there is no agency with this reference")
    return form, found


def _shared_address(language: Language, form: forms.LookupForm, agency_id: str, card: str = "") -> str:
    job = {name: str(getattr(form, name)) for name in SHARED if getattr(form, name)}
    address = f"{services().settings.public_url}/{language}/verdict/{agency_id}{card}"
    return f"{address}?{urlencode(job)}" if job else address


def _card(language: Language, form: forms.LookupForm, found: answers.LookupResult) -> share_card.Card:
    agency = found.verdict.agency
    assert agency is not None
    reference = agency.agency_id
    code = "-".join((reference[:4], reference[4:8], reference[8:]))
    return share_card.Card(
        language=language,
        tone=found.tone,
        site=text(language, "page.site"),
        word=text(language, f"page.answer.word.{found.tone}"),
        headline=_headline_text(language, form, found),
        name=main_name(agency, language).name,
        day=date_text(language, found.verdict.on),
        again=text(language, "page.card.again", code=code, site=services().settings.public_host),
        demo=text(language, "page.demo") if is_demo() else "",
    )


def _headline_text(language: Language, form: forms.LookupForm, found: answers.LookupResult) -> str:
    """The sentence that answers, without the marks of a page."""
    verdict = found.verdict
    key = headlines.headline(found, form.subject, asks=len(answers.follow_up(found, form, language)))
    return text(
        language,
        key,
        name=main_name(verdict.agency, language).name if verdict.agency else "",
        activities=headlines.permitted(found, form, language),
        status=word(language, "status", verdict.status) if verdict.status else "",
        until=date_text(language, verdict.licence.valid_to) if verdict.licence and verdict.licence.valid_to else "",
    )


@pages.post("/<language:language>/names")
def names(language: Language) -> Response:
    """Names that what is typed may become, as a JSON list of texts; what was typed stands in no address and is not kept."""
    typed = " ".join(request.form.get("subject", "").split())[: subjects.MAX_CHARACTERS]
    hits = agencies_named(public_reading(), typed, SUGGESTIONS) if typed else []
    response = Response(msgspec.json.encode(list(dict.fromkeys(hit.name for hit in hits))), mimetype="application/json")
    response.headers["Cache-Control"] = NOT_KEPT
    return response


def _choices(language: Language) -> dict[str, Any]:
    elsewhere = (forms.ELSEWHERE, text(language, "page.lookup.country.other"))
    return {
        "countries": countries(language),
        "outside": [*countries(language, register.OUTSIDE), elsewhere],
        "origins": countries(language, register.EU_STATES | register.SENDING_COUNTRIES),
        "activities": sorted(register.RECRUITING),
        "sectors": (*register.CORRIDOR_SECTORS, forms.OTHER_SECTOR),
        "recruiter_kinds": list(register.RecruiterKind),
        "employers": list(register.EmployerKind),
        "visas": list(register.Visa),
    }


def _form_page(
    language: Language, form: forms.LookupForm, faults: dict[str, Problem], cache_control: str, *, is_past: bool = False
) -> Response:
    # Who opens the registry has nothing of it yet, and gets all in one answer.
    is_first = request.method == "GET" and not is_past
    return page(
        "lookup.html",
        language,
        here="lookup",
        status_code=400 if faults else 200,
        cache_control=cache_control,
        within=assets.Within.FIRST if is_first else assets.Within.NOTHING,
        scripts=("offline.js", "suggest.js") if is_first else (),
        # Names while one is typed come from here.
        connect_src="'self'",
        asked=form,
        faults=faults,
        is_past=is_past,
        # What the script of the private lookup believes stands in the page, not beside the files that it checks.
        log_keys=" ".join(map(str, verifier_keys(public_reading()))) if is_first else "",
        **_choices(language),
    )


def _answer_page(
    language: Language,
    form: forms.LookupForm,
    found: answers.LookupResult,
    within: assets.Within = assets.Within.NOTHING,
) -> Response:
    verdict, snapshot = found.verdict, found.facts.snapshot
    agency = verdict.agency
    country = form.country or (agency.country if agency is not None and agency.country in register.EU_STATES else None)
    holders = found.candidates if form.place == 0 else ()
    exact = [one for one in holders if one.match is not None and one.match.how is register.Likeness.EXACT]
    begin = form.place * answers.CANDIDATES_ON_A_PAGE
    candidates = found.candidates[begin : begin + answers.CANDIDATES_ON_A_PAGE]
    source = verdict.source
    choices = answers.follow_up(found, form, language)
    return page(
        "answer.html",
        language,
        here="lookup",
        cache_control=NOT_KEPT,
        within=within,
        asked=form,
        faults={},
        found=found,
        not_answered_for=register.OUTSIDE,
        verdict=verdict,
        agency=agency,
        headline=headlines.headline(found, form.subject, asks=len(choices)),
        name=headlines.holder_name(found, language),
        permitted=headlines.permitted(found, form, language),
        notes=[
            (reason_text(language, one, snapshot), headlines.law_of(one, snapshot.law))
            for one in headlines.headline_notes(found)
        ],
        reasons=[
            (
                reason_text(language, one, snapshot),
                headlines.law_of(one, snapshot.law),
                headlines.own_words(one, snapshot.law, language),
            )
            for one in headlines.other_reasons(found)
        ],
        steps=headlines.next_steps(found),
        status=word(language, "status", verdict.status) if verdict.status else "",
        until=date_text(language, verdict.licence.valid_to) if verdict.licence and verdict.licence.valid_to else "",
        authority=authority_name(language, source.authority, snapshot) if source else None,
        read_on=day_at(source.retrieved_at, snapshot.time_zone(source.authority))
        if source and source.retrieved_at
        else None,
        choices=choices,
        occupation=occupation_name(language, form.occupation) if form.occupation else None,
        imitated=[_imitated(one, language) for one in verdict.possible_clone_of],
        warnings=agencies.warnings_on(agency, snapshot, language, verdict.on) if agency else [],
        candidates=[answers.candidate(one.agency, language, one.match) for one in candidates],
        exact=[answers.candidate(one.agency, language, one.match) for one in exact],
        others=[answers.candidate(one.agency, language, one.match) for one in candidates if one not in exact],
        has_later=len(found.candidates) > begin + answers.CANDIDATES_ON_A_PAGE,
        help_places=lines_by_place(form.origin or country, country, help_lines_in(verdicts().current_law()), language),
        shows_all_numbers=is_demo(),
        site_address=services().settings.public_url,
        shared_address=_shared_address(language, form, agency.agency_id) if agency else None,
        card_address=_shared_address(language, form, agency.agency_id, "/card.png")
        if agency and share_card.can_draw()
        else None,
        said=_headline_text(language, form, found),
        **_choices(language),
    )


def _imitated(one: question.Imitated, language: Language) -> dict[str, object]:
    """A licensed agency that may be imitated: its name, the name that is near, and what of the question is not its own."""
    return {
        "agency": one.agency,
        "main": main_name(one.agency, language),
        "matched": answers.name_of(one.agency, one.name),
        "differs": listed(language, [word(language, "difference", difference) for difference in one.differs]),
    }
