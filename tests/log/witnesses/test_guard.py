"""A witness that has each head first: no home signs beside what it cosigned, whatever its own folder and database say."""

import shutil
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import ForkRefused, GuardAway, KeyTrouble, SettingsError
from registry.core.settings import Settings
from registry.log import head_guards, note, queries
from registry.log.audit import audit
from registry.log.ending import recover
from registry.log.signing import sign_committed
from registry.log.witnesses.client import WitnessGuard
from tests.log.publishing import Sessions, publish
from tests.log.witnesses.guarding import RunningWitness, running_witness


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def sessions_of(path: Path) -> Sessions:
    return sessions_for(engine_for(f"sqlite:///{path}"))


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as former, closing(sqlite3.connect(target)) as new:
        former.backup(new)


def fail(*_facts: object) -> None:
    raise OSError("no room")


def start_for(witness: RunningWitness, *logs: Sessions) -> None:
    keys = []
    for sessions in logs:
        with sessions() as session:
            keys += [str(key) for key in queries.verifier_keys(session)]
    witness.stop()
    witness.start(keys)


def test_no_head_stands_anywhere_before_the_guard_has_it(
    settings: Settings, sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(sqlite_template, tmp_path / "current.sqlite3")
    current = sessions_of(tmp_path / "current.sqlite3")
    guarded = replace(settings, guard_witness="w1")
    guarded.prepare_home()
    publish(current, 3)
    with pytest.raises(KeyTrouble, match="the log's policy has none of that name"):
        sign_committed(guarded, current)
    with running_witness(tmp_path / "witness") as witness:
        witness.write_policy(guarded, quorum="w1")
        with pytest.raises(GuardAway, match="nothing is signed"):
            sign_committed(guarded, current)
        start_for(witness, current)
        first = sign_committed(guarded, current)
        assert first is not None
        # It is shown at once: what the quorum asks for is there already.
        assert first.is_shown
        shutil.copytree(guarded.home, tmp_path / "old")
        copy(tmp_path / "current.sqlite3", tmp_path / "old.sqlite3")

        # A crash after the guard had the head: the next attempt signs what follows from it.
        publish(current, 2)
        with monkeypatch.context() as patch:
            patch.setattr(head_guards, "remember_signed", fail)
            with pytest.raises(OSError, match="no room"):
                sign_committed(guarded, current)
        publish(current)
        newest = sign_committed(guarded, current)
        assert newest is not None
        with current() as session:
            assert audit(session, guarded).troubles == []

        # Data folder and database of an older moment: other entries under the same sizes are signed by no one.
        restored, old = replace(guarded, home=tmp_path / "old"), sessions_of(tmp_path / "old.sqlite3")
        publish(old)
        with old() as session:
            assert f"a head of {newest.size} entries was signed" in audit(session, restored).troubles[0]
        with pytest.raises(ForkRefused, match=f"a head of {newest.size} entries was signed"):
            sign_committed(restored, old)
        publish(old, 5)
        with pytest.raises(ForkRefused, match="cosigned other entries"):
            sign_committed(restored, old)
        # Nor does it help that the home forgets, or is told that it may.
        (restored.home / "log" / "last-signed").unlink()
        with pytest.raises(ForkRefused):
            sign_committed(restored, old)
        # Under another name it goes on once the witness knows that one.
        name = recover(restored, old, "127.0.0.1:8000/log-2")
        with pytest.raises(KeyTrouble, match=f"does not know the log {name}"):
            sign_committed(restored, old)
        start_for(witness, current, old)
        again = sign_committed(restored, old)
        assert again is not None
        assert again.origin == name


def test_of_four_homes_at_once_one_signs_by_a_witness(tmp_path: Path) -> None:
    key = Ed25519PrivateKey.generate()
    names = [f"race-{number}.example/log" for number in range(6)]
    logs = [note.VerifierKey(name, note.ED25519, key.public_key().public_bytes_raw()) for name in names]
    with running_witness(tmp_path / "witness") as witness:
        witness.start([str(log) for log in logs])
        url = f"http://127.0.0.1:{witness.port}"
        guard = WitnessGuard(note.Witness("w1", note.read_vkey(witness.key), url))
        for log in logs:
            together = threading.Barrier(4)

            def sign(number: int, log: note.VerifierKey = log, together: threading.Barrier = together) -> int:
                head = note.Checkpoint(log.name, 1, bytes([number]) * 32)
                raw = note.signed(head.text(), [(log, key.sign)])
                together.wait(60)
                try:
                    guard.cosign(head, raw, 0, lambda _size: [])
                except ForkRefused:
                    return 0
                return 1

            with ThreadPoolExecutor(4) as threads:
                assert sum(threads.map(sign, range(4))) == 1


@pytest.mark.parametrize("text", ["witness:", "witness", "maybe", "witness:none", "witness:a b"])
def test_a_guard_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="REGISTRY_LOG_GUARD must be on, off, like witness:w1"):
        Settings.from_environment({"REGISTRY_LOG_GUARD": text})


def test_a_guard_is_named_beside_that_of_the_bucket() -> None:
    named = Settings.from_environment({"REGISTRY_LOG_GUARD": "witness:w1"})
    assert (named.guard_witness, named.has_log_guard) == ("w1", True)
    off = Settings.from_environment({"REGISTRY_LOG_GUARD": "off"})
    assert (off.guard_witness, off.has_log_guard) == (None, False)
