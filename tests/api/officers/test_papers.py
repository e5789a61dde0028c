"""Forms of paper by the API: one officer's each; the worker's identity goes in and never out; nothing is sent twice."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.intake.paper_forms import premint
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.vocabulary.register import Language
from tests.api.officers.requests import Program, program_of
from tests.complaints.filing import make_units, minted
from tests.officers.making import make_officer

FORMS = "/api/v1/paper-forms"


# What a colleague may reach is asked of both databases at the console (tests/pages/officers/cases/test_papers.py).
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_form_is_one_officers_and_keeps_the_workers_identity(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    code, root = minted()
    form = premint(session, sealer, code, root, Language.EN, now().date() - timedelta(days=9)).reference

    def typist(name: str, unit: str) -> Program:
        officer = make_officer(session, keyring, Role.TRIAGE, unit=unit, email=f"{name}@authority.example").officer
        return program_of(client, session, officer)

    anna, boris, dana = typist("anna", "it-labour"), typist("boris", "it-labour"), typist("dana", "cz-labour")
    beginning = {"number": form, "received_on": str(now().date())}
    assert anna.send("POST", FORMS, beginning).status_code == 201
    given = {"account": "They keep it.", "contact": {"how": "wechat", "address": "wx-hers"}}
    typed = anna.send("PATCH", f"{FORMS}/{form}", {"answers": given}, version=0)
    assert (typed.json["answers"], typed.json["hidden"]) == ({"account": "They keep it."}, ["contact"])
    assert "wx-hers" not in anna.get(f"{FORMS}/{form}").text
    assert [who.send("POST", FORMS, beginning).status_code for who in (boris, dana)] == [409, 400]
    for who in (boris, dana):
        assert who.get(FORMS).json == {"items": []}
        assert who.get(f"{FORMS}/{form}").status_code == 404
        assert who.send("PATCH", f"{FORMS}/{form}", {"answers": {"country": "IT"}}, version=1).status_code == 404
        assert who.send("POST", f"{FORMS}/{form}/send", version=1).status_code == 404
        assert who.send("DELETE", f"{FORMS}/{form}", version=1).status_code == 404
    assert anna.send("POST", f"{FORMS}/{form}/send", version=1).json == {"case_id": form}
