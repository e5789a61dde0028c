"""Writing agencies down: two times, one way to the public, and erasure that leaves no trace."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.db.engine import Base
from registry.core.errors import ErasedAgency
from registry.core.outbox import OutboxEvent
from registry.log.models import Entry
from registry.register.agencies import models, record
from registry.register.agencies.actions import admit, amend, erase, register_agreement
from registry.register.agencies.publishing import Event
from registry.register.agencies.queries import agency_row, history, records_at
from registry.vocabulary.register import ConditionCode, HolderKind, LicenceStatus
from tests.make import (
    agency_record,
    agreement_record,
    changed,
    licence_record,
    make_agency,
    make_agreement,
    name_record,
    public_record_of,
    status_record,
)

TODAY = date(2026, 11, 25)
SECRET_NAME = "Smyslík Nepojmenovatelný"
SECRET_GROUND = "Smyšlený důvod o Nepojmenovatelném"


def rows(session: Session, model: Any, *where: Any) -> int:
    session.flush()
    return session.execute(select(func.count()).select_from(model).where(*where)).scalar_one()


def entries(session: Session) -> list[tuple[str, str]]:
    session.flush()
    found = session.execute(select(Entry.key, Entry.type).order_by(Entry.index)).all()
    return [(key.partition("/")[0], type_) for key, type_ in found]


def with_status(agency: record.Agency, *periods: record.StatusPeriod) -> record.Agency:
    return changed(agency, licences=(changed(agency.licences[0], status_history=periods),))


def suspended(agency: record.Agency) -> record.Agency:
    return with_status(
        agency,
        status_record(to=date(2026, 5, 31)),
        status_record(LicenceStatus.SUSPENDED, from_=date(2026, 6, 1), ground="§ 63", ground_text=SECRET_GROUND),
    )


# Admitting


def test_an_admitted_agency_is_told_to_the_public_as_it_was_given(session: Session):
    agency = agency_record(licences=(licence_record(),))
    admit(session, [agency], Event("source.imported"))
    public = public_record_of(session, agency.agency_id)
    placed = changed(agency, licences=(changed(agency.licences[0], status_place=0),))
    assert public == placed
    assert entries(session) == [("agency", "agency.registered"), ("licence", "licence.issued")]


def test_an_admission_writes_all_its_entries_at_one_instant_and_leaves_nothing_to_be_done(session: Session):
    agencies = [agency_record(licences=(licence_record(),)) for _ in range(3)]
    admit(session, agencies, Event("source.imported"))
    assert session.execute(select(Entry.index).order_by(Entry.index)).scalars().all() == list(range(6))
    assert len(session.execute(select(Entry.at).distinct()).scalars().all()) == 1
    assert rows(session, OutboxEvent) == 0


def test_agreements_come_through_their_own_door(session: Session):
    agency = agency_record()
    with pytest.raises(ValueError, match="register_agreement"):
        admit(session, [changed(agency, agreements=(agreement_record(agency),))], Event("source.imported"))


# Two times


def test_the_same_statement_again_changes_nothing(session: Session):
    agency = make_agency(session, licences=(licence_record(),))
    before = (rows(session, Entry), rows(session, OutboxEvent), rows(session, models.LicenceStatusPeriod))
    later = now() + timedelta(days=1)
    again = changed(agency, retrieved_at=later, names=tuple(changed(name, retrieved_at=later) for name in agency.names))
    assert amend(session, again, Event("source.imported")) is None
    assert (rows(session, Entry), rows(session, OutboxEvent), rows(session, models.LicenceStatusPeriod)) == before
    assert public_record_of(session, agency.agency_id) == agency


def test_a_correction_adds_and_never_overwrites(session: Session):
    agency = make_agency(session, licences=(licence_record(),))
    names = models.AgencyName
    wrong = session.execute(select(names)).scalar_one()
    corrected = changed(agency, names=(name_record("Agentura Opravená s.r.o."),))
    appended = amend(session, corrected, Event("agency.corrected", is_correction=True))
    assert appended is not None
    session.expire_all()
    stored = session.execute(select(names).order_by(names.id)).scalars().all()
    assert [row.name for row in stored] == [agency.names[0].name, "Agentura Opravená s.r.o."]
    assert (stored[0].id, stored[0].superseded_at, stored[1].recorded_at) == (wrong.id, appended.at, appended.at)
    assert stored[1].superseded_at is None
    assert entries(session)[-1] == ("agency", "agency.corrected")


def test_what_the_registry_said_is_answered_from_its_entries(session: Session):
    agency = make_agency(session, licences=(licence_record(),))
    first = session.execute(select(Entry.at).order_by(Entry.index.desc()).limit(1)).scalar_one()
    punished = suspended(agency)
    second = amend(session, punished, Event("licence.suspended"))
    assert second is not None
    third = amend(session, changed(agency, place="Vymyšlenov"), Event("licence.corrected", is_correction=True))
    assert third is not None
    row = agency_row(session, agency.agency_id)
    assert row is not None

    def stated(at: Any) -> record.Agency | None:
        return records_at(session, [row.id], at, TODAY).get(row.id)

    assert stated(first - timedelta(microseconds=1)) is None
    assert stated(first) == agency
    then = stated(second.at)
    assert then is not None
    assert then == punished
    last = stated(third.at)
    assert last is not None
    assert (last.place, last.licences[0].status_history) == ("Vymyšlenov", agency.licences[0].status_history)
    assert stated(second.at - timedelta(microseconds=1)) == agency


def test_each_kind_of_change_has_its_own_word_in_the_log(session: Session):
    agency = make_agency(session, licences=(licence_record(),))
    active = status_record(to=date(2026, 5, 31))
    steps = [
        (suspended(agency), "licence.suspended"),
        (with_status(agency, active, status_record(from_=date(2026, 7, 1))), "licence.reinstated"),
        (
            with_status(agency, active, status_record(LicenceStatus.DELISTED, from_=date(2026, 8, 1))),
            "licence.delisted",
        ),
        (with_status(agency, active, status_record(LicenceStatus.BANNED, from_=date(2026, 9, 1))), "licence.revoked"),
        (
            with_status(agency, active, status_record(LicenceStatus.SURRENDERED, from_=date(2026, 10, 1))),
            "licence.surrendered",
        ),
    ]
    for new, _ in steps:
        amend(session, new, Event("licence.changed"))
    renewed = changed(agency, licences=(changed(steps[-1][0].licences[0], valid_to=date(2030, 1, 1)),))
    amend(session, renewed, Event("licence.changed"))
    types = [type_ for key, type_ in entries(session) if key == "licence"]
    assert types == ["licence.issued", *(word for _, word in steps), "licence.amended"]


def test_what_was_applied_for_is_issued_when_it_is_granted(session: Session):
    applied = status_record(LicenceStatus.APPLIED, to=date(2026, 5, 31))
    agency = make_agency(session, licences=(licence_record(status_history=(applied,)),))
    assert entries(session)[-1] == ("licence", "licence.amended")
    amend(session, with_status(agency, applied, status_record(from_=date(2026, 6, 1))), Event("licence.changed"))
    assert entries(session)[-1] == ("licence", "licence.issued")


def test_a_licence_that_is_added_later_gets_a_place_and_an_entry(session: Session):
    agency = make_agency(session, licences=(licence_record(),))
    more = changed(agency, licences=(*agency.licences, licence_record()))
    amend(session, more, Event("source.imported"))
    assert [licence.status_place for licence in public_record_of(session, agency.agency_id).licences] == [0, 1]
    assert entries(session)[-1] == ("licence", "licence.issued")


def test_one_change_writes_one_entry_and_not_the_whole_agency_again(session: Session):
    agency = make_agency(session, licences=(licence_record(), licence_record()))
    first, second = agency.licences
    amend(session, changed(agency, licences=(changed(first, valid_to=TODAY), second)), Event("licence.changed"))
    assert entries(session)[3:] == [("licence", "licence.amended")]


def test_a_key_that_stopped_being_said_leads_nowhere_and_is_kept(session: Session):
    agency = make_agency(session)
    amend(session, changed(agency, names=(name_record("Agentura Jiná s.r.o."),)), Event("agency.corrected"))
    key = models.LookupKey
    named = session.execute(select(key.value, key.superseded_at).where(key.kind == "name").order_by(key.id)).all()
    assert [unsaid is None for _, unsaid in named] == [False, True]


# Agreements


def test_an_agreement_is_told_at_both_ends_and_logged_once(session: Session):
    sender, receiver = make_agency(session, country="CN"), make_agency(session)
    agreement = make_agreement(session, sender, receiver)
    assert public_record_of(session, sender.agency_id).agreements == (agreement,)
    assert public_record_of(session, receiver.agency_id).agreements == (agreement,)
    assert [entry for entry in entries(session) if entry[0] == "agreement"] == [("agreement", "agreement.registered")]


def test_the_same_agreement_again_changes_nothing(session: Session):
    sender, receiver = make_agency(session, country="CN"), make_agency(session)
    agreement = make_agreement(session, sender, receiver)
    before = rows(session, models.Agreement), rows(session, Entry)
    assert register_agreement(session, agreement, Event("agreement.registered")) is None
    assert (rows(session, models.Agreement), rows(session, Entry)) == before


def test_an_agreement_that_ends_is_said_to_end(session: Session):
    sender, receiver = make_agency(session, country="CN"), make_agency(session)
    agreement = make_agreement(session, sender, receiver)
    register_agreement(session, changed(agreement, to=TODAY), Event("agreement.ended"))
    assert public_record_of(session, receiver.agency_id).agreements[0].to == TODAY
    assert entries(session)[-1] == ("agreement", "agreement.ended")
    assert rows(session, models.Agreement) == 2


def test_an_end_that_leaves_an_agreement_is_told_so(session: Session):
    sender, receiver, other = make_agency(session, country="CN"), make_agency(session), make_agency(session)
    agreement = make_agreement(session, sender, receiver)
    moved = changed(agreement, receiving=other.agency_id)
    register_agreement(session, moved, Event("agreement.corrected", is_correction=True))
    assert public_record_of(session, receiver.agency_id).agreements == ()
    assert public_record_of(session, other.agency_id).agreements == (moved,)


def test_a_direct_employer_is_told_in_full_and_logged_by_digest(session: Session):
    sender = make_agency(session, country="CN")
    employer = record.Employer(name="Smyšlený Hostinec", country="CZ", identifier="CZ99999019")
    make_agreement(session, sender, employer=employer)
    assert public_record_of(session, sender.agency_id).agreements[0].employer == employer
    leaf = session.execute(select(Entry.leaf).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert b"Hostinec" not in leaf
    assert b"CZ99999019" not in leaf
    row = agency_row(session, sender.agency_id)
    assert row is not None
    stated = records_at(session, [row.id], now() + timedelta(days=1), TODAY)[row.id]
    assert stated.agreements[0].employer == employer


# What the log may hold, and erasure


def sole_trader(**facts: Any) -> dict[str, Any]:
    conditions = (record.Condition(code=ConditionCode.OTHER, text=f"{SECRET_NAME} podává zprávu"),)
    licence = licence_record(number="SMYSL/SKRYTE/1", conditions=conditions)
    return {"holder_kind": HolderKind.SOLE_TRADER, "name": SECRET_NAME, "licences": (licence,), **facts}


def everything_stored(session: Session) -> str:
    """Every row of every table, as text."""
    session.flush()
    dump = []
    for table in Base.metadata.sorted_tables:
        for row in session.execute(select(table)):
            dump += [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in row]
    return "\n".join(dump)


@pytest.mark.parametrize("holder_kind", [HolderKind.SOLE_TRADER, HolderKind.UNKNOWN])
def test_the_log_never_holds_what_could_name_a_natural_person(session: Session, holder_kind: HolderKind):
    agency = make_agency(session, **sole_trader(holder_kind=holder_kind))
    amend(session, suspended(agency), Event("licence.suspended"))
    leaves = b"\n".join(session.execute(select(Entry.leaf)).scalars()).decode()
    assert SECRET_NAME not in leaves
    assert "SMYSL/SKRYTE" not in leaves
    assert agency.identifiers[0].value not in leaves
    assert SECRET_GROUND not in leaves
    assert '"private":"sha256:' in leaves


def test_free_words_of_officials_are_digests_for_everyone(session: Session):
    warning = record.Warning_(text=SECRET_GROUND, source="cz-invented-list", retrieved_at=now())
    agency = make_agency(session, clone_warnings=(warning,), licences=(licence_record(),))
    amend(session, suspended(agency), Event("licence.suspended"))
    leaves = b"\n".join(session.execute(select(Entry.leaf)).scalars()).decode()
    assert SECRET_GROUND not in leaves
    assert '"text_digest":"sha256:' in leaves
    assert '"ground_text_digest":"sha256:' in leaves
    row = agency_row(session, agency.agency_id)
    assert row is not None
    stated = records_at(session, [row.id], now() + timedelta(days=1), TODAY)[row.id]
    assert stated.clone_warnings == (warning,)
    assert stated.licences[0].status_history[-1].ground_text == SECRET_GROUND


def test_two_digests_of_one_name_differ(session: Session):
    for _ in range(2):
        make_agency(session, **sole_trader())
    digests = session.execute(select(models.ErasableValue.digest)).scalars().all()
    assert len(digests) == len(set(digests)) > 2


def test_erasing_leaves_no_trace_of_the_name_in_any_table(session: Session):
    agency = make_agency(session, **sole_trader())
    amend(session, suspended(agency), Event("licence.suspended"))
    secrets = (
        SECRET_NAME,
        SECRET_NAME.casefold(),
        "SMYSL/SKRYTE",
        "SMYSLSKRYTE",
        SECRET_GROUND,
        agency.identifiers[0].value,
    )
    before = everything_stored(session)
    assert SECRET_NAME in before
    assert SECRET_GROUND in before
    row = agency_row(session, agency.agency_id)
    assert row is not None
    erase(session, row)
    session.commit()
    after = everything_stored(session)
    assert [secret for secret in secrets if secret in after] == []


def test_after_erasure_record_history_and_known_at_say_withheld_by_law(session: Session):
    agency = make_agency(session, **sole_trader())
    row = agency_row(session, agency.agency_id)
    assert row is not None
    known_at = session.execute(select(Entry.at).order_by(Entry.index.desc()).limit(1)).scalar_one()
    erase(session, row)
    public = public_record_of(session, agency.agency_id)
    assert (public.withheld, public.names, public.identifiers) == ("withheld_by_law", (), ())
    assert public.licences[0].number is None
    then = records_at(session, [row.id], known_at, TODAY)[row.id]
    assert (then.withheld, then.names) == ("withheld_by_law", ())
    items = history(session, row.id, TODAY, after=2**31 - 1, limit=50)
    assert all(item.record.get("withheld") == "withheld_by_law" for item in items if item.key.startswith("agency/"))


def test_after_erasure_status_dates_and_scope_remain(session: Session):
    agency = make_agency(session, **sole_trader())
    row = agency_row(session, agency.agency_id)
    assert row is not None
    erase(session, row)
    licence = public_record_of(session, agency.agency_id).licences[0]
    assert (licence.valid_from, licence.kind, licence.status_place) == (
        agency.licences[0].valid_from,
        agency.licences[0].kind,
        0,
    )
    assert licence.status_history == agency.licences[0].status_history


def test_erasing_again_changes_nothing(session: Session):
    agency = make_agency(session, **sole_trader())
    row = agency_row(session, agency.agency_id)
    assert row is not None
    erase(session, row)
    before = rows(session, Entry)
    erase(session, row)
    assert rows(session, Entry) == before


def test_nothing_more_is_written_of_an_erased_holder(session: Session) -> None:
    agency = make_agency(session, holder_kind=HolderKind.SOLE_TRADER)
    row = agency_row(session, agency.agency_id)
    assert row is not None
    erase(session, row)
    with pytest.raises(ErasedAgency):
        amend(session, msgspec.structs.replace(agency, place="Invented place"), Event("agency.amended"))


def test_a_licence_keeps_its_number(session: Session) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    licence = msgspec.structs.replace(agency.licences[0], number="ANOTHER/1")
    with pytest.raises(ValueError, match="issue another"):
        amend(session, msgspec.structs.replace(agency, licences=(licence,)), Event("licence.amended"))
