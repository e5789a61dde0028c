"""A case as a page shows it: answers in the questionnaire's words, moves with names, and what the registry says of the agency."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from registry.complaints.case.questions import QUESTIONNAIRE, Part
from registry.complaints.casework.queries import ContainerView
from registry.i18n.agency_names import ShownName, main_name
from registry.i18n.question_words import in_words
from registry.register.agencies import record
from registry.register.authorities.queries import AuthorityDays
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.cases import AttachmentState
from registry.vocabulary.register import Language

_ORDER = {code: place for place, code in enumerate(QUESTIONNAIRE.by_code)}


_SHORT = 44
"""An answer that is wider, in Latin letters, stands below its question, for the width of the page."""


class ShownAnswer(NamedTuple):
    code: str
    question: str
    answer: str

    @property
    def is_long(self) -> bool:
        is_notified = _part_of((self.code, None)) is Part.ACCOUNT
        return (
            is_notified
            or "\n" in self.answer
            or sum(1 + (east_asian_width(one) in "WF") for one in self.answer) > _SHORT
        )


class ShownPart(NamedTuple):
    """Answers of one part of the questionnaire; its name stands at `desk.part.<part>`, none for what is asked no more."""

    part: Part | None
    answers: Sequence[ShownAnswer]


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


def box_view(language: Language, box: ContainerView, agency: record.Agency | None) -> dict[str, Any]:
    """One mailbox: the complainant's own words first, then answers as they are asked. A picked agency has its name."""
    answers = dict(box.answers)
    if agency is not None and "name" not in answers.get("agency", {"name": ""}):
        answers["agency"] = {**answers["agency"], "name": main_name(agency, language).name}
    return {
        "box": box,
        "parts": parts_of(language, answers),
        "files": [(one, one.state is AttachmentState.CLEAN) for one in box.files],
        "agreed": [consent for consent in box.consents if consent.since is not None],
    }


def parts_of(language: Language, answers: Mapping[str, Any]) -> list[ShownPart]:
    """Answers as they are read: the complainant's own words, then each part of the questionnaire in its order."""
    given = sorted(sorted(answers.items(), key=place_of), key=_part_place)
    return [
        ShownPart(part, [ShownAnswer(code, *in_words(language, code, value)) for code, value in answered])
        for part, answered in groupby(given, key=_part_of)
    ]


def place_of(one: tuple[str, Any]) -> tuple[int, str]:
    """Where a question stands among those that are asked; behind them what is asked no more."""
    return _ORDER.get(one[0], len(_ORDER)), one[0]


def _part_of(one: tuple[str, Any]) -> Part | None:
    question = QUESTIONNAIRE.by_code.get(one[0])
    return question.part if question else None


def _part_place(one: tuple[str, Any]) -> tuple[bool, bool, str]:
    part = _part_of(one)
    return part is not Part.ACCOUNT, part is None, part or ""


def identity_view(language: Language, given: Mapping[str, Any]) -> list[ShownAnswer]:
    """Who wrote and how to reach them, in the questionnaire's words."""
    ordered = sorted(given.items(), key=place_of)
    return [ShownAnswer(code, *in_words(language, code, value)) for code, value in ordered]


def agency_view(language: Language, agency: record.Agency, days: AuthorityDays) -> ShownAgency:
    licences = [
        ShownLicence(one.number, one.kind, standing.status.value if standing.status else None)
        for one in agency.licences
        for standing in [standing_on(one, agency, days.of(one.authority))]
    ]
    name = main_name(agency, language)
    return ShownAgency(agency.agency_id, name, agency.country, licences, bool(agency.clone_warnings))
