"""Workbooks that were made to harm are refused with what is wrong with them, at every door, and keep no one waiting."""

import threading
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from registry.api.organisations import verifications
from registry.http import uploads
from registry.http.request_reader import XLSX
from registry.register.imports import confined
from registry.register.imports.extraction.terms import Refusal, Task
from registry.register.imports.spreadsheets import WITHOUT_KEY
from tests.api.organisations.conftest import Program
from tests.api.shapes import assert_as_documented
from tests.register.imports.bad_workbooks import BAD_WORKBOOKS, workbook

VERIFICATIONS = "/api/v1/verifications"
JOBS = "/api/v1/verification-jobs"

SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@SQLITE
@pytest.mark.parametrize("name", ["row 99,999,999,999", "a text out of bounds", "a field of 17 thousand million cells"])
@pytest.mark.parametrize("path", [VERIFICATIONS, "/api/v1/corridor-verifications", JOBS])
def test_it_is_refused_with_its_fault(client: FlaskClient, program: Program, path: str, name: str) -> None:
    body, words = BAD_WORKBOOKS[name]
    keys = [{}] if path != JOBS else []
    for headers in [*keys, {"Authorization": f"Bearer {program.key}"}]:
        answer = client.post(path, data=body, content_type=XLSX, headers=headers)
        assert (answer.status_code, answer.json["code"]) == (400, "unreadable_list")
        assert words in answer.json["detail"]
    assert program.get(JOBS).json["items"] == []


def anonymously(client: FlaskClient) -> Any:
    return client.post(VERIFICATIONS, data=workbook("<row><c><v>7</v></c></row>"), content_type=XLSX)


@SQLITE
def test_a_workbook_that_costs_too_much_is_given_up(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert anonymously(client).status_code == 200
    little = WITHOUT_KEY._replace(limits=replace(WITHOUT_KEY.limits, written=8))
    monkeypatch.setattr(verifications, "WITHOUT_KEY", little)
    answer = anonymously(client)
    assert (answer.status_code, answer.json["code"]) == (400, "unreadable_list")
    assert "costs more time or memory" in answer.json["detail"]


@SQLITE
def test_few_are_read_at_once_few_wait_and_the_others_are_told_to_come_again(
    client: FlaskClient, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_WORKBOOKS_WITHOUT_KEY", uploads.Turns(at_once=1, waiting=0, patience=0))
    with uploads.workbook_turn(has_key=False):
        answer = anonymously(client)
        assert (answer.status_code, answer.json["code"]) == (503, "too_busy")
        assert answer.headers["Retry-After"] == "15"
        assert_as_documented(answer, "verifyMany")
        # Organisations do not wait for anybody.
        body = workbook("<row><c><v>7</v></c></row>")
        headers = {"Authorization": f"Bearer {program.key}"}
        assert client.post(VERIFICATIONS, data=body, content_type=XLSX, headers=headers).status_code == 200
    assert anonymously(client).status_code == 200


def test_a_turn_is_waited_for() -> None:
    turns = uploads.Turns(at_once=1, waiting=1, patience=60)
    first, begun, ended = threading.Event(), threading.Event(), threading.Event()

    def second() -> None:
        begun.set()
        with turns.one("busy"):
            assert first.is_set()
        ended.set()

    waiting = threading.Thread(target=second)
    with turns.one("busy"):
        waiting.start()
        begun.wait()
        first.set()
    waiting.join()
    assert ended.is_set()


@SQLITE
def test_where_no_process_can_be_confined_no_workbook_is_read(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unconfined(_path: object, _task: Task, made: Any) -> int:
        made.write(confined._encoder.encode(Refusal("cannot be read here: unshare: denied", is_ours=True)))
        return 0

    monkeypatch.setattr(confined, "_run", unconfined)
    answer = anonymously(client)
    assert (answer.status_code, answer.json["code"]) == (503, "too_busy")
    assert "send the list as CSV" in answer.json["detail"]
    assert "unshare" not in answer.get_data(as_text=True)
