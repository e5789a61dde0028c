"""Watches by the API: one's own alone, and no one else is told that there are any."""

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.vocabulary.organisations import Scope
from tests.api.organisations.conftest import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.make import licence_record, make_agency, suspend
from tests.watches.making import fan_out_committed


def answers_to_everybody(client: FlaskClient, agency: str) -> list[bytes]:
    paths = (
        "agencies/{}",
        "agencies/{}/history",
        "agencies/{}/licences",
        "verify?agency_id={}",
        "agencies",
        "statistics",
    )
    return [client.get(f"/api/v1/{path.format(agency)}").data for path in paths]


def test_a_watch_is_made_once_read_by_its_own_and_disclosed_to_no_other(
    client: FlaskClient, session: Session, program: Program, foreign: Program, keyring: Keyring,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    agency = make_agency(session, licences=(licence_record(),))
    fan_out_committed(session, keyring)
    before = answers_to_everybody(client, agency.agency_id)
    capsys.readouterr()
    body = {"label": "Sewing rooms of Prato", "agency_id": agency.agency_id}
    idempotency_key = {"Idempotency-Key": str(uuid.uuid4())}
    made = program.post("/api/v1/watches", body, headers=idempotency_key)
    assert_as_documented(made, "createWatch")
    again = program.post("/api/v1/watches", body, headers=idempotency_key)
    assert (again.status_code, again.data) == (201, made.data)
    watch = made.json["watch_id"]
    printed = capsys.readouterr()
    # The log of requests says that somebody asked something of /watches, and neither who nor about whom.
    assert agency.agency_id not in printed.out + printed.err + caplog.text
    assert program.organisation.reference not in printed.out + printed.err
    assert answers_to_everybody(client, agency.agency_id) == before
    # Another organisation meets the same words as for what never was.
    for method, path, more in (
        ("GET", "", {}),
        ("PATCH", "", {"headers": {"If-Match": '"0"'}}),
        ("PUT", "/numbers", {"headers": {"If-Match": '"0"'}}),
        ("DELETE", "", {"headers": {"If-Match": '"0"'}}),
    ):
        sent = {"PATCH": {"is_paused": True}, "PUT": {"numbers": [{"number": "1"}]}}.get(method)
        theirs = foreign.send(method, f"/api/v1/watches/{watch}{path}", sent, **more)
        unknown = foreign.send(method, f"/api/v1/watches/ABCDEFGHJKMN{path}", sent, **more)
        assert theirs.status_code == unknown.status_code == 404
        assert theirs.json["detail"] == unknown.json["detail"] == "there is no such watch of your organisation"
    assert program.send("PATCH", f"/api/v1/watches/{watch}", {"is_paused": True}).status_code == 428
    suspend(session, agency.agency_id)
    fan_out_committed(session, keyring)
    given = program.get("/api/v1/events")
    assert_as_documented(given, "listEvents")
    assert [one["type"] for one in given.json["items"]] == ["licence.suspended"]
    assert foreign.get("/api/v1/events").json["items"] == []
    # The cursor of one is none of the other's; a changed one says so.
    for program_asking, cursor in (
        (foreign, given.json["next_cursor"]),
        (program, given.json["next_cursor"][:-1] + "*"),
    ):
        refused = program_asking.get("/api/v1/events", query_string={"cursor": cursor})
        assert (refused.status_code, refused.json["errors"][0]["code"]) == (400, "invalid_cursor")
        assert "was changed" in refused.json["errors"][0]["detail"]
    after = program.get("/api/v1/events", query_string={"cursor": given.json["next_cursor"]}).json
    assert (after["items"], after["next_cursor"]) == ([], given.json["next_cursor"])


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_what_cannot_be_watched_or_called_is_refused_in_words(
    client: FlaskClient, session: Session, program: Program, foreign: Program
) -> None:
    def faults(path: str, body: object) -> list[tuple[str, str]]:
        answer = program.post(path, body)
        assert answer.status_code == 400, answer.json
        return [(one.get("parameter") or one.get("field"), one["detail"]) for one in answer.json["errors"]]

    stated = "send exactly one of agency_id, licence_id, numbers and search"
    assert faults("/api/v1/watches", {"label": "x"}) == [("agency_id", stated)]
    assert faults("/api/v1/watches", {"label": "x", "agency_id": "A", "licence_id": "B"}) == [("licence_id", stated)]
    assert faults("/api/v1/watches", {"label": "x", "agency_id": "A"})[0][1] == "is no agency of this registry"
    assert "must ask for at least one" in faults("/api/v1/watches", {"label": "x", "search": {}})[0][1]
    inner = {"label": "x", "url": "https://2130706433/"}
    assert "must name a host by its full name" in faults("/api/v1/webhooks", inner)[0][1]
    narrow = program_of(client, session, Scope.VERIFY, name="Invented Narrow")
    for path in ("watches", "events", "webhooks"):
        answer = narrow.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json["code"]) == (403, "scope_missing")
    made = program.post("/api/v1/webhooks", {"label": "x", "url": "https://hooks.example.org/"}).json
    assert made["secret"].startswith("whsec_")
    assert "secret" not in program.get(f"/api/v1/webhooks/{made['webhook_id']}").json
    for path in ("", "/deliveries"):
        assert foreign.get(f"/api/v1/webhooks/{made['webhook_id']}{path}").status_code == 404
    for path, sent in (("/test", None), ("/replay", {}), ("/deliveries/evt_ABCDEFGHJKMN", None)):
        assert foreign.post(f"/api/v1/webhooks/{made['webhook_id']}{path}", sent).status_code == 404
