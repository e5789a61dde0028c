"""Words, files and addresses planted in every place: none of them is in anything that the registry leaves behind.

The database as it lies on the disk with its write-ahead log, its dump, the home with keys, files and logs, metrics, the
server's output and its folder of temporary files. One word that is meant to be public is planted too, so that a search
that finds nothing is known to be able to.
"""

import contextlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.actions import SentFile, files_remover
from registry.complaints.attachments.file_store import store_of
from registry.complaints.attachments.uploading import UploadServices
from registry.complaints.case.complaint_codes import new_code
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, Kind
from registry.complaints.casework import actions as casework
from registry.complaints.casework import evidence
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.events import EventDraft, add_event
from registry.complaints.intake.models import AnswerSheet, Message
from registry.complaints.retention.purging import purge
from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings, TrustedProxies
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, CaseState, EventKind
from tests import make
from tests.api.complaints.conftest import UNIT, make_unit
from tests.complaints.artefacts import artefacts, found
from tests.complaints.complainant import Complainant, by_socket
from tests.complaints.samples import jpeg
from tests.conftest import Database
from tests.officers.making import make_officer
from tests.postgres import Server
from tests.serving import serve
from tests.thorough import POSTGRESQL_IS_THOROUGH
from tests.waiting import until

pytestmark = pytest.mark.slow

PUBLIC = "OEFFENTLICH-5cb1e7"
"""A name that the registry is meant to hold readably: the search must find it."""

ADDRESSES = ("203.0.113.77", "2001:db8:77::1", "198.51.100.23")
AGENTS = ("Telefono-Piantato/5.1", "com.planted.wechat.8812")
INVESTIGATOR = Officer("Rossi, invented", CaseRole.INVESTIGATOR, UNIT)


class Planted:
    """Words that stand nowhere else, remembered as they are planted."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def word(self, place: str) -> str:
        self.words.append(f"canary{place.replace('_', '')[:12]}{secrets.token_hex(6)}")
        return self.words[-1]


def answers(planted: Planted) -> dict[str, Any]:
    """An answer to every question that takes words, each with one of its own; and what makes those be asked."""
    given: dict[str, Any] = {"who_files": "other_helper", "country": "IT", "in_danger": "yes", "paid_fees": "yes"}
    for question in QUESTIONNAIRE:
        match question.kind:
            case Kind.TEXT:
                given[question.code] = planted.word(question.code)
            case Kind.AGENCY:
                given[question.code] = {"name": planted.word(question.code)}
            case Kind.CONTACT:
                given[question.code] = {"how": "wechat", "address": planted.word(question.code)}
    # A sum that no other worker has been asked for.
    given["wage_promised"] = {"amount": "735194826017", "currency": "CNY"}
    planted.words.append("735194826017")
    return given


@pytest.fixture
def sessions(database: Database) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(database.url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


@pytest.fixture
def server_of(database: Database, request: pytest.FixtureRequest) -> Server | None:
    return request.getfixturevalue("postgres") if database.kind == "postgresql" else None


@POSTGRESQL_IS_THOROUGH
def test_nothing_that_was_told_is_left_readable_anywhere(
    settings: Settings,
    sessions: sessionmaker[Session],
    database: Database,
    server_of: Server | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    settings = replace(
        settings,
        edges=frozenset({Edge.API, Edge.PUBLIC, Edge.INTAKE}),
        trusted_proxies=TrustedProxies(hops=1),
        has_metrics=True,
    )
    keyring, planted = Keyring(settings.keys), Planted()
    sealer = Sealer(keyring)
    with sessions() as session:
        make_unit(session, sealer)
        make.make_agency(session, name=PUBLIC)
        session.commit()
    extra = {"TMPDIR": str(temporary), "REGISTRY_TRUSTED_PROXIES": "1"}
    with serve(settings, extra=extra) as served:
        filer, sealed = filed(served.base_url, planted, sessions, sealer)
        take_evidence(settings, planted, sessions, sealer)
        metrics = requests.get(f"{served.base_url}/metrics", timeout=30).content
        assert requests.get(f"{served.base_url}/api/v1/agencies?q={PUBLIC}", timeout=30).json()["total"] == 1
        left = [*artefacts(settings, database, server_of, temporary), ("metrics", without_measures(metrics))]
        words = [*planted.words, *receipts_of(filer), *ADDRESSES, *AGENTS]
        assert found(words, left) == set()
        assert {word for word, _ in found([PUBLIC], left)} == {PUBLIC}
        assert found(sealed, left) != set()

        assert filer.send("POST", "/withdraw").status == 204
        over = now() + timedelta(days=400)
        assert purge(sessions, sealer, over, files_remover(store_of(settings))).emptied == 1
        left = list(artefacts(settings, database, server_of, temporary))
        assert found(words, left) == set()
        # PostgreSQL's files and write-ahead log keep sealed bytes until they are overwritten: its dump does not.
        assert found(sealed, left if server_of is None else left[:1]) == set()
        unknown = Complainant(by_socket(served.base_url)).come_back(new_code())
        gone = Complainant(by_socket(served.base_url)).come_back(filer.receipt)
        assert (gone.status, gone.code) == (unknown.status, unknown.code) == (404, "unknown_receipt")


def filed(
    base_url: str, planted: Planted, sessions: sessionmaker[Session], sealer: Sealer
) -> tuple[Complainant, list[str]]:
    """A complaint with a word of its own in every place, and what was stored of it, sealed.

    Its filer also errs in every way.
    """
    filer = Complainant(by_socket(base_url), headers=whose_phone(0))
    answered = answers(planted)
    filer.filed("helper", **answered)
    err(filer, base_url, planted)
    assert filer.write(planted.word("message"), once=planted.word("key")).status == 201
    for name, body in (
        ("photo.jpg", jpeg(comment=planted.word("jpeg").encode())),
        ("note.txt", planted.word("text").encode()),
    ):
        assert filer.attach(body, name=f"{planted.word('filename')}-{name}", once=planted.word("filekey")).status == 201
    assert filer.send("POST", "/worker").status == 201
    filer.headers = whose_phone(1)
    assert filer.send("PUT", "/consents/ngo", json={"is_given": True}).status == 204
    first, offered = filer.receipt, filer.send("POST", "/receipt").body
    filer.receipt, filer.token = offered["receipt"], offered["token"]
    planted.words += receipt_words(first)
    assert filer.confirm().status == 200
    assert filer.come_back().status == 201
    with sessions.begin() as session:
        case = session.execute(select(Case).where(Case.state == CaseState.SUBMITTED)).scalar_one()
        casework.reply(
            Call(session, INVESTIGATOR, now()), sealer, case.reference, planted.word("reply"), to_helper=True
        )
        casework.move(
            Call(session, INVESTIGATOR, now()),
            sealer,
            case.reference,
            CaseState.IN_TRIAGE,
            reason=planted.word("reason"),
        )
        sealed = [one.sealed for one in session.execute(select(Message)).scalars()]
        sealed += [one.sealed for one in session.execute(select(AnswerSheet)).scalars()]
        sealed += [text for text in (case.agency_sealed, case.employer_sealed, case.region_sealed) if text]
        wraps = [one.wrapped.hex() for one in session.execute(select(WrappedKey)).scalars()]
    assert filer.mailbox()["messages"]
    return filer, [*sealed, *wraps]


def take_evidence(settings: Settings, planted: Planted, sessions: sessionmaker[Session], sealer: Sealer) -> None:
    """A photograph that an officer took, with a word in each place of it and of its entry."""
    draft = EventDraft(EventKind.EVIDENCE, now().date(), place=planted.word("place"), record=planted.word("record"))
    with sessions.begin() as session:
        account = make_officer(session, sealer.keyring, Role.INVESTIGATOR, unit=UNIT).officer
        officer = Officer(account.reference, CaseRole.INVESTIGATOR, UNIT)
        case = session.execute(select(Case.reference).where(Case.state == CaseState.IN_TRIAGE)).scalar_one()
        entry = add_event(Call(session, officer, now()), sealer, case, draft).reference
    services = UploadServices(settings, sessions, store_of(settings))
    photo = SentFile(jpeg(comment=planted.word("evidence").encode()), f"{planted.word('evidencename')}.jpg")
    evidence.add_file(services, sealer, officer, case, entry, photo, now())
    until(lambda: not sanitise_jobs.being_cleaned(settings))


def err(filer: Complainant, base_url: str, planted: Planted) -> None:
    """Every mistake that quotes what was sent, if anything does."""
    word = planted.word("mistake")
    json_type = {"Content-Type": "application/json"}
    wrong = (
        filer.send("PATCH", "/answers", json={"answers": {word: word, "country": word}}),
        filer.send("PATCH", "/answers", data=f'{{"answers": {word}', headers=json_type),
        filer.send("POST", "/messages", data=word.encode("utf-16"), headers=json_type),
        filer.send("POST", "/messages", json={"text": word, word: word}),
        filer.send("POST", "/messages", json={"text": word + "\0"}),
        filer.send("POST", "/confirm", json={"last_six": word}),
        filer.send("PUT", f"/consents/{word}", json={"is_given": True}),
        filer.send("DELETE", f"/helpers/{word}"),
        filer.send("GET", f"/mailbox?{word}={word}"),
        filer.send("GET", f"/{word}"),
        filer.send("POST", "/visits", json={"receipt": word, "proof": word}),
        filer.send("POST", "/attachments", data=f"<html>{word}</html>".encode()),
        filer.send("GET", "/mailbox", headers={"Authorization": f"Bearer {word}"}),
        filer.ask("GET", f"/{word}", headers=filer.headers),
    )
    assert all(400 <= reply.status < 500 for reply in wrong), [reply.status for reply in wrong]
    # A connection that breaks in the middle of a body.
    with requests.Session() as session:
        broken = iter([b'{"text": "', word.encode()])
        # It may have answered before it was told all: no one has signed in here.
        with contextlib.suppress(requests.RequestException):
            session.post(f"{base_url}/api/v1/complaints/messages", data=cut_off(broken), timeout=5)


def without_measures(metrics: bytes) -> bytes:
    """Metrics and their names, without measured seconds: in so many digits seven of a code's are found by chance."""
    return re.sub(rb" [0-9.e+-]+$", b"", metrics, flags=re.MULTILINE)


def cut_off(parts: Iterator[bytes]) -> Iterator[bytes]:
    yield from parts
    raise requests.ConnectionError


def whose_phone(number: int) -> dict[str, str]:
    """Headers by which a browser and a proxy identify a person."""
    return {
        "User-Agent": AGENTS[number],
        "X-Forwarded-For": f"{ADDRESSES[2]}, {ADDRESSES[number]}",
        "Forwarded": f'for="{ADDRESSES[number]}"',
        "X-Real-IP": ADDRESSES[number],
        "Referer": f"https://{AGENTS[number].lower().replace('/', '-')}.example/",
        "From": f"{AGENTS[number]}@example",
    }


def receipts_of(filer: Complainant) -> list[str]:
    return [*receipt_words(filer.receipt), filer.token]


def receipt_words(receipt: str) -> list[str]:
    return [receipt, receipt.replace(" ", "")]
