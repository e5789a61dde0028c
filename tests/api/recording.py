"""Writes the examples' answers anew: `python -m tests.api.recording`. The tests then hold the registry to them."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import time_machine
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from registry.api.examples import PUBLIC, Example, examples_of
from registry.app import create_app
from registry.complaints.sealing.sealer import Sealer
from registry.core.db import revisions
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.http.transaction import services
from tests.api import example_registry
from tests.api.complaints import story
from tests.api.complaints.conftest import make_unit
from tests.api.officers import stories
from tests.api.organisations import stories as employer_stories
from tests.proofs.wallets.making import with_wallets

API = Path(__file__).parents[2] / "registry" / "api"
REQUEST_ID = "0123456789abcdef0123456789abcdef"


def ask(client: FlaskClient, example: Example) -> Any:
    """The response to an example's request."""
    headers = {"X-Request-Id": REQUEST_ID}
    return client.open(example.address(), method=example.method, json=example.body, headers=headers)


def answer_in(response: TestResponse) -> Any:
    """The body of a response: what JSON says, or text as it stands."""
    return response.get_json(force=True) if response.mimetype.endswith("json") else response.get_data(as_text=True)


def record() -> None:
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(example_registry.NOW, tick=False):
        home = Path(folder)
        url = f"sqlite:///{home}/registry.sqlite3"
        revisions.upgrade(url)
        settings = Settings(
            home=home, database_url=url, files=home / "files", edges=frozenset({Edge.API, Edge.INTAKE, Edge.CONSOLE})
        )
        app = create_app(settings)
        with services(app).sessions.begin() as session:
            example_registry.build(session)
        example_registry.publish(settings, services(app).sessions)
        client = app.test_client()
        answers: dict[str, dict[str, Any]] = {}
        for example in examples_of(PUBLIC):
            answers.setdefault(example.operation, {})[example.name] = answer_in(ask(client, example))
        given = dict[str, dict[str, Any]]()
        with services(app).sessions() as session:
            make_unit(session, Sealer(Keyring(settings.keys)))
        for example, answer in story.play(client, is_held=False):
            given.setdefault(example.operation, {})[example.name] = answer
        services(app).engine.dispose()
        desk = recorded_stories(settings, stories.STORIES, stories.STANDING_IN)
        employers = recorded_stories(with_wallets(settings), employer_stories.STORIES, employer_stories.STANDING_IN)
    write(API / "examples.json", answers)
    write(API / "complaints" / "examples.json", given)
    write(API / "officers" / "examples.json", desk)
    write(API / "organisations" / "examples.json", employers)


def recorded_stories(
    settings: Settings, given: tuple[stories.Story, ...], standing_in: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Each story of officers or organisations in a database of its own."""
    answers: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(given):
        url = f"sqlite:///{settings.home}/story-{given[0].examples[0].operation}-{number}.sqlite3"
        revisions.upgrade(url)
        app = create_app(replace(settings, database_url=url))
        with services(app).sessions() as session:
            keyring, client = Keyring(settings.keys), app.test_client()
            for example, answer in stories.play(client, session, keyring, one, is_held=False, standing_in=standing_in):
                answers.setdefault(example.operation, {})[example.name] = answer
        services(app).engine.dispose()
    return answers


def write(path: Path, answers: Any) -> None:
    path.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
