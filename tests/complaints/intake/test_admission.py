"""Admission: work or waiting, each good once and for one purpose; counted by day, and by nothing that identifies."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import altcha
import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.intake import rules
from registry.complaints.intake.admission import Admission
from registry.complaints.intake.models import DailyCount, DayKey, UsedChallenge
from registry.complaints.intake.rules import CAPS, Cap, Purpose, pressure_of, tries_of, wait_of
from registry.core.errors import NotAdmitted
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.vocabulary.codes import Lack

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NETWORK = "203.0.113.7"


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> Any:
    # Fewer tries than people make: what is tested is who gets in, not how fast a machine hashes.
    monkeypatch.setattr(rules, "TRIES", 3)
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def door(settings: Settings) -> Admission:
    return Admission(Keyring(settings.keys), settings.home)


def worked(challenge: dict[str, Any]) -> str:
    """The solution as a browser sends it, found by the library's own solver."""
    read = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(read)
    assert solution is not None
    return altcha.Payload(read, solution).to_base64()


def refused(door: Admission, session: Session, proof: str | None, at: datetime = NOW, **other: Any) -> Lack:
    with pytest.raises(NotAdmitted) as refusal:
        door.admit(session, other.get("purpose", Purpose.START), NETWORK, proof, at)
    return refusal.value.lack


def test_work_lets_in_once(door: Admission, session: Session) -> None:
    proof = worked(door.offer(session, Purpose.START, NETWORK, NOW).challenge)
    assert door.admit(session, Purpose.START, NETWORK, proof, NOW) is True
    session.commit()
    assert refused(door, session, proof) is Lack.USED


def test_the_same_work_written_differently_is_the_same_work(door: Admission, session: Session) -> None:
    proof = worked(door.offer(session, Purpose.START, NETWORK, NOW).challenge)
    door.admit(session, Purpose.START, NETWORK, proof, NOW)
    given = json.loads(base64.b64decode(proof))
    given["solution"]["time"] = 12.5
    given["challenge"]["parameters"] = dict(reversed(given["challenge"]["parameters"].items()))
    assert refused(door, session, base64.b64encode(json.dumps(given).encode()).decode()) is Lack.USED


def test_a_ticket_lets_in_once_and_not_before_its_time(door: Admission, session: Session) -> None:
    offer = door.offer(session, Purpose.OPEN, NETWORK, NOW)
    assert offer.wait == rules.WAIT
    early = NOW + timedelta(seconds=offer.wait - 1)
    assert refused(door, session, offer.ticket, early, purpose=Purpose.OPEN) is Lack.TOO_EARLY
    assert door.wait_left(Purpose.OPEN, offer.ticket, NOW) == offer.wait + 1
    later = NOW + timedelta(seconds=offer.wait)
    assert door.wait_left(Purpose.OPEN, offer.ticket, later) == 0
    door.admit(session, Purpose.OPEN, NETWORK, offer.ticket, later)
    assert refused(door, session, offer.ticket, later, purpose=Purpose.OPEN) is Lack.USED


def test_a_complainant_who_could_not_be_served_need_not_wait_again(door: Admission, session: Session) -> None:
    door.admit(session, Purpose.START, NETWORK, door.waited(Purpose.START, NOW), NOW)


def test_a_proof_serves_for_what_it_was_given_for(door: Admission, session: Session) -> None:
    offer = door.offer(session, Purpose.START, NETWORK, NOW)
    at = NOW + timedelta(seconds=offer.wait)
    assert refused(door, session, worked(offer.challenge), purpose=Purpose.OPEN) is Lack.WRONG
    assert refused(door, session, offer.ticket, at, purpose=Purpose.OPEN) is Lack.WRONG


def test_a_proof_does_not_last(door: Admission, session: Session) -> None:
    offer = door.offer(session, Purpose.START, NETWORK, NOW)
    proof = worked(offer.challenge)
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert refused(door, session, proof, NOW + timedelta(hours=1)) is Lack.EXPIRED
    assert refused(door, session, offer.ticket, NOW + timedelta(hours=1)) is Lack.EXPIRED


def _eased(given: dict[str, Any]) -> None:
    given["challenge"]["parameters"]["cost"] = 1


def _without_key(given: dict[str, Any]) -> None:
    given["challenge"]["parameters"].pop("keySignature")


def _unsigned(given: dict[str, Any]) -> None:
    given["challenge"].pop("signature")


def _guessed(given: dict[str, Any]) -> None:
    given["solution"]["derivedKey"] = "00" * 32


def _later(given: dict[str, Any]) -> None:
    given["challenge"]["parameters"]["expiresAt"] += 86_400


@pytest.mark.parametrize("change", [_eased, _without_key, _unsigned, _guessed, _later])
def test_work_that_was_tampered_with_is_worth_nothing(
    door: Admission, session: Session, change: Callable[[dict[str, Any]], None]
) -> None:
    given = json.loads(base64.b64decode(worked(door.offer(session, Purpose.START, NETWORK, NOW).challenge)))
    change(given)
    assert refused(door, session, base64.b64encode(json.dumps(given).encode()).decode()) is Lack.WRONG


def test_work_signed_by_another_registry_is_worth_nothing(door: Admission, session: Session, tmp_path: Path) -> None:
    other = Admission(Keyring(tmp_path / "other"), tmp_path)
    assert refused(door, session, worked(other.offer(session, Purpose.START, NETWORK, NOW).challenge)) is Lack.WRONG


@pytest.mark.parametrize(
    "proof",
    [
        "x",
        "e30=",
        "bnVsbA==",
        "W10=",
        "t1.start.0.0.0",
        "t1.",
        "t1.start.99999999999999999999.a.b",
        "\ud800",
        "=" * 5000,
        base64.b64encode(b"[" * 2000).decode(),
        base64.b64encode(b'{"challenge": 1, "solution": 2}').decode(),
    ],
)
def test_nonsense_is_refused_without_an_error_of_ours(door: Admission, session: Session, proof: str) -> None:
    assert refused(door, session, proof) is Lack.WRONG


def test_nothing_given_asks_for_an_offer(door: Admission, session: Session) -> None:
    assert refused(door, session, None) is Lack.NOTHING_GIVEN
    assert refused(door, session, "") is Lack.NOTHING_GIVEN


def test_two_at_once_with_one_proof_get_in_once(held_services: Services, door: Admission, session: Session) -> None:
    proof = door.waited(Purpose.START, NOW)
    session.commit()
    outcomes: list[str] = []
    together = Barrier(4)

    def come() -> None:
        together.wait()
        try:
            with held_services.sessions.begin() as own:
                door.admit(own, Purpose.START, NETWORK, proof, NOW)
            outcomes.append("in")
        except NotAdmitted as refusal:
            outcomes.append(refusal.lack)

    threads = [Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["in", "used", "used", "used"]


def test_what_was_not_committed_was_not_used(door: Admission, session: Session) -> None:
    proof = door.waited(Purpose.START, NOW)
    door.admit(session, Purpose.START, NETWORK, proof, NOW)
    session.rollback()
    door.admit(session, Purpose.START, NETWORK, proof, NOW)


def test_the_more_come_the_longer_it_takes_and_no_one_is_refused(
    door: Admission, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, Purpose.START, Cap(of_a_bucket=2, of_all=1_000))
    waits = []
    for number in range(9):
        # At an unhurried pace.
        at = NOW + timedelta(seconds=number * rules.FADES_IN)
        waits.append(door.offer(session, Purpose.START, NETWORK, at).wait)
        door.admit(session, Purpose.START, NETWORK, door.waited(Purpose.START, at), at)
    assert waits == [15, 15, 30, 30, 60, 60, 120, 120, 120]
    assert door.offer(session, Purpose.OPEN, NETWORK, NOW).wait == 15
    assert door.offer(session, Purpose.START, NETWORK, NOW + timedelta(days=1)).wait == 15


def most_tries(door: Admission, session: Session, network: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """Of how many counters the next challenge of a network may have."""
    given: list[int] = []
    monkeypatch.setattr("registry.complaints.intake.admission.secrets.randbelow", lambda most: given.append(most) or 0)
    door.offer(session, Purpose.OPEN, network, NOW)
    return given[0]


def test_the_nth_ticket_of_a_network_waits_n_times_as_long_and_another_network_pays_the_ordinary(
    door: Admission, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    hundredth = timedelta(seconds=0.01)
    waits = [door.offer(session, Purpose.OPEN, NETWORK, NOW + number * hundredth).wait for number in range(80)]
    assert waits == [15, 30, 45, 60, 75, 90, 105] + [120] * 73
    assert most_tries(door, session, NETWORK, monkeypatch) == 4 * rules.TRIES
    assert door.offer(session, Purpose.OPEN, "203.0.113.8", NOW).wait == 15
    assert most_tries(door, session, "203.0.113.9", monkeypatch) == rules.TRIES
    # Four minutes later nothing is left of it.
    later = NOW + timedelta(seconds=rules.FADES_IN * rules.MAX_COUNTED)
    assert door.offer(session, Purpose.OPEN, NETWORK, later).wait == 15


def test_a_ticket_that_a_visitor_has_stays_theirs_while_it_is_good(door: Admission, session: Session) -> None:
    first = door.offer(session, Purpose.OPEN, NETWORK, NOW)
    again = door.offer(session, Purpose.OPEN, NETWORK, NOW + timedelta(seconds=5), first.ticket)
    assert (again.ticket, again.wait) == (first.ticket, 11)
    later = NOW + timedelta(seconds=15)
    assert door.offer(session, Purpose.OPEN, NETWORK, later, first.ticket).wait == 0
    assert door.admit(session, Purpose.OPEN, NETWORK, first.ticket, later) is False
    for bad in (first.ticket, "nonsense", door.waited(Purpose.START, later)):
        assert door.offer(session, Purpose.OPEN, NETWORK, later, bad).ticket != bad


def test_who_reloads_a_page_with_a_ticket_gets_no_cheaper_work(
    door: Admission, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = door.offer(session, Purpose.OPEN, NETWORK, NOW).ticket
    for _ in range(8):
        assert door.offer(session, Purpose.OPEN, NETWORK, NOW, ticket).ticket == ticket
    assert most_tries(door, session, NETWORK, monkeypatch) == 4 * rules.TRIES


def test_a_flood_from_everywhere_is_felt_by_all(
    door: Admission, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, Purpose.OPEN, Cap(of_a_bucket=1_000, of_all=20))
    for number in range(20):
        door.admit(session, Purpose.OPEN, f"198.51.100.{number}", door.waited(Purpose.OPEN, NOW), NOW)
    assert door.offer(session, Purpose.OPEN, NETWORK, NOW).wait == 30


def test_pressure_never_falls_as_more_come_and_ends_at_two_minutes() -> None:
    cap = Cap(10, 100)
    pressures = [pressure_of(cap, count, 0) for count in range(200)]
    assert pressures == sorted(pressures)
    assert {wait_of(one) for one in pressures} == {15, 30, 60, 120}
    assert max(tries_of(one) for one in pressures) == 4 * rules.TRIES


def test_networks_share_few_buckets_and_change_them_every_day(door: Admission, session: Session) -> None:
    for day in (0, 1):
        at = NOW + timedelta(days=day)
        for number in range(200):
            door.admit(session, Purpose.START, f"10.0.{number}.1", door.waited(Purpose.START, at), at)
    rows = session.execute(select(DailyCount)).scalars().all()
    first, second = (
        {row.bucket: row.count for row in rows if row.day == (NOW + timedelta(days=day)).date()} for day in (0, 1)
    )
    assert sum(first.values()) == sum(second.values()) == 200
    # Some two hundred networks on sixty-four: none is alone for long, and tomorrow's neighbours are others.
    assert 40 < len(first) <= 64
    assert first != second


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_key_of_a_day_is_gone_the_next(door: Admission, session: Session, settings: Settings) -> None:
    door.offer(session, Purpose.START, NETWORK, NOW)
    assert [path.name for path in (settings.home / "days").glob("[!.]*")] == ["2026-11-25.secret"]
    door.offer(session, Purpose.START, NETWORK, NOW + timedelta(days=1))
    assert [path.name for path in (settings.home / "days").glob("[!.]*")] == ["2026-11-26.secret"]


def test_what_is_over_is_forgotten_and_what_could_be_replayed_is_not(
    door: Admission, session: Session, settings: Settings
) -> None:
    late = NOW.replace(hour=23, minute=50)
    proof = door.waited(Purpose.START, late)
    door.admit(session, Purpose.START, NETWORK, proof, late)
    after = late + timedelta(minutes=15)
    door.forget(session, after)
    assert refused(door, session, proof, after) is Lack.USED
    assert session.execute(select(DailyCount)).all() == []
    assert list((settings.home / "days").glob("*.secret")) == []
    door.forget(session, after + timedelta(days=1))
    assert session.execute(select(UsedChallenge)).all() == []


def test_no_address_and_no_instant_is_kept(door: Admission, session: Session, settings: Settings) -> None:
    door.admit(session, Purpose.START, NETWORK, door.waited(Purpose.START, NOW), NOW)
    session.commit()
    for model in (UsedChallenge, DailyCount):
        for column in model.__table__.columns:
            assert column.type.python_type is not datetime
    for path in settings.home.rglob("*"):
        assert path.is_dir() or NETWORK.encode() not in path.read_bytes()


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_machines_count_a_network_together_and_the_key_of_a_day_goes_with_it(
    settings: Settings, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CAPS, Purpose.START, Cap(2, 1_000))
    keys = Keyring(settings.keys)
    one, other = Admission(keys, settings.home), Admission(keys, tmp_path / "other-machine")
    first = other.offer(session, Purpose.START, NETWORK, NOW)
    for _ in range(8):
        one.admit(session, Purpose.START, NETWORK, one.waited(Purpose.START, NOW), NOW)
    session.commit()
    assert other.offer(session, Purpose.START, NETWORK, NOW).wait > first.wait
    [sealed] = session.execute(select(DayKey.sealed)).scalars()
    assert len(sealed) == 12 + 32 + 16
    assert not (settings.home / "days").exists()
    other.forget(session, NOW + timedelta(days=1))
    assert session.execute(select(DayKey.sealed)).scalars().all() == []
