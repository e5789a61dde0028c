"""What an agency asks about its entry: marked while open, decided by its own authority with a reason, then shown."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.core.errors import ActRefused, IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.core.working_days import working_days_after
from registry.officers import accounts
from registry.officers.models import Unit
from registry.officers.rights import Role
from registry.register.agencies.clone_warnings import lift_clone_warning, warn_of_clone
from registry.supervision.entries import actions as entry_requests
from registry.supervision.entries import queries
from registry.supervision.entries.actions import EntryOfficial, Rep
from registry.supervision.entries.rules import MAX_CLONE_REPORTS, WORKING_DAYS, due_day
from registry.vocabulary.register import LicenceStatus
from registry.vocabulary.supervision import EntryPart, EntryRequestKind
from tests import make
from tests.audit.lines import lines_about
from tests.officers.making import make_unit
from tests.supervision.entries.making import AT, call, entry, official_of, rep_of

REASON = "We looked it up in the file."
SCRIPT = "<script>alert(1)</script>"


def marked(session: Session, agency) -> bool:
    return make.public_record_of(session, agency.agency_id).is_correction_requested


def page(client: FlaskClient, agency) -> str:
    return client.get(f"/en/agencies/{agency.agency_id}").get_data(as_text=True)


def ask(session: Session, agency, at=AT):
    return entry_requests.ask(
        call(session, rep_of(agency), at=at),
        EntryRequestKind.CORRECTION,
        "It is written with one letter too many.",
        EntryPart.NAME,
    )


@pytest.mark.parametrize("is_accepted", [True, False])
def test_a_correction_is_marked_everywhere_until_it_is_decided(session: Session, client: FlaskClient, is_accepted):
    agency = entry(session)
    response = ask(session, agency)
    session.commit()
    assert client.get(f"/api/v1/agencies/{agency.agency_id}").json["is_correction_requested"] is True
    assert "asked us to correct this record" in page(client, agency)
    assert "one letter too many" not in page(client, agency)
    assert response.due_on == working_days_after(AT.date(), WORKING_DAYS)
    entry_requests.decide(call(session, official_of(agency)), response.reference, REASON, is_accepted=is_accepted)
    session.commit()
    assert not client.get(f"/api/v1/agencies/{agency.agency_id}").json.get("is_correction_requested")
    assert "asked us to correct this record" not in page(client, agency)
    types = [one["type"] for one in client.get(f"/api/v1/agencies/{agency.agency_id}/history").json["items"]]
    assert len(types) >= 3
    acts = [line.act for line in lines_about(session, agency.agency_id)]
    assert acts[-2:] == ["entry.correction_asked", f"entry.correction_{response.state}"]


def test_a_correction_taken_back_leaves_no_mark(session: Session):
    agency = entry(session)
    response = ask(session, agency)
    assert marked(session, agency)
    entry_requests.take_back(call(session, rep_of(agency)), response.reference)
    assert not marked(session, agency)
    assert ask(session, agency).state == "open"


def test_what_was_refused_is_not_asked_again_for_thirty_days(session: Session):
    agency = entry(session)
    response = ask(session, agency)
    entry_requests.decide(call(session, official_of(agency)), response.reference, REASON, is_accepted=False)
    with pytest.raises(NotNow, match="30 days"):
        ask(session, agency, AT + timedelta(days=29))
    assert not marked(session, agency)
    assert ask(session, agency, AT + timedelta(days=30)).state == "open"


def test_one_is_asked_at_a_time_and_the_database_holds_that(session: Session):
    agency = entry(session)
    ask(session, agency)
    with pytest.raises(NotNow, match="not decided"):
        ask(session, agency)
    columns = "agency, kind, state, text, asked_by, asked_on, due_on, version"
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(
            text(
                f"INSERT INTO entry_requests (reference, {columns}) SELECT '23456789ABCD', {columns} FROM entry_requests"
            )
        )
    for _ in range(MAX_CLONE_REPORTS):
        entry_requests.ask(call(session, rep_of(agency)), EntryRequestKind.CLONE_REPORT, "Somebody uses our name.")
    with pytest.raises(NotNow):
        entry_requests.ask(call(session, rep_of(agency)), EntryRequestKind.CLONE_REPORT, "Somebody uses our name.")


def test_a_decision_needs_a_reason_and_is_made_once(session: Session):
    agency = entry(session)
    response = ask(session, agency)
    official = official_of(agency)
    with pytest.raises(InvalidInput, match="answer"):
        entry_requests.decide(call(session, official), response.reference, "  ", is_accepted=True)
    with pytest.raises(StaleVersion):
        entry_requests.decide(
            call(session, official, response.version + 1), response.reference, REASON, is_accepted=True
        )
    entry_requests.decide(call(session, official), response.reference, REASON, is_accepted=True)
    for is_accepted in (True, False):
        with pytest.raises(IllegalMove):
            entry_requests.decide(call(session, official), response.reference, REASON, is_accepted=is_accepted)
    with pytest.raises(IllegalMove):
        entry_requests.take_back(call(session, rep_of(agency)), response.reference)


def test_a_clone_report_becomes_a_warning_in_the_officers_words_alone(session: Session, client: FlaskClient):
    agency = entry(session)
    requested = entry_requests.ask(
        call(session, rep_of(agency)), EntryRequestKind.CLONE_REPORT, "The Invented Brothers use our stamp."
    )
    with pytest.raises(InvalidInput, match="warning"):
        entry_requests.decide(call(session, official_of(agency)), requested.reference, REASON, is_accepted=True)
    assert requested.state == "open"
    words = "Others use a stamp like this agency's."
    entry_requests.decide(
        call(session, official_of(agency)), requested.reference, REASON, is_accepted=True, warning=words
    )
    session.commit()
    assert words in page(client, agency).replace("&#39;", "'")
    assert "Brothers" not in page(client, agency)


def test_a_refused_clone_report_says_nothing_in_public(session: Session):
    agency = entry(session)
    requested = entry_requests.ask(
        call(session, rep_of(agency)), EntryRequestKind.CLONE_REPORT, "Somebody uses our stamp."
    )
    entry_requests.decide(
        call(session, official_of(agency)), requested.reference, REASON, is_accepted=False, warning="Beware."
    )
    assert make.public_record_of(session, agency.agency_id).clone_warnings == ()


def test_a_reply_is_shown_beside_what_it_replies_to_once_it_was_let(session: Session, client: FlaskClient):
    agency = entry(session, status=LicenceStatus.SUSPENDED)
    requested = entry_requests.ask(
        call(session, rep_of(agency)), EntryRequestKind.REPLY, f"We have  appealed.\n{SCRIPT}"
    )
    session.commit()
    assert "We have appealed" not in page(client, agency)
    entry_requests.decide(call(session, official_of(agency)), requested.reference, REASON, is_accepted=True)
    session.commit()
    displayed = page(client, agency)
    assert "We have appealed. &lt;script&gt;" in displayed
    # Never before what it replies to.
    assert displayed.index("status-suspended") < displayed.index("We have appealed.")
    assert SCRIPT not in displayed
    assert "not the registry" in displayed
    for language in ("it", "zh-Hans", "zh-Hant"):
        assert "We have appealed." in client.get(f"/{language}/agencies/{agency.agency_id}").get_data(as_text=True)


def test_a_reply_needs_something_to_reply_to_and_goes_with_it(session: Session, client: FlaskClient):
    agency = entry(session)
    with pytest.raises(NotNow, match="has none"):
        entry_requests.ask(call(session, rep_of(agency)), EntryRequestKind.REPLY, "We are good.")
    warn_of_clone(session, agency.agency_id, "Others use this name.", "registry")
    requested = entry_requests.ask(call(session, rep_of(agency)), EntryRequestKind.REPLY, "We told the police.")
    entry_requests.decide(call(session, official_of(agency)), requested.reference, REASON, is_accepted=True)
    session.commit()
    assert "We told the police." in page(client, agency)
    lift_clone_warning(session, agency.agency_id)
    session.commit()
    assert "We told the police." not in page(client, agency)


@pytest.mark.parametrize("by", ["agency", "authority", "newer"])
def test_a_reply_is_taken_down_or_replaced(session: Session, client: FlaskClient, by):
    agency = entry(session, status=LicenceStatus.SUSPENDED)
    rep, official = rep_of(agency), official_of(agency)
    first = entry_requests.ask(call(session, rep), EntryRequestKind.REPLY, "The first reply.")
    entry_requests.decide(call(session, official), first.reference, REASON, is_accepted=True)
    match by:
        case "agency":
            entry_requests.take_back(call(session, rep), first.reference)
        case "authority":
            with pytest.raises(InvalidInput):
                entry_requests.take_down(call(session, official), first.reference, " ")
            entry_requests.take_down(call(session, official), first.reference, "It names a worker after all.")
        case _:
            second = entry_requests.ask(call(session, rep), EntryRequestKind.REPLY, "The second reply.")
            entry_requests.decide(call(session, official), second.reference, REASON, is_accepted=True)
    session.commit()
    assert first.state == "withdrawn"
    assert "The first reply." not in page(client, agency)
    assert ("The second reply." in page(client, agency)) == (by == "newer")


@pytest.mark.parametrize("typed", ["", "x" * 1001, "We\u202eare good", "zero\u200bwidth"])
def test_a_reply_is_a_tidy_line(session: Session, typed):
    agency = entry(session, status=LicenceStatus.SUSPENDED)
    with pytest.raises(InvalidInput, match="text"):
        entry_requests.ask(call(session, rep_of(agency)), EntryRequestKind.REPLY, typed)


def test_another_authority_and_another_agency_find_nothing(session: Session):
    agency, other = entry(session), entry(session, "IT")
    response = ask(session, agency)
    foreign = official_of(other)
    for act in (
        lambda: entry_requests.decide(call(session, foreign), response.reference, REASON, is_accepted=True),
        lambda: entry_requests.take_down(call(session, foreign), response.reference, REASON),
        lambda: queries.request_named(session, foreign, response.reference),
        lambda: entry_requests.require_own(session, foreign, agency.agency_id),
        lambda: entry_requests.take_back(call(session, rep_of(other)), response.reference),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.waiting(session, foreign) == []
    assert [one.reference for one in queries.waiting(session, official_of(agency))] == [response.reference]
    assert queries.requests_of(session, other.agency_id) == []


def desk(session: Session, agency) -> Unit:
    return make_unit(session, f"agency-{agency.agency_id.lower()}", agency.country, agency=agency.agency_id)


def test_an_entry_is_claimed_through_two_officers_of_its_authority(session: Session):
    agency, other = entry(session), entry(session, "IT")
    unit, first, second = desk(session, agency), official_of(agency), official_of(agency, "OFFICIAL222B")
    change = entry_requests.invite(call(session, first), unit, "R. Rep", "rep@agency.example", "en")
    assert [one.reference for one, _ in entry_requests.invitations(session, first)] == [change.reference]
    assert entry_requests.invitations(session, official_of(other)) == []
    with pytest.raises(ActRefused, match="another officer"):
        entry_requests.approve_invitation(call(session, first), change.reference)
    for act in (
        lambda: entry_requests.approve_invitation(call(session, official_of(other)), change.reference),
        lambda: entry_requests.refuse_invitation(call(session, official_of(other)), change.reference),
        lambda: entry_requests.invite(call(session, official_of(other)), unit, "S. Spy", "spy@agency.example", "en"),
    ):
        with pytest.raises(NotFound):
            act()
    assert entry_requests.approve_invitation(call(session, second), change.reference)
    with pytest.raises(ActRefused):
        entry_requests.approve_invitation(call(session, second), change.reference)
    assert queries.agency_of_unit(session, unit.reference) == agency.agency_id


def test_an_officers_own_change_is_no_claim_of_an_entry(session: Session):
    """Entry requests reach the units of agencies alone."""
    agency = entry(session)
    make_unit(session)
    change = accounts.propose_invitation(
        session,
        accounts.Invitation("it-invented-unit", "N. New", "new@authority.example", [Role.DECIDER], "en"),
        by="OFFICIAL222C",
        at=AT,
    )
    for act in (entry_requests.approve_invitation, entry_requests.refuse_invitation):
        with pytest.raises(NotFound):
            act(call(session, official_of(agency)), change.reference)


def test_due_days_are_working_days():
    assert (due_day(AT.date()) - AT.date()).days == 28


def test_an_account_without_an_agency_has_no_entry(session: Session):
    make_unit(session)
    with pytest.raises(NotFound):
        queries.agency_of_unit(session, "it-invented-unit")
    with pytest.raises(NotFound):
        entry_requests.ask(call(session, Rep("R", "23456789ABCD")), EntryRequestKind.CORRECTION, "x", EntryPart.NAME)
    assert queries.waiting(session, EntryOfficial("O", "nobody")) == []
