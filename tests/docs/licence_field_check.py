"""What must hold once a licence has the invented line `insured_with`: run in a copy of the repository that has it.

tests/docs/test_licence_field.py puts it beside the tests of the licensing desk, whose officers it needs.
"""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.dataset.queries import Reading
from registry.http.transaction import Services
from registry.log.models import Entry
from registry.register.agencies.models import LicenceTerm
from registry.supervision.licensing.models import Proposal
from tests.log.entry_schema import SCHEMA
from tests.make import make_licence
from tests.pages.officers.licences.conftest import DeskFor
from tests.pages.officers.signed_in import words_of
from tests.register.imports.lists import HEADER, ListImporter, plain_mapping
from tests.supervision.licensing.making import GROUND, today

COLUMNS = {
    "name": "Name", "registration_number": "Reg", "number": "Licence", "status": "Status", "valid_from": "From",
    "valid_to": "To", "insured_with": "Insurer",
}  # fmt: skip


def terms(session: Session) -> list[Any]:
    return list(session.execute(select(LicenceTerm.__table__.c.insured_with)).scalars())


def test_a_list_states_it_and_it_is_stored_logged_shown_and_listed(
    client: FlaskClient, reading: Session, held_services: Services, settings: Settings, tmp_path: Path
) -> None:
    lists = ListImporter(settings, held_services.sessions, tmp_path)
    lists.plain(
        "Invented Agency Ltd,12345678,INV-1,valid,01.02.2024,,Invented Mutual",
        mapping=plain_mapping(COLUMNS),
        header=f"{HEADER},Insurer",
    )
    assert terms(reading) == ["Invented Mutual"]
    agency = lists.records()[0]
    answer = client.get(f"/api/v1/licences/{agency.licences[0].licence_id}")
    assert answer.json is not None
    assert answer.json["insured_with"] == "Invented Mutual"
    assert "Insured with Invented Mutual" in words_of(client.get(f"/en/agencies/{agency.agency_id}"))
    leaves = reading.execute(select(Entry.leaf).where(Entry.key.startswith("licence/"))).scalars()
    entries = [json.loads(leaf) for leaf in leaves]
    assert [entry["record"]["insured_with"] for entry in entries] == ["Invented Mutual"]
    for entry in entries:
        jsonschema.validate(entry, SCHEMA)
    rows = list(Reading(reading, 1_000, date(2026, 1, 1)).licences())
    assert [row["insured_with"] for row in rows] == ["Invented Mutual"]


def test_an_officer_types_it_into_the_form_and_it_takes_the_place_of_what_was_stated(
    client: FlaskClient, session: Session, desk_for: DeskFor
) -> None:
    licence = make_licence(session, insured_with="Invented Mutual")
    anna, boris = desk_for("Anna"), desk_for("Boris")
    address = f"/console/licences/{licence.licence_id}"
    form = anna.get(f"{address}/acts/amend").get_data(as_text=True)
    assert '<label for="insured_with">Insured with</label>' in form
    assert 'name="insured_with" maxlength="400" autocomplete="off" value="Invented Mutual"' in form
    stated = {"legal_ground": GROUND, "effective_on": str(today()), "step": "propose", "insured_with": "Other Mutual"}
    assert anna.post(f"{address}/acts/amend", **stated).status_code == 303
    proposal = session.execute(select(Proposal)).scalar_one()
    compared = words_of(boris.get(f"/console/licences/proposals/{proposal.reference}"))
    assert re.search("Insured with Invented Mutual .{,20} Other Mutual", compared)
    assert boris.post(f"/console/licences/proposals/{proposal.reference}/approve", version=1).status_code == 303
    answer = client.get(f"/api/v1/licences/{licence.licence_id}")
    assert answer.json is not None
    assert answer.json["insured_with"] == "Other Mutual"
    assert sorted(terms(session)) == ["Invented Mutual", "Other Mutual"]
    assert "Insured with Other Mutual" in words_of(anna.get(address))
