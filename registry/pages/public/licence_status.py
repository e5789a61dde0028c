"""How a licence stands today, for papers and their holders: the verdict about it, without any question of context."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from registry.core.clock import day_at, now
from registry.core.errors import NotFound
from registry.core.ids import read_reference
from registry.http.transaction import verdicts
from registry.i18n.names import authority_name
from registry.i18n.wording import reason_text
from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.question import Finding, Question, SubjectKind, Verdict
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import STATUSES, Answer, Language, LicenceStatus

_OF_CONTEXT = frozenset(
    {
        Reason.CONTEXT_NEEDED,
        Reason.SCOPE_NOT_STATED,
        Reason.PERMITS_ONLY,
        Reason.PERMITS_BY_QUOTA,
        Reason.PERMITS_NOT_GIVEN,
        Reason.OTHER_PERMIT_ROUTES,
        Reason.PERMIT_NOT_SETTLED,
        Reason.LAW_CONDITIONS,
    }
)
"""Doubts that concern a job and not the licence: the holder of a paper has not said what job was offered."""


class Stands(StrEnum):
    """What a paper's licence is worth today. Only `in_force` may be printed."""

    IN_FORCE = "in_force"
    EXPIRED = "expired"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LicenceView:
    """A licence of the register with its holder, as they may be shown today. `etag` is that of the stored record."""

    agency: record.Agency
    licence: record.Licence
    verdict: Verdict
    snapshot: SourceSnapshot
    etag: str
    at: datetime

    @property
    def stands(self) -> Stands:
        return stands(self.verdict)

    @property
    def reasons(self) -> list[Finding]:
        """Why, without what concerns a job."""
        return [finding for finding in self.verdict.reasons if finding.code not in _OF_CONTEXT]


def stands(verdict: Verdict) -> Stands:
    """The verdict on a licence alone, as one of four words."""
    if verdict.verdict is Answer.NO:
        return Stands.EXPIRED if verdict.status == LicenceStatus.EXPIRED else Stands.ENDED
    # Doubts of context alone leave a licence in force; any doubt that is not known to be one of those does not.
    is_active = verdict.status is not None and STATUSES[LicenceStatus(verdict.status)].recruit is Answer.YES
    doubts = {finding.code for finding in verdict.reasons} - _OF_CONTEXT - _HARMLESS
    return Stands.IN_FORCE if verdict.verdict is Answer.YES or (is_active and not doubts) else Stands.UNKNOWN


_HARMLESS = frozenset(
    {
        *(Reason(f"licence_{status}") for status, rule in STATUSES.items() if rule.recruit is Answer.YES),
        Reason.CONDITION_NOT_JUDGED,
        Reason.DAY_IN_UTC,
        Reason.LICENCE_EXPIRES_SOON,
        Reason.HISTORY_BEFORE_FIRST_RETRIEVAL,
        Reason.USCC_CHECK_FAILED,
        Reason.CORRECTION_REQUESTED,
        Reason.CLONE_WARNING,
    }
)


def standing_of(written: str, **job: Any) -> LicenceView:
    """The licence that a reference names, for a `job` (fields of Question). Raises NotFound when there is none."""
    reference = read_reference(written)
    found = verdicts().lookup.by_licence(reference) if reference else None
    if reference is None or found is None or not found.records:
        raise NotFound("there is no licence with this reference")
    at = now()
    question = Question(SubjectKind.LICENCE_ID, reference, **job)
    facts = verdicts().facts(question, at)
    verdict = decide(question, facts)
    if verdict.agency is None or verdict.licence is None:
        raise NotFound("there is no licence with this reference")
    return LicenceView(verdict.agency, verdict.licence, verdict, facts.snapshot, found.records[0].etag, at)


def today_words(language: Language, standing: LicenceView) -> dict[str, Any]:
    """How the licence stands today, as words: why, by whose list, and when that was read."""
    verdict, source = standing.verdict, standing.verdict.source
    zone = standing.snapshot.time_zone(standing.licence.authority)
    return {
        "standing": standing,
        "reasons": [
            reason_text(language, finding, standing.snapshot, has_licence=True, answer=verdict.verdict)
            for finding in standing.reasons
        ],
        "authority": authority_name(language, standing.licence.authority, standing.snapshot),
        "read_on": day_at(source.retrieved_at, zone) if source and source.retrieved_at else None,
    }
