"""The console's page for corrections of the law: one operator hands in a signed file, another puts it into force."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.register.law.overlays.queries import all_overlays
from tests import make
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of
from tests.register.law.overlays.files import BAR, overlay
from tests.register.law.overlays.making import sign


@pytest.fixture(autouse=True)
def _on_the_day_of_the_file() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        yield


def operator(client: FlaskClient, session: Session, keyring: Keyring, name: str) -> OfficerClient:
    made = make_officer(session, keyring, Role.SYSADMIN, name=f"Invented {name}", email=f"{name}@operator.example")
    return desk_of(client, session, made.officer)


def hand_in(desk: OfficerClient, text: str, signature: str) -> TestResponse:
    files = {"file": (io.BytesIO(text.encode()), "decree.toml"), "signature": (io.BytesIO(signature.encode()), "x.sig")}
    return desk.post("/console/law", **files)


def test_two_operators_correct_the_law_and_two_withdraw_it(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    number = make.make_licence(session).number
    make_unit(session)
    one, other = (operator(client, session, keyring, name) for name in ("anna", "boris"))
    text = overlay(BAR)

    def verdict() -> str:
        question = {"licence_number": number, **make.CZECH_AT_HOME}
        return str(client.get("/api/v1/verify", query_string=question).json["verdict"])

    refused = hand_in(one, text, "")
    assert refused.status_code == 400
    assert "signature: missing" in words_of(refused)
    wrong = text.replace('article = "Invented Decree 1/2026, art. 1"\n', "")
    refused = hand_in(one, wrong, sign(session, keyring, wrong))
    assert "decree.toml, cz-limit-invented-decree, article: missing" in words_of(refused)

    assert hand_in(one, text, sign(session, keyring, text)).status_code == 303
    (row,) = all_overlays(session)
    at = f"/console/law/{row.reference}"
    assert "Version 1" in words_of(other.get("/console/law"))
    assert one.post(f"{at}/approve", version=row.version).status_code == 409
    assert verdict() == "yes"
    assert other.post(f"{at}/approve", version=row.version).status_code == 303
    assert verdict() == "no"

    for desk, version, after in ((other, 2, "no"), (one, 3, "yes")):
        assert desk.post(f"{at}/withdraw", version=version, reason="Repealed.").status_code == 303
        assert verdict() == after
