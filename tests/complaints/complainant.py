"""Somebody who files by the API, over the test client or over a socket: the same steps, the same answers."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import altcha
import requests
from flask.testing import FlaskClient

from tests.api.shapes import assert_as_any_documents

PREFIX = "/api/v1/complaints"

ACCOUNT = "中介收了我三万元，护照被工头拿走，不让我们离开宿舍。"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, however it was asked for."""

    status: int
    body: Any
    headers: Any
    raw: bytes

    @property
    def code(self) -> str:
        """The code of a problem."""
        return str(self.body["code"])


Ask = Callable[..., Reply]
"""Method, path, and `json`, `data`, `headers` as the test client and requests both take them."""


def by_client(client: FlaskClient, *, is_held: bool = True) -> Ask:
    """Over the test client; with `is_held` every answer is held to the document."""

    def ask(method: str, path: str, **more: Any) -> Reply:
        response = client.open(path, method=method, **more)
        if is_held:
            assert_as_any_documents(method, path.partition("?")[0], response)
        return Reply(response.status_code, response.get_json(silent=True, force=True), response.headers, response.data)

    return ask


def by_socket(base_url: str, session: requests.Session | None = None, timeout: float = 60) -> Ask:
    http = session or requests.Session()

    def ask(method: str, path: str, **more: Any) -> Reply:
        response = http.request(method, f"{base_url}{path}", timeout=timeout, **more)
        is_json = "json" in response.headers.get("Content-Type", "")
        return Reply(response.status_code, response.json() if is_json else None, response.headers, response.content)

    return ask


@dataclass
class Complainant:
    """One filing app: it remembers receipt and token as an app would for as long as it runs."""

    ask: Ask
    receipt: str = ""
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, *, once: str | None = None, **more: Any) -> Reply:
        headers = {**self.headers, **more.pop("headers", {})}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if once is not None:
            headers["Idempotency-Key"] = once
        return self.ask(method, f"{PREFIX}{path}", headers=headers, **more)

    def proof(self, purpose: str) -> str:
        """An admission challenge, solved by the library's own solver."""
        return solved(self.send("GET", f"/offer?purpose={purpose}").body["challenge"])

    def start(self, role: str = "worker", *, once: str | None = None, language: str = "zh-Hans") -> Reply:
        reply = self.send(
            "POST", "", json={"role": role, "language": language, "proof": self.proof("start")}, once=once
        )
        if reply.status == 201:
            self.receipt, self.token = reply.body["receipt"], reply.body["token"]
        return reply

    def confirm(self) -> Reply:
        reply = self.send("POST", "/confirm", json={"last_six": self.receipt.replace(" ", "")[-6:]})
        if reply.status == 200 and reply.body["token"]:
            self.token = reply.body["token"]
        return reply

    def answer(self, **answers: Any) -> Reply:
        return self.send("PATCH", "/answers", json={"answers": answers})

    def submit(self) -> Reply:
        return self.send("POST", "/submit")

    def filed(self, role: str = "worker", **answers: Any) -> Complainant:
        """All of it, each step held to its status."""
        steps = (
            (lambda: self.start(role), 201),
            (self.confirm, 200),
            (lambda: self.answer(**({"account": ACCOUNT, "country": "IT"} | answers)), 200),
            (self.submit, 200),
        )
        for step, status in steps:
            reply = step()
            assert reply.status == status, reply.body
        return self

    def come_back(self, receipt: str | None = None) -> Reply:
        reply = self.send("POST", "/visits", json={"receipt": receipt or self.receipt, "proof": self.proof("open")})
        if reply.status == 201:
            self.token = reply.body["token"]
        return reply

    def mailbox(self) -> Any:
        reply = self.send("GET", "/mailbox")
        assert reply.status == 200, reply.body
        return reply.body

    def write(self, text: str, *, once: str | None = None) -> Reply:
        return self.send("POST", "/messages", json={"text": text}, once=once)

    def attach(self, body: bytes, *, name: str = "", once: str | None = None) -> Reply:
        headers = {"Content-Type": "application/octet-stream", **({"X-File-Name": name} if name else {})}
        return self.send("POST", "/attachments", data=body, headers=headers, once=once)


def solved(challenge: dict[str, Any]) -> str:
    """The solution as a browser sends it."""
    read = altcha.Challenge.from_dict(challenge)
    solution = altcha.solve_challenge(read)
    assert solution is not None
    return str(altcha.Payload(read, solution).to_base64())


def new_key() -> str:
    return str(uuid.uuid4())
