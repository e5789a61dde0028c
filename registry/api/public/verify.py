"""May this recruiter recruit for this corridor, sector and date - and how do we know?"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response, request
from msgspec.structs import replace

from registry.api.api_keys import keeper_of, optional_api_key
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import once
from registry.core.clock import now
from registry.core.errors import NotIssuing
from registry.core.installed import release
from registry.http.answer_shapes import verdict_payload, write_verdict
from registry.http.clients import Environ
from registry.http.question_parser import question_of, require_authority
from registry.http.request_reader import IdempotencyKey, load_query
from registry.http.responses import Answer, Determined, cache_seconds, requested_language, respond
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import state_size, verdicts
from registry.register.agencies.prerendered import PrerenderedAnswer
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.queries import ReadQuestion, VerdictReader
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.organisations import Scope
from registry.vocabulary.register import Language
from schemas.verify import VerdictSchema, VerifySchema

ns = Namespace("verify", path="/verify")

RECEIPT = "application/registry-receipt+jwt"

_BEGUN = {language: hashlib.sha256(f"{release()} {language}\n".encode()) for language in Language}
"""Digests that have taken in what an answer owes to the release and its language: by SHA-256, which processors have built in."""

_DIGITS = 24
"""Digits of a digest in an ETag: 96 bits."""

_VARIES = (("Vary", "Accept"),)

_ASKED = VerifySchema(exclude=["keep"])


@ns.route("")
class Verify(Resource):
    @optional_api_key(Scope.VERIFY)
    @request_schema(_ASKED)
    @response_schema(VerdictSchema(), "verify", other_media_types=(RECEIPT,))
    def get(self, receipt: bool = False, **asked: Any) -> Answer:
        """Ask whether a recruiter may recruit.

        Exactly one subject, with as much of the context as is known. Every well-formed question is answered with 200,
        whatever the answer; a name alone is never `yes`. With `receipt` the answer holds itself as a signed statement,
        which anybody can check later; asked for as `application/registry-receipt+jwt` it is that statement alone.
        Nothing is archived: that is asked for by POST.
        """
        return verified(asked, receipt)

    @optional_api_key(Scope.VERIFY)
    @request_schema(VerifySchema(), body=True, idempotent=True)
    @response_schema(VerdictSchema(), "verifyByPost", (413, 415), other_media_types=(RECEIPT,))
    def post(
        self, idempotency_key: IdempotencyKey | None, receipt: bool = False, keep: bool | None = None, **asked: Any
    ) -> Answer:
        """Ask whether a recruiter may recruit, with the question in the body instead of the URL.

        Takes the parameters of the GET as the fields of a JSON object, and answers alike. With `keep`, or where the
        organisation or its key has chosen so, the answer is archived; with an Idempotency-Key once, however often it is sent.
        """
        caller = keeper_of(keep)
        if caller is None:
            return verified(asked, receipt)
        # Imported when asked for: a request without a receipt pays nothing for it.
        from registry.bulk.answering.statements import archive_with_receipt

        with once("receipt", idempotency_key) as one:
            found = one.stored()
            if found is not None:
                return found
            verdict, at, answer = _answer_question(asked)
            try:
                return archive_with_receipt(caller.id, asked, verdict, at, answer, one.answer)
            except NotIssuing:
                if keep:
                    raise
                # It is archived by a setting: the answer must not be refused for the archive's sake.
                return replace(answer, is_cacheable=False)


def verified(parameters: dict[str, Any], wants_receipt: bool) -> Answer:
    """The answer, with its receipt where one is asked for."""
    environ = request.environ
    if wants_receipt or RECEIPT in environ.get("HTTP_ACCEPT", ""):
        from registry.bulk.answering.statements import with_receipt

        verdict, at, answer = _answer_question(parameters)
        return with_receipt(request, parameters, verdict, at, answer, is_field=wants_receipt)
    return _verified(verdicts(), parameters, environ)


def plain_view(app: Flask, environ: Environ, admit: Callable[[Environ], None]) -> Response | None:
    """The response to a GET with neither key nor receipt, as the class of views gives it, without Flask's contexts (0220)."""
    query = environ["QUERY_STRING"]
    if environ["REQUEST_METHOD"] != "GET" or "HTTP_AUTHORIZATION" in environ or "receipt" in query:
        return None
    if RECEIPT in environ.get("HTTP_ACCEPT", ""):
        return None
    admit(environ)
    answer = _verified(verdicts(app), load_query(_ASKED, query), environ)
    return state_size(respond(answer, environ), app)


def _verified(reader: VerdictReader, parameters: dict[str, Any], environ: Environ) -> Answer:
    read = _read(reader, parameters, may_be_held="HTTP_IF_NONE_MATCH" in environ)
    language = requested_language(environ)
    cache_key = read.cache_key
    if cache_key is None:
        return _answer(read, *reader.judged(read), language)[1]

    def make() -> bytes:
        verdict, snapshot, prerendered = reader.judged(read)
        return write_verdict(read.question, verdict, snapshot, language, prerendered)

    digest = _BEGUN[language].copy()
    digest.update(cache_key.determinants)
    keep = cache_seconds(read.now, (), [cache_key.until])
    return Answer(Determined(digest.hexdigest()[:_DIGITS], make), keep, _VARIES, language)


def _read(reader: VerdictReader, parameters: dict[str, Any], *, may_be_held: bool = False) -> ReadQuestion:
    at = now()
    question = question_of(parameters, at)
    read = reader.read(question, at, may_be_held=may_be_held)
    require_authority(question.authority, read.snapshot)
    return read


def _answer_question(parameters: dict[str, Any]) -> tuple[Verdict, datetime, Answer]:
    reader = verdicts()
    read = _read(reader, parameters)
    language = requested_language(request.environ)
    verdict, answer = _answer(read, *reader.judged(read), language)
    return verdict, read.now, answer


def _answer(
    read: ReadQuestion,
    verdict: Verdict,
    snapshot: SourceSnapshot,
    prerendered: PrerenderedAnswer | None,
    language: Language,
) -> tuple[Verdict, Answer]:
    ends = [verdict.source.stale_at] if verdict.source else [source.stale_at() for source in snapshot.sources.values()]
    keep = cache_seconds(read.now, (verdict.time_zone,), ends)
    payload = verdict_payload(read.question, verdict, snapshot, language, prerendered)
    return verdict, Answer(payload, keep, _VARIES, language)
