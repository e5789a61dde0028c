"""Health: whether a process can serve, and what is missing when it cannot."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.core.db import revisions
from registry.core.settings import Settings
from tests.postgres import Server

pytestmark = pytest.mark.both_databases


def test_a_migrated_database_is_healthy(client: FlaskClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json == {
        "status": "ok",
        "database": "ok",
        "migrations": {"current": revisions.head(), "head": revisions.head()},
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_an_unmigrated_database_is_not(settings: Settings, client: FlaskClient) -> None:
    revisions.downgrade(settings.database_url, "base")
    answer = client.get("/health")
    assert answer.status_code == 503
    assert answer.json["migrations"] == {"current": None, "head": revisions.head()}
    assert answer.headers["Retry-After"]


def test_a_sqlite_file_that_cannot_be_opened_is_away(tmp_path: Path, make_app: Callable[[Settings], Flask]) -> None:
    settings = Settings(home=tmp_path, database_url=f"sqlite:///{tmp_path}/missing/registry.sqlite3")
    answer = make_app(settings).test_client().get("/health")
    assert (answer.status_code, answer.json["database"]) == (503, "away")


def test_a_server_that_is_not_there_is_away(tmp_path: Path, make_app: Callable[[Settings], Flask]) -> None:
    settings = Settings(home=tmp_path, database_url=f"postgresql+psycopg://registry@/registry?host={tmp_path}")
    answer = make_app(settings).test_client().get("/health")
    assert (answer.status_code, answer.json["database"]) == (503, "away")


def test_health_comes_back_with_the_database(tmp_path: Path, make_app: Callable[[Settings], Flask]) -> None:
    server = Server()
    server.start()
    client = make_app(Settings(home=tmp_path, database_url=server.url("postgres"))).test_client()
    assert client.get("/health").status_code == 200
    server.stop()
    assert client.get("/health").status_code == 503
    server.start()
    assert client.get("/health").status_code == 200
    server.remove()
