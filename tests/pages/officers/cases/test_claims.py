"""The tab of what a worker is owed: counted by hand, used in a reply in the complainant's language, gone with the case."""

import re

from sqlalchemy import func, select

from registry.complaints.casework.models import ClaimLine
from registry.complaints.retention import purging
from registry.core.clock import now
from registry.http.transaction import services
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import file
from tests.pages.officers.signed_in import words_of

TOLD = {"country": "IT", "deception": "yes", "account": "Invented."}
WAGES = {
    "kind": "wages", "unit": "hour", "quantity": "160", "rate": "7.50", "currency": "EUR", "from_day": "2026-03-01",
    "to_day": "2026-03-31", "basis": "Contract, clause <4>",
}  # fmt: skip


def test_what_is_owed_is_counted_shown_and_put_into_a_reply(app, session, sealer, desk_for):
    case = file(session, sealer, TOLD, at=now()).case
    at, desk = f"/console/cases/{case.reference}", desk_for(Role.INVESTIGATOR)
    refused = desk.post(f"{at}/claims", **(WAGES | {"quantity": "-160"}), version=case.version)
    assert refused.status_code == 400
    assert 'value="Contract, clause &lt;4&gt;"' in refused.get_data(as_text=True)
    assert desk.post(f"{at}/claims", **WAGES, version=case.version).status_code == 303
    assert (
        desk.post(f"{at}/claims", **(WAGES | {"kind": "paid", "quantity": "10"}), version=case.version).status_code
        == 303
    )
    page = words_of(desk.get(f"{at}/claims"))
    assert "160 × 7.50 EUR = 1200.00 EUR" in page
    assert "Owed: 1125.00 EUR" in page
    letter = re.search(r'name="text"[^>]*>([^<]*)', desk.get(f"{at}?claims=yes").get_data(as_text=True))
    assert letter is not None
    assert "160 × 7.50 EUR = 1200.00 EUR" in letter[1]
    assert "应付：1125.00 EUR" in letter[1], "the complainant reads Chinese"
    file_page = desk_for(Role.SUPERVISOR, name="Carla").post(f"{at}/file")
    assert file_page.status_code == 200
    assert desk_for(Role.DECIDER, name="Decider").get(f"{at}/claims").status_code == 403
    assert desk_for(Role.SUPERVISOR, unit="cz-labour", name="Foreign").get(f"{at}/claims").status_code == 404
    line = session.scalars(select(ClaimLine)).first()
    assert desk.post(f"{at}/claims/{line.reference}/remove", version=case.version).status_code == 303
    case.state, case.purge_on = CaseState.CLOSED, now().date()
    session.commit()
    purging.purge(services(app).sessions, sealer, now())
    assert session.scalar(select(func.count()).select_from(ClaimLine)) == 0
