"""A database that is reached by TLS is backed up and restored like any other."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from registry.cli.backup import libpq_environment
from registry.core.db.engine import engine_for, sessions_for
from registry.core.errors import BackupRefused
from registry.core.settings import Settings
from tests.make import make_agency
from tests.postgres import Server
from tests.serving import command, environment, free_port


@pytest.fixture
def database_kind() -> str:
    """Of the usual fixtures no more is needed."""
    return "sqlite"


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server(tls_port=free_port())
    one.start()
    yield one
    one.remove()


def run(settings: Settings, *arguments: str) -> None:
    done = command(*arguments, env=environment(settings, 8000))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_backup_and_restore_ask_for_the_servers_certificate(settings: Settings, server: Server, tmp_path: Path) -> None:
    for name in ("first", "second"):
        server.run(f"CREATE DATABASE {name}")
    first = replace(settings, database_url=server.tls_url("first"))
    first.prepare_home()
    run(first, "db", "upgrade")
    engine = engine_for(first.database_url)
    with sessions_for(engine).begin() as session:
        make_agency(session, name="Agentura Vymyšlená")
    engine.dispose()
    run(first, "backup", str(tmp_path / "copy"))
    second = replace(settings, home=tmp_path / "second", database_url=server.tls_url("second"))
    run(second, "restore", str(tmp_path / "copy"))
    run(second, "db", "check")


def test_what_the_address_says_of_tls_reaches_the_programs_of_postgresql() -> None:
    query = "sslmode=verify-full&sslrootcert=/etc/ca.pem&sslcert=/etc/me.pem&sslkey=/etc/me.key&channel_binding=require"
    url = make_url(
        f"postgresql+psycopg://me:word@a:5433/registry?{query}&passfile=/etc/pass&require_auth=scram-sha-256"
    )
    assert libpq_environment(url) == {
        "PGHOST": "a",
        "PGPORT": "5433",
        "PGUSER": "me",
        "PGPASSWORD": "word",
        "PGDATABASE": "registry",
        "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/etc/ca.pem",
        "PGSSLCERT": "/etc/me.pem",
        "PGSSLKEY": "/etc/me.key",
        "PGCHANNELBINDING": "require",
        "PGPASSFILE": "/etc/pass",
        "PGREQUIREAUTH": "scram-sha-256",
    }
    several = make_url("postgresql+psycopg://me@/registry?host=a:1&host=b:2&target_session_attrs=read-write")
    assert libpq_environment(several) == {
        "PGHOST": "a,b",
        "PGPORT": "1,2",
        "PGUSER": "me",
        "PGDATABASE": "registry",
        "PGTARGETSESSIONATTRS": "read-write",
    }


def test_a_password_that_no_program_can_be_given_is_named() -> None:
    with pytest.raises(BackupRefused, match="sslpassword of REGISTRY_DATABASE_URL cannot be given to pg_dump"):
        libpq_environment(make_url("postgresql+psycopg://me@a/registry?sslpassword=word"))
