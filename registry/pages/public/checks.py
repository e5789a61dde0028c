"""The page "check what they told me": an advert or single things, shown for correction first, then answered in place."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.transaction import keyring, public_reading, verdicts
from registry.http.uploads import takes_body
from registry.i18n.names import ShownName, countries, country_name, main_name
from registry.i18n.wording import check_meaning, check_note, check_summary, reason_text, red_flag_text
from registry.pages.public import answers
from registry.pages.public.forms import COUNTRIES, READ_BY_CHINESE_CITIZENS, lead_to_answer, open_sent_form
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.register.law.law_view import cited
from registry.register.names.spelling import normalised
from registry.verification.checks import advert, picture_text, queries, red_flags, rules
from registry.verification.checks.text import MAX_CHARACTERS
from registry.verification.verdicts import question, subjects
from registry.vocabulary.checks import CheckKind, CheckOutcome, ItemKind
from registry.vocabulary.codes import CheckSummary, Problem, RedFlag
from registry.vocabulary.register import Answer, Language

pages = Blueprint("checks", __name__)

MAX_IN_A_FIELD = 400
MAX_OF_FORM = picture_text.MAX_BYTES + 64 * 1024
"""The largest picture, with the form around it."""
PLACE = "check"

INPUTS: Mapping[str, CheckKind] = {
    kind.value if place == 1 else f"{kind}-{place}": kind
    for kind in CheckKind
    for place in range(1, advert.MAX_OF_A_KIND + 1)
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


def _shown_items(items: Sequence[advert.Item], language: Language) -> list[tuple[ItemKind, str, str]]:
    """What was read and is not among the checks, with its words and, where that says more, its plain form."""
    return [
        (one.kind, one.words, _plain_form(one, language))
        for one in items
        if one.words and one.kind not in advert.CHECKED
    ]


def _plain_form(one: advert.Item, language: Language) -> str:
    if one.kind is ItemKind.DESTINATION:
        return country_name(language, one.value)
    if one.kind in _IN_WORDS:
        return ""
    return " ".join(one.value.split(" ")[:2]) if one.kind in _SUMS else one.value


def _tone_of_all(outcome: queries.Outcome) -> str:
    verdict = outcome.verdict.verdict if outcome.verdict is not None else Answer.UNKNOWN
    if outcome.summary is CheckSummary.MATCHES_BUT_NOT_LICENSED and verdict is Answer.NO:
        return "no"
    return _TONES.get(outcome.summary, "unknown")


def _tone_of(one: rules.Checked) -> str:
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


_OF_ONE_THING = frozenset({RedFlag.NO_COMPANY, RedFlag.WRONG_PAPER})
"""Flags that a number with the name of its paper before it has too."""
MAX_OF_ONE_THING = 100
"""Characters of a text that may still be one name or number."""


def is_advert(text: str) -> bool:
    """Whether a text is more than one number, name or channel: long, of several things, or with a flag of its own."""
    read = red_flags.read_advert(text)
    if len(text) > MAX_OF_ONE_THING or "\n" in text.strip():
        return True
    names = [one for one in read.items if one.kind is ItemKind.COMPANY]
    if any(one.flag not in _OF_ONE_THING for one in read.flags):
        # A name may hold a word that raises a flag.
        return not any(one.end - one.start > len(read.text) - 4 for one in names)
    kinds = {one.kind for one in read.details}
    return bool(rules.papers_in(text)) or (len(read.details) > 1 and not kinds <= {CheckKind.NUMBER, CheckKind.NAME})


def answer_advert(language: Language, fields: Mapping[str, str]) -> Response:
    """Answer an advert that was typed into the first field, with the whole text kept."""
    return lead_to_answer(language, PLACE, fields) or _read(language, fields)


@pages.get(f"/<language:language>/{PLACE}/<sealed>")
def answered(language: Language, sealed: str) -> Response:
    sent = open_sent_form(PLACE, sealed)
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
            raise picture_text.Unreadable(picture_text.NoText.NO_PICTURE)
        read = picture_text.text_of(body)
        fields = {"advert": read.text, "country": request.form.get("country", ""), "pick": "1"}
        fields["from_picture"] = "part" if read.is_partial else "whole"
    except RequestEntityTooLarge:
        return _without_text(language, picture_text.NoText.TOO_LARGE, 413)
    except picture_text.Unreadable as trouble:
        return _without_text(language, trouble.reason, 503 if trouble.reason in _OURS else 400)
    return answer_advert(language, fields)


_OURS = (picture_text.NoText.NO_TOOL, picture_text.NoText.UNCONFINED, picture_text.NoText.TOO_BUSY)
"""Why no text came that lies in this registry and not in the picture."""


def _without_text(language: Language, reason: picture_text.NoText, status: int) -> Response:
    return _form_page(language, {}, {"picture": reason}, NOT_KEPT, status_code=status)


def _read(language: Language, sent: Mapping[str, str]) -> Response:
    fields, faults = read_form(sent)
    if "advert" in fields and "country" not in fields and (country := advert.country_in(fields["advert"])) in COUNTRIES:
        fields["country"] = country
    if "pick" in sent and not faults:
        return _picked_page(language, fields, from_picture=sent.get("from_picture", ""))
    stated_things = tuple(rules.StatedDetail(kind, fields[name]) for name, kind in INPUTS.items() if name in fields)
    if not stated_things and "advert" not in fields and not faults:
        faults.setdefault("advert", Problem.MISSING)
    if faults:
        return _form_page(language, fields, faults, NOT_KEPT, status_code=400)
    return _result_page(language, fields, stated_things)


def _with_picked(fields: Mapping[str, str]) -> dict[str, str]:
    """What was typed, and beside it everything that the advert holds, each in a field of its own."""
    filled = dict(fields)
    for stated in advert.picked(fields.get("advert", ""), fields.get("country")):
        names = [name for name, kind in INPUTS.items() if kind is stated.kind]
        if stated.value not in [filled.get(name) for name in names]:
            free = next((name for name in names if name not in filled), None)
            filled |= {free: stated.value} if free else {}
    return filled | ({"picked": _mark(fields["advert"])} if "advert" in fields else {})


def _mark(pasted: str) -> str:
    """Tells an advert that was picked apart from one that was pasted or changed since."""
    return sha256(pasted.encode()).hexdigest()[:16]


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
        elif subjects.is_identity_number(typed) or (name == "country" and typed not in COUNTRIES):
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
    language: Language, fields: Mapping[str, str], faults: Mapping[str, str], keeping: str, **what: Any
) -> Response:
    """The form; `what` is said above it: `read` of an advert, `answered` of all that was told, `is_past`, `is_picked`.

    And its `status_code`, where it is not 200.
    """
    shown: dict[str, Any] = {"is_picked": False, "is_past": False, "from_picture": "", "about": None}
    shown |= {"read": None, "answered": None, **what}
    return page(
        "check.html",
        language,
        here="check",
        cache_control=keeping,
        fields=fields,
        faults=faults,
        # The first field of each kind, and those further ones that hold something.
        inputs=[(name, kind) for name, kind in INPUTS.items() if name == kind or name in fields],
        countries=countries(language),
        reads_pictures=bool(picture_text.languages()),
        **shown,
    )


def _name_of(reference: str | None, language: Language) -> ShownName | None:
    """The name of the agency that a lookup carried here; None where none was, or it is unknown."""
    if reference is None:
        return None
    agency = verdicts().answered(question.Question(question.SubjectKind.AGENCY_ID, reference), now()).verdict.agency
    return main_name(agency, language) if agency is not None else None


def _outcome(language: Language, fields: Mapping[str, str], stated: tuple[rules.StatedDetail, ...]) -> queries.Outcome:
    given = queries.CheckInput(
        stated,
        fields.get("advert", ""),
        fields.get("agency_id"),
        fields.get("country"),
        is_picked=fields.get("picked") == _mark(fields.get("advert", "")),
        nationality="CN" if language in READ_BY_CHINESE_CITIZENS else None,
    )
    return queries.outcome_of(public_reading(), verdicts(), keyring(), given, now())


def _picked_page(language: Language, fields: Mapping[str, str], *, from_picture: str) -> Response:
    """What an advert says, at once, and what was picked out of it in the fields of the form, to be put right."""
    filled = _with_picked(fields)
    is_advert = "advert" in fields
    return _form_page(
        language,
        filled,
        {},
        NOT_KEPT,
        is_picked=is_advert,
        from_picture=from_picture,
        has_picked=any(name in filled for name in INPUTS),
        about=_name_of(fields.get("agency_id"), language),
        read=_read_in(_outcome(language, fields, ()), language) if is_advert else None,
    )


def _result_page(language: Language, fields: dict[str, str], stated: tuple[rules.StatedDetail, ...]) -> Response:
    outcome = _outcome(language, fields, stated)
    verdict, agency = outcome.verdict, outcome.agency
    candidates = outcome.candidates[: answers.CANDIDATES_ON_A_PAGE]
    return _form_page(
        language,
        fields,
        {},
        NOT_KEPT,
        read=_read_in(outcome, language),
        answered={
            "tone": _tone_of_all(outcome),
            "summary": check_summary(language, outcome.summary),
            "papers": [check_note(language, note.code, note.like) for note in outcome.papers],
            "checks": [
                _shown_check(language, outcome, one)
                for one in sorted(outcome.checked, key=lambda one: _GRAVEST_FIRST.index(one.outcome))
            ],
            "agency": agency,
            "name": main_name(agency, language) if agency is not None else None,
            "reasons": [reason_text(language, one, outcome.snapshot) for one in (verdict.reasons if verdict else ())],
            "candidates": [answers.candidate(one, language) for one in candidates],
        },
    )


def _shown_check(language: Language, outcome: queries.Outcome, one: rules.Checked) -> dict[str, object]:
    kind, has_agency, has_candidates = one.stated.kind, outcome.agency is not None, bool(outcome.candidates)
    return {
        "kind": kind,
        "value": one.stated.value,
        "outcome": one.outcome,
        "tone": _tone_of(one),
        "meaning": check_meaning(language, kind, one.outcome, has_agency=has_agency, has_candidates=has_candidates),
        "notes": [check_note(language, note.code, note.like) for note in one.notes],
    }


def _read_in(outcome: queries.Outcome, language: Language) -> dict[str, object]:
    """What an advert says: its flags with their words and rules, what the law says of its plan, and the rest of it."""
    return {
        "flags": [
            (red_flag_text(language, one.flag), one.words, cited(red_flags.ROWS[one.flag], outcome.snapshot.law))
            for one in outcome.flags
        ],
        "is_red": any(one.flag is not RedFlag.NO_COMPANY for one in outcome.flags),
        "law": [
            (reason_text(language, one, outcome.snapshot), cited(one.rows, outcome.snapshot.law)) for one in outcome.law
        ],
        "items": _shown_items(outcome.items, language),
    }
