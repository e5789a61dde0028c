"""The sandbox: an invented registry beside the real one, with a database and keys of its own, for test keys alone.

It lies in REGISTRY_HOME/sandbox, is made when a test key is first used, and begins anew when it is two weeks old: days of
the demo data are relative to the day on which it is loaded. Decision 0125 says why it is a whole registry. Of several servers
one has it, and the others forward to it what test keys ask.
"""

import fcntl
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from flask import Flask, Response
from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.clock import day_at, now
from registry.core.db import revisions
from registry.core.db.engine import open_engine, sessions_for
from registry.core.errors import NotSignedIn, RegistryError, TooLarge
from registry.core.keyring import Keyring
from registry.core.secret_checks import settle_secrets
from registry.core.settings import Edge, Settings
from registry.demo.load import demo_data, demo_reference, load
from registry.http.clients import Environ, believe_proxies
from registry.http.errors import STATUS, fixed_answer
from registry.http.list_process import EXTENSION
from registry.http.modes import TEST_NUMBERS, TestNumbers, refuse_real_paths
from registry.http.transaction import Services, services
from registry.http.uploads import one_of_few
from registry.log.actions import lock_log
from registry.log.keys import make_keys
from registry.log.signing import sign_committed
from registry.organisations import keys
from registry.verification.verdicts.question import SubjectKind

log = structlog.get_logger()

DAYS = 14
"""How old it grows before it begins anew."""

FOLDER = "sandbox"
_MADE = "made.json"
_KEY = re.compile(rf"[Bb]earer +({keys.TEST_BEGINNING}[A-Za-z0-9_-]{{43}})")

Inner = Callable[[Environ, Any], Iterable[bytes]]


def sandbox_settings(settings: Settings, made_on: date) -> Settings:
    """Those of the sandbox that was made on a day: its own home, database, keys and files, and the API alone."""
    home = settings.home / FOLDER / made_on.isoformat()
    return replace(
        settings,
        home=home,
        database_url=f"sqlite:///{home / 'registry.sqlite3'}",
        files=home / "files",
        edges=frozenset({Edge.API}),
        read_url=None,
        guard_witness=None,
        demands=frozenset(),
        smtp_url=None,
        has_metrics=False,
        traces_url=None,
    )


def existing(settings: Settings) -> Settings | None:
    """The settings of the sandbox that is there and not too old; None where none is."""
    try:
        made_on = date.fromisoformat(
            json.loads((settings.home / FOLDER / _MADE).read_text(encoding="utf-8"))["made_on"]
        )
    except FileNotFoundError:
        return None
    is_young = made_on <= day_at(now(), None) < made_on + timedelta(days=DAYS)
    return sandbox_settings(settings, made_on) if is_young else None


def prepare(settings: Settings) -> Settings:
    """Make the sandbox if it is not there or too old, and give its settings. Of processes that come at once one makes it."""
    found = existing(settings)
    if found is not None:
        return found
    with _alone(settings.home / FOLDER) as folder:
        found = existing(settings)
        if found is not None:
            return found
        today = day_at(now(), None)
        new = sandbox_settings(settings, today)
        # What a killed process left of today's is not whole.
        shutil.rmtree(new.home, ignore_errors=True)
        _make(new)
        draft = folder / f"{_MADE}.draft"
        draft.write_text(json.dumps({"made_on": today.isoformat()}), encoding="utf-8")
        draft.replace(folder / _MADE)
        for old in folder.iterdir():
            # Yesterday's may still answer a request in another process.
            if old.is_dir() and old.name < (today - timedelta(days=1)).isoformat():
                shutil.rmtree(old, ignore_errors=True)
    return new


def _make(settings: Settings) -> None:
    settings.prepare_home()
    settings.prepare_database_file()
    revisions.upgrade(settings.database_url)
    keyring = Keyring(settings.keys)
    with open_engine(settings.database_url) as engine:
        sessions = sessions_for(engine)
        with keyring.alone(), sessions.begin() as session:
            lock_log(session)
            settle_secrets(session, keyring)
            make_keys(session, keyring, settings.public_url, settings.operator)
        with sessions.begin() as session:
            load(session)
        sign_committed(settings, sessions)


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


@cache
def test_numbers() -> TestNumbers:
    """What the sandbox holds: numbers, licence numbers and references of agencies."""
    found: set[tuple[str, str]] = set()
    for agency in demo_data(day_at(now(), None))["agency"]:
        found.add((SubjectKind.AGENCY_ID.value, demo_reference("agency", agency["tag"])))
        found.update((one["scheme"], one["value"]) for one in agency["identifiers"])
        found.update(
            (SubjectKind.LICENCE_NUMBER.value, one["number"]) for one in agency.get("licences", ()) if "number" in one
        )
    return frozenset(found)


class SandboxGate:
    """Sends requests with a test key to the sandbox, and all others on. `make` builds an application of settings."""

    def __init__(self, app: Flask, inner: Inner, make: Callable[[Settings], Flask]) -> None:
        self._live = app
        self._inner = inner
        self._make = make
        self._sandbox: tuple[Settings, Flask] | None = None
        self._lock = threading.Lock()
        app.extensions[TEST_NUMBERS] = test_numbers

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        app = self.chosen(environ)
        return self._inner(environ, start_response) if app is None else app.wsgi_app(environ, start_response)

    def chosen(self, environ: Environ) -> Flask | None:
        """The sandbox's application, where the request brings a test key that opens it."""
        sent = environ.get("HTTP_AUTHORIZATION")
        test_key = _KEY.fullmatch(sent) if sent else None
        return None if test_key is None else self._application(test_key[1])

    def _application(self, key: str) -> Flask | None:
        """The sandbox's; None while there is none and the key opens nothing: no stranger has one made."""
        live = services(self._live)
        known = self._sandbox
        found = existing(live.settings)
        if known is not None and known[0] == found:
            return known[1]
        if not _opens(live, key):
            return None
        with self._lock:
            settings = prepare(live.settings)
            if self._sandbox is None or self._sandbox[0] != settings:
                self._sandbox = (settings, self._make_sandbox(settings, live))
            return self._sandbox[1]

    def _make_sandbox(self, settings: Settings, live: Services) -> Flask:
        app = self._make(settings)
        app.extensions["registry"] = replace(services(app), live=live)
        # One process answers the long lists of both.
        app.extensions[EXTENSION] = self._live.extensions.get(EXTENSION)
        app.before_request(refuse_real_paths)
        app.after_request(_marked)
        return app


CONNECT_SECONDS, ANSWER_SECONDS = 3.0, 130.0
PIECE = 1 << 16
_AWAY = "the sandbox, which answers test keys, cannot be reached now; ask again in a few seconds"
_MANY = "several test keys are asking right now; ask again in a few seconds"
_OF_ONE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "server", "date"})


class SandboxElsewhere:
    """Forwards requests with a test key to the server that has the sandbox (REGISTRY_SANDBOX), and its answers back.

    A quarter of the threads may wait for it, so that no lookup waits because the sandbox does.
    """

    def __init__(self, settings: Settings, inner: Inner) -> None:
        assert settings.sandbox_url is not None
        self._settings = settings
        self._inner = inner
        self._at = urlsplit(settings.sandbox_url)
        self._few = threading.BoundedSemaphore(max(1, settings.threads // 4))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        if _KEY.fullmatch(environ.get("HTTP_AUTHORIZATION", "")) is None:
            return self._inner(environ, start_response)
        believe_proxies(environ, self._settings.trusted_proxies)
        kind = HTTPSConnection if self._at.scheme == "https" else HTTPConnection
        connection = kind(self._at.hostname or "", self._at.port, timeout=CONNECT_SECONDS)
        try:
            with one_of_few(_MANY, self._few):
                answer = _forwarded(connection, environ)
        except (OSError, HTTPException) as error:
            connection.close()
            log.error("sandbox_unavailable", kind=type(error).__name__)
            return _stated(fixed_answer(environ["PATH_INFO"], _AWAY), start_response)
        except (RegistryError, RequestEntityTooLarge) as refusal:
            # Of a body that was not taken to its end, or of one request too many.
            connection.close()
            why = refusal if isinstance(refusal, RegistryError) else TooLarge("this is too large")
            status = next(STATUS[kind] for kind in type(why).__mro__ if kind in STATUS)
            problem = fixed_answer(environ["PATH_INFO"], why.text, status, why.code, "Nothing was taken")
            return _stated(problem, start_response)
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _OF_ONE_CONNECTION]
        start_response(f"{answer.status} {answer.reason}", headers)
        return _pieces(connection, answer)


def _forwarded(connection: HTTPConnection, environ: Environ) -> HTTPResponse:
    connection.connect()
    connection.sock.settimeout(ANSWER_SECONDS)
    body, is_chunked = environ["wsgi.input"], "HTTP_TRANSFER_ENCODING" in environ
    has_body = is_chunked or environ.get("CONTENT_LENGTH", "0") != "0"
    connection.request(
        environ["REQUEST_METHOD"],
        _address_of(environ),
        iter(lambda: body.read(PIECE), b"") if has_body else None,
        _forwarded_headers(environ),
        encode_chunked=is_chunked,
    )
    return connection.getresponse()


def _address_of(environ: Environ) -> str:
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=~")
    return path + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")


def _forwarded_headers(environ: Environ) -> dict[str, str]:
    """The request's own headers, and who sent it, as a trusted proxy states it."""
    own = {name[5:].replace("_", "-"): value for name, value in environ.items() if name.startswith("HTTP_")}
    own |= {name.replace("_", "-"): environ[name] for name in ("CONTENT_TYPE", "CONTENT_LENGTH") if environ.get(name)}
    own |= {"X-FORWARDED-FOR": environ["REMOTE_ADDR"], "X-FORWARDED-PROTO": environ["wsgi.url_scheme"]}
    return {
        name: value for name, value in own.items() if name.lower() not in _OF_ONE_CONNECTION - {"transfer-encoding"}
    }


def _stated(answer: tuple[int, list[tuple[str, str]], bytes], start_response: Any) -> list[bytes]:
    status, headers, body = answer
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]


def _pieces(connection: HTTPConnection, answer: HTTPResponse) -> Iterator[bytes]:
    with closing(connection):
        while piece := answer.read(PIECE):
            yield piece


def _opens(live: Services, key: str) -> bool:
    with live.reading_sessions() as session:
        try:
            keys.opened_by(session, key, day_at(now(), None))
        except NotSignedIn:
            return False
    return True


def _marked(response: Response) -> Response:
    response.headers["Registry-Mode"] = "test"
    return response
