"""Jobs by the API: sent, looked at, started, answered and had, by their own organisation alone."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from registry_client.api.proofs import RowProof
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.request_reader import CSV
from registry.http.transaction import services
from registry.vocabulary.organisations import Scope
from registry.worker.bulk_jobs import work_on
from tests import make
from tests.api import example_registry
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented

URL = "/api/v1/verification-jobs"
LIST = b"ref,permit\na,VYMYSL/1\nb,NOBODY\n"
COLUMNS: dict[str, Any] = {"kind": "verification", "columns": {"key": "ref", "licence_number": "permit"}}
CONSTANTS = {"on": "2026-01-05"} | make.CZECH_AT_HOME


def send(program: Program, body: bytes, **headers: str) -> Any:
    stated = {"X-File-Name": "suppliers.csv", "Authorization": f"Bearer {program.key}", **headers}
    return program.client.post(URL, data=body, content_type=CSV, headers=stated)


def test_a_form_with_a_list_in_it_is_refused(program: Program) -> None:
    # Read as a list its boundaries would be rows.
    answer = program.client.post(
        URL,
        data={"file": (io.BytesIO(b"ref,permit\na,VYMYSL/1\n"), "suppliers.csv")},
        content_type="multipart/form-data",
        headers={"Authorization": f"Bearer {program.key}"},
    )
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_media_type")
    assert "--data-binary" in answer.json["detail"]
    assert program.get(URL).json["items"] == []


@pytest.fixture
def licence(app: Flask, session: Session, settings: Settings) -> None:
    """The licence that the first row asks for."""
    make.make_licence(session, number="VYMYSL/1")
    session.commit()
    example_registry.publish(settings, services(app).sessions)


@pytest.fixture
def job(licence: None, program: Program) -> dict[str, Any]:
    """A list of two rows that was sent; which column means what is not said yet."""
    return send(program, LIST).json


@pytest.fixture
def done(app: Flask, program: Program, session: Session, settings: Settings, job: dict[str, Any]) -> str:
    """Where that list is, with its columns set and its rows answered, to be kept as an archived list."""
    at = f"{URL}/{job['job_id']}"
    program.send("PUT", f"{at}/columns", COLUMNS | {"constants": CONSTANTS, "keep": True})
    program.post(f"{at}/start")
    session.commit()
    assert work_on(settings, services(app).sessions, services(app).reading_sessions) == 1
    return at


def test_a_list_that_is_sent_is_a_job_whose_columns_are_still_to_be_named(program: Program) -> None:
    made = send(program, LIST)
    assert made.status_code == 201
    assert_as_documented(made, "createJob")
    job = made.json
    assert made.headers["Location"] == f"{URL}/{job['job_id']}"
    assert (job["state"], job["columns"], job["filename"]) == ("uploaded", {"key": "ref"}, "suppliers.csv")
    assert "'ref', 'permit'" in program.post(f"{URL}/{job['job_id']}/start").json["detail"]


def test_a_list_that_is_sent_again_is_the_same_job(program: Program, settings: Settings) -> None:
    idempotency_key = {"Idempotency-Key": "a" * 20}
    job = send(program, LIST, **idempotency_key).json
    assert send(program, LIST, **idempotency_key).json["job_id"] == job["job_id"]
    assert send(program, b"ref,permit\n", **idempotency_key).json["code"] == "repeat_differs"
    assert len(list((settings.home / "bulk").iterdir())) == 1


def test_columns_and_constants_of_a_job_are_checked_and_corrected(program: Program, job: dict[str, Any]) -> None:
    at = f"{URL}/{job['job_id']}/columns"
    wrong = program.send("PUT", at, {"kind": "verification", "columns": {"licence_number": "x", "nonsense": "ref"}})
    assert [fault["parameter"] for fault in wrong.json["errors"]] == ["nonsense", "licence_number"]
    impossible = program.send("PUT", at, COLUMNS | {"constants": {"on": "yesterday"}})
    assert [(fault["parameter"], fault["pointer"]) for fault in impossible.json["errors"]] == [
        ("constants.on", "#/constants/on")
    ]
    corrected = program.send("PUT", at, COLUMNS | {"constants": CONSTANTS, "keep": True})
    assert_as_documented(corrected, "setJobColumns")
    assert (corrected.json["lacking"], corrected.json["constants"]) == (None, CONSTANTS)


def test_a_job_that_is_started_twice_is_queued_once_and_has_no_results_yet(
    program: Program, job: dict[str, Any]
) -> None:
    at = f"{URL}/{job['job_id']}"
    program.send("PUT", f"{at}/columns", COLUMNS | {"constants": CONSTANTS})
    started = [program.post(f"{at}/start") for _ in range(2)]
    assert [(one.status_code, one.json["state"], one.headers["Location"]) for one in started] == [
        (202, "queued", at)
    ] * 2
    assert program.get(f"{at}/results/csv").json["code"] == "not_now"


def test_an_answered_job_has_its_counts_and_each_file_of_results(program: Program, done: str) -> None:
    job = program.get(done)
    assert_as_documented(job, "getJob")
    assert (job.json["state"], job.json["rows_done"], job.json["counts"]["yes"]) == ("done", 2, 1)
    for form in job.json["results"]:
        had = program.get(f"{done}/results/{form}")
        assert had.status_code == 200
        assert had.headers["Content-Disposition"].startswith("attachment")
        assert had.headers["Cache-Control"] == "no-store"
    assert program.get(f"{done}/results/chain").status_code == 404
    assert program.get(f"{done}/results/../../x").status_code == 404


def test_another_organisation_is_told_of_a_job_what_it_is_told_of_none(foreign: Program, done: str) -> None:
    unknown = foreign.get(f"{URL}/222222222222").json
    for answer in (
        foreign.get(done), foreign.get(f"{done}/results/csv"), foreign.post(f"{done}/start"),
        foreign.post(f"{done}/cancel"), foreign.send("DELETE", done), foreign.send("PUT", f"{done}/columns", COLUMNS),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert answer.json["detail"] == unknown["detail"]
    assert foreign.get(URL).json == {"items": [], "next_cursor": None}
    assert foreign.get(f"{done}/proofs/0").status_code == 404


def test_an_archived_job_stays_as_long_as_receipts_and_goes_with_its_removal(
    program: Program, settings: Settings, job: dict[str, Any], done: str
) -> None:
    (stored,) = program.get("/api/v1/archived-lists").json["items"]
    assert (stored["list_id"], stored["retained_until"]) == (job["job_id"], program.get(done).json["retained_until"])
    assert stored["retained_until"] > job["retained_until"]
    (first, _) = program.get(f"/api/v1/archived-lists/{job['job_id']}/statements").data.splitlines()
    assert (
        b'"question":{"destination":"CZ","licence_number":"VYMYSL/1","nationality":"CZ","on":"2026-01-05","origin":"CZ"}'
        in first
    )
    assert program.send("DELETE", done).status_code == 204
    assert program.get("/api/v1/archived-lists").json["items"] == []
    assert list((settings.home / "bulk").glob("[!.]*")) == []


def test_one_row_of_a_job_is_proved_without_the_others(program: Program, done: str) -> None:
    # By the client's own reckoning it leads to the root that is signed.
    proofs = [program.get(f"{done}/proofs/{row}") for row in (0, 1)]
    assert_as_documented(proofs[0], "getJobRowProof")
    claims = json.loads(base64.urlsafe_b64decode(proofs[0].json["manifest"].split(".")[1] + "=="))
    for row, statement in enumerate(program.get(f"{done}/results/statements").data.splitlines()):
        proof = RowProof(**proofs[row].json)
        assert (proof.statement.encode(), proof.root()) == (statement, base64.b64decode(claims["root"]))
        assert replace(proof, statement=proof.statement + " ").root() != base64.b64decode(claims["root"])
    for wrong in ("2", "-1", "x", "9" * 9):
        assert program.get(f"{done}/proofs/{wrong}").status_code == 404, wrong


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_jobs_need_their_scope_and_a_key_raises_the_limit_of_one_go(client: FlaskClient, session: Session) -> None:
    verifier = program_of(client, session, Scope.VERIFY)
    assert verifier.get(URL).json["code"] == "scope_missing"
    assert client.get(URL).status_code == 401
    items = {"items": [{"licence_number": "1"}] * 101}
    assert client.post("/api/v1/verifications", json=items).status_code == 413
    assert verifier.post("/api/v1/verifications", items).json["counts"]["items"] == 101
    watcher = program_of(client, session, Scope.WATCHES, name="Invented Watchers")
    assert watcher.post("/api/v1/verifications", items).status_code == 403
