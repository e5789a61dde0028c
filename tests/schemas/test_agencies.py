"""What is documented of the public record is what registry/register/agencies/record.py renders."""

import types
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from registry.http.answer_shapes import AgencyShown, ReasonShown, SourceShown, VerdictShown
from registry.register.agencies import record
from registry.register.agencies.public_view import AgencySummary, NameShown
from schemas import agencies, verify

PAIRS = [
    (record.Name, agencies.NameSchema),
    (NameShown, agencies.NameSchema),
    (record.Identifier, agencies.IdentifierSchema),
    (record.Corridor, agencies.CorridorScopeSchema),
    (record.Sector, agencies.SectorScopeSchema),
    (record.Condition, agencies.ConditionSchema),
    (record.StatusPeriod, agencies.StatusPeriodSchema),
    (record.Licence, agencies.LicenceSchema),
    (record.Employer, agencies.EmployerSchema),
    (record.Agreement, agencies.AgreementSchema),
    (record.Deposit, agencies.DepositSchema),
    (record.Intermediary, agencies.IntermediarySchema),
    (record.Channel, agencies.ChannelSchema),
    (record.Sanction, agencies.SanctionSchema),
    (record.Warning_, agencies.WarningSchema),
    (record.Agency, agencies.AgencySchema),
    (AgencySummary, agencies.AgencySummarySchema),
    (AgencyShown, agencies.AgencySchema),
    (ReasonShown, verify.ReasonSchema),
    (SourceShown, verify.SourceNoteSchema),
    (VerdictShown, verify.VerdictSchema),
]

ADDED = {VerdictShown: {"receipt", "receipt_id"}}
"""What is spliced into an answer only when it is asked for."""


def names_of(schema: type[Any]) -> set[str]:
    return {field.data_key or name for name, field in schema().fields.items()}


@pytest.mark.parametrize(("struct", "schema"), PAIRS, ids=lambda kind: kind.__name__)
def test_every_field_of_the_record_is_documented_and_no_other(struct: type[msgspec.Struct], schema: type[Any]) -> None:
    assert names_of(schema) == set(struct.__struct_encode_fields__) | ADDED.get(struct, set())


@pytest.mark.parametrize("struct", [record.Agency], ids=["Agency"])
def test_every_part_of_the_record_has_a_schema(struct: type[msgspec.Struct]) -> None:
    known = {kind for kind, _ in PAIRS}
    assert parts_of(struct) <= known


def parts_of(struct: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """The structs that a struct's fields are made of, itself included."""
    found = {struct}
    for hint in get_type_hints(struct).values():
        for kind in kinds_in(hint):
            if kind not in found:
                found |= parts_of(kind)
    return found


def kinds_in(hint: Any) -> set[type[msgspec.Struct]]:
    if get_origin(hint) in (tuple, types.UnionType):
        return {kind for argument in get_args(hint) for kind in kinds_in(argument)}
    return {hint} if isinstance(hint, type) and issubclass(hint, msgspec.Struct) else set()


@pytest.mark.parametrize(("struct", "schema"), PAIRS, ids=lambda kind: kind.__name__)
def test_what_a_record_must_say_is_documented_as_always_there(struct: type[msgspec.Struct], schema: type[Any]) -> None:
    always = {
        field.encode_name
        for field in msgspec.structs.fields(struct)
        if field.default is msgspec.NODEFAULT and field.default_factory is msgspec.NODEFAULT
    }
    documented = {field.data_key or name for name, field in schema().fields.items() if field.required}
    assert always <= documented
