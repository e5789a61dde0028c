"""Bulk jobs: each row answered once whatever crashes, ended on request, and proved by one signature."""

import base64
import csv
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import structlog
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk import actions, engine, files
from registry.bulk.answering import copies
from registry.bulk.answering.copies import result_or_copy
from registry.bulk.engine import JobRunner
from registry.bulk.files import results_of
from registry.bulk.manifest import root_over
from registry.bulk.models import BulkJob
from registry.core.clock import now
from registry.core.errors import NotFound, NotNow, RepeatDiffers, UnreadableList
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.proofs.papers.rendering import Draft
from registry.vocabulary.organisations import JobKind, JobState, ResultForm
from registry.worker import bulk_jobs
from registry.worker.bulk_jobs import purge_lists, work_on
from tests import make
from tests.api import example_registry
from tests.serving import environment
from tests.thorough import POSTGRESQL_IS_THOROUGH


@pytest.fixture
def home(app: Flask, session: Session, settings: Settings) -> Path:
    """A registry with a signed log, and two licences."""
    make.make_licence(session, number="VYMYSL/1")
    make.make_agency(
        session, country="IT", name="Agenzia Inventata S.r.l.", licences=(make.licence_record(country="IT"),)
    )
    session.commit()
    example_registry.publish(settings, services(app).sessions)
    return settings.home


def sent(session: Session, home: Path, body: str | bytes, organisation: int = 0, **facts: Any) -> BulkJob:
    """A list that was taken and not started."""
    organisation = organisation or make.make_organisation(session).id
    job = make.make_job(session, home, organisation, body.encode() if isinstance(body, str) else body, **facts)
    session.commit()
    return job


def started(session: Session, home: Path, body: str, **facts: Any) -> BulkJob:
    job = sent(session, home, body, **facts)
    actions.start(job)
    session.commit()
    return job


def work(app: Flask, settings: Settings, session: Session, **more: Any) -> int:
    # What the test looked at holds SQLite's one place to write.
    session.commit()
    existing = services(app)
    ended = work_on(settings, existing.sessions, existing.reading_sessions, **more)
    session.expire_all()
    return ended


def done_rows(app: Flask) -> int:
    with services(app).reading_sessions() as reading:
        return reading.execute(select(BulkJob.rows_done)).scalar_one()


def lines(home: Path, job: BulkJob, name: str) -> list[Any]:
    return [json.loads(line) for line in (files.folder_of(home, job.reference) / name).read_bytes().splitlines()]


def rows_of(count: int) -> str:
    rows = "".join(f"{number},VYMYSL/1,CZ,CZ,CZ\n" for number in range(count))
    return f"ref,licence number,destination,origin,nationality\n{rows}"


def test_a_list_is_answered_with_its_bad_rows_named_and_proved_by_one_signature(
    app: Flask, session: Session, settings: Settings, home: Path
) -> None:
    body = (
        "ref,licence number,destination,origin,nationality\na,VYMYSL/1,CZ,CZ,CZ\nb,VYMYSL/1,Nowhere,CZ,CZ\n"
        "c,VYMYSL/1,CZ,CZ,CZ,x,y\na,VYMYSL/1,CZ,CZ,CZ\n=d,NOBODY,CZ,CZ,CZ\n"
    )
    job = started(session, home, body)
    assert (job.kind, job.columns) == (
        JobKind.VERIFICATION,
        {
            "key": "ref",
            "licence_number": "licence number",
            "destination": "destination",
            "origin": "origin",
            "nationality": "nationality",
        },
    )
    assert work(app, settings, session, chunk=2) == 1
    assert (job.state, job.rows, job.rows_done) == (JobState.DONE, 5, 5)
    assert (job.counts["answered"], job.counts["refused"], job.counts["yes"]) == (2, 3, 1)
    results = lines(home, job, "results.jsonl")
    assert [[fault["code"] for fault in one.get("errors", ())] for one in results] == [
        [], ["unknown_country"], ["broken_row"], ["doubled_key"], [],
    ]  # fmt: skip
    assert results[0]["answer"]["verdict"] == "yes"
    folder = files.folder_of(home, job.reference)
    table = list(csv.DictReader((folder / "results.csv").open(encoding="utf-8-sig")))
    assert [row["key"] for row in table] == ["a", "b", "", "a", "'=d"]
    assert not (folder / "results.xlsx").exists()
    assert {ResultForm.XLSX, ResultForm.PDF} <= set(results_of(home, job))
    workbook, _ = result_or_copy(home, job, ResultForm.XLSX)
    sheet = openpyxl.load_workbook(workbook)["answers"]
    assert sheet.max_row == 6
    assert not any(str(cell.value).startswith("=") for row in sheet for cell in row)
    statements = (folder / "statements.jsonl").read_bytes().splitlines(keepends=True)
    payload = (folder / "manifest.jws").read_text().split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    count, root = root_over(statements)
    assert (claims["count"], claims["root"]) == (count, base64.b64encode(root).decode())
    assert root_over([*statements[:1], statements[0], *statements[2:]])[1] != root
    assert json.loads(statements[0])["records"][0]["sha256"]
    assert {oct(path.stat().st_mode & 0o077) for path in folder.iterdir()} == {"0o0"}
    paper, _ = result_or_copy(home, job, ResultForm.PDF)
    made_at = paper.stat().st_mtime_ns
    assert paper.read_bytes().startswith(b"%PDF")
    assert result_or_copy(home, job, ResultForm.PDF)[0].stat().st_mtime_ns == made_at


def test_why_a_paper_could_not_be_made_stands_in_the_log_of_the_server(
    app: Flask,
    session: Session,
    settings: Settings,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    job = started(session, home, rows_of(1))
    work(app, settings, session)
    monkeypatch.setattr(copies, "summary_draft", lambda *_: Draft('<img src="https://elsewhere.example/a.png">'))
    with pytest.raises(NotFound):
        result_or_copy(home, job, ResultForm.PDF)
    assert "FatalURLFetchingError" in capfd.readouterr().err


ENDLESS = """
import itertools, sys
from registry import cli
from registry.worker.bulk_jobs import work_on
from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for

settings, asked = cli.settings(), itertools.count()
engine = engine_for(settings.database_url)
# However fast it is, or slowly looked at: it waits before its end for somebody who never comes.
work_on(settings, sessions_for(engine), reading_sessions_for(engine),
        lambda: next(asked) == 15 and bool(sys.stdin.read()), chunk=200)
"""


@POSTGRESQL_IS_THOROUGH
def test_killed_in_the_middle_each_row_is_answered_once(
    app: Flask, session: Session, settings: Settings, home: Path
) -> None:
    job = started(session, home, rows_of(4_000))
    process = subprocess.Popen(
        [sys.executable, "-c", ENDLESS], env=environment(settings, settings.port), stdin=subprocess.PIPE
    )
    try:
        end = time.monotonic() + 120
        while done_rows(app) < 1000:
            assert time.monotonic() < end
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    session.rollback()
    session.expire_all()
    assert job.state is JobState.RUNNING
    # What a dying process wrote behind the last commit is cut off.
    with (files.folder_of(home, job.reference) / "results.jsonl").open("ab") as file:
        file.write(b'{"key":"half a li')
    assert work(app, settings, session) == 1
    assert (job.state, job.rows_done, job.counts["yes"]) == (JobState.DONE, 4_000, 4_000)
    for name in ("results.jsonl", "statements.jsonl"):
        assert [one["key"] for one in lines(home, job, name)] == [str(number) for number in range(4_000)]


def test_cancelled_while_it_runs_it_ends_at_the_next_chunk(
    app: Flask, session: Session, settings: Settings, home: Path
) -> None:
    job = started(session, home, rows_of(50))
    sessions: sessionmaker[Session] = services(app).sessions
    requested = 0

    def cancel_at_third() -> bool:
        nonlocal requested
        requested += 1
        if requested == 4:
            with sessions.begin() as other:
                actions.cancel(other, actions.job_of(other, job.organisation_id, job.reference), now())
        return False

    work(app, settings, session, is_stopping=cancel_at_third, chunk=10)
    assert (job.state, job.rows_done) == (JobState.CANCELLED, 20)
    assert not (files.folder_of(home, job.reference) / "manifest.jws").exists()
    with pytest.raises(NotNow):
        actions.start(job)
    assert work(app, settings, session) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_job_that_raises_fails_and_the_one_behind_it_is_answered(
    app: Flask, session: Session, settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = started(session, home, rows_of(1)), started(session, home, rows_of(2))
    real = JobRunner._count_rows

    def raise_for_the_first(runner: JobRunner, job: BulkJob, folder: Path) -> BulkJob:
        if job.id == bad.id:
            raise IndexError("secret of the list")
        return real(runner, job, folder)

    monkeypatch.setattr(JobRunner, "_count_rows", raise_for_the_first)
    with structlog.testing.capture_logs() as lines:
        assert work(app, settings, session) == 2
    assert (bad.state, good.state) == (JobState.FAILED, JobState.DONE)
    assert "raised IndexError" in (bad.trouble or "")
    assert "secret" not in (bad.trouble or "")
    assert [line["event"] for line in lines if line["log_level"] == "error"] == ["job_raised"]


@pytest.mark.one_database
def test_a_process_of_lists_that_fails_is_noticed_once_and_begun_again(
    app: Flask, session: Session, settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(session, home, rows_of(1))
    monkeypatch.setattr(bulk_jobs.sys, "executable", "false")
    processes, sessions = bulk_jobs.ListProcesses(), services(app).sessions
    processes.answer_waiting(settings, sessions)
    assert processes._running is not None
    processes._running.wait(30)
    with pytest.raises(bulk_jobs.ListsProcessEnded, match="ended with 1"):
        processes.answer_waiting(settings, sessions)
    processes.answer_waiting(settings, sessions)
    assert processes._running is not None
    processes._running.wait(30)


def test_a_supply_chain_shows_suppliers_that_declare_no_recruiter(
    app: Flask, session: Session, settings: Settings, home: Path
) -> None:
    body = (
        "Supplier,Site,Labour provider,Destination country,Origin,Nationality\n"
        "Sartoria Inventata,Prato,VYMYSL/1,CZ,CZ,CZ\nSartoria Inventata,Empoli,,CZ,CZ,CZ\n"
        "<b>Tessile</b>,Prato,No Such Company 99,CZ,CZ,CZ\n"
    )
    job = started(session, home, body)
    assert job.kind is JobKind.SUPPLY_CHAIN
    work(app, settings, session)
    results = lines(home, job, "results.jsonl")
    assert results[0]["answer"]["verdict"] == "yes"
    assert (results[0]["supplier"], results[1]["errors"][0]["code"]) == ("Sartoria Inventata", "no_provider")
    picture = (files.folder_of(home, job.reference) / "chain.svg").read_text()
    assert "none declared" in picture
    assert "&lt;b&gt;Tessile" in picture
    assert "<b>" not in picture


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_lists_that_cannot_be_answered_are_refused_in_words(
    app: Flask, session: Session, settings: Settings, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = make.make_organisation(session).id
    blank = sent(session, home, "colour,size\nred,1\n", organisation)
    with pytest.raises(UnreadableList, match="'colour', 'size'"):
        actions.start(blank)
    actions.correct(blank, JobKind.VERIFICATION, {"name": "colour"})
    actions.start(blank)
    session.commit()
    monkeypatch.setattr(engine, "MAX_IN_A_JOB", 400)
    long = started(session, home, rows_of(401), organisation=organisation)
    broken = started(
        session, home, "licence number\n" + "1\n" * 300 + '"never closed\n' + "x\n" * 40_000, organisation=organisation
    )
    work(app, settings, session)
    assert blank.state is JobState.DONE
    assert (long.state, long.trouble) == (JobState.FAILED, "the list has more than 400 rows: split it")
    assert broken.state is JobState.FAILED
    assert "never closed" in str(broken.trouble)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_job_belongs_to_one_organisation_begins_once_and_goes_when_its_time_is_over(
    app: Flask, session: Session, settings: Settings, home: Path
) -> None:
    organisation = make.make_organisation(session).id
    job = sent(session, home, rows_of(1), organisation, idempotency_key="a" * 16)
    assert sent(session, home, rows_of(1), organisation, idempotency_key="a" * 16) is job
    with pytest.raises(RepeatDiffers):
        sent(session, home, rows_of(2), organisation, idempotency_key="a" * 16)
    with pytest.raises(NotFound) as foreign:
        actions.job_of(session, make.make_organisation(session, "Invented Others").id, job.reference)
    with pytest.raises(NotFound) as unknown:
        actions.job_of(session, organisation, new_reference())
    assert foreign.value.text == unknown.value.text
    folder = files.folder_of(home, job.reference)
    assert folder.is_dir()
    job.purge_on = now().date() - timedelta(days=1)
    session.commit()
    purge_lists(settings, services(app).sessions)
    assert not folder.exists()
    session.rollback()
    assert session.execute(select(BulkJob)).all() == []
