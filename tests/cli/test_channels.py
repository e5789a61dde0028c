"""`registry channels` as officials meet it, and the worker that tells and publishes."""

import email
import email.policy
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.agencies import models, record
from registry.cli import main
from registry.clock import now
from registry.config import Settings
from registry.db import engine_for, sessions_for
from registry.terms import ChannelKind
from tests.make import make_agency, source_of, told
from tests.serving import environment

ACCOUNT = "IT60X0542811101000000123456"


@pytest.fixture
def rows(settings: Settings) -> Iterator[Session]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture
def agency(rows: Session) -> record.Agency:
    said = {"source": source_of("CZ"), "retrieved_at": now()}
    phone = record.Channel(kind=ChannelKind.PHONE, value="+420 601 000 001", **said)  # type: ignore[arg-type]
    mail = record.Channel(kind=ChannelKind.EMAIL, value="stara@agentura.example", **said)  # type: ignore[arg-type]
    made = make_agency(rows, channels=(phone, mail))
    rows.commit()
    return made


@pytest.fixture
def silent(rows: Session) -> record.Agency:
    made = make_agency(rows)
    rows.commit()
    return made


def call(settings: Settings, *arguments: str, given: str | None = None) -> Result:
    env = environment(settings, 8000, {"COLUMNS": "100"})
    return CliRunner().invoke(main, arguments, env=env, input=given)


def proposed(settings: Settings, *arguments: str, given: str | None = None) -> str:
    result = call(settings, "channels", "propose", *arguments, given=given)
    assert result.exit_code == 0, result.output
    return result.output.split(":")[0]


@pytest.mark.parametrize("command", ["propose", "approve", "refuse", "list"])
def test_every_command_of_channels_teaches_by_example(command: str) -> None:
    output = CliRunner().invoke(main, ["channels", command, "--help"]).output
    assert f"registry channels {command}" in output.split("Examples:")[1]


def test_a_change_goes_from_one_person_to_another_to_the_agency_to_the_public(
    settings: Settings, agency: record.Agency, rows: Session
) -> None:
    reference = proposed(
        settings, agency.agency_id, "phone", "+420 601 000 002", "--instead-of", "+420601000001", "--by", "A. First"
    )
    same = call(settings, "channels", "approve", reference, "--by", "a. first")
    assert (same.exit_code, "another person" in same.stderr) == (2, True)
    approved = call(settings, "channels", "approve", reference, "--by", "B. Second")
    assert "takes effect" in approved.output
    assert "NOT TOLD YET" in call(settings, "channels", "list").output
    assert call(settings, "worker", "--once").exit_code == 0
    assert "was told" in call(settings, "channels", "list").output
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in settings.home.glob("mail/*")
    ]
    assert [mail["To"] for mail in mails] == ["stara@agentura.example"]
    assert reference in mails[0].get_content()
    with time_machine.travel(now() + timedelta(hours=72, seconds=1)):
        assert call(settings, "worker", "--once").exit_code == 0
    assert [one.value for one in told(rows, agency.agency_id).channels if one.to is None] == [
        "stara@agentura.example",
        "+420 601 000 002",
    ]
    rows.commit()
    assert call(settings, "channels", "list").output == "Nothing waits.\n"
    assert "applied" in call(settings, "channels", "list", "--all").output
    late = call(settings, "channels", "refuse", reference, "--by", "C. Third")
    assert (late.exit_code, "not pending: it is applied" in late.stderr) == (2, True)


def test_an_account_number_comes_by_standard_input_and_is_repeated_nowhere(
    settings: Settings, silent: record.Agency, rows: Session
) -> None:
    refused = call(settings, "channels", "propose", silent.agency_id, "bank_account", ACCOUNT, "--by", "A")
    assert (refused.exit_code, "command line" in refused.stderr) == (2, True)
    reference = proposed(settings, silent.agency_id, "bank_account", "--by", "A", given=f"{ACCOUNT}\n")
    approved = call(settings, "channels", "approve", reference, "--by", "B")
    listed = call(settings, "channels", "list")
    assert "TELL BY HAND" in approved.output
    assert "IT …3456" in listed.output
    for text in (refused.output, approved.output, listed.output):
        assert ACCOUNT not in text
    row = rows.execute(select(models.PendingChannelChange)).scalar_one()
    assert ACCOUNT not in repr(vars(row))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("propose", "DEMASENDAG2R", "phone", "+420 601 000 001", "--by", "A"), "no agency has the reference"),
        (("approve", "DEMASENDAG2R", "--by", "A"), "no change has the reference"),
        (("refuse", "nonsense", "--by", "A"), "no change has the reference"),
        (("propose", "DEMASENDAG2R", "phone", "--by", "A"), "say what the new phone is"),
    ],
)
def test_what_is_unknown_or_missing_is_one_line_and_exit_code_2(
    settings: Settings, silent: record.Agency, arguments: tuple[str, ...], words: str
) -> None:
    result = call(settings, "channels", *arguments)
    assert (result.exit_code, words in result.stderr, result.stderr.count("\n")) == (2, True, 1)
