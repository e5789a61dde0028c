"""Keys of units in the public log: what is sealed to before, between and after heads, and what is refused."""

import json

import pytest
from jsonschema import Draft202012Validator
from registry_client.entries import read_entry, unit_key_record
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.access import SealedTo, sealed_to
from registry.complaints.case.units import route
from registry.complaints.sealing import unit_keys
from registry.complaints.sealing.models import UnitKey, UnitKeyState, WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import KeyNotLogged, KeyTrouble
from registry.core.settings import Settings
from registry.log.audit import audit
from registry.log.queries import UNIT_KEYS, entries_under
from registry.log.signing import sign_committed
from registry.vocabulary.cases import KeyHolder, KeyStanding
from registry.worker.schedule import log_unit_keys
from tests.complaints.boxes import TODAY, Filed, make_box
from tests.complaints.filing import make_units
from tests.log.entry_schema import SCHEMA
from tests.log.publishing import publish

Sessions = sessionmaker[Session]
UNIT = "it-labour"


@pytest.fixture
def log(settings: Settings, sessions: Sessions, sealer: Sealer) -> Sessions:
    """A registry with units, whose worker has put their keys into the log and signed it."""
    with sessions.begin() as session:
        make_units(session, sealer)
    publish(sessions)
    work(settings, sessions)
    return sessions


def work(settings: Settings, sessions: Sessions) -> None:
    log_unit_keys(settings, sessions)
    sign_committed(settings, sessions)


def rotated(sessions: Sessions, sealer: Sealer, unit: str = UNIT) -> str:
    with sessions.begin() as session:
        return unit_keys.rotate(session, sealer.keyring, KeyHolder.UNIT, unit, TODAY).kid


def sealed(sessions: Sessions, sealer: Sealer, unit: str = UNIT) -> str:
    """Files a complaint, which its office opens. Gives the key of the office that it was sealed to."""
    with sessions.begin() as session:
        filed = make_box(session, sealer)
        sealer.hand_over(session, filed.opened, unit)
        session.flush()
        sealer.open_as_custodian(session, filed.box, unit)
        return kid_of(session, filed)


def kid_of(session: Session, filed: Filed) -> str:
    query = select(WrappedKey.kid).where(WrappedKey.box_id == filed.box.id, WrappedKey.holder_kind == KeyHolder.UNIT)
    return session.execute(query).scalar_one()


def test_before_the_log_has_a_head_complaints_are_sealed_as_ever(
    settings: Settings, sessions: Sessions, sealer: Sealer
) -> None:
    with sessions.begin() as session:
        make_units(session, sealer)
    first = sealed(sessions, sealer)
    # An empty log stays empty: it begins with something published.
    work(settings, sessions)
    with sessions() as session:
        assert entries_under(session, UNIT_KEYS) == []
    publish(sessions)
    sign_committed(settings, sessions)
    assert sealed(sessions, sealer) == first
    # What a registry had when it began to log keys comes in together, so that no office is left out.
    log_unit_keys(settings, sessions)
    assert sealed(sessions, sealer) == first
    sign_committed(settings, sessions)
    assert sealed(sessions, sealer) == first
    with sessions() as session:
        entries = entries_under(session, UNIT_KEYS)
        assert len(entries) == 4
        for entry in entries:
            Draft202012Validator(SCHEMA).validate(json.loads(entry.leaf))
            record = unit_key_record(read_entry(entry.leaf))
            assert (record.state, entry.key) == ("active", f"unit-key/{record.kid}")
        assert audit(session, settings).troubles == []


def test_a_new_key_is_sealed_to_from_the_head_that_shows_it(settings: Settings, log: Sessions, sealer: Sealer) -> None:
    old = sealed(log, sealer)
    new = rotated(log, sealer)
    # The worker sleeps: the former key is sealed to, and nothing waits.
    assert sealed(log, sealer) == old
    with log.begin() as session, pytest.raises(KeyTrouble, match="what is sealed to now"):
        unit_keys.retire(session, old)
    log_unit_keys(settings, log)
    assert sealed(log, sealer) == old
    sign_committed(settings, log)
    assert sealed(log, sealer) == new


def test_a_key_that_was_taken_back_is_not_sealed_to_whatever_the_table_says(
    settings: Settings, log: Sessions, sealer: Sealer, caplog: pytest.LogCaptureFixture
) -> None:
    with log() as session:
        old = unit_keys.newest_key(session, KeyHolder.UNIT, UNIT)
        assert old is not None
    new = rotated(log, sealer)
    work(settings, log)
    with log.begin() as session:
        unit_keys.retire(session, old.kid)
    work(settings, log)
    with log.begin() as session:
        session.execute(update(UnitKey).where(UnitKey.kid == old.kid).values(state=UnitKeyState.ACTIVE))
        session.execute(update(UnitKey).where(UnitKey.kid == new).values(state=UnitKeyState.RETIRED))
    with pytest.raises(KeyNotLogged, match=f"{old.kid} of {UNIT} was taken back"):
        sealed(log, sealer)
    with log.begin() as session:
        logging = unit_keys.log_unit_keys(session, sealer.keyring)
    assert [old.kid in trouble and "taken back" in trouble for trouble in logging.troubles] == [True]


def test_a_key_that_the_log_does_not_know_is_refused_by_name_and_the_office_is_passed_over(
    settings: Settings, log: Sessions, sealer: Sealer
) -> None:
    with log.begin() as session:
        unit_keys.make_unit_keys(session, sealer.keyring, "it-new", TODAY)
        row = unit_keys.newest_key(session, KeyHolder.UNIT, "it-new")
        assert row is not None
    with pytest.raises(KeyNotLogged, match=f"does not show the unit key {row.kid} of it-new yet"):
        sealed(log, sealer, "it-new")
    with log() as session:
        assert route(session, "IT").reference == UNIT
    # A hand that wrote another key under the id that the log knows.
    with log.begin() as session:
        session.execute(update(UnitKey).where(UnitKey.unit == UNIT).values(public_key=bytes(32)))
    with pytest.raises(KeyNotLogged, match=f"of {UNIT} is another one in the public log"):
        sealed(log, sealer)
    with log() as session:
        # Italy's office cannot be sealed to: the default one takes what comes.
        assert route(session, "IT").reference == "cz-labour"
    work(settings, log)
    assert sealed(log, sealer, "it-new") == row.kid


def test_keys_that_the_folder_does_not_hold_and_those_of_agencies_are_not_logged(
    settings: Settings, log: Sessions, sealer: Sealer
) -> None:
    with log.begin() as session:
        unit_keys.make_unit_keys(session, sealer.keyring, "agency-23456789abc3", TODAY)
        session.add(
            UnitKey(
                holder_kind=KeyHolder.UNIT, unit=UNIT, kid="0" * 16, public_key=bytes(32), state="active", made_on=TODAY
            )
        )
    with log.begin() as session:
        logging = unit_keys.log_unit_keys(session, sealer.keyring)
    assert logging.appended == 0
    assert ["0" * 16 in trouble and "is not in" in trouble for trouble in logging.troubles] == [True]
    # Nothing is sealed to the strange key, and no complaint waits because of it.
    assert sealed(log, sealer) != "0" * 16
    assert sealed(log, sealer, "agency-23456789abc3") != ""


def test_a_mailbox_says_which_keys_open_it_and_where_the_log_has_them(
    settings: Settings, log: Sessions, sealer: Sealer
) -> None:
    with log.begin() as session:
        filed = make_box(session, sealer)
        assert sealed_to(session, filed.box) == []
        sealer.hand_over(session, filed.opened, UNIT)
        session.flush()
        unit, custodian = sealed_to(session, filed.box)
        logged = unit_keys.entries_of_keys(session, [unit.kid, custodian.kid])
        by_entry = {one.added_index: one.key for one in logged.values()}
        for one, kind in ((unit, KeyHolder.UNIT), (custodian, KeyHolder.CUSTODIAN)):
            assert (one.holder, one.standing) == (kind, KeyStanding.LOGGED)
            assert by_entry[one.entry or 0][:3] == (kind, UNIT, one.kid)
    with log.begin() as session:
        session.execute(update(UnitKey).where(UnitKey.kid == unit.kid).values(state=UnitKeyState.RETIRED))
    work(settings, log)
    with log.begin() as session:
        assert sealed_to(session, filed.box)[0] == unit._replace(standing=KeyStanding.TAKEN_BACK)
        session.execute(update(WrappedKey).where(WrappedKey.kid == custodian.kid).values(kid="f" * 16))
        assert sealed_to(session, filed.box)[1] == SealedTo(KeyHolder.CUSTODIAN, "f" * 16, KeyStanding.NOT_LOGGED, None)
