"""Staff cards: the agency's word, sealed and deleted with the card; a licence that ends ends its cards."""

import io
from datetime import timedelta

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select

from registry.core.clock import now
from registry.core.errors import InvalidInput, NotFound, NotNow, RefusedFile
from registry.proofs.wallets import staff
from registry.proofs.wallets.models import StaffCard
from registry.tables import METADATA
from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.proofs.wallets.making import agency_with_licence, call_of, card_in_wallet, order, state_status, value_of

GIVEN, FAMILY = "Zephyrina", "Canarini"


def picture() -> bytes:
    """A photograph with a place in it, as telephones take them."""
    exif = Image.Exif()
    exif[0x010E] = "CANARY-PLACE"
    body = io.BytesIO()
    Image.new("RGB", (64, 80), "teal").save(body, "JPEG", exif=exif)
    return body.getvalue()


@pytest.fixture
def agency(session, publish):
    agency = agency_with_licence(session)
    publish()
    return agency


def test_cards_are_ordered_listed_and_ended_by_their_own_agency(session, issuer, agency, publish):
    card = order(session, issuer, agency, GIVEN, FAMILY)
    assert [one.reference for one in staff.living_cards(session, agency.agency_id)] == [card.reference]
    assert staff.person_on(issuer.keyring, card) == (GIVEN, FAMILY)
    other = agency_with_licence(session)
    assert staff.living_cards(session, other.agency_id) == []
    with pytest.raises(NotFound):
        staff.end(call_of(session, other), card.reference)
    staff.end(call_of(session, agency), card.reference)
    staff.end(call_of(session, agency), card.reference)
    assert staff.living_cards(session, agency.agency_id) == []


def test_a_card_is_ordered_under_a_licence_in_force_of_the_agency_alone(session, issuer, agency):
    other = agency_with_licence(session)
    person = staff.Person(GIVEN, FAMILY)
    with pytest.raises(NotFound):
        staff.order(call_of(session, agency), issuer.keyring, other.licences[0].licence_id, person)
    suspended = agency_with_licence(session, status=LicenceStatus.SUSPENDED)
    with pytest.raises(NotNow):
        order(session, issuer, suspended)


def test_a_name_that_no_one_bears_is_refused(session, issuer, agency):
    for name in ("", " ", "x" * 81, "Ada\u202e"):
        with pytest.raises(InvalidInput):
            order(session, issuer, agency, given=name)
        with pytest.raises(InvalidInput):
            order(session, issuer, agency, family=name)


def test_an_ended_card_is_refused_at_once(client, session, issuer, agency, publish):
    card = order(session, issuer, agency)
    first, second = (card_in_wallet(session, issuer, card) for _ in range(2))
    assert (value_of(client, first), value_of(client, second)) == (0, 0)
    staff.end(call_of(session, agency), card.reference)
    assert (value_of(client, first), value_of(client, second)) == (1, 1)
    with pytest.raises(NotFound):
        card_in_wallet(session, issuer, card)


def test_a_licence_that_ends_ends_its_fifty_cards_at_once(client, session, issuer, agency, publish):
    held = [card_in_wallet(session, issuer, order(session, issuer, agency)) for _ in range(50)]
    assert len({one.claims["status"]["index"] for one in held}) == 50
    make.suspend(session, agency.agency_id)
    publish()
    assert issuer.settle(session, now()) == (0, 0)
    assert {value_of(client, one) for one in held} == {2}
    state_status(session, agency, LicenceStatus.REVOKED_IMMEDIATE)
    publish()
    # The list says so at once; the worker makes it final.
    assert {value_of(client, one) for one in held} == {1}
    assert issuer.settle(session, now())[0] == 50
    session.commit()
    assert staff.living_cards(session, agency.agency_id) == []
    assert {card.person for card in session.execute(select(StaffCard)).scalars()} == {None}
    # A court sets the revocation aside: cards that ended are ordered anew.
    state_status(session, agency)
    publish()
    assert {value_of(client, one) for one in held} == {1}


def test_a_licence_that_is_renewed_a_little_late_keeps_its_cards(session, issuer, publish):
    ends = now().date() + timedelta(days=2)
    agency = agency_with_licence(session, valid_to=ends)
    publish()
    order(session, issuer, agency)
    for day, number in ((ends + timedelta(days=20), 0), (ends + timedelta(days=40), 1)):
        with time_machine.travel(day, tick=False):
            assert issuer.settle(session, now())[0] == number


def test_a_portrait_is_cleaned_and_its_digest_is_on_the_card(session, issuer, agency):
    card = order(session, issuer, agency, portrait=picture())
    body = staff.portrait_on(issuer.keyring, card)
    assert b"CANARY-PLACE" not in body
    assert Image.open(io.BytesIO(body)).size == (64, 80)
    held = card_in_wallet(session, issuer, card)
    assert held.disclosed["portrait_digest"] == card.portrait_digest
    staff.end(call_of(session, agency), card.reference)
    assert card.portrait is None


@pytest.mark.one_database
def test_what_is_no_picture_is_refused_and_no_card_is_ordered(session, issuer, agency):
    for body in (b"%PDF-1.7\n%%EOF", b"GIF89a", b"\xff\xd8\xff\xe0 no picture"):
        with pytest.raises(RefusedFile):
            order(session, issuer, agency, portrait=body)
    assert staff.living_cards(session, agency.agency_id) == []


def test_names_stand_nowhere_in_clear(session, issuer, agency, publish, capfd):
    """Neither in a table, nor in the log, nor in a line of the process, before the end of the card and after it."""
    card = order(session, issuer, agency, GIVEN, FAMILY, portrait=picture())
    card_in_wallet(session, issuer, card)
    publish()
    assert not found_in(session)
    staff.end(call_of(session, agency), card.reference)
    publish()
    assert not found_in(session)
    out, err = capfd.readouterr()
    assert GIVEN not in out + err


def found_in(session) -> list[str]:
    """The tables, entries of the log among them, in which a name or a part of the portrait stands."""
    marks = [GIVEN.encode(), FAMILY.encode(), b"CANARY-PLACE"]
    found = []
    for table in METADATA.tables.values():
        for row in session.execute(select(table)):
            written = b" ".join(one if isinstance(one, bytes) else str(one).encode() for one in row)
            if any(mark in written for mark in marks):
                found.append(table.name)
    return found
