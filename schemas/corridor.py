"""The question about both ends of a corridor and the agreement between them."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar

from msgspec import UNSET, Meta, Raw, Struct

from registry.vocabulary.codes import Problem
from registry.vocabulary.record import AgencyHit, AgencySummary, Agreement, LicenceOnDay
from registry.vocabulary.register import Activity, Answer
from schemas import out
from schemas.base import OutSchema
from schemas.credentials import RowProofSchema
from schemas.fields import Country, Flag, Line, Word
from schemas.parameters import scheme_of
from schemas.verify import LawOverlay, NeedShown, PlanSchema, ReasonShown, SourceShown, known_at_field

_ANYTHING = "Licence number, identifier, reference of the registry, or name (a name alone is never `yes`)."


class CorridorEndsSchema(PlanSchema):
    """Both ends of one corridor."""

    sending = Line(f"The sending agency. {_ANYTHING}", max_length=400, required=True, example="91990001MADEM00112")
    sending_scheme = scheme_of("sending")
    receiving = Line(f"The receiving agency. {_ANYTHING}", max_length=400)
    receiving_scheme = scheme_of("receiving")
    receiving_employer = Line("Instead of `receiving`: the direct employer, by name or identifier.", max_length=400)
    destination = Country("Country of the job, ISO 3166-1 alpha-2.", required=True, example="IT")
    activity = Word(Activity, "What the receiving agency would do.")

    def cross_field_faults(self, loaded: dict[str, Any]) -> list[tuple[str, Problem, str]]:
        faults = super().cross_field_faults(loaded)
        ends = [name for name in ("receiving", "receiving_employer") if name in loaded]
        if len(ends) > 1:
            faults.append((ends[1], Problem.CONTRADICTORY, "the receiving end is an agency or an employer, not both"))
        if not ends:
            faults.append(("receiving", Problem.MISSING, "name the receiving end here or as `receiving_employer`"))
        elif "receiving_scheme" in loaded and "receiving" not in loaded:
            faults.append(("receiving_scheme", Problem.CONTRADICTORY, "belongs to `receiving`"))
        return faults


class CorridorQuerySchema(CorridorEndsSchema):
    """Both ends of one corridor, and how the answer is wanted."""

    known_at = known_at_field()
    receipt = Flag(
        "`1` or `true`: answer with the signed statement of it, which anybody can check later. It is not "
        "part of the question."
    )
    keep = Flag(
        "`1` or `true`, with a key of the scope `receipts`: answer with the signed statement and archive it "
        "as a list of one. It is not part of the question."
    )


class LegShown(Struct, frozen=True):
    """One leg of the corridor."""

    schema_name: ClassVar = "Leg"
    leg: Annotated[str, Meta(extra={"words": ("sending_licence", "receiving_licence", "agreement")})]
    verdict: Annotated[
        str,
        Meta(
            description="`not_required`: a direct employer needs no licence, but needs the agreement.",
            extra={"words": (*(answer.value for answer in Answer), "not_required")},
        ),
    ]
    reasons: list[ReasonShown]
    needs: list[NeedShown]
    question: Annotated[
        Mapping[str, str] | None,
        Meta(description="The leg's question as it was understood; null for an employer and an agreement."),
    ]
    on: date
    agency: AgencySummary | None
    licence: LicenceOnDay | Raw | None
    agreement: Agreement | None
    candidates: list[AgencyHit | AgencySummary | Raw]
    source: SourceShown | None
    law_overlay: LawOverlay = UNSET


LegSchema = out.schema_of(LegShown)


class CorridorVerdictSchema(OutSchema):
    """The whole is as good as its weakest leg."""

    verdict = out.one_of(Answer)
    legs = out.list_of(LegSchema)
    proof = out.nested(
        RowProofSchema, "The answer as a signed statement, where `receipt` or `keep` asked for it.", required=False
    )
    list_id = out.string("Where it stands among your organisation's lists, if it was kept.", required=False)
