"""What tests stand on: a fresh migrated database of both kinds, the application on it, and a real server."""

import gc
import itertools
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from registry import revisions
from registry.app import create_app
from registry.config import Settings
from registry.web import languages
from registry.web.transaction import services
from tests.postgres import Server
from tests.serving import Served, serve

languages.IS_STRICT = True

# Many processes are started, and each would compile all of the registry anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TEMPLATE = "registry_template"


def _compile_each_route_once() -> None:
    """Every test has an application of its own, with hundreds of routes, whose compiled form follows from their text alone:
    compiling them anew would take a quarter of the time of all tests."""
    compiled: dict[Any, Any] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Any:
        key = (rule.rule, append_unknown, repr(rule.defaults), tuple(rule._trace))
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign]


_compile_each_route_once()

_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """What was collected lives until the end. Looked through with the rest, it keeps the applications of past tests waiting
    for a collection that is ever rarer, by the gigabyte."""
    gc.collect()
    gc.freeze()


@dataclass(frozen=True, slots=True)
class Database:
    """A migrated database without rows, for one test alone."""

    kind: str
    url: str


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The tests' PostgreSQL server, with a migrated template in it."""
    server = Server()
    server.start()
    server.run(f'CREATE DATABASE "{TEMPLATE}"')
    revisions.upgrade(server.url(TEMPLATE))
    yield server
    server.remove()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    revisions.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(database_kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """The test runs twice, once on each kind of database."""
    if database_kind == "sqlite":
        path = tmp_path / "registry.sqlite3"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield Database("sqlite", f"sqlite:///{path}")
        return
    server: Server = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    server.clone(TEMPLATE, name)
    yield Database("postgresql", server.url(name))
    server.drop(name)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    # A rate that no test reaches by chance; tests of the limit set their own.
    return Settings(
        home=tmp_path / "home", database_url=database.url, files=tmp_path / "home" / "files", rate=1_000_000
    )


@pytest.fixture
def make_app() -> Iterator[Callable[[Settings], Flask]]:
    """Applications on other settings; their connections are closed when the test ends."""
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        made.append(create_app(settings))
        return made[-1]

    yield make
    for app in made:
        services(app).engine.dispose()


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    return make_app(settings)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session that writes to the test's database. What it holds is committed before each request of `client`."""
    with services(app).sessions() as session:
        app.extensions["test_session"] = session
        yield session


@pytest.fixture
def reading(app: Flask) -> Iterator[Session]:
    """A session that reads the test's database: it sees what `session` has committed."""
    with services(app).reading_sessions() as session:
        yield session


class CommittingClient(FlaskClient):
    """Commits the test's own session first, so that a request sees the rows a test has made."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        session: Session | None = self.application.extensions.get("test_session")
        if session is not None:
            session.commit()
        response = super().open(*args, **kwargs)
        if session is not None:
            session.expire_all()
        return response


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = CommittingClient
    return app.test_client()


@pytest.fixture
def served(settings: Settings) -> Iterator[Served]:
    """A real server process on the test's database. Commit before asking it."""
    with serve(settings) as server:
        yield server
