"""Keys of requests that count once: taken once however many come, for one thing each, and forgotten after a day or two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.intake.idempotency import Repeat, claim, forget_repeats
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import RepeatDiffers
from registry.http.transaction import Services

TODAY = date(2026, 11, 25)
KEY, QUESTION = "0123456789abcdef", "digest of what was sent"


def test_a_key_is_taken_once_for_each_scope(session: Session, sealer: Sealer) -> None:
    assert claim(session, sealer, "start", KEY, QUESTION, TODAY)
    assert not claim(session, sealer, "start", KEY, QUESTION, TODAY)
    assert claim(session, sealer, "worker of another", KEY, QUESTION, TODAY)


def test_a_key_stands_for_one_thing(session: Session, sealer: Sealer) -> None:
    claim(session, sealer, "start", KEY, QUESTION, TODAY)
    with pytest.raises(RepeatDiffers):
        claim(session, sealer, "start", KEY, "something else", TODAY)


def test_of_many_at_once_one_takes_it(held_services: Services, sealer: Sealer) -> None:
    def take(_: int) -> bool:
        with held_services.sessions.begin() as session:
            return claim(session, sealer, "start", KEY, QUESTION, TODAY)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(16))) == 1


def test_neither_key_nor_question_stands_in_the_table(session: Session, sealer: Sealer) -> None:
    claim(session, sealer, "start", KEY, QUESTION, TODAY)
    row = session.execute(select(Repeat)).scalar_one()
    assert KEY not in f"{row.digest} {row.question}"
    assert row.digest != sealer.digest("other", f"start\0{KEY}")


def test_keys_are_forgotten_after_two_days(session: Session, sealer: Sealer) -> None:
    claim(session, sealer, "start", KEY, QUESTION, TODAY)
    assert forget_repeats(session, TODAY + timedelta(days=2)) == 0
    assert forget_repeats(session, TODAY + timedelta(days=3)) == 1
    assert claim(session, sealer, "start", KEY, QUESTION, TODAY)
