"""`registry units` and `registry cases`, as an operator and officials use them."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.queries import lines_about
from registry.cli import main
from registry.cli.case_showing import moves_table
from registry.complaints.case import visits
from registry.complaints.case.complaint_codes import derive
from registry.complaints.case.models import Case
from registry.complaints.case.states import Reads
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.intake import mailbox
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts
from registry.officers.models import Officer
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState, Priority
from tests.complaints.filing import ORDINARY, URGENT, Filed, come_back, file, make_units
from tests.make import make_agency
from tests.officers.making import make_officer
from tests.serving import environment

AT = now()
ANNA = ("--by", "anna@authority.example")
BRUNO = ("--by", "bruno@authority.example")
CARLA = ("--by", "carla@authority.example")
DANA = ("--by", "dana@authority.example")


class Office:
    """Commands on the test's own database and keys."""

    def __init__(self, settings: Settings, session: Session) -> None:
        self.env = environment(settings, settings.port)
        self.session = session
        self.sealer = Sealer(Keyring(settings.keys))
        self.officers: dict[str, Officer] = {}

    def run(self, *arguments: str, typed: str = "") -> str:
        """What a command prints that ends well."""
        code, output = self.try_(*arguments, typed=typed)
        assert code == 0, output
        return output

    def try_(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        self.session.commit()
        done = CliRunner().invoke(main, list(arguments), input=typed, env=self.env)
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
    for name, unit, roles in (
        ("anna", "it-labour", (Role.TRIAGE, Role.INVESTIGATOR)),
        ("bruno", "it-labour", (Role.DECIDER,)),
        ("carla", "it-labour", (Role.SUPERVISOR,)),
        ("dana", "cz-labour", (Role.SUPERVISOR,)),
    ):
        office.officers[name] = make_officer(
            office.session, office.sealer.keyring, *roles, unit=unit, email=f"{name}@authority.example"
        ).officer
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


def test_the_queue_shows_no_word_of_what_was_written(units: Office):
    urgent, ordinary = units.file({**URGENT, "agency": "Sunrise"}), units.file()
    given = units.run("cases", "list", "--unit", "it-labour")
    assert given.index(urgent.case.reference) < given.index(ordinary.case.reference)
    assert "1 of p0 waits for a first look." in given
    for word in ("lock the door", "Sunrise", urgent.code):
        assert word not in given
    rows = json.loads(units.run("cases", "list", "--unit", "it-labour", "--format", "json"))
    assert [row["priority"] for row in rows] == ["p0", "p3"]
    assert units.run("cases", "list", "--unit", "cz-labour") == "Nothing here.\n"
    assert units.try_("cases", "list", "--unit", "xx-none")[0] == 2


def test_triage_takes_the_most_urgent_and_says_why_it_is(units: Office):
    units.file()
    urgent = units.file(URGENT)
    given = units.run("cases", "triage", *ANNA)
    assert urgent.case.reference in given
    assert "In danger now." in given
    assert "They lock the door at night." in given
    assert urgent.case.state is CaseState.IN_TRIAGE
    units.run("cases", "triage", *ANNA)
    assert units.run("cases", "triage", *ANNA) == "Nothing waits for a first look.\n"


def test_a_case_is_read_by_its_unit_alone_and_that_is_on_record(units: Office):
    reference = units.file().case.reference
    assert "It was another job." in units.run("cases", "show", reference, *ANNA)
    for command in (("show", reference), ("move", reference, "in_triage"), ("hold", reference, "--reason", "x")):
        code, given = units.try_("cases", *command, *DANA)
        assert (code, "there is no case" in given) == (2, True)
    acts = [(line.act, line.actor) for line in lines_about(units.session, reference)]
    assert acts == [("case.moved", "complainant"), ("case.read", units.officers["anna"].reference)]


def test_what_was_written_moves_no_cursor_of_a_terminal(units: Office):
    filed = units.file({**ORDINARY, "account": "clean\x1b[2J\u202egnp.exe"})
    given = units.run("cases", "show", filed.case.reference, *ANNA)
    assert "clean\\u001b[2J\\u202egnp.exe" in given


def test_a_case_goes_from_filing_to_investigation_and_no_further_without_a_hearing_or_a_written_decision(units: Office):
    filed = units.file()
    reference = filed.case.reference
    units.run("cases", "move", reference, "in_triage", *ANNA)
    assert (
        units.run("cases", "reply", reference, *ANNA, typed="We read it.\nWhen was it?\n")
        == "Written to the complainant.\n"
    )
    displayed = mailbox.mailbox(units.session, units.sealer, come_back(units.session, units.sealer, filed.code, AT), AT)
    assert [message.text for message in displayed.messages] == ["We read it.\nWhen was it?"]
    units.run("cases", "move", reference, "investigating", *ANNA)
    code, _ = units.try_("cases", "move", reference, "closed", *CARLA, "--reason", "x", "--version", "1")
    assert code == 2
    for state in ("decision_draft", "decided_upheld"):
        code, given = units.try_(
            "cases",
            "move",
            reference,
            state,
            *BRUNO,
            "--reason",
            "x",
        )
        assert (code, "a decision is written by one officer and made by another" in given) == (2, True)
    code, given = units.try_("cases", "move", reference, "agency_hearing", *CARLA)
    assert (code, "on the tab of its hearing" in given) == (2, True)
    assert filed.case.state is CaseState.INVESTIGATING


def test_an_officer_acts_at_a_terminal_with_the_rights_and_interests_of_the_console(units: Office):
    reference = units.file().case.reference
    code, given = units.try_("cases", "hold", reference, "--reason", "a court asks", *ANNA)
    assert (code, "your role does not allow this" in given) == (2, True)
    assert units.try_("cases", "show", reference, "--by", "stranger@authority.example")[0] == 2
    named = units.file({**ORDINARY, "agency": {"agency_id": make_agency(units.session).agency_id}}).case
    agency = named_agency_id(units.sealer, named)
    assert agency is not None
    accounts.declare_conflict(units.session, units.officers["anna"], agency, AT.date())
    code, given = units.try_("cases", "show", named.reference, *ANNA)
    assert (code, "declared an interest" in given) == (2, True)


def test_lowering_what_is_urgent_takes_two(units: Office):
    filed = units.file(URGENT)
    reference = filed.case.reference
    assert "until a second person" in units.run("cases", "priority", reference, "p2", "--reason", "safe", *ANNA)
    assert units.try_("cases", "priority", reference, "--approve", *ANNA)[0] == 2
    assert units.run("cases", "priority", reference, "--approve", *CARLA) == f"{reference} is p2.\n"
    assert filed.case.priority is Priority.P2


def test_an_export_is_a_new_file_for_its_owner_alone_and_on_record(units: Office, tmp_path: Path):
    reference = units.file().case.reference
    out = tmp_path / "case.json"
    units.run("cases", "export", reference, *ANNA, "--out", str(out))
    assert json.loads(out.read_text(encoding="utf-8"))["boxes"][0]["answers"]["account"] == ORDINARY["account"]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert units.try_("cases", "export", reference, *ANNA, "--out", str(out))[0] == 2
    assert [line.act for line in lines_about(units.session, reference)][-1] == "case.exported"


def test_a_purge_is_tried_before_it_is_done(units: Office):
    ended, existing = units.file(), units.file()
    for filed in (ended, existing):
        for state in ("in_triage", "investigating", "closed"):
            units.run("cases", "move", filed.case.reference, state, *CARLA, "--reason", "x")
        filed.case.purge_on = AT.date()
    units.run("cases", "hold", existing.case.reference, "--reason", "a court asks", *CARLA)
    given = units.run("cases", "purge", "--dry-run")
    assert f"{ended.case.reference}  closed" in given
    assert f"{existing.case.reference}  kept by a legal hold" in given
    assert "1 would be destroyed." in given
    assert ended.case.state is CaseState.CLOSED
    assert units.run("cases", "purge").startswith("Keys of 1 destroyed, 1 emptied")
    assert ended.case.state is CaseState.PURGED
    assert units.try_("cases", "show", ended.case.reference, *CARLA)[0] == 2
    assert units.run("cases", "show", existing.case.reference, *CARLA)


def test_merging_names_the_other_case(units: Office):
    one, other = units.file(), units.file()
    units.run("cases", "move", one.case.reference, "in_triage", *ANNA)
    units.run("cases", "merge", one.case.reference, other.case.reference, "--reason", "the same", *ANNA)
    assert one.case.state is CaseState.MERGED


def test_the_table_in_the_documents_is_the_one_that_is_followed():
    document = (Path(__file__).parents[2] / "docs" / "officers" / "cases.md").read_text(encoding="utf-8")
    assert moves_table() in document
    assert CliRunner().invoke(main, ["cases", "moves"]).output == moves_table()


def test_demo_complaints_are_worked_on_and_come_back_to(settings: Settings, session: Session, office: Office):
    given = office.run("demo", "load")
    code = given[given.index("receipt ") :].removeprefix("receipt ").strip(" .\n").replace(" ", "")
    states = set(session.execute(select(Case.state)).scalars())
    assert {CaseState.SUBMITTED, CaseState.WAITING_COMPLAINANT, CaseState.DECIDED_UPHELD} <= states
    token = mailbox.open_mailbox(session, office.sealer, derive(office.sealer.keyring, code), AT)
    visit = visits.visit(session, office.sealer, token, AT)
    view = mailbox.mailbox(session, office.sealer, visit, AT)
    assert (view.reads, len(view.messages)) == (Reads.WAITING_FOR_YOU, 1)
    assert office.run("cases", "list", "--unit", "it-demo-labour").count("\n") >= 3
