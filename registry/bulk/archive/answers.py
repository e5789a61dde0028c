"""Answers of verify with a signed receipt, which only the caller keeps. Loaded when the first one is requested."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from flask import Request
from msgspec.structs import replace

from registry.bulk.answering.statements import AnswerOnce
from registry.bulk.archive import receipts
from registry.core.calls import Call
from registry.http.credentials import receipt
from registry.http.responses import MEDIA_TYPE, Answer, encode, encode_answer
from registry.http.transaction import writing
from registry.organisations.models import OrganisationActor
from registry.proofs.credentials.signing import RECEIPT_TYPE
from registry.verification.verdicts.question import Verdict

MEDIA_TYPE_OF_RECEIPT = f"application/{RECEIPT_TYPE}"


def with_receipt(
    request: Request, parameters: Mapping[str, Any], verdict: Verdict, at: datetime, answer: Answer, *, is_field: bool
) -> Answer:
    """The answer with its receipt as a field, or the receipt alone where `Accept` likes that best."""
    best: str | None = MEDIA_TYPE
    if MEDIA_TYPE_OF_RECEIPT in request.environ.get("HTTP_ACCEPT", ""):
        best = request.accept_mimetypes.best_match((MEDIA_TYPE, MEDIA_TYPE_OF_RECEIPT), default=MEDIA_TYPE)
    if best == MEDIA_TYPE and not is_field:
        return answer
    token = receipt(parameters, verdict, at)
    if best == MEDIA_TYPE_OF_RECEIPT:
        body, media_type = token.encode(), MEDIA_TYPE_OF_RECEIPT
    else:
        body, media_type = encode_answer(answer.value)[:-1] + b',"receipt":' + encode(token) + b"}", MEDIA_TYPE
    return Answer(
        msgspec.Raw(body), headers=answer.headers, language=answer.language, media_type=media_type, is_cacheable=False
    )


def archive_with_receipt(
    organisation_id: int,
    parameters: Mapping[str, Any],
    verdict: Verdict,
    at: datetime,
    answer: Answer,
    answer_once: AnswerOnce,
) -> Answer:
    """The answer with its receipt, archived in the organisation's own file; no one else learns that it asked.

    Raises NotIssuing while nothing can be signed.
    """
    token = receipt(parameters, verdict, at)
    agency = verdict.about[0].agency_id if len(verdict.about) == 1 else None

    def archive() -> Answer:
        call = Call(session, OrganisationActor(organisation_id), at)
        stored = receipts.archive_receipt(call, token, parameters, verdict.verdict, agency)
        added = b',"receipt":' + encode(token) + b',"receipt_id":' + encode(stored.reference) + b"}"
        value = msgspec.Raw(encode(answer.value)[:-1] + added)
        return replace(answer, value=value, max_age=0, is_cacheable=False)

    with writing() as session:
        return answer_once(session, archive)
