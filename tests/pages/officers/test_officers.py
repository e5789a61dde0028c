"""Officers in the console: invited by one, approved by another, shown harmlessly, closed at once."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts, tokens
from registry.officers.rights import Role
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of


@pytest.fixture
def desks(client: FlaskClient, session: Session, keyring: Keyring) -> tuple[OfficerClient, OfficerClient]:
    """Two supervisors of one unit."""
    make_unit(session)
    one = make_officer(session, keyring, Role.SUPERVISOR, name="First Supervisor").officer
    other = make_officer(
        session, keyring, Role.SUPERVISOR, name="Second Supervisor", email="b@authority.example"
    ).officer
    return desk_of(client, session, one), desk_of(client, session, other)


def approval(desk: OfficerClient) -> str | None:
    """Where this officer's page sends an approval, if it offers one."""
    found = re.search(
        r'action="(/console/officers/changes/\w+/approve)"', desk.get("/console/officers").get_data(as_text=True)
    )
    return found[1] if found else None


def test_one_invites_and_another_approves(desks: tuple[OfficerClient, OfficerClient], session: Session) -> None:
    first, second = desks
    invited = first.post(
        "/console/officers", name="New Officer", email="new@authority.example", language="it", role="triage"
    )
    assert invited.status_code == 303
    assert approval(first) is None
    address = approval(second)
    assert address is not None
    # By hand, past the page: refused all the same.
    refused = first.post(address)
    assert refused.status_code == 409
    assert "another officer has to" in words_of(refused)
    done = second.post(address)
    assert re.search(r"<code>[A-Z2-7]{6}(-[A-Z2-7]{6}){3}</code>", done.get_data(as_text=True))
    assert [one.name for one in accounts.officers_of(session) if one.email == "new@authority.example"] == [
        "New Officer"
    ]
    # Approving twice makes no second officer.
    assert second.post(address).status_code == 409


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": "", "email": "a@b.example", "role": "triage"}, "1 to 120"),
        ({"name": "A", "email": "nonsense", "role": "triage"}, "cannot be one"),
        ({"name": "A", "email": "a@b.example"}, "at least one role"),
        ({"name": "A", "email": "a@b.example", "role": ["sysadmin", "triage"]}, "one person"),
        ({"name": "A", "email": "a@b.example", "role": "agency_rep"}, "units of their own"),
    ],
)
def test_an_invalid_invitation_gets_an_error_with_the_reason(
    desks: tuple[OfficerClient, OfficerClient], fields: dict[str, object], says: str
) -> None:
    response = desks[0].post("/console/officers", **fields)
    assert response.status_code == 409
    assert says in words_of(response)
    assert f'name="email" type="email" maxlength="200" required autocomplete="off" value="{fields["email"]}"' in (
        response.get_data(as_text=True)
    )


def test_who_approves_an_invitation_sees_its_address_and_language(desks: tuple[OfficerClient, OfficerClient]) -> None:
    first, second = desks
    first.post("/console/officers", name="N New", email="new@authority.example", role="triage", language="it")
    waiting = words_of(second.get("/console/officers")).partition("Proposed by")[0]
    assert "new@authority.example" in waiting
    assert "italiano" in waiting.lower()


def test_each_role_is_explained_where_it_is_given_and_partners_are_none_of_an_authority(
    desks: tuple[OfficerClient, OfficerClient],
) -> None:
    page = desks[0].get("/console/officers").get_data(as_text=True)
    assert "decides who may see names and original files" in page
    assert 'value="agency_rep"' not in page


def test_an_unknown_role_is_no_crash(desks: tuple[OfficerClient, OfficerClient]) -> None:
    assert desks[0].post("/console/officers", name="A", email="a@b.example", role="king").status_code == 409


def test_a_hostile_name_is_only_a_name(desks: tuple[OfficerClient, OfficerClient]) -> None:
    first, second = desks
    name = "\"><script>alert(1)</script>{{ 7*7 }}'"
    first.post("/console/officers", name=name, email="x@authority.example", role="triage")
    page = second.get("/console/officers").get_data(as_text=True)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_a_closed_officer_is_out_with_the_next_request(
    desks: tuple[OfficerClient, OfficerClient], session: Session
) -> None:
    first, second = desks
    other = next(one for one in accounts.officers_of(session) if one.name == "Second Supervisor")
    assert second.get("/console/").status_code == 200
    # Without the version that was read, or with an old one, nothing is changed.
    assert first.post(f"/console/officers/{other.reference}/close").status_code == 400
    stale = first.post(f"/console/officers/{other.reference}/close", version=other.version - 1)
    assert stale.status_code == 409
    assert "somebody changed this in the meantime" in words_of(stale)
    assert second.get("/console/").status_code == 200
    assert first.post(f"/console/officers/{other.reference}/close", version=other.version).status_code == 303
    assert second.get("/console/").location == "/console/sign-in"


def test_an_officer_sees_and_ends_their_other_sessions(
    client: FlaskClient, session: Session, keyring: Keyring, desks: tuple[OfficerClient, OfficerClient]
) -> None:
    officer = next(one for one in accounts.officers_of(session) if one.name == "First Supervisor")
    elsewhere = desk_of(client, session, officer)
    page = desks[0].get("/console/own").get_data(as_text=True)
    (address,) = re.findall(r'action="(/console/own/sessions/\w{12}/end)"', page)
    assert desks[0].post(address).status_code == 303
    assert elsewhere.get("/console/").location == "/console/sign-in"
    assert desks[0].get("/console/").status_code == 200


def test_a_supervisor_sees_a_colleagues_tokens_revokes_one_and_signs_the_colleague_out(
    desks: tuple[OfficerClient, OfficerClient], session: Session
) -> None:
    first, second = desks
    at = now()
    for name in ("<i>first</i>", "second"):
        tokens.make(session, second.officer, name, 9, at=at, today=at.date())
    address = f"/console/officers/{second.officer.reference}"
    output = first.get(address).get_data(as_text=True)
    assert "&lt;i&gt;first&lt;/i&gt;" in output
    assert "<i>first" not in output
    assert first.post(re.findall(r'action="([^"]+/revoke)"', output)[0]).location == address
    assert [one.name for one in tokens.tokens_of(session, second.officer, at.date())] == ["<i>first</i>"]
    assert first.post(f"{address}/sign-out").location == address
    assert tokens.tokens_of(session, second.officer, at.date()) == []
    assert second.get("/console/").location == "/console/sign-in"
