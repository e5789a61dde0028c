"""The recorded examples of the API use numbers of the demo: who tries them on `make run` gets an answer about somebody."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.examples import PUBLIC, Example, examples_of
from registry.demo.load import load
from tests.api.recording import ask

NOWHERE = frozenset({"not_registered", "authority_not_covered", "list_lacks_number", "name_not_found"})
ABOUT_SOMEBODY = ("verify", "verifyByPost", "verifyCorridor", "verifyCorridorByPost", "getAgency", "getLicence")


def examples() -> Iterator[Example]:
    yield from (replace(one, query=dict(one.query)) for one in examples_of(PUBLIC) if one.operation in ABOUT_SOMEBODY)


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_examples_are_about_somebody_in_the_demo(client: FlaskClient, session: Session) -> None:
    load(session)
    session.commit()
    lost = []
    for example in examples():
        # An earlier instant or a receipt asks for what a demo of this minute has not: the log is not signed here.
        if "known_at" in example.query or "receipt" in example.query:
            continue
        answer = ask(client, example)
        parts = [answer.json, *answer.json.get("legs", ())]
        reasons = {reason["code"] for part in parts for reason in part.get("reasons", ())}
        if answer.status_code != example.status or (
            example.name not in ("law", "not_registered") and reasons & NOWHERE
        ):
            lost.append((example.operation, example.name, answer.status_code, sorted(reasons & NOWHERE)))
    assert lost == []
