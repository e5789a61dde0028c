"""The ground a verdict stands on, now and as it was known."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.register.authorities.actions import record_retrieval
from registry.register.authorities.models import Retrieval, Source
from registry.register.authorities.queries import snapshot_at, snapshot_version
from tests.make import authority_of, make_authority, make_source, source_facts, source_of


def test_a_list_is_as_fresh_as_its_last_reading(session: Session):
    early, late = now() - timedelta(days=100), now() - timedelta(days=2)
    make_source(session, retrieved_at=(late, early), fresh_for_days=10)
    facts = snapshot_at(session).sources[source_of("CZ")]
    assert (facts.first_retrieved_at, facts.retrieved_at) == (early, late)
    assert facts.stale_at() == late + timedelta(days=10)


def test_freshness_is_what_was_known_at_an_instant(session: Session):
    early, late = now() - timedelta(days=100), now() - timedelta(days=2)
    make_source(session, retrieved_at=(early, late))
    for known_at, seen in ((early, early), (late - timedelta(microseconds=1), early), (late, late)):
        assert snapshot_at(session, known_at).sources[source_of("CZ")].retrieved_at == seen
    before = snapshot_at(session, early - timedelta(microseconds=1)).sources[source_of("CZ")]
    assert before.retrieved_at is None
    assert before.stale_at() is not None


def test_a_list_never_read_is_stale_and_one_kept_here_never():
    assert source_facts("CZ", retrieved_at=None).stale_at() < now()
    assert source_facts("CZ", fresh_for_days=0).stale_at() is None


def test_keeping_an_authority_or_a_list_twice_brings_it_up_to_date(session: Session):
    first = make_authority(session)
    again = make_authority(session, website="https://authority.demo.registry.invalid/")
    assert first is again
    make_source(session, authority=again)
    make_source(session, authority=again, retrieved_at=(), is_full=False)
    assert session.execute(select(func.count()).select_from(Source)).scalar_one() == 1
    facts = snapshot_at(session).authorities[authority_of("CZ")]
    assert facts.website == "https://authority.demo.registry.invalid/"


def test_readers_are_told_whenever_the_ground_changes(session: Session):
    seen = [snapshot_version(session)]
    make_authority(session)
    session.commit()
    seen.append(snapshot_version(session))
    source = make_source(session, retrieved_at=())
    session.commit()
    seen.append(snapshot_version(session))
    record_retrieval(session, source, retrieved_at=now(), digest="0" * 64, counts={})
    session.commit()
    seen.append(snapshot_version(session))
    assert seen == sorted(set(seen))
    assert snapshot_at(session).version == seen[-1]


def test_a_retrieval_keeps_what_the_list_was_when_it_was_read(session: Session):
    source = make_source(session, retrieved_at=(now(),))
    source.is_full, source.fresh_for_days = False, 1
    session.flush()
    stored = session.execute(select(Retrieval)).scalar_one()
    assert (stored.is_full, stored.fresh_for_days) == (True, 30)


def test_a_country_has_its_authorities(session: Session):
    for country in ("CZ", "IT"):
        make_authority(session, country)
    snapshot = snapshot_at(session)
    assert [one.reference for one in snapshot.authorities_of("IT")] == [authority_of("IT")]
    assert snapshot.time_zone(authority_of("IT")) == "Europe/Rome"
    assert snapshot.time_zone("nobody-knows") is None
    assert snapshot.time_zone(None) is None
