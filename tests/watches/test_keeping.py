"""Feeds are kept for their time and no longer, and of a closed organisation no watch and no webhook is left."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.cli import main
from registry.core.clock import now
from registry.core.errors import CursorTooOld
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.watches import DeliveryState
from registry.watches import retention, webhooks
from registry.watches.feed import cursor_of, position_of_cursor
from registry.watches.models import Delivery, FeedHead, FeedRow, Watch, WatchEvent, WatchTarget, Webhook
from tests.make import licence_record, make_agency, make_organisation, organisation_call, suspend
from tests.serving import environment
from tests.watches.making import fan_out_committed, feed_of, make_watch, positions_of, types_of


def count(session: Session, table: type) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def purged(session: Session, days: float) -> retention.Purged:
    session.commit()
    done = retention.purge(sessionmaker(session.get_bind()), now() + timedelta(days=days))
    session.expire_all()
    return done


def test_deliveries_go_after_a_month_and_events_after_four_hundred_days_and_an_older_cursor_says_so(
    session: Session, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Several rounds, so that none may end after its first.
    monkeypatch.setattr(retention, "MAX_AT_ONCE", 1)
    ours, other = make_organisation(session).id, make_organisation(session, "Invented Others").id
    agency = make_agency(session, licences=(licence_record(),)).agency_id
    fan_out_committed(session, keyring)
    make_watch(session, agency, ours)
    make_watch(session, agency, other)
    webhooks.make(organisation_call(session, ours), keyring, "https://hooks.example.org/", "Ours", is_unsafe=False)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    suspend(session, agency, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    newest = feed_of(session, ours)[-1].id
    session.execute(update(WatchEvent).where(WatchEvent.id == newest).values(at=now() + timedelta(days=10)))
    assert purged(session, 399) == (0, 0, 0)
    # Whatever still waits stays, however old it is.
    session.execute(update(Delivery).where(Delivery.event_id != newest).values(state=DeliveryState.FAILED))
    assert purged(session, 29) == (0, 0, 0)
    assert purged(session, 31) == (1, 0, 0)
    assert purged(session, 401) == (0, 2, 1)
    assert types_of(session, ours) == types_of(session, other) == ["licence.back_in_order"]
    with pytest.raises(CursorTooOld, match=r"1 of the events behind this cursor are .* leave `cursor` out"):
        position_of_cursor(session, keyring, ours, cursor_of(keyring, ours, 0))
    assert position_of_cursor(session, keyring, ours, cursor_of(keyring, ours, 1)) == 1
    session.execute(update(Delivery).values(state=DeliveryState.DELIVERED))
    assert purged(session, 411) == (1, 2, 1)
    assert count(session, WatchEvent) == 0
    with pytest.raises(CursorTooOld):
        position_of_cursor(session, keyring, ours, cursor_of(keyring, ours, 1))
    # Positions go on where they were: none is given twice.
    assert position_of_cursor(session, keyring, ours, cursor_of(keyring, ours, 2)) == 2
    suspend(session, agency)
    fan_out_committed(session, keyring)
    assert positions_of(session, ours) == [3]


def test_a_closed_organisation_watches_nothing_is_called_no_more_and_has_no_feed(
    session: Session, keyring: Keyring, settings: Settings
) -> None:
    ours, other = make_organisation(session), make_organisation(session, "Invented Others")
    agency = make_agency(session, licences=(licence_record(),)).agency_id
    fan_out_committed(session, keyring)
    for one in (ours, other):
        make_watch(session, agency, one.id)
        webhooks.make(organisation_call(session, one.id), keyring, "http://127.0.0.1:9/", "An ear", is_unsafe=True)
    suspend(session, agency)
    fan_out_committed(session, keyring)
    ids, reference = (ours.id, other.id), ours.reference
    session.commit()
    command = ["employers", "close", reference, "--yes"]
    pending = CliRunner().invoke(main, command, env=environment(settings, settings.port))
    assert pending.exit_code == 0, pending.output
    session.expire_all()
    for table in (Watch, WatchTarget, Webhook, Delivery, FeedHead, FeedRow):
        assert count(session, table) == 1, table
    suspend(session, agency, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    assert (types_of(session, ids[0]), len(types_of(session, ids[1]))) == ([], 2)
    # What a request that had begun before makes after it.
    make_watch(session, agency, ids[0])
    assert purged(session, 0) == (0, 0, 0)
    assert set(session.execute(select(Watch.organisation_id)).scalars()) == {ids[1]}
