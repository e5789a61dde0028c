"""`registry units` and `registry cases`, as an operator uses them."""

from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.cli import main
from registry.complaints.case import visits
from registry.complaints.case.complaint_codes import derive
from registry.complaints.case.models import Case
from registry.complaints.case.states import Reads
from registry.complaints.casework.notes import set_legal_hold
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import ORDINARY, Filed, file, make_units
from tests.complaints.officers import CARLA, go
from tests.serving import environment

AT = now()


class Office:
    """Commands on the test's own database and keys."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self.env = environment(settings, settings.port)
        self.session = session
        self.sealer = Sealer(Keyring(settings.keys))

    def run(self, *arguments: str) -> str:
        """What a command prints that ends well."""
        code, output = self.try_(*arguments)
        assert code == 0, output
        return output

    def try_(self, *arguments: str) -> tuple[int, str]:
        self.session.commit()
        done = CliRunner().invoke(main, list(arguments), env=self.env)
        self.session.expire_all()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output

    def file(self, answers: Any = ORDINARY) -> Filed:
        return file(self.session, self.sealer, answers, at=AT)


@pytest.fixture
def office(settings: Settings, session: Session) -> Office:
    return Office(settings, session)


@pytest.fixture
def units(office: Office) -> Office:
    make_units(office.session, office.sealer)
    return office


def test_a_unit_is_written_down_with_its_keys_and_the_first_is_the_default(office: Office):
    assert "no one can file" in office.run("units", "list")
    for reference, country in (("cn-licensing", "CN"), ("it-inl", "IT"), ("cz-suip", "CZ")):
        office.run(
            "units", "add", reference, "--country", country, "--authority", f"{country.lower()}-one",
            "--name", "en=An office", "--email", "desk@authority.example", "--keep", "closed=730",
        )  # fmt: skip
    given = office.run("units", "list")
    assert "it-inl  IT  An office\n  takes complaints, default" in given
    assert "cn-licensing  CN  An office\n  takes no complaints\n" in given
    assert "closed 730 days" in given
    assert list(office.sealer.keyring.folder.glob("unit-it-inl-*.secret"))
    office.run("units", "default", "cz-suip")
    office.run("units", "close", "it-inl")
    assert "takes nothing new since" in office.run("units", "list")


@pytest.mark.parametrize(
    "wrong",
    [
        ("units", "add", "IT_INL", "--country", "IT", "--authority", "a", "--name", "en=x"),
        ("units", "add", "it-inl", "--country", "US", "--authority", "a", "--name", "en=x"),
        ("units", "add", "it-inl", "--country", "IT", "--authority", "a", "--name", "x"),
        ("units", "add", "it-inl", "--country", "IT", "--authority", "a", "--name", "en=x", "--keep", "closed=0"),
        (
            "units",
            "add",
            "it-inl",
            "--country",
            "IT",
            "--authority",
            "a",
            "--name",
            "en=x",
            "--email",
            "a\nb@c.example",
        ),
        ("units", "add", "cz-labour", "--country", "CZ", "--authority", "a", "--name", "en=x"),
        ("units", "close", "cz-labour"),
        ("units", "default", "cn-licensing"),
        ("units", "close", "xx-none"),
    ],
)
def test_a_wrong_unit_is_refused_and_nothing_is_written(units: Office, wrong: tuple[str, ...]):
    before = units.run("units", "list")
    code, given = units.try_(*wrong)
    assert code == 2, given
    assert units.run("units", "list") == before


def test_a_purge_is_tried_before_it_is_done(units: Office):
    ended, existing = units.file(), units.file()
    for filed in (ended, existing):
        steps = (CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.CLOSED)
        go(units.session, units.sealer, CARLA, filed.case, *steps)
        filed.case.purge_on = AT.date()
    call = Call(units.session, CARLA, AT)
    set_legal_hold(call, units.sealer, existing.case.reference, is_held=True, reason="a court asks")
    given = units.run("cases", "purge", "--dry-run")
    assert f"{ended.case.reference}  closed" in given
    assert f"{existing.case.reference}  kept by a legal hold" in given
    assert "1 would be destroyed." in given
    assert ended.case.state is CaseState.CLOSED
    assert units.run("cases", "purge").startswith("Keys of 1 destroyed, 1 emptied")
    assert (ended.case.state, existing.case.state) == (CaseState.PURGED, CaseState.CLOSED)


def test_demo_complaints_are_worked_on_and_come_back_to(settings: Settings, session: Session, office: Office):
    given = office.run("demo", "load")
    code = given[given.index("receipt ") :].removeprefix("receipt ").strip(" .\n").replace(" ", "")
    states = set(session.execute(select(Case.state)).scalars())
    assert {CaseState.SUBMITTED, CaseState.WAITING_COMPLAINANT, CaseState.DECIDED_UPHELD} <= states
    token = mailbox.open_mailbox(session, office.sealer, derive(office.sealer.keyring, code), AT)
    visit = visits.visit(session, office.sealer, token, AT)
    view = mailbox.mailbox(session, office.sealer, visit, AT)
    assert (view.reads, len(view.messages)) == (Reads.WAITING_FOR_YOU, 1)
