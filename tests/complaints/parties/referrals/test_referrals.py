"""A partner gets what was chosen, by the worker's consent or two persons' override, for as long as that stands."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments.actions import SentFile, attach, clean_key, place, store_file
from registry.complaints.attachments.file_store import FolderStore, random_name
from registry.complaints.case import units
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import UnitOfficer, lock_case
from registry.complaints.intake import mailbox
from registry.complaints.parties import steps
from registry.complaints.parties.models import Referral, ReferralReport
from registry.complaints.parties.referrals import actions, portal, queries
from registry.complaints.parties.referrals.content import Choice
from registry.complaints.parties.steps import PartyMember
from registry.complaints.retention import purging
from registry.complaints.sealing import key_rotation, unit_keys
from registry.complaints.sealing.envelopes import padded, seal_stream
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.core.calls import Call
from registry.core.db.engine import sessions_for
from registry.core.errors import ActRefused, IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.http.transaction import services
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import (
    AttachmentState,
    ConsentKind,
    KeyHolder,
    PartnerKind,
    Priority,
    ReferralEnd,
    ReferralState,
)
from tests.audit.lines import lines_about
from tests.complaints.filing import AT, come_back
from tests.complaints.parties.referrals.making import (
    ANNA,
    CARLA,
    EXPIRES,
    FOREIGN,
    HIDDEN,
    KEEPER,
    PERSON,
    SPOKEN,
    UNION,
    day,
    file_with_name,
    make_partner,
    propose,
    sent,
)

TODAY = AT.date()


@pytest.fixture
def agreed(session, sealer):
    return file_with_name(session, sealer, consents=(ConsentKind.UNION,))


def keys_of(session, referral):
    wraps = session.execute(select(WrappedKey).where(WrappedKey.box_id == referral.box_id)).scalars()
    return {(wrap.holder_kind.value, wrap.holder) for wrap in wraps}


def read(session, sealer, referral, partner=UNION, today=TODAY):
    return portal.read(
        Call(session, PartyMember(PERSON, partner), datetime.combine(today, AT.timetz())), sealer, referral.reference
    )


def test_with_the_workers_consent_it_is_consented_at_once_and_the_partner_reads_what_was_chosen(
    session, sealer, agreed
):
    referral = propose(session, sealer, agreed, note="Please look at the dormitory.")
    assert (referral.state, referral.basis) == ("consented", "consent")
    with pytest.raises(NotFound):
        read(session, sealer, referral)
    assert (KeyHolder.UNIT, UNION) not in keys_of(session, referral)
    actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    got = read(session, sealer, referral)
    assert [(one.question, one.value) for one in got.handed.answers] == [("account", SPOKEN)]
    assert (got.handed.note, got.identity) == ("Please look at the dormitory.", {})
    everything = repr(got)
    for word in (HIDDEN, "wx-her", agreed.reference, agreed.filed.box.reference):
        assert word not in everything


def test_without_the_workers_consent_nothing_is_sent(session, sealer):
    case = file_with_name(session, sealer)
    referral = propose(session, sealer, case)
    assert referral.state == "proposed"
    call = Call(session, ANNA, AT)
    for act in (actions.record_consent, lambda *given: actions.send(given[0], sealer, *given[1:])):
        with pytest.raises(IllegalMove):
            act(call, referral.reference)
    visit = come_back(session, sealer, case.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT, is_given=True)
    assert actions.record_consent(Call(session, ANNA, AT), referral.reference).state == "consented"


def test_consent_to_one_kind_of_partner_is_none_to_another(session, sealer, agreed):
    make_partner(session, sealer, "it-police", PartnerKind.POLICE)
    assert propose(session, sealer, agreed, partner="it-police").state == "proposed"


def test_an_override_needs_danger_a_second_person_and_a_law(session, sealer):
    case = file_with_name(session, sealer)
    referral = propose(session, sealer, case, officer=CARLA)

    def override(officer, law="Article 18 of the Invented Act"):
        return actions.override(Call(session, officer, AT), sealer, referral.reference, law)

    second = CARLA._replace(name="E. Else")
    for refused in (lambda: override(CARLA), lambda: override(ANNA), lambda: override(second, law=" ")):
        with pytest.raises(IllegalMove):
            refused()
    case.filed.case.priority = Priority.P1
    session.flush()
    with pytest.raises(IllegalMove):
        override(second)
    case.filed.case.priority = Priority.P0
    session.flush()
    done = override(second)
    assert (done.state, done.basis, done.decided_by) == ("overridden", "override", "E. Else")
    assert (
        queries.referral_view(Call(session, ANNA, AT), sealer, referral.reference).legal_basis
        == "Article 18 of the Invented Act"
    )
    actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    assert read(session, sealer, referral).handed.answers


def test_the_database_itself_refuses_an_override_by_its_proposer(session, sealer):
    referral = propose(session, sealer, file_with_name(session, sealer))
    referral.basis, referral.decided_by = "override", referral.proposed_by
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_database_itself_knows_no_partner_of_immigration(session, sealer):
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE units SET partner_kind = 'immigration' WHERE reference = 'it-union'"))


def test_nothing_overrides_the_consent_to_tell_an_authority_in_china(session, sealer):
    make_partner(session, sealer, "cn-police", PartnerKind.POLICE, "CN")
    case = file_with_name(session, sealer, consents=(ConsentKind.POLICE,))
    referral = propose(session, sealer, case, partner="cn-police")
    assert referral.state == "proposed"
    with pytest.raises(IllegalMove, match="China"):
        actions.override(Call(session, CARLA, AT), sealer, referral.reference, "Article 18")
    visit = come_back(session, sealer, case.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.AUTHORITY_IN_CHINA, AT, is_given=True)
    assert actions.record_consent(Call(session, ANNA, AT), referral.reference).state == "consented"


def test_a_consent_taken_back_stops_what_was_not_sent(session, sealer, agreed):
    referral = propose(session, sealer, agreed)
    visit = come_back(session, sealer, agreed.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT, is_given=False)
    session.refresh(referral)
    assert (referral.state, referral.ended_because) == ("revoked", ReferralEnd.CONSENT_REVOKED)
    with pytest.raises(IllegalMove):
        actions.send(Call(session, ANNA, AT), sealer, referral.reference)


@pytest.mark.parametrize("stage", ["sent", "accepted", "done"])
def test_a_consent_taken_back_closes_what_was_sent(session, sealer, agreed, stage):
    referral = sent(session, sealer, agreed)
    if stage != "sent":
        portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    if stage == "done":
        portal.report(
            Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "We went there.", is_done=True
        )
    assert (KeyHolder.UNIT, UNION) in keys_of(session, referral)
    visit = come_back(session, sealer, agreed.filed.code)
    mailbox.consent(session, sealer, visit, ConsentKind.UNION, AT, is_given=False)
    assert not [holder for _, holder in keys_of(session, referral) if holder == UNION]
    with pytest.raises(NotFound):
        read(session, sealer, referral)
    assert portal.fetch_received(session, UNION, AT) == []


def test_the_door_asks_for_consent_itself_whatever_keys_are_left(session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    row = session.execute(text("UPDATE consents SET revoked_on = given_on"))
    assert row.rowcount == 1  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        read(session, sealer, referral)
    for act in (
        lambda: portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference),
        lambda: portal.decline(Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "no"),
        lambda: portal.report(
            Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "x", is_done=False
        ),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_withdrawn_complaint_is_closed_to_partners_unless_somebody_is_in_danger(session, sealer, agreed):
    urgent = sent(session, sealer, agreed)
    mailbox.withdraw(session, sealer, come_back(session, sealer, agreed.filed.code), AT)
    assert read(session, sealer, urgent)
    other = file_with_name(session, sealer, consents=(ConsentKind.UNION,))
    other.filed.case.priority = Priority.P3
    calm = sent(session, sealer, other)
    mailbox.withdraw(session, sealer, come_back(session, sealer, other.filed.code), AT)
    session.refresh(calm)
    assert calm.ended_because == ReferralEnd.WITHDRAWN
    with pytest.raises(NotFound):
        read(session, sealer, calm)


def test_after_its_last_day_it_is_not_there_and_the_worker_takes_the_keys(app, session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    assert read(session, sealer, referral, today=EXPIRES)
    with pytest.raises(NotFound):
        read(session, sealer, referral, today=EXPIRES + timedelta(days=1))
    session.commit()
    sessions = sessions_for(services(app).engine)
    assert actions.end_due(sessions, sealer, AT + timedelta(days=30)) == 0
    assert actions.end_due(sessions, sealer, AT + timedelta(days=31)) == 1
    assert actions.end_due(sessions, sealer, AT + timedelta(days=31)) == 0
    session.expire_all()
    assert (referral.state, referral.ended_because) == ("revoked", "expired")
    assert not [holder for _, holder in keys_of(session, referral) if holder == UNION]


def test_a_partner_sees_its_own_alone(session, sealer, agreed):
    make_partner(session, sealer, "it-ngo", PartnerKind.NGO)
    referral = sent(session, sealer, agreed)
    with pytest.raises(NotFound):
        read(session, sealer, referral, partner="it-ngo")
    with pytest.raises(NotFound):
        portal.accept(Call(session, PartyMember(PERSON, "it-ngo"), AT), referral.reference)
    assert portal.fetch_received(session, "it-ngo", AT) == []
    assert [one.reference for one in portal.fetch_received(session, UNION, AT)] == [referral.reference]


def test_another_unit_finds_no_referral(session, sealer, agreed):
    referral = propose(session, sealer, agreed)
    for act in (
        lambda: queries.referral_view(Call(session, FOREIGN, AT), sealer, referral.reference),
        lambda: steps.fetch_of_case(session, Referral, FOREIGN, agreed.reference),
        lambda: actions.send(Call(session, FOREIGN, AT), sealer, referral.reference),
        lambda: actions.override(Call(session, FOREIGN, AT), sealer, referral.reference, "law"),
        lambda: actions.take_back(Call(session, FOREIGN, AT), sealer, referral.reference),
        lambda: propose(session, sealer, agreed, officer=FOREIGN),
        lambda: actions.decide_identity(
            Call(session, UnitOfficer("X", "cz-labour"), AT),
            sealer,
            referral.reference,
            is_approved=True,
        ),
    ):
        with pytest.raises(NotFound):
            act()
    assert queries.fetch_waiting_identities(Call(session, UnitOfficer("X", "cz-labour"), AT), sealer) == []


def test_a_partner_accepts_reports_and_is_done(session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    with pytest.raises(IllegalMove):
        portal.report(
            Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "too soon", is_done=False
        )
    portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    with pytest.raises(IllegalMove):
        portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    portal.report(
        Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "We called her.", is_done=False
    )
    portal.report(
        Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "She is safe.", is_done=True
    )
    view = queries.referral_view(Call(session, ANNA, AT), sealer, referral.reference)
    assert [one.text for one in view.reports] == ["We called her.", "She is safe."]
    assert view.referral.state is ReferralState.DONE


def test_a_partner_that_declines_says_why_and_reads_no_more(session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    with pytest.raises(InvalidInput):
        portal.decline(Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, " ")
    portal.decline(Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "Not our sector.")
    with pytest.raises(NotFound):
        read(session, sealer, referral)
    assert queries.referral_view(Call(session, ANNA, AT), sealer, referral.reference).reason == "Not our sector."
    # And it can be handed to somebody anew.
    assert propose(session, sealer, agreed).state == "consented"


def test_the_workers_name_goes_only_on_request_and_with_the_custodians_agreement(session, sealer, agreed):
    referral = propose(session, sealer, agreed, identity_said_in=agreed.said)
    with pytest.raises(IllegalMove):
        actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    waiting = queries.fetch_waiting_identities(Call(session, KEEPER, AT), sealer)
    assert [(one.case, one.said) for one in waiting] == [(agreed.reference, "Tell them my name.")]
    with pytest.raises(IllegalMove):
        actions.decide_identity(
            Call(session, ANNA, AT),
            sealer,
            referral.reference,
            is_approved=True,
        )
    actions.decide_identity(
        Call(session, KEEPER, AT),
        sealer,
        referral.reference,
        is_approved=True,
    )
    actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    # A partner that may yet decline is not told who it is.
    assert read(session, sealer, referral).identity == {}
    portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    assert read(session, sealer, referral).identity == {"contact": {"how": "wechat", "address": "wx-her"}}
    # The unit's own officers read no more of it than before.
    assert "wx-her" not in repr(queries.referral_view(Call(session, ANNA, AT), sealer, referral.reference))


def test_a_custodian_who_refuses_lets_the_rest_go_without_the_name(session, sealer, agreed):
    referral = propose(session, sealer, agreed, identity_said_in=agreed.said)
    actions.decide_identity(
        Call(session, KEEPER, AT),
        sealer,
        referral.reference,
        is_approved=False,
    )
    actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    assert read(session, sealer, referral).identity == {}


def test_only_the_workers_own_message_permits_sending_the_name(session, sealer, agreed):
    other = file_with_name(session, sealer)
    for stated in (other.said, "23456789ABCD"):
        with pytest.raises(InvalidInput):
            propose(session, sealer, agreed, identity_said_in=stated)


@pytest.mark.parametrize(
    "choice",
    [
        lambda case, other: Choice(answers=[other.piece("account")]),
        lambda case, other: Choice(answers=[case.piece("contact")]),
        lambda case, other: Choice(answers=[case.piece("nothing")]),
        lambda case, other: Choice(messages=[other.said]),
        lambda case, other: Choice(files=["23456789ABCD"]),
        lambda case, other: Choice(),
    ],
)
def test_nothing_of_another_case_and_nothing_of_the_workers_identity_can_be_chosen(session, sealer, agreed, choice):
    other = file_with_name(session, sealer)
    with pytest.raises(InvalidInput):
        propose(session, sealer, agreed, choice=choice(agreed, other))


def test_a_message_is_referred_by_itself(session, sealer, agreed):
    referral = sent(session, sealer, agreed, choice=Choice(messages=[agreed.said]))
    assert [one.text for one in read(session, sealer, referral).handed.messages] == ["Tell them my name."]


def test_what_was_proposed_is_what_goes_whatever_is_changed_meanwhile(session, sealer, agreed):
    referral = propose(session, sealer, agreed)
    session.execute(text("DELETE FROM answer_sheets"))
    actions.send(Call(session, ANNA, AT), sealer, referral.reference)
    assert read(session, sealer, referral).handed.answers[0].value == SPOKEN


def test_a_reader_of_an_older_version_gets_an_error(session, sealer, agreed):
    referral = propose(session, sealer, agreed)
    old = referral.version
    actions.send(Call(session, ANNA, AT, old), sealer, referral.reference)
    with pytest.raises(StaleVersion):
        actions.take_back(Call(session, ANNA, AT, old), sealer, referral.reference)
    with pytest.raises(StaleVersion):
        portal.accept(Call(session, PartyMember(PERSON, UNION), AT, old), referral.reference)
    with pytest.raises(StaleVersion):
        propose(session, sealer, agreed, version=1)


def test_one_that_is_not_over_is_enough_for_a_partner(session, sealer, agreed):
    propose(session, sealer, agreed)
    with pytest.raises(InvalidInput):
        propose(session, sealer, agreed)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_access_ends_within_a_year(session, sealer, agreed, days):
    with pytest.raises(InvalidInput):
        propose(session, sealer, agreed, expires_on=day(days))


def test_an_office_is_no_partner_and_a_closed_partner_takes_nothing(session, sealer, agreed):
    with pytest.raises(InvalidInput):
        propose(session, sealer, agreed, partner="cz-labour")
    units.close(session, UNION, TODAY)
    with pytest.raises(InvalidInput):
        propose(session, sealer, agreed)


def test_a_withdrawn_case_is_not_referred(session, sealer, agreed):
    mailbox.withdraw(session, sealer, come_back(session, sealer, agreed.filed.code), AT)
    with pytest.raises(NotNow):
        propose(session, sealer, agreed)


def test_a_partner_takes_no_complaints(session, sealer):
    # First by its reference among the units of Italy.
    make_partner(session, sealer, "it-a-union")
    assert units.route(session, "IT").reference == "it-labour"
    with pytest.raises(InvalidInput):
        units.make_default(session, "it-a-union")


def test_a_copy_is_no_mailbox(session, sealer, agreed):
    referral = propose(session, sealer, agreed)
    box = session.get_one(EncryptedContainer, referral.box_id)
    assert box.is_copy
    view = lock_case(session, ANNA, agreed.reference)
    assert view.id == referral.case_id
    assert len(attachments.attachments_of(session, [box])) == 0
    assert sealed_copies.is_readable_by(session, box, "it-labour")


def test_every_reading_and_move_is_on_record(session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    read(session, sealer, referral)
    portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    lines = [(line.act, line.actor) for line in lines_about(session, agreed.reference)]
    assert [line for line in lines if line[0].startswith("referral.")] == [
        ("referral.proposed", ANNA.name),
        ("referral.consented", ANNA.name),
        ("referral.sent", ANNA.name),
        ("referral.read", PERSON),
        ("referral.accepted", PERSON),
    ]


def test_keys_of_a_partner_are_changed_like_any_units(app, session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    unit_keys.rotate(session, sealer.keyring, KeyHolder.UNIT, UNION, TODAY)
    session.commit()
    key_rotation.rewrap(sessions_for(services(app).engine), sealer, lambda *_: None)
    session.expire_all()
    newest = unit_keys.newest_key(session, KeyHolder.UNIT, UNION)
    wrap = session.execute(
        select(WrappedKey).where(WrappedKey.box_id == referral.box_id, WrappedKey.holder == UNION)
    ).scalar_one()
    assert newest is not None
    assert wrap.kid == newest.kid
    assert read(session, sealer, referral)


def test_a_purge_takes_every_key_and_row_of_a_referral(app, session, sealer, agreed):
    referral = sent(session, sealer, agreed)
    portal.accept(Call(session, PartyMember(PERSON, UNION), AT), referral.reference)
    portal.report(Call(session, PartyMember(PERSON, UNION), AT), sealer, referral.reference, "done", is_done=True)
    box = referral.box_id
    mailbox.withdraw(session, sealer, come_back(session, sealer, agreed.filed.code), AT)
    session.commit()
    done = purging.purge(sessions_for(services(app).engine), sealer, AT + timedelta(days=31))
    assert done.emptied == 1
    session.expire_all()
    assert session.execute(select(WrappedKey).where(WrappedKey.box_id == box)).first() is None
    assert session.execute(select(Referral)).first() is None
    assert session.execute(select(ReferralReport)).first() is None


def test_a_file_goes_by_its_clean_copy_and_its_own_key(session, sealer, agreed, tmp_path):
    store = FolderStore(tmp_path / "files")
    row, body = attached(session, sealer, store, agreed)
    referral = sent(session, sealer, agreed, choice=Choice(files=[row.reference]))
    kind, name, got = portal.read_file(
        Call(session, PartyMember(PERSON, UNION), AT), sealer, store, referral.reference, row.reference
    )
    assert (kind, name, got) == ("txt", "note.txt", body)
    with pytest.raises(NotFound):
        portal.read_file(
            Call(session, PartyMember(PERSON, UNION), AT), sealer, store, referral.reference, "23456789ABCD"
        )
    with pytest.raises(NotFound):
        portal.read_file(
            Call(session, PartyMember(PERSON, UNION), AT + timedelta(days=31)),
            sealer,
            store,
            referral.reference,
            row.reference,
        )


def attached(session, sealer, store, case):
    """A note that was sent along, with its clean copy in the store."""
    body = b"a note"
    visit = come_back(session, sealer, case.filed.code)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    row = attach(
        session,
        case.filed.case,
        visit.box,
        store_file(store, opened, case.filed.case, SentFile(body, "note.txt")),
        SentFile(body, "note.txt"),
        TODAY,
    )
    row.clean_name, row.state = random_name(), AttachmentState.CLEAN
    where = place(case.filed.case, row.reference, "clean")
    store.put(row.clean_name, seal_stream(clean_key(opened, case.filed.case, row), padded(body), where))
    session.flush()
    return row, body


def test_an_agency_or_partner_unit_has_its_own_people_alone(session, sealer):
    assert units.partner_named(session, UNION).is_outside
    with pytest.raises(ActRefused):
        accounts.propose_invitation(
            session, accounts.Invitation(UNION, "N", "n@union.example", [Role.SUPERVISOR], "en"), by="x", at=AT
        )
    accounts.propose_invitation(
        session, accounts.Invitation(UNION, "N", "n@union.example", [Role.PARTNER], "en"), by="x", at=AT
    )
