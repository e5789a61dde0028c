"""Coming back by a complaint code: cases that must look alike have one status, one body and one derivation."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from registry.complaints.case import complaint_codes
from registry.complaints.case.models import Case
from registry.complaints.retention.purging import purge
from registry.complaints.sealing.models import EncryptedContainer, OpenVisit
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.http.transaction import services
from tests.complaints.complainant import Complainant, Reply, new_key

Somebody = Callable[[], Complainant]


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes that were derived, one each time."""
    codes: list[str] = []
    derive = complaint_codes.hash_secret_raw

    def counted(code: bytes, *args: Any, **more: Any) -> bytes:
        codes.append(code.decode())
        return derive(code, *args, **more)

    monkeypatch.setattr(complaint_codes, "hash_secret_raw", counted)
    return codes


def distinguishable(reply: Reply) -> dict[str, Any]:
    """All by which a caller could distinguish two answers."""
    stored = {
        name: value for name, value in reply.headers.items() if not name.startswith(("RateLimit", "X-Request-Id"))
    }
    return {"status": reply.status, "headers": stored, "body": {**reply.body, "request_id": ""}}


def test_a_receipt_leads_back_however_it_is_typed(somebody: Somebody) -> None:
    filer = somebody().filed()
    for typed in (
        filer.receipt,
        filer.receipt.replace(" ", ""),
        filer.receipt.replace(" ", "-"),
        "".join(chr(ord(c) - ord("0") + ord("０")) if c.isdigit() else "　" for c in filer.receipt),
        f"\u200b {filer.receipt}\n",
    ):
        filer.token = ""
        assert filer.come_back(typed).status == 201
        assert filer.mailbox()["state"] == "received"


def test_a_mistyped_receipt_costs_nothing(somebody: Somebody, derived: list[str]) -> None:
    filer = somebody().filed()
    derived.clear()
    digits = filer.receipt.replace(" ", "")
    for wrong in (
        digits[:-1],
        digits + "1",
        digits[:-1] + str((int(digits[-1]) + 1) % 10),
        "hello",
        "1" * 200,
        "²" * 22,
    ):
        reply = filer.send("POST", "/visits", json={"receipt": wrong, "proof": "x"})
        assert (reply.status, reply.code) == (400, "mistyped_receipt")
    assert derived == []


@pytest.mark.both_databases
def test_receipts_that_open_nothing_are_not_told_apart(
    app: Flask, somebody: Somebody, session: Session, sealer: Sealer, derived: list[str]
) -> None:
    asker = somebody()
    gone = {
        "unknown": complaint_codes.grouped(complaint_codes.new_code()),
        "expired draft": expired_draft(somebody(), session),
        "withdrawn draft": withdrawn_draft(somebody()),
        "purged": purged(somebody(), app, sealer),
        "changed": changed(somebody()),
        "cut off": cut_off(somebody),
    }
    answers = {}
    for what, receipt in gone.items():
        derived.clear()
        answers[what] = distinguishable(asker.come_back(receipt))
        assert len(derived) == 1, what
    assert answers["unknown"]["status"] == 404
    assert answers["unknown"]["body"]["code"] == "unknown_receipt"
    assert all(answer == answers["unknown"] for answer in answers.values())


def expired_draft(filer: Complainant, session: Session) -> str:
    filer.start()
    filer.confirm()
    newest = select(func.max(Case.id)).scalar_subquery()
    session.execute(update(Case).where(Case.id == newest).values(purge_on=now().date() - timedelta(days=1)))
    session.commit()
    return filer.receipt


def withdrawn_draft(filer: Complainant) -> str:
    filer.start()
    filer.confirm()
    filer.answer(account="gone")
    assert filer.send("POST", "/withdraw").status == 204
    return filer.receipt


def purged(filer: Complainant, app: Flask, sealer: Sealer) -> str:
    filer.filed()
    assert filer.send("POST", "/withdraw").status == 204
    with time_machine.travel(now() + timedelta(days=400)):
        assert purge(services(app).sessions, sealer, now()).closed >= 1
    return filer.receipt


def changed(filer: Complainant) -> str:
    old = filer.filed().receipt
    offered = filer.send("POST", "/receipt").body
    filer.receipt, filer.token = offered["receipt"], offered["token"]
    assert filer.confirm().status == 200
    return old


def cut_off(somebody: Somebody) -> str:
    helper, worker = helper_and_worker(somebody)
    (displayed,) = worker.mailbox()["helpers"]
    assert worker.send("DELETE", f"/helpers/{displayed['helper_id']}").status == 204
    return helper.receipt


def helper_and_worker(somebody: Somebody) -> tuple[Complainant, Complainant]:
    helper, worker = somebody().filed("helper", who_files="ngo"), somebody()
    worker.receipt = helper.send("POST", "/worker").body["receipt"]
    assert worker.come_back().status == 201
    return helper, worker


# Visits


def test_a_visit_needs_its_token_and_no_other(somebody: Somebody) -> None:
    filer = somebody().filed()
    good = filer.token
    for headers in (
        {"Authorization": ""},
        {"Authorization": f"Basic {good}"},
        {"Authorization": good},
        {"Authorization": f"Bearer {good}x"},
        {"Authorization": f"Bearer {good[:-1]}"},
        {"Authorization": f"Bearer {good.swapcase()}"},
        {"Authorization": f"Bearer {good}, Bearer {good}"},
        {"Authorization": "Bearer " + "A" * 43},
        {"Authorization": f"Bearer {filer.receipt}"},
        {"X-Receipt": filer.receipt},
        {"Cookie": f"notes={good}"},
    ):
        reply = Complainant(filer.ask).send("GET", "/mailbox", headers=headers)
        assert (reply.status, reply.code, reply.headers["WWW-Authenticate"]) == (401, "no_visit", "Bearer"), headers
    assert filer.send("GET", "/mailbox").status == 200


def test_neither_token_nor_receipt_is_taken_from_an_address(somebody: Somebody) -> None:
    filer = somebody().filed()
    token, filer.token = filer.token, ""
    for query in (f"token={token}", f"access_token={token}", f"receipt={filer.receipt}"):
        assert filer.send("GET", f"/mailbox?{query}").status in (400, 401)


def test_a_visit_that_was_ended_or_is_over_opens_nothing(somebody: Somebody) -> None:
    filer = somebody().filed()
    assert filer.send("DELETE", "/visits/current").status == 204
    assert filer.send("GET", "/mailbox").status == 401
    assert filer.send("DELETE", "/visits/current").status == 401
    assert filer.come_back().status == 201
    with time_machine.travel(now() + timedelta(minutes=36)):
        assert filer.send("GET", "/mailbox").status == 401


def test_a_visit_lasts_while_it_is_used_and_four_hours_at_most(somebody: Somebody) -> None:
    filer, begun = somebody().filed(), now()
    for minutes in range(25, 235, 25):
        with time_machine.travel(begun + timedelta(minutes=minutes)):
            assert filer.send("GET", "/mailbox").status == 200
    with time_machine.travel(begun + timedelta(minutes=246)):
        assert filer.send("GET", "/mailbox").status == 401


@pytest.mark.both_databases
def test_a_token_in_the_database_is_none(somebody: Somebody, session: Session) -> None:
    filer = somebody().filed()
    for row in session.execute(select(OpenVisit)).scalars():
        for text in (row.digest, row.seed_sealed, filer.token.swapcase()):
            filer.token = text
            assert filer.send("GET", "/mailbox").status == 401


# Receipts that change hands


def test_a_receipt_that_is_changed_opens_until_the_new_one_is_confirmed(somebody: Somebody) -> None:
    filer = somebody().filed()
    filer.write("before the change")
    old = filer.receipt
    offered = filer.send("POST", "/receipt")
    assert offered.status == 201
    assert filer.come_back(old).status == 201
    filer.receipt, filer.token = offered.body["receipt"], offered.body["token"]
    assert filer.confirm().status == 200
    assert filer.come_back(old).status == 404
    assert filer.come_back(filer.receipt).status == 201
    assert [message["text"] for message in filer.mailbox()["messages"]] == ["before the change"]


def test_the_worker_reads_all_and_the_helper_their_own_texts(somebody: Somebody) -> None:
    helper, worker = helper_and_worker(somebody)
    helper.write("from the helper")
    worker.write("from the worker")
    assert [one["text"] for one in helper.mailbox()["messages"]] == ["from the helper"]
    assert sorted(one["text"] for one in worker.mailbox()["messages"]) == ["from the helper", "from the worker"]
    assert helper.mailbox()["helpers"] == []
    (displayed,) = worker.mailbox()["helpers"]
    assert worker.send("PUT", f"/helpers/{displayed['helper_id']}", json={"answers_allowed": True}).status == 204
    assert worker.mailbox()["helpers"][0]["answers_allowed"] is True


def test_a_helper_decides_nothing_for_a_worker_with_an_own_code(somebody: Somebody) -> None:
    helper, worker = helper_and_worker(somebody)
    (displayed,) = worker.mailbox()["helpers"]
    path = f"/helpers/{displayed['helper_id']}"
    for method, where, body in (
        ("POST", "/withdraw", None),
        ("PUT", path, {"answers_allowed": True}),
        ("DELETE", path, None),
        ("POST", "/worker", None),
        ("POST", "/reopen", {"text": "x"}),
    ):
        assert helper.send(method, where, **({"json": body} if body else {})).status == 409, where


def test_no_one_reaches_into_another_complaint(somebody: Somebody) -> None:
    _, worker = helper_and_worker(somebody)
    (theirs,) = worker.mailbox()["helpers"]
    stranger = helper_and_worker(somebody)[1]
    for reference in (theirs["helper_id"], "222222222222", "x", "1", "%2e%2e%2fx"):
        assert stranger.send("DELETE", f"/helpers/{reference}").status == 404
        assert stranger.send("PUT", f"/helpers/{reference}", json={"answers_allowed": True}).status == 404
    assert worker.mailbox()["helpers"][0]["state"] == "open"


def test_a_helper_who_is_cut_off_is_out_at_once(somebody: Somebody) -> None:
    helper, worker = helper_and_worker(somebody)
    (displayed,) = worker.mailbox()["helpers"]
    assert worker.send("DELETE", f"/helpers/{displayed['helper_id']}").status == 204
    assert helper.send("GET", "/mailbox").status == 401
    assert helper.come_back().status == 404


def test_a_receipt_for_the_worker_is_made_once_for_a_key(somebody: Somebody, session: Session) -> None:
    helper, key = somebody().filed("helper", who_files="union"), new_key()
    first, second = (helper.send("POST", "/worker", once=key) for _ in range(2))
    assert (first.status, second.status, second.code) == (201, 409, "already_done")
    assert session.execute(select(func.count(EncryptedContainer.id))).scalar_one() == 2
