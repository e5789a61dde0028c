"""A request that is sent again with its Idempotency-Key gets the first answer again, and nothing is done twice."""

import json
import uuid
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.api import write_headers
from registry.bulk.archive.receipts import ArchivedReceipt
from registry.complaints.intake.idempotency import Repeat
from registry.complaints.sealing.sealer import Sealer
from registry.organisations.models import ApiKey
from registry.watches.models import Watch, Webhook
from tests import make
from tests.api.organisations.conftest import Program, program_of

HOOK = {"url": "https://hooks.example.org/registry", "label": "Ours"}

REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "verify": ("/api/v1/verify", {"licence_number": "ONCE-1", "keep": True}),
    "corridor": ("/api/v1/corridor", {"sending": "ONCE-1", "receiving": "ONCE-2", "destination": "CZ", "keep": True}),
    "list": ("/api/v1/verifications", {"items": [{"licence_number": "ONCE-1"}], "keep": True}),
    "corridors": (
        "/api/v1/corridor-verifications",
        {"items": [{"sending": "ONCE-1", "receiving": "ONCE-2", "destination": "CZ"}], "keep": True},
    ),
    "watch": ("/api/v1/watches", {"search": {"country": "CZ"}, "label": "A search"}),
    "webhook": ("/api/v1/webhooks", HOOK),
    "key": ("/api/v1/organisation/keys", {"label": "Another", "scopes": ["verify"]}),
}

ELSE = {path: {"label": "Else"} for path, body in REQUESTS.values() if "label" in body}


@pytest.fixture
def caller(client: FlaskClient, session: Session, publish: Callable[[], object]) -> Program:
    make.make_licence(session, number="ONCE-1")
    found = program_of(client, session)
    publish()
    return found


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


@pytest.mark.parametrize(("path", "body"), REQUESTS.values(), ids=REQUESTS)
def test_the_same_request_has_the_same_answer_and_another_is_refused(
    session: Session, caller: Program, path: str, body: dict[str, Any]
) -> None:
    once = new_key()
    first = caller.post(path, body, headers=once)
    assert first.status_code in (200, 201), first.text
    assert "Idempotent-Replayed" not in first.headers
    again = caller.post(path, body, headers={"Idempotency-Key": f'"{once["Idempotency-Key"]}"'})
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert again.headers["Idempotent-Replayed"] == "true"
    for name in ("Content-Type", "Content-Language", "Location", "ETag", "Cache-Control"):
        assert again.headers.get(name) == first.headers.get(name), name
    other = caller.post(path, json.loads(json.dumps(body).replace("ONCE-1", "ELSE")) | ELSE.get(path, {}), headers=once)
    assert (other.status_code, other.json["code"]) == (422, "repeat_differs")
    # What is stored is sealed: no word of the answer stands in the table.
    stored = session.scalars(select(Repeat.answer_sealed)).all()
    assert stored
    assert all(text.startswith("v1.") for text in stored if text is not None)


def test_another_organisation_has_keys_of_its_own(client, session, caller) -> None:
    foreign = program_of(client, session, name="Foreign")
    session.commit()
    once = new_key()
    mine, theirs = (one.post("/api/v1/webhooks", HOOK, headers=once) for one in (caller, foreign))
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json["secret"] != theirs.json["secret"]
    assert "Idempotent-Replayed" not in theirs.headers


@pytest.mark.parametrize(
    ("name", "table"), [("webhook", Webhook), ("watch", Watch), ("key", ApiKey), ("verify", ArchivedReceipt)]
)
def test_what_breaks_off_before_its_answer_is_stored_was_not_done(
    session: Session, caller: Program, monkeypatch: pytest.MonkeyPatch, name: str, table: Any
) -> None:
    path, body = REQUESTS[name]
    once = new_key()
    before = session.scalar(select(func.count()).select_from(table))
    session.commit()

    def power_cut(*_: object) -> str:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Sealer, "seal_field", power_cut)
        with pytest.raises(SystemExit):
            caller.post(path, body, headers=once)
    answers = [caller.post(path, body, headers=once) for _ in range(2)]
    assert [answer.headers.get("Idempotent-Replayed") for answer in answers] == [None, "true"]
    assert answers[0].data == answers[1].data
    assert session.scalar(select(func.count()).select_from(table)) == (before or 0) + 1


def test_while_the_first_is_running_the_second_waits_and_is_told_how_long(
    caller: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = Event(), Event()
    original = write_headers.Once.stored

    def slow(self: write_headers.Once) -> Any:
        begun.set()
        go_on.wait(20)
        return original(self)

    monkeypatch.setattr(write_headers.Once, "stored", slow)
    once = new_key()
    answers: list[Any] = []
    first = Thread(target=lambda: answers.append(caller.post("/api/v1/webhooks", HOOK, headers=once)))
    first.start()
    assert begun.wait(20)
    second = caller.post("/api/v1/webhooks", HOOK, headers=once)
    go_on.set()
    first.join(20)
    assert (second.status_code, second.json["code"], second.headers["Retry-After"]) == (409, "still_running", "1")
    assert answers[0].status_code == 201
    again = caller.post("/api/v1/webhooks", HOOK, headers=once)
    assert (again.data, again.headers["Idempotent-Replayed"]) == (answers[0].data, "true")
