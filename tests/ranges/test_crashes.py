"""kill -9 while epochs are written: the epoch that is shown is whole each time, and the next run goes on."""

import json
import random
import signal
import time

import pytest
from sqlalchemy import text

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.log.tree import leaf_hash
from registry.ranges import queries, rules
from registry.ranges.actions import write_epoch
from tests import conftest
from tests.conftest import Database
from tests.programs import Program

pytestmark = pytest.mark.slow

KILLS = 4 if conftest.is_everything else 1


def test_a_killed_writer_leaves_a_whole_epoch(settings: Settings, database: Database):
    chance = random.Random(7)
    engine = engine_for(database.url, timeout=120)
    sessions = sessions_for(engine)
    for turn in range(KILLS):
        with Program("tests.ranges.killed", database.url, str(settings.home)) as writer:
            epoch, _ = writer.stdout.readline().split()
            time.sleep(chance.uniform(0, 1.2))
            writer.send_signal(signal.SIGKILL)
        assert int(epoch) > turn
        with engine.begin() as connection:
            # A database server notices only after a while that its client is gone.
            connection.execute(text("SELECT 1"))
        sign_committed(settings, sessions)
        with sessions() as session:
            found = queries.current(session).epoch
            assert found.epoch >= int(epoch)
            keys = 0
            for name, body in queries.tree_of(session, found):
                if name.startswith("file/"):
                    whole = rules.uncompressed(body)
                    assert leaf_hash(whole).hex() == name.removeprefix("file/")
                    keys += len(json.loads(whole)["entries"])
            assert keys == json.loads(found.record)["keys"]
    write_epoch(sessions)
    sign_committed(settings, sessions)
    with sessions() as session:
        every = "SELECT count(*) FROM (SELECT DISTINCT kind, value FROM lookup_keys WHERE kind <> 'name') AS numbers"
        published = session.execute(text(every)).scalar_one()
        assert json.loads(queries.current(session).epoch.record)["keys"] == published
    engine.dispose()
