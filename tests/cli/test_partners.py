"""`registry partners`, as an operator writes down to whom cases may be referred."""

import json

import msgspec
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.cli import main
from registry.complaints.retention.rules import SHIPPED
from registry.complaints.sealing.models import UnitKey
from registry.core.settings import Settings
from registry.officers.models import Unit
from registry.vocabulary.cases import PartnerKind
from tests.serving import environment

UNION = ("partners", "add", "it-union", "--kind", "union", "--country", "IT", "--name", "en=Invented union")


@pytest.fixture
def run(settings: Settings, session: Session):
    def command(*words: str) -> Result:
        session.commit()
        result = CliRunner().invoke(main, words, env=environment(settings, settings.port))
        session.expire_all()
        return result

    return command


def test_a_partner_is_written_down_with_its_keys_and_its_people(run, session: Session):
    assert run(*UNION).exit_code == 0
    unit = session.execute(select(Unit)).scalar_one()
    assert (unit.reference, unit.partner_kind, unit.is_default) == ("it-union", PartnerKind.UNION, False)
    assert {key.unit for key in session.execute(select(UnitKey)).scalars()} == {"it-union"}
    assert "it-union  IT  union  Invented union" in run("partners", "list").output
    person = ("officers", "add", "it-union", "A. Person", "a.person@union.example", "--role")
    assert run(*person, "supervisor").exit_code == 2
    assert run(*person, "partner").exit_code == 0


def test_what_was_written_down_is_listed_for_programs_too(run, session: Session):
    run(*UNION)
    run(
        "units",
        "add",
        "it-labour",
        "--country",
        "IT",
        "--authority",
        "it-inl",
        "--name",
        "en=Invented unit",
        "--default",
    )
    run("officers", "add", "it-union", "A. Person", "a.person@union.example", "--role", "partner")

    partner = json.loads(run("partners", "list", "--json").output)[0]
    assert (partner["reference"], partner["partner_kind"], partner["closed_on"]) == ("it-union", "union", None)
    unit = next(one for one in json.loads(run("units", "list", "--json").output) if one["reference"] == "it-labour")
    assert (unit["is_default"], unit["names"]) == (True, {"en": "Invented unit"})
    assert set(unit["kept_for_days"]) == set(msgspec.to_builtins(SHIPPED))
    officer = json.loads(run("officers", "list", "--json").output)[0]
    assert (officer["unit"], officer["roles"], officer["email"]) == ("it-union", ["partner"], "a.person@union.example")


def test_a_partner_of_immigration_cannot_be_written_down(run, session: Session):
    wrong = run("partners", "add", "it-border", "--kind", "immigration", "--country", "IT", "--name", "en=X")
    assert wrong.exit_code == 2
    assert session.execute(select(Unit)).first() is None


def test_a_closed_partner_is_handed_nothing_more(run, session: Session):
    run(*UNION)
    assert run("partners", "close", "it-union").exit_code == 0
    assert "closed since" in run("partners", "list").output
    assert run("partners", "close", "it-union").exit_code == 2
