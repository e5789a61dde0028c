"""Of long answers the asker chooses the fields: in lists answered at once, results of jobs, and the list of agencies."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import services
from registry.vocabulary.register import LicenceStatus
from registry.worker.bulk_jobs import work_on
from tests import make
from tests.api.organisations.conftest import Program

MANY = "/api/v1/verifications"
ITEMS = [{"key": "a", "licence_number": "CHOSEN-1"}, {"key": "b", "licence_number": "CHOSEN-2"}]


@pytest.fixture
def licences(session: Session) -> None:
    make.make_licence(session, number="CHOSEN-1")
    make.make_licence(session, LicenceStatus.SUSPENDED, number="CHOSEN-2")
    session.commit()


def test_answers_have_the_chosen_fields_alone(client: FlaskClient, licences: None) -> None:
    whole = client.post(MANY, json={"items": ITEMS}).json["items"]
    chosen = client.post(MANY, json={"items": ITEMS, "fields": "verdict, reasons.code,licence"}).json
    assert chosen["items"] == [
        {
            "key": one["key"],
            "answer": {
                "verdict": one["answer"]["verdict"],
                "reasons": [{"code": reason["code"]} for reason in one["answer"]["reasons"]],
                "licence": one["answer"]["licence"],
            },
        }
        for one in whole
    ]
    assert chosen["counts"]["no"] == 1
    narrow = client.post(MANY, json={"items": ITEMS, "fields": "verdict,reasons.code"})
    assert len(narrow.data) * 5 < len(json.dumps(whole))


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("verdictt", "'verdictt'"),
        ("reasons.kode", "reasons.code"),
        ("verdict,,on", "an empty name"),
        ("reasons.code.more", "known are"),
        ("__class__", "known are"),
    ],
)
def test_a_field_that_is_not_there_is_refused_with_those_that_are(client: FlaskClient, chosen: str, said: str) -> None:
    answer = client.post(MANY, json={"items": ITEMS, "fields": chosen})
    assert (answer.status_code, answer.json["errors"][0]["parameter"]) == (400, "fields")
    assert said.strip("'") in answer.json["detail"]


def test_what_is_wrong_with_an_item_is_said_whatever_was_chosen(client: FlaskClient) -> None:
    answer = client.post(MANY, json={"items": [{"lei": "1"}], "fields": "verdict"}).json
    assert "errors" in answer["items"][0]


def test_corridors_have_fields_of_their_own(client: FlaskClient, licences: None) -> None:
    items = [{"sending": "CHOSEN-1", "receiving": "CHOSEN-2", "destination": "CZ"}]
    answer = client.post("/api/v1/corridor-verifications", json={"items": items, "fields": "legs.leg"}).json
    assert set(answer["items"][0]["answer"]) == {"legs"}
    assert all(set(leg) == {"leg"} for leg in answer["items"][0]["answer"]["legs"])


def test_the_list_of_agencies_has_the_chosen_fields_on_every_page(client: FlaskClient, licences: None) -> None:
    page = client.get("/api/v1/agencies?fields=agency_id,names.name&limit=1")
    assert {name for one in page.json["items"] for name in one} == {"agency_id", "names"}
    following = client.get(page.headers["Link"].partition(">")[0].removeprefix("<http://127.0.0.1:8000"))
    assert {name for one in following.json["items"] for name in one} == {"agency_id", "names"}
    assert page.headers["ETag"] != client.get("/api/v1/agencies?limit=1").headers["ETag"]


def test_results_of_a_job_have_the_chosen_fields(
    app: Flask, program: Program, session: Session, settings: Settings, licences: None, publish: Callable[[], None]
) -> None:
    publish()
    headers = {
        "Content-Type": "application/octet-stream",
        "Authorization": f"Bearer {program.key}",
        "X-File-Name": "a.csv",
    }
    sent = program.client.post(
        "/api/v1/verification-jobs", data=b"key,licence_number\na,CHOSEN-1\nb,CHOSEN-2\n", headers=headers
    )
    at = f"/api/v1/verification-jobs/{sent.json['job_id']}"
    columns = {"key": "key", "licence_number": "licence_number"}
    constants = {"origin": "CN", "destination": "CZ", "activity": "placement"}
    program.send("PUT", f"{at}/columns", {"kind": "verification", "columns": columns, "constants": constants})
    assert program.post(f"{at}/start").status_code == 202
    session.commit()
    assert work_on(settings, services(app).sessions, services(app).reading_sessions) == 1
    rows: list[Any] = [json.loads(line) for line in program.get(f"{at}/results/jsonl?fields=verdict").data.splitlines()]
    assert len(rows) == 2
    assert rows[1]["answer"] == {"verdict": "no"}
    assert all(set(row["answer"]) == {"verdict"} and "steps" not in row for row in rows)
    assert program.get(f"{at}/results/csv?fields=verdict").json["errors"][0]["parameter"] == "fields"
    assert program.get(f"{at}/results/jsonl?fields=nothing").status_code == 400
