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

from registry.audit.models import AuditEntry
from registry.cli import main
from registry.core.clock import day_at, now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.models import Conflict, Officer
from registry.officers.rights import Role
from registry.register.agencies import models, record
from registry.vocabulary.register import ChannelKind
from tests.make import licence_record, make_agency, make_source, public_record_of, source_of
from tests.officers.making import make_officer, make_unit
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
def agency(rows: Session, desk: None) -> record.Agency:
    stated = {"source": source_of("CZ"), "retrieved_at": now()}
    phone = record.Channel(kind=ChannelKind.PHONE, value="+420 601 000 001", **stated)  # type: ignore[arg-type]
    mail = record.Channel(kind=ChannelKind.EMAIL, value="stara@agentura.example", **stated)  # type: ignore[arg-type]
    made = make_agency(rows, channels=(phone, mail), licences=(licence_record(),))
    rows.commit()
    return made


@pytest.fixture
def silent(rows: Session, desk: None) -> record.Agency:
    made = make_agency(rows, licences=(licence_record(),))
    rows.commit()
    return made


@pytest.fixture
def desk(rows: Session, settings: Settings) -> None:
    """Anna and Boris at the desk of the agency's authority, Ivan, who reads there, and Tess at another's."""
    make_source(rows, "CZ")
    make_unit(rows, "cz-licensing", "CZ")
    make_unit(rows, "it-licensing", "IT")
    make_source(rows, "IT")
    for name, unit, role in (
        ("anna", "cz-licensing", Role.LICENSING),
        ("boris", "cz-licensing", Role.LICENSING),
        ("ivan", "cz-licensing", Role.INVESTIGATOR),
        ("tess", "it-licensing", Role.LICENSING),
    ):
        make_officer(rows, Keyring(settings.keys), role, unit=unit, email=by(name), name=f"Invented {name}")
    rows.commit()


def by(name: str) -> str:
    return f"{name}@authority.example"


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
        settings, agency.agency_id, "phone", "+420 601 000 002", "--instead-of", "+420601000001", "--by", by("anna")
    )  # fmt: skip
    for who, words in (
        ("Anna", "another person"),
        ("ivan", "your role does not allow this"),
        ("tess", f"there is no change {reference} of a channel at this desk"),
        ("nobody", "no officer who works here is"),
    ):
        same = call(settings, "channels", "approve", reference, "--by", by(who))
        assert (same.exit_code, words in same.stderr) == (2, True), same.output
    stale = call(settings, "channels", "approve", reference, "--by", by("boris"), "--version", "7")
    assert (stale.exit_code, "look again" in stale.stderr) == (2, True)
    version = call(settings, "channels", "list").output.partition(", version ")[2].split()[0]
    approved = call(settings, "channels", "approve", reference, "--by", by("boris"), "--version", version)
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
    assert [one.value for one in public_record_of(rows, agency.agency_id).channels if one.to is None] == [
        "stara@agentura.example",
        "+420 601 000 002",
    ]
    rows.commit()
    assert call(settings, "channels", "list").output == "Nothing waits.\n"
    assert "applied" in call(settings, "channels", "list", "--all").output
    late = call(settings, "channels", "refuse", reference, "--by", by("anna"))
    assert (late.exit_code, "not pending: it is applied" in late.stderr) == (2, True)
    acts = list(rows.scalars(select(AuditEntry.act).where(AuditEntry.act.like("%channel%")).order_by(AuditEntry.index)))
    assert acts[:2] == ["channel.proposed", "channel.approved"]
    assert audited_at_terminal(rows) == ["channel phone", "channel approve"]


def audited_at_terminal(rows: Session) -> list[str]:
    terminal = select(AuditEntry.detail).where(AuditEntry.act == "desk.at_terminal")
    return list(rows.scalars(terminal.order_by(AuditEntry.index)))


def test_an_interest_is_one_however_the_agency_is_spelt(
    settings: Settings, agency: record.Agency, rows: Session
) -> None:
    anna = rows.scalars(select(Officer).where(Officer.email == by("anna"))).one()
    rows.add(Conflict(officer_id=anna.id, agency=agency.agency_id, since_on=day_at(now(), None)))
    rows.commit()
    spelt = f"{agency.agency_id[:4]}-{agency.agency_id[4:]}".lower()
    result = call(settings, "channels", "propose", spelt, "phone", "+420 601 000 002", "--by", by("anna"))
    assert (result.exit_code, "you declared an interest" in result.stderr) == (2, True), result.output


def test_an_account_number_comes_by_standard_input_and_is_repeated_nowhere(
    settings: Settings, silent: record.Agency, rows: Session
) -> None:
    refused = call(settings, "channels", "propose", silent.agency_id, "bank_account", ACCOUNT, "--by", by("anna"))
    assert (refused.exit_code, "command line" in refused.stderr) == (2, True)
    reference = proposed(settings, silent.agency_id, "bank_account", "--by", by("anna"), given=f"{ACCOUNT}\n")
    approved = call(settings, "channels", "approve", reference, "--by", by("boris"))
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
        (("propose", "DEMASENDAG2R", "phone", "+420 601 000 001", "--by", by("anna")), "there is no agency"),
        (("approve", "DEMASENDAG2R", "--by", by("anna")), "there is no change DEMASENDAG2R"),
        (("refuse", "nonsense", "--by", by("anna")), "there is no change nonsense"),
        (("propose", "DEMASENDAG2R", "phone", "--by", by("anna")), "say what the new phone is"),
    ],
)
def test_what_is_unknown_or_missing_is_one_line_and_exit_code_2(
    settings: Settings, silent: record.Agency, arguments: tuple[str, ...], words: str
) -> None:
    result = call(settings, "channels", *arguments)
    assert (result.exit_code, words in result.stderr, result.stderr.count("\n")) == (2, True, 1)
