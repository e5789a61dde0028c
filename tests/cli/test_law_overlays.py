"""`registry law overlay`: two operators correct the law, running servers answer by it, and the past stays as it was."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import instant_text, now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log.queries import latest_entry
from registry.officers.rights import Role
from registry.verification.verdicts.queries import VerdictReader
from tests import make
from tests.cli import running
from tests.officers.making import make_officer, make_unit
from tests.register.law.overlays.files import BAR, overlay
from tests.serving import environment

ONE, OTHER, CLERK = "one@operator.example", "other@operator.example", "clerk@authority.example"

Run = Callable[..., str]


@pytest.fixture
def env(settings: Settings, session: Session) -> dict[str, str]:
    """A registry with entries in its log, two operators and a licensing officer, and a law key."""
    make.make_licence(session)
    make_unit(session)
    for email, role in ((ONE, Role.SYSADMIN), (OTHER, Role.SYSADMIN), (CLERK, Role.LICENSING)):
        make_officer(session, Keyring(settings.keys), role, email=email)
    session.commit()
    stated = environment(settings, 8000, {"COLUMNS": "100"})
    running.good("keys", "init", env=stated)
    running.good("keys", "rotate", "law", env=stated)
    return stated


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "decree.toml"
    path.write_text(overlay(BAR))
    return path


def licence(session: Session) -> str:
    """The number of a licence in force, committed for the commands that follow."""
    number = make.make_licence(session).number
    session.commit()
    return number


def law(*arguments: str, env: dict[str, str]) -> str:
    return running.good("law", "overlay", *arguments, env=env)


def in_force(file: Path, env: dict[str, str]) -> str:
    """Sign, propose and approve a file. Gives its reference."""
    law("sign", str(file), env=env)
    reference = law("propose", str(file), "--by", ONE, env=env).partition(":")[0]
    law("approve", reference, "--by", OTHER, env=env)
    return reference


def ask(client: FlaskClient, number: str, **more: Any) -> Any:
    question = {"licence_number": number, "receipt": "true", **make.CZECH_AT_HOME, **more}
    answer = client.get("/api/v1/verify", query_string=question)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


@pytest.mark.both_databases
def test_a_yes_becomes_a_no_with_an_approved_overlay_and_the_day_before_it_stays_a_yes(
    client: FlaskClient, session: Session, env: dict[str, str], file: Path
) -> None:
    number = licence(session)
    before = ask(client, number)
    assert (before["verdict"], "law_overlay" in before) == ("yes", False)
    was = now()

    reference = in_force(file, env)
    after = ask(client, number)
    assert (after["verdict"], after["reasons"][0]["code"], after["law_overlay"]) == ("no", "law_bars", 1)
    assert "Invented Decree 1/2026, art. 1" in after["reasons"][0]["text"]
    assert [row["id"] for row in after["reasons"][0]["law"]] == ["cz-limit-invented-decree"]
    assert ask(client, number, known_at=instant_text(was))["verdict"] == "yes"

    session.commit()
    entry = latest_entry(session, f"law/{reference}")
    assert entry is not None
    assert (entry.type, b"cz-limit-invented-decree" in entry.leaf) == ("law.overlay_approved", True)
    session.commit()

    for by, outcome in ((OTHER, "still in force"), (ONE, "withdrawn")):
        assert outcome in law("withdraw", reference, "--reason", "Repealed.", "--by", by, env=env)
    again = ask(client, number)
    assert (again["verdict"], "law_overlay" in again) == ("yes", False)
    entry = latest_entry(session, f"law/{reference}")
    assert entry is not None
    assert entry.type == "law.overlay_withdrawn"


def test_an_old_text_leaves_no_yes_and_makes_no_no(
    client: FlaskClient, session: Session, env: dict[str, str], file: Path
) -> None:
    number = licence(session)
    file.write_text(file.read_text().replace("as_of = 2026-11-01", "as_of = 2019-11-01"))
    in_force(file, env)
    assert ask(client, number)["verdict"] == "unknown"


def test_the_proposer_does_not_approve_and_other_roles_do_neither(env: dict[str, str], file: Path) -> None:
    law("sign", str(file), env=env)
    assert "your role does not allow this" in running.refused(
        "law", "overlay", "propose", str(file), "--by", CLERK, env=env
    )
    reference = law("propose", str(file), "--by", ONE, env=env).partition(":")[0]
    approve = ("law", "overlay", "approve", reference)
    assert "another officer has to approve it" in running.refused(*approve, "--by", ONE, env=env)
    assert "refused" in law("withdraw", reference, "--reason", "A typing error.", "--by", OTHER, env=env)
    assert "this waits no more" in running.refused(*approve, "--by", OTHER, env=env)


def test_what_is_unsigned_or_wrongly_signed_is_refused(env: dict[str, str], file: Path, settings: Settings) -> None:
    propose = ("law", "overlay", "propose", str(file), "--by", ONE)
    assert "signature: missing" in running.refused(*propose, env=env)
    law("sign", str(file), env=env)
    signature = file.with_name("decree.toml.sig")
    stated = signature.read_text()
    file.write_text(file.read_text() + "# one more line\n")
    assert "signature: does not fit" in running.refused(*propose, env=env)
    signature.write_text("A" * 16 + " " + stated.split()[1])
    assert "is no law key in this registry's log" in running.refused(*propose, env=env)
    signature.write_text("unsigned")
    assert "is no signature of an overlay" in running.refused(*propose, env=env)

    law("sign", str(file), env=env)
    running.good("keys", "rotate", "law", env=env)
    running.good("keys", "retire", stated.split()[0], env=env)
    assert "is retired: sign with an active one" in running.refused(*propose, env=env)


def test_a_version_that_was_overtaken_is_refused_when_it_is_approved(env: dict[str, str], file: Path) -> None:
    law("sign", str(file), env=env)
    waiting = law("propose", str(file), "--by", ONE, env=env).partition(":")[0]
    in_force(file, env)
    refused = running.refused("law", "overlay", "approve", waiting, "--by", OTHER, env=env)
    assert "version: must be later than 1, the last one in force" in refused


def test_an_overlay_of_a_compromised_key_is_no_longer_in_force(
    client: FlaskClient, session: Session, env: dict[str, str], file: Path
) -> None:
    number = licence(session)
    in_force(file, env)
    kid = file.with_name("decree.toml.sig").read_text().split()[0]
    running.good("keys", "compromise", kid, "--last-good-index", "-1", env=env)
    assert ask(client, number)["verdict"] == "yes"


def test_every_process_answers_by_it_from_the_next_question_on(
    app: Flask, client: FlaskClient, session: Session, env: dict[str, str], file: Path
) -> None:
    from registry.core.db.prepared import ThreadLocalReader
    from registry.http.transaction import services

    process = services(app)
    elsewhere = VerdictReader(ThreadLocalReader(process.engine), process.reading_sessions)
    assert elsewhere.current_law().overlay is None
    in_force(file, env)
    assert elsewhere.current_law().overlay == 1
    listed = law("list", env=env)
    assert "version 1  approved" in listed
    assert "cz-limit-invented-decree (limit), new" in listed


def test_the_listed_law_has_what_overlays_say(env: dict[str, str], file: Path) -> None:
    in_force(file, env)
    listed = running.good("law", "list", "--country", "CZ", "--table", "limit", "--with-overlays", env=env)
    assert "cz-limit-invented-decree" in listed
    assert "overlay 1" in listed


@pytest.fixture(autouse=True)
def _on_the_day_of_the_file() -> Any:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        yield
