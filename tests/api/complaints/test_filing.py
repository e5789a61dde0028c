"""Filing by the API: code first, answers in any order, handing in; errors are reported and lose nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.intake.models import AnswerSheet
from tests.complaints.complainant import ACCOUNT, PREFIX, Complainant, by_client, new_key

Somebody = Callable[[], Complainant]


def cases(session: Session) -> int:
    return session.execute(select(func.count(Case.id))).scalar_one()


def test_a_complaint_is_filed_step_by_step(somebody: Somebody) -> None:
    filer = somebody()
    started = filer.start()
    assert started.status == 201
    assert [len(group) for group in started.body["receipt"].split(" ")] == [4, 4, 4, 4, 4, 2]
    assert filer.confirm().status == 200
    answered = filer.answer(in_danger="no", country="IT", account=ACCOUNT).body
    assert answered["answers"] == {"in_danger": "no", "country": "IT", "account": ACCOUNT}
    assert answered["questionnaire"] == QUESTIONNAIRE.version
    assert answered["asked"][0] == "in_danger"
    received = filer.submit().body
    assert received["state"] == "received"
    assert received["filed_on"] < received["acknowledge_by"] < received["answer_by"]
    assert filer.submit().body == received
    assert filer.mailbox()["state"] == "received"


def test_nothing_is_answered_before_the_receipt_is_confirmed(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    assert filer.answer(in_danger="no").status == 409
    wrong = filer.send("POST", "/confirm", json={"last_six": "000000"})
    assert (wrong.status, wrong.body["errors"][0]["parameter"]) == (400, "last_six")
    assert filer.confirm().status == 200
    assert filer.confirm().status == 200


def test_answers_of_two_windows_lose_nothing(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    version = filer.answer(account="first window").body["version"]
    second = filer.answer(country="CZ").body
    assert second["answers"] == {"country": "CZ", "account": "first window"}
    stale = filer.send("PATCH", "/answers", json={"answers": {"account": "late"}, "version": version})
    assert (stale.status, stale.code) == (409, "stale_version")
    taken_back = filer.answer(country=None).body
    assert taken_back["answers"] == {"account": "first window"}
    assert filer.send("GET", "/answers").body == taken_back


def test_every_wrong_answer_is_named_and_nothing_is_changed(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    stored = filer.answer(account=ACCOUNT).body
    wrong = filer.answer(account="other", in_danger="perhaps", country="XX", not_a_question="x")
    assert wrong.status == 400
    assert {fault["parameter"] for fault in wrong.body["errors"]} == {"in_danger", "country", "answers"}
    assert filer.send("GET", "/answers").body == stored


def test_nothing_answered_is_nothing_to_hand_in(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    assert filer.submit().status == 400


def test_what_was_handed_in_stays_as_it_is(somebody: Somebody, session: Session) -> None:
    filer = somebody().filed()
    late = filer.answer(account="another")
    assert late.status == 409
    assert filer.send("GET", "/answers").body["answers"]["account"] == ACCOUNT
    assert session.execute(select(func.count(AnswerSheet.id))).scalar_one() == 1


def test_without_a_unit_no_complainant_is_made_to_write(client: FlaskClient) -> None:
    reply = Complainant(by_client(client)).start()
    assert (reply.status, reply.code) == (503, "intake_closed")


def test_the_account_holds_20000_characters_and_not_one_more(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    full = "\N{GRINNING FACE}" * 20_000
    # As JSON with escapes alone: the longest that a program may send it.
    body = json.dumps({"answers": {"account": full}}, ensure_ascii=True)
    headers = {"Content-Type": "application/json"}
    reply = filer.send("PATCH", "/answers", data=body, headers=headers)
    assert (reply.status, reply.body["answers"]["account"] == full) == (200, True)
    longer = filer.answer(account="工" * 20_001)
    assert [(fault["parameter"], fault["code"]) for fault in longer.body["errors"]] == [("account", "too_long")]
    assert filer.send("GET", "/answers").body["answers"]["account"] == full


BOMBS: list[tuple[str, int, str]] = [
    ('{"answers":' + "[" * 100_000 + "]" * 100_000 + "}", 400, "malformed_json"),
    ('{"answers":{"account":' + '{"a":' * 50_000 + "1" + "}" * 50_000 + "}}", 400, "malformed_json"),
    ('{"answers":{' + ",".join(f'"q{n}":1' for n in range(5_000)) + "}}", 400, "too_many"),
    ('{"answers":{"account":' + "9" * 5_000 + "}}", 400, "malformed_json"),
    ('{"answers":{"account":1e400}}', 400, "invalid_value"),
    ('{"answers":{"account":NaN}}', 400, "malformed_json"),
    ('{"answers":{"account":"a"},"answers":{}}', 400, "doubled_parameter"),
    ('{"answers":{"account":"a","account":"b"}}', 400, "doubled_parameter"),
    ('{"answers":{"wants":[' + ",".join(['"wages"'] * 40_000) + "]}}", 400, "too_many"),
    ('{"answers":{"account":"' + "a" * 600_000 + '"}}', 413, "payload_too_large"),
    ('{"answers":[]}', 400, "invalid_value"),
    ('{"answers":{"account":"\\ud800"}}', 400, "control_character"),
    ('{"answers":{"account":"\\u0000"}}', 400, "control_character"),
    ('{"answers":{"\\u0000\\ud800":"x"}}', 400, "unknown_field"),
]


def test_bodies_made_to_hurt_are_refused(somebody: Somebody) -> None:
    filer = somebody()
    filer.start()
    filer.confirm()
    for number, (body, status, code) in enumerate(BOMBS):
        reply = filer.send("PATCH", "/answers", data=body, headers={"Content-Type": "application/json"})
        stated = {fault["code"] for fault in reply.body["errors"]} or {reply.code}
        assert (reply.status, stated) == (status, {code}), number
    assert filer.send("GET", "/answers").body["answers"] == {}


def test_the_questionnaire_is_read_in_every_language(client: FlaskClient) -> None:
    texts = {}
    for language in ("zh-Hans", "zh-Hant", "en", "it"):
        response = client.get(f"{PREFIX}/questionnaire", headers={"Accept-Language": language})
        assert response.headers["Content-Language"] == language
        questionnaire = response.json
        assert questionnaire["version"] == QUESTIONNAIRE.version
        assert [question["code"] for question in questionnaire["questions"]] == [one.code for one in QUESTIONNAIRE]
        assert all(question["text"] and question["why"] for question in questionnaire["questions"])
        texts[language] = questionnaire["questions"][0]["text"]
    assert len(set(texts.values())) == 4
    existing = client.get(
        f"{PREFIX}/questionnaire", headers={"If-None-Match": client.get(f"{PREFIX}/questionnaire").headers["ETag"]}
    )
    assert existing.status_code == 304


# What comes again


def test_a_start_that_comes_again_begins_nothing(somebody: Somebody, session: Session) -> None:
    filer, key = somebody(), new_key()
    assert filer.start(once=key).status == 201
    token = filer.token
    repeated = filer.send("POST", "", json=STARTS, once=key)
    assert (repeated.status, repeated.code) == (422, "repeat_differs")
    assert cases(session) == 1
    assert (filer.token, filer.confirm().status) == (token, 200)


STARTS: dict[str, Any] = {"role": "worker", "language": "it", "proof": "t1.start"}


def test_the_same_start_is_told_that_it_was_done_and_shows_no_receipt(somebody: Somebody, session: Session) -> None:
    filer, key = somebody(), new_key()
    body = {"role": "worker", "language": "zh-Hans", "proof": filer.proof("start")}
    first, second = (filer.send("POST", "", json=body, once=key) for _ in range(2))
    assert (first.status, second.status, second.code) == (201, 409, "already_done")
    assert first.body["receipt"].replace(" ", "") not in second.raw.decode().replace(" ", "")
    assert cases(session) == 1


def test_a_key_that_somebody_could_guess_is_refused(somebody: Somebody) -> None:
    filer = somebody()
    body = {"role": "worker", "language": "zh-Hans", "proof": "t1.x"}
    for key in ("", "1", "a" * 15, "a" * 81, "a b c d e f g h i j k", "ключ-ключ-ключ-ключ"):
        headers = {"Idempotency-Key": key.encode().decode("latin-1")}
        reply = filer.send("POST", "", json=body, headers=headers)
        assert (reply.status, reply.body["errors"][0]["parameter"]) == (400, "Idempotency-Key"), key


def test_a_proof_serves_once_and_for_its_purpose(somebody: Somebody) -> None:
    filer = somebody()
    proof = filer.proof("start")
    body = {"role": "worker", "language": "zh-Hans", "proof": proof}
    assert filer.send("POST", "", json=body).status == 201
    for wrong in (proof, filer.proof("open"), "", "x" * 5000, "e30="):
        refused = filer.send("POST", "", json={**body, "proof": wrong})
        assert (refused.status, refused.code) == (403, "not_admitted")


def test_a_refused_proof_derives_nothing(somebody: Somebody, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complaint_codes, "hash_secret_raw", lambda *_args, **_more: pytest.fail("derived"))
    filer = somebody()
    assert filer.send("POST", "", json={"role": "worker", "language": "it", "proof": "x"}).status == 403
    refused = filer.send(
        "POST", "/visits", json={"receipt": complaint_codes.grouped(complaint_codes.new_code()), "proof": "x"}
    )
    assert refused.status == 403


UNASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "", {"role": "worker", "language": "it", "proof": "x", "state": "closed"}),
    ("POST", "", {"role": "worker", "language": "it", "proof": "x", "priority": "p0"}),
    ("POST", "/confirm", {"last_six": "123456", "box_id": 1}),
    ("PATCH", "/answers", {"answers": {}, "case_id": 1}),
    ("PATCH", "/answers", {"answers": {}, "submitted_on": "2026-01-01"}),
    ("POST", "/messages", {"text": "x", "author": "officer"}),
    ("PUT", "/consents/ngo", {"is_given": True, "given_on": "2020-01-01"}),
    ("POST", "/reopen", {"text": "x", "to": "decided_upheld"}),
]


def test_what_is_not_asked_for_is_refused_and_not_taken(somebody: Somebody) -> None:
    filer = somebody().filed()
    before = filer.mailbox()
    for method, path, body in UNASKED:
        reply = filer.send(method, path, json=body)
        assert reply.status == 400
        assert {fault["code"] for fault in reply.body["errors"]} == {"unknown_field"}, body
    assert filer.mailbox() == before
