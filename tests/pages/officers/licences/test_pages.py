"""The licensing desk in the console: what is shown before it is proposed, what is approved, and what is refused."""

import re
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.officers.models import Conflict
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.supervision.licensing.models import Proposal
from registry.vocabulary.register import ChannelKind, LicenceKind, LicenceStatus
from registry.vocabulary.supervision import LicenceAct, ProposalState
from tests.make import CZECH_AT_HOME, make_licence, make_source
from tests.officers.making import make_unit
from tests.pages.officers.licences.conftest import DeskFor
from tests.pages.officers.signed_in import OfficerClient, version_on, words_of
from tests.supervision.licensing.making import GROUND, holder_of, proposed, today


def verdict(client: FlaskClient, licence: record.Licence) -> str:
    response = client.get("/api/v1/verify", query_string={"licence_number": licence.number} | CZECH_AT_HOME)
    assert response.json is not None
    return str(response.json["verdict"])


def acted(desk: OfficerClient, licence: record.Licence, act: str, step: str, **fields: object) -> object:
    return desk.post(
        f"/console/licences/{licence.licence_id}/acts/{act}",
        **({"legal_ground": GROUND, "effective_on": str(today()), "step": step} | fields),
    )


def only_proposal(session: Session) -> Proposal:
    return session.execute(select(Proposal)).scalar_one()


def test_a_suspension_is_previewed_proposed_and_approved_and_stands_in_the_next_answer(
    client: FlaskClient, session: Session, desk_for: DeskFor
) -> None:
    licence = make_licence(session)
    anna, boris = desk_for("Anna"), desk_for("Boris")
    displayed = acted(anna, licence, "suspend", "preview")
    assert displayed.status_code == 200
    assert "may not recruit" in words_of(displayed)
    assert "tell it by hand" in words_of(displayed)
    assert session.execute(select(Proposal.id)).first() is None
    assert acted(anna, licence, "suspend", "propose", ground_text="Passports were kept.").status_code == 303
    address = f"/console/licences/proposals/{only_proposal(session).reference}"
    own = anna.get(address)
    assert "Passports were kept." in words_of(own)
    assert "another officer has to approve it" in words_of(own)
    assert "/approve" not in own.get_data(as_text=True)
    refused = anna.post(f"{address}/approve", version=1)
    assert refused.status_code == 409
    assert "another officer has to approve it" in words_of(refused)
    waiting = boris.get("/console/licences/waiting")
    assert "Suspend" in words_of(waiting)
    assert boris.post(f"{address}/approve", version=7).status_code == 409
    assert verdict(client, licence) == "yes"
    assert boris.post(f"{address}/approve", version=1).status_code == 303
    assert verdict(client, licence) == "no"
    again = boris.post(f"{address}/approve", version=2)
    assert (again.status_code, "waits no more" in words_of(again)) == (409, True)
    page = words_of(boris.get(f"/console/licences/{licence.licence_id}"))
    assert "Anna" in page
    assert "Boris" in page


def test_an_act_is_approved_on_its_row_which_shows_what_changes(
    client: FlaskClient, session: Session, desk_for: DeskFor
) -> None:
    licence = make_licence(session)
    anna, boris = desk_for("Anna"), desk_for("Boris")
    assert acted(anna, licence, "suspend", "propose", ground_text="Passports were kept.").status_code == 303
    address = f"/console/licences/proposals/{only_proposal(session).reference}/approve"
    row = boris.get("/console/")
    assert "Recruiting may recruit changed may not recruit" in words_of(row)
    assert GROUND in words_of(row)
    assert "Passports were kept." in words_of(row)
    assert address not in anna.get("/console/").get_data(as_text=True), "not one's own"
    assert boris.post_once(address, version=1).status_code == 400, "without the box"
    assert boris.post(address, version=version_on(boris, "/console/")).status_code == 303
    assert verdict(client, licence) == "no"


def test_an_application_is_approved_on_its_page_which_compares_it_with_others(
    session: Session, desk_for: DeskFor
) -> None:
    boris = desk_for("Boris")
    licence = make_licence(session, LicenceStatus.APPLIED)
    proposed(session, LicenceAct.ISSUE, licence, number="CZ/1", valid_from=today())
    session.commit()
    row = boris.get("/console/").get_data(as_text=True)
    address = f"/console/licences/proposals/{only_proposal(session).reference}"
    assert (f'href="{address}"' in row, f"{address}/approve" in row) == (True, False)


def test_what_is_refused_keeps_what_was_typed(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session)
    anna = desk_for("Anna")
    refused = acted(anna, licence, "suspend", "propose", effective_on="soon", ground_text="Three complaints.")
    assert refused.status_code == 400
    assert "must be a day like" in words_of(refused)
    assert "Three complaints." in refused.get_data(as_text=True)
    refused = acted(anna, licence, "reinstate", "propose")
    assert refused.status_code == 409
    assert session.execute(select(Proposal.id)).first() is None


def test_a_refusal_names_its_reason_to_the_proposer(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session)
    anna, boris = desk_for("Anna"), desk_for("Boris")
    acted(anna, licence, "revoke", "propose")
    address = f"/console/licences/proposals/{only_proposal(session).reference}"
    assert boris.post(f"{address}/refuse", version=1, reason=" ").status_code == 400
    assert boris.post(f"{address}/refuse", version=1, reason="The article is another.").status_code == 303
    assert "The article is another." in words_of(anna.get(address))
    acted(anna, licence, "revoke", "propose")
    other = session.execute(select(Proposal).order_by(Proposal.id.desc()).limit(1)).scalar_one()
    assert anna.post(f"/console/licences/proposals/{other.reference}/take-back", version=1).status_code == 303
    session.refresh(other)
    assert other.state is ProposalState.TAKEN_BACK


def test_an_applicant_is_compared_with_those_who_lost_a_licence(session: Session, desk_for: DeskFor) -> None:
    make_source(session, "CZ")
    lost = make_licence(
        session,
        LicenceStatus.REVOKED,
        agency={
            "name": "Agentura Padlá s.r.o.",
            "channels": (
                record.Channel(
                    kind=ChannelKind.PHONE, value="+420 601 000 111", source="cz-invented-list", retrieved_at=now()
                ),
            ),
        },
    )
    anna = desk_for("Anna")
    fields = {
        "name": "Agentura Povstalá s.r.o.", "kind": "cz_vyhledavani_zamestnani", "phone": "00420601000111",
        "holder_kind": "legal_person", "legal_ground": GROUND, "effective_on": str(today()),
    }  # fmt: skip
    displayed = anna.post("/console/licences/new", step="preview", **fields)
    assert displayed.status_code == 200
    words = words_of(displayed)
    assert "Agentura Padlá" in words
    assert "lost a licence" in words
    assert "same telephone" in words
    assert f"{holder_of(session, lost.licence_id).agency_id} lost its licence" in words
    done = anna.post("/console/licences/new", step="propose", **fields)
    assert done.status_code == 303
    assert only_proposal(session).state is ProposalState.APPLIED
    page = words_of(anna.get(str(done.location)))
    assert "It was entered and is in the public record now." in page
    assert "Another person approves" not in page
    assert "The agency has registered no e-mail address: tell it by hand." in page
    # And again where it is granted, for the approver.
    (licence,) = holder_of(session, only_proposal(session).subject).licences
    assert "same telephone" in words_of(acted(anna, licence, "issue", "preview", number="CZ/1"))


def test_the_list_is_filtered_searched_and_paged(session: Session, desk_for: DeskFor) -> None:
    made = [make_licence(session) for _ in range(26)]
    revoked = make_licence(session, LicenceStatus.REVOKED, agency={"name": "Agentura Zrušená s.r.o."})
    make_licence(session, country="PL", agency={"name": "Cudza Agencja"})
    anna = desk_for("Anna")
    first = anna.get("/console/licences").get_data(as_text=True)
    assert "Licences found: 27" in first
    assert "Cudza" not in first
    following = re.search(r'href="(/console/licences\?[^"]*after=[^"]*)"', first)
    assert following is not None
    second = anna.get(following[1].replace("&amp;", "&")).get_data(as_text=True)
    assert made[0].licence_id in second
    assert revoked.licence_id not in second
    only = words_of(anna.get("/console/licences?status=revoked"))
    assert "Licences found: 1" in only
    assert "Licences found: 1" in words_of(anna.get(f"/console/licences?q={made[3].number}"))
    assert "Zrušená" in words_of(anna.get("/console/licences?q=Agentura+Zrušená"))
    assert "Licences found: 0" in words_of(anna.get("/console/licences?expiring=yes"))
    make_licence(session, valid_to=today() + timedelta(days=30))
    make_licence(session, valid_to=today() + timedelta(days=300))
    assert "Licences found: 1" in words_of(anna.get("/console/licences?expiring=yes"))


def test_another_authority_finds_nothing_and_an_officer_with_an_interest_is_kept_out(
    session: Session, desk_for: DeskFor
) -> None:
    licence = make_licence(session)
    make_source(session, "IT")
    make_unit(session)
    proposal = proposed(session, LicenceAct.SUSPEND, licence)
    agency = holder_of(session, licence.licence_id).agency_id
    foreign = desk_for("Franco", unit="it-invented-unit")
    anna = desk_for("Anna")
    session.add(Conflict(officer_id=anna.officer.id, agency=agency, since_on=today()))
    for address in (
        f"/console/licences/{licence.licence_id}",
        f"/console/licences/{licence.licence_id}/acts/suspend",
        f"/console/licences/agencies/{agency}/acts/register_intermediary",
        f"/console/licences/proposals/{proposal.reference}",
    ):
        assert foreign.get(address).status_code == 404, address
        assert anna.get(address).status_code == 403, address


def test_who_reads_is_offered_no_act(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session)
    reader = desk_for("Ivan", Role.INVESTIGATOR)
    page = reader.get(f"/console/licences/{licence.licence_id}")
    assert page.status_code == 200
    assert "/acts/" not in page.get_data(as_text=True)
    assert reader.get(f"/console/licences/{licence.licence_id}/acts/suspend").status_code == 403


def test_an_agreement_is_registered_from_the_page_of_its_sending_agency(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session, country="CN")
    make_unit(session, "cn-licensing", "CN")
    mei = desk_for("Mei", unit="cn-licensing")
    holder = holder_of(session, licence.licence_id)
    address = f"/console/licences/agencies/{holder.agency_id}/acts/register_agreement"
    fields = {
        "legal_ground": "国务院令第620号", "effective_on": str(today()), "destination": "cz",
        "employer_name": "Smyšlená Továrna a.s.", "employer_country": "CZ",
    }  # fmt: skip
    displayed = mei.post(address, step="preview", **fields)
    assert "Smyšlená Továrna" in words_of(displayed)
    assert mei.post(address, step="propose", **fields).status_code == 303
    assert only_proposal(session).act is LicenceAct.REGISTER_AGREEMENT


def test_scope_is_ticked_instead_of_typed_and_what_was_ticked_stays(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session)
    anna = desk_for("Anna")
    fields = {
        "corridors_from": "CN", "corridors_pick": ["CZ", "IT"], "corridors": "VN>*", "sectors_pick": ["56.11"],
        "sectors": "56.10/2.0", "condition_not_destinations_pick": ["FR"], "condition_not_destinations": "ch",
    }  # fmt: skip
    previewed = acted(anna, licence, "amend", "preview", **fields).get_data(as_text=True)
    for value in ("CZ", "IT", "56.11", "FR"):
        assert re.search(rf'type="checkbox" name="\w+_pick" value="{value}" checked', previewed), value
    assert acted(anna, licence, "amend", "propose", **fields).status_code == 303
    stated = only_proposal(session).details
    assert stated["corridors"] == [
        {"origin": "CN", "destination": "CZ"}, {"origin": "CN", "destination": "IT"}, {"origin": "VN"},
    ]  # fmt: skip
    assert [one["code"] for one in stated["sectors"]] == ["56.11", "56.10"]
    assert stated["conditions"] == [{"code": "not_destinations", "destinations": ["FR", "CH"]}]


def test_the_terms_that_stand_are_ticked_in_the_form_and_the_rest_is_typed(session: Session, desk_for: DeskFor) -> None:
    scope = {
        "corridors": (record.Corridor("CN", "CZ"), record.Corridor("VN", "CZ")),
        "sectors": (record.Sector("56.11", "2.1"), record.Sector("56", "2.1")),
    }
    licence = make_licence(session, **scope)
    form = desk_for("Anna").get(f"/console/licences/{licence.licence_id}/acts/amend").get_data(as_text=True)
    assert 'name="corridors_pick" value="CZ" checked' in form
    assert 'name="corridors" maxlength="600" autocomplete="off" value="VN&gt;CZ"' in form
    assert 'name="sectors_pick" value="56.11" checked' in form
    assert re.search(r'name="sectors" [^>]*value="56"', form)


def test_an_applicant_is_named_as_it_is_called_or_numbered(session: Session, desk_for: DeskFor) -> None:
    licence = make_licence(session)
    holder = holder_of(session, licence.licence_id)
    anna = desk_for("Anna")
    fields = {
        "legal_ground": GROUND,
        "effective_on": str(today()),
        "kind": LicenceKind.CZ_PORADENSKA_CINNOST,
        "step": "propose",
    }
    unknown = anna.post("/console/licences/new", agency_id="Agentura Nikde", **fields)
    assert (unknown.status_code, "Agentura Nikde" in unknown.get_data(as_text=True)) == (400, True)
    named = anna.post("/console/licences/new", agency_id=licence.number, **fields)
    assert named.status_code == 303, words_of(named)
    assert only_proposal(session).details["agency_id"] == holder.agency_id
