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
from tests.api import world
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented

URL = "/api/v1/verification-jobs"


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


def test_a_list_is_sent_started_answered_and_had(
    app: Flask, program: Program, foreign: Program, session: Session, settings: Settings
) -> None:
    make.make_licence(session, number="VYMYSL/1")
    session.commit()
    world.publish(settings, services(app).sessions)
    idempotency_key = {"Idempotency-Key": "a" * 20}
    made = send(program, b"ref,permit\na,VYMYSL/1\nb,NOBODY\n", **idempotency_key)
    assert made.status_code == 201
    assert_as_documented(made, "createJob")
    job = made.json
    assert made.headers["Location"] == f"{URL}/{job['job_id']}"
    assert (job["state"], job["columns"], job["filename"]) == ("uploaded", {"key": "ref"}, "suppliers.csv")
    assert "'ref', 'permit'" in program.post(f"{URL}/{job['job_id']}/start").json["detail"]
    assert send(program, b"ref,permit\na,VYMYSL/1\nb,NOBODY\n", **idempotency_key).json["job_id"] == job["job_id"]
    assert send(program, b"ref,permit\n", **idempotency_key).json["code"] == "repeat_differs"
    assert len(list((settings.home / "bulk").iterdir())) == 1
    at = f"{URL}/{job['job_id']}"
    wrong = program.send(
        "PUT", f"{at}/columns", {"kind": "verification", "columns": {"licence_number": "x", "nonsense": "ref"}}
    )
    assert [fault["parameter"] for fault in wrong.json["errors"]] == ["nonsense", "licence_number"]
    columns: dict[str, Any] = {"kind": "verification", "columns": {"key": "ref", "licence_number": "permit"}}
    impossible = program.send("PUT", f"{at}/columns", columns | {"constants": {"on": "yesterday"}})
    assert [(fault["parameter"], fault["pointer"]) for fault in impossible.json["errors"]] == [
        ("constants.on", "#/constants/on")
    ]
    constants = {"on": "2026-01-05"} | make.CZECH_AT_HOME
    corrected = program.send("PUT", f"{at}/columns", columns | {"constants": constants, "keep": True})
    assert_as_documented(corrected, "setJobColumns")
    assert (corrected.json["lacking"], corrected.json["constants"]) == (None, constants)
    started = [program.post(f"{at}/start") for _ in range(2)]
    assert [(one.status_code, one.json["state"], one.headers["Location"]) for one in started] == [
        (202, "queued", at)
    ] * 2
    assert program.get(f"{at}/results/csv").json["code"] == "not_now"
    session.commit()
    assert work_on(settings, services(app).sessions, services(app).reading_sessions) == 1
    done = program.get(at)
    assert_as_documented(done, "getJob")
    assert (done.json["state"], done.json["rows_done"], done.json["counts"]["yes"]) == ("done", 2, 1)
    for form in done.json["results"]:
        had = program.get(f"{at}/results/{form}")
        assert had.status_code == 200
        assert had.headers["Content-Disposition"].startswith("attachment")
        assert had.headers["Cache-Control"] == "no-store"
    assert program.get(f"{at}/results/chain").status_code == 404
    assert program.get(f"{at}/results/../../x").status_code == 404
    # Another's is told like none.
    unknown = foreign.get(f"{URL}/222222222222").json
    for answer in (
        foreign.get(at), foreign.get(f"{at}/results/csv"), foreign.post(f"{at}/start"), foreign.post(f"{at}/cancel"),
        foreign.send("DELETE", at), foreign.send("PUT", f"{at}/columns", columns),
    ):  # fmt: skip
        assert answer.status_code == 404
        assert answer.json["detail"] == unknown["detail"]
    assert foreign.get(URL).json == {"items": [], "next_cursor": None}
    # It stands in the file of receipts, stays as long as they do, and goes from it with its removal.
    (stored,) = program.get("/api/v1/archived-lists").json["items"]
    assert (stored["list_id"], stored["retained_until"]) == (job["job_id"], program.get(at).json["retained_until"])
    assert stored["retained_until"] > job["retained_until"]
    (first, _) = program.get(f"/api/v1/archived-lists/{job['job_id']}/statements").data.splitlines()
    assert (
        b'"question":{"destination":"CZ","licence_number":"VYMYSL/1","nationality":"CZ","on":"2026-01-05","origin":"CZ"}'
        in first
    )
    # One row is proved without the others: by the client's own reckoning it leads to the root that is signed.
    proofs = [program.get(f"{at}/proofs/{row}") for row in (0, 1)]
    assert_as_documented(proofs[0], "getJobRowProof")
    claims = json.loads(base64.urlsafe_b64decode(proofs[0].json["manifest"].split(".")[1] + "=="))
    for row, statement in enumerate(program.get(f"{at}/results/statements").data.splitlines()):
        proof = RowProof(**proofs[row].json)
        assert (proof.statement.encode(), proof.root()) == (statement, base64.b64decode(claims["root"]))
        assert replace(proof, statement=proof.statement + " ").root() != base64.b64decode(claims["root"])
    for wrong in ("2", "-1", "x", "9" * 9):
        assert program.get(f"{at}/proofs/{wrong}").status_code == 404, wrong
    assert foreign.get(f"{at}/proofs/0").status_code == 404
    assert program.send("DELETE", at).status_code == 204
    assert program.get("/api/v1/archived-lists").json["items"] == []
    assert list((settings.home / "bulk").glob("[!.]*")) == []


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
