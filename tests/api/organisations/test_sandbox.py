"""Test keys: they see the invented registry beside real data, and a caller who mixes the two is told."""

import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import ActRefused
from registry.core.settings import Settings
from registry.organisations import keys
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import EventType
from tests.make import make_agency, make_api_key, make_organisation, organisation_call
from tests.serving import serve

DEMO = "91990001MADEM00705"
"""An agency of the demo whose licence is suspended."""
ALL = tuple(scope for scope in Scope if scope is not Scope.ORGANISATION)


def test_a_test_key_sees_the_invented_registry_beside_real_data(client: FlaskClient, session: Session):
    organisation = make_organisation(session)
    with pytest.raises(ActRefused, match="invented data alone"):
        keys.make(organisation_call(session, organisation.id), "trial", tuple(Scope), 30, is_test=True)
    test_key = keys.make(organisation_call(session, organisation.id), "trial", ALL, 30, is_test=True).text
    live_key, real = make_api_key(session, organisation), make_agency(session).agency_id
    session.commit()
    mine, live = ({"Authorization": f"Bearer {key}"} for key in (test_key, live_key))

    answer_about_demo = client.get(f"/api/v1/verify?uscc={DEMO}", headers=mine)
    assert (answer_about_demo.json["verdict"], answer_about_demo.headers["Registry-Mode"]) == ("no", "test")
    assert client.get(f"/api/v1/verify?uscc={DEMO}").json["reasons"][0]["code"] != "licence_suspended"

    # Either key on the other's data is refused in words: in a question, in a list, as a path, as a watch.
    items = {"items": [{"agency_id": real}]}
    listed = client.post("/api/v1/verifications", json=items, headers=mine).json["items"][0]
    assert listed["errors"][0]["code"] == "test_key_on_real_data"
    for answer, code in (
        (client.get(f"/api/v1/verify?agency_id={real}", headers=mine), "test_key_on_real_data"),
        (client.get(f"/api/v1/agencies/{real}", headers=mine), "test_key_on_real_data"),
        (client.get(f"/api/v1/verify?uscc={DEMO}", headers=live), "live_key_on_test_data"),
        (
            client.post("/api/v1/watches", json={"label": "x", "agency_id": "DEGQTSQUSDTU"}, headers=live),
            "live_key_on_test_data",
        ),
    ):
        assert (answer.status_code, answer.json["errors"][0]["code"]) == (400, code)

    # Webhooks of a test key are its own, and get test events of any type; a live key sends the plain one alone.
    made = {"url": "https://hooks.example.org/registry", "label": "trial"}
    hook = client.post("/api/v1/webhooks", json=made, headers=mine).json["webhook_id"]
    for kind in EventType:
        sent = client.post(f"/api/v1/webhooks/{hook}/test", json={"type": kind}, headers=mine)
        assert (sent.status_code, sent.json.get("type")) == (200, kind)
    real_hook = client.post("/api/v1/webhooks", json=made, headers=live).json["webhook_id"]
    assert client.post(f"/api/v1/webhooks/{real_hook}/test", headers=live).json["type"] == "webhook.test"
    refused = client.post(f"/api/v1/webhooks/{real_hook}/test", json={"type": "licence.revoked"}, headers=live)
    assert (refused.status_code, refused.json["code"]) == (403, "live_key_on_test_data")

    # A key that was revoked opens nothing in the sandbox either, and no stranger's word does.
    keys.revoke(organisation_call(session, organisation.id), _reference(session, organisation.id))
    session.commit()
    assert client.get(f"/api/v1/verify?uscc={DEMO}", headers=mine).status_code == 401


def _reference(session: Session, organisation_id: int) -> str:
    return next(one.reference for one in keys.keys_of(session, organisation_id, now().date()) if one.is_test)


@pytest.mark.slow
def test_a_server_without_a_sandbox_hands_test_keys_on_to_the_one_that_has_it(
    session: Session, settings: Settings, tmp_path: Path
):
    key = keys.make(organisation_call(session, make_organisation(session).id), "trial", ALL, 30, is_test=True).text
    session.commit()
    mine = {"Authorization": f"Bearer {key}", "X-Forwarded-For": "192.0.2.7"}
    public = {"REGISTRY_URL": "http://127.0.0.1:18000", "REGISTRY_TRUSTED_PROXIES": "127.0.0.1"}
    other = replace(settings, home=tmp_path / "other")
    other.prepare_home()
    with ExitStack() as first:
        one = first.enter_context(serve(settings, extra=public))
        shutil.copytree(settings.keys, other.keys, dirs_exist_ok=True)
        elsewhere = public | {"REGISTRY_SANDBOX": one.base_url}
        with serve(other, extra=elsewhere) as two:
            url, host = f"{two.base_url}/api/v1", {"Host": "127.0.0.1:18000"}
            answer = requests.get(f"{url}/verify?uscc={DEMO}", headers=mine | host, timeout=60)
            assert (answer.status_code, answer.headers["Registry-Mode"]) == (200, "test"), answer.text
            rows = "licence_number\n" + "INV\n" * 20_000
            as_csv = mine | host | {"Content-Type": "text/csv"}
            job = requests.post(f"{url}/verification-jobs", headers=as_csv, data=rows, timeout=60)
            assert (job.status_code, job.headers["Registry-Mode"]) == (201, "test"), job.text
            again = requests.get(f"{url}/verification-jobs/{job.json()['job_id']}", headers=mine | host, timeout=60)
            assert again.json()["size"] == len(rows)
            assert not (other.home / "sandbox").exists()
            assert (
                requests.get(f"{url}/verify?uscc={DEMO}", headers=host, timeout=60).headers.get("Registry-Mode") is None
            )
            first.close()
            away = requests.get(f"{url}/verify?uscc={DEMO}", headers=mine | host, timeout=60)
            assert (away.status_code, away.json()["code"], away.headers["Retry-After"]) == (503, "too_busy", "5")
