"""One question for the whole corridor: the sending licence, the receiving licence, the registered agreement."""

from datetime import datetime
from typing import Any

from flask import request

from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput
from registry.http.answer_shapes import corridor_payload
from registry.http.app_services import verdicts
from registry.http.modes import refuse_other_mode
from registry.http.question_parser import has_letters_or_digits
from registry.http.responses import Answer, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.verification.verdicts.corridor import Employer, decide_corridor
from registry.verification.verdicts.question import Question, VerdictFacts
from registry.verification.verdicts.subjects import read_subject
from registry.vocabulary.register import SENDING_COUNTRIES
from schemas.corridor import CorridorQuerySchema, CorridorVerdictSchema

ns = Namespace("corridor", path="/corridor")


@ns.route("")
class Corridor(Resource):
    @request_schema(CorridorQuerySchema())
    @response_schema(CorridorVerdictSchema(), "verifyCorridor")
    def get(self, **asked: Any) -> Answer:
        """Ask about both ends of a corridor and the agreement between them.

        Each leg has its own verdict and reasons; the whole is as good as its weakest leg.
        """
        return _answered(**asked)

    @request_schema(CorridorQuerySchema(), body=True)
    @response_schema(CorridorVerdictSchema(), "verifyCorridorByPost", (413, 415))
    def post(self, **asked: Any) -> Answer:
        """Ask about a corridor with the question in the body instead of the URL, so that no log on the way holds it.

        Takes the parameters of the GET as the fields of a JSON object, and answers alike.
        """
        return _answered(**asked)


def _answered(
    sending: str,
    destination: str,
    receiving: str | None = None,
    receiving_employer: str | None = None,
    **work: Any,
) -> Answer:
    at = now()
    context = {"destination": destination, **work}
    first = read_end("sending", sending, sorted(SENDING_COUNTRIES)[0], context, at)
    second = (
        Employer(receiving_employer)
        if receiving_employer is not None
        else read_end("receiving", receiving or "", destination, context, at)
    )
    whole = decide_corridor(first, second, destination)
    snapshot = first[1].snapshot
    language = requested_language(request.environ)
    zones = [snapshot.time_zone(leg.verdict.source.authority) for leg in whole.legs if leg.verdict.source]
    zones += [leg.verdict.time_zone for leg in whole.legs]
    ends = [source.stale_at() for source in snapshot.sources.values()]
    return Answer(corridor_payload(whole, snapshot, language), cache_seconds(at, zones, ends), language=language)


def read_end(
    parameter: str, text: str, country: str, context: dict[str, Any], at: datetime
) -> tuple[Question, VerdictFacts]:
    """The reading of what was typed that leads to somebody, with its facts. Raises InvalidInput when nothing can be read."""
    if not has_letters_or_digits(text):
        raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, "holds no letter and no digit")])
    read = read_subject(verdicts(), text, country, context, at)
    if read is None:
        # Digits after a plus are a telephone, and a hundred of them are no number of anything.
        detail = "must be a number, a name or a reference; telephones are looked up by POST /api/v1/checks"
        raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, detail)])
    refuse_other_mode(read.question)
    return read.question, read.facts
