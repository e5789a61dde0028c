"""A receipt checked again: whether the registry signed it, and what the same question is answered today."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from registry.credentials.believing import Checked
from registry.credentials.rules import record_digest
from registry.errors import InvalidInput
from registry.terms import Answer
from registry.verdicts.queries import Answered
from registry.verdicts.question import Verdict
from registry.web import credentials
from registry.web.asked import question_of
from registry.web.asking import verdicts
from registry.web.loading import loaded
from schemas.verify import VerifySchema


class Again(NamedTuple):
    """`said` are the claims of a receipt that may be believed, or whose key was compromised; empty of what is not genuine.

    `today` is None where nothing was said, and where today's registry no longer takes the question. `changed` names the parts
    of the answer that are others now.
    """

    checked: Checked
    said: Mapping[Any, Any]
    today: Answered | None
    changed: list[str]

    @property
    def differences(self) -> list[str]:
        """`changed`, and `genuine` of one that is no longer believed: its key was compromised, or its entries were lost."""
        return self.changed if self.checked.genuine is Answer.YES else ["genuine", *self.changed]


def checked_again(token: str, at: datetime) -> Again:
    checked = credentials.check_receipt(token)
    said = checked.claims
    today = _asked_again(said, at) if said else None
    return Again(checked, said, today, [] if today is None else changed(said, today.verdict))


def changed(said: Mapping[Any, Any], verdict: Verdict) -> list[str]:
    """Which parts of the answer are others than they were."""
    today = {
        "verdict": verdict.verdict.value,
        "may_continue_existing_placements": verdict.may_continue.value,
        "reasons": [finding.code.value for finding in verdict.reasons],
        "records": [{"agency_id": agency.agency_id, "sha256": record_digest(agency)} for agency in verdict.about],
    }
    return [name for name, value in today.items() if said[name] != value]


def _asked_again(said: Mapping[Any, Any], at: datetime) -> Answered | None:
    try:
        asked = loaded(VerifySchema(), said["question"])
        return verdicts().answered(question_of(asked, at), at)
    except InvalidInput:
        return None
