"""Pages and endpoints do not disclose who asked: two registries that differ only in that answer others alike.

Every page and endpoint that is not the organisation's own is opened in both: officers' pages and their API, an agency's
portal, another organisation's program, what everybody reads, and `/metrics`. Headers and bodies are compared, and the
mails of the worker too.
"""

import io
import re
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http import logs
from registry.http.paths import DESK_PATHS, ORGANISATION_PATHS
from registry.http.transaction import services
from registry.officers import accounts
from registry.officers.models import Officer
from registry.organisations.models import Member
from registry.vocabulary.watches import DigestPace
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.watches.feed import cursor_of
from registry.watches.mails import DIGESTS_FROM, choose_digest
from registry.worker import log_signing, schedule
from tests.complaints.artefacts import found
from tests.make import make_api_key, make_organisation, public_record_of
from tests.pages.officers.signed_in import OfficerClient, desk_of
from tests.pages.officers.walking import doors, filled
from tests.pages.organisations.conftest import MemberClient, make_member
from tests.supervision.sanctions import making as sanctions
from tests.watches.receiving import listening

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

CANARIES = NAME, LABEL, KEY, MAIL, LINE = [f"canary{word}7c4e91" for word in ("name", "label", "key", "mail", "line")]

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.44"}
"""Where the organisation's programs ask from: an address has a limit of its own, shared by all callers behind it."""

WHO_MAIL = (
    "change_channels",
    "tell_licensed",
    "warn_of_staleness",
    "remind_of_cases",
    "tell_officers",
    "send_account_letters",
    "enforce_sanctions",
    "tell_switched_off",
    "tell_digests",
)
"""What of the worker sends mail."""

QUESTIONS = ("/api/v1/verify?agency_id={agency}", "/api/v1/agencies?country=CZ", "/en/?q={agency}")
"""Questions of any caller, with a key or without, about the agency that is watched."""

THE_SAME_FOR_ALL = ("/docs", "/openapi.json", "/static", "/vct")
"""What is made of the program alone, and takes long to make."""

_CHANCE = re.compile(
    r'\b(?:[0-9a-f]{16}|[0-9a-f]{32}|[0-9a-f]{64})\b|(?<=name="once" value=")[^"]+|"descriptors":[^}]+'
    r'|"(?:offset_seconds|oldest_seconds)":[-0-9.]+'
)
"""What differs in any two answers: request ids, pseudonyms of the audit and what is chained to them, idempotency keys of
forms, and what `/ready` measures of its process."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(
        settings, edges=frozenset(Edge), has_metrics=True, has_unsafe_webhooks=True, organisation_rate=1_000_000
    )


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry of its own: the same database and keys as the other's, up to what the organisation did."""

    app: Flask
    settings: Settings

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def sessions(self) -> sessionmaker[Session]:
        return services(self.app).sessions

    def mails(self) -> list[tuple[str, str, str]]:
        """What the worker process sends in one round: recipient, subject and text of each mail."""
        for task in schedule.TASKS:
            if task.name in WHO_MAIL:
                task.run(self.settings, self.sessions)
        sent = []
        for path in sorted((self.settings.home / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes(), policy=default)
            sent.append((str(message["To"]), str(message["Subject"]), message.get_content()))
        return sorted(sent)


@dataclass(frozen=True, slots=True)
class Addresses:
    """What is opened, by whose it is."""

    desk: list[str]
    organisations: list[str]
    everybody: list[str]


@dataclass(frozen=True, slots=True)
class Actors:
    """Who asks, and of what: the same in both worlds. `sanction` waits for its second person."""

    things: dict[str, str]
    owner: Officer
    owner_token: str
    portal_token: str
    foreign: str
    key: str
    sanction: str


@pytest.fixture
def actors(
    client: FlaskClient, session: Session, settings: Settings, keyring: Keyring, things: dict[str, str]
) -> Actors:
    """Beside officers: a program of another organisation, and one of the organisation that must stay hidden."""
    owner = accounts.officer_named(session, things["officer"])
    rep = session.execute(select(Officer).where(Officer.unit == things["portal"])).scalar_one()
    sealer = Sealer(keyring)
    reviewed = sanctions.reviewed(session, sealer, sanctions.make_held(session)).reference
    hidden = make_organisation(session, NAME)
    member = make_member(session, hidden, email=f"{MAIL}@works.example", name=NAME)
    choose_digest(session, member, DigestPace.DAILY, now() - timedelta(days=2))
    made = Actors(
        things,
        owner,
        desk_of(client, session, owner).token,
        desk_of(client, session, rep).token,
        make_api_key(session, make_organisation(session, "Invented Others")),
        make_api_key(session, hidden, name=KEY),
        reviewed,
    )
    # Made by the first caller, and kept in the home.
    cursor_of(keyring, 1, 0)
    session.commit()
    log_signing.sign_log(settings, sessionmaker(session.get_bind()))
    return made


@pytest.fixture
def worlds(actors: Actors, settings: Settings, make_app: Callable[[Settings], Flask]) -> tuple[Registry, Registry]:
    """Two copies of one database and one home: what is done to one of them alone makes the difference."""

    def copied(name: str) -> Registry:
        home = settings.home.parent / name
        shutil.copytree(settings.home, home)
        path = home / "registry.sqlite3"
        with (
            sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as source,
            sqlite3.connect(path) as target,
        ):
            source.backup(target)
        own = replace(settings, home=home, database_url=f"sqlite:///{path}", files=home / "files")
        return Registry(make_app(own), own)

    return copied("quiet"), copied("watched")


def plant(world: Registry, actors: Actors, hook: str) -> None:
    """All that an organisation can ask, about the agency whose licence is about to be suspended, and about others."""
    with services(world.app).reading_sessions() as session:
        seen = public_record_of(session, actors.things["agency"])
    licence = seen.licences[0]
    headers = {"Authorization": f"Bearer {actors.key}"}
    client = world.client

    def done(method: str, path: str, body: object = None, **more: object) -> TestResponse:
        answer = client.open(path, method=method, json=body, headers=headers, environ_overrides=ELSEWHERE, **more)
        assert answer.status_code < 300, answer.data
        return answer

    for what in (
        {"agency_id": seen.agency_id},
        {"licence_id": licence.licence_id},
        {"numbers": [{"number": licence.number}, {"number": LINE}]},
        {"search": {"country": "CZ"}},
    ):
        done("POST", "/api/v1/watches", {"label": LABEL, **what})
    done("POST", "/api/v1/webhooks", {"label": LABEL, "url": hook})
    requested = {"licence_number": licence.number, "destination": "IT"}
    done("POST", "/api/v1/verifications", {"items": [{"key": LINE, **requested}]})
    done("GET", f"/api/v1/verify?licence_number={licence.number}")
    done("PUT", "/api/v1/receipts/settings", {"days": 90})
    done("POST", "/api/v1/verify", {"licence_number": licence.number, "receipt": True, "keep": True})
    listed = f"key,licence number\n{LINE},{licence.number}\n".encode()
    job = client.post(
        "/api/v1/verification-jobs",
        data=listed,
        headers={**headers, "Content-Type": "text/csv"},
        environ_overrides=ELSEWHERE,
    )
    assert job.status_code == 201, job.data
    done("POST", f"/api/v1/verification-jobs/{job.json['job_id']}/start")
    # Anybody's question, without a key, leaves as little.
    assert client.get(f"/api/v1/verify?licence_number={licence.number}", environ_overrides=ELSEWHERE).status_code == 200
    with world.sessions() as session:
        member_client = MemberClient(client, session, session.execute(select(Member)).scalar_one(), now())
    for page in ("watches", "webhooks", "lists", "keys", "people", "own"):
        assert member_client.get(f"/account/{page}").status_code == 200


def attend(world: Registry) -> None:
    """Fan out what was published and send it, as the worker does."""
    keyring = Keyring(world.settings.keys)
    fan_out.fan_out_log_entries(world.sessions, keyring, now())
    dispatcher = WebhookDispatcher(world.sessions, keyring, Caller(is_unsafe=True))
    dispatcher.deliver_due()
    dispatcher.close()


def told_to_all(world: Registry, actors: Actors, addresses: Addresses) -> dict[str, str]:
    """What each page or endpoint answers to those who may open it: status, headers, body."""
    client = world.client
    owner, portal = (OfficerClient(client, token, actors.owner) for token in (actors.owner_token, actors.portal_token))
    bearer = {"Authorization": f"Bearer {actors.things['owner']}"}
    foreign = {"Authorization": f"Bearer {actors.foreign}"}
    suspending = {"legal_ground": "Act 1", "effective_on": str(now().date()), "step": "preview"}
    licence = actors.things["licence"]
    answer = {
        "preview": _text_of(owner.post(f"/console/licences/{licence}/acts/suspend", **suspending)),
        "approval": _text_of(owner.post(f"/console/sanctions/{actors.sanction}/approve", version=3)),
    }
    attend(world)
    for address in addresses.desk:
        answer[f"officer {address}"] = _text_of(owner.get(address))
        if address.startswith("/api/"):
            answer[f"program {address}"] = _text_of(client.get(address, headers=bearer))
        else:
            answer[f"agency {address}"] = _text_of(portal.get(address))
    for address in addresses.organisations:
        answer[f"other organisation {address}"] = _text_of(client.get(address, headers=foreign))
    for address in addresses.everybody:
        answer[f"everybody {address}"] = _text_of(client.get(address))
    return answer


def addresses_of(app: Flask, actors: Actors) -> Addresses:
    known = {**dict.fromkeys(("language",), "en"), "index": 0, "number": 1, "name": "certificate", "form": "svg"}
    known |= {"notice_name": "privacy"}
    desk = [door.address(**filled(door, actors.things)) for door in doors(app) if door.method == "GET"]
    addresses = Addresses(desk, [], [])
    for rule in app.url_map.iter_rules():
        is_another = rule.rule.startswith(("/console", "/account", *THE_SAME_FOR_ALL, *DESK_PATHS))
        if is_another or "GET" not in (rule.methods or ()):
            continue
        is_theirs = rule.rule.startswith(ORGANISATION_PATHS)
        (addresses.organisations if is_theirs else addresses.everybody).append(_address(rule, actors, known))
    questions = [one.format(agency=actors.things["agency"]) for one in QUESTIONS]
    addresses.everybody.extend(questions)
    addresses.organisations.extend(questions)
    return addresses


def _address(rule: Rule, actors: Actors, known: dict[str, object]) -> str:
    values = {name: actors.things.get(name.removesuffix("_id"), known.get(name, 1)) for name in rule.arguments}
    return str(rule.build(values)[1])  # type: ignore[index]


def _text_of(answer: TestResponse) -> str:
    body = answer.get_data()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist())
    headers = sorted(f"{name}: {value}" for name, value in answer.headers.items())
    return _CHANCE.sub("", "\n".join([answer.status, *headers, body.decode("latin-1")]))


@pytest.mark.thorough
def test_all_others_get_the_same_whether_an_organisation_watches_or_not(
    app: Flask, worlds: tuple[Registry, Registry], actors: Actors, capfd: pytest.CaptureFixture[str]
) -> None:
    quiet, watched = worlds
    addresses = addresses_of(app, actors)
    with listening() as listener:
        plant(watched, actors, listener.url)
        at = now()
        with time_machine.travel(at, tick=False):
            alone, mails = told_to_all(quiet, actors, addresses), quiet.mails()
        with time_machine.travel(at, tick=False):
            beside, mails_beside = told_to_all(watched, actors, addresses), watched.mails()
        assert [headers["webhook-id"] for _, headers in listener.got]
    assert alone["preview"].startswith("200 ")
    assert alone["approval"].startswith("303 ")
    assert sum(stated.startswith("200 ") for stated in alone.values()) > 140
    counted = [world.pop("everybody /metrics") for world in (alone, beside)]
    assert [door for door, stated in alone.items() if stated != beside[door]] == []
    # Of its routes none is counted by its name, and none stands so in the log.
    logs.SINK.flush()
    logged = capfd.readouterr().out
    for path in ("/account", *ORGANISATION_PATHS):
        assert [path in text for text in (*counted, logged)] == [False] * 3, path
    own = f"{MAIL}@works.example"
    assert mails == [mail for mail in mails_beside if mail[0] != own]
    assert len(mails_beside) == len(mails) + (at.time() >= DIGESTS_FROM)
    left = [*beside.items(), ("metrics", counted[1]), ("log", logged), ("mails", str(mails))]
    assert found([*CANARIES, actors.key[4:]], [(name, text.encode()) for name, text in left]) == set()
    # The organisation itself finds them: so the search is able to.
    bearer = {"Authorization": f"Bearer {actors.key}"}
    own_doors = [
        (address, watched.client.get(address, headers=bearer).get_data())
        for address in (
            f"/api/v1/{noun}" for noun in ("watches", "organisation", "organisation/keys", "organisation/members")
        )
    ]
    assert {word for word, _ in found(CANARIES, own_doors)} == {NAME, LABEL, KEY, MAIL}
