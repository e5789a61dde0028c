"""One question for the whole corridor: the sending licence, the receiving licence, the registered agreement."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import request
from msgspec.structs import replace
from sqlalchemy.orm import Session

from registry.api.api_keys import Caller, keeper_of, optional_api_key
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import once
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput, NotIssuing
from registry.http.answer_shapes import corridor_payload
from registry.http.modes import refuse_other_mode
from registry.http.question_parser import has_letters_or_digits, known_instant, unreadable
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import verdicts
from registry.verification.verdicts.corridor import CorridorVerdict, Employer, decide_corridor
from registry.verification.verdicts.question import Question, VerdictFacts
from registry.verification.verdicts.subjects import read_subject
from registry.vocabulary.codes import Problem
from registry.vocabulary.organisations import JobKind, Scope
from registry.vocabulary.register import SENDING_COUNTRIES, IdentifierScheme
from schemas.corridor import CorridorQuerySchema, CorridorVerdictSchema

ENDS = frozenset({"sending", "sending_scheme", "receiving", "receiving_scheme", "receiving_employer"})
"""The parameters that name the ends of a corridor; all others are what is asked of both."""

ns = Namespace("corridor", path="/corridor")


@ns.route("")
class Corridor(Resource):
    @optional_api_key(Scope.VERIFY)
    @request_schema(CorridorQuerySchema(exclude=["keep"]))
    @response_schema(CorridorVerdictSchema(), "verifyCorridor")
    def get(self, receipt: bool = False, **asked: Any) -> Answer:
        """Ask about both ends of a corridor and the agreement between them.

        Each leg has its own verdict and reasons; the whole is as good as its weakest leg.
        """
        return _with_proof(asked, receipt)

    @optional_api_key(Scope.VERIFY)
    @request_schema(CorridorQuerySchema(), body=True, idempotent=True)
    @response_schema(CorridorVerdictSchema(), "verifyCorridorByPost", (413, 415))
    def post(
        self, idempotency_key: IdempotencyKey | None, receipt: bool = False, keep: bool | None = None, **asked: Any
    ) -> Answer:
        """Ask about a corridor with the question in the body instead of the URL, so that no log on the way holds it.

        Takes the parameters of the GET as the fields of a JSON object, and answers alike. With `keep`, or where the
        organisation or its key has chosen so, the answer is archived as a list of one; with an Idempotency-Key once,
        however often it is sent.
        """
        caller = keeper_of(keep)
        if caller is None:
            return _with_proof(asked, receipt or bool(keep))
        with once("list", idempotency_key) as one:
            return one.stored() or _with_proof(asked, receipt or bool(keep), caller, one.answer, is_wanted=bool(keep))


def _with_proof(
    parameters: dict[str, Any],
    is_proved: bool,
    keeper: Caller | None = None,
    answer_once: Callable[[Session, Callable[[], Answer]], Answer] | None = None,
    *,
    is_wanted: bool = False,
) -> Answer:
    """The answer, with its signed statement where one is asked for, archived for `keeper` where there is one.

    Raises NotIssuing where it is asked for and nothing can be signed; what is kept by a setting alone is answered without.
    """
    at = now()
    whole, answer = _judge(parameters, at)
    if not is_proved and keeper is None:
        return answer
    # Imported when asked for: a request without a statement pays nothing for it.
    from registry.bulk.answering.statements import archive_statements, signed_statements
    from registry.bulk.manifest import corridor_statement, statement

    line = statement(0, None, None, corridor_statement(parameters, whole, at))
    try:
        signed = signed_statements(JobKind.CORRIDOR, [line], [whole.verdict], at)
    except NotIssuing:
        if is_proved or is_wanted:
            raise
        return answer
    text = line.decode().rstrip("\n")
    added: dict[str, Any] = {"proof": {"n": 0, "count": 1, "statement": text, "path": [], "manifest": signed.manifest}}
    if keeper is not None:
        added["list_id"] = signed.reference
    proved = replace(answer, value={**answer.value, **added}, is_cacheable=False)
    if keeper is None or answer_once is None:
        return proved
    return archive_statements(keeper.id, JobKind.CORRIDOR, signed, at, answer_once, proved)


def _judge(parameters: dict[str, Any], at: datetime) -> tuple[CorridorVerdict, Answer]:
    """The verdict on a corridor by the loaded parameters of the question, and the answer that tells it."""
    context = {name: value for name, value in parameters.items() if name not in ENDS}
    if "known_at" in context:
        context["known_at"] = known_instant(context["known_at"], at)
    destination: str = context["destination"]
    employer: str | None = parameters.get("receiving_employer")

    def end(name: str, country: str) -> tuple[Question, VerdictFacts]:
        return read_end(name, parameters.get(name, ""), country, context, at, parameters.get(f"{name}_scheme"))

    first = end("sending", min(SENDING_COUNTRIES))
    second = end("receiving", destination) if employer is None else Employer(employer)
    whole = decide_corridor(first, second, destination)
    snapshot = first[1].snapshot
    language = requested_language(request.environ)
    zones = [snapshot.time_zone(leg.verdict.source.authority) for leg in whole.legs if leg.verdict.source]
    zones += [leg.verdict.time_zone for leg in whole.legs]
    ends = [source.stale_at() for source in snapshot.sources.values()]
    return whole, Answer(corridor_payload(whole, snapshot, language), cache_seconds(at, zones, ends), language=language)


def read_end(
    parameter: str,
    text: str,
    country: str,
    context: dict[str, Any],
    at: datetime,
    scheme: IdentifierScheme | None = None,
) -> tuple[Question, VerdictFacts]:
    """The reading of what was typed that leads to somebody, with its facts. Raises InvalidInput when nothing can be read."""
    if not has_letters_or_digits(text):
        raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, "holds no letter and no digit")])
    read = read_subject(verdicts(), text, country, context, at, scheme=scheme)
    if read is None:
        raise InvalidInput([unreadable(parameter, scheme)])
    refuse_other_mode(read.question)
    return read.question, read.facts
