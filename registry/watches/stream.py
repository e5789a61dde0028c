"""Server-sent events, in a process of its own: `GET /api/v1/events/stream` keeps a connection open.

`GET /changes.stream`, beside it, tells everyone what `/changes.json` tells, without a key and by the index of the log.

One look at the database, several times a second, serves all streams: it asks how far the feeds of those that listen
reach. One that is behind reads on from its own place: none is lost, none comes twice; Last-Event-ID goes on where a
broken one ended.
"""

import asyncio
import contextlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qs

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry.core import clock, errors, keyring
from registry.core.db.engine import engine_for, reading_sessions_for
from registry.core.settings import Settings
from registry.dataset.queries import changes
from registry.http import clients, logs
from registry.http.errors import ProblemDocument
from registry.i18n import languages
from registry.log.queries import head, published
from registry.organisations import keys
from registry.vocabulary import codes, register
from registry.vocabulary.organisations import Scope
from registry.watches import feed

log = structlog.get_logger()

PATH = "/api/v1/events/stream"
MAX_STREAMS, MAX_EACH = 500, 5
"""Streams of one process, and of one organisation."""

CHANGES_PATH = "/changes.stream"
MAX_PUBLIC, MAX_FROM_NETWORK = 200, 3
"""Public streams of one process, beside those of organisations, and from one network."""

LOOK, HEARTBEAT, RECHECK, MAX_LIFETIME = 0.3, 15.0, 60.0, 3600.0
"""Seconds between looks at the feeds, between signs of life, between looks at the key, and until a stream is ended."""

AT_ONCE = 200
BUSY_FOR = 30

_INDEX = re.compile(r"0|[1-9][0-9]{0,17}")
_BEARER = re.compile(rf"[Bb]earer +({keys.BEGINNING}(?:test_)?[A-Za-z0-9_-]{{43}})")
_STATUS: dict[type[errors.RegistryError], int] = {
    errors.InvalidInput: 400, errors.NotSignedIn: 401, errors.ScopeMissing: 403, errors.NotInMode: 403,
    errors.Forbidden: 403, errors.NotFound: 404, errors.CursorTooOld: 410, errors.TooBusy: 503,
    errors.DatabaseUnavailable: 503,
}  # fmt: skip

Scoped = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Scoped]]
Send = Callable[[Scoped], Awaitable[None]]


@dataclass(slots=True, eq=False)
class Listener:
    """One open stream: its organisation, its key, from where it is read, its place in the feed, and the types it tells of."""

    organisation_id: int
    key: str
    address: str
    position: int
    types: frozenset[str] = frozenset()
    news: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class PublicListener:
    """One open stream of all changes: from which network it is read, and the index of the log that comes next."""

    network: str
    position: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)


class Streams:
    """An ASGI application that serves the streams, and nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine = engine_for(settings.database_url)
        self._sessions = reading_sessions_for(self._engine)
        self._keyring = keyring.Keyring(settings.keys)
        self._listeners: set[Listener] = set()
        self._public: set[PublicListener] = set()
        self._looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scoped, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            path = scope["path"].rstrip("/")
            is_public = path == CHANGES_PATH and scope["method"] == "GET"
            listener = await (self._admitted_to_changes(scope) if is_public else self._admitted(scope))
        except errors.RegistryError as error:
            await self._refuse(send, error)
            return
        except SQLAlchemyError:
            await self._refuse(send, errors.DatabaseUnavailable("the database is away"))
            return
        try:
            await self._tell(listener, receive, send)
        finally:
            self._listeners.discard(listener)
            self._public.discard(listener)

    async def _admitted_to_changes(self, scope: Scoped) -> PublicListener:
        """Raises RegistryError."""
        headers = _headers_of(scope)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        last, first = headers.get("last-event-id", ""), query.get("from", [""])[0]
        is_wrong = set(query) - {"from"} or len(query.get("from", [])) > 1
        if is_wrong or any(given and not _INDEX.fullmatch(given) for given in (last, first)):
            detail = "must be the index of an entry, from 0: `next_index` of the feed of changes; or the last `id`"
            raise errors.InvalidInput([errors.Fault("from", codes.Problem.INVALID_CURSOR, detail)])
        network = clients.network_of(self._address(scope, headers))
        if len(self._public) >= MAX_PUBLIC:
            raise errors.TooBusy(
                f"{MAX_PUBLIC} streams of changes are open: read /changes.json, or ask again", BUSY_FOR
            )
        if Counter(one.network for one in self._public)[network] >= MAX_FROM_NETWORK:
            raise errors.TooBusy(f"{MAX_FROM_NETWORK} streams are open from your network: close one", BUSY_FOR)
        listener = PublicListener(network)
        self._public.add(listener)
        try:
            size = await asyncio.to_thread(self._published_size, is_needed=True)
        except BaseException:
            self._public.discard(listener)
            raise
        listener.position = int(last) + 1 if last else int(first) if first else size
        self._wake_look()
        return listener

    def _published_size(self, *, is_needed: bool = False) -> int:
        """How many entries may be told. Where it `is_needed` NotFound is raised while nothing is published; otherwise 0."""
        with self._sessions() as session:
            if is_needed:
                return head(session).size
            found = published(session)
            return 0 if found is None else found.size

    async def _admitted(self, scope: Scoped) -> Listener:
        """Raises RegistryError."""
        if scope["path"].rstrip("/") != PATH or scope["method"] != "GET":
            raise errors.NotFound(f"this process answers GET {PATH} and GET {CHANGES_PATH} alone")
        headers = _headers_of(scope)
        match = _BEARER.fullmatch(headers.get("authorization", ""))
        if match is None:
            raise errors.NotSignedIn(keys.NEEDED)
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if set(query) - {"cursor", "types"} or any(len(given) > 1 for given in query.values()):
            raise errors.InvalidInput(
                [errors.Fault("cursor", codes.Problem.UNKNOWN_PARAMETER, "and types may be asked, each once")]
            )
        types = feed.read_types(query.get("types", [""])[0])
        address = self._address(scope, headers)
        organisation_id = await asyncio.to_thread(self._organisation_of_key, match[1], address)
        if len(self._listeners) >= MAX_STREAMS:
            raise errors.TooBusy(f"{MAX_STREAMS} streams are open, the most this process holds: ask again", BUSY_FOR)
        if Counter(one.organisation_id for one in self._listeners)[organisation_id] >= MAX_EACH:
            raise errors.TooBusy(
                f"your organisation has {MAX_EACH} streams open: close one, or use a webhook", BUSY_FOR
            )
        cursor = headers.get("last-event-id") or query.get("cursor", [""])[0]
        # Between the count above and here nothing waits: two that come at once are counted one after the other.
        listener = Listener(organisation_id, match[1], address, 0, types)
        self._listeners.add(listener)
        try:
            listener.position = await asyncio.to_thread(self._place, organisation_id, cursor)
        except BaseException:
            self._listeners.discard(listener)
            raise
        self._wake_look()
        return listener

    def _wake_look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())

    def _address(self, scope: Scoped, headers: dict[str, str]) -> str:
        """The client's address, as far as the proxies that state it are trusted."""
        peer: str = (scope.get("client") or ("",))[0]
        given = clients.client_address(peer, headers.get("x-forwarded-for", ""), self._settings.trusted_proxies)
        return given or peer

    def _organisation_of_key(self, key: str, address: str) -> int:
        with self._sessions() as session:
            organisation, found = keys.opened_by(session, key, clock.day_at(clock.now(), None))
            if found.is_test:
                raise errors.NotInMode(
                    "the stream tells of real data alone: read a test key's events from /api/v1/events"
                )
            opens = keys.scopes_of(found)
            if Scope.WATCHES not in opens:
                raise errors.ScopeMissing(
                    f"this needs a key with the scope watches, and yours has {', '.join(sorted(opens))}"
                )
            keys.require_network(found, address)
            return organisation.id

    def _place(self, organisation_id: int, cursor: str) -> int:
        with self._sessions() as session:
            if cursor:
                return feed.position_of_cursor(session, self._keyring, organisation_id, cursor)
            return feed.last_position(session, organisation_id)

    async def _tell(self, listener: Listener | PublicListener, receive: Receive, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if isinstance(listener, PublicListener):
            headers.append((b"access-control-allow-origin", b"*"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await _say(send, "retry: 3000\n\n")
        gone = asyncio.create_task(_wait_until_gone(receive))
        # A closed connection frees its place at once: else a client that reconnects a few times would block itself.
        gone.add_done_callback(lambda _: listener.news.set())
        began = checked = time.monotonic()
        listener.news.set()
        try:
            while not gone.done() and time.monotonic() - began < MAX_LIFETIME:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(listener.news.wait(), HEARTBEAT)
                if gone.done():
                    return
                if isinstance(listener, Listener) and time.monotonic() - checked > RECHECK:
                    await asyncio.to_thread(self._organisation_of_key, listener.key, listener.address)
                    checked = time.monotonic()
                if not listener.news.is_set():
                    await _say(send, ": still here\n\n")
                    continue
                listener.news.clear()
                while lines := await asyncio.to_thread(self._read, listener):
                    await _say(send, lines)
        except (errors.NotSignedIn, errors.Forbidden):
            await _say(send, "event: closed\ndata: this key opens nothing any more\n\n")
        except SQLAlchemyError:
            # The client asks again in three seconds, from where it was.
            log.error("stream_broken_off", trouble="the database is away")
        finally:
            gone.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _read(self, listener: Listener | PublicListener) -> str:
        with self._sessions() as session:
            if isinstance(listener, PublicListener):
                return self._changes(session, listener)
            today = clock.day_at(clock.now(), None)
            reached = feed.events_after(
                session, listener.organisation_id, listener.position, AT_ONCE, listener.types, today=today
            )
            lines = []
            for place in reached.events:
                cursor = feed.cursor_of(self._keyring, listener.organisation_id, place.position)
                payload = feed.event_payload(place.event, today)
                body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
                lines.append(f"id: {cursor}\nevent: {payload['type']}\ndata: {body}\n\n")
            listener.position = reached.position
        return "".join(lines)

    def _changes(self, session: Session, listener: PublicListener) -> str:
        found = changes(session, listener.position, clock.day_at(clock.now(), None))
        lines = []
        for one in found.items:
            row = one.row | {"proof": f"{self._settings.public_url}/log/proof/{one.row['index']}"}
            body = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
            lines.append(f"id: {row['index']}\nevent: {row['type']}\ndata: {body}\n\n")
        listener.position = found.next_index
        return "".join(lines)

    async def _look(self) -> None:
        """Wake the listeners that are behind. Ends when there are none left."""
        while self._listeners or self._public:
            try:
                reached = await asyncio.to_thread(self._reached, {one.organisation_id for one in self._listeners})
                size = await asyncio.to_thread(self._published_size) if self._public else 0
            except SQLAlchemyError:
                await asyncio.sleep(HEARTBEAT / 3)
                continue
            for listener in list(self._listeners):
                if reached.get(listener.organisation_id, 0) > listener.position:
                    listener.news.set()
            for one in self._public:
                if size > one.position:
                    one.news.set()
            await asyncio.sleep(LOOK)

    def _reached(self, organisation_ids: set[int]) -> dict[int, int]:
        if not organisation_ids:
            return {}
        with self._sessions() as session:
            return feed.last_positions(session, sorted(organisation_ids))

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                self._engine.dispose()
                return

    async def _refuse(self, send: Send, error: errors.RegistryError) -> None:
        status = _STATUS.get(type(error), 500)
        problem = ProblemDocument(
            type=f"{self._settings.public_url}/docs#problem-{error.code}",
            title=languages.text(register.Language.EN, f"problem.{error.code}"),
            status=status,
            code=error.code,
            detail=error.text,
            request_id=token_hex(16),
            errors=error.faults if isinstance(error, errors.InvalidInput) else (),
            language=register.Language.EN,
        )
        headers = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
        if status == 401:
            headers.append((b"www-authenticate", b"Bearer"))
        if status == 503:
            headers.append((b"retry-after", str(BUSY_FOR).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": problem.body()})


def _headers_of(scope: Scoped) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def _say(send: Send, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _wait_until_gone(receive: Receive) -> None:
    """Ends when the other side has gone."""
    while (await receive())["type"] != "http.disconnect":
        continue


def from_environment() -> Streams:
    """For ASGI servers: the stream as the environment describes it."""
    logs.configure()
    return Streams(Settings.from_environment(os.environ))
