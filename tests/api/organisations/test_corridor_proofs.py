"""A corridor by POST: as the registry knew it then, as a signed statement, archived once however often it is sent."""

import json
from datetime import timedelta
from uuid import uuid4

from flask.testing import FlaskClient
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.trust import read_trust
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.vocabulary.organisations import Scope
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.log.publishing import Publish
from tests.make import licence_record, make_agency

URL, LISTS, MANY = "/api/v1/corridor", "/api/v1/archived-lists", "/api/v1/verifications"
ASKED = {"sending": "VYM-CN-1", "receiving": "VYM-CZ-2", "destination": "CZ"}


def test_a_corridor_is_proved_and_kept_once(
    client: FlaskClient, session: Session, program: Program, publish: Publish
) -> None:
    before = now() - timedelta(seconds=1)
    make_agency(session, country="CN", licences=(licence_record(country="CN", number="VYM-CN-1"),))
    make_agency(session, licences=(licence_record(number="VYM-CZ-2"),))
    publish()
    once = {"Idempotency-Key": str(uuid4())}
    archived = program.post(URL, ASKED | {"keep": True}, headers=once)
    assert_as_documented(archived, "verifyCorridorByPost")
    plain = client.post(URL, json=ASKED).json
    assert {name: value for name, value in archived.json.items() if name not in ("proof", "list_id")} == plain
    again = program.post(URL, ASKED | {"keep": True}, headers=once)
    assert (again.status_code, again.data) == (200, archived.data)
    assert [one["list_id"] for one in program.get(LISTS).json["items"]] == [archived.json["list_id"]]

    # Anybody gets the statement, and checks it without the registry.
    proved = client.get(URL, query_string=ASKED | {"receipt": "true"}).json["proof"]
    trust = read_trust(client.get("/.well-known/registry-trust.json").data)
    for proof, state in ((proved, "good"), (proved | {"statement": proved["statement"].replace("CZ", "IT")}, "bad")):
        report = verify(json.dumps(proof).encode(), GatheringOptions(trust, int(now().timestamp()) + 5))
        assert (report.kind, str(report.issued.state)) == ("row", state)

    then = client.post(URL, json=ASKED | {"known_at": before.isoformat()}).json
    assert [leg["agency"] for leg in then["legs"][:2]] == [None, None]
    assert [leg["agency"] is None for leg in plain["legs"][:2]] == [False, False]

    # A list that is kept in one go is kept once, too.
    items = {"items": [{"licence_number": "VYM-CZ-2"}], "keep": True}
    once = {"Idempotency-Key": str(uuid4())}
    first, second = (program.post(MANY, items, headers=once) for _ in range(2))
    assert (first.status_code, second.status_code, second.data) == (200, 200, first.data)
    narrow = program_of(client, session, Scope.VERIFY)
    session.commit()
    assert narrow.post(URL, ASKED | {"keep": True}).json["code"] == "scope_missing"
