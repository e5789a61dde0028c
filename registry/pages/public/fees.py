"""The fee checker's page: up to ten charges in a form that works without any script, and the answer in place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import Blueprint, Response, request

from registry.complaints.case.answer_rules import read_sum
from registry.core.errors import InvalidInput
from registry.http.request_reader import load_values
from registry.http.transaction import verdicts
from registry.i18n.fee_words import exact, fees_answered, finding_text, money_text, months_text, step_text
from registry.i18n.names import countries, region_name
from registry.i18n.wording import reason_text, translated, words_of
from registry.pages.public import answers, forms
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.law_view import cited
from registry.register.law.rows import Fee
from registry.verification.fees.question import DepositRule, FeeAnswer, FeeFinding, FeeRule
from registry.vocabulary.codes import FeeReason, Problem, Reason
from registry.vocabulary.fees import OFFERED_CURRENCIES, ChargeState, ChargeTime, FeeKind
from registry.vocabulary.law import Mark
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Answer, Language
from schemas.fees import CHARGED_BY, MAX_CHARGES, FeesSchema

pages = Blueprint("fees", __name__)

_PARTS = ("kind", "amount", "currency", "state", "when")
_JOB = (
    "origin", "destination", "charged_by", "labour_contract", "written_contract", "contract_months", "monthly_wage",
    "wage_currency", "region",
)  # fmt: skip
_MAX_KEPT = 60

GROUPS: tuple[tuple[str, tuple[FeeKind, ...]], ...] = (
    ("fees", tuple(FeeKind)[:4]),
    ("costs", tuple(FeeKind)[4:11]),
    ("illegitimate", tuple(FeeKind)[11:]),
)
_SCHEMA = FeesSchema()


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as it was filled in: `rows` of kind, amount, currency and state, and what was said of the job."""

    rows: tuple[Mapping[str, str], ...]
    job: Mapping[str, str]

    @property
    def filled(self) -> list[int]:
        """Places of the rows in which something was entered; currency and state are chosen beforehand."""
        return [place for place, row in enumerate(self.rows) if row["kind"] or row["amount"]]

    def question(self) -> dict[str, Any]:
        """The question as FeesSchema takes it: what was left empty is left out, and sums are in plain digits."""
        stated = {name: value for name, value in self.job.items() if value}
        job = _with_plain_sum(stated, "monthly_wage", "wage_currency")
        if "monthly_wage" not in job:
            job.pop("wage_currency", None)
        filled = self.filled or [0]
        charges = [
            _with_plain_sum({part: value for part, value in self.rows[place].items() if value}, "amount", "currency")
            for place in filled
        ]
        return {"charges": charges, **job}

    def hidden(self) -> list[tuple[str, str]]:
        """The fields that ask the same again."""
        rows = [(f"{part}_{place}", value) for place, row in enumerate(self.rows) for part, value in row.items()]
        return [(name, value) for name, value in (*rows, *self.job.items()) if value]


def _with_plain_sum(fields: dict[str, str], amount: str, currency: str) -> dict[str, str]:
    """The fields with a sum such as 3万 or 2.98w in plain digits; a currency beside it counts. What is none stays as it is."""
    read = read_sum(fields.get(amount, ""))
    if read is None:
        return fields
    return fields | {amount: exact(read[0])} | ({currency: read[1]} if read[1] else {})


EMPTY_ROW = {"kind": "", "amount": "", "currency": "CNY", "state": ChargeState.ASKED.value, "when": ""}
EMPTY = Typed((EMPTY_ROW,), dict.fromkeys(_JOB, "") | {"origin": "CN", "wage_currency": "EUR"})


def read_typed(form: Mapping[str, str]) -> Typed:
    """What was typed, at most one row more than the most, so that a form with too many is told so."""
    rows = [
        {part: form.get(f"{part}_{place}", "").strip() for part in _PARTS}
        for place in range(MAX_CHARGES + 1)
        if any(f"{part}_{place}" in form for part in _PARTS)
    ]
    return Typed(tuple(rows) or (EMPTY_ROW,), {name: form.get(name, "").strip() for name in _JOB})


@pages.get("/<language:language>/fees")
def form(language: Language) -> Response:
    return _form_page(language, EMPTY, {}, SHORT)


@pages.post("/<language:language>/fees")
def answer(language: Language) -> Response:
    """Lead to the answer: what was asked can be read neither in the address nor in the browser's history."""
    return forms.lead_to_answer(language, "fees") or _result_page(language, request.form)


@pages.get("/<language:language>/fees/<sealed>")
def answered(language: Language, sealed: str) -> Response:
    sent = forms.open_sent_form("fees", sealed)
    return _form_page(language, EMPTY, {}, NOT_KEPT, is_past=True) if sent is None else _result_page(language, sent)


def _result_page(language: Language, sent: Mapping[str, str]) -> Response:
    typed = read_typed(sent)
    if "more" in sent:
        rows = (*typed.rows, EMPTY_ROW)[:MAX_CHARGES]
        return _form_page(language, replace(typed, rows=rows), {}, NOT_KEPT)
    try:
        question = load_values(_SCHEMA, typed.question())
    except InvalidInput as error:
        faults = {_place_in_form(fault.parameter, typed): fault.code for fault in error.faults}
        return _form_page(language, replace(typed, rows=typed.rows[:MAX_CHARGES]), faults, NOT_KEPT)
    return _form_page(language, typed, {}, NOT_KEPT, answer=_words(language, question))


def _place_in_form(parameter: str, typed: Typed) -> str:
    """`charges.0.amount` as the form's field: empty rows between are not counted in the question."""
    _, _, rest = parameter.partition("charges.")
    place, _, part = rest.partition(".")
    if not place.isdecimal():
        return parameter
    return f"{part or 'kind'}_{(typed.filled or [0])[int(place)]}"


def _words(language: Language, parameters: dict[str, Any]) -> dict[str, Any]:
    """The answer, its findings as (answer, text, rule)."""
    law = verdicts().current_law()
    found = fees_answered(parameters, law)
    return {
        "tone": answers.Tone.NO if any(one.is_forbidden for one in found.charges) else answers.Tone.UNKNOWN,
        "said": _headline(found),
        "charges": [
            {
                "kind": one.charge.kind,
                "state": one.charge.state,
                "sum": ""
                if one.charge.amount is None
                else money_text(language, one.charge.amount, one.charge.currency),
                "findings": [
                    (name, _says(finding), finding_text(language, finding), _cited(finding.rule))
                    for name, finding in (
                        ("lawful", one.lawful_at_origin),
                        ("lawful_there", one.lawful_at_destination),
                        ("ilo", one.ilo_compliant),
                        ("claim", one.claim),
                    )
                ],
            }
            for one in found.charges
        ],
        "needs": found.needs,
        "regions": found.regions,
        "permits": [
            (
                reason_text(language, one, SourceSnapshot(), has_licence=False, answer=Answer.UNKNOWN),
                one.values["country"],
                one.rows,
                one.code is Reason.PERMITS_NOT_GIVEN,
                [row for row in translated(language, cited(one.rows, law)) if row.text],
            )
            for one in found.permits
        ],
        "totals": [
            {
                "total": money_text(language, total.whole, total.currency),
                "asked": money_text(language, total.asked, total.currency),
                "paid": money_text(language, total.paid, total.currency),
                "months": None if total.months is None else exact(total.months),
            }
            for total in found.totals
        ],
        "months": months_text(language, found.months),
        "deposit": found.deposit,
        "at_destination": finding_text(language, found.at_destination),
        "steps": [(step_text(language, step), step.rows, step.code) for step in found.steps],
        "destination_rules": found.destination_rules,
    }


def _headline(found: FeeAnswer) -> str:
    """The key of the one sentence that answers, by the gravest charge."""
    forbidden = [one for one in found.charges if one.is_forbidden]
    if not forbidden:
        return "page.fees.said.unknown"
    if all(one.charge.state is ChargeState.PAID for one in forbidden):
        return "page.fees.said.paid"
    return f"page.fees.said.{'no' if len(forbidden) == len(found.charges) else 'some'}"


def _says(finding: FeeFinding) -> str:
    """The word before a finding's sentence. A quoted ban is never called uncertain; of what is not paid the sentence says all."""
    if finding.reason is FeeReason.NOT_PAID:
        return ""
    return "forbade" if finding.is_forbidden and finding.answer is not Answer.NO else finding.answer


def _cited(rule: FeeRule | DepositRule | Fee | None) -> tuple[str, Mark] | None:
    """What a finding stands on and how sure it is; of a row of law with its article."""
    if rule is None:
        return None
    return (f"{rule.article} · {rule.source.title}" if isinstance(rule, Fee) else rule.source), rule.mark


def _form_page(
    language: Language,
    typed: Typed,
    faults: Mapping[str, Problem],
    cache_control: str,
    answer: dict[str, Any] | None = None,
    *,
    is_past: bool = False,
) -> Response:
    # What is far too long is not sent back: the fault says so.
    rows = [{part: value[:_MAX_KEPT] for part, value in row.items()} for row in typed.rows]
    stored = Typed(tuple(rows), {name: value[:_MAX_KEPT] for name, value in typed.job.items()})
    return page(
        "fees.html",
        language,
        here="fees",
        status_code=400 if faults else 200,
        cache_control=cache_control,
        typed=stored,
        faults=faults,
        answer=answer,
        is_past=is_past,
        groups=GROUPS,
        currencies=OFFERED_CURRENCIES,
        states=list(ChargeState),
        times=list(ChargeTime),
        regions=_regions(language, answer, stored.job),
        words_of=partial(words_of, language),
        contracts=list(Answer),
        chargers=CHARGED_BY,
        countries=countries(language),
        origins=countries(language, EU_STATES | SENDING_COUNTRIES),
        has_room=len(stored.rows) < MAX_CHARGES,
    )


def _regions(language: Language, answer: dict[str, Any] | None, job: Mapping[str, str]) -> list[tuple[str, str]]:
    """The parts of the country of the job, where its rules on charges differ by them; else what was chosen before."""
    stated = (job["region"],) if job["region"] else ()
    return [(one, region_name(language, one)) for one in dict.fromkeys((*(answer or {}).get("regions", ()), *stated))]
