"""The question, what is known about its subject, what a rule says of it, and the shape of the answer. Pure values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

import msgspec

from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.rows import Limit, PermitRoute, Regime
from registry.vocabulary.checks import Difference
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import (
    STATUSES,
    Activity,
    Answer,
    EmployerKind,
    Likeness,
    NameKind,
    RecruiterKind,
    Visa,
    Weight,
    Word,
)


class SubjectKind(Word):
    """What kind of number, reference or name the caller asks about."""

    LICENCE_NUMBER = "licence_number"
    LICENCE_ID = "licence_id"
    USCC = "uscc"
    VAT = "vat"
    LEI = "lei"
    EUID = "euid"
    REGISTRATION_NUMBER = "registration_number"
    AGENCY_ID = "agency_id"
    NAME = "name"
    LAW = "law"
    """No one: what the law of the corridor asks of all who recruit."""


class Question(msgspec.Struct, frozen=True, gc=False):
    """One question. `value` is as the caller wrote it; `country` belongs to a registration number.

    `on` is the day asked about (None: today where the authority sits); `known_at` asks what the registry said then.
    `has_failed_check` says that a number does not pass its own check digits, `letters` are those typed in it that were
    read as digits; `claimed_name` is the name beside the number. `visa` is on what the worker will travel or stay,
    `recruiter_kind` who offers the work, `nationality` the worker's country, `occupation` an ISCO-08 code, `other` for
    one that the country's law does not name or `unknown`, `work_permit` the permit that is applied for, as the law calls
    it; `region` where in the destination the job is, as the law calls it; `employer` who would employ the worker,
    `shortage_job` whether the job is on the state's list of shortage jobs.
    """

    kind: SubjectKind
    value: str
    country: str | None = None
    authority: str | None = None
    origin: str | None = None
    destination: str | None = None
    sector: str | None = None
    nace_revision: str = "2.1"
    activity: Activity | None = None
    on: date | None = None
    known_at: datetime | None = None
    has_failed_check: bool = False
    claimed_name: str | None = None
    visa: Visa | None = None
    recruiter_kind: RecruiterKind | None = None
    nationality: str | None = None
    occupation: str | None = None
    work_permit: str | None = None
    region: str | None = None
    employer: EmployerKind | None = None
    shortage_job: Answer | None = None
    letters: str = ""


class NameMatch(NamedTuple):
    """The name by which an agency was found, how, and how well (0 to 100)."""

    name: str
    kind: NameKind
    score: float
    how: Likeness


class Holder(NamedTuple):
    """An agency that the subject leads to.

    `licences` are the ids that the number names; None means any of its licences.

    `confirmed_at` is when a partial list last showed the agency unchanged; `match` says by which name it was found, if
    by one.
    """

    agency: record.Agency
    licences: frozenset[str] | None = None
    confirmed_at: datetime | None = None
    match: NameMatch | None = None


class VerdictFacts(msgspec.Struct, frozen=True, gc=False):
    """Everything a verdict may look at. `as_of` is now, or `known_at`; `is_more` says that holders were cut off."""

    holders: Sequence[Holder]
    snapshot: SourceSnapshot
    regimes: Sequence[Regime]
    as_of: datetime
    is_more: bool = False
    limits: Sequence[Limit] = ()
    routes: Sequence[PermitRoute] = ()


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One reason with the values its text speaks of: days, references and words, never texts.

    `rows` among the values are the ids of the rows of law that it stands on.
    """

    code: Reason
    values: Mapping[str, str] = {}
    weight: Weight = Weight.DECIDES

    def informing(self) -> "Finding":
        return self if self.weight is Weight.INFORMS else Finding(self.code, self.values, Weight.INFORMS)

    @property
    def rows(self) -> list[str]:
        """Ids of the rows of law that it stands on."""
        return self.values.get("rows", "").split()


class SourceNote(msgspec.Struct, frozen=True, gc=False):
    """The list an answer stands on, and whether it was too old to rely on."""

    authority: str
    retrieved_at: datetime | None
    stale: bool
    stale_at: datetime | None = None


class Lookalike(NamedTuple):
    """An agency one of whose names is near to the one asked about: that name, how near (0 to 100) and in what way."""

    agency: record.Agency
    name: str
    score: float
    how: Likeness


class Imitated(NamedTuple):
    """A licensed agency that may be imitated, and what of the question is not the agency's."""

    agency: record.Agency
    name: str
    how: Likeness
    score: float
    differs: tuple[Difference, ...]


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The answer: verdict, what becomes of existing placements, reasons, the day it is for, and the agency.

    `law_overlay`: the version of the last overlay in the law it stands on, None for the law as it was released.
    """

    verdict: Answer
    may_continue: Answer
    reasons: tuple[Finding, ...]
    on: date
    agency: record.Agency | None = None
    licence: record.Licence | None = None
    status: str | None = None
    candidates: tuple[Holder, ...] = ()
    source: SourceNote | None = None
    time_zone: str | None = None
    possible_clone_of: tuple[Imitated, ...] = ()
    law_overlay: int | None = None

    @property
    def about(self) -> list[record.Agency]:
        """The agency answered about, or those that may be meant."""
        return [self.agency] if self.agency is not None else [holder.agency for holder in self.candidates]


INFORMING = frozenset(
    {
        Reason.PERMITS_ONLY,
        Reason.DAY_IN_UTC,
        Reason.PAST_DATE,
        Reason.HISTORY_BEFORE_FIRST_RETRIEVAL,
        Reason.LICENCE_EXPIRES_SOON,
        Reason.NO_AGREEMENT_ON_RECORD,
        Reason.USCC_CHECK_FAILED,
        Reason.NUMBER_CHECK_FAILED,
        Reason.CORRECTION_REQUESTED,
        Reason.CLONE_WARNING,
        Reason.POSSIBLE_CLONE,
        Reason.PERMITS_BY_QUOTA,
        Reason.PERMITS_NOT_GIVEN,
        Reason.OTHER_PERMIT_ROUTES,
        Reason.LAW_CONDITIONS,
        Reason.DISGUISED_LENDING,
        Reason.CHARGES_BY_LAW,
        Reason.INSTEAD_OF_LICENCE,
        Reason.LAW_CHANGES_SOON,
        Reason.FORMER_NAME,
    }
)
"""Reasons that of themselves decide nothing."""

REASSURING = frozenset(
    {
        *(Reason(f"licence_{status}") for status, rule in STATUSES.items() if rule.recruit is Answer.YES),
        Reason.PERMITS_ONLY,
        Reason.LICENCE_EXPIRES_SOON,
        Reason.FOREIGN_LICENCE_SUFFICIENT,
        Reason.AGREEMENT_REGISTERED,
        Reason.NO_LICENCE_REQUIRED,
        Reason.REGIME_UNKNOWN,
        Reason.CONTEXT_NEEDED,
        Reason.COUNTRY_NOT_STATED,
    }
)
"""What is not said beside a `no`: its reader would hear "the licence is valid", or that we do not know."""

GRAVITY = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}
"""The gravest finding decides."""


class Judged(msgspec.Struct, frozen=True, gc=False):
    """A finding and the best answer it leaves open: YES for one that only informs."""

    answer: Answer
    finding: Finding
