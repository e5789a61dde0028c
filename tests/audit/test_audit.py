"""The audit trail: every change, removal or cut is detected, and a purge leaves lines about no one."""

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import forget_subject, record
from registry.audit.models import AuditEntry, AuditHead, AuditSubject
from registry.audit.queries import Head, exported, head, verify
from registry.core.db.engine import engine_for, sessions_for
from tests.audit.lines import lines_about
from tests.conftest import Database

DAY = date(2026, 11, 25)
CASE, OTHER = "7Q9ZEXWXKGDG", "8W2PEXWXKGDH"
WRITERS, LINES = 8, 12

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(database: Database) -> Iterator[Sessions]:
    engine = engine_for(database.url, timeout=120)
    yield sessions_for(engine)
    engine.dispose()


def write(sessions: Sessions, count: int = 3, subject: str = CASE) -> Head:
    with sessions.begin() as session:
        for number in range(count):
            record(session, "case.read", subject, on=DAY, actor="A. Officer", detail=f"triage {number}")
        return head(session)


def troubles(sessions: Sessions, stored: Head | None = None) -> list[str]:
    with sessions() as session:
        return verify(session, stored).troubles


def change(sessions: Sessions, kind: str, *statements: str) -> None:
    """As a hand would that can write to the database and takes its triggers away."""
    with sessions.begin() as session:
        for name in ("update", "delete") if kind == "sqlite" else ("change",):
            on = " ON audit_entries" if kind == "postgresql" else ""
            session.execute(text(f"DROP TRIGGER audit_entries_refuse_{name}{on}"))
        for statement in statements:
            session.execute(text(statement))


def test_lines_of_an_undone_savepoint_leave_no_gap_and_the_head_is_read_anew(sessions: Sessions) -> None:
    with sessions.begin() as session:
        savepoint = session.begin_nested()
        record(session, "case.read", CASE, on=DAY, actor="A. Officer", detail="undone")
        savepoint.rollback()
        record(session, "case.read", OTHER, on=DAY, actor="A. Officer")
        savepoint = session.begin_nested()
        record(session, "case.read", CASE, on=DAY, actor="A. Officer", detail="undone too")
        savepoint.rollback()
        with session.begin_nested():
            record(session, "case.read", CASE, on=DAY, actor="A. Officer", detail="kept")
        record(session, "case.read", CASE, on=DAY, actor="A. Officer")
        assert head(session).size == 3
    with sessions() as session:
        assert [line.detail for line in lines_about(session, CASE)] == ["kept", ""]
        assert len(lines_about(session, OTHER)) == 1
    assert troubles(sessions) == []


def test_lines_that_wait_to_be_written_are_of_one_subject_and_go_on_after_a_commit(sessions: Sessions) -> None:
    with sessions() as session:
        for _ in range(2):
            with session.no_autoflush:
                for _ in range(2):
                    record(session, "case.read", CASE, on=DAY, actor="A. Officer", unit="it-labour")
            with session.no_autoflush, session.begin_nested():
                for _ in range(2):
                    record(session, "case.read", OTHER, on=DAY, actor="A. Officer", unit="it-labour")
            session.commit()
        assert len(lines_about(session, CASE)) == len(lines_about(session, OTHER)) == 4
        assert session.execute(select(AuditSubject.unit)).scalars().all() == ["it-labour"] * 2
    assert troubles(sessions) == []


def test_a_subject_that_is_forgotten_between_two_lines_gets_another_name(sessions: Sessions) -> None:
    with sessions.begin() as session:
        before = record(session, "case.read", CASE, on=DAY, actor="A. Officer")
        forget_subject(session, CASE)
        after = record(session, "case.read", CASE, on=DAY, actor="A. Officer")
        assert before.subject != after.subject
        assert len(lines_about(session, CASE)) == 1
    assert troubles(sessions) == []


def test_lines_follow_from_one_another_by_their_exact_bytes(sessions: Sessions) -> None:
    write(sessions)
    with sessions() as session:
        rows = list(session.execute(select(AuditEntry).order_by(AuditEntry.index)).scalars())
        last = bytes(32)
        for number, row in enumerate(rows):
            assert row.hash == hashlib.sha256(last + row.body).digest()
            assert json.loads(row.body) == {
                "act": "case.read",
                "actor": "A. Officer",
                "detail": f"triage {number}",
                "index": number,
                "on": "2026-11-25",
                "subject": rows[0].subject,
                "v": 1,
            }
            last = row.hash
        assert verify(session).head == head(session) == Head(3, last.hex())
        assert verify(session).troubles == []


def test_an_empty_audit_is_well(sessions: Sessions) -> None:
    assert troubles(sessions) == []
    assert troubles(sessions, Head(0, bytes(32).hex())) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"])
def test_the_database_refuses_to_change_a_line(sessions: Sessions, statement: str) -> None:
    write(sessions)
    with pytest.raises(DBAPIError, match="append-only"), sessions.begin() as session:
        session.execute(text(statement))
    assert troubles(sessions) == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE audit_entries SET actor = 'B. Officer' WHERE act = 'case.read' AND detail = 'triage 1'", "otherwise"),
        ("DELETE FROM audit_entries WHERE detail = 'triage 1'", "lines 1 to 1 are missing"),
        ("DELETE FROM audit_entries WHERE detail = 'triage 0'", "lines 0 to 0 are missing"),
        ("DELETE FROM audit_entries WHERE detail = 'triage 2'", "the end was changed"),
        ("UPDATE audit_head SET size = 2", "the end was changed"),
        ("UPDATE audit_entries SET hash = (SELECT hash FROM audit_head) WHERE detail = 'triage 1'", "does not follow"),
    ],
)
def test_what_was_changed_behind_our_back_is_found(
    sessions: Sessions, database: Database, statement: str, expected: str
) -> None:
    write(sessions)
    change(sessions, database.kind, statement)
    assert any(expected in trouble for trouble in troubles(sessions))


def test_an_end_that_was_cut_off_with_its_head_is_found_by_a_head_from_before(
    sessions: Sessions, database: Database
) -> None:
    write(sessions, 2)
    stored = write(sessions, 1)
    write(sessions, 1)
    assert troubles(sessions, stored) == []
    with sessions() as session:
        second = session.execute(select(AuditEntry.hash).where(AuditEntry.index == 1)).scalar_one()
    change(sessions, database.kind, "DELETE FROM audit_entries WHERE detail = 'triage 0' AND subject <> ''")
    with sessions.begin() as session:
        session.execute(select(AuditHead)).scalar_one().size = 1
    assert troubles(sessions)
    # Cut cleanly, and the chain alone looks well.
    with sessions.begin() as session:
        session.execute(text("DELETE FROM audit_entries"))
        row = session.execute(select(AuditHead)).scalar_one()
        row.size, row.hash = 0, bytes(32)
    assert troubles(sessions) == []
    assert second
    assert any("cut off or written anew" in trouble for trouble in troubles(sessions, stored))


def test_eight_writers_at_once_leave_no_gap_even_where_some_give_up(sessions: Sessions) -> None:
    def work(writer: int) -> int:
        stored = 0
        for turn in range(LINES):
            with sessions() as session:
                record(session, "case.moved", f"case-{(writer + turn) % 3}", on=DAY, actor=f"officer {writer}")
                if (writer + turn) % 4 == 3:
                    session.rollback()
                else:
                    session.commit()
                    stored += 1
        return stored

    with ThreadPoolExecutor(WRITERS) as pool:
        stored = sum(pool.map(work, range(WRITERS)))
    with sessions() as session:
        found = verify(session)
        assert (found.troubles, found.head.size) == ([], stored)
        # One pseudonym of a subject, whichever thread wrote it first.
        assert len(session.execute(select(AuditSubject)).all()) == 3


def test_lines_are_found_by_their_subject_until_it_is_purged_and_remain(sessions: Sessions) -> None:
    write(sessions, 2)
    write(sessions, 1, OTHER)
    with sessions() as session:
        assert [line.detail for line in lines_about(session, CASE)] == ["triage 0", "triage 1"]
    with sessions.begin() as session:
        assert forget_subject(session, CASE)
        assert not forget_subject(session, CASE)
    with sessions() as session:
        assert lines_about(session, CASE) == []
        assert len(lines_about(session, OTHER)) == 1
        found = verify(session)
        assert (found.head.size, found.troubles) == (3, [])
        lines = b"".join(exported(session))
    assert CASE.encode() not in lines
    # A case of the same reference is another one now.
    write(sessions, 1)
    with sessions() as session:
        assert len(lines_about(session, CASE)) == 1


def test_the_reference_stands_in_no_line(sessions: Sessions) -> None:
    write(sessions)
    with sessions() as session:
        for row in session.execute(select(AuditEntry)).scalars():
            assert CASE not in row.subject
            assert CASE.encode() not in row.body


def test_an_export_can_be_checked_without_us(sessions: Sessions) -> None:
    write(sessions)
    with sessions() as session:
        lines = b"".join(exported(session)).splitlines()
        last = bytes(32)
        for number, line in enumerate(lines[:-1]):
            body = line.partition(b'"line":')[2][:-1]
            last = hashlib.sha256(last + body).digest()
            assert json.loads(line)["hash"] == last.hex()
            assert json.loads(body)["index"] == number
        assert json.loads(lines[-1]) == {"head": f"3:{last.hex()}"}


def test_nothing_is_recorded_that_is_rolled_back_and_no_long_text_fits(sessions: Sessions) -> None:
    with sessions() as session:
        record(session, "case.read", CASE, on=DAY, actor="A. Officer")
        session.rollback()
    assert troubles(sessions) == []
    with sessions() as session, pytest.raises(ValueError, match="too long"):
        record(session, "case.read", CASE, on=DAY, actor="A. Officer", detail="x" * 401)


def test_a_body_that_is_no_longer_bytes_is_told_and_ends_no_check(sessions: Sessions, database: Database) -> None:
    write(sessions)
    if database.kind == "sqlite":
        change(
            sessions, database.kind, "UPDATE audit_entries SET body = replace(body, 'case', 'cose') WHERE \"index\" = 1"
        )
        assert "line 1 is damaged: its body or hash is no longer the bytes that were written" in troubles(sessions)
