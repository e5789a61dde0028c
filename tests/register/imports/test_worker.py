"""The worker keeps lists fresh, holds what needs eyes, and warns before one goes stale."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog
import time_machine
from sqlalchemy import delete, func, select
from sqlalchemy.exc import OperationalError

from registry.core.clock import now
from registry.core.errors import ImportRefused, NotFound, NotNow
from registry.core.keyring import Keyring
from registry.officers.models import Notice
from registry.register.authorities.actions import save_source
from registry.register.authorities.models import Authority, Retrieval, Source
from registry.register.imports import held_lists, jobs, ordered, worker
from registry.register.imports.fetching import pause_after_failure, pause_between_fetches, warn_from
from registry.register.imports.held_lists import held_bytes
from registry.register.imports.mapping import read_mapping
from registry.register.imports.models import FetchState, HeldList, PendingImport
from registry.register.imports.ordered import apply_ordered
from tests.officers.making import make_officer, make_unit
from tests.register.imports.fetched import describe, mapping_text, publish
from tests.register.imports.lists import ListImporter, agency, ico, plain_text
from tests.register.imports.publisher import Publisher, publishing


@pytest.fixture
def publisher(importer: ListImporter) -> Iterator[Publisher]:
    with publishing() as publisher:
        describe(importer, publisher)
        publish(publisher, range(1, 12))
        yield publisher


def fetch(importer: ListImporter) -> str:
    return worker.fetch_source(importer.settings, importer.sessions, "zz-fetched")


def held_count(importer: ListImporter) -> int:
    with importer.sessions() as session:
        return session.scalar(select(func.count()).select_from(HeldList)) or 0


def source_and_state(importer: ListImporter) -> tuple[Source, FetchState]:
    with importer.sessions() as session:
        return (
            session.execute(select(Source)).scalar_one(),
            session.execute(select(FetchState)).scalar_one(),
        )


def test_a_fetched_list_is_applied_and_unchanged_ones_renew_its_freshness(
    importer: ListImporter, publisher: Publisher
) -> None:
    assert fetch(importer) == "applied: 11 rows, 11 new, 0 changed, 0 vanished"
    assert len(importer.records()) == 11
    assert fetch(importer) == "unchanged at its source"
    with importer.sessions() as session:
        assert len(session.execute(select(Retrieval)).scalars().all()) == 2
    assert [condition is not None for _, condition in publisher.asked] == [False, True]


def test_lists_are_fetched_when_they_are_due_and_not_before(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    assert worker.fetch_due(importer.settings, importer.sessions) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25), tick=True):
        assert worker.fetch_due(importer.settings, importer.sessions) == 1
        assert worker.fetch_due(importer.settings, importer.sessions) == 0


def test_a_partial_list_that_is_unchanged_confirms_its_agencies(importer: ListImporter, publisher: Publisher) -> None:
    from registry.register.agencies.models import PublicRecord

    describe(importer, publisher, is_full=False)
    fetch(importer)
    assert fetch(importer) == "unchanged at its source"
    with importer.sessions() as session:
        last = session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id.desc())).scalars().first()
        assert set(session.execute(select(PublicRecord.confirmed_at)).scalars()) == {last}


def test_a_full_list_that_is_unchanged_keeps_fresh_what_a_partial_one_shows_too(
    importer: ListImporter, publisher: Publisher
) -> None:
    from registry.register.agencies.models import PublicRecord

    partial = read_mapping(plain_text(is_full=False, kind="cz_vyhledavani_zamestnani"), "the test's mapping")
    fetch(importer)
    assert fetch(importer) == "unchanged at its source"
    importer.plain(f"{agency(1)['nazev']},{ico(1)},L1,valid,2024-01-01,", mapping=partial)
    with importer.sessions() as session:
        readings = list(session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id)).scalars())
        confirmed = session.execute(select(PublicRecord.confirmed_at).where(PublicRecord.confirmed_at.is_not(None)))
        # The older of the two lists counts: the full one, as its publisher last spoke of it.
        assert confirmed.scalars().all() == [readings[1]]


def test_an_address_written_into_the_mapping_after_an_import_by_hand_is_fetched(
    importer: ListImporter, publisher: Publisher
) -> None:
    path = importer.folder / "by-hand.json"
    path.write_bytes(publisher.body)
    assert importer.take(path, read_mapping(mapping_text(), "x")).is_applied
    assert worker.fetch_due(importer.settings, importer.sessions) == 1
    assert fetch(importer) == "unchanged at its source"


def test_a_server_in_trouble_is_left_alone_for_longer_each_time(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    publisher.status = 503
    pauses = []
    for times in (1, 2, 3):
        assert fetch(importer) == "not fetched: the server answered 503"
        source, state = source_and_state(importer)
        assert (state.failures, state.trouble) == (times, "the server answered 503")
        assert source.next_fetch_at is not None
        pauses.append(source.next_fetch_at - state.tried_at)
    assert pauses[0] < pauses[1] < pauses[2]
    publisher.status = 200
    fetch(importer)
    assert source_and_state(importer)[1].trouble is None


def test_a_list_that_shrinks_is_held_until_an_official_decides(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    publish(publisher, range(1, 7))
    assert fetch(importer).startswith("held for approval: the list would delist 5 of 11 agencies")
    assert fetch(importer).startswith("not fetched: held for approval")
    with importer.sessions() as session:
        (pending,) = session.execute(select(PendingImport)).scalars().all()
    with importer.sessions() as session:
        assert held_bytes(session, importer.settings, pending) == publisher.body
        # Who reads the database or its backup reads no list.
        assert not any(b"agency" in one.sealed.lower() for one in session.execute(select(HeldList)).scalars())
    report = worker.approve(importer.settings, importer.sessions, pending.reference)
    assert report.is_applied
    assert report.counts.vanished == 5
    assert held_count(importer) == 0
    with importer.sessions() as session:
        # It counts as read when it was fetched, not when somebody got round to it.
        last = session.execute(select(Retrieval).order_by(Retrieval.id.desc())).scalars().first()
        assert last is not None
        assert last.retrieved_at == pending.fetched_at
    with pytest.raises(NotFound):
        worker.approve(importer.settings, importer.sessions, pending.reference)


def test_a_held_list_that_was_ordered_in_the_console_is_applied_by_the_worker(
    importer: ListImporter, publisher: Publisher
) -> None:
    fetch(importer)
    publish(publisher, range(1, 7))
    fetch(importer)
    with importer.sessions.begin() as session:
        pending, authority = session.execute(
            select(PendingImport.reference, Authority.reference)
            .join(Source, Source.id == PendingImport.source_id)
            .join(Authority, Authority.id == Source.authority_id)
        ).one()
        with pytest.raises(NotFound):
            held_lists.order(session, "another-authority", pending, "ANNA", now(), importer.settings.home)
        held_lists.order(session, authority, pending, "ANNA", now(), importer.settings.home)
        with pytest.raises(NotNow):
            held_lists.reject(session, authority, pending, "BORIS", now())
    with importer.sessions.begin() as session:
        (held,) = session.execute(select(HeldList.pending_id, HeldList.sealed))
        session.execute(delete(HeldList))
    # What cannot be applied waits again and says why.
    assert apply_ordered(importer.settings, importer.sessions) == []
    assert "is gone" in (source_and_state(importer)[1].trouble or "")
    with importer.sessions.begin() as session:
        session.add(HeldList(pending_id=held.pending_id, sealed=held.sealed))
        held_lists.order(session, authority, pending, "ANNA", now(), importer.settings.home)
    assert apply_ordered(importer.settings, importer.sessions) == [pending]
    assert apply_ordered(importer.settings, importer.sessions) == []
    assert held_count(importer) == 0


@pytest.fixture
def waiting(importer: ListImporter, publisher: Publisher) -> PendingImport:
    """A list that waits for a decision."""
    fetch(importer)
    publish(publisher, range(1, 7))
    fetch(importer)
    with importer.sessions() as session:
        return session.execute(select(PendingImport)).scalar_one()


def break_mapping(importer: ListImporter) -> None:
    """What an operator's file and the database say of a list is of no form that is known."""
    (importer.settings.home / "sources" / "zz-fetched.toml").unlink()
    with importer.sessions.begin() as session:
        session.execute(select(Source)).scalar_one().mapping = {"source": {"reference": "zz-fetched"}}


def test_a_list_whose_stored_mapping_is_bad_is_not_approved(importer: ListImporter, waiting: PendingImport) -> None:
    break_mapping(importer)
    with importer.sessions.begin() as session:
        authority = session.execute(select(Authority.reference)).scalar_one()
        with pytest.raises(NotNow, match="cannot be used: Object missing required field") as refused:
            held_lists.order(session, authority, waiting.reference, "ANNA", now(), importer.settings.home)
    assert refused.value.lack == "imports.mapping"


def waiting_list(importer: ListImporter) -> PendingImport:
    with importer.sessions() as session:
        return session.execute(select(PendingImport)).scalar_one()


def test_an_approved_list_that_raises_is_marked_and_not_tried_again(
    importer: ListImporter, waiting: PendingImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importer.sessions.begin() as session:
        authority = session.execute(select(Authority.reference)).scalar_one()
        make_unit(session)
        anna = make_officer(session, Keyring(importer.settings.keys)).officer
        held_lists.order(session, authority, waiting.reference, anna.reference, now(), importer.settings.home)

    def break_off(*_: object) -> None:
        raise IndexError("secret of the list")

    monkeypatch.setattr(jobs, "import_list", break_off)
    with structlog.testing.capture_logs() as lines:
        assert [apply_ordered(importer.settings, importer.sessions) for _ in range(2)] == [[], []]
    assert [line["event"] for line in lines] == ["held_list_raised", "held_list_not_applied"]
    waits = waiting_list(importer)
    assert (waits.ordered_at, waits.ordered_by, waits.decided_at) == (None, None, None)
    assert waits.trouble == "applying it raised IndexError, and the worker's log says where"
    with importer.sessions() as session:
        # The officer who approved it hears that there is something.
        assert list(session.execute(select(Notice.officer_id)).scalars()) == [anna.id]


def test_an_approved_list_waits_while_the_database_is_away(
    importer: ListImporter, waiting: PendingImport, monkeypatch: pytest.MonkeyPatch
) -> None:
    with importer.sessions.begin() as session:
        authority = session.execute(select(Authority.reference)).scalar_one()
        held_lists.order(session, authority, waiting.reference, "ANNA", now(), importer.settings.home)

    def be_away(*_: object) -> None:
        raise OperationalError("", {}, sqlite3.OperationalError("away"), connection_invalidated=True)

    monkeypatch.setattr(jobs, "import_list", be_away)
    monkeypatch.setattr(ordered, "is_database_away", lambda error: isinstance(error, OperationalError))
    with pytest.raises(OperationalError):
        apply_ordered(importer.settings, importer.sessions)
    assert (waiting_list(importer).ordered_by, waiting_list(importer).trouble) == ("ANNA", None)


def test_a_list_that_raises_keeps_no_other_from_being_fetched(
    importer: ListImporter, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch(importer)
    with importer.sessions.begin() as session:
        first = session.execute(select(Source)).scalar_one()
        first.next_fetch_at = None
        save_source(
            session, "zz-second", session.execute(select(Authority)).scalar_one(), mapping={}, kinds=[], prints=[],
            is_full=False, is_national=False, fresh_for_days=20, address=publisher.url("/second"),
        )  # fmt: skip
    tried = []

    def raise_once(_settings: object, _sessions: object, reference: str) -> None:
        tried.append(reference)
        raise IndexError if reference == "zz-fetched" else ImportRefused("no mapping is called so")

    monkeypatch.setattr(worker, "fetch_source", raise_once)
    with structlog.testing.capture_logs():
        assert worker.fetch_due(importer.settings, importer.sessions) == 2
    assert tried == ["zz-fetched", "zz-second"]
    with importer.sessions() as session:
        states = session.execute(select(FetchState.trouble).order_by(FetchState.source_id)).scalars().all()
    assert states == ["reading it raised IndexError", "no mapping is called so"]


def test_the_file_of_a_list_rejected_in_the_console_is_destroyed(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    publish(publisher, range(1, 7))
    fetch(importer)
    with importer.sessions.begin() as session:
        pending = session.execute(select(PendingImport)).scalar_one()
        authority = session.execute(select(Authority.reference)).scalar_one()
        held_lists.reject(session, authority, pending.reference, "ANNA", now())
    assert held_count(importer) == 0
    assert fetch(importer).startswith("not fetched: the publisher still has the list that was rejected")


def test_a_rejected_list_is_not_held_again_and_renews_nothing(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    publish(publisher, range(1, 7))
    fetch(importer)
    with importer.sessions() as session:
        reference = session.execute(select(PendingImport.reference)).scalar_one()
    worker.reject(importer.settings, importer.sessions, reference)
    assert "still has the list that was rejected" in fetch(importer)
    with importer.sessions() as session:
        assert len(session.execute(select(Retrieval)).scalars().all()) == 1
    publish(publisher, range(1, 13))
    assert fetch(importer).startswith("applied")


def test_a_newer_list_takes_the_place_of_one_that_waits(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    for last in (7, 6):
        publish(publisher, range(1, last))
        assert fetch(importer).startswith("held")
    with importer.sessions() as session:
        assert len(session.execute(select(PendingImport)).scalars().all()) == 1
    assert held_count(importer) == 1


def test_a_list_that_a_version_before_held_in_a_file_is_applied_and_its_file_removed(
    importer: ListImporter, publisher: Publisher
) -> None:
    fetch(importer)
    publish(publisher, range(1, 7))
    fetch(importer)
    path = importer.settings.home / "pending" / "former.list"
    path.parent.mkdir()
    path.write_bytes(publisher.body)
    with importer.sessions.begin() as session:
        pending = session.execute(select(PendingImport)).scalar_one()
        pending.file = path.name
        session.execute(delete(HeldList))
        reference = pending.reference
    assert worker.approve(importer.settings, importer.sessions, reference).is_applied
    assert not path.exists()


def test_an_error_page_in_place_of_a_list_is_a_failure_and_not_held(
    importer: ListImporter, publisher: Publisher
) -> None:
    fetch(importer)
    publisher.body = b"<!DOCTYPE html><title>Maintenance</title>"
    assert "a web page, not a list" in fetch(importer)
    with importer.sessions() as session:
        assert session.execute(select(PendingImport)).first() is None


def test_a_list_is_warned_of_once_when_three_quarters_of_its_life_are_over(
    importer: ListImporter, publisher: Publisher
) -> None:
    fetch(importer)
    sent: list[tuple[str, str, str]] = []

    def warn(days: int) -> list[str]:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=True):
            return worker.warn_of_staleness(importer.settings, importer.sessions, lambda *mail: sent.append(mail))

    assert warn(14) == []
    assert warn(16) == ["zz-fetched"]
    assert warn(17) == []
    ((address, subject, text),) = sent
    assert (address, subject) == ("lists@registry.invalid", "The list zz-fetched is about to go stale")
    assert "registry sources fetch zz-fetched" in text
    publish(publisher, range(1, 13))
    fetch(importer)
    assert warn(16) == ["zz-fetched"]


def test_a_worker_that_is_killed_while_fetching_is_made_up_for(importer: ListImporter, publisher: Publisher) -> None:
    fetch(importer)
    later = datetime.now(UTC) + timedelta(hours=25)
    with time_machine.travel(later, tick=True):
        # The claim alone, as if the power went then.
        assert worker._claim(importer.sessions, datetime.now(UTC)) == "zz-fetched"
        assert worker.fetch_due(importer.settings, importer.sessions) == 0
    with time_machine.travel(later + worker.LEASE, tick=True):
        assert worker.fetch_due(importer.settings, importer.sessions) == 1


def test_the_pauses_between_fetches() -> None:
    assert pause_between_fetches(30, 24) == timedelta(hours=24)
    assert pause_between_fetches(8, None) == timedelta(days=2)
    assert pause_between_fetches(365, None) == timedelta(days=7)
    assert pause_between_fetches(0, None) == timedelta(hours=1)
    assert pause_after_failure(1, timedelta(days=1)) == timedelta(minutes=5)
    assert pause_after_failure(50, timedelta(days=1)) == timedelta(hours=12)
    assert pause_after_failure(50, timedelta(hours=1)) == timedelta(hours=1)
    assert warn_from(datetime(2026, 1, 1, tzinfo=UTC), 0) is None
