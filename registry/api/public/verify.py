"""May this recruiter recruit for this corridor, sector and date - and how do we know?"""

from typing import Any

from flask import g, request

from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.http.answer_shapes import verdict_shown
from registry.http.api_keys import may_bring_key, require_scope
from registry.http.app_services import verdicts
from registry.http.question_parser import question_of, require_authority
from registry.http.responses import Answer, asked_language, keep_for
from registry.http.schemas import returns, takes
from registry.vocabulary.organisations import Scope
from schemas.verify import VerdictSchema, VerifySchema

ns = Namespace("verify", path="/verify")

RECEIPT = "application/registry-receipt+jwt"

_VARIES = (("Vary", "Accept"),)


@ns.route("")
class Verify(Resource):
    @may_bring_key(Scope.VERIFY)
    @takes(VerifySchema())
    @returns(VerdictSchema(), "verify", or_as=(RECEIPT,))
    def get(self, receipt: bool = False, keep: bool | None = None, **asked: Any) -> Answer:
        """Ask whether a recruiter may recruit.

        Exactly one subject, with as much of the context as is known. Every well-formed question is answered with 200,
        whatever the answer; a name alone is never `yes`. With `receipt` the answer holds itself as a signed statement,
        which anybody can check later; asked for as `application/registry-receipt+jwt` it is that statement alone.
        """
        return verified(asked, receipt, keep)

    @may_bring_key(Scope.VERIFY)
    @takes(VerifySchema(), body=True)
    @returns(VerdictSchema(), "verifyByPost", (413, 415), or_as=(RECEIPT,))
    def post(self, receipt: bool = False, keep: bool | None = None, **asked: Any) -> Answer:
        """Ask whether a recruiter may recruit, without the question standing in a URL.

        Takes the parameters of the GET as the fields of a JSON object, and answers alike.
        """
        return verified(asked, receipt, keep)


def verified(asked: dict[str, Any], wants_receipt: bool, wants_kept: bool | None = None) -> Answer:
    """`wants_kept` is what the question says of it; where it says nothing, the organisation or its key has chosen."""
    caller = require_scope(Scope.RECEIPTS) if wants_kept else g.get("organisation")
    at = now()
    question = question_of(asked, at)
    verdict, ground = verdicts().answered(question, at)
    require_authority(question.authority, ground)
    language = asked_language(request.environ)
    ends = [verdict.source.stale_at] if verdict.source else [source.stale_at() for source in ground.sources.values()]
    keep = keep_for(at, (verdict.time_zone,), ends)
    answer = Answer(verdict_shown(question, verdict, ground, language), keep, _VARIES, language)
    if caller is not None and (wants_kept or (wants_kept is None and caller.keeps_every)):
        from registry.bulk.archive.receipts import kept_with_receipt

        return kept_with_receipt(caller.id, asked, verdict, at, answer, is_asked_for=bool(wants_kept))
    if wants_receipt or RECEIPT in request.environ.get("HTTP_ACCEPT", ""):
        # Imported when asked for: whoever asks for no receipt pays nothing for it.
        from registry.bulk.archive.receipts import with_receipt

        return with_receipt(request, asked, verdict, at, answer, is_field=wants_receipt)
    return answer
