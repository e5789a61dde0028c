"""The page "check what they told me": an advert or single things, shown for correction first, then answered in place."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from registry.core.clock import now
from registry.core.codes import CheckSummary, Problem
from registry.core.ids import read_reference
from registry.http.agency_names import ShownName, main_name
from registry.http.app_services import keyring, verdicts
from registry.http.transaction import reading
from registry.i18n.wording import check_meaning, check_note, check_summary, reason_text
from registry.pages.public import answers
from registry.pages.public.forms import COUNTRIES
from registry.pages.public.names import candidate
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.register.names.rules import normalised
from registry.verification.checks.advert import MAX_CHARACTERS, picked
from registry.verification.checks.queries import CheckInput, Outcome, outcome_of
from registry.verification.checks.rules import Checked, StatedDetail
from registry.verification.verdicts.question import Question, SubjectKind
from registry.verification.verdicts.subjects import is_identity_number
from registry.vocabulary.register import Answer, CheckKind, CheckOutcome, Language

pages = Blueprint("checks", __name__)

MAX_IN_A_FIELD = 400

_TONES = {
    CheckSummary.MATCHES: "name",
    CheckSummary.MISMATCHES: "no",
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


def _tone_of_all(outcome: Outcome) -> str:
    verdict = outcome.verdict.verdict if outcome.verdict is not None else Answer.UNKNOWN
    if outcome.summary is CheckSummary.MATCHES_BUT_NOT_LICENSED and verdict is Answer.NO:
        return "no"
    return _TONES.get(outcome.summary, "unknown")


def _tone_of(one: Checked) -> str:
    if one.outcome is CheckOutcome.MISMATCH:
        return "no"
    is_good = one.outcome is CheckOutcome.MATCH and one.told.kind not in _PROVES_NOTHING
    return "yes" if is_good else "unknown"


@pages.get("/<language:language>/check")
def form(language: Language) -> Response:
    return _page(language, {}, {}, SHORT)


@pages.post("/<language:language>/check")
def answer(language: Language) -> Response:
    """Pick an advert apart for correction, or answer. Nothing of it stands in the address or is kept."""
    fields, faults = read_form(request.form)
    if "pick" in request.form and not faults:
        for stated in picked(fields.get("advert", ""), fields.get("country")):
            fields.setdefault(stated.kind, stated.value)
        return _page(language, fields, faults, NOT_KEPT, is_picked="advert" in fields)
    stated_things = tuple(StatedDetail(kind, fields[kind]) for kind in CheckKind if kind in fields)
    if not stated_things and "advert" not in fields and not faults:
        faults.setdefault("advert", Problem.MISSING)
    if faults:
        response = _page(language, fields, faults, NOT_KEPT)
        response.status_code = 400
        return response
    return _answered(language, fields, stated_things)


def read_form(form: Mapping[str, str]) -> tuple[dict[str, str], dict[str, Problem]]:
    """The fields that hold something, and what is wrong with which."""
    fields: dict[str, str] = {}
    faults: dict[str, Problem] = {}
    for name in ("agency_id", "country", "advert", *CheckKind):
        typed = form.get(name, "").strip()
        if not typed:
            continue
        if "\0" in typed or any("\ud800" <= character <= "\udfff" for character in typed):
            faults[name] = Problem.CONTROL_CHARACTER
        elif len(typed.replace("\r\n", "\n")) > (MAX_CHARACTERS if name == "advert" else MAX_IN_A_FIELD):
            faults[name] = Problem.TOO_LONG
        elif is_identity_number(typed) or (name == "country" and typed not in COUNTRIES):
            faults[name] = Problem.INVALID_VALUE
        elif name == CheckKind.NAME and not normalised(typed):
            faults[name] = Problem.MISSING
        elif name == "agency_id":
            reference = read_reference(typed)
            if reference is not None:
                fields[name] = reference
        else:
            fields[name] = typed.replace("\r\n", "\n") if name == "advert" else " ".join(typed.split())
    return fields, faults


def _page(
    language: Language, fields: dict[str, str], faults: dict[str, Problem], keeping: str, *, is_picked: bool = False
) -> Response:
    return page(
        "check.html",
        language,
        here="check",
        cache_control=keeping,
        fields=fields,
        faults=faults,
        kinds=list(CheckKind),
        countries=answers.countries(language),
        is_picked=is_picked,
        about=_name_of(fields.get("agency_id"), language),
        answered=None,
    )


def _name_of(reference: str | None, language: Language) -> ShownName | None:
    """The name of the agency that a lookup carried here; None where none was, or it is unknown."""
    if reference is None:
        return None
    agency = verdicts().answered(Question(SubjectKind.AGENCY_ID, reference), now()).verdict.agency
    return main_name(agency, language) if agency is not None else None


def _answered(language: Language, fields: dict[str, str], stated: tuple[StatedDetail, ...]) -> Response:
    given = CheckInput(stated, fields.get("advert", ""), fields.get("agency_id"), fields.get("country"))
    outcome = outcome_of(reading(), verdicts(), keyring(), given, now())
    verdict = outcome.verdict
    agency = outcome.agency
    return page(
        "check.html",
        language,
        here="check",
        cache_control=NOT_KEPT,
        fields=fields,
        faults={},
        kinds=list(CheckKind),
        countries=answers.countries(language),
        is_picked=False,
        about=None,
        answered={
            "tone": _tone_of_all(outcome),
            "summary": check_summary(language, outcome.summary),
            "papers": [check_note(language, note.code, note.like) for note in outcome.papers],
            "checks": [
                {
                    "kind": one.told.kind,
                    "value": one.told.value,
                    "outcome": one.outcome,
                    "tone": _tone_of(one),
                    "meaning": check_meaning(
                        language,
                        one.told.kind,
                        one.outcome,
                        has_agency=agency is not None,
                        has_candidates=bool(outcome.candidates),
                    ),
                    "notes": [check_note(language, note.code, note.like) for note in one.notes],
                }
                for one in sorted(outcome.checked, key=lambda one: _GRAVEST_FIRST.index(one.outcome))
            ],
            "agency": agency,
            "name": main_name(agency, language) if agency is not None else None,
            "reasons": [reason_text(language, finding, outcome.snapshot) for finding in verdict.reasons]
            if verdict is not None
            else [],
            "candidates": [candidate(one, language) for one in outcome.candidates[: answers.CANDIDATES_ON_A_PAGE]],
        },
    )
