"""The public record: one shape, canonical bytes, and what the law no longer lets us show."""

import json
from datetime import date

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from registry.core.clock import now
from registry.core.ids import new_reference
from registry.register.agencies.record import WITHHELD, Sanction, canonical, first_withholding, read_record, withhold
from registry.vocabulary.register import Activity, LicenceStatus, SanctionKind
from tests.make import agency_record, changed, licence_record, name_record, status_record

LAST_DAY = date(2026, 6, 30)
NEXT_DAY = date(2026, 7, 1)


def sanction(**facts):
    stated = {
        "sanction_id": new_reference(),
        "kind": SanctionKind.FINE,
        "legal_ground": "§ 139",
        "published_on": date(2026, 1, 1),
        "publish_until": LAST_DAY,
        "source": "cz-invented-list",
        "retrieved_at": now(),
    }
    return Sanction(**(stated | facts))


def punished():
    period = status_record(
        LicenceStatus.SUSPENDED, from_=date(2026, 1, 1), ground="§ 63", ground_text="words", publish_until=LAST_DAY
    )
    return agency_record(licences=(licence_record(status_history=(period,)),), sanctions=(sanction(),))


def test_a_record_survives_its_own_bytes():
    agency = punished()
    assert read_record(canonical(agency)) == agency


def test_what_is_absent_was_not_stated_and_what_is_empty_was_stated_to_be_empty():
    silent, empty = licence_record(), licence_record(sectors=(), activities=(), corridors=())
    assert b"sectors" not in canonical(silent)
    read = read_record(canonical(agency_record(licences=(silent, empty))))
    assert (read.licences[0].sectors, read.licences[1].sectors) == (None, ())


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
def test_a_record_is_written_as_rfc_8785_writes_it(name):
    licence = licence_record(activities=(Activity.PLACEMENT,), valid_to=date(2030, 1, 1), number=name)
    agency = agency_record(names=(name_record(name),), licences=(licence,))
    body = canonical(agency)
    assert rfc8785.dumps(json.loads(body)) == body
    assert b"null" not in body.replace(canonical(name), b"")


def test_publicity_ends_after_its_last_day():
    agency = punished()
    assert withhold(agency, LAST_DAY) == agency
    hidden = withhold(agency, NEXT_DAY)
    period, fine = hidden.licences[0].status_history[0], hidden.sanctions[0]
    assert (period.withheld, period.status, period.ground, period.ground_text) == (WITHHELD, None, None, None)
    assert period.from_ == date(2026, 1, 1)
    assert (fine.withheld, fine.kind, fine.legal_ground, fine.published_on) == (WITHHELD, None, None, None)


def test_facts_without_an_end_of_publicity_stay_public():
    agency = changed(punished(), sanctions=(sanction(publish_until=None),))
    assert withhold(agency, date(2099, 1, 1)).sanctions == agency.sanctions


@pytest.mark.parametrize(
    ("ends", "first"),
    [((), None), ((None,), None), ((LAST_DAY, None), LAST_DAY), ((NEXT_DAY, LAST_DAY), LAST_DAY)],
)
def test_the_first_withholding_is_the_earliest_end_of_publicity(ends, first):
    agency = agency_record(sanctions=tuple(sanction(publish_until=end) for end in ends))
    assert first_withholding(agency) == first
