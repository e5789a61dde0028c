"""Editing a proposed sanction on its page: by its proposer alone, from what stands now, with its money or points."""

import re

from flask.testing import FlaskClient

from registry.officers.rights import Role
from tests.pages.officers.signed_in import OfficerClientFor, version_on, words_of
from tests.supervision.sanctions.making import LAW, UNIT, Licensed, today


def test_a_proposal_is_written_anew_by_its_proposer_from_what_stands_now(
    client: FlaskClient, licensed: Licensed, desk_for: OfficerClientFor
) -> None:
    proposer = desk_for(Role.LICENSING, name="L Licensing", unit=UNIT)
    another = desk_for(Role.LICENSING, name="A Another", unit=UNIT)
    fine = {"kind": "fine", "legal_ground": LAW, "effective_from": str(today()), "amount": "900", "currency": "EUR"}
    path = str(proposer.post("/console/sanctions/new", **fine, licence=licensed.licence).location)
    edit = f"{path}/edit"
    version = version_on(proposer, edit)
    output = proposer.get(edit).get_data(as_text=True)
    assert 'value="900.00"' in output
    assert 'value="EUR"' in output
    dearer = fine | {"amount": "1,200.5", "version": version}
    theirs = another.post(edit, **dearer)
    assert theirs.status_code == 409, words_of(theirs)
    assert 'value="900.00"' in proposer.get(edit).get_data(as_text=True)
    assert proposer.post(edit, **dearer).status_code == 303
    assert 'value="1200.50"' in proposer.get(edit).get_data(as_text=True)
    stale = proposer.post(edit, **dearer | {"amount": "7"})
    assert stale.status_code == 409
    assert "somebody changed this in the meantime" in words_of(stale)
    # The stored value is shown beside the typed one, and only the officer's next press overwrites it.
    assert "Amount 1200.50 7" in words_of(stale)
    assert 'name="amount" type="text" value="7"' in stale.get_data(as_text=True)
    (seen,) = re.findall(r'name="version" value="(\d+)"', stale.get_data(as_text=True))
    assert seen == version_on(proposer, edit)
    points = {"kind": "points", "amount": "", "currency": "", "version": version_on(proposer, edit)}
    too_many = proposer.post(edit, **fine | points | {"points": "1001"})
    assert too_many.status_code == 400
    assert 'value="1001"' in too_many.get_data(as_text=True)
    assert proposer.post(edit, **fine | points | {"points": "12"}).status_code == 303
    stored = proposer.get(edit).get_data(as_text=True)
    assert 'value="12"' in stored
    assert 'value="1200.50"' not in stored
