"""The worker keeps lists fresh, holds what needs eyes, and warns before one goes stale."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from registry.core.clock import now
from registry.core.errors import NotFound, NotNow
from registry.register.authorities.models import Authority, Retrieval, Source
from registry.register.imports import approvals, worker
from registry.register.imports.mapping import read_mapping
from registry.register.imports.models import FetchState, PendingImport
from registry.register.imports.ordered import apply_ordered
from registry.register.imports.schedule_rules import pause_after_failure, pause_between_fetches, warn_from
from tests.register.imports.fetched import describe, mapping_text, publish
from tests.register.imports.lists import Desk, agency, ico, plain_text
from tests.register.imports.publisher import Publisher, publishing


@pytest.fixture
def publisher(desk: Desk) -> Iterator[Publisher]:
    with publishing() as publisher:
        describe(desk, publisher)
        publish(publisher, range(1, 12))
        yield publisher


def fetch(desk: Desk) -> str:
    return worker.fetch_source(desk.settings, desk.sessions, "zz-fetched")


def source_and_state(desk: Desk) -> tuple[Source, FetchState]:
    with desk.sessions() as session:
        return (
            session.execute(select(Source)).scalar_one(),
            session.execute(select(FetchState)).scalar_one(),
        )


def test_a_fetched_list_is_applied_and_unchanged_ones_renew_its_freshness(desk: Desk, publisher: Publisher) -> None:
    assert fetch(desk) == "applied: 11 rows, 11 new, 0 changed, 0 vanished"
    assert len(desk.records()) == 11
    assert fetch(desk) == "unchanged at its source"
    with desk.sessions() as session:
        assert len(session.execute(select(Retrieval)).scalars().all()) == 2
    assert [condition is not None for _, condition in publisher.asked] == [False, True]


def test_lists_are_fetched_when_they_are_due_and_not_before(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    assert worker.fetch_due(desk.settings, desk.sessions) == 0
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=25), tick=True):
        assert worker.fetch_due(desk.settings, desk.sessions) == 1
        assert worker.fetch_due(desk.settings, desk.sessions) == 0


def test_a_partial_list_that_is_unchanged_confirms_its_agencies(desk: Desk, publisher: Publisher) -> None:
    from registry.register.agencies.models import PublicRecord

    describe(desk, publisher, is_full=False)
    fetch(desk)
    assert fetch(desk) == "unchanged at its source"
    with desk.sessions() as session:
        last = session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id.desc())).scalars().first()
        assert set(session.execute(select(PublicRecord.confirmed_at)).scalars()) == {last}


def test_a_full_list_that_is_unchanged_keeps_fresh_what_a_partial_one_shows_too(
    desk: Desk, publisher: Publisher
) -> None:
    from registry.register.agencies.models import PublicRecord

    partial = read_mapping(plain_text(is_full=False, kind="cz_vyhledavani_zamestnani"), "the test's mapping")
    fetch(desk)
    assert fetch(desk) == "unchanged at its source"
    desk.plain(f"{agency(1)['nazev']},{ico(1)},L1,valid,2024-01-01,", mapping=partial)
    with desk.sessions() as session:
        readings = list(session.execute(select(Retrieval.retrieved_at).order_by(Retrieval.id)).scalars())
        confirmed = session.execute(select(PublicRecord.confirmed_at).where(PublicRecord.confirmed_at.is_not(None)))
        # The older of the two lists counts: the full one, as its publisher last spoke of it.
        assert confirmed.scalars().all() == [readings[1]]


def test_an_address_written_into_the_mapping_after_an_import_by_hand_is_fetched(
    desk: Desk, publisher: Publisher
) -> None:
    path = desk.folder / "by-hand.json"
    path.write_bytes(publisher.body)
    assert desk.take(path, read_mapping(mapping_text(), "x")).is_applied
    assert worker.fetch_due(desk.settings, desk.sessions) == 1
    assert fetch(desk) == "unchanged at its source"


def test_a_server_in_trouble_is_left_alone_for_longer_each_time(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publisher.status = 503
    pauses = []
    for times in (1, 2, 3):
        assert fetch(desk) == "not fetched: the server answered 503"
        source, state = source_and_state(desk)
        assert (state.failures, state.trouble) == (times, "the server answered 503")
        assert source.next_fetch_at is not None
        pauses.append(source.next_fetch_at - state.tried_at)
    assert pauses[0] < pauses[1] < pauses[2]
    publisher.status = 200
    fetch(desk)
    assert source_and_state(desk)[1].trouble is None


def test_a_list_that_shrinks_is_held_until_an_official_decides(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publish(publisher, range(1, 7))
    assert fetch(desk).startswith("held for approval: the list would delist 5 of 11 agencies")
    assert fetch(desk).startswith("not fetched: held for approval")
    with desk.sessions() as session:
        (pending,) = session.execute(select(PendingImport)).scalars().all()
    assert (desk.settings.home / "pending" / pending.file).read_bytes() == publisher.body
    report = worker.approve(desk.settings, desk.sessions, pending.reference)
    assert report.is_applied
    assert report.counts.vanished == 5
    assert list((desk.settings.home / "pending").iterdir()) == []
    with desk.sessions() as session:
        # It counts as read when it was fetched, not when somebody got round to it.
        last = session.execute(select(Retrieval).order_by(Retrieval.id.desc())).scalars().first()
        assert last is not None
        assert last.retrieved_at == pending.fetched_at
    with pytest.raises(NotFound):
        worker.approve(desk.settings, desk.sessions, pending.reference)


def test_a_held_list_that_was_ordered_in_the_console_is_applied_by_the_worker(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publish(publisher, range(1, 7))
    fetch(desk)
    with desk.sessions.begin() as session:
        pending, authority = session.execute(
            select(PendingImport.reference, Authority.reference)
            .join(Source, Source.id == PendingImport.source_id)
            .join(Authority, Authority.id == Source.authority_id)
        ).one()
        with pytest.raises(NotFound):
            approvals.order(session, "another-authority", pending, "ANNA", now())
        approvals.order(session, authority, pending, "ANNA", now())
        with pytest.raises(NotNow):
            approvals.reject(session, authority, pending, "BORIS", now())
    file = next((desk.settings.home / "pending").iterdir())
    body = file.read_bytes()
    file.unlink()
    # What cannot be applied waits again and says why.
    assert apply_ordered(desk.settings, desk.sessions) == []
    assert "is gone" in (source_and_state(desk)[1].trouble or "")
    file.write_bytes(body)
    with desk.sessions.begin() as session:
        approvals.order(session, authority, pending, "ANNA", now())
    assert apply_ordered(desk.settings, desk.sessions) == [pending]
    assert apply_ordered(desk.settings, desk.sessions) == []
    assert not file.exists()


def test_the_file_of_a_list_rejected_in_the_console_is_destroyed(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publish(publisher, range(1, 7))
    fetch(desk)
    with desk.sessions.begin() as session:
        pending = session.execute(select(PendingImport)).scalar_one()
        authority = session.execute(select(Authority.reference)).scalar_one()
        approvals.reject(session, authority, pending.reference, "ANNA", now())
    assert apply_ordered(desk.settings, desk.sessions) == []
    assert list((desk.settings.home / "pending").iterdir()) == []
    assert fetch(desk).startswith("not fetched: the publisher still has the list that was rejected")


def test_a_rejected_list_is_not_held_again_and_renews_nothing(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publish(publisher, range(1, 7))
    fetch(desk)
    with desk.sessions() as session:
        reference = session.execute(select(PendingImport.reference)).scalar_one()
    worker.reject(desk.settings, desk.sessions, reference)
    assert "still has the list that was rejected" in fetch(desk)
    with desk.sessions() as session:
        assert len(session.execute(select(Retrieval)).scalars().all()) == 1
    publish(publisher, range(1, 13))
    assert fetch(desk).startswith("applied")


def test_a_newer_list_takes_the_place_of_one_that_waits(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    for last in (7, 6):
        publish(publisher, range(1, last))
        assert fetch(desk).startswith("held")
    with desk.sessions() as session:
        assert len(session.execute(select(PendingImport)).scalars().all()) == 1
    assert len(list((desk.settings.home / "pending").iterdir())) == 1


def test_an_error_page_in_place_of_a_list_is_a_failure_and_not_held(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    publisher.body = b"<!DOCTYPE html><title>Maintenance</title>"
    assert "a web page, not a list" in fetch(desk)
    with desk.sessions() as session:
        assert session.execute(select(PendingImport)).first() is None


def test_a_list_is_warned_of_once_when_three_quarters_of_its_life_are_over(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    sent: list[tuple[str, str, str]] = []

    def warn(days: int) -> list[str]:
        with time_machine.travel(datetime.now(UTC) + timedelta(days=days), tick=True):
            return worker.warn_of_staleness(desk.settings, desk.sessions, lambda *mail: sent.append(mail))

    assert warn(14) == []
    assert warn(16) == ["zz-fetched"]
    assert warn(17) == []
    ((address, subject, text),) = sent
    assert (address, subject) == ("lists@registry.invalid", "The list zz-fetched is about to go stale")
    assert "registry sources fetch zz-fetched" in text
    publish(publisher, range(1, 13))
    fetch(desk)
    assert warn(16) == ["zz-fetched"]


def test_a_worker_that_is_killed_while_fetching_is_made_up_for(desk: Desk, publisher: Publisher) -> None:
    fetch(desk)
    later = datetime.now(UTC) + timedelta(hours=25)
    with time_machine.travel(later, tick=True):
        # The claim alone, as if the power went then.
        assert worker._claim(desk.sessions, datetime.now(UTC)) == "zz-fetched"
        assert worker.fetch_due(desk.settings, desk.sessions) == 0
    with time_machine.travel(later + worker.LEASE, tick=True):
        assert worker.fetch_due(desk.settings, desk.sessions) == 1


def test_the_pauses_between_fetches() -> None:
    assert pause_between_fetches(30, 24) == timedelta(hours=24)
    assert pause_between_fetches(8, None) == timedelta(days=2)
    assert pause_between_fetches(365, None) == timedelta(days=7)
    assert pause_between_fetches(0, None) == timedelta(hours=1)
    assert pause_after_failure(1, timedelta(days=1)) == timedelta(minutes=5)
    assert pause_after_failure(50, timedelta(days=1)) == timedelta(hours=12)
    assert pause_after_failure(50, timedelta(hours=1)) == timedelta(hours=1)
    assert warn_from(datetime(2026, 1, 1, tzinfo=UTC), 0) is None
