"""Acts of two officers: what is proposed changes nothing, what is approved stands in the next answer."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.models import AuditEntry
from registry.core.errors import ActRefused, IllegalMove, InvalidInput, NotFound, NotNow, StaleVersion
from registry.log.models import Entry
from registry.register.authorities.models import Source
from registry.register.authorities.sources import desk_list
from registry.supervision.licensing import proposals
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import IdentifierScheme, LicenceKind, LicenceStatus
from registry.vocabulary.supervision import LicenceAct, ProposalState
from tests.calling import call_by
from tests.make import CZECH_AT_HOME, make_agency, make_licence, make_source, public_record_of
from tests.supervision.licensing.making import ANNA, BORIS, FOREIGN, done, holder_of, proposed, today


def verdict(client: FlaskClient, number: str | None, **question: str) -> str:
    response = client.get("/api/v1/verify", query_string={"licence_number": number} | CZECH_AT_HOME | question)
    assert response.json is not None
    return str(response.json["verdict"])


def last_entry(session: Session) -> str:
    return session.execute(select(Entry.type).order_by(Entry.index.desc()).limit(1)).scalar_one()


def test_a_suspension_stands_in_the_next_answer_once_a_second_person_approved(
    client: FlaskClient, session: Session
) -> None:
    licence = make_licence(session)
    proposal = proposed(session, LicenceAct.SUSPEND, licence)
    assert (proposal.state, verdict(client, licence.number)) == (ProposalState.OPEN, "yes")
    entries = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    proposals.approve(call_by(session, BORIS, 1), proposal.reference)
    assert verdict(client, licence.number) == "no"
    last = session.execute(select(Entry).order_by(Entry.index.desc()).limit(1)).scalar_one()
    assert (last.index, last.key) == (entries, f"licence/{licence.licence_id}")
    assert (proposal.state, proposal.decided_by, last_entry(session)) == ("applied", "BORIS", "licence.suspended")
    line = session.execute(select(AuditEntry).order_by(AuditEntry.index.desc()).limit(1)).scalar_one()
    assert (line.act, line.actor) == ("licence.suspended", "BORIS")
    assert f"proposal {proposal.reference} of ANNA" in line.detail


def test_nothing_of_it_is_there_when_it_is_not_committed(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    proposal = proposed(session, LicenceAct.REVOKE, licence)
    session.commit()
    proposals.approve(call_by(session, BORIS), proposal.reference)
    session.rollback()
    assert verdict(client, licence.number) == "yes"
    assert "revoked" not in str(session.execute(select(AuditEntry.act)).scalars().all())
    assert session.execute(select(Source).where(Source.reference == desk_list(licence.authority))).first() is None


def test_a_suspension_with_a_last_day_ends_by_itself(client: FlaskClient, session: Session) -> None:
    licence, last_day = make_licence(session), today() + timedelta(days=30)
    done(session, LicenceAct.SUSPEND, licence, to_on=str(last_day))
    assert verdict(client, licence.number) == "no"
    (suspended,) = holder_of(session, licence.licence_id).licences
    assert [(one.status, one.from_ == today(), one.to) for one in suspended.status_history] == [
        (LicenceStatus.ACTIVE, False, None),
        (LicenceStatus.SUSPENDED, True, last_day),
    ]


def test_a_day_to_come_is_published_now_and_holds_from_that_day(client: FlaskClient, session: Session) -> None:
    licence, ahead = make_licence(session), today() + timedelta(days=10)
    proposal = proposed(session, LicenceAct.REVOKE, licence, on=ahead)
    proposals.approve(call_by(session, BORIS), proposal.reference)
    assert verdict(client, licence.number) == "yes"
    assert verdict(client, licence.number, on=str(ahead - timedelta(days=1))) == "unknown"
    assert verdict(client, licence.number, on=str(ahead)) == "no"


def test_an_authority_that_is_not_known_states_nothing(session: Session) -> None:
    licence = make_licence(session)
    with pytest.raises(NotFound):
        proposed(session, LicenceAct.REVOKE, licence, by=ANNA._replace(authority="nobody"))


def test_no_officer_approves_an_own_proposal_or_a_decided_one(session: Session) -> None:
    proposal = proposed(session, LicenceAct.REVOKE, make_licence(session))
    with pytest.raises(ActRefused, match="another officer"):
        proposals.approve(call_by(session, ANNA), proposal.reference)
    with pytest.raises(StaleVersion):
        proposals.approve(call_by(session, BORIS, 7), proposal.reference)
    proposals.approve(call_by(session, BORIS), proposal.reference)
    entries = session.execute(select(func.count()).select_from(Entry)).scalar_one()
    for act in (proposals.approve, proposals.take_back):
        with pytest.raises(NotNow, match="it is applied"):
            act(call_by(session, BORIS), proposal.reference)
    assert session.execute(select(func.count()).select_from(Entry)).scalar_one() == entries


def test_another_authoritys_licences_and_proposals_are_not_there(session: Session) -> None:
    make_source(session, "IT")
    licence = make_licence(session)
    holder = make_agency(session)
    proposal = proposed(session, LicenceAct.SUSPEND, licence)
    with pytest.raises(NotFound):
        proposed(session, LicenceAct.REVOKE, licence, by=FOREIGN)
    with pytest.raises(NotFound):
        proposed(session, LicenceAct.REGISTER_INTERMEDIARY, holder, by=FOREIGN, name="Prostředník")
    for act in (proposals.approve, proposals.take_back):
        with pytest.raises(NotFound):
            act(call_by(session, FOREIGN), proposal.reference)


def test_a_refusal_needs_a_reason_and_another_person_and_taking_back_is_the_proposers(session: Session) -> None:
    licence = make_licence(session)
    proposal = proposed(session, LicenceAct.REVOKE, licence)
    with pytest.raises(ActRefused, match="take it back"):
        proposals.refuse(call_by(session, ANNA), proposal.reference, "no")
    with pytest.raises(ActRefused, match="refuse it"):
        proposals.take_back(call_by(session, BORIS), proposal.reference)
    with pytest.raises(InvalidInput, match="reason"):
        proposals.refuse(call_by(session, BORIS), proposal.reference, " ")
    proposals.refuse(call_by(session, BORIS), proposal.reference, "The ground is another one.")
    assert (proposal.state, proposal.version) == (ProposalState.REFUSED, 2)
    other = proposed(session, LicenceAct.REVOKE, licence)
    proposals.take_back(call_by(session, ANNA), other.reference)
    assert other.state is ProposalState.TAKEN_BACK
    acts = session.execute(select(AuditEntry.act).order_by(AuditEntry.index)).scalars().all()
    assert acts == ["licensing.proposed", "licensing.refused", "licensing.proposed", "licensing.taken_back"]


def test_what_was_changed_since_it_was_proposed_is_not_approved(session: Session) -> None:
    licence = make_licence(session)
    waiting = proposed(session, LicenceAct.AMEND, licence, activities=["placement"])
    done(session, LicenceAct.SUSPEND, licence)
    with pytest.raises(StaleVersion, match="propose it anew"):
        proposals.approve(call_by(session, BORIS), waiting.reference)
    assert waiting.state is ProposalState.OPEN


def test_the_same_act_on_the_same_licence_waits_once(session: Session) -> None:
    licence = make_licence(session)
    proposed(session, LicenceAct.SUSPEND, licence)
    with pytest.raises(InvalidInput, match="waits already"):
        proposed(session, LicenceAct.SUSPEND, licence)


def test_an_application_is_entered_granted_under_a_number_and_holds_without_any_list(
    client: FlaskClient, session: Session
) -> None:
    make_source(session, "CZ")
    applied = proposed(
        session,
        LicenceAct.APPLY,
        None,
        name="Agentura Nová s.r.o.",
        kind="cz_zprostredkovani_zamestnani",
        scheme="registration_number",
        identifier="27074358",
        place="Praha 1, Smyšlená 5",
        phone="+420 601 123 456",
    )
    assert (applied.state, last_entry(session)) == (ProposalState.APPLIED, "licence.amended")
    answer = client.get("/api/v1/verify", query_string={"registration_number": "27074358", "country": "CZ"})
    assert answer.json is not None
    assert answer.json["verdict"] == "no"
    (licence,) = holder_of(session, applied.subject).licences
    assert licence.number is None
    done(session, LicenceAct.ISSUE, licence, number="MPSV/2026/1", valid_to=str(today() + timedelta(days=365)))
    assert last_entry(session) == "licence.issued"
    assert verdict(client, "MPSV/2026/1") == "yes"


@pytest.mark.parametrize(
    ("stated", "field"),
    [
        ({"name": "Agentura", "kind": "it_intermediazione"}, "kind"),
        ({"kind": "cz_vyhledavani_zamestnani"}, "name"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "phone": "nonsense"}, "phone"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "scheme": "vat", "identifier": "CZ1"}, "identifier"),
        ({"name": "A\u202eB", "kind": "cz_vyhledavani_zamestnani"}, "name"),
        ({"name": "A", "kind": "nonsense"}, "kind"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "sectors": [{"code": "99.99", "nace_revision": "2.1"}]}, "sectors"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "holder_kind": "sole_trader", "phone": "+420601123456"}, "phone"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "valid_from": "2026-02-02", "valid_to": "2026-02-01"}, "valid_to"),
        ({"name": "A", "kind": "cz_vyhledavani_zamestnani", "colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_application_names_the_field(
    session: Session, stated: dict[str, object], field: str
) -> None:
    make_source(session, "CZ")
    with pytest.raises(InvalidInput) as refused:
        proposed(session, LicenceAct.APPLY, None, **stated)
    assert field in [fault.parameter for fault in refused.value.faults]
    assert session.execute(select(Proposal.id)).first() is None


def test_a_known_agency_applies_under_its_own_entry_and_not_twice_for_one_kind(session: Session) -> None:
    agency = make_agency(session)
    number = agency.identifiers[0].value
    with pytest.raises(InvalidInput, match=agency.agency_id):
        proposed(
            session, LicenceAct.APPLY, None, name="Jiné jméno s.r.o.", kind="cz_vyhledavani_zamestnani",
            scheme=IdentifierScheme.REGISTRATION_NUMBER, identifier=number,
        )  # fmt: skip
    facts = {"agency_id": agency.agency_id, "kind": LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI}
    proposed(session, LicenceAct.APPLY, None, **facts)
    with pytest.raises(InvalidInput, match="applied for already"):
        proposed(session, LicenceAct.APPLY, None, **facts)
    assert [one.status_history[0].status for one in public_record_of(session, agency.agency_id).licences] == ["applied"]


def test_a_number_of_another_licence_is_not_given_again(session: Session) -> None:
    other = make_licence(session)
    licence = make_licence(session, LicenceStatus.APPLIED, number=None)
    with pytest.raises(InvalidInput, match=other.licence_id):
        proposed(session, LicenceAct.ISSUE, licence, number=other.number)


def test_conditions_are_terms_and_bind_the_next_answer(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    done(session, LicenceAct.AMEND, licence, conditions=[{"code": "no_new_recruitment"}])
    assert verdict(client, licence.number) == "no"
    assert holder_of(session, licence.licence_id).licences[0].source == f"desk:{licence.authority}"
    done(session, LicenceAct.AMEND, licence, conditions=None)
    assert verdict(client, licence.number) == "yes"
    with pytest.raises(InvalidInput, match="otherwise than it stands"):
        proposed(session, LicenceAct.AMEND, licence, conditions=None)


def test_a_late_renewal_does_not_make_good_the_days_between(client: FlaskClient, session: Session) -> None:
    ended = today() - timedelta(days=30)
    licence = make_licence(session, valid_to=ended)
    assert verdict(client, licence.number) == "no"
    done(session, LicenceAct.RENEW, licence, valid_to=str(today() + timedelta(days=365)))
    assert verdict(client, licence.number) == "yes"
    for day, answer in ((ended, "yes"), (ended + timedelta(days=1), "no"), (today() - timedelta(days=1), "no")):
        assert verdict(client, licence.number, on=str(day)) == answer, day


def test_a_suspension_is_lifted_and_a_licence_wound_down(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    done(session, LicenceAct.SUSPEND, licence, to_on=str(today() + timedelta(days=60)))
    with pytest.raises(IllegalMove, match="suspended"):
        proposed(session, LicenceAct.SUSPEND, licence)
    done(session, LicenceAct.REINSTATE, licence)
    assert (verdict(client, licence.number), last_entry(session)) == ("yes", "licence.reinstated")
    done(session, LicenceAct.WIND_DOWN, licence, until=str(today() + timedelta(days=90)))
    answer = client.get("/api/v1/verify", query_string={"licence_number": licence.number} | CZECH_AT_HOME)
    assert answer.json is not None
    assert (answer.json["verdict"], answer.json["may_continue_existing_placements"]) == ("no", "yes")


def test_what_the_holder_gives_up_needs_one_person(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    assert proposed(session, LicenceAct.SURRENDER, licence).state is ProposalState.APPLIED
    assert (verdict(client, licence.number), last_entry(session)) == ("no", "licence.surrendered")


def test_a_correction_says_past_days_otherwise_and_leaves_the_others(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    begun = today() - timedelta(days=200)
    done(session, LicenceAct.SUSPEND, licence)
    done(session, LicenceAct.CORRECT, licence, on=begun, status="suspended", to_on=str(today() - timedelta(days=100)))
    assert last_entry(session) == "licence.corrected"
    for day, answer in ((begun - timedelta(days=1), "yes"), (begun, "no"), (today() - timedelta(days=99), "yes")):
        assert verdict(client, licence.number, on=str(day)) == answer, day
    assert verdict(client, licence.number) == "no"
    done(session, LicenceAct.CORRECT, licence, on=begun, status="active")
    assert verdict(client, licence.number) == "yes"
    assert verdict(client, licence.number, on=str(begun)) == "yes"


def test_an_agreement_and_an_intermediary_are_registered_and_ended(session: Session) -> None:
    make_source(session, "CN")
    sending = make_licence(session, country="CN")
    receiving = make_licence(session)
    holder = holder_of(session, sending.licence_id)
    other = holder_of(session, receiving.licence_id)
    desk = ANNA._replace(authority=sending.authority)
    second = desk._replace(name="BORIS")
    proposal = proposed(
        session, LicenceAct.REGISTER_AGREEMENT, holder, by=desk, destination="cz", receiving=other.agency_id
    )
    proposals.approve(call_by(session, second), proposal.reference)
    agreed = public_record_of(session, holder.agency_id).agreements
    assert [(one.origin, one.destination, one.receiving) for one in agreed] == [("CN", "CZ", other.agency_id)]
    assert public_record_of(session, other.agency_id).agreements == agreed
    tomorrow = today() + timedelta(days=1)
    proposed(session, LicenceAct.END_AGREEMENT, holder, by=desk, on=tomorrow, agreement_id=agreed[0].agreement_id)
    assert public_record_of(session, holder.agency_id).agreements[0].to == tomorrow
    assert last_entry(session) == "agreement.ended"

    for act in (LicenceAct.REGISTER_INTERMEDIARY, LicenceAct.END_INTERMEDIARY):
        proposal = proposed(session, act, holder, by=desk, name="虚构中介", number="A 1")
        if proposal.has_second:
            proposals.approve(call_by(session, second), proposal.reference)
    assert [(one.name, one.to) for one in public_record_of(session, holder.agency_id).intermediaries] == [
        ("虚构中介", today())
    ]
    with pytest.raises(InvalidInput, match="no intermediary"):
        proposed(session, LicenceAct.END_INTERMEDIARY, holder, by=desk, name="虚构中介", number="A 1")


def test_an_agreement_is_the_sending_sides_and_names_whom_there_is(session: Session) -> None:
    receiving = holder_of(session, make_licence(session).licence_id)
    with pytest.raises(InvalidInput, match="sending agency"):
        proposed(session, LicenceAct.REGISTER_AGREEMENT, receiving, destination="CZ", receiving=receiving.agency_id)
    with pytest.raises(InvalidInput, match="name of the employer"):
        proposed(session, LicenceAct.REGISTER_AGREEMENT, receiving, destination="CZ")
