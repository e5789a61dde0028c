"""A case as a page shows it: answers in the questionnaire's words, moves with names, and what the registry says of the agency."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from registry.agencies import record
from registry.case_terms import AttachmentState
from registry.complaints.case_reading import ShownBox
from registry.complaints.questions import QUESTIONNAIRE
from registry.terms import Language
from registry.verdicts.status_rules import standing_on
from registry.web.agency_names import ShownName, main_name
from registry.web.questions import in_words

_ORDER = {code: place for place, code in enumerate(QUESTIONNAIRE.by_code)}


class ShownAnswer(NamedTuple):
    code: str
    question: str
    answer: str


class ShownLicence(NamedTuple):
    """`status` has its word at `status.<value>`; None where nothing may or was said."""

    number: str | None
    kind: str
    status: str | None


class ShownAgency(NamedTuple):
    reference: str
    name: ShownName
    country: str
    licences: Sequence[ShownLicence]
    has_clone_warning: bool


def shown_box(language: Language, box: ShownBox, agency: record.Agency | None) -> dict[str, Any]:
    """One mailbox: answers in the order in which they are asked. An agency that was picked has its name."""
    answers = dict(box.answers)
    if agency is not None and "name" not in answers.get("agency", {"name": ""}):
        answers["agency"] = {**answers["agency"], "name": main_name(agency, language).name}
    told = sorted(answers.items(), key=lambda one: (_ORDER.get(one[0], len(_ORDER)), one[0]))
    return {
        "box": box,
        "answers": [ShownAnswer(code, *in_words(language, code, value)) for code, value in told],
        "files": [(one, one.state is AttachmentState.CLEAN) for one in box.files],
        "agreed": [consent for consent in box.consents if consent.since is not None],
    }


def identity_shown(language: Language, told: Mapping[str, Any]) -> list[ShownAnswer]:
    """Who wrote and how she is reached, in the questionnaire's words."""
    ordered = sorted(told.items(), key=lambda one: (_ORDER.get(one[0], len(_ORDER)), one[0]))
    return [ShownAnswer(code, *in_words(language, code, value)) for code, value in ordered]


def shown_agency(language: Language, agency: record.Agency, day: date) -> ShownAgency:
    licences = [
        ShownLicence(one.number, one.kind, standing.status.value if standing.status else None)
        for one in agency.licences
        for standing in [standing_on(one, agency, day)]
    ]
    name = main_name(agency, language)
    return ShownAgency(agency.agency_id, name, agency.country, licences, bool(agency.clone_warnings))
