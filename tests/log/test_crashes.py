"""kill -9 between and during appends and signatures, many writers and signers at once: one history without a gap."""

import json
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log import queries, tree
from registry.log.actions import Draft, append
from registry.log.audit import audit
from registry.log.models import Checkpoint, Entry
from registry.log.signing import sign_committed
from registry.log.tiles import reader
from tests import conftest
from tests.conftest import Database
from tests.programs import Program

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

WRITERS = 8
APPENDS = 6
KILLS = 8 if conftest.is_everything else 2

Sessions = sessionmaker[Session]


def test_many_writers_and_signers_make_one_history(settings: Settings, sessions: Sessions):
    def write(writer: int) -> None:
        for turn in range(APPENDS):
            with sessions() as session:
                count = 1 + (writer * 37 + turn * 11) % 120
                append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {}) for _ in range(count)])
                # Some are given up: a rollback must leave neither hole nor tile.
                if (writer + turn) % 4 == 3:
                    session.rollback()
                else:
                    session.commit()
            sign_committed(settings, sessions)

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    _assert_one_history(settings, sessions)


def _assert_one_history(settings: Settings, sessions: Sessions) -> None:
    with sessions() as session:
        found = audit(session, settings)
        assert found.troubles == []
        heads = list(session.execute(select(Checkpoint).order_by(Checkpoint.size)).scalars())
        assert len(heads) > 1
        assert heads[-1].size == found.size == queries.head(session).size
        read = reader(session)
        for former, later in pairwise(heads):
            proof = tree.consistency_proof(read, former.size, later.size)
            tree.check_consistency(former.size, former.root, later.size, later.root, proof)


def test_signers_at_once_never_sign_two_roots_of_one_size(settings: Settings, sessions: Sessions):
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {})])
    with ThreadPoolExecutor(WRITERS) as pool:
        signed = [
            one for one in pool.map(lambda _: sign_committed(settings, sessions), range(WRITERS)) if one is not None
        ]
    assert len(signed) == 1
    with sessions() as session:
        # Keys were made once although all signers found none.
        assert len(queries.logged_keys(session)) == 5
        assert len(list(session.execute(select(Checkpoint)).scalars())) == 1


def test_what_was_acknowledged_survives_kill_9(settings: Settings, sessions: Sessions, database: Database):
    settings.prepare_home()
    draw = random.Random(database.kind)
    size, heads = 0, dict[int, str]()
    for _ in range(KILLS):
        printed = _killed_after(database.url, settings, draw.uniform(0.05, 1.2))
        for words in (line.split() for line in printed):
            if words[0] == "size":
                size = max(size, int(words[1]))
            elif len(words) == 3 and len(words[2]) == 64:
                # One head of a size, whichever process signed it and however it ended.
                assert heads.setdefault(int(words[1]), words[2]) == words[2]
        sign_committed(settings, sessions)
        with sessions() as session:
            assert queries.head(session).size >= size
            read = reader(session)
            for at, root in heads.items():
                assert tree.root_at(read, at).hex() == root
    assert size > 0
    _assert_one_history(settings, sessions)


def _killed_after(url: str, settings: Settings, seconds: float) -> list[str]:
    """What a process printed that was killed so long after its first word."""
    with Program("tests.log.killed", url, str(settings.home)) as process:
        first = process.stdout.readline()
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
    # The last line may be cut off.
    return [line for line in (first + rest).rpartition("\n")[0].split("\n") if line]


def test_an_entry_that_was_changed_behind_our_back_is_found(settings: Settings, sessions: Sessions, database: Database):
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(300)])
    sign_committed(settings, sessions)
    with sessions.begin() as session:
        # A hand that can write to the database can also take its triggers away.
        _without_triggers(session, database.kind)
        entry = session.execute(select(Entry).where(Entry.index == 7)).scalar_one()
        record = json.loads(entry.leaf)
        record["record"]["n"] = 8
        entry.leaf = json.dumps(record, separators=(",", ":"), sort_keys=True).encode()
    with sessions() as session:
        troubles = audit(session, settings).troubles
    assert "the tile 0/000 does not follow from the entries" in troubles
    assert any("head of 306 entries does not follow" in trouble for trouble in troubles)
    assert any("not those that were signed last" in trouble for trouble in troubles)


def _without_triggers(session: Session, kind: str) -> None:
    if kind == "sqlite":
        session.execute(text("DROP TRIGGER entries_refuse_update"))
    else:
        session.execute(text("DROP TRIGGER entries_refuse_change ON entries"))
