"""kill -9 while an officer's file of evidence arrives: what was acknowledged is there once and whole, nothing half is shown."""

import hashlib
import io
import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
import requests
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.actions import discard
from registry.complaints.attachments.file_store import FileStore, compare, store_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.casework.access_grants.queries import original_in
from registry.complaints.casework.events import EventDraft, add_event
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, reading_session, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.vocabulary.cases import AttachmentState, EventKind
from tests.api.officers.stories import token_of
from tests.audit.lines import lines_about
from tests.complaints.complainant import new_key
from tests.complaints.filing import file, make_units
from tests.complaints.killing import Mortal, mortal
from tests.complaints.parties.transfers.making import ITALY, as_officer, make_staff
from tests.complaints.pictures import noise
from tests.waiting import until

pytestmark = pytest.mark.slow

PICTURE = noise(900, 900)
SHA256 = hashlib.sha256(PICTURE).hexdigest()


@dataclass
class Program:
    """An officer's program that sends files to an entry of evidence. `acknowledged`: the references it was given."""

    server: Mortal
    sessions: sessionmaker[Session]
    store: FileStore
    token: str
    path: str
    acknowledged: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.server.served.base_url}/api/v1{self.path}"

    def headers(self, once: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/octet-stream",
            "Idempotency-Key": once,
        }

    def send(self, once: str) -> None:
        reply = requests.post(self.url, data=PICTURE, headers=self.headers(once), timeout=60)
        assert reply.status_code == 201, reply.text
        self.acknowledged.append(reply.json()["attachment_id"])

    def send_half(self, once: str) -> None:
        """The head of a request and half of its body: the line stays open, as that of a telephone that lost its network."""
        at = urlsplit(self.url)
        stated = self.headers(once) | {"Host": at.netloc, "Content-Length": str(len(PICTURE))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in stated.items())
        with socket.create_connection((at.hostname or "", at.port or 0), timeout=60) as line:
            line.sendall(f"POST {at.path} HTTP/1.1\r\n{lines}\r\n".encode() + PICTURE[: len(PICTURE) // 2])
            self.server.kill()

    def killed(self, once: str, is_time: Callable[[], bool]) -> None:
        """Send the file, and kill the server as soon as it is time; the answer may have come before."""

        def ask() -> None:
            with suppress(requests.RequestException):
                self.send(once)

        sending = threading.Thread(target=ask)
        sending.start()
        until(is_time, every=0.002)
        self.server.kill()
        sending.join()

    def rows(self) -> int:
        with reading_session(self.sessions) as session:
            return session.scalars(select(func.count(Attachment.id))).one()

    def stored(self) -> int:
        return len(list(self.store.listing()))

    def shown(self) -> dict[str, str]:
        """Files of the case's evidence as officers are shown them: SHA-256 by reference."""
        headers = {"Authorization": f"Bearer {self.token}"}
        reply = requests.get(f"{self.url.rpartition('/events/')[0]}/events", headers=headers, timeout=60)
        assert reply.status_code == 200, reply.text
        return {one["attachment_id"]: one["sha256"] for event in reply.json()["events"] for one in event["files"]}

    def copy(self, reference: str) -> bytes | None:
        headers = {"Authorization": f"Bearer {self.token}"}
        reply = requests.get(f"{self.url}/{reference}", headers=headers, timeout=60)
        assert reply.status_code in (200, 404), reply.text
        return reply.content if reply.status_code == 200 else None


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, edges=frozenset({Edge.API, Edge.CONSOLE}))


@pytest.fixture
def sessions(settings: Settings) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(settings.database_url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


def is_whole(picture: bytes) -> bool:
    with Image.open(io.BytesIO(picture)) as opened:
        opened.load()
        return opened.size == (900, 900)


@pytest.mark.thorough
def test_evidence_that_was_acknowledged_survives_kill_9_and_nothing_half_is_shown(
    session: Session, sessions: sessionmaker[Session], sealer: Sealer, keyring: Keyring, settings: Settings
) -> None:
    make_units(session, sealer)
    anna = make_staff(session, sealer, keyring).anna
    filed, token = file(session, sealer, at=now()), token_of(session, anna)
    case_id, case = filed.case.id, filed.case.reference
    taken = EventDraft(EventKind.EVIDENCE, now().date() - timedelta(days=1), place="Prato", record="Nine machines.")
    entry = add_event(Call(session, as_officer(anna), now()), sealer, case, taken).reference
    session.commit()

    def whole(program: Program) -> None:
        """Each file that is shown was written down once, in the audit trail too, and its original opens byte for byte."""
        shown = program.shown()
        with reading_session(sessions) as own:
            lines = [one.act for one in lines_about(own, case)].count("event.file_added")
            assert len(shown) == lines == program.rows()
            assert compare(own, program.store, now().date()).without_original == ()
            of_case = own.get_one(Case, case_id)
            for reference, digest in shown.items():
                original = original_in(own, sealer, ITALY, of_case, reference, program.store)[1]
                assert (digest, original) == (SHA256, PICTURE)
        assert set(program.acknowledged) <= set(shown)
        for reference in shown:
            copy = program.copy(reference)
            assert copy is None or is_whole(copy)

    with mortal(settings) as server:
        server.start()
        store = store_of(settings)
        program = Program(server, sessions, store, token, f"/cases/{case}/events/{entry}/files")
        draw = random.SystemRandom()
        points: dict[str, Callable[[int, int], bool]] = {
            "its bytes are stored": lambda files, _: program.stored() > files,
            "it is written down": lambda _, rows: program.rows() > rows,
            "its copy is being made": lambda _, rows: (
                program.rows() > rows and bool(sanitise_jobs.being_cleaned(settings))
            ),
            "at some moment": lambda *_: draw.random() < 0.02,
        }
        for point in ("half of it was sent", *points):
            once, files, rows = new_key(), program.stored(), program.rows()
            if point in points:
                program.killed(once, partial(points[point], files, rows))
            else:
                program.send_half(once)
            server.start()
            whole(program)
            if point == "half of it was sent":
                assert program.rows() == rows
            for _ in range(2):
                program.send(once)
            assert program.rows() == rows + 1, point
            whole(program)
        # What the worker does: copies that were begun by a server which is no more are made all the same.
        until(lambda: all_copied(settings, sessions), every=0.2)
        assert all((copy := program.copy(reference)) is not None and is_whole(copy) for reference in program.shown())
        with reading_session(sessions) as own:
            discard(store, compare(own, store, now().date() + timedelta(days=3)).orphans)
        whole(program)


def all_copied(settings: Settings, sessions: sessionmaker[Session]) -> bool:
    sanitise_jobs.clean_waiting(settings, sessions)
    with reading_session(sessions) as session:
        states = session.scalars(select(Attachment.state)).all()
    assert AttachmentState.NO_CLEAN_COPY not in states
    return set(states) == {AttachmentState.CLEAN}
