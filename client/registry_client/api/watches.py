"""What is watched, what happened to it, and where that is sent. Needs a key with the scope `watches`."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from registry_client.api.answers import Raw, Whole
from registry_client.api.errors import BadInput, NoAnswer
from registry_client.api.pages import paged
from registry_client.api.questions import as_body, as_query
from registry_client.api.reading import read
from registry_client.api.transport import Transport, new_idempotency_key, path_of

T = TypeVar("T")

MAX_EVENTS = 500
POLL = 5.0
"""Seconds between two looks at a feed in which nothing is new."""
MAX_CURSOR = 200
AGAIN = 1.0
"""Seconds before a stream that ended is asked for again."""
EVENT_STREAM = "text/event-stream"


@dataclass(frozen=True, slots=True)
class Watch(Whole):
    """`agencies`: how many it leads to now. `waiting`: numbers of a list that lead to no agency yet."""

    watch_id: str
    label: str
    kind: str
    version: int
    agency_id: str | None = None
    licence_id: str | None = None
    search: Raw | None = None
    agencies: int = 0
    waiting: int = 0
    waiting_lines: tuple[int, ...] = ()
    is_paused: bool = False
    created_on: date | None = None


@dataclass(frozen=True, slots=True)
class Event(Whole):
    """An event. `id` stays the same in feed, stream and webhook; `cursor` is its place in the feed."""

    id: str
    type: str
    timestamp: datetime
    data: Raw
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class _Page:
    items: tuple[Event, ...]
    next_cursor: str
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Webhook(Whole):
    """`secret` is shown once, by make() and rotate(): keep it."""

    webhook_id: str
    url: str
    label: str
    state: str
    version: int
    failing_since: datetime | None = None
    disabled_at: datetime | None = None
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Delivery(Whole):
    event_id: str
    type: str
    state: str
    attempts: int = 0
    status: int | None = None
    trouble: str | None = None
    queued_at: datetime | None = None
    delivered_at: datetime | None = None


class _Part:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _got(self, kind: type[T], method: str, path: str, **more: Any) -> T:
        answered = self._transport.ask(method, path, **more)
        return read(kind, answered.json(), answered.where)

    def _listed(self, kind: type[T], path: str) -> tuple[T, ...]:
        return tuple(paged(self._transport, kind, path))


class Watches(_Part):
    """`client.watches`."""

    def __iter__(self) -> Iterator[Watch]:
        return iter(self._listed(Watch, path_of("watches")))

    def get(self, watch_id: str) -> Watch:
        return self._got(Watch, "GET", path_of("watches", watch_id))

    def agency(self, agency_id: str, label: str) -> Watch:
        """Watch an agency with all its licences, from now on."""
        return self._make_watch({"agency_id": agency_id, "label": label})

    def licence(self, licence_id: str, label: str) -> Watch:
        return self._make_watch({"licence_id": licence_id, "label": label})

    def numbers(self, numbers: Iterable[str | Mapping[str, str]], label: str) -> Watch:
        """Watch the agencies that these numbers lead to, now or later: text, or {"number": ..., "country": ...}."""
        return self._make_watch({"numbers": _numbers(numbers), "label": label})

    def search(self, label: str, **criteria: str) -> Watch:
        """Watch whatever answers to these."""
        return self._make_watch({"search": criteria, "label": label})

    def replace_numbers(self, watch: Watch, numbers: Iterable[str | Mapping[str, str]]) -> Watch:
        body = {"numbers": _numbers(numbers)}
        path = path_of("watches", watch.watch_id, "numbers")
        return self._got(Watch, "PUT", path, body=body, headers=_version(watch))

    def change(
        self,
        watch: Watch,
        *,
        label: str | None = None,
        is_paused: bool | None = None,
        types: Sequence[str] | None = None,
    ) -> Watch:
        """Rename it, pause it, or go on. Raises StaleVersion where it was changed since it was read."""
        body = as_body({"label": label, "is_paused": is_paused, "types": None if types is None else list(types)})
        path = path_of("watches", watch.watch_id)
        return self._got(Watch, "PATCH", path, body=body, headers=_version(watch))

    def end(self, watch: Watch) -> None:
        """Delete a watch; past events stay in the feed."""
        self._transport.ask("DELETE", path_of("watches", watch.watch_id), headers=_version(watch))

    def _make_watch(self, body: Mapping[str, Any]) -> Watch:
        return self._got(Watch, "POST", path_of("watches"), body=body, once=new_idempotency_key())


class CursorFile:
    """How far a feed was read, kept in a file that is whole at any moment."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)

    def read(self) -> str | None:
        """None where nothing was read yet. Raises BadInput."""
        try:
            text = self._path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise BadInput(f"{self._path}: {getattr(error, 'strerror', None) or 'this holds no cursor'}") from None
        if not text or len(text) > MAX_CURSOR or not text.isprintable():
            raise BadInput(f"{self._path}: this holds no cursor; remove it to read from the first event on")
        return text

    def write(self, cursor: str) -> None:
        with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=self._path.parent, delete=False) as file:
            file.write(f"{cursor}\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(file.name, self._path)


class Events(_Part):
    """`client.events`: in order, none lost, none twice."""

    def after(self, cursor: str | None = None) -> Iterator[Event]:
        """All that is there behind a cursor, or from the first on."""
        while True:
            page = self._fetch_page(cursor)
            yield from page.items
            if not page.has_more:
                return
            cursor = page.next_cursor

    def follow(
        self,
        stored: CursorFile,
        *,
        poll: float = POLL,
        is_endless: bool = True,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[Event]:
        """Each event once, from where the file stands; the file advances when the next one is asked for.

        A caller that is killed while acting on an event gets that one again, and no other.
        """
        cursor = stored.read()
        while True:
            page = self._fetch_page(cursor)
            for event in page.items:
                yield event
                stored.write(event.cursor)
            cursor = page.next_cursor
            if not page.has_more:
                if not is_endless:
                    return
                sleep(poll)

    def stream(
        self, stored: CursorFile, source: Transport | None = None, *, sleep: Callable[[float], None] = time.sleep
    ) -> Iterator[Event]:
        """As follow(), but within a moment: first what is behind the file's place, then as it happens, without end.

        `source` is where the stream stands, if not at the registry's own address. What breaks off is taken up again.
        """
        page = self._fetch_page(stored.read())
        while True:
            for event in page.items:
                yield event
                stored.write(event.cursor)
            if not page.has_more:
                break
            page = self._fetch_page(page.next_cursor)
        cursor = page.next_cursor
        while True:
            try:
                for event in _streamed(source or self._transport, cursor):
                    yield event
                    cursor = event.cursor
                    stored.write(cursor)
            except NoAnswer:
                pass
            # It ends after an hour by itself, too.
            sleep(AGAIN)

    def _fetch_page(self, cursor: str | None) -> _Page:
        query = as_query({"cursor": cursor, "limit": MAX_EVENTS})
        return self._got(_Page, "GET", path_of("events"), query=query)


def _streamed(source: Transport, cursor: str) -> Iterator[Event]:
    """Server-sent events behind a cursor, until the stream ends. Raises NoAnswer where it breaks off."""
    place, given = cursor, b""
    for line in source.lines(path_of("events", "stream"), {"Accept": EVENT_STREAM, "Last-Event-ID": cursor}):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"id":
            place = value.decode("ascii", "replace")
        elif name == b"data":
            given = value
        elif not line and given:
            try:
                found = json.loads(given)
            except (ValueError, RecursionError):
                # Not an event but a word of why it ends; asking again tells.
                return
            yield read(Event, {**found, "cursor": place}, "event")
            given = b""


class Webhooks(_Part):
    """`client.webhooks`: where events are sent. What arrives there is checked by registry_client.webhooks."""

    def __iter__(self) -> Iterator[Webhook]:
        return iter(self._listed(Webhook, path_of("webhooks")))

    def get(self, webhook_id: str) -> Webhook:
        return self._got(Webhook, "GET", path_of("webhooks", webhook_id))

    def make(self, url: str, label: str, types: Sequence[str] = ()) -> Webhook:
        """Its `secret` is shown this once."""
        return self._got(
            Webhook,
            "POST",
            path_of("webhooks"),
            body=as_body({"url": url, "label": label, "types": list(types) or None}),
            once=new_idempotency_key(),
        )

    def change(
        self, webhook: Webhook, *, url: str | None = None, label: str | None = None, state: str | None = None
    ) -> Webhook:
        body = as_body({"url": url, "label": label, "state": state})
        return self._got(
            Webhook, "PATCH", path_of("webhooks", webhook.webhook_id), body=body, headers=_version(webhook)
        )

    def rotate(self, webhook: Webhook) -> Webhook:
        """A new secret; for a day deliveries are signed with both."""
        return self._got(Webhook, "POST", path_of("webhooks", webhook.webhook_id, "secret"), headers=_version(webhook))

    def test(self, webhook: Webhook, event_type: str | None = None) -> Delivery:
        """Have a test event delivered: `webhook.test`, or with a test key ("rrk_test_...") one of any type."""
        body = None if event_type is None else {"type": event_type}
        return self._got(Delivery, "POST", path_of("webhooks", webhook.webhook_id, "test"), body=body)

    def deliveries(self, webhook: Webhook) -> tuple[Delivery, ...]:
        """All that are stored, the newest first."""
        return self._listed(Delivery, path_of("webhooks", webhook.webhook_id, "deliveries"))

    def send_again(self, webhook: Webhook, event_id: str) -> Delivery:
        return self._got(Delivery, "POST", path_of("webhooks", webhook.webhook_id, "deliveries", event_id))

    def replay(self, webhook: Webhook, cursor: str | None = None) -> int:
        """Have all behind a cursor sent again; how many."""
        path = path_of("webhooks", webhook.webhook_id, "replay")
        answered = self._transport.ask("POST", path, body=as_body({"cursor": cursor}))
        return read(_Replayed, answered.json(), answered.where).events

    def end(self, webhook: Webhook) -> None:
        self._transport.ask("DELETE", path_of("webhooks", webhook.webhook_id), headers=_version(webhook))


@dataclass(frozen=True, slots=True)
class _Replayed:
    events: int


def _version(one: Watch | Webhook) -> dict[str, str]:
    return {"If-Match": f'"{one.version}"'}


def _numbers(numbers: Iterable[str | Mapping[str, str]]) -> list[Mapping[str, str]]:
    return [{"number": one} if isinstance(one, str) else one for one in numbers]
