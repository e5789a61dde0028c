"""What the log says of whom, and what a change is called."""

import hashlib
import json
from datetime import date

import pytest

from registry.register.agencies.record import Condition, Corridor, Sector, canonical
from registry.register.agencies.rules import (
    agreement_entry_type,
    licence_entry_type,
    logged_agency,
    logged_licence,
    lookup_keys,
    salted,
)
from registry.vocabulary.register import STATUSES, Activity, Answer, ConditionCode, HolderKind, LicenceStatus, NameKind
from registry.vocabulary.supervision import EntryType
from tests.make import agency_record, agreement_record, changed, licence_record, name_record, status_record

OPEN = {"agency_id", "country", "role", "holder_kind", "source", "retrieved_at", "private"}


def test_of_a_legal_person_the_record_stands_open():
    agency = agency_record()
    body, hidden = logged_agency(agency)
    assert body["names"][0]["name"] == agency.names[0].name
    assert hidden == []


@pytest.mark.parametrize("kind", [HolderKind.SOLE_TRADER, HolderKind.UNKNOWN])
def test_of_a_natural_person_and_of_whom_we_do_not_know_only_a_digest_stands_open(kind):
    agency = agency_record(holder_kind=kind, place="Vymyšlenov", licences=(licence_record(),))
    body, (secret,) = logged_agency(agency)
    assert set(body) == OPEN
    assert secret.digest == f"sha256:{hashlib.sha256(secret.salt + secret.value).hexdigest()}" == body["private"]
    assert set(json.loads(secret.value)) == {"names", "identifiers", "place"}
    licence, (number,) = logged_licence(agency, agency.licences[0])
    assert "number" not in licence
    assert json.loads(number.value) == {"number": agency.licences[0].number}


def test_an_erased_holder_has_nothing_left_to_digest():
    erased = agency_record(holder_kind=HolderKind.SOLE_TRADER, names=(), identifiers=(), withheld="withheld_by_law")
    body, hidden = logged_agency(erased)
    assert (body["withheld"], hidden) == ("withheld_by_law", [])
    assert "private" not in body


def test_a_salt_makes_every_digest_its_own():
    one, other = salted("Smyslík"), salted("Smyslík")
    assert one.digest != other.digest
    assert one.value == other.value
    assert len(one.salt) == 16


def test_sets_have_one_form_in_the_log_whatever_order_the_list_had():
    parts = {
        "sectors": (Sector(code="56.11", nace_revision="2.1"), Sector(code="14.10", nace_revision="2.1")),
        "corridors": (Corridor(destination="IT"), Corridor(destination="CZ")),
        "activities": (Activity.TEMPORARY_WORK, Activity.PLACEMENT),
        "conditions": (Condition(code=ConditionCode.NOT_DESTINATIONS, destinations=("PL", "IT", "CZ")),),
    }
    licence = licence_record(**parts)
    turned = changed(licence, **{field: value[::-1] for field, value in parts.items()})
    agency = agency_record()
    assert canonical(logged_licence(agency, licence)[0]) == canonical(logged_licence(agency, turned)[0])
    assert logged_licence(agency, licence)[0]["conditions"][0]["destinations"] == ["CZ", "IT", "PL"]


def test_a_status_history_keeps_the_order_of_time():
    history = (status_record(to=date(2021, 1, 1)), status_record(LicenceStatus.ACTIVE, from_=date(2021, 1, 2)))
    body, _ = logged_licence(agency_record(), licence_record(status_history=history))
    assert [period["from"] for period in body["status_history"]] == ["2020-01-01", "2021-01-02"]


def with_last(status):
    return licence_record(licence_id="X", status_history=(status_record(status),))


@pytest.mark.parametrize("before", LicenceStatus)
def test_only_what_was_interrupted_is_reinstated(before):
    type_ = licence_entry_type(with_last(before), with_last(LicenceStatus.ACTIVE), is_correction=False)
    never_began = before in (LicenceStatus.APPLIED, LicenceStatus.REFUSED)
    went_on = STATUSES[before].recruit is Answer.YES
    otherwise = EntryType.LICENCE_ISSUED if never_began else EntryType.LICENCE_REINSTATED
    assert type_ is (EntryType.LICENCE_AMENDED if went_on else otherwise)


def test_a_correction_is_called_one_whatever_it_changes():
    one, other = with_last(LicenceStatus.ACTIVE), with_last(LicenceStatus.REVOKED)
    assert licence_entry_type(one, other, is_correction=True) is EntryType.LICENCE_CORRECTED
    agreement = agreement_record(agency_record(country="CN"))
    assert agreement_entry_type(agreement, agreement, is_correction=True) is EntryType.AGREEMENT_CORRECTED


def test_former_names_lead_to_the_agency_as_well():
    former = name_record("Agentura Bývalá s.r.o.", kind=NameKind.FORMER)
    agency = agency_record(licences=(licence_record(number=" smysl 1 "),))
    agency = changed(agency, names=(*agency.names, former))
    keys = {(key.kind, key.value) for key in lookup_keys(agency)}
    assert ("licence_number", "SMYSL1") in keys
    assert sum(kind == "name" for kind, _ in keys) == 2
    assert any(kind == "registration_number" and value.startswith("CZ:") for kind, value in keys)
