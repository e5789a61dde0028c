"""May this recruiter recruit for this corridor, sector and date - and how do we know?"""

from typing import Any

from flask import request
from flask_restx import Namespace, Resource

from registry.api.questions import question_of, require_authority
from registry.api.shapes import verdict_shown
from registry.clock import now
from registry.web.answers import Answer, asked_language, keep_for
from registry.web.asking import verdicts
from registry.web.payloads import returns, takes
from schemas.verify import VerdictSchema, VerifySchema

ns = Namespace("verify", path="/verify")


@ns.route("")
class Verify(Resource):  # type: ignore[misc]
    @takes(VerifySchema())
    @returns(VerdictSchema(), "verify")
    def get(self, **asked: Any) -> Answer:
        """Ask whether a recruiter may recruit.

        Exactly one subject, with as much of the context as is known. Every well-formed question is answered with 200,
        whatever the answer; a name alone is never `yes`.
        """
        return verified(asked)

    @takes(VerifySchema(), body=True)
    @returns(VerdictSchema(), "verifyByPost", (413, 415))
    def post(self, **asked: Any) -> Answer:
        """Ask whether a recruiter may recruit, without the question standing in a URL.

        Takes the parameters of the GET as the fields of a JSON object, and answers alike.
        """
        return verified(asked)


def verified(asked: dict[str, Any]) -> Answer:
    at = now()
    question = question_of(asked, at)
    verdict, ground = verdicts().answered(question, at)
    require_authority(question.authority, ground)
    language = asked_language(request.environ)
    ends = [verdict.source.stale_at] if verdict.source else [source.stale_at() for source in ground.sources.values()]
    return Answer(verdict_shown(verdict, ground, language), keep_for(at, (verdict.time_zone,), ends), language=language)
