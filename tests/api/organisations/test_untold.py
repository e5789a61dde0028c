"""Writes, feed, stream and deliveries do not disclose to other organisations who asked, on both databases.

Two registries differ in one organisation alone: it exists, and did all it can, about the agency that the other watches
too. Everything that the other organisation, or any caller who sends the same, gets from the two registries is compared.
tests/pages/officers/test_untold.py opens every page and endpoint that is read.
"""

import asyncio
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.transaction import services
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.watches.feed import cursor_of
from registry.watches.stream import LOOK, PATH, Streams
from tests.log.publishing import Publish
from tests.make import licence_record, make_agency, make_api_key, make_organisation, suspend
from tests.pages.organisations.conftest import make_member
from tests.postgres import Server
from tests.waiting import SECONDS
from tests.watches.receiving import Listener, listening

NUMBER = "VYMYSL/U1"
ONCE = "the-same-key-for-both"
MAIL = "canarymail7c4e91@works.example"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.44"}
"""Where the hidden organisation asks from: an address has a limit of its own."""

_CHANCE = re.compile(r'\b(?:evt_)?[2-9A-Z]{12}\b|\b[0-9a-f]{32}\b|"eyJ[^"]+"|"(?:secret|key|prefix)": ?"[^"]*"')
"""What no two answers have in common: references, request ids, secrets and signatures."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    edges = frozenset({Edge.API, Edge.PUBLIC})
    return replace(settings, edges=edges, has_unsafe_webhooks=True, organisation_rate=1_000_000)


@dataclass(frozen=True, slots=True)
class Registry:
    app: Flask
    settings: Settings

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def send(self, key: str | None, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= {"Idempotency-Key": ONCE} if method == "POST" and key else {}
        stated = {"data": body} if isinstance(body, bytes) else {"json": body}
        more["headers"] = headers | more.get("headers", {})
        return self.client.open(path, method=method, **stated, **more)


@pytest.fixture
def copied(
    request: pytest.FixtureRequest, session: Session, settings: Settings, make_app: Callable[[Settings], Flask]
) -> Iterator[Callable[[str], Registry]]:
    """Copies of the database and the home, once everything that both worlds share is in them."""
    dropped: list[str] = []

    def copy(name: str) -> Registry:
        home = settings.home.parent / name
        shutil.copytree(settings.home, home)
        if settings.database_url.startswith("sqlite"):
            source, target = settings.database_url.removeprefix("sqlite:///"), home / "registry.sqlite3"
            with sqlite3.connect(source) as ours, sqlite3.connect(target) as theirs:
                ours.backup(theirs)
            url = f"sqlite:///{target}"
        else:
            server: Server = request.getfixturevalue("postgres")
            template = settings.database_url.partition("@/")[2].partition("?")[0]
            database = f"{template}_{name}"
            server.drop(database)
            server.clone(template, database)
            dropped.append(database)
            url = server.url(database)
        own = replace(settings, home=home, database_url=url, files=home / "files")
        return Registry(make_app(own), own)

    yield copy
    for database in dropped:
        request.getfixturevalue("postgres").drop(database)


def planted(world: Registry, hook: str, agency: str) -> dict[str, str]:
    """An organisation that only this world has does all it can. Gives the references of what it made."""
    with services(world.app).sessions.begin() as session:
        hidden = make_organisation(session, "canaryname7c4e91")
        make_member(session, hidden, email=MAIL)
        key = make_api_key(session, hidden, name="canarykey7c4e91")

    def done(method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = world.send(key, method, path, body, environ_overrides=ELSEWHERE, **more)
        assert answer.status_code < 300, (path, answer.data)
        return answer.json

    requested = {"licence_number": NUMBER, "destination": "IT"}
    made = {"watch": done("POST", "/api/v1/watches", {"label": "canarylabel7c4e91", "agency_id": agency})["watch_id"]}
    made["webhook"] = done("POST", "/api/v1/webhooks", {"label": "canarylabel7c4e91", "url": hook})["webhook_id"]
    stored = done("POST", "/api/v1/verifications", {"items": [{"key": "ours", **requested}], "keep": True})
    made["list"] = stored["list_id"]
    receipt = done("POST", "/api/v1/verify", {"licence_number": NUMBER, "receipt": True, "keep": True})
    made |= {"receipt": receipt["receipt_id"], "token": receipt["receipt"]}
    listed = f"key,licence number\nours,{NUMBER}\n".encode()
    made["job"] = done("POST", "/api/v1/verification-jobs", listed, headers={"Content-Type": "text/csv"})["job_id"]
    done("POST", f"/api/v1/verification-jobs/{made['job']}/start")
    return made


def answered(world: Registry, key: str, agency: str, hook: str, start: str, theirs: dict[str, str]) -> dict[str, str]:
    """Answers to another organisation, and to others, that send what the hidden one sent, or act on what it owns."""
    stated: dict[str, str] = {}

    def note(who: str | None, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        answer = world.send(who, method, path, body, **more)
        headers = sorted(f"{name}: {value}" for name, value in answer.headers.items())
        text = "\n".join([answer.status, *headers, answer.get_data(as_text=True)])
        stated[f"{'program' if who else 'anybody'} {method} {path}"] = _CHANCE.sub("", text)
        return answer

    requested = {"licence_number": NUMBER, "destination": "IT"}
    items = {"items": [{"key": "ours", **requested}]}
    listed = f"key,licence number\nours,{NUMBER}\n".encode()
    note(key, "POST", "/api/v1/watches", {"label": "ours", "agency_id": agency})
    note(key, "POST", "/api/v1/webhooks", {"label": "ours", "url": hook})
    note(key, "POST", "/api/v1/verifications", items | {"keep": True})
    note(key, "POST", "/api/v1/verification-jobs", listed, headers={"Content-Type": "text/csv"})
    note(key, "POST", "/api/v1/organisation/keys", {"label": "nightly", "scopes": ["verify"]})
    for who in (key, None):
        note(who, "POST", "/api/v1/verify", requested)
        note(who, "POST", "/api/v1/corridor-verifications", {"items": [{"sending": requested, "destination": "IT"}]})
        note(who, "POST", "/api/v1/receipts/verify", {"receipt": theirs["token"]})
        note(who, "POST", "/api/v1/checks", {"claims": {"licence_number": NUMBER}, "destination": "IT"})
    note(None, "POST", "/api/v1/verifications", items)
    for method, path in (
        ("GET", "watches/{watch}"), ("PATCH", "watches/{watch}"), ("DELETE", "watches/{watch}"),
        ("GET", "webhooks/{webhook}"), ("POST", "webhooks/{webhook}/test"), ("POST", "webhooks/{webhook}/secret"),
        ("POST", "webhooks/{webhook}/replay"), ("GET", "webhooks/{webhook}/deliveries"), ("DELETE", "webhooks/{webhook}"),
        ("GET", "receipts/{receipt}"), ("DELETE", "receipts/{receipt}"), ("GET", "receipts/{receipt}/check"),
        ("GET", "archived-lists/{list}"), ("GET", "archived-lists/{list}/proofs/0"), ("DELETE", "archived-lists/{list}"),
        ("GET", "verification-jobs/{job}"), ("POST", "verification-jobs/{job}/start"),
        ("POST", "verification-jobs/{job}/cancel"), ("DELETE", "verification-jobs/{job}"),
    ):  # fmt: skip
        body = {"cursor": start} if path.endswith("replay") else {"label": "ours"} if method == "PATCH" else None
        refused = note(key, method, f"/api/v1/{path.format(**theirs)}", body, headers={"If-Match": '"1"'})
        assert refused.status_code == 404, (method, path, refused.data)
    who = {"organisation": "Invented Third", "country": "IT", "name": "A. Person", "email": MAIL}
    for path, form in (
        ("register", who), ("forgotten", {"email": MAIL}), ("sign-in", {"email": MAIL, "password": "wrong"}),
    ):  # fmt: skip
        answer = world.client.post(f"/account/{path}", data=form)
        stated[f"anybody POST /account/{path}"] = f"{answer.status}\n{answer.headers}\n{answer.get_data(as_text=True)}"
    return {door: _CHANCE.sub("", text) for door, text in stated.items()}


def attended(world: Registry) -> None:
    """Fan out what was published and send it, as the worker does."""
    keyring, sessions = Keyring(world.settings.keys), services(world.app).sessions
    fan_out.fan_out_log_entries(sessions, keyring, now())
    dispatcher = WebhookDispatcher(sessions, keyring, Caller(is_unsafe=True))
    dispatcher.deliver_due()
    dispatcher.close()


def streamed(world: Registry, key: str, after: str) -> str:
    """All that the stream's process says to a key: status, headers and what comes until two looks after an event."""

    async def listen() -> list[dict[str, Any]]:
        app, stated = Streams(world.settings), list[dict[str, Any]]()
        scope = {
            "type": "http", "path": PATH, "method": "GET", "query_string": f"cursor={after}".encode(),
            "headers": [(b"authorization", f"Bearer {key}".encode())],
        }  # fmt: skip

        has_come = asyncio.Event()

        async def receive() -> dict[str, Any]:
            await asyncio.wait_for(has_come.wait(), SECONDS)
            await asyncio.sleep(2 * LOOK)
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            stated.append(dict(message))
            if b"event:" in message.get("body", b""):
                has_come.set()

        try:
            await app(scope, receive, send)
        finally:
            app._engine.dispose()
        return stated

    # In a thread of its own: a browser that another test left open has a loop in this one.
    with ThreadPoolExecutor(1) as aside:
        stated = aside.submit(asyncio.run, listen()).result()
    return _CHANCE.sub("", "\n".join(str(one) for one in stated if one.get("body") != b": still here\n\n"))


def deliveries(listener: Listener) -> list[tuple[str, list[str]]]:
    found = []
    for body, headers in listener.got:
        stored = sorted(f"{name}: {value}" for name, value in headers.items() if name != "webhook-signature")
        found.append((_CHANCE.sub("", body.decode()), [_CHANCE.sub("", one) for one in stored]))
    return found


@pytest.mark.both_databases
def test_what_another_organisation_sends_and_hears_tells_nothing_of_the_first(
    session: Session, settings: Settings, publish: Publish, copied: Callable[[str], Registry], tmp_path: Path
) -> None:
    agency = make_agency(session, licences=(licence_record(number=NUMBER),)).agency_id
    publish()
    other = make_organisation(session, "Invented Others")
    key = make_api_key(session, other)
    start = cursor_of(Keyring(settings.keys), other.id, 0)
    session.commit()
    engine = session.get_bind()
    assert isinstance(engine, Engine)
    session.close()
    engine.dispose()
    quiet, watched = copied("quiet"), copied("watched")
    at = now()
    heard: list[Any] = []
    with listening() as hidden, listening() as ours:
        with time_machine.travel(at, tick=False):
            theirs = planted(watched, hidden.url, agency)
        for world in (quiet, watched):
            ours.got.clear()
            with time_machine.travel(at, tick=False):
                stated = answered(world, key, agency, ours.url, start, theirs)
                with services(world.app).sessions() as own:
                    suspend(own, agency)
                    own.commit()
                attended(world)
                stated["program GET /api/v1/events"] = _CHANCE.sub("", world.send(key, "GET", "/api/v1/events").text)
                stated["program GET stream"] = streamed(world, key, start)
            stated["deliveries"] = str(deliveries(ours))
            heard.append(stated)
    alone, beside = heard
    assert [door for door, stated in alone.items() if stated != beside[door]] == []
    assert "licence.suspended" in alone["program GET stream"]
    assert "licence.suspended" in alone["deliveries"]
    assert alone["program POST /api/v1/watches"].startswith("201 ")
    # The hidden one was told, once, in its own world: so there was something to leak.
    assert len(hidden.ids()) == 1
    assert not re.search("canary(?:name|label|key)", str(beside))
