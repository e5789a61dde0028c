"""What tests stand on: a fresh migrated database of both kinds, the application on it, and a real server."""

import gc
import importlib
import os
import re
import secrets
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from registry import tables  # noqa: F401 - all tables are known, whatever a test loads
from registry.app import create_app
from registry.complaints.sealing.sealer import Sealer
from registry.core.db import revisions
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.http.transaction import Services, services
from registry.i18n import languages
from registry.log.signing import sign_committed
from tests import cleaning, engines, little_work, rendering, shared, travelling
from tests.applications import Applications
from tests.core.tokens import NameToken, token_namer
from tests.groups import group_of, pytest_runtest_logreport, pytest_terminal_summary
from tests.postgres import Clones, Server, quickest_folder
from tests.serving import Served, serve

SHORT_LIVED = "--js-flags=--no-opt --no-maglev"
"""To optimise a script costs Chromium more than a page of a test lives to win by it."""
MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Chromium beeps into its own microphone, and asks no one."""
EDGES = frozenset("api cli client http i18n officer_acts pages".split())
"""Folders of tests whose SQL is that of features, tried on PostgreSQL in their own folders. `make test` tries edges on SQLite
alone, but for what is marked `both_databases`; `make test-all` (`--everything`) tries everything on everything."""

THOROUGH = "thorough"
"""The marker of long walks. `make test` leaves them to `make test-thorough`, by `-m` in the Makefile; CI runs both."""

BROWSER_FIXTURES = frozenset({"browser", "context", "page"})
SERVER_FIXTURES = frozenset({"served"})

languages.IS_STRICT = True
engines.share()
little_work.ease()
cleaning.fork()
rendering.fork()
travelling.take_the_database_along()

# How long an example takes depends on what else the machine does; whether it holds does not.
# `make test-all` invents a hundred examples for each property, `make test` half of them where a property says no number.
hypothesis.settings.register_profile(
    "everything", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("usual", hypothesis.settings.get_profile("everything"), max_examples=50)

# Many processes are started, and each would compile all of the registry anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

TEMPLATE = "registry_template"

GARBAGE = (100_000, 10, 5)
"""After how many objects, collections of the young and of the older ones the next generation is looked through."""

BROWSERS = ("chromium-headless-shell", "chromium")
"""Programs of which the first that is installed is used: one without a window draws a page in a third of the time."""

PATIENCE = 60_000
"""Of browsers, in milliseconds: none whose page has come is kept waiting by it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="try the edges too on both databases")


is_everything = False
"""Whether this run was asked for `--everything`."""


def pytest_configure(config: pytest.Config) -> None:
    """Homes and databases of tests lie in memory where there is room: most of what they write is read once."""
    global is_everything
    # Until all is collected nothing is thrown away: to look for what could be is a quarter of the collection.
    gc.disable()
    is_everything = bool(config.getoption("everything"))
    hypothesis.settings.load_profile("everything" if is_everything else "usual")
    folder = quickest_folder()
    if shared.share(folder):
        config.add_cleanup(shared.end)
    if folder is None:
        engines.never_wait_for_the_disk()
    else:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """In a fresh clone each process compiles its share of the modules for all, instead of each of them all."""
    worker: dict[str, Any] | None = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    folders = [Path(argument.split("::")[0]).absolute() for argument in session.config.args]
    paths = sorted({path for folder in folders for path in folder.rglob("test_*.py")})
    paths = [path for path in paths if not _is_passed_over(path, session.config)]
    for path in paths[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        # What cannot be loaded is reported when it is collected.
        with suppress(Exception):
            importlib.import_module(".".join(path.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return True if _is_passed_over(collection_path, config) else None


def _is_passed_over(path: Path, config: pytest.Config) -> bool:
    """Whether a run of the long walks alone need not load a file of tests: to load all of them takes most of a minute."""
    is_of_tests = path.name.startswith("test_") and path.suffix == ".py"
    is_of_feature = group_of(path.relative_to(config.rootpath).as_posix()) not in EDGES
    return is_of_tests and config.getoption("markexpr") == THOROUGH and not is_of_feature and not _names_marker(path)


@cache
def _names_marker(path: Path) -> bool:
    return THOROUGH in path.read_text(encoding="utf-8").lower()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker(THOROUGH) is not None and not _names_marker(item.path):
            raise pytest.UsageError(f"{item.nodeid} is {THOROUGH}, and its file does not say so: no run would find it")
        names = frozenset(getattr(item, "fixturenames", ()))
        if names & BROWSER_FIXTURES:
            item.add_marker("browser")
        if names & SERVER_FIXTURES:
            item.add_marker("slow")
    if not config.getoption("everything"):
        _leave_to_the_long_walks([item for item in items if not _is_left_out(item)])
        left = [_is_left_out(item) for item in items]
        config.hook.pytest_deselected(items=[item for item, is_left in zip(items, left, strict=True) if is_left])
        items[:] = [item for item, is_left in zip(items, left, strict=True) if not is_left]


def _is_left_out(item: pytest.Item) -> bool:
    """Whether `make test` leaves it out: for `make test-all` alone, or on the database that only features are tried on."""
    if item.get_closest_marker("in_test_all") is not None:
        return True
    is_of_edge = group_of(item.nodeid) in EDGES and item.get_closest_marker("both_databases") is None
    return _is_on_postgresql(item) and (is_of_edge or item.get_closest_marker("one_database") is not None)


def _is_on_postgresql(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "postgresql" in callspec.params.values()


def _leave_to_the_long_walks(items: Sequence[pytest.Item]) -> None:
    """Mark as thorough what a quicker run repeats (docs/decisions/0234).

    Of what features do on PostgreSQL all but the first test of each file and what is marked `both_databases`: a fault in a
    statement shows in either, and most of the rest asks the same statements again. Of steps of migration all but the newest:
    a step that was released is not changed any more.
    """
    first: dict[Path, str] = {}
    steps = sorted({item.path for item in items if _STEP.match(item.path.name)})
    for item in items:
        if _is_on_postgresql(item) and item.get_closest_marker("both_databases") is None:
            name = item.nodeid.partition("[")[0]
            if first.setdefault(item.path, name) != name:
                item.add_marker(THOROUGH)
        if item.path in steps[:-NEWEST_STEPS]:
            item.add_marker(THOROUGH)


_STEP = re.compile(r"test_\d{4}_")
NEWEST_STEPS = 10


def pytest_collection_finish() -> None:
    """What was collected lives until the end. Looked through with the rest, it keeps the applications of past tests waiting
    for a collection that is ever rarer, by the gigabyte. Looking as often as Python does by itself is a tenth of all tests."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The browser is the system's; every other machine is unknown to it at once, with a network or without."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert program is not None, "Chromium is needed: run `make setup-system`"
    alone = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1"
    flags = ["--no-sandbox", alone, SHORT_LIVED, *MICROPHONE]
    return {**browser_type_launch_args, "executable_path": program, "args": flags}


@pytest.fixture(scope="session")
def browser(browser: Any) -> Any:
    """With patience for a busy machine, and without motion: a colour that is just changing is no colour of the page's.

    No page leaves a service worker behind, which would fetch what it keeps anew in each context; whose subject it is, allows it.
    """
    make = browser.new_context

    def made(**facts: Any) -> Any:
        context = make(**({"reduced_motion": "reduce", "service_workers": "block"} | facts))
        context.set_default_timeout(PATIENCE)
        return context

    browser.new_context = made
    return browser


@pytest.fixture(autouse=True)
def _costs_what_it_costs(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hashing secrets is cheap, but for a test that is marked `real_cost`."""
    if request.node.get_closest_marker("real_cost") is None:
        yield
        return
    with little_work.real_cost():
        yield


@pytest.fixture(autouse=True)
def _remembers_no_other_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a reader of its own: what another saw of a log of the same name is another log."""
    monkeypatch.setenv(
        "REGISTRY_CLIENT_STATE", f"{tempfile.gettempdir()}/registry-client-{os.getpid()}-{secrets.token_hex(6)}"
    )


@pytest.fixture(autouse=True)
def _tells_the_time_by_itself(request: pytest.FixtureRequest) -> Iterator[None]:
    """The database's clock goes along where a test travels, but for a test that is marked `real_clock`."""
    if request.node.get_closest_marker("real_clock") is None:
        yield
        return
    travelling.leave_the_database()
    yield
    travelling.take_the_database_along()


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
    server.clone("postgres", TEMPLATE)
    yield server
    server.remove()


@pytest.fixture(scope="session")
def clones(postgres: Server) -> Clones:
    return Clones(postgres, TEMPLATE)


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    return shared.made_once(f"template-{revisions.head()}.sqlite3", _make_template)


def _make_template(path: Path) -> None:
    """A migrated database, with the pages of those that earlier versions made: half as large, so that it is quicker to copy."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size=4096")
        connection.execute("VACUUM")
    revisions.upgrade(f"sqlite:///{path}")


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
    clones: Clones = request.getfixturevalue("clones")
    name = clones.take()
    yield Database("postgresql", server.url(name))
    clones.give_back(name)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    # A rate that no test reaches by chance; tests of the limit set their own.
    return Settings(
        home=tmp_path / "home", database_url=database.url, files=tmp_path / "home" / "files", rate=1_000_000
    )


@pytest.fixture
def keyring(settings: Settings) -> Keyring:
    """The keys of the test's data folder, which is made."""
    settings.prepare_home()
    return Keyring(settings.keys)


@pytest.fixture
def sealer(keyring: Keyring) -> Sealer:
    return Sealer(keyring)


@pytest.fixture(scope="session")
def applications() -> Applications:
    return Applications()


@pytest.fixture
def make_app(applications: Applications, request: pytest.FixtureRequest) -> Iterator[Callable[[Settings], Flask]]:
    """Applications on other settings; their connections are closed when the test ends.

    A test that is marked `own_app` adds routes: its applications are made for it alone.
    """
    is_own = request.node.get_closest_marker("own_app") is not None
    made: list[Flask] = []

    def make(settings: Settings) -> Flask:
        made.append(create_app(settings) if is_own else applications.take(settings))
        return made[-1]

    yield make
    for app in made:
        applications.give_back(app)


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    return make_app(settings)


@pytest.fixture
def held_services(settings: Settings, request: pytest.FixtureRequest) -> Iterator[Services]:
    """What a process holds for as long as it serves. Only a test that asks an application waits for one."""
    if "app" in request.fixturenames:
        yield services(request.getfixturevalue("app"))
        return
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    yield Services(settings, engine, sessions_for(engine), reading_sessions_for(engine))
    engine.dispose()


@pytest.fixture
def session(held_services: Services, request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session that writes to the test's database. What it holds is committed before each request of `client`."""
    with held_services.sessions() as session:
        if "app" in request.fixturenames:
            request.getfixturevalue("app").extensions["test_session"] = session
        yield session


@pytest.fixture
def sessions(database: Database) -> Iterator[sessionmaker[Session]]:
    """Sessions of an engine of their own, for a test that commits by itself or writes from many threads."""
    engine = engine_for(database.url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


@pytest.fixture
def publish(held_services: Services, settings: Settings, session: Session) -> Callable[[], None]:
    """Commit what the test has written, and publish a head of the log over it."""

    def published() -> None:
        session.commit()
        sign_committed(settings, held_services.sessions)
        session.expire_all()

    return published


@pytest.fixture
def name_token(tmp_path: Path) -> NameToken:
    """Names a token of PKCS#11 in a folder of keys."""
    return token_namer(tmp_path)


@pytest.fixture
def reading(held_services: Services) -> Iterator[Session]:
    """A session that reads the test's database: it sees what `session` has committed."""
    with held_services.reading_sessions() as session:
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


__all__ = ["pytest_runtest_logreport", "pytest_terminal_summary"]
