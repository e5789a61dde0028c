"""A receipt checked again: whether the registry signed it, and what the same question is answered today."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from registry.core.errors import InvalidInput
from registry.http import credentials
from registry.http.app_services import verdicts
from registry.http.question_parser import question_of
from registry.http.request_reader import load_values
from registry.proofs.credentials.rules import record_digest
from registry.proofs.credentials.trust import Checked
from registry.verification.verdicts.queries import VerdictAnswer
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.register import Answer
from schemas.verify import VerifySchema


class Again(NamedTuple):
    """`said` are the claims of a receipt that may be believed, or whose key was compromised; empty of what is not genuine.

    `today` is None where nothing was said, and where today's registry no longer takes the question. `changed` names the parts
    of the answer that are others now.
    """

    checked: Checked
    said: Mapping[Any, Any]
    today: VerdictAnswer | None
    changed: list[str]

    @property
    def differences(self) -> list[str]:
        """`changed`, and `genuine` of one that is no longer believed: its key was compromised, or its entries were lost."""
        return self.changed if self.checked.genuine is Answer.YES else ["genuine", *self.changed]


def checked_again(token: str, at: datetime) -> Again:
    checked = credentials.check_receipt(token)
    stated = checked.claims
    today = _verify_again(stated, at) if stated else None
    return Again(checked, stated, today, [] if today is None else changed(stated, today.verdict))


def changed(stated: Mapping[Any, Any], verdict: Verdict) -> list[str]:
    """Which parts of the answer are others than they were."""
    today = {
        "verdict": verdict.verdict.value,
        "may_continue_existing_placements": verdict.may_continue.value,
        "reasons": [finding.code.value for finding in verdict.reasons],
        "records": [{"agency_id": agency.agency_id, "sha256": record_digest(agency)} for agency in verdict.about],
    }
    return [name for name, value in today.items() if stated[name] != value]


def _verify_again(stated: Mapping[Any, Any], at: datetime) -> VerdictAnswer | None:
    try:
        parameters = load_values(VerifySchema(), stated["question"])
        return verdicts().answered(question_of(parameters, at), at)
    except InvalidInput:
        return None
