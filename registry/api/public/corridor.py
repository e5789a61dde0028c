"""One question for the whole corridor: the sending licence, the receiving licence, the registered agreement."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec
from flask import request

from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.core.codes import Problem
from registry.core.errors import Fault, InvalidInput
from registry.http.answer_shapes import (
    NOTHING,
    ReasonShown,
    SourceShown,
    candidate_shown,
    licence_with,
    reasons_shown,
    source_shown,
)
from registry.http.app_services import verdicts
from registry.http.question_parser import says_something
from registry.http.responses import Answer, asked_language, keep_for
from registry.http.schemas import returns, takes
from registry.register.agencies import record
from registry.register.agencies.shown import AgencySummary, agency_summary
from registry.register.authorities.sources import Ground
from registry.verification.verdicts.corridor import CorridorVerdict, Employer, Leg, LegKind, decide_corridor
from registry.verification.verdicts.question import Facts, Question
from registry.verification.verdicts.rules import decide
from registry.verification.verdicts.subjects import chosen, guess
from registry.vocabulary.register import SENDING_COUNTRIES, Language
from schemas.corridor import CorridorQuerySchema, CorridorVerdictSchema

ns = Namespace("corridor", path="/corridor")


class LegShown(msgspec.Struct, frozen=True):
    leg: LegKind
    verdict: str
    reasons: list[ReasonShown]
    on: date
    agency: AgencySummary | Mapping[str, Any]
    licence: msgspec.Raw | Mapping[str, Any]
    agreement: record.Agreement | Mapping[str, Any]
    candidates: list[AgencySummary | msgspec.Raw]
    source: SourceShown | Mapping[str, Any]


@ns.route("")
class Corridor(Resource):
    @takes(CorridorQuerySchema())
    @returns(CorridorVerdictSchema(), "verifyCorridor")
    def get(
        self,
        sending: str,
        destination: str,
        receiving: str | None = None,
        receiving_employer: str | None = None,
        **work: Any,
    ) -> Answer:
        """Ask about both ends of a corridor and the agreement between them.

        Each leg has its own verdict and reasons; the whole is as good as its weakest leg.
        """
        at = now()
        context = {"destination": destination, **work}
        first = asked_of("sending", sending, sorted(SENDING_COUNTRIES)[0], context, at)
        second = (
            Employer(receiving_employer)
            if receiving_employer is not None
            else asked_of("receiving", receiving or "", destination, context, at)
        )
        whole = decide_corridor(first, second, destination)
        ground = first[1].ground
        language = asked_language(request.environ)
        zones = [ground.time_zone(leg.verdict.source.authority) for leg in whole.legs if leg.verdict.source]
        zones += [leg.verdict.time_zone for leg in whole.legs]
        ends = [source.stale_at() for source in ground.sources.values()]
        return Answer(corridor_shown(whole, ground, language), keep_for(at, zones, ends), language=language)


def asked_of(parameter: str, text: str, country: str, context: dict[str, Any], at: datetime) -> tuple[Question, Facts]:
    """The reading of what was typed that leads to somebody, with its facts. Raises InvalidInput when nothing can be read."""
    if not says_something(text):
        raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, "holds no letter and no digit")])
    reader = verdicts()
    tried = []
    for subject in guess(text, country):
        question = subject.question(**context)
        facts = reader.facts(question, at)
        tried.append((subject, question, facts, decide(question, facts)))
    choice = chosen([(subject, verdict) for subject, _, _, verdict in tried])
    if choice is None:
        # Digits after a plus are a telephone, and a hundred of them are no number of anything.
        detail = "must be a number, a name or a reference; telephones are looked up by POST /api/v1/checks"
        raise InvalidInput([Fault(parameter, Problem.INVALID_VALUE, detail)])
    return next((question, facts) for subject, question, facts, _ in tried if subject == choice[0])


def corridor_shown(whole: CorridorVerdict, ground: Ground, language: Language) -> dict[str, Any]:
    return {"verdict": whole.verdict, "legs": [leg_shown(leg, ground, language) for leg in whole.legs]}


def leg_shown(leg: Leg, ground: Ground, language: Language) -> LegShown:
    verdict = leg.verdict
    licence = verdict.licence
    return LegShown(
        leg.kind,
        "not_required" if leg.is_not_required else verdict.verdict,
        reasons_shown(verdict.reasons, ground, language, licence is not None, verdict.verdict),
        verdict.on,
        NOTHING if verdict.agency is None else agency_summary(verdict.agency),
        NOTHING if licence is None else licence_with(licence, status=verdict.status),
        leg.agreement or NOTHING,
        [candidate_shown(candidate) for candidate in verdict.candidates],
        source_shown(verdict.source, ground, language),
    )
