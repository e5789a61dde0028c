"""`registry employers`, as an operator looks after organisations that check in bulk."""

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.cli import main
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisations import second_steps
from registry.organisations.models import MemberSession, Organisation
from registry.organisations.sessions import MEMBER_SESSIONS
from tests.pages.organisations.conftest import make_member
from tests.serving import environment

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, session: Session) -> Run:
    def command(*words: str) -> Result:
        session.commit()
        return CliRunner().invoke(main, ["employers", *words], env=environment(settings, settings.port))

    return command


def test_an_organisation_is_added_given_a_key_and_a_limit_and_closed(run: Run, client: FlaskClient) -> None:
    assert "There is none yet" in run("list").output
    reference = run("add", "Invented Works", "IT").output.split(":")[0]
    assert f"{reference}  IT" in run("list").output
    made = run("keys", reference, "--make", "nightly", "--scope", "organisation")
    (key,) = re.findall(r"^  (rrk_[A-Za-z0-9_-]{43})$", made.output, re.MULTILINE)
    ours = {"headers": {"Authorization": f"Bearer {key}"}}

    assert "may ask 20000 times a minute" in run("rate", reference, "20000").output
    answer = client.get("/api/v1/organisation", **ours)
    assert answer.json["organisation_id"] == reference
    assert answer.headers["RateLimit-Policy"] == '"minute";q=20000;w=60'
    assert "as often as others" in run("rate", reference).output

    listed = run("keys", reference).output
    assert "nightly" in listed
    assert key not in listed
    assert "no key that opens" in run("keys", reference, "--revoke", answer.json["key_id"]).output
    assert client.get("/api/v1/organisation", **ours).status_code == 401
    assert "closed" in run("close", reference, "--yes").output
    assert "closed" in run("list").output


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "words",
    [
        ("add", "Invented Works", "Italy"),
        ("keys", "ZKVVNVJNRFYS"),
        ("rate", "ZKVVNVJNRFYS", "5"),
        ("rate", "ZKVVNVJNRFYS", "0"),
        ("close", "ZKVVNVJNRFYS", "--yes"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(run: Run, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_operator_takes_a_lost_second_step_away(run: Run, session: Session, settings: Settings) -> None:
    member = make_member(session)
    reference = session.get_one(Organisation, member.organisation_id).reference
    app, _ = second_steps.begin_app(session, Keyring(settings.keys), member, "telephone", now().date())
    app.is_confirmed = True
    MEMBER_SESSIONS.begin(session, member, now(), is_full=True)
    assert "second step  owner@works.example" in run("people", reference).output
    unknown = run("people", reference, "--reset-second-step", "no@one.example")
    assert (unknown.exit_code, "no one of this organisation" in unknown.output) == (2, True)
    assert (
        "password  owner@works.example" in run("people", reference, "--reset-second-step", "Owner@works.example").output
    )
    assert session.scalars(select(MemberSession).where(MemberSession.ended_at.is_(None))).all() == []
