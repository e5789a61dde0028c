"""Plays the examples of complaints, one after the other, and gives each answer with the stand-ins of the story in it."""

import json
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from registry.api.examples import COMPLAINTS, Example, examples_of
from tests.api.shapes import assert_as_documented
from tests.complaints.complainant import Complainant, by_client

RECEIPT = "4821 0937 5516 0284 7731 55"
OTHER_RECEIPT = "7034 1188 2950 4417 6602 50"
TOKEN = "mN3vQx7hT0aLr5YcK2wZp9sBfJ6uEdGiOoXkVb4R1tA"
PROOF = "eyJjaGFsbGVuZ2UiOnsicGFyYW1ldGVycyI6IuKApiJ9LCJzb2x1dGlvbiI6IuKApiJ9"
MESSAGE, HELPER, ATTACHMENT = "MESSAGE2222X", "HELPERB2222Y", "ATTACHM2222Z"
PURPOSES = {"startComplaint": "start", "startVisit": "open"}
REFERENCES = {"message_id": MESSAGE, "helper_id": HELPER, "attachment_id": ATTACHMENT}
REQUEST_ID = "0123456789abcdef0123456789abcdef"
KID = "0123456789abcdef"
SHOWN_QUESTIONS = 3
NOTE = "工头叫王某，电话写在墙上。".encode()


def play(client: FlaskClient, *, is_held: bool = True) -> Iterator[tuple[Example, Any]]:
    """Each example and its answer. The intake must be open, and the clock should stand still.

    `is_held`: to the document, which does not know them yet while they are recorded.
    """
    live: dict[str, str] = {}
    filer = Complainant(by_client(client, is_held=is_held))
    for example in examples_of(COMPLAINTS):
        proof = filer.proof(PURPOSES[example.operation]) if example.operation in PURPOSES else PROOF
        sent = {PROOF: proof, **live}
        headers = {"X-Request-Id": REQUEST_ID, "Accept-Language": "en"}
        if filer.token:
            headers["Authorization"] = f"Bearer {filer.token}"
        response = client.open(
            replaced(example.address(), sent),
            method=example.method,
            json=None if example.body is None else json.loads(replaced(json.dumps(example.body), sent)),
            data=NOTE if example.operation == "addAttachment" else None,
            headers=headers,
        )
        assert response.status_code == example.status, (example.request_line(), response.get_data(as_text=True))
        if is_held:
            assert_as_documented(response, example.operation)
        answer = response.get_json(force=True) if response.data else None
        if isinstance(answer, dict):
            remember(live, filer, example, answer)
        yield example, with_placeholders(answer, example)


def replaced(text: str, sent: dict[str, str]) -> str:
    for stand_in, value in sent.items():
        text = text.replace(stand_in, value)
    return text


def remember(live: dict[str, str], filer: Complainant, example: Example, answer: dict[str, Any]) -> None:
    """What an app would keep: its token, and what the next request needs."""
    # An offered receipt is not taken up in the story: the visit goes on.
    if example.operation != "replaceComplaintCode":
        filer.token = answer.get("token") or filer.token
    if example.operation == "startComplaint":
        live[RECEIPT.replace(" ", "")[-6:]] = answer["receipt"].replace(" ", "")[-6:]
    if example.operation == "createWorkerCode":
        live[OTHER_RECEIPT] = answer["receipt"]
    if example.operation == "addAttachment":
        live[ATTACHMENT] = answer["attachment_id"]
    for helper in answer.get("helpers", ()):
        live[HELPER] = helper["helper_id"]


def with_placeholders(answer: Any, example: Example) -> Any:
    """An answer with the story's own receipts, tokens and references in place of those of this time."""
    if isinstance(answer, list):
        return [with_placeholders(part, example) for part in answer]
    if not isinstance(answer, dict):
        return answer
    stored = {name: with_placeholders(part, example) for name, part in answer.items()}
    for name in REFERENCES.keys() & stored.keys():
        stored[name] = REFERENCES[name]
    if "kid" in stored:
        stored["kid"] = KID
    if stored.get("token"):
        stored["token"] = TOKEN
    if "receipt" in stored:
        stored["receipt"] = RECEIPT if example.operation == "startComplaint" else OTHER_RECEIPT
    if "challenge" in stored:
        stored["challenge"] = {"parameters": {"algorithm": "PBKDF2/SHA-256"}, "signature": "…"}
        stored["ticket"] = "t1.start.…"
    if "questions" in stored:
        stored["questions"] = stored["questions"][:SHOWN_QUESTIONS]
    return stored
