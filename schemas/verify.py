"""The question "may this recruiter recruit?" and its answer."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

import marshmallow
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from registry.vocabulary import register
from registry.vocabulary.checks import Difference
from registry.vocabulary.codes import Problem, Reason
from registry.vocabulary.law import CitedRow
from registry.vocabulary.record import AgencyHit, AgencySummary, LicenceOnDay
from schemas import out
from schemas.base import InSchema
from schemas.fields import Country, Day, Flag, Line, Moment, Word
from schemas.parameters import NACE_PATTERN, is_sector, scheme_field, sector_field, take_identifier, value_field

SUBJECTS = ("licence_number", "uscc", "vat", "lei", "euid", "registration_number", "agency_id", "name")

_AUTHORITY = r"[a-z0-9][a-z0-9_-]{0,39}"


def known_at_field() -> Moment:
    return Moment("Instant: answer as the registry would have answered then.", example="2026-11-24T10:00:00Z")


class SectorOnDaySchema(InSchema):
    """The work and the day."""

    sector = sector_field(
        "NACE division, group or class of the job.", example="14.10", metadata={"pattern": NACE_PATTERN}
    )
    nace_revision = Word(
        register.NACE_REVISIONS, "Revision of `sector`, 2.1 if not said. Codes change meaning between revisions."
    )
    on = Day("Day asked about. Without it: today, where the authority sits.", example="2026-11-24")

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        sector, revision = loaded.get("sector"), loaded.get("nace_revision")
        if sector is None:
            if revision is None:
                return []
            return [("nace_revision", Problem.CONTRADICTORY, "is the revision of `sector`, which is missing")]
        revision = revision or register.NACE_REVISIONS[0]
        if is_sector(sector, revision):
            return []
        others = [other for other in register.NACE_REVISIONS if is_sector(sector, other)]
        hint = f"; it exists in {others[0]}: say so in `nace_revision`" if others else ""
        return [("sector", Problem.INVALID_VALUE, f"there is no such code in NACE {revision}{hint}")]


class PlanSchema(SectorOnDaySchema):
    """The work, the day, and what the law may ask of the worker."""

    visa = Word(
        register.Visa,
        "On what the worker will travel or stay: a visa that does not allow work stops the answer, whatever "
        "the number says. `work`: a visa or permit that allows it.",
    )
    nationality = Country("The worker's, ISO 3166-1 alpha-2. Citizens of a member state need no visa there.")
    occupation = Line(
        "Occupation, ISCO-08: some states open some occupations alone. `other`: none that `needs` names; "
        "`unknown`: the worker cannot say.",
        max_length=7,
        pattern=r"[0-9]{1,4}|other|unknown",
        expected="must be a code of ISCO-08, one to four digits, or other or unknown",
        example="7531",
    )
    work_permit = Line(
        "The permit applied for, as `needs` names it: one that the law there closes, or a way to a permit "
        "that it leaves open. `other` for any that it names not, `unknown` where the worker cannot say: neither is ever a "
        "`yes` where a permit is closed.",
        max_length=120,
    )
    region = Line("Where in the country the job is, as `needs` names it: some rules differ by region.", max_length=80)
    employer = Word(
        register.EmployerKind,
        "Who would employ the worker: `company` (a firm, body or other registered business), `household`, or "
        "`person` (one who runs no business). China's law lets no one be sent to a private person. `unknown`: the worker "
        "cannot say.",
    )
    shortage_job = Word(
        register.Answer,
        "Whether the job is on the state's list of shortage jobs, which it publishes: Slovak agencies may "
        "lend workers from outside the Union to such jobs alone. `unknown`: the worker cannot say.",
    )


class VerifySchema(PlanSchema):
    """A question with one subject at most, and what the recruiting is for.

    Without a subject it is about no one: what the law of the corridor asks of all who recruit.
    """

    IS_SUBJECT_NEEDED = False

    licence_number = Line(
        "Number printed on the licence. Spaces, dashes, width and letter case do not matter.", max_length=120
    )
    authority = Line(
        "Who issued `licence_number`: a number is unique only per authority.",
        max_length=40,
        tidy=str.lower,
        pattern=_AUTHORITY,
        expected="must be the reference of an authority, as /api/v1/authorities lists them",
    )
    uscc = Line("Unified social credit code (China, GB 32100-2015).", max_length=80)
    vat = Line("EU VAT number with its country prefix (Greece: EL).", max_length=80)
    lei = Line("Legal entity identifier (ISO 17442).", max_length=80)
    euid = Line("European unique identifier of a company.", max_length=120)
    registration_number = Line("Number in a national trade register; needs `country`.", max_length=80)
    country = Country("Country of `registration_number`, ISO 3166-1 alpha-2.", example="CZ")
    scheme = scheme_field()
    value = value_field()
    agency_id = Line("The registry's own reference of an agency.", max_length=40)
    name = Line("Name in any script. A name alone is never `yes`: the answer lists candidates.", max_length=400)
    origin = Country("Where recruiting happens (not nationality), ISO 3166-1 alpha-2.", example="CN")
    destination = Country("Country of the job, ISO 3166-1 alpha-2.", example="IT")
    activity = Word(register.Activity, "What the recruiter would do.")
    claimed_name = Line(
        "Name on the paper beside the number: another's name is never `yes`, and who may be imitated is told.",
        max_length=400,
    )
    recruiter_kind = Word(
        register.RecruiterKind,
        "Who offers the work. A recruiter that is no agency needs another paper, and is never `not_registered`.",
    )
    known_at = known_at_field()
    receipt = Flag("`1` or `true`: answer with a signed receipt. It is not part of the question.")
    keep = Flag(
        "`1` or `true`, with a key of the scope `receipts`: answer with a receipt and keep it in your "
        "organisation's file; `0` or `false`: keep nothing, whatever your organisation has chosen. It is not part of the "
        "question."
    )

    def load(self, data: Any, **options: Any) -> dict[str, Any]:
        """As marshmallow loads it, at a sixth of the cost where nothing is wrong.

        Each field reads its value itself, so that both ways give the same; what marshmallow does beside it, for fields that
        were not sent too, serves to word faults.
        """
        loaded = self._load_given(data) if isinstance(data, dict) and not options else None
        return super().load(data, **options) if loaded is None else loaded

    def _load_given(self, data: Mapping[str, Any]) -> dict[str, Any] | None:
        """The loaded fields in the order of the schema, as marshmallow gives them; None where anything is wrong."""
        try:
            loaded = {name: field.deserialize(data[name]) for name, field in self.load_fields.items() if name in data}
        except marshmallow.ValidationError:
            return None
        return None if len(loaded) < len(data) or self.cross_field_faults(loaded) else loaded

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        faults = take_identifier(loaded)
        if faults:
            return faults
        given = [subject for subject in SUBJECTS if subject in loaded]
        if not given and (self.IS_SUBJECT_NEEDED or "destination" not in loaded):
            hint = "" if self.IS_SUBJECT_NEEDED else ", or about the law of a `destination` alone"
            return [(SUBJECTS[0], Problem.MISSING, f"ask about exactly one of {', '.join(SUBJECTS)}{hint}")]
        if len(given) > 1:
            return [
                (subject, Problem.CONTRADICTORY, f"ask about one thing at a time, not also {given[0]}")
                for subject in given[1:]
            ]
        faults = super().cross_field_faults(loaded)
        if "registration_number" in given:
            if "country" not in loaded:
                faults.append(("country", Problem.MISSING, "a registration number is unique only within its country"))
        elif "country" in loaded:
            faults.append(
                ("country", Problem.CONTRADICTORY, "belongs to `registration_number`; the job's is `destination`")
            )
        if "claimed_name" in loaded and (not given or "name" in given):
            faults.append(("claimed_name", Problem.CONTRADICTORY, "stands beside a number; a name is asked by `name`"))
        if "authority" in loaded and "licence_number" not in given:
            faults.append(("authority", Problem.CONTRADICTORY, "belongs to `licence_number`"))
        return faults


LawOverlay = Annotated[
    int | UnsetType,
    Meta(
        description="Version of the operator's last correction of the law that the answer stands on; absent: the law as "
        "it was released."
    ),
]


class ReasonShown(Struct, frozen=True, gc=False):
    """One reason. Programs act on `code`; `text` is in the language of Content-Language."""

    schema_name: ClassVar = "Reason"
    code: Reason
    text: str
    weight: Annotated[
        register.Weight, Meta(description="`decides`: the answer is this for it; `informs`: it says more.")
    ]
    law: Annotated[
        list[CitedRow], Meta(description="The rows of law that it stands on; empty for a reason of the register.")
    ]


class NeedShown(Struct, frozen=True, gc=False):
    """A parameter that could still change the answer. Ask again with it."""

    schema_name: ClassVar = "Need"
    parameter: Annotated[str, Meta(description="Name of the parameter.", examples=["origin"])]
    allowed: Annotated[
        tuple[str, ...],
        Meta(
            description="Values it takes; of `sector` those the licence names, of `occupation` those the law names. "
            "None: any code of NACE."
        ),
    ]


class SourceShown(Struct, frozen=True, gc=False):
    """The list an answer stands on."""

    schema_name: ClassVar = "SourceNote"
    authority: Annotated[str, Meta(description="Reference of the authority.")]
    name: Annotated[str, Meta(description="The authority's name.")]
    retrieved_at: Annotated[datetime | None, Meta(description="When the list was last read; null: never.")]
    is_stale: Annotated[bool, Meta(description="It was too old to rely on.")]


class ImitatedShown(Struct, frozen=True, gc=False):
    """A licensed agency that a paper may imitate."""

    schema_name: ClassVar = "Imitated"
    agency: AgencySummary
    name: Annotated[str, Meta(description="Which of its names is near.")]
    how: Annotated[register.Likeness, Meta(description="In what way it is near.")]
    score: Annotated[float, Meta(description="How near, 85 to 100.")]
    differs: Annotated[tuple[Difference, ...], Meta(description="What of the question is not this agency's.")]


class VerdictShown(Struct, frozen=True, gc=False):
    """The answer. `yes` holds for exactly what was asked.

    Raw: a part that was encoded before. `receipt` and `receipt_id` are put in when the rest is written.
    """

    schema_name: ClassVar = "Verdict"
    verdict: register.Answer
    may_continue_existing_placements: register.Answer
    reasons: Annotated[list[ReasonShown | Raw], Meta(description="The first decides, the rest explain.")]
    needs: Annotated[
        list[NeedShown],
        Meta(description="What to ask for before the answer can be another, in the order to ask it."),
    ]
    not_asked: Annotated[list[str], Meta(description="Parameters of context that the question left open.")]
    question: Annotated[
        Mapping[str, str],
        Meta(description="The question as it was understood, by the names of its parameters."),
    ]
    on: Annotated[date, Meta(description="The day the answer is for.")]
    agency: AgencySummary | Raw | None
    licence: LicenceOnDay | Raw | None
    candidates: Annotated[
        list[AgencyHit | AgencySummary | Raw],
        Meta(description="Whom the subject may mean, where it does not say."),
    ]
    possible_clone_of: Annotated[
        list[ImitatedShown],
        Meta(description="Licensed agencies whose name is near, while other data are not theirs."),
    ]
    source: SourceShown | None
    law_overlay: LawOverlay = UNSET
    receipt: Annotated[
        str | UnsetType, Meta(description="The answer as a signed statement (JWS), where `receipt` was asked for.")
    ] = UNSET
    receipt_id: Annotated[
        str | UnsetType, Meta(description="Where it stands in your organisation's file, if it was kept.")
    ] = UNSET


ReasonSchema = out.schema_of(ReasonShown)
NeedSchema = out.schema_of(NeedShown)
VerdictSchema = out.schema_of(VerdictShown)
