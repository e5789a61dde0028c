"""kill -9 at each step of filing and uploading: what was acknowledged is there once, and nothing is left over.

The server is killed from outside while it answers, at a moment drawn anew each time. Then it is started again, asked
for what it acknowledged, and the same request is sent again, as a phone does whose line broke.
"""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments.actions import discard
from registry.complaints.attachments.file_store import compare, store_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.complaints.intake.models import AnswerSheet, Consent, Message
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.vocabulary.cases import CaseState
from tests.api.complaints.conftest import make_unit
from tests.complaints.complainant import ACCOUNT, Complainant, Reply, by_socket, new_key
from tests.complaints.killing import Mortal, killed_during, mortal, taken
from tests.complaints.pictures import noise
from tests.conftest import Database
from tests.thorough import POSTGRESQL_IS_THOROUGH

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("KILLS") or 1)
"""How often the server is killed at each step."""

PICTURE = noise(900, 900)


@dataclass
class Round:
    """One filing app and its keys: what it would keep on a phone until it has an answer."""

    filer: Complainant
    keys: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    old_receipt: str = ""

    def key(self, step: str) -> str:
        return self.keys.setdefault(step, new_key())

    def start(self) -> Reply:
        if "start" not in self.bodies:
            proof = self.filer.proof("start")
            self.bodies["start"] = {"role": "worker", "language": "zh-Hans", "proof": proof}
        reply = self.filer.send("POST", "", json=self.bodies["start"], once=self.key("start"))
        if reply.status == 201:
            self.filer.receipt, self.filer.token = reply.body["receipt"], reply.body["token"]
        return reply

    def answer(self) -> Reply:
        return self.filer.answer(account=ACCOUNT, country="IT", in_danger="no")

    def write(self) -> Reply:
        return self.filer.write("一条消息", once=self.key("write"))

    def attach(self) -> Reply:
        return self.filer.attach(PICTURE, name="photo.png", once=self.key("attach"))

    def consent(self) -> Reply:
        return self.filer.send("PUT", "/consents/union", json={"is_given": True})

    def offer(self) -> Reply:
        # Sent once more it is sent as before: the answer that brought another token may not have arrived.
        if not self.old_receipt:
            self.old_receipt, self.bodies["old token"] = self.filer.receipt, self.filer.token
        self.filer.token = self.bodies["old token"]
        reply = self.filer.send("POST", "/receipt")
        if reply.status == 201:
            self.filer.receipt, self.filer.token = reply.body["receipt"], reply.body["token"]
        return reply

    def adopt(self) -> Reply:
        return self.filer.confirm()

    def come_back(self) -> Reply:
        return self.filer.come_back()

    def withdraw(self) -> Reply:
        return self.filer.send("POST", "/withdraw")


@dataclass(frozen=True)
class Step:
    """One thing done.

    `status` answers it, `again` the same request sent once more after a kill, whether or not it was done.

    `is_there` holds when it was done; `rows` counts what it makes, which is `made` more afterwards, however often it
    was sent.
    """

    name: str
    act: Callable[[Round], Reply]
    status: int
    again: tuple[int, ...]
    is_there: Callable[[Round], bool]
    rows: Callable[[Session], int]
    made: int = 1


def rows(model: Any, *conditions: Any) -> Callable[[Session], int]:
    return lambda session: session.execute(select(func.count(model.id)).where(*conditions)).scalar_one()


def answers_with(path: str, status: int) -> Callable[[Round], bool]:
    return lambda done: done.filer.send("GET", path).status == status


def has_new_place(done: Round) -> bool:
    """The new receipt opens the mailbox, and the old one nothing."""
    opens = Complainant(done.filer.ask).come_back(done.filer.receipt).status
    return (opens, Complainant(done.filer.ask).come_back(done.old_receipt).status) == (201, 404)


STEPS = (
    Step("start", Round.start, 201, (201, 409), answers_with("/mailbox", 409), rows(Case)),
    Step(
        "confirmation",
        lambda done: done.filer.confirm(),
        200,
        (200,),
        answers_with("/mailbox", 200),
        rows(Case),
        made=0,
    ),
    Step(
        "answers",
        Round.answer,
        200,
        (200,),
        lambda done: done.filer.send("GET", "/answers").body["answers"].get("account") == ACCOUNT,
        rows(AnswerSheet),
    ),
    Step(
        "handing in",
        lambda done: done.filer.submit(),
        200,
        (200,),
        lambda done: done.filer.mailbox()["state"] == "received",
        rows(CaseMove, CaseMove.from_state == CaseState.DRAFT),
    ),
    Step("message", Round.write, 201, (201,), lambda done: len(done.filer.mailbox()["messages"]) == 1, rows(Message)),
    Step(
        "attachment",
        Round.attach,
        201,
        (201,),
        lambda done: len(done.filer.mailbox()["attachments"]) == 1,
        rows(Attachment),
    ),
    Step(
        "consent",
        Round.consent,
        204,
        (204,),
        lambda done: any(one["is_given"] for one in done.filer.mailbox()["consents"]),
        rows(Consent, Consent.revoked_on.is_(None)),
    ),
    Step("coming back", Round.come_back, 201, (201,), answers_with("/mailbox", 200), rows(EncryptedContainer), made=0),
    Step("new receipt", Round.offer, 201, (201,), answers_with("/mailbox", 409), rows(EncryptedContainer)),
    # What confirms it ends the visit that does: sent again it has no visit any more.
    Step("its confirmation", Round.adopt, 200, (200, 401), has_new_place, rows(EncryptedContainer), made=-1),
    Step(
        "withdrawal",
        Round.withdraw,
        204,
        (204,),
        lambda done: done.filer.mailbox()["state"] == "withdrawn",
        rows(CaseMove, CaseMove.to_state == CaseState.WITHDRAWN),
    ),
)


@dataclass
class Line:
    """A line of the kill table. `done`: of those whose answer was lost, how many were done all the same."""

    step: str
    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    done: int = 0
    missing: int = 0
    doubled: int = 0


@pytest.fixture
def durable(settings: Settings) -> Settings:
    return replace(settings, edges=frozenset({Edge.INTAKE}))


@pytest.fixture
def sessions(database: Database) -> Iterator[sessionmaker[Session]]:
    engine = engine_for(database.url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


@POSTGRESQL_IS_THOROUGH
def test_what_was_acknowledged_survives_kill_9_and_nothing_is_doubled(
    durable: Settings, sessions: sessionmaker[Session], database: Database
) -> None:
    sealer = Sealer(Keyring(durable.keys))
    with sessions() as session:
        make_unit(session, sealer)
    seed = random.SystemRandom().randrange(10**6)
    draw = random.Random(seed)
    table = {step.name: Line(step.name) for step in STEPS}
    with mortal(durable) as server:
        usual = rehearsed(server)
        for _ in range(KILLS):
            done = Round(Complainant(by_socket(server.served.base_url)))
            for step in STEPS:
                kill(server, sessions, done, step, usual[step.name] * draw.uniform(0, 2), table[step.name])
    orphans = reconciled(sessions, durable)
    show(table.values(), f"kill -9 at each step, {database.kind}, seed {seed}; files without a row, removed: {orphans}")
    for line in table.values():
        assert (line.missing, line.doubled) == (0, 0), line


def rehearsed(server: Mortal) -> dict[str, float]:
    """How long each step takes when no process is killed."""
    done = Round(Complainant(by_socket(server.start())))
    usual = {}
    for step in STEPS:
        usual[step.name], reply = taken(lambda step=step: step.act(done))  # type: ignore[misc]
        assert reply.status == step.status, (step.name, reply.body)
        assert step.is_there(done), step.name
        settle(step, done)
    return usual


def kill(server: Mortal, sessions: sessionmaker[Session], done: Round, step: Step, seconds: float, line: Line) -> None:
    """Kill the server during one step, start it again, and hold it to what it said."""
    before = counted(sessions, step)
    reply = killed_during(server, seconds, lambda: step.act(done))
    done.filer.ask = by_socket(server.start())
    line.kills += 1
    if reply is not None:
        assert reply.status == step.status, (step.name, reply.body)
        line.acknowledged += 1
        line.missing += not step.is_there(done)
    else:
        line.lost += 1
        line.done += bool(done.filer.token) and step.is_there(done)
    again = step.act(done)
    assert again.status in step.again, (step.name, again.body)
    # Fewer is what a start has whose first half alone was done.
    line.doubled += counted(sessions, step) - before > max(step.made, 0)
    if not done.filer.token:
        done.keys.clear()
        done.bodies.clear()
        assert done.start().status == 201
    settle(step, done)
    assert step.is_there(done), step.name


def settle(step: Step, done: Round) -> None:
    """What has to be done before the next step can be."""
    if step.act is Round.adopt:
        assert done.come_back().status == 201


def reconciled(sessions: sessionmaker[Session], settings: Settings) -> int:
    """How many files no row spoke of, once they are old enough to tell; afterwards files and rows match."""
    store, later = store_of(settings), now().date() + timedelta(days=3)
    with sessions() as session:
        found = compare(session, store, later)
        assert found.without_original == ()
        discard(store, found.orphans)
        again = compare(session, store, later)
    assert (again.orphans, again.young, again.without_original) == ((), 0, ())
    return len(found.orphans)


def counted(sessions: sessionmaker[Session], step: Step) -> int:
    with sessions() as session:
        return step.rows(session)


def show(lines: Any, title: str) -> None:
    displayed = Table(title=title)
    for heading in ("step", "kills", "acknowledged", "lost", "though done", "missing", "doubled"):
        displayed.add_column(heading)
    for line in lines:
        displayed.add_row(*(str(value) for value in vars(line).values()))
    Console(width=110).print(displayed)
