"""A network that floods the intake keeps its own slot busy, and no one else out."""

from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.complaints.case import complaint_codes
from registry.complaints.intake import rules
from tests.complaints.complainant import PREFIX

FLOOD, HONEST = "203.0.113.7", "198.51.100.1"
TICKETS = 80
THREADS = 8
"""As many as a process answers with."""


def test_eighty_tickets_of_one_network_keep_no_first_visitor_out(
    app: Flask, client: FlaskClient, unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All tickets are good at once: what holds when the flood comes after its waits.
    monkeypatch.setattr(rules, "WAIT", 0)
    derive, is_over, at_once = complaint_codes.hash_secret_raw, Event(), []
    own_code = complaint_codes.new_code()

    def slow_for_the_flood(code: bytes, *given: Any, **more: Any) -> bytes:
        if code != own_code.encode():
            at_once.append(1)
            # Until the first visitor is in: if a flood can hold both slots or every thread, this test ends by the time-out.
            assert is_over.wait(60)
            at_once.append(-1)
        return derive(code, *given, **more)

    monkeypatch.setattr(complaint_codes, "hash_secret_raw", slow_for_the_flood)

    def ticket(network: str) -> str:
        offer = client.get(f"{PREFIX}/offer?purpose=open", environ_base={"REMOTE_ADDR": network})
        return str(offer.json["ticket"])

    def visit(network: str, code: str, proof: str) -> tuple[int, str]:
        stated = {"receipt": code, "proof": proof}
        answer = Flask.test_client(app).post(f"{PREFIX}/visits", json=stated, environ_base={"REMOTE_ADDR": network})
        return answer.status_code, answer.json["code"]

    tickets = [ticket(FLOOD) for _ in range(TICKETS)]
    own = ticket(HONEST)
    client.application.extensions.pop("test_session", None)
    with ThreadPoolExecutor(THREADS) as threads:
        flood: list[Future[tuple[int, str]]] = [
            threads.submit(visit, FLOOD, complaint_codes.new_code(), one) for one in tickets
        ]
        try:
            first = threads.submit(visit, HONEST, own_code, own).result(20)
        finally:
            is_over.set()
        answers = [one.result(30) for one in flood]
    assert first == (404, "unknown_receipt")
    assert set(answers) == {(404, "unknown_receipt"), (503, "too_busy")}
    running = [sum(at_once[: place + 1]) for place in range(len(at_once))]
    assert max(running) == 1, "one derivation at a time of the network that floods"
