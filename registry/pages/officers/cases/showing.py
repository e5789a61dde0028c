"""A case as a page shows it: answers in the questionnaire's words, and what the registry says of the agency.

And what happened in it, the latest first: days and acts, never a word of what was written; and of what an officer's role
does not read, not even that it is there.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from unicodedata import east_asian_width

from sqlalchemy.orm import Session

from registry.complaints.case.questions import QUESTIONNAIRE, Part
from registry.complaints.casework.claims import ShownClaims
from registry.complaints.casework.queries import CaseView, ContainerView
from registry.i18n.languages import text
from registry.i18n.names import ShownName, main_name
from registry.i18n.question_words import in_words
from registry.i18n.wording import date_text
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail
from registry.register.agencies import record
from registry.register.authorities.queries import AuthorityDays
from registry.verification.verdicts.licence_rules import standing_on
from registry.vocabulary.cases import AttachmentState, Author, CaseRole
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
        if _part_of((self.code, None)) is Part.ACCOUNT or "\n" in self.answer:
            return True
        return sum(1 + (east_asian_width(one) in "WF") for one in self.answer) > _SHORT


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


def claims_text(language: Language, claims: ShownClaims) -> str:
    """What a worker is owed, as it stands in a letter: a line for each calculation, then what is owed in each currency."""
    lines = []
    for _, line in claims.lines:
        days = [date_text(language, day) for day in (line.from_day, line.to_day) if day is not None]
        what = f"{text(language, f'claim_kind.{line.kind}')} ({text(language, f'claim_unit.{line.unit}')})"
        lines.append(" · ".join([what, *([" – ".join(days)] if days else []), line.formula, line.basis]))
    for currency, owed in claims.totals.items():
        lines.append(text(language, "desk.claim.total", currency=currency, amount=owed))
    return "\n".join(lines)


MAX_LINES = 200
_MOVED = "case.moved"

_NEEDS: Mapping[str, tuple[Resource, Act]] = {
    "case.noted": (Resource.CASE, Act.WRITE),
    "case.task_added": (Resource.CASE, Act.WRITE),
    "case.task_done": (Resource.CASE, Act.WRITE),
    "case.task_reopened": (Resource.CASE, Act.WRITE),
    "event": (Resource.CASE, Act.WRITE),
    "claim": (Resource.CASE, Act.WRITE),
    "referral": (Resource.REFERRAL, Act.READ),
    "hearing": (Resource.HEARING, Act.READ),
    "decision": (Resource.DECISION, Act.READ),
    "sanction": (Resource.SANCTION, Act.READ),
    "break_glass": (Resource.TRAIL, Act.READ),
    "identity": (Resource.TRAIL, Act.READ),
    "original": (Resource.TRAIL, Act.READ),
}
"""The right that an officer needs to be shown an act, by the act or by what it begins with."""


_TELLING = frozenset(
    {"case.assigned", "case.consent_given", "case.consent_revoked", "case.danger", "case.priority", "case.translated"}
    | {"firm.agency_added", "firm.agency_removed", "firm.employer_linked", "firm.employer_unlinked"}
    | {"event.planned", "event.recorded", "event.not_held", "event.taken_back"}
)
"""Acts whose detail says what an officer looks for: to whom, what was agreed to, from where to where."""


class Happened(NamedTuple):
    """`state` is where a move led, None for other acts. `by` is a name, empty where `role`, no officer, did it.

    What one did several times in a row is one line: `times`, with the `details` of acts that have telling ones.
    """

    on_day: date
    act: str
    state: str | None
    by: str
    role: str
    details: tuple[str, ...] = ()
    times: int = 1


def happened(session: Session, me: AuthenticatedOfficer, view: CaseView) -> list[Happened]:
    found = trail.done_in(session, view.case.reference, MAX_LINES)
    done = [_of_line(line, name) for line, name in found if _may_see(me, line.act)]
    written = [
        Happened(message.written_on, "case.written", None, "", CaseRole.COMPLAINANT)
        for box in view.boxes
        for message in reversed(box.messages)
        if message.author is Author.COMPLAINANT
    ]
    # Stable: of one day, what was done stands in its order.
    return _in_lines(sorted([*written, *done], key=lambda one: one.on_day, reverse=True))


def _in_lines(done: Iterable[Happened]) -> list[Happened]:
    joined = []
    for _, alike in groupby(done, key=lambda one: (one.on_day, one.act, one.state, one.by, one.role)):
        same = list(alike)
        # The latest first, as lines are; what was agreed to reads in its order.
        details = tuple(detail for one in reversed(same) for detail in one.details)
        joined.append(same[0]._replace(details=details, times=len(same)))
    return joined


def _may_see(me: AuthenticatedOfficer, act: str) -> bool:
    needs = _NEEDS.get(act) or _NEEDS.get(act.partition(".")[0])
    return needs is None or me.standing.may(*needs)


def _of_line(line: trail.Line, name: str | None) -> Happened:
    is_no_officer = line.actor in (CaseRole.COMPLAINANT, CaseRole.REGISTRY)
    state = line.detail.split(" ")[-1] if line.act == _MOVED else None
    by, role = ("", line.actor) if is_no_officer else (name or line.actor, "")
    details = (line.detail,) if line.act in _TELLING and line.detail else ()
    return Happened(line.on_day, line.act, state, by, role, details)
