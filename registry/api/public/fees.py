"""What a worker was asked to pay: is it lawful, is it what the ILO asks, what can be claimed back."""

from decimal import Decimal
from typing import Any

from flask import request

from registry.api.restx import Namespace, Resource
from registry.core.clock import day_at, now
from registry.http.answer_shapes import reasons_payload
from registry.http.responses import Answer, cache_seconds, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import verdicts
from registry.i18n.fee_words import exact, fees_answered, finding_text, months_text, step_text
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law import law_view, loading, rows
from registry.verification.fees.question import FeeAnswer, FeeFinding, FeeRule, JudgedCharge, Step, Total
from registry.verification.fees.rules import fee_rules_in
from registry.vocabulary.register import Answer as VerdictAnswer
from registry.vocabulary.register import Language
from schemas.fees import ALLOWED, FeeAnswerSchema, FeeRulesSchema, FeesSchema

ns = Namespace("fees", path="/")


@ns.route("/fees")
class Fees(Resource):
    @request_schema(FeesSchema(), body=True)
    @response_schema(FeeAnswerSchema(), "checkFees", (413, 415))
    def post(self, **asked: Any) -> Answer:
        """Check what a worker was asked for, or paid.

        Each charge has two answers: whether the law at the origin allows it, and whether the ILO's standard does. Where no
        rule is known, or its standing is not settled, the answer is `unknown`. Nothing of the question is kept or logged.
        """
        language = requested_language(request.environ)
        law = verdicts().current_law()
        return Answer(fees_payload(fees_answered(asked, law), law, language), language=language)


@ns.route("/fee-rules")
class FeeRules(Resource):
    @request_schema()
    @response_schema(FeeRulesSchema(), "listFeeRules")
    def get(self) -> Answer:
        """List the rules that the fee checker knows, with source, date and mark. What is not listed is unknown."""
        at = now()
        rules = fee_rules_in(verdicts().current_law(), day_at(at, None))
        return Answer({"rules": rules.rule, "deposits": rules.deposit}, cache_seconds(at, ()))


def fees_payload(answer: FeeAnswer, law: loading.Law, language: Language) -> dict[str, Any]:
    today = day_at(now(), None)
    return {
        "charges": [_charge_payload(one, language) for one in answer.charges],
        "totals": [_total_payload(total) for total in answer.totals],
        "months": {"code": answer.months, "text": months_text(language, answer.months)},
        "deposit": answer.deposit,
        "at_destination": _finding_payload(answer.at_destination, language),
        "steps": [_step_payload(step, language) for step in answer.steps],
        "needs": [{"parameter": one, "allowed": ALLOWED.get(one, answer.regions)} for one in answer.needs],
        "law": reasons_payload(answer.permits, SourceSnapshot(law=law), language, False, VerdictAnswer.UNKNOWN),
        "destination_rules": [law_view.row_payload(law, row, today, today) for row in answer.destination_rules],
    }


def _charge_payload(one: JudgedCharge, language: Language) -> dict[str, Any]:
    return {
        "kind": one.charge.kind,
        "amount": exact(one.charge.amount or Decimal(0)),
        "currency": one.charge.currency,
        "state": one.charge.state,
        "lawful_at_origin": _finding_payload(one.lawful_at_origin, language),
        "lawful_at_destination": _finding_payload(one.lawful_at_destination, language),
        "ilo_compliant": _finding_payload(one.ilo_compliant, language),
        "claim": _finding_payload(one.claim, language),
    }


def _finding_payload(finding: FeeFinding, language: Language) -> dict[str, Any]:
    rule = finding.rule
    told = {"answer": finding.answer, "code": finding.reason, "text": finding_text(language, finding)}
    if isinstance(rule, rows.Fee):
        return told | {"rule": rule.id, "source": f"{rule.article} ({rule.source.title})", "mark": rule.mark}
    reference = rule.reference if isinstance(rule, FeeRule) else None
    return told | {"rule": reference, "source": rule.source if rule else None, "mark": rule.mark if rule else None}


def _step_payload(step: Step, language: Language) -> dict[str, Any]:
    return {
        "code": step.code,
        "text": step_text(language, step),
        "bodies": [
            {"row": row.id, "country": row.country, "region": row.region, "by": row.by}
            | {"redress": row.redress, "time_limit": row.time_limit}
            for row in step.rows
        ],
    }


def _total_payload(total: Total) -> dict[str, Any]:
    return {
        "currency": total.currency,
        "asked": exact(total.asked),
        "paid": exact(total.paid),
        "total": exact(total.whole),
        "months_of_wage": None if total.months is None else exact(total.months),
    }
