"""Watchers get what was published: in order, each once, and no one else learns that they watch."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.errors import InvalidInput, NotFound
from registry.core.keyring import Keyring
from registry.vocabulary.register import HolderKind, LicenceStatus
from registry.vocabulary.watches import EventType
from registry.watches import fan_out, watches
from registry.watches.feed import cursor_of, event_payload, events_after, position_of
from registry.watches.models import FeedRow, Watch, WatchEvent, WatchTarget
from registry.watches.watches import Number
from tests.make import (
    agency_record,
    authority_of,
    changed,
    licence_record,
    make_agency,
    make_source,
    organisation_call,
    suspend,
)
from tests.watches.making import BRAND, OTHER, fan_out_committed, feed_of, make_watch, positions_of, today, types_of

pytestmark = pytest.mark.usefixtures("brands")


def test_each_watcher_hears_once_in_order_and_is_told_no_more_than_everybody_may_read(
    session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(), licence_record()))
    alien = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    first, second = agency.licences
    make_watch(session, agency.agency_id)
    # Watched in two ways, the event comes once; a watcher of the second licence gets no event of the first.
    watches.watch_licence(organisation_call(session, BRAND), first.licence_id, "The same")
    watches.watch_licence(organisation_call(session, OTHER), second.licence_id, "Another licence of it")
    suspend(session, agency.agency_id)
    suspend(session, alien.agency_id)
    assert fan_out_committed(session, keyring) == 1
    suspend(session, agency.agency_id, LicenceStatus.ACTIVE)
    assert fan_out_committed(session, keyring) == 1
    assert fan_out_committed(session, keyring) == 0
    assert types_of(session) == ["licence.suspended", "licence.back_in_order"]
    assert types_of(session, OTHER) == []
    stated = event_payload(feed_of(session)[0], today())
    assert set(stated) == {"id", "type", "timestamp", "data"}
    assert stated["data"].pop("log_index") > 0
    assert stated["data"] == {
        "agency_id": agency.agency_id, "licence_id": first.licence_id, "status": "suspended", "from": today().isoformat(),
        "before": {"status": "active", "from": "2020-01-01"},
    }  # fmt: skip
    # Positions are the organisation's own, without a gap: what others hear of moves nothing.
    assert positions_of(session, BRAND) == [1, 2]


def test_only_chosen_types_are_told_and_what_was_before_is_no_longer_told_once_its_publicity_ended(
    session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    watch = make_watch(session, agency.agency_id)
    watches.change(organisation_call(session, BRAND), watch.reference, types=[EventType.LICENCE_BACK_IN_ORDER])
    searched = watches.watch_search(organisation_call(session, OTHER), {"country": "CZ"}, "All")
    watches.change(organisation_call(session, OTHER), searched.reference, types=[EventType.LICENCE_SUSPENDED])
    until = today() + timedelta(days=30)
    suspend(session, agency.agency_id, publish_until=until)
    fan_out_committed(session, keyring)
    suspend(session, agency.agency_id, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    assert types_of(session) == ["licence.back_in_order"]
    assert types_of(session, OTHER) == ["licence.suspended"]
    (event,) = feed_of(session)
    assert event_payload(event, until)["data"]["before"] == {"status": "suspended", "from": today().isoformat()}
    late = event_payload(event, until + timedelta(days=1))
    assert (late["type"], "suspended" in str(late)) == ("licence.back_in_order", False)
    (hidden,) = feed_of(session, OTHER)
    after = until + timedelta(days=1)
    # A choice would otherwise say what the law withholds.
    for types, day, count in (
        (["licence.suspended"], until, 1), (["licence.suspended"], after, 0), (["event.withheld"], after, 1),
        (["licence.revoked"], until, 0), ([], after, 1),
    ):  # fmt: skip
        reached = events_after(session, OTHER, 0, 10, types, today=day)
        assert (len(reached.events), reached.position, reached.has_more) == (count, 1, False)
    assert hidden.type is EventType.LICENCE_SUSPENDED


def test_a_new_watcher_gets_nothing_that_was_published_before(session: Session, keyring: Keyring) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    suspend(session, agency.agency_id)
    # It has not been fanned out yet: the worker was away.
    make_watch(session, agency.agency_id)
    watches.watch_search(organisation_call(session, OTHER), {"country": "CZ"}, "By a search")
    assert fan_out_committed(session, keyring) == 0
    # And nothing remains of the moment at which they began.
    assert set(session.scalars(select(Watch.from_index))) == {0}
    suspend(session, agency.agency_id, LicenceStatus.ACTIVE)
    assert fan_out_committed(session, keyring) == 1
    assert types_of(session) == types_of(session, OTHER) == ["licence.back_in_order"]


def test_a_round_that_was_interrupted_told_nothing_and_is_made_up_for_once(
    session: Session, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    make_watch(session, agency.agency_id)
    suspend(session, agency.agency_id)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(fan_out, "_feed_matches", dies)
        with pytest.raises(KeyboardInterrupt):
            fan_out_committed(session, keyring)
    session.expire_all()
    assert types_of(session) == []
    fan_out_committed(session, keyring)
    assert types_of(session)[-1] == "licence.suspended"
    assert session.execute(select(func.count()).select_from(FeedRow)).scalar_one() == len(types_of(session))


def test_a_cursor_replays_from_any_place_and_is_good_for_its_own_organisation_alone(
    session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    make_watch(session, agency.agency_id)
    for status in (LicenceStatus.SUSPENDED, LicenceStatus.ACTIVE, LicenceStatus.REVOKED):
        suspend(session, agency.agency_id, status)
    fan_out_committed(session, keyring)
    cursors = [cursor_of(keyring, BRAND, place) for place in (0, 1, 2, 3)]
    replayed = [types_of(session, after=position_of(keyring, BRAND, cursor)) for cursor in cursors]
    assert [len(one) for one in replayed] == [3, 2, 1, 0]
    assert replayed[0][1:] == replayed[1]
    tampered = cursors[1][:-2] + ("AA" if cursors[1][-2:] != "AA" else "BB")
    for wrong in (tampered, cursor_of(keyring, OTHER, 1), "", "1", "é", cursors[0][:11]):
        with pytest.raises(InvalidInput, match="is no cursor of your organisation's events"):
            position_of(keyring, BRAND, wrong)


def test_a_list_keeps_no_number_and_hears_of_one_that_is_entered_later(session: Session, keyring: Keyring) -> None:
    person = make_agency(session, holder_kind=HolderKind.SOLE_TRADER, licences=(licence_record(number="OSVC/77"),))
    fan_out_committed(session, keyring)
    numbers = [Number("osvc / 77"), Number("99887766", "CZ"), Number("Z/900")]
    watch, listed = watches.watch_list(organisation_call(session, BRAND), keyring, numbers, "Whole supply")
    assert (listed.known, listed.waited_for) == (1, (2, 3))
    stored = session.execute(select(WatchTarget).where(WatchTarget.watch_id == watch.id)).scalars().all()
    columns = [[row.agency_id is None, row.licence, row.line, row.digest] for row in stored]
    assert columns[0] == [False, person.licences[0].licence_id, 1, None]
    assert not any("99887766" in str(value) or "Z/900" in str(value) for row in columns for value in row)
    late = agency_record()
    late = changed(late, identifiers=(changed(late.identifiers[0], value="99887766"),))
    make_agency(session, agency_id=late.agency_id, identifiers=late.identifiers)
    suspend(session, person.agency_id)
    fan_out_committed(session, keyring)
    assert types_of(session) == ["agency.registered", "licence.suspended"]
    # Of a natural person stands what leads to the public record, and nothing that names anybody.
    names = [name.name for name in person.names]
    assert not any(
        name in str(event_payload(event, today())) for event in feed_of(session) for name in (*names, "OSVC")
    )


def test_a_saved_search_gets_events_of_matching_agencies(session: Session, keyring: Keyring) -> None:
    watches.watch_search(organisation_call(session, BRAND), {"country": "CZ", "authority": authority_of("CZ")}, "Czech")
    watches.watch_search(organisation_call(session, OTHER), {"country": "PL"}, "Polish")
    agency = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    assert types_of(session) == ["agency.registered", "licence.issued"]
    assert types_of(session, OTHER) == []
    with pytest.raises(InvalidInput, match="must ask for at least one of country"):
        watches.watch_search(organisation_call(session, BRAND), {}, "All")
    watch = watches.watch_search(organisation_call(session, OTHER), {"country": "CZ"}, "Czech too")
    watches.change(organisation_call(session, OTHER), watch.reference, is_paused=True)
    suspend(session, agency.agency_id)
    fan_out_committed(session, keyring)
    assert types_of(session, OTHER) == []


def test_what_the_calendar_brings_is_told_once_even_after_a_standstill(session: Session, keyring: Keyring) -> None:
    agency = make_agency(session, licences=(licence_record(valid_to=today() + timedelta(days=31)),))
    sessions = sessionmaker(session.get_bind())
    make_watch(session, agency.agency_id)
    fan_out_committed(session, keyring)
    fan_out.fan_out_calendar(sessions, now())
    for days in (1, 1, 20, 26, 32, 33):
        with time_machine.travel(now() + timedelta(days=days), tick=False):
            fan_out.fan_out_calendar(sessions, now())
    session.expire_all()
    events = [(str(event.type), event.data.get("days")) for event in feed_of(session) if event.licence]
    assert events[-3:] == [("licence.expiring", 30), ("licence.expiring", 7), ("licence.expired", None)]
    # The invented list was read an hour ago and is relied on for 30 days.
    assert [str(event.type) for event in feed_of(session) if event.source] == ["source.stale"]
    make_source(session, "CZ", retrieved_at=[now() + timedelta(days=34)])
    session.commit()
    with time_machine.travel(now() + timedelta(days=34, hours=1), tick=False):
        fan_out.fan_out_calendar(sessions, now())
    session.expire_all()
    assert [str(event.type) for event in feed_of(session) if event.source] == ["source.stale", "source.fresh"]


def test_a_licence_ends_with_the_day_where_its_authority_sits(session: Session, keyring: Keyring) -> None:
    sessions = sessionmaker(session.get_bind())
    last_day = date(2026, 11, 29)
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False) as clock:
        for country in ("CN", "GR", "CZ"):
            licence = licence_record(country=country, valid_to=last_day)
            make_watch(session, make_agency(session, country=country, licences=(licence,)).agency_id)
        fan_out_committed(session, keyring)
        fan_out.fan_out_calendar(sessions, now())
        written = []
        for hour, minute in ((15, 59), (16, 1), (16, 2), (21, 59), (22, 1), (22, 59), (23, 1), (23, 59)):
            clock.move_to(datetime(2026, 11, 29, hour, minute, tzinfo=UTC))
            written.append(fan_out.fan_out_calendar(sessions, now()))
        clock.move_to(datetime(2026, 11, 30, 0, 1, tzinfo=UTC))
        assert [*written, fan_out.fan_out_calendar(sessions, now())] == [0, 1, 0, 0, 1, 0, 1, 0, 0]


def test_after_its_publicity_has_ended_no_one_is_told_what_it_was(session: Session, keyring: Keyring) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    make_watch(session, agency.agency_id)
    suspend(session, agency.agency_id, publish_until=today() + timedelta(days=90))
    fan_out_committed(session, keyring)
    event = feed_of(session)[0]
    assert event_payload(event, today() + timedelta(days=90))["type"] == "licence.suspended"
    late = event_payload(event, today() + timedelta(days=91))
    assert late["type"] == "event.withheld"
    assert "suspended" not in str(late)


def test_a_watch_of_another_organisation_is_not_there(session: Session, keyring: Keyring) -> None:
    agency = make_agency(session)
    watch = make_watch(session, agency.agency_id)
    for reference in (watch.reference, "ABCDEFGHJKMN", "x"):
        with pytest.raises(NotFound, match="there is no such watch of your organisation"):
            watches.change(organisation_call(session, OTHER), reference, is_paused=True)
    watches.end(organisation_call(session, BRAND), watch.reference)
    assert session.execute(select(func.count()).select_from(WatchTarget)).scalar_one() == 0
    assert session.execute(select(func.count()).select_from(WatchEvent)).scalar_one() == 0
