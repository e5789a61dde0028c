"""Is what a recruiter claims about their agency what the agency registered?"""

from typing import Any

from flask import request

from registry.api.restx import Namespace, Resource
from registry.core.clock import now
from registry.core.errors import Fault, InvalidInput
from registry.http.answer_shapes import reasons_payload
from registry.http.question_parser import agency_reference
from registry.http.responses import Answer, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import keyring, public_reading, verdicts
from registry.i18n.wording import check_meaning, check_note, check_summary, red_flag_text
from registry.register.agencies.record import agency_summary
from registry.register.law.law_view import cited
from registry.register.names.spelling import normalised
from registry.verification.checks import queries, rules
from registry.verification.checks.red_flags import ROWS
from registry.verification.verdicts.subjects import is_identity_number
from registry.vocabulary.checks import CheckKind
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Answer as Verdict
from registry.vocabulary.register import Language
from schemas import checks

ns = Namespace("checks", path="/checks")


@ns.route("")
class Checks(Resource):
    @request_schema(checks.ChecksSchema(), body=True)
    @response_schema(checks.ChecksAnswerSchema(), "checkClaims", (413, 415))
    def post(self, **stated: Any) -> Answer:
        """Check what a recruiter told a worker.

        Each thing is a match, a mismatch, changed recently or not registered, against what the agency it names
        registered. Nothing of the question is kept or logged.
        """
        if "name" in stated and not normalised(stated["name"]):
            raise InvalidInput([Fault("name", Problem.INVALID_VALUE, "holds no letter and no digit")])
        for kind in (kind for kind in CheckKind if is_identity_number(stated.get(kind, ""))):
            raise InvalidInput([Fault(kind.value, Problem.INVALID_VALUE, "looks like a person's identity number")])
        given = queries.CheckInput(
            tuple(rules.StatedDetail(kind, stated[kind]) for kind in CheckKind if kind in stated),
            stated.get("advert", ""),
            agency_reference(stated["agency_id"]) if "agency_id" in stated else None,
            stated.get("country"),
        )
        language = requested_language(request.environ)
        outcome = queries.outcome_of(public_reading(), verdicts(), keyring(), given, now())
        return Answer(check_payload(outcome, language), language=language)


def check_payload(outcome: queries.Outcome, language: Language) -> checks.ChecksAnswer:
    verdict = outcome.verdict
    return checks.ChecksAnswer(
        checks.CheckResult(outcome.summary, check_summary(language, outcome.summary)),
        outcome.offer,
        [
            checks.AdvertFlag(
                one.flag, red_flag_text(language, one.flag), one.words, cited(ROWS[one.flag], outcome.snapshot.law)
            )
            for one in outcome.flags
        ],
        [checks.AdvertItem(one.kind, one.value, one.words) for one in outcome.items],
        reasons_payload(outcome.law, outcome.snapshot, language, False, outcome.offer),
        [
            checks.Checked(
                one.stated.kind,
                one.stated.value,
                one.outcome,
                check_meaning(
                    language,
                    one.stated.kind,
                    one.outcome,
                    has_agency=outcome.agency is not None,
                    has_candidates=bool(outcome.candidates),
                ),
                [_note(language, note) for note in one.notes],
            )
            for one in outcome.checked
        ],
        [_note(language, note) for note in outcome.papers],
        Verdict.UNKNOWN if verdict is None else verdict.verdict,
        []
        if verdict is None
        else reasons_payload(verdict.reasons, outcome.snapshot, language, verdict.licence is not None, verdict.verdict),
        None if outcome.agency is None else agency_summary(outcome.agency),
        [agency_summary(candidate) for candidate in outcome.candidates],
    )


def _note(language: Language, note: rules.Noted) -> checks.CheckRemark:
    return checks.CheckRemark(note.code, check_note(language, note.code, note.like))
