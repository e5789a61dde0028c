"""What a rule says: a finding, and the best answer it leaves open."""

from typing import NamedTuple

from registry.verification.verdicts.question import Finding
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import STATUSES, Answer

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
        Reason.LAW_CONDITIONS,
        Reason.DISGUISED_LENDING,
        Reason.CHARGES_BY_LAW,
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


class Judged(NamedTuple):
    """A finding and the best answer it leaves open: YES for one that only informs."""

    answer: Answer
    finding: Finding
