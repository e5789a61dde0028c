"""A database put back from an older copy, as docs/operators/operations.md says: no fork, and no name comes back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner, Result
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from registry.cli import main
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.log import queries
from registry.log.head_guards import last_signed
from registry.log.signing import sign_committed
from registry.vocabulary.register import HolderKind
from tests.conftest import Database
from tests.make import licence_record, make_agency
from tests.postgres import Server
from tests.serving import command, environment, serve

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]

PERSON = "Smyslík Vymyšlený"


@dataclass
class StoredRegistry:
    """Where a registry is kept: every session is closed before the database is exchanged."""

    settings: Settings
    database: Database
    request: pytest.FixtureRequest

    @contextmanager
    def writing(self) -> Iterator[Session]:
        engine = engine_for(self.database.url)
        try:
            with sessions_for(engine).begin() as session:
                yield session
            sign_committed(self.settings, sessions_for(engine))
        finally:
            engine.dispose()

    def published(self) -> queries.Published | None:
        engine = engine_for(self.database.url)
        try:
            with sessions_for(engine)() as session:
                return queries.published(session)
        finally:
            engine.dispose()

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, arguments, env=environment(self.settings, self.settings.port))

    def back_up(self, copy: Path) -> None:
        if self.database.kind == "sqlite":
            with closing(sqlite3.connect(self._path())) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
        else:
            self._server().clone(self._path(), f"{self._path()}_copy")

    def restore(self, copy: Path) -> None:
        if self.database.kind == "sqlite":
            for left in ("-wal", "-shm"):
                Path(f"{self._path()}{left}").unlink(missing_ok=True)
            Path(self._path()).write_bytes(copy.read_bytes())
        else:
            server = self._server()
            server.drop(self._path())
            server.clone(f"{self._path()}_copy", self._path())
            server.drop(f"{self._path()}_copy")

    def _path(self) -> str:
        return str(make_url(self.database.url).database)

    def _server(self) -> Server:
        server: Server = self.request.getfixturevalue("postgres")
        return server


@pytest.fixture
def place(settings: Settings, database: Database, request: pytest.FixtureRequest) -> StoredRegistry:
    return StoredRegistry(settings, database, request)


def test_an_older_copy_is_not_signed_goes_on_under_another_name_and_brings_no_name_back(
    place: StoredRegistry, tmp_path: Path
) -> None:
    with place.writing() as session:
        person = make_agency(
            session, name=PERSON, holder_kind=HolderKind.SOLE_TRADER, licences=(licence_record(number="OSOBNI/3"),)
        ).agency_id
    place.back_up(tmp_path / "copy")
    with place.writing() as session:
        make_agency(session, name="Ztracená smyšlená s.r.o.")
    assert place.run("erase", person, "--yes").exit_code == 0
    lost = last_signed(place.settings.home)
    assert lost is not None
    place.restore(tmp_path / "copy")

    found = place.run("log", "verify")
    assert found.exit_code == 2
    assert "the database is an older copy" in found.stderr
    done = command("worker", "--once", env=environment(place.settings, place.settings.port))
    assert "Traceback" not in done.stderr + done.stdout
    # Publishing goes on; signing says why it does not.
    refused = place.run("keys", "rotate", "receipt")
    assert "not signed" in refused.stderr
    assert "registry log recover" in refused.stderr
    assert last_signed(place.settings.home) == lost

    assert "127.0.0.1:8000/log-2" in place.run("log", "recover", "--yes").output
    with serve(place.settings) as served:
        assert f"Erased again, for a restored backup brought them back: {person}" in served.printed()
        page = requests.get(f"{served.base_url}/en/agencies/{person}", timeout=30)
        assert (page.status_code, PERSON in page.text) == (200, False)
        head = requests.get(f"{served.base_url}/log/checkpoint", timeout=30).text
        assert head.startswith("127.0.0.1:8000/log-2\n")
    verified = place.run("log", "verify")
    assert "all agree" in verified.output, verified.output
    assert "nothing to recover from" in place.run("log", "recover", "--yes").stderr


def test_the_newest_copy_goes_on_as_if_nothing_had_been(place: StoredRegistry, tmp_path: Path) -> None:
    with place.writing() as session:
        make_agency(session)
    place.back_up(tmp_path / "copy")
    place.restore(tmp_path / "copy")
    with place.writing() as session:
        make_agency(session)
    assert "all agree" in place.run("log", "verify").output
    displayed = place.published()
    assert displayed is not None
    assert displayed.origin == "127.0.0.1:8000/log"
