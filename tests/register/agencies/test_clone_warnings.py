"""Clone warnings: said on the true entry, logged as a digest, lifted, and kept by the history."""

import msgspec
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import InvalidInput, NotFound
from registry.log.models import Entry
from registry.register.agencies.clone_warnings import lift_clone_warning, warn_of_clone
from tests import make

TEXT = "Skupina podobného jména chce zálohu."


def test_a_warning_stands_in_the_record_the_verdict_and_the_history(client: FlaskClient, session: Session) -> None:
    agency = make.make_agency(session, licences=(make.licence_record(number="PRAVA/1"),))
    appended = warn_of_clone(session, agency.agency_id, TEXT, make.source_of("CZ"))
    assert appended.first_index == appended.last_index
    record = client.get(f"/api/v1/agencies/{agency.agency_id}").json
    [warning] = record["clone_warnings"]
    assert (warning["text"], warning["source"]) == (TEXT, make.source_of("CZ"))
    answer = client.get("/api/v1/verify", query_string={"licence_number": "PRAVA/1"} | make.CZECH_AT_HOME).json
    assert answer["verdict"] == "yes"
    assert "clone_warning" in [reason["code"] for reason in answer["reasons"]]
    assert answer["agency"]["clone_warnings"] == record["clone_warnings"]
    [newest, *_] = client.get(f"/api/v1/agencies/{agency.agency_id}/history").json["items"]
    assert newest["record"]["clone_warnings"][0]["text"] == TEXT


def test_the_log_holds_a_digest_of_the_words(session: Session) -> None:
    agency = make.make_agency(session)
    appended = warn_of_clone(session, agency.agency_id, TEXT, "registry")
    leaf = session.execute(select(Entry.leaf).where(Entry.index == appended.last_index)).scalar_one()
    [warning] = msgspec.json.decode(leaf)["record"]["clone_warnings"]
    assert warning["text_digest"].startswith("sha256:")
    assert TEXT.encode() not in leaf


def test_a_lifted_warning_is_gone_from_the_record_and_kept_by_the_history(
    client: FlaskClient, session: Session
) -> None:
    agency = make.make_agency(session)
    warn_of_clone(session, agency.agency_id, TEXT, "registry")
    warn_of_clone(session, agency.agency_id, "Druhé varování.", "registry")
    with pytest.raises(InvalidInput, match="the entry has 2 warnings"):
        lift_clone_warning(session, agency.agency_id)
    with pytest.raises(InvalidInput, match="must be 1 to 2"):
        lift_clone_warning(session, agency.agency_id, 3)
    stored, gone = make.public_record_of(session, agency.agency_id).clone_warnings
    assert lift_clone_warning(session, agency.agency_id, 2) == gone
    assert make.public_record_of(session, agency.agency_id).clone_warnings == (stored,)
    lift_clone_warning(session, agency.agency_id)
    with pytest.raises(InvalidInput, match="no clone warning"):
        lift_clone_warning(session, agency.agency_id)
    history = client.get(f"/api/v1/agencies/{agency.agency_id}/history").json["items"]
    assert [len(item["record"].get("clone_warnings", ())) for item in history] == [0, 1, 2, 1, 0]


@pytest.mark.parametrize(
    ("text", "source", "message"),
    [
        (" ", "registry", "text: must say something"),
        ("x" * 1001, "registry", "text: must not be longer than 1000"),
        ("x", "", "source: must say something"),
        ("x", "y" * 41, "source: must not be longer than 40"),
        ("a\u202eb", "registry", "text: holds an invisible or control character"),
        ("a\0b", "registry", "text: holds an invisible or control character"),
    ],
)
def test_a_warning_that_cannot_be_published_is_refused(session: Session, text: str, source: str, message: str) -> None:
    agency = make.make_agency(session)
    with pytest.raises(InvalidInput, match=message):
        warn_of_clone(session, agency.agency_id, text, source)
    assert make.public_record_of(session, agency.agency_id).clone_warnings == ()


def test_doubled_words_and_unknown_entries_are_refused(session: Session) -> None:
    agency = make.make_agency(session)
    warn_of_clone(session, agency.agency_id, TEXT, "registry")
    with pytest.raises(InvalidInput, match="stands on the entry already"):
        warn_of_clone(session, agency.agency_id, TEXT, "registry")
    with pytest.raises(NotFound):
        warn_of_clone(session, "2K7MPXW4NQ9T", TEXT, "registry")
