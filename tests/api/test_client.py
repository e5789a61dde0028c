"""A client generated from the document, asking the served registry over a socket."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.api.generated_client import part
from tests.serving import Served

pytestmark = pytest.mark.slow


@pytest.mark.thorough
def test_a_generated_client_asks_the_service(generated: str, served: Served, session: Session) -> None:
    licence = make.make_licence(session, number="KLIENT-1")
    suspended = make.make_licence(session, LicenceStatus.SUSPENDED, number="KLIENT-2")
    session.commit()
    client: Any = part(generated, "client").Client(base_url=served.base_url, raise_on_unexpected_status=True)
    models = part(generated, "models")

    answer = part(generated, "api.verify.verify").sync(
        client=client,
        licence_number="KLIENT-1",
        on=dt.datetime.now(dt.UTC).date(),
        **{name: models.CountryCode(country) for name, country in make.CZECH_AT_HOME.items()},
    )
    assert answer.verdict is models.Answer.YES
    assert answer.licence.licence_id == licence.licence_id
    assert answer.reasons[0].code is models.ReasonCode.LICENCE_ACTIVE

    posted = part(generated, "api.verify.verify_by_post").sync(
        client=client, body=models.Verify(licence_number="klient 2")
    )
    assert (posted.verdict, posted.licence.status) == (models.Answer.NO, models.LicenceStatus.SUSPENDED)
    assert posted.licence.licence_id == suspended.licence_id

    listed = part(generated, "api.agencies.list_agencies").sync(
        client=client, limit=1, status=models.LicenceStatus.SUSPENDED
    )
    assert (listed.total, listed.next_cursor) == (1, None)
    agency = part(generated, "api.agencies.get_agency").sync(listed.items[0].agency_id, client=client)
    assert agency.licences[0].number == "KLIENT-2"

    refused = part(generated, "api.verify.verify").sync(client=client, lei="0" * 19)
    assert isinstance(refused, models.Problem)
    assert refused.errors[0].code is models.ProblemCode.IMPOSSIBLE_LEI
    missing = part(generated, "api.agencies.get_agency").sync("222222222222", client=client)
    assert missing.status == 404


@pytest.mark.thorough
def test_a_generated_client_reads_a_verdict_beside_codes_that_it_does_not_know(generated, session, client) -> None:
    make.make_licence(session, LicenceStatus.SUSPENDED, number="KLIENT-3")
    session.commit()
    answer = client.get("/api/v1/verify?licence_number=KLIENT-3").json
    answer["reasons"][0]["code"] = answer["licence"]["status"] = "frozen_by_court"
    models = part(generated, "models")
    read = models.Verdict.from_dict(answer)
    assert (read.verdict, read.reasons[0].code, read.licence.status) == (
        models.Answer.NO, "frozen_by_court", "frozen_by_court",
    )  # fmt: skip
