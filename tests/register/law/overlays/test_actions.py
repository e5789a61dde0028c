"""Two persons correct the law by a signed file: every answer stands on it at once, and the past stays as it was."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import instant_text, now
from registry.core.db.prepared import ThreadLocalReader
from registry.core.errors import ActRefused, InvalidInput, NotNow
from registry.core.keyring import Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.http.transaction import Services, services
from registry.log.actions import append
from registry.log.keys import change_state, draft_of
from registry.log.queries import latest_entry
from registry.log.signing import sign_committed
from registry.register.authorities.actions import coverage_changed
from registry.register.law.overlays import actions
from registry.verification.verdicts.queries import VerdictReader
from tests import make
from tests.calling import call_by
from tests.register.law.overlays.files import BAR, overlay
from tests.register.law.overlays.making import ONE, OTHER, put_in_force, sign

TEXT = overlay(BAR)


@pytest.fixture(autouse=True)
def _on_the_day_of_the_file() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 27, 12, tzinfo=UTC), tick=True):
        yield


@pytest.fixture
def number(session: Session, settings: Settings, held_services: Services) -> str:
    """The number of a licence in force, in a log that is signed: answers have receipts."""
    found = make.make_licence(session).number
    assert found is not None
    session.commit()
    sign_committed(settings, held_services.sessions)
    return found


def ask(client: FlaskClient, number: str, **more: Any) -> Any:
    question = {"licence_number": number, "receipt": "true", **make.CZECH_AT_HOME, **more}
    answer = client.get("/api/v1/verify", query_string=question)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def propose(session: Session, keyring: Keyring, text: str = TEXT) -> str:
    return actions.propose(call_by(session, ONE), text.encode(), sign(session, keyring, text)).reference


def refusal(session: Session, text: str, signature: str) -> str:
    with pytest.raises(InvalidInput) as refused:
        actions.propose(call_by(session, ONE), text.encode(), signature)
    return str(refused.value)


@pytest.mark.both_databases
def test_a_yes_becomes_a_no_with_an_approved_overlay_and_the_day_before_it_stays_a_yes(
    client: FlaskClient, session: Session, keyring: Keyring, number: str
) -> None:
    before = ask(client, number)
    assert (before["verdict"], "law_overlay" in before) == ("yes", False)
    was = now()

    reference = put_in_force(session, keyring, TEXT).reference
    after = ask(client, number)
    assert (after["verdict"], after["reasons"][0]["code"], after["law_overlay"]) == ("no", "law_bars", 1)
    assert "Invented Decree 1/2026, art. 1" in after["reasons"][0]["text"]
    assert [row["id"] for row in after["reasons"][0]["law"]] == ["cz-limit-invented-decree"]
    assert ask(client, number, known_at=instant_text(was))["verdict"] == "yes"
    entry = latest_entry(session, f"law/{reference}")
    assert entry is not None
    assert (entry.type, b"cz-limit-invented-decree" in entry.leaf) == ("law.overlay_approved", True)

    for operator, verdict in ((OTHER, "no"), (ONE, "yes")):
        actions.withdraw(call_by(session, operator), reference, "Repealed.")
        answer = ask(client, number)
        assert (answer["verdict"], "law_overlay" in answer) == (verdict, verdict == "no")
    entry = latest_entry(session, f"law/{reference}")
    assert entry is not None
    assert entry.type == "law.overlay_withdrawn"


def test_an_old_text_leaves_no_yes_and_makes_no_no(
    client: FlaskClient, session: Session, keyring: Keyring, number: str
) -> None:
    put_in_force(session, keyring, TEXT.replace("as_of = 2026-11-01", "as_of = 2019-11-01"))
    assert ask(client, number)["verdict"] == "unknown"


def test_the_proposer_does_not_approve_and_what_was_refused_waits_no_more(session: Session, keyring: Keyring) -> None:
    reference = propose(session, keyring)
    with pytest.raises(ActRefused, match="another officer has to approve it"):
        actions.approve(call_by(session, ONE), reference)
    actions.withdraw(call_by(session, OTHER), reference, "A typing error.")
    with pytest.raises(NotNow, match="this waits no more"):
        actions.approve(call_by(session, OTHER), reference)


def test_what_is_unsigned_or_wrongly_signed_is_refused(session: Session, keyring: Keyring) -> None:
    signature = sign(session, keyring, TEXT)
    key, body = keyring.active(Use.LAW), signature.split()[1]
    assert "signature: missing" in refusal(session, TEXT, "")
    assert "signature: does not fit" in refusal(session, TEXT + "# one more line\n", signature)
    assert "is no law key in this registry's log" in refusal(session, TEXT, f"{'A' * 16} {body}")
    assert "is no signature of an overlay" in refusal(session, TEXT, "unsigned")
    append(session, [draft_of(keyring.make(Use.LAW, instant_text(now())).key)])
    change_state(session, key, KeyState.RETIRED)
    assert "is retired: sign with an active one" in refusal(session, TEXT, signature)


def test_a_version_that_was_overtaken_is_refused_when_it_is_approved(session: Session, keyring: Keyring) -> None:
    waiting = propose(session, keyring)
    put_in_force(session, keyring, TEXT)
    with pytest.raises(InvalidInput, match="version: must be later than 1, the last one in force"):
        actions.approve(call_by(session, OTHER), waiting)


def test_an_overlay_of_a_compromised_key_is_no_longer_in_force(
    client: FlaskClient, session: Session, keyring: Keyring, number: str
) -> None:
    put_in_force(session, keyring, TEXT)
    assert ask(client, number)["verdict"] == "no"
    change_state(session, keyring.active(Use.LAW), KeyState.COMPROMISED, -1)
    coverage_changed(session)
    assert ask(client, number)["verdict"] == "yes"


def test_every_process_answers_by_it_from_the_next_question_on(app: Flask, session: Session, keyring: Keyring) -> None:
    process = services(app)
    elsewhere = VerdictReader(ThreadLocalReader(process.engine), process.reading_sessions)
    assert elsewhere.current_law().overlay is None
    put_in_force(session, keyring, TEXT)
    session.commit()
    assert elsewhere.current_law().overlay == 1
