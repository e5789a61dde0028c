"""What is logged is the same, byte for byte, whether it is taken from the record's own bytes or made of plain values."""

from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from registry.log.leaf import leaf_bytes
from registry.register.agencies import record
from registry.register.agencies.rules import agency_bytes, licence_bytes, logged_agency, logged_licence
from registry.vocabulary.register import Activity, ConditionCode, HolderKind, IdentifierScheme, LicenceStatus
from tests import make

AT = "2026-11-28T00:00:00.000000Z"

names = st.text(min_size=1, max_size=12).map(make.name_record)
identifiers = st.sampled_from(["1", 'x"y\\z', "远劳0001"]).map(
    lambda value: make.identifier_record(IdentifierScheme.VAT, value)
)
periods = st.builds(
    make.status_record,
    st.sampled_from([LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED]),
    ground=st.sampled_from([None, "§ 1"]),
    ground_text=st.sampled_from([None, None, "Invented"]),
)
licences = st.builds(
    make.licence_record,
    licence_id=st.just("L"),
    number=st.sampled_from([None, "N/1", 'N"]2']),
    valid_to=st.sampled_from([None, date(2030, 1, 1)]),
    activities=st.sampled_from([None, (), *((one,) for one in Activity), tuple(Activity), tuple(Activity)[::-1]]),
    corridors=st.sampled_from([None, (), (record.Corridor(origin="CN"),), (record.Corridor(destination="IT"),) * 2]),
    sectors=st.sampled_from([None, (record.Sector(code="14", nace_revision="2.1"),)]),
    conditions=st.sampled_from([None, (), (record.Condition(code=ConditionCode.NOT_DESTINATIONS, destinations=("PL", "IT")),)]),
    status_history=st.lists(periods, max_size=2).map(tuple),
)  # fmt: skip
agencies = st.builds(
    make.agency_record,
    agency_id=st.just("A"),
    holder_kind=st.sampled_from([HolderKind.LEGAL_PERSON, HolderKind.LEGAL_PERSON, HolderKind.SOLE_TRADER]),
    names=st.lists(names, max_size=2).map(tuple),
    identifiers=st.lists(identifiers, max_size=2).map(tuple),
    place=st.sampled_from([None, "Vymyšlenov"]),
    is_correction_requested=st.booleans(),
    licences=st.lists(licences, max_size=2).map(tuple),
)


def leaf(body: Any) -> bytes:
    return leaf_bytes(at=AT, index=7, key="agency/A", prev=None, record=body, type="agency.registered")


@given(agencies)
def test_an_entry_has_one_form(agency: record.Agency) -> None:
    pairs = [(agency_bytes(agency), logged_agency(agency))]
    pairs += [(licence_bytes(agency, one), logged_licence(agency, one)) for one in agency.licences]
    for ready, (body, hidden) in pairs:
        if ready is not None:
            assert not hidden
            assert bytes(ready) == record.canonical(body)


def test_most_records_need_no_plain_values() -> None:
    licence = make.licence_record(activities=(Activity.TEMPORARY_WORK, Activity.PLACEMENT))
    agency = make.agency_record(licences=(licence,))
    ready = licence_bytes(agency, licence)
    assert ready is not None
    assert leaf(ready) == leaf(logged_licence(agency, licence)[0])
    assert leaf(agency_bytes(agency)) == leaf(logged_agency(agency)[0])
