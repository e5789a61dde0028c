"""The bucket's guard: what a home restored together with its database cannot know, and two homes that sign at once."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import FilesUnavailable, ForkRefused
from registry.core.settings import Settings
from registry.log import head_guards, note
from registry.log.audit import audit
from registry.log.ending import recover
from registry.log.head_guards import BucketGuard, guard_of, last_signed
from registry.log.signing import knows_the_log, sign_committed
from tests.complaints.object_store import ObjectServer, object_server
from tests.log.publishing import Sessions, publish


@pytest.fixture
def database_kind() -> str:
    """One kind is enough: what is tried is the bucket."""
    return "sqlite"


@pytest.fixture
def store() -> Iterator[ObjectServer]:
    with object_server() as server:
        yield server
    head_guards._guards.clear()


@pytest.fixture
def shared(settings: Settings, store: ObjectServer) -> Settings:
    return replace(settings, files=store.bucket)


def test_a_home_restored_with_its_database_signs_nothing_else(shared: Settings, sqlite_template: Path, tmp_path: Path):
    def sessions_of(path: Path) -> Sessions:
        return sessions_for(engine_for(f"sqlite:///{path}"))

    current = tmp_path / "current.sqlite3"
    shutil.copy(sqlite_template, current)
    publish(sessions_of(current), 3)
    assert sign_committed(shared, sessions_of(current)) is not None
    # The copy from before: data folder and database of the same moment.
    shutil.copytree(shared.home, tmp_path / "old")
    with closing(sqlite3.connect(current)) as source, closing(sqlite3.connect(tmp_path / "old.sqlite3")) as copy:
        source.backup(copy)
    publish(sessions_of(current), 2)
    newest = sign_committed(shared, sessions_of(current))
    assert newest is not None

    restored, old = replace(shared, home=tmp_path / "old"), sessions_of(tmp_path / "old.sqlite3")
    publish(old)
    with pytest.raises(ForkRefused, match=f"a head of {newest.size} entries was signed"):
        sign_committed(restored, old)
    with old() as session:
        assert f"a head of {newest.size} entries was signed" in audit(session, restored).troubles[0]
    publish(old, 5)
    with pytest.raises(ForkRefused, match="not those that were signed"):
        sign_committed(restored, old)
    # Under another name it may go on, and the first name stays as it was.
    assert recover(restored, old).endswith("/log-2")
    signed = sign_committed(restored, old)
    assert signed is not None
    assert signed.origin.endswith("/log-2")
    guard = guard_of(shared)
    assert guard is not None
    assert guard.read(newest.origin).head == note.Checkpoint(newest.origin, newest.size, newest.root)


def test_another_home_takes_over_what_the_bucket_knows(shared: Settings, sessions: Sessions, tmp_path: Path):
    publish(sessions)
    assert sign_committed(shared, sessions) is not None
    other = replace(shared, home=tmp_path / "other")
    shutil.copytree(shared.keys, other.keys)
    publish(sessions)
    with sessions() as session:
        # The bucket proves that the newest head here is the one that was signed last.
        assert knows_the_log(session, other)
    assert last_signed(other.home) == last_signed(shared.home)
    assert sign_committed(other, sessions) is not None
    # And back, though the first home remembers an older head.
    publish(sessions)
    signed = sign_committed(shared, sessions)
    assert signed is not None
    assert last_signed(shared.home) == note.Checkpoint(signed.origin, signed.size, signed.root)


def test_of_two_heads_at_once_one_is_remembered(store: ObjectServer):
    one, other = BucketGuard(store.bucket), BucketGuard(store.bucket)
    first = note.Checkpoint("registry.example/log", 1, bytes(32))
    seen = one.read(first.origin), other.read(first.origin)
    one.advance(seen[0], first)
    with pytest.raises(ForkRefused, match="another home signed"):
        other.advance(seen[1], replace(first, root=bytes([1]) * 32))
    # The same head may be remembered twice: a request whose answer was lost is repeated.
    other.advance(seen[1], first)
    seen = one.read(first.origin), other.read(first.origin)
    one.advance(seen[0], replace(first, size=2))
    with pytest.raises(ForkRefused, match="another home signed"):
        other.advance(seen[1], replace(first, size=3))
    assert one.read(first.origin).head == replace(first, size=2)


def test_nothing_is_signed_while_the_bucket_is_away(shared: Settings, sessions: Sessions, store: ObjectServer):
    publish(sessions)
    store.server.stop()
    with pytest.raises(FilesUnavailable, match="nothing is signed"):
        sign_committed(shared, sessions)
    assert last_signed(shared.home) is None
    assert sign_committed(replace(shared, has_log_guard=False), sessions) is not None
