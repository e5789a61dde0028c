"""`registry licences` and `registry deposits`: two officers at a terminal, with the rights they have at the console."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.cli import main
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts
from registry.officers.models import Conflict
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import LicenceKind
from tests.make import make_licence, make_source
from tests.officers.making import make_officer, make_unit
from tests.serving import environment
from tests.supervision.licensing.making import GROUND, holder_of, today


@pytest.fixture
def rows(settings: Settings) -> Iterator[Session]:
    settings.prepare_home()
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture
def licence(rows: Session, settings: Settings) -> record.Licence:
    """A licence of an authority in China, with Anna and Boris at its desk, Tess at another's, and Ivan, who may only read."""
    keyring = Keyring(settings.keys)
    made = make_licence(rows, kind=LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION)
    make_unit(rows, "cn-licensing", "CN")
    make_unit(rows, "it-licensing", "IT")
    make_source(rows, "IT")
    for name, unit, role in (
        ("anna", "cn-licensing", Role.LICENSING),
        ("boris", "cn-licensing", Role.LICENSING),
        ("ivan", "cn-licensing", Role.ANALYST),
        ("tess", "it-licensing", Role.LICENSING),
    ):
        make_officer(rows, keyring, role, unit=unit, email=f"{name}@authority.example", name=f"Invented {name}")
    rows.commit()
    return made


def read(rows: Session, query: Select[tuple[str]]) -> list[str]:
    """Read, and let go of the database: the command writes by a connection of its own."""
    found = list(rows.execute(query).scalars())
    rows.rollback()
    return found


def call(settings: Settings, who: str, *arguments: str) -> Result:
    env = environment(settings, 8000, {"COLUMNS": "100"})
    return CliRunner().invoke(main, [*arguments, "--by", f"{who}@authority.example"], env=env)


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    return result.output


def test_a_licence_is_suspended_by_two_officers_at_a_terminal(
    settings: Settings, rows: Session, licence: record.Licence, client: FlaskClient
) -> None:
    propose = ("licences", "propose", "suspend", licence.licence_id, "--ground", GROUND)
    seen = call(settings, "anna", *propose, "--dry-run")
    assert (seen.exit_code, "active (may recruit: yes) -> suspended (may recruit: no)" in seen.output) == (0, True)
    assert "Nothing was written." in seen.output
    assert read(rows, select(Proposal.reference)) == []
    assert "your role does not allow this" in refused(call(settings, "ivan", *propose))
    assert f"there is no licence {licence.licence_id} of this authority" in refused(call(settings, "tess", *propose))
    assert "no officer who works here is nobody@" in refused(call(settings, "nobody", *propose))
    assert "to_on: " in refused(call(settings, "anna", *propose, "--state", "to_on=soon"))
    assert "colour: is nothing that suspend states" in refused(
        call(settings, "anna", *propose, "--state", "colour=red")
    )
    made = call(settings, "anna", *propose)
    assert made.exit_code == 0, made.output
    (reference,) = read(rows, select(Proposal.reference))
    assert reference in call(settings, "boris", "licences", "waiting").output
    assert "you proposed this" in refused(call(settings, "anna", "licences", "approve", reference))
    assert "it is at version 1" in refused(call(settings, "boris", "licences", "approve", reference, "--version", "7"))
    displayed = call(settings, "boris", "licences", "show", reference)
    assert "BY HAND, no e-mail address is registered" in displayed.output
    done = call(settings, "boris", "licences", "approve", reference, "--version", "1")
    assert (done.exit_code, "is published" in done.output) == (0, True), done.output
    answer = client.get("/api/v1/verify", query_string={"licence_number": licence.number})
    assert answer.json["verdict"] == "no"
    assert "waits no more" in refused(call(settings, "boris", "licences", "approve", reference))
    acts = read(rows, select(AuditEntry.act).order_by(AuditEntry.index))
    # What was refused left no line; that it was done at a terminal stands beside each act.
    assert acts[-4:] == ["licensing.proposed", "desk.at_terminal", "licence.suspended", "desk.at_terminal"]


def test_what_goes_out_of_a_deposit_takes_two_officers(
    settings: Settings, rows: Session, licence: record.Licence
) -> None:
    agency = holder_of(rows, licence.licence_id).agency_id
    rows.rollback()
    enter = ("deposits", "enter", agency)
    paid = call(
        settings, "anna", *enter, "paid_in", "3000000", "CNY", "--held-as", "cash", "--held-by", "Invented Bank",
        "--note", "Receipt 7",
    )  # fmt: skip
    assert paid.exit_code == 0, paid.output
    drawn = call(
        settings, "anna", *enter, "drawn", "50000", "CNY", "--use", "unpaid_remuneration", "--note", "Decision 12"
    )
    assert "It counts once another officer approves it" in drawn.output
    line = drawn.output.split()[0]
    assert "There is 3000000.00 CNY." in call(settings, "boris", "deposits", "show", agency).output
    assert "you entered this" in refused(call(settings, "anna", "deposits", "approve", agency, line))
    assert call(settings, "boris", "deposits", "approve", agency, line).exit_code == 0
    output = call(settings, "boris", "deposits", "show", agency).output
    assert "missing: 50000.00 CNY" in output
    assert "is more than there is" in refused(
        call(settings, "anna", *enter, "drawn", "9000000", "CNY", "--use", "unpaid_remuneration", "--note", "x")
    )
    assert "there is no agency" in refused(call(settings, "tess", "deposits", "show", agency))
    officer = next(one for one in accounts.officers_of(rows) if one.email.startswith("boris"))
    rows.add(Conflict(officer_id=officer.id, agency=agency, since_on=today()))
    rows.commit()
    assert "you declared an interest" in refused(call(settings, "boris", "deposits", "show", agency))
    assert "you declared an interest" in refused(
        call(settings, "boris", "licences", "propose", "surrender", licence.licence_id, "--ground", "x")
    )
