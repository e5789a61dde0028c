"""Schemas of checks: what a recruiter told a worker, compared with what the agency registered."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from registry.vocabulary.checks import CheckKind, CheckOutcome, ItemKind
from registry.vocabulary.codes import CheckNote, CheckSummary, Problem, RedFlag
from registry.vocabulary.law import CitedRow
from registry.vocabulary.record import AgencySummary
from registry.vocabulary.register import Answer
from schemas import out
from schemas.base import InSchema
from schemas.fields import Country, Line, Passage
from schemas.parameters import scheme_field, take_identifier, value_field
from schemas.verify import ReasonShown

MAX_IN_AN_ADVERT = 10_000


class ChecksSchema(InSchema):
    """What a recruiter told a worker: at least one thing, or an advert from which the things are picked out."""

    agency_id = Line(
        "Reference of the agency that the recruiter claims to be from, where it is known.",
        max_length=40,
        example="DEGQTSQUSDTU",
    )
    country = Country("Where the job is.", example="IT")
    number = Line("Licence number, or a company's code.", max_length=120, example="示例L0002")
    scheme = scheme_field()
    value = value_field()
    name = Line("The agency's name, in any script.", max_length=400, example="Agenzia Inventata")
    phone = Line("Phone number.", max_length=60, example="+39 06 0000 0000")
    wechat = Line("WeChat id.", max_length=80, example="fictional_example")
    qq = Line("QQ number. No agency registers one: it is never a match.", max_length=40, example="10000")
    email = Line("E-mail address.", max_length=200, example="jobs@agency.example")
    website = Line("Website.", max_length=400, example="https://agency.example")
    bank_account = Line("Account to which money is to be paid.", max_length=60, example="IT60X0542811101000000123456")
    staff_number = Line("Number on the recruiter's staff card.", max_length=120, example="A-0001")
    advert = Passage(
        "A whole advert, HTML or text. What is stated in a field of its own is compared first.",
        max_length=MAX_IN_AN_ADVERT,
    )

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        faults = take_identifier(loaded, "number")
        if faults or any(name in loaded for name in (*list(CheckKind), "advert")):
            return faults
        return [("body", Problem.MISSING, f"must state one of {', '.join(CheckKind)}, or an advert")]


class CheckRemark(Struct, frozen=True):
    """Something noticed."""

    code: CheckNote
    text: str


class Checked(Struct, frozen=True):
    """One thing told. `value` is as it was told or picked out."""

    kind: CheckKind
    value: str
    outcome: CheckOutcome
    text: Annotated[str, Meta(description="What it means.")]
    notes: list[CheckRemark]


class CheckResult(Struct, frozen=True):
    """What it comes to, in plain words."""

    code: CheckSummary
    text: str


class AdvertFlag(Struct, frozen=True):
    """What an advert itself asks for, promises or leaves out."""

    code: RedFlag
    text: Annotated[str, Meta(description="What is wrong with it, and what to do.")]
    words: Annotated[str, Meta(description="The words of the advert that raise it; empty where something is left out.")]
    law: Annotated[list[CitedRow], Meta(description="The rules it breaks where workers are recruited in China.")]


class AdvertItem(Struct, frozen=True):
    """One thing that was read in the advert."""

    kind: ItemKind
    value: Annotated[
        str,
        Meta(
            description="In its plain form. Sums: amount, currency, and when a fee or deposit is due (in_advance, "
            "on_contract, on_visa, before_departure, on_arrival, from_wages, monthly, instalments, on_success, "
            "not_said), to whom an official cost goes (hospital, embassy), or per what a wage is (hour, day, month, "
            "year). Telephones: eleven digits in China, area and number of a landline there, else a plus and the "
            "country's code. Destinations are ISO codes, sectors NACE 2.1."
        ),
    ]
    words: Annotated[str, Meta(description="As it stands in the advert.")]


class ChecksAnswer(Struct, frozen=True):
    """The whole answer. `verdict` says whether the agency is licensed; matching channels alone never do."""

    summary: CheckResult
    offer: Annotated[
        Answer,
        Meta(
            description="What the advert comes to: `no` where it plans or asks for what the law forbids; never `yes`."
        ),
    ]
    red_flags: list[AdvertFlag]
    items: Annotated[list[AdvertItem], Meta(description="All that was read in the advert, at most five of a kind.")]
    law: Annotated[list[ReasonShown], Meta(description="What the law says of the advert's plan, for all recruiters.")]
    checks: list[Checked]
    papers: Annotated[
        list[CheckRemark], Meta(description="Papers shown in the advert that are no licence for work abroad.")
    ]
    verdict: Answer
    reasons: list[ReasonShown]
    agency: AgencySummary | None
    candidates: list[AgencySummary]


ChecksAnswerSchema = out.schema_of(ChecksAnswer)
