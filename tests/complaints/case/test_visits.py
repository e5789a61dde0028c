"""Visits last half an hour without a word and four hours at most; a row or a token alone is worth nothing."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.visits import begin, confirm, end, end_all, forget_expired, form_token, visit
from registry.complaints.sealing.models import OpenVisit
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import NoVisit
from registry.core.keyring import Keyring
from registry.vocabulary.cases import MailboxState
from tests.complaints.boxes import Filed, make_box

NOON = datetime(2026, 11, 25, 12, 0, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def filed(session: Session, sealer: Sealer) -> Filed:
    return make_box(session, sealer)


def row_of(session: Session) -> OpenVisit:
    return session.execute(select(OpenVisit)).scalar_one()


def is_over(session: Session, sealer: Sealer, token: str, at: datetime) -> bool:
    try:
        visit(session, sealer, token, at)
    except NoVisit:
        return True
    return False


def test_a_visit_opens_the_mailbox_without_the_receipt(session: Session, sealer: Sealer, filed: Filed) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    found = visit(session, sealer, token, NOON)
    assert (found.box.id, found.seed, found.code, found.is_mailbox) == (filed.box.id, filed.root.seed, None, True)
    assert sealer.open_as_mailbox(session, found.box, found.seed).tiers
    assert filed.root.seed.hex() not in repr(found)


def test_it_ends_after_half_an_hour_of_silence_and_not_before(session: Session, sealer: Sealer, filed: Filed) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    assert visit(session, sealer, token, NOON + 29 * MINUTE)
    assert visit(session, sealer, token, NOON + 58 * MINUTE)
    assert is_over(session, sealer, token, NOON + 94 * MINUTE)


def test_it_ends_after_four_hours_however_often_it_is_used(session: Session, sealer: Sealer, filed: Filed) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    for quarter in range(16):
        assert visit(session, sealer, token, NOON + quarter * 15 * MINUTE)
    assert is_over(session, sealer, token, NOON + 4 * HOUR + 5 * MINUTE)


def test_a_reader_extends_nothing(session: Session, sealer: Sealer, filed: Filed) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    before = row_of(session).expires_at
    assert visit(session, sealer, token, NOON + 20 * MINUTE, is_extended=False)
    assert row_of(session).expires_at == before


def test_the_row_says_when_to_five_minutes_and_most_requests_write_nothing(
    session: Session, sealer: Sealer, filed: Filed
) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    row = row_of(session)
    assert (row.expires_at, row.ends_at) == (
        NOON.replace(minute=35, second=0),
        NOON.replace(hour=16, minute=5, second=0),
    )
    session.commit()
    visit(session, sealer, token, NOON + 4 * MINUTE)
    assert not session.dirty
    visit(session, sealer, token, NOON + 6 * MINUTE)
    assert row_of(session).expires_at == NOON.replace(minute=40, second=0)


def test_the_receipt_is_kept_until_it_is_confirmed(session: Session, sealer: Sealer, filed: Filed) -> None:
    filed.box.state = MailboxState.UNCONFIRMED
    token = begin(session, sealer, filed.box, filed.root.seed, NOON, code=filed.code)
    other = begin(session, sealer, filed.box, filed.root.seed, NOON, code=filed.code)
    found = visit(session, sealer, token, NOON)
    assert (found.code, found.is_confirmed, found.is_mailbox) == (filed.code, False, False)
    confirm(session, found)
    for again in (visit(session, sealer, token, NOON), visit(session, sealer, other, NOON)):
        assert (again.code, again.is_confirmed) == (None, True)
    assert {row.code_sealed for row in session.execute(select(OpenVisit)).scalars()} == {None}


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "é" * 43,
        "A" * 43,
        "A" * 44,
        "A" * 10_000_000,
        "../../etc",
        " " * 43,
        urlsafe_b64encode(bytes(33)).decode(),
    ],
)
def test_a_token_that_was_never_given_is_no_visit(session: Session, sealer: Sealer, filed: Filed, token: str) -> None:
    begin(session, sealer, filed.box, filed.root.seed, NOON)
    assert is_over(session, sealer, token, NOON)


def test_tokens_are_256_random_bits_and_the_table_has_none(session: Session, sealer: Sealer, filed: Filed) -> None:
    tokens = {begin(session, sealer, filed.box, filed.root.seed, NOON) for _ in range(50)}
    assert len(tokens) == 50
    assert {len(token) for token in tokens} == {43}
    stored = " ".join(
        f"{row.digest} {row.seed_sealed} {row.code_sealed}" for row in session.execute(select(OpenVisit)).scalars()
    )
    assert not any(token in stored for token in tokens)


def test_a_token_that_an_intruder_fixed_in_the_table_opens_nothing(
    session: Session, sealer: Sealer, filed: Filed
) -> None:
    begin(session, sealer, filed.box, filed.root.seed, NOON)
    raw = secrets.token_bytes(32)
    row_of(session).digest = hashlib.sha256(raw).hexdigest()
    assert is_over(session, sealer, urlsafe_b64encode(raw).decode().rstrip("="), NOON)


def test_a_visit_moved_to_another_box_opens_nothing(session: Session, sealer: Sealer, filed: Filed) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    row_of(session).box_id = make_box(session, sealer).box.id
    assert is_over(session, sealer, token, NOON)


def test_row_and_token_without_the_servers_secret_open_nothing(
    session: Session, sealer: Sealer, filed: Filed, tmp_path: Path
) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    assert is_over(session, Sealer(Keyring(tmp_path / "other")), token, NOON)


def test_one_that_was_ended_does_not_come_back_and_others_stay(session: Session, sealer: Sealer, filed: Filed) -> None:
    first, second = (begin(session, sealer, filed.box, filed.root.seed, NOON) for _ in range(2))
    end(session, visit(session, sealer, first, NOON))
    assert is_over(session, sealer, first, NOON)
    assert not is_over(session, sealer, second, NOON)
    end_all(session, filed.box)
    assert is_over(session, sealer, second, NOON)


@pytest.mark.parametrize("state", [MailboxState.REPLACED, MailboxState.CUT_OFF])
def test_who_was_cut_off_meanwhile_is_out(session: Session, sealer: Sealer, filed: Filed, state: MailboxState) -> None:
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    filed.box.state = state
    assert is_over(session, sealer, token, NOON)


def test_rows_of_visits_that_are_over_are_forgotten(session: Session, sealer: Sealer, filed: Filed) -> None:
    begin(session, sealer, filed.box, filed.root.seed, NOON - 2 * HOUR)
    token = begin(session, sealer, filed.box, filed.root.seed, NOON)
    assert forget_expired(session, NOON) == 1
    assert not is_over(session, sealer, token, NOON)


def test_a_form_belongs_to_its_visit(session: Session, sealer: Sealer, filed: Filed) -> None:
    one, other = (begin(session, sealer, filed.box, filed.root.seed, NOON) for _ in range(2))
    assert visit(session, sealer, one, NOON).form_token == form_token(one)
    assert form_token(one) != form_token(other)
    assert one not in form_token(one)
