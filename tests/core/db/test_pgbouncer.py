"""Everything works through PgBouncer in transaction mode, which keeps nothing of a connection between transactions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests
from requests.adapters import HTTPAdapter
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from urllib3.util import Retry

from registry.core.db import revisions
from registry.core.db.engine import Limits, engine_for, sessions_for
from registry.core.db.errors import classify_db_error
from registry.core.errors import SettingsError
from registry.core.settings import Edge, Settings
from registry.log.head_guards import last_signed
from tests.conftest import Database
from tests.pgbouncer import pgbouncer
from tests.postgres import Server
from tests.serving import command, environment, serve

pytestmark = pytest.mark.slow


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture
def pooled(database: Database, postgres: Server) -> Iterator[str]:
    with pgbouncer(postgres) as port:
        yield f"postgresql+psycopg://registry@127.0.0.1:{port}/{make_url(database.url).database}"


def test_limits_hold_in_each_transaction(pooled: str) -> None:
    engine = engine_for(pooled, limits=Limits(statement=1.0, lock=0.5))
    sessions = sessions_for(engine)
    with sessions() as holder, sessions() as waiting:
        for session in (holder, waiting):
            assert session.scalar(text("SHOW statement_timeout")) == "1s"
        holder.execute(text("SELECT 1 FROM log_state FOR UPDATE"))
        with pytest.raises(OperationalError) as refused:
            waiting.execute(text("SELECT 1 FROM log_state FOR UPDATE"))
        assert "did not answer in time" in str(classify_db_error(refused.value))
    engine.dispose()
    # Another one finds the connections as they were.
    engine = engine_for(pooled)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW statement_timeout")) == "0"
    engine.dispose()
    with pytest.raises(SettingsError, match="address of PostgreSQL itself"):
        revisions.upgrade(pooled)


@pytest.mark.thorough
def test_a_registry_serves_files_signs_and_works_through_it(settings: Settings, pooled: str) -> None:
    behind = replace(settings, database_url=pooled, edges=frozenset({Edge.API, Edge.PUBLIC}))
    behind.prepare_home()
    for arguments in (("demo", "load"), ("worker", "--once"), ("log", "verify"), ("db", "check")):
        done = command(*arguments, env=environment(behind, 8000))
        assert done.returncode == 0, done.stdout + done.stderr
    signed = last_signed(behind.home)
    assert signed is not None
    with serve(behind, "--with-worker") as served:
        paths = ["/api/v1/agencies", "/api/v1/coverage", "/en/", "/api/v1/verify?registration_number=X-1&country=SK"]
        with ThreadPoolExecutor(12) as pool:
            assert set(pool.map(lambda path: _status(served.base_url + path), paths * 12)) == {200}
        assert requests.get(f"{served.base_url}/ready", timeout=30).json()["log"]["shown"] >= signed.size


def _status(url: str) -> int:
    """Asks as a client should: on a busy machine twelve at once for four connections may be told to come again."""
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(status=5, status_forcelist={503})))
        return session.get(url, timeout=30).status_code
