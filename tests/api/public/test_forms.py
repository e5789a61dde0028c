"""Answers that are compressed and answers that are not sent twice: each form has its own ETag, and none is ever stale."""

import gzip
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any

import brotli
import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from tests import make

URL = "/api/v1/verify"
FORMS = {"br": brotli.decompress, "gzip": gzip.decompress}


def question(number: str) -> dict[str, str]:
    return {"licence_number": number, "origin": "CN", "destination": "CZ"}


def test_a_long_answer_is_compressed_as_the_client_likes_and_reads_the_same(
    client: FlaskClient, session: Session
) -> None:
    query = question(make.make_licence(session).number or "")
    plain = client.get(URL, query_string=query)
    assert "Content-Encoding" not in plain.headers
    etags = {plain.headers["ETag"]}
    for coding, unpacked in FORMS.items():
        packed = client.get(URL, query_string=query, headers={"Accept-Encoding": coding})
        assert packed.headers["Content-Encoding"] == coding
        assert unpacked(packed.data) == plain.data
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) * 0.7
        assert "Accept-Encoding" in packed.headers.getlist("Vary")
        head = client.head(URL, query_string=query, headers={"Accept-Encoding": coding})
        assert head.headers["Content-Length"] == packed.headers["Content-Length"]
        etags.add(packed.headers["ETag"])
    assert "Accept-Encoding" in plain.headers.getlist("Vary")
    assert len(etags) == 3


def test_only_the_form_that_would_be_sent_counts_as_held(client: FlaskClient, session: Session) -> None:
    query = question(make.make_licence(session).number or "")
    etags = {
        coding: client.get(URL, query_string=query, headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("identity", *FORMS)
    }
    for sent, wanted in product(etags, etags):
        headers = {"Accept-Encoding": wanted, "If-None-Match": etags[sent]}
        again = client.get(URL, query_string=query, headers=headers)
        assert again.status_code == (304 if sent == wanted else 200)
        assert again.headers["ETag"] == etags[wanted]
        assert "Accept-Encoding" in again.headers.getlist("Vary")
        assert ("Content-Encoding" in again.headers) is (sent != wanted != "identity")


def test_a_small_answer_and_one_to_a_key_go_out_as_they_are(client: FlaskClient, session: Session) -> None:
    make.make_licence(session)
    accepted = {"Accept-Encoding": "br, gzip"}
    small = client.get("/health", headers=accepted)
    assert "Content-Encoding" not in small.headers
    key = make.make_api_key(session)
    keyed = client.get(
        URL, query_string={"licence_number": "VYMYSL-1"}, headers=accepted | {"Authorization": f"Bearer {key}"}
    )
    assert keyed.status_code == 200
    assert "Content-Encoding" not in keyed.headers


def test_an_equal_etag_means_equal_bytes_whatever_changes(client: FlaskClient, session: Session) -> None:
    """Days, hours, lists, records, languages and questions: whatever makes another answer makes another ETag."""
    body_of: dict[str, bytes] = {}
    etag_of: dict[Any, str] = {}

    def look() -> None:
        contexts = product(("CN", "CZ"), ("CZ", "IT"), (None, "agency"), ("en", "zh-Hans"))
        for (origin, destination, recruiter, language), number in product(contexts, ("FORMA-1", "FORMA-2", "NENI-1")):
            query = {"licence_number": number, "origin": origin, "destination": destination}
            query |= {"recruiter_kind": recruiter} if recruiter else {}
            headers = {"Accept-Language": language}
            response = client.get(URL, query_string=query, headers=headers)
            etag = response.headers["ETag"]
            assert body_of.setdefault(etag, response.data) == response.data
            place = (number, origin, destination, recruiter, language)
            if before := etag_of.get(place):
                again = client.get(URL, query_string=query, headers=headers | {"If-None-Match": before})
                assert again.status_code == (304 if before == etag else 200)
                if again.status_code == 304:
                    assert body_of[before] == response.data
            etag_of[place] = etag

    with time_machine.travel(datetime(2026, 11, 24, 10, tzinfo=UTC), tick=False) as clock:
        ends = date(2026, 11, 26)
        first = make.make_agency(session, licences=(make.licence_record(number="FORMA-1", valid_to=ends),))
        second = make.make_agency(session, licences=(make.licence_record(number="FORMA-2"),))
        look()
        look()
        suspended = make.changed(second.licences[0], status_history=(make.status_record(LicenceStatus.SUSPENDED),))
        amend(session, make.changed(second, licences=(suspended,)), Event("licence.suspended"))
        look()
        amend(session, make.changed(first, is_correction_requested=True), Event("agency.amended"))
        look()
        # Midnight in Prague and in UTC on either side, the end of the licence, and the day on which the list is too old.
        for instant in (
            datetime(2026, 11, 24, 22, 59, 59, tzinfo=UTC),
            datetime(2026, 11, 24, 23, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 25, 0, 0, 0, tzinfo=UTC),
            datetime(2026, 11, 26, 23, 0, 0, tzinfo=UTC),
            datetime(2026, 12, 24, 8, 59, 59, tzinfo=UTC),
            datetime(2026, 12, 24, 9, 0, 0, tzinfo=UTC),
        ):
            clock.move_to(instant)
            look()
            clock.move_to(instant + timedelta(seconds=1))
            look()
    assert len(set(body_of.values())) <= len(body_of)


def test_a_held_answer_is_known_without_being_made(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = question(make.make_licence(session).number or "")
    first = client.get(URL, query_string=query)

    def never(*_: Any) -> Any:
        raise AssertionError("judged for one who holds the answer")

    monkeypatch.setattr("registry.verification.verdicts.queries.decide", never)
    assert client.get(URL, query_string=query, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
