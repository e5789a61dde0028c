"""Keys by the API: made, exchanged and ended, and never with more than the key that asks."""

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.vocabulary.organisations import Scope
from tests.api.organisations.conftest import Program
from tests.api.shapes import assert_as_documented
from tests.make import licence_record, make_agency, make_api_key

KEYS = "/api/v1/organisation/keys"


def test_a_key_makes_others_within_its_own_scopes(client: FlaskClient, session: Session, program: Program) -> None:
    narrow = Program(
        client, make_api_key(session, program.organisation, Scope.ORGANISATION, Scope.VERIFY), program.organisation
    )
    idempotency_key = {"Idempotency-Key": "a-key-made-once-only"}
    made = narrow.post(KEYS, {"label": "check", "scopes": ["verify"]}, headers=idempotency_key)
    assert made.status_code == 201
    again = narrow.post(KEYS, {"label": "check", "scopes": ["verify"]}, headers=idempotency_key)
    # Its text is shown once only, and again to who lost that answer and asks with the same key.
    assert (again.status_code, again.json) == (201, made.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    beyond = narrow.post(KEYS, {"label": "more", "scopes": ["verify", "watches"]})
    assert (beyond.status_code, beyond.json["code"]) == (403, "scope_missing")
    assert "watches" in beyond.json["detail"]
    wide = next(one["key_id"] for one in narrow.get(KEYS).json["items"] if len(one["scopes"]) == len(Scope))
    assert narrow.post(f"{KEYS}/{wide}/exchange", {}).status_code == 403
    assert narrow.send("DELETE", f"{KEYS}/{wide}").status_code == 403
    assert made.json["key"] not in narrow.get(KEYS).get_data(as_text=True)
    fresh = program.post(f"{KEYS}/{made.json['key_id']}/exchange", {"overlap_days": 0}).json
    ask = "/api/v1/verify?uscc=91000000MA00FCT307"
    old = Program(client, made.json["key"], program.organisation).get(ask)
    new = Program(client, fresh["key"], program.organisation).get(ask)
    assert (old.status_code, new.status_code) == (401, 200)


def test_a_key_opens_from_its_networks_alone_and_its_requests_are_counted_by_day(
    client: FlaskClient, session: Session, program: Program
) -> None:
    refused = program.post(KEYS, {"label": "x", "scopes": ["verify"], "networks": ["192.0.2.0/99"]})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "#/networks[0]")
    bound = {"label": "x", "scopes": ["verify", "watches"], "networks": ["192.0.2.0/24", "2001:db8::/32"]}
    made = program.post(KEYS, bound).json
    assert made["networks"] == ["192.0.2.0/24", "2001:db8::/32"]
    key = {"Authorization": f"Bearer {made['key']}"}

    def ask(address: str, path: str = "/api/v1/watches") -> int:
        return client.get(path, headers=key, environ_base={"REMOTE_ADDR": address}).status_code

    here = ["192.0.2.9", "2001:db8::5", "::ffff:192.0.2.4"]
    elsewhere = ["198.51.100.9", "2001:db9::5", "", "127.0.0.1"]
    assert [ask(address) for address in (*here, *elsewhere)] == [200] * 3 + [403] * 4
    assert ask("198.51.100.9", "/api/v1/verify?licence_number=X") == 403
    usage = program.get(f"{KEYS}/{made['key_id']}/usage")
    assert_as_documented(usage, "getKeyUsage")
    assert [one["requests"] for one in usage.json["items"]] == [3]
    assert program.send("DELETE", f"{KEYS}/{made['key_id']}").status_code == 204
    assert program.get(f"{KEYS}/{made['key_id']}/usage").json == usage.json
    assert program.get(f"{KEYS}/222222222222/usage").status_code == 404


def test_anothers_keys_are_told_like_what_never_was(program: Program, foreign: Program) -> None:
    theirs = program.get(KEYS).json["items"][0]["key_id"]
    words = set()
    for key_id in (theirs, "222222222222"):
        answer = foreign.send("DELETE", f"{KEYS}/{key_id}")
        words.add((answer.status_code, answer.json["detail"]))
        assert foreign.post(f"{KEYS}/{key_id}/exchange", {}).status_code == 404
    assert len(words) == 1
    assert next(iter(words))[0] == 404
    assert theirs not in foreign.get(KEYS).get_data(as_text=True)


def test_every_list_of_an_organisation_is_read_in_pages(
    client: FlaskClient, session: Session, program: Program
) -> None:
    agency = make_agency(session, licences=(licence_record(),))
    for number in range(3):
        make_api_key(session, program.organisation, Scope.VERIFY)
        program.post("/api/v1/watches", {"label": f"Watch {number}", "agency_id": agency.agency_id})
        program.post("/api/v1/webhooks", {"label": f"Hook {number}", "url": f"https://hook.example.org/{number}"})
        sent = {"Authorization": f"Bearer {program.key}", "X-File-Name": "list.csv"}
        client.post("/api/v1/verification-jobs", data=f"number\n{number}\n", content_type="text/csv", headers=sent)
    hook = program.get("/api/v1/webhooks").json["items"][0]["webhook_id"]
    for _ in range(3):
        assert program.post(f"/api/v1/webhooks/{hook}/test", None).status_code == 200
    lists = ("organisation/keys", "watches", "webhooks", "verification-jobs", f"webhooks/{hook}/deliveries")
    for path in (f"/api/v1/{one}" for one in lists):
        whole = program.get(path).json
        assert (len(whole["items"]) >= 3, whole["next_cursor"]) == (True, None), path
        first = program.get(f"{path}?limit=2").json
        second = program.get(f"{path}?limit=2&cursor={first['next_cursor']}").json
        assert first["items"] + second["items"] == whole["items"][:4], path
        refused = program.get(f"{path}?cursor=nonsense")
        assert (refused.status_code, refused.json["errors"][0]["code"]) == (400, "invalid_cursor"), path
