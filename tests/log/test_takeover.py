"""A home that stood still when the signer died: a second place that all homes share proves which head is the newest one."""

import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.heartbeats import why_not_signed
from registry.log import queries
from tests.complaints.object_store import object_server
from tests.log.homes import Home, all_signed, heads, home, publish
from tests.log.witnesses.guarding import running_witness
from tests.postgres import Server
from tests.thorough import thorough
from tests.waiting import until

pytestmark = pytest.mark.slow

Guarding = tuple[dict[str, str], Callable[[Home], None]]
"""Variables of processes under a guard, and what starts it for a home whose log has keys."""


@contextmanager
def guarding(kind: str, tmp_path: Path) -> Iterator[Guarding]:
    if kind == "bucket":
        with object_server() as store:
            bucket = store.bucket
            assert bucket.endpoint is not None
            variables = {
                "REGISTRY_FILES": f"s3://{bucket.name}/{bucket.prefix}",
                "REGISTRY_S3_ENDPOINT": bucket.endpoint,
                "REGISTRY_S3_KEY": "name",
                "REGISTRY_S3_SECRET": "secret",
            }
            yield variables, lambda first: None
        return
    with running_witness(tmp_path / "witness") as witness:

        def start(first: Home) -> None:
            witness.write_policy(first.settings)
            # The keys come into the log; no head does before the witness knows them.
            assert "does not cosign" in first.run("keys", "rotate", "receipt")
            witness.start(keys_of(first))

        yield {"REGISTRY_LOG_GUARD": "witness:w1"}, start


def keys_of(home: Home) -> list[str]:
    engine = engine_for(home.settings.database_url)
    with sessions_for(engine)() as session:
        keys = [str(key) for key in queries.verifier_keys(session)]
    engine.dispose()
    return keys


def reason_of(server: Server) -> str | None:
    """What `/ready` says of why nothing is signed."""
    engine = engine_for(server.url("postgres"))
    with sessions_for(engine)() as session:
        found = why_not_signed(session, now())
    engine.dispose()
    return found


@pytest.mark.parametrize("kind", ["bucket", *thorough("witness")])
def test_a_home_that_missed_the_newest_head_takes_over_without_a_hand(
    servers: tuple[Server, Server], tmp_path: Path, kind: str
) -> None:
    primary, standby = servers
    with guarding(kind, tmp_path) as (variables, start):
        first = home(tmp_path, "first", primary, extra=variables)
        first.run("keys", "init")
        publish(primary, 3)
        start(first)
        second = home(tmp_path, "second", primary, first, extra=variables)
        with first.worker() as signing:
            until(lambda: all_signed(primary, first))
            until(lambda: heads(standby) == heads(primary))
            # The standby machine's database stops here: what is signed from now on is not in it.
            standby.stop()
            publish(primary, 4)
            until(lambda: all_signed(primary, first))
            signing.send_signal(signal.SIGKILL)
            signing.wait(60)
        ahead = first.signed
        assert ahead is not None
        assert second.signed is None

        # Its database is the one that was signed last: it goes on.
        publish(primary)
        with second.worker():
            until(lambda: all_signed(primary, second))
        assert "log_not_signed" not in second.printed()
        assert "all agree" in second.run("log", "verify")

        # On the database that lags a home that knows nothing signs nothing, whatever is published there.
        primary.stop()
        standby.start()
        standby.promote()
        before, size = heads(standby)
        assert size < ahead.size
        publish(standby, 20)
        stranger = home(tmp_path, "stranger", standby, first, extra=variables)
        with stranger.worker():
            until(lambda: "log_not_signed" in stranger.printed())
            until(lambda: "refused" in str(reason_of(standby)))
        assert heads(standby)[0] == before
        assert stranger.signed is None
        assert "not signed" in stranger.run("keys", "rotate", "receipt")
        assert re.search("entries was signed|not those that were signed", stranger.run("log", "verify"))
