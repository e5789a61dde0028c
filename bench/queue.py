"""The officers' queue at a hundred thousand cases beside one of a thousand: the first page, a page far down, each
filter, and beside it To do and the search by number.

Cases are rows: how a complaint is filed is another part's matter. The overview of the same unit is timed beside, for information.
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, text
from sqlalchemy.orm import Session

from bench.complaints import database
from bench.postgres import Cluster
from bench.report import Row
from registry.complaints.case.models import NEVER, Case
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework.models import CaseClock, Decision
from registry.complaints.casework.queue.listing import Filters, Place, cases_beginning, count_cases, list_cases
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.models import EncryptedContainer
from registry.core.db import revisions
from registry.core.db.engine import engine_for, reading_sessions_for
from registry.core.ids import new_reference
from registry.officer_acts.inbox.queries import inbox
from registry.officers.models import Officer, OfficerState, RoleHeld, Unit
from registry.officers.rights import OfficerRights, Role
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.overview import overview
from registry.oversight.rules import usual
from registry.vocabulary.cases import (
    CaseState,
    ClockKind,
    DecisionOutcome,
    DecisionState,
    HearingState,
    Indicator,
    LiesWith,
    MailboxRole,
    MailboxState,
    Priority,
)
from registry.vocabulary.register import CORRIDOR_SECTORS

FEW, MANY = 1_000, 100_000
TARGET = 3.0
"""How many times as long a page of many may take as one of few."""

ASKED = 8
"""Times that each question is asked in a round."""

UNIT, OFFICERS, AGENCIES = "it-invented-unit", 20, 500
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)

_S = CaseState

Question = Callable[[Session], object]


def questions() -> dict[str, Question]:
    """What an officer asks the queue for, by what it is called in a row."""

    def page(**requested: Any) -> Question:
        return lambda session: list_cases(session, UNIT, Filters(**requested), AT)

    return {
        "first page": page(),
        "a page far down": lambda session: list_cases(
            session, UNIT, Filters(), AT, after=Place(Priority.P4, AT, "222222222222")
        ),
        "by state": page(state=CaseState.INVESTIGATING),
        "by priority": page(priority=Priority.P2),
        "by country": page(country="FR"),
        "by sector": page(sector=CORRIDOR_SECTORS[3]),
        "by officer": page(assignee="officer-7"),
        "of nobody": page(assignee=""),
        "overdue": page(is_late=True),
        "by agency": page(agency_digest=_digest(7)),
        "by state, country and officer": page(state=CaseState.CLOSED, country="IT", assignee="officer-3"),
        **{f"that lie with: {who}": page(lies_with=who) for who in LiesWith},
        "To do": lambda session: inbox(session, _officer(*CASE_ROLES), AT),
        **{f"To do, {role}": partial(_to_do, role) for role in (*CASE_ROLES, Role.SYSADMIN)},
        "search by the beginning of a number": lambda session: cases_beginning(session, UNIT, "2345"),
        "first page with the numbers at its head": _page_with_counts,
    }


def _page_with_counts(session: Session) -> None:
    list_cases(session, UNIT, Filters(), AT)
    heads = (
        Filters(), Filters(priority=Priority.P0), Filters(is_unread=True), Filters(is_late=True),
        Filters(is_objected=True), Filters(assignee="officer-7"), Filters(assignee=""),
    )  # fmt: skip
    for one in heads:
        count_cases(session, UNIT, one, AT)


CASE_ROLES = (Role.TRIAGE, Role.INVESTIGATOR, Role.SUPERVISOR, Role.DECIDER, Role.LICENSING, Role.TRANSLATOR)


def _to_do(role: Role, session: Session) -> None:
    inbox(session, _officer(role), AT)


def _officer(*roles: Role) -> AuthenticatedOfficer:
    """One with these roles, who has a twentieth of the cases."""
    officer = Officer(reference="officer-7", unit=UNIT, name="Invented Officer", language="en")
    standing = OfficerRights(officer.reference, UNIT, "IT", "it-invented-authority", frozenset(roles))
    return AuthenticatedOfficer(officer, None, standing, frozenset())


def measure(rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[Row], dict[str, Any]]:
    """The rows of the queue, on both databases."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for kind, server in (("SQLite", None), ("PostgreSQL", cluster)):
        if kind == "PostgreSQL" and server is None:
            continue
        ratios, spent = _on(rounds, folder / f"queue-{kind}", server)
        rows += [
            Row(
                f"Queue, {what}: {MANY:,} cases / {FEW:,}, {kind}",
                found,
                None if what.startswith("overview") else TARGET,
                is_at_least=False,
                note=f"{1000 * statistics.median(spent[what]):.2f} ms at {MANY:,}",
            )
            for what, found in ratios.items()
        ]
        raw[kind] = {what: {"ratios": found, "many_s": spent[what]} for what, found in ratios.items()}
    return rows, {"queue": raw}


def _on(rounds: int, home: Path, cluster: Cluster | None) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """By question: the ratio of each round, and the seconds at many."""
    home.mkdir(mode=0o700)
    requested = {
        **questions(),
        "overview of twelve weeks": lambda session: overview(session, UNIT, usual(AT.date()), AT),
    }
    ratios: dict[str, list[float]] = {what: [] for what in requested}
    spent: dict[str, list[float]] = {what: [] for what in requested}
    with ExitStack() as stack:
        sessions = []
        for size in (FEW, MANY):
            url = database(stack, f"queue-{size}", home, cluster)
            revisions.upgrade(url)
            engine = engine_for(url)
            stack.callback(engine.dispose)
            with engine.begin() as connection:
                _fill(connection, size)
            if cluster is not None:
                cluster.run("VACUUM ANALYZE", f"queue-{size}")
            sessions.append(reading_sessions_for(engine))
        for _ in range(rounds):
            for what, question in requested.items():
                few, many = _seconds(sessions, question, 1 if what.startswith("overview") else ASKED)
                ratios[what].append(many / few)
                spent[what].append(many)
    return ratios, spent


def _seconds(sizes: Sequence[Callable[[], Session]], question: Question, times: int) -> list[float]:
    """The least processor time of some askings of each size, in turns, each in a session of its own as a page has it.

    That of this process and, on PostgreSQL, of the server's process for the connection.
    """
    took: list[list[float]] = [[] for _ in sizes]
    # The first opens the connection and compiles the statement.
    for _ in range(times + 1):
        for sessions, spent in zip(sizes, took, strict=True):
            with sessions() as session:
                server = _server_of(session)
                began = time.process_time() + _processor_of(server)
                question(session)
                spent.append(time.process_time() + _processor_of(server) - began)
    return [min(spent[1:]) for spent in took]


def _server_of(session: Session) -> int | None:
    """The server's process for a session's connection; None on SQLite, which has none."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return int(session.execute(text("SELECT pg_backend_pid()")).scalar_one())


def _processor_of(process: int | None) -> float:
    """The seconds of processor that a process has had (Linux, schedstat: nanoseconds first)."""
    return 0.0 if process is None else int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _fill(connection: Connection, size: int) -> None:
    """Cases as a unit has them after years: nine of ten are closed, most of the rest are not urgent."""
    chance = random.Random(size)
    connection.execute(
        insert(Unit).values(
            reference=UNIT,
            authority="it-invented-authority",
            country="IT",
            names={"en": "Invented unit"},
            is_default=True,
        )
    )
    unit_id = connection.execute(select(Unit.id)).scalar_one()
    spoken = ["it", "en", "zh-Hans"]
    officers = [
        {
            "id": number, "reference": f"officer-{number}", "unit": UNIT, "name": f"Officer {number}",
            "email": f"{number}@invented.example", "language": spoken[number % 3], "state": OfficerState.ACTIVE, "version": 1,
        }
        for number in range(1, OFFICERS + 1)
    ]  # fmt: skip
    connection.execute(insert(Officer), officers)
    # One of twenty has no role any more.
    roles = [{"officer_id": number, "role": Role.INVESTIGATOR, "since_on": AT.date()} for number in range(1, OFFICERS)]
    connection.execute(insert(RoleHeld), roles)
    for start in range(0, size, 5_000):
        some = range(start + 1, min(start + 5_000, size) + 1)
        cases = [_case(chance, number, unit_id) for number in some]
        connection.execute(insert(Case), cases)
        connection.execute(insert(CaseClock), [_clock(chance, case) for case in cases])
        parts = [
            (case, _part(chance, case)) for case in cases if case["state"] in (_S.AGENCY_HEARING, _S.DECISION_DRAFT)
        ]
        connection.execute(insert(EncryptedContainer), [_box(case) for case, part in parts if part])
        for model, state in ((Hearing, _S.AGENCY_HEARING), (Decision, _S.DECISION_DRAFT)):
            connection.execute(insert(model), [part for case, part in parts if part and case["state"] is state])


def _case(chance: random.Random, number: int, unit_id: int) -> dict[str, Any]:
    is_open = chance.random() < 0.1
    state = chance.choice(sorted(OPEN_STATES)) if is_open else CaseState.CLOSED
    return {
        "id": number,
        "reference": new_reference(),
        "unit_id": unit_id,
        "country": chance.choices(["IT", "FR", "ES", None], [70, 15, 10, 5])[0],
        "sector": chance.choice([*CORRIDOR_SECTORS, None]),
        "state": state,
        "priority": chance.choices(list(Priority), [1, 4, 20, 40, 35])[0],
        "indicators": sorted(chance.sample(list(Indicator), chance.randint(0, 4))),
        "reasons": [],
        "filed_on": AT.date() - timedelta(days=int(chance.expovariate(1 / 200))),
        "language": chance.choices(["zh-Hans", "it", "en", "zh-Hant", "ro"], [80, 8, 7, 3, 2])[0],
        "assignee": f"officer-{chance.randint(1, OFFICERS)}" if chance.random() < 0.7 else None,
        "agency_digest": _digest(chance.randrange(AGENCIES)),
        "is_open": is_open,
        "due_at": AT + timedelta(hours=chance.randint(-300, 2000)) if is_open else NEVER,
        "has_legal_hold": False,
        "version": 1,
    }


def _clock(chance: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    due_at = case["due_at"] if case["due_at"] != NEVER else AT - timedelta(days=chance.randint(1, 700))
    met_on: date | None = None if case["due_at"] != NEVER else (due_at - timedelta(days=chance.randint(-3, 5))).date()
    return {"case_id": case["id"], "kind": ClockKind.TRIAGE, "due_at": due_at, "met_on": met_on}


def _part(chance: random.Random, case: dict[str, Any]) -> dict[str, Any] | None:
    """The hearing of a case that is heard, mostly with an agency that has time; of one decision in ten a draft."""
    common = {
        "reference": new_reference(), "case_id": case["id"], "box_id": case["id"], "drafted_by": "officer-1",
        "drafted_on": case["filed_on"],
    }  # fmt: skip
    if case["state"] is _S.AGENCY_HEARING:
        waiting = (HearingState.DRAFTED, HearingState.REPRISAL_CHECK, HearingState.APPROVED, HearingState.ANSWERED)
        state = HearingState.SERVED if chance.random() < 0.9 else chance.choice(waiting)
        answer_by = AT.date() + timedelta(days=chance.randint(1, 30))
        return common | {
            "agency": "", "desk": "", "state": state, "answer_by": answer_by, "allegation_sealed": "", "version": 1,
        }  # fmt: skip
    if chance.random() < 0.9:
        return None
    return common | {
        "outcome": DecisionOutcome.UPHELD, "state": DecisionState.DRAFTED, "object_days": 0, "written_by": [],
        "reasons_sealed": "", "summary_sealed": "",
    }  # fmt: skip


def _box(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": case["id"], "reference": new_reference(), "case_id": case["id"], "role": MailboxRole.WORKER,
        "tag": str(case["id"]), "public_key": b"", "state": MailboxState.OPEN, "made_on": case["filed_on"], "is_copy": True,
    }  # fmt: skip


def _digest(number: int) -> str:
    return f"{number:064x}"
