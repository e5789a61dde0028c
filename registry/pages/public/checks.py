"""The page "check what they told me": an advert or single things, shown for correction first, then answered in place."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.app_services import keyring, verdicts
from registry.http.transaction import public_reading
from registry.http.uploads import takes_body
from registry.i18n.agency_names import ShownName, main_name
from registry.i18n.country_order import countries
from registry.i18n.wording import (
    check_meaning,
    check_note,
    check_summary,
    country_name,
    reason_text,
    red_flag_text,
)
from registry.pages.public import answers
from registry.pages.public.answers import candidate
from registry.pages.public.forms import COUNTRIES, READ_BY_CHINESE_CITIZENS
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.pages.public.sent_forms import lead_to_answer, opened
from registry.register.law.law_view import cited
from registry.register.names.spelling import normalised
from registry.verification.checks.advert import CHECKED, MAX_CHARACTERS, MAX_OF_A_KIND, Item, picked
from registry.verification.checks.picture_text import MAX_BYTES, NoText, Unreadable, languages, text_of
from registry.verification.checks.queries import CheckInput, Outcome, outcome_of
from registry.verification.checks.red_flags import ROWS
from registry.verification.checks.rules import Checked, StatedDetail
from registry.verification.verdicts.question import Question, SubjectKind
from registry.verification.verdicts.subjects import is_identity_number
from registry.vocabulary.checks import CheckKind, CheckOutcome, ItemKind
from registry.vocabulary.codes import CheckSummary, Problem
from registry.vocabulary.register import Answer, Language

pages = Blueprint("checks", __name__)

MAX_IN_A_FIELD = 400
MAX_OF_FORM = MAX_BYTES + 64 * 1024
"""The largest picture, with the form around it."""
PLACE = "check"

INPUTS: Mapping[str, CheckKind] = {
    kind.value if place == 1 else f"{kind}-{place}": kind for kind in CheckKind for place in range(1, MAX_OF_A_KIND + 1)
}
"""Fields of the form by name: of each kind one, and further ones where an advert holds more."""

_TONES = {
    CheckSummary.MATCHES: "name",
    CheckSummary.MISMATCHES: "no",
    CheckSummary.AGENCY_NOT_LICENSED: "no",
    CheckSummary.RED_FLAGS: "no",
    CheckSummary.NOT_A_LICENCE_FOR_ABROAD: "no",
}
"""How a summary looks. Never like a licence's yes: matching channels say who speaks, not what that person may do."""


_GRAVEST_FIRST = (
    CheckOutcome.MISMATCH,
    CheckOutcome.CHANGED_RECENTLY,
    CheckOutcome.NOT_REGISTERED,
    CheckOutcome.MATCH,
)
_PROVES_NOTHING = (CheckKind.NUMBER, CheckKind.NAME, CheckKind.BANK_ACCOUNT)
"""What anybody can copy, or what no one should pay into: that it is genuine must not look like a yes."""


_SUMS = (ItemKind.FEE, ItemKind.DEPOSIT, ItemKind.OFFICIAL_COST, ItemKind.WAGE)
_IN_WORDS = (ItemKind.SECTOR, ItemKind.VISA, ItemKind.LICENCE_KIND)


def _shown_items(items: Sequence[Item], language: Language) -> list[tuple[ItemKind, str, str]]:
    """What was read and is not among the checks, with its words and, where that says more, its plain form."""
    return [(one.kind, one.words, _plain_form(one, language)) for one in items if one.words and one.kind not in CHECKED]


def _plain_form(one: Item, language: Language) -> str:
    if one.kind is ItemKind.DESTINATION:
        return country_name(language, one.value)
    if one.kind in _IN_WORDS:
        return ""
    return " ".join(one.value.split(" ")[:2]) if one.kind in _SUMS else one.value


def _tone_of_all(outcome: Outcome) -> str:
    verdict = outcome.verdict.verdict if outcome.verdict is not None else Answer.UNKNOWN
    if outcome.summary is CheckSummary.MATCHES_BUT_NOT_LICENSED and verdict is Answer.NO:
        return "no"
    return _TONES.get(outcome.summary, "unknown")


def _tone_of(one: Checked) -> str:
    if one.outcome is CheckOutcome.MISMATCH:
        return "no"
    is_good = one.outcome is CheckOutcome.MATCH and one.stated.kind not in _PROVES_NOTHING
    return "yes" if is_good else "unknown"


@pages.get("/<language:language>/check")
def form(language: Language) -> Response:
    return _form_page(language, {}, {}, SHORT)


@pages.post("/<language:language>/check")
def answer(language: Language) -> Response:
    """Lead to the advert picked apart for correction, or to the answer. Nothing of it can be read in the address or is kept."""
    return lead_to_answer(language, PLACE) or _read(language, request.form)


@pages.get(f"/<language:language>/{PLACE}/<sealed>")
def answered(language: Language, sealed: str) -> Response:
    sent = opened(PLACE, sealed)
    return _form_page(language, {}, {}, NOT_KEPT, is_past=True) if sent is None else _read(language, sent)


@pages.post(f"/<language:language>/{PLACE}/picture")
@takes_body(MAX_OF_FORM)
def picture(language: Language) -> Response:
    """Read the text of a picture and show it for correction. The picture lies in memory alone, and is dropped at once."""
    request.max_content_length = MAX_OF_FORM
    try:
        sent = request.files.get("picture")
        body = sent.read() if sent is not None else b""
        if not body:
            raise Unreadable(NoText.NO_PICTURE)
        fields = {"advert": text_of(body), "country": request.form.get("country", ""), "pick": "1", "from_picture": "1"}
    except RequestEntityTooLarge:
        return _without_text(language, NoText.TOO_LARGE, 413)
    except Unreadable as trouble:
        return _without_text(language, trouble.reason, 503 if trouble.reason in _OURS else 400)
    return lead_to_answer(language, PLACE, fields) or _read(language, fields)


_OURS = (NoText.NO_TOOL, NoText.UNCONFINED, NoText.TOO_BUSY)
"""Why no text came that lies in this registry and not in the picture."""


def _without_text(language: Language, reason: NoText, status: int) -> Response:
    response = _form_page(language, {}, {"picture": reason}, NOT_KEPT)
    response.status_code = status
    return response


def _read(language: Language, sent: Mapping[str, str]) -> Response:
    fields, faults = read_form(sent)
    if "pick" in sent and not faults:
        return _form_page(
            language,
            _with_picked(fields),
            faults,
            NOT_KEPT,
            is_picked="advert" in fields,
            is_from_picture="from_picture" in sent,
        )
    stated_things = tuple(StatedDetail(kind, fields[name]) for name, kind in INPUTS.items() if name in fields)
    if not stated_things and "advert" not in fields and not faults:
        faults.setdefault("advert", Problem.MISSING)
    if faults:
        response = _form_page(language, fields, faults, NOT_KEPT)
        response.status_code = 400
        return response
    return _result_page(language, fields, stated_things)


def _with_picked(fields: dict[str, str]) -> dict[str, str]:
    """What was typed, and beside it everything that the advert holds, each in a field of its own."""
    filled = dict(fields)
    for stated in picked(fields.get("advert", ""), fields.get("country")):
        names = [name for name, kind in INPUTS.items() if kind is stated.kind]
        if stated.value not in [filled.get(name) for name in names]:
            free = next((name for name in names if name not in filled), None)
            filled |= {free: stated.value} if free else {}
    return filled | ({"picked": _mark(fields["advert"])} if "advert" in fields else {})


def _mark(advert: str) -> str:
    """Tells an advert that was picked apart from one that was pasted or changed since."""
    return sha256(advert.encode()).hexdigest()[:16]


def read_form(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The fields that hold something, and what is wrong with which."""
    fields: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name in ("agency_id", "country", "advert", "picked", *INPUTS):
        typed = form.get(name, "").strip()
        if not typed:
            continue
        if "\0" in typed or any("\ud800" <= character <= "\udfff" for character in typed):
            faults[name] = Problem.CONTROL_CHARACTER
        elif len(typed.replace("\r\n", "\n")) > (MAX_CHARACTERS if name == "advert" else MAX_IN_A_FIELD):
            faults[name] = Problem.TOO_LONG
        elif is_identity_number(typed) or (name == "country" and typed not in COUNTRIES):
            faults[name] = Problem.INVALID_VALUE
        elif INPUTS.get(name) is CheckKind.NAME and not normalised(typed):
            faults[name] = Problem.MISSING
        elif name == "agency_id":
            reference = read_reference(typed)
            if reference is not None:
                fields[name] = reference
        else:
            fields[name] = typed.replace("\r\n", "\n") if name == "advert" else " ".join(typed.split())
    return fields, faults


def _form_page(
    language: Language,
    fields: dict[str, str],
    faults: Mapping[str, str],
    keeping: str,
    *,
    is_picked: bool = False,
    is_past: bool = False,
    is_from_picture: bool = False,
) -> Response:
    return page(
        "check.html",
        language,
        here="check",
        cache_control=keeping,
        fields=fields,
        faults=faults,
        inputs=_inputs(fields),
        countries=countries(language),
        is_picked=is_picked,
        is_past=is_past,
        is_from_picture=is_from_picture,
        reads_pictures=bool(languages()),
        has_picked=any(name in fields for name in INPUTS),
        about=_name_of(fields.get("agency_id"), language),
        answered=None,
    )


def _inputs(fields: Mapping[str, str]) -> list[tuple[str, CheckKind]]:
    """The fields to be shown: the first of each kind, and those further ones that hold something."""
    return [(name, kind) for name, kind in INPUTS.items() if name == kind or name in fields]


def _name_of(reference: str | None, language: Language) -> ShownName | None:
    """The name of the agency that a lookup carried here; None where none was, or it is unknown."""
    if reference is None:
        return None
    agency = verdicts().answered(Question(SubjectKind.AGENCY_ID, reference), now()).verdict.agency
    return main_name(agency, language) if agency is not None else None


def _result_page(language: Language, fields: dict[str, str], stated: tuple[StatedDetail, ...]) -> Response:
    given = CheckInput(
        stated,
        fields.get("advert", ""),
        fields.get("agency_id"),
        fields.get("country"),
        is_picked=fields.get("picked") == _mark(fields.get("advert", "")),
        nationality="CN" if language in READ_BY_CHINESE_CITIZENS else None,
    )
    outcome = outcome_of(public_reading(), verdicts(), keyring(), given, now())
    verdict = outcome.verdict
    agency = outcome.agency
    return page(
        "check.html",
        language,
        here="check",
        cache_control=NOT_KEPT,
        fields=fields,
        faults={},
        inputs=_inputs(fields),
        countries=countries(language),
        is_picked=False,
        is_past=False,
        is_from_picture=False,
        reads_pictures=bool(languages()),
        has_picked=False,
        about=None,
        answered={
            "tone": _tone_of_all(outcome),
            "summary": check_summary(language, outcome.summary),
            "papers": [check_note(language, note.code, note.like) for note in outcome.papers],
            "checks": [
                {
                    "kind": one.stated.kind,
                    "value": one.stated.value,
                    "outcome": one.outcome,
                    "tone": _tone_of(one),
                    "meaning": check_meaning(
                        language,
                        one.stated.kind,
                        one.outcome,
                        has_agency=agency is not None,
                        has_candidates=bool(outcome.candidates),
                    ),
                    "notes": [check_note(language, note.code, note.like) for note in one.notes],
                }
                for one in sorted(outcome.checked, key=lambda one: _GRAVEST_FIRST.index(one.outcome))
            ],
            "flags": [
                (red_flag_text(language, one.flag), one.words, cited(ROWS[one.flag], outcome.snapshot.law))
                for one in outcome.flags
            ],
            "items": _shown_items(outcome.items, language),
            "law": [
                (reason_text(language, one, outcome.snapshot), cited(one.rows, outcome.snapshot.law))
                for one in outcome.law
            ],
            "agency": agency,
            "name": main_name(agency, language) if agency is not None else None,
            "reasons": [reason_text(language, finding, outcome.snapshot) for finding in verdict.reasons]
            if verdict is not None
            else [],
            "candidates": [candidate(one, language) for one in outcome.candidates[: answers.CANDIDATES_ON_A_PAGE]],
        },
    )
