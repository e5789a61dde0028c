"""What members do on their pages: keys, people, their own account."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.organisations.models import ApiKey, Member
from registry.vocabulary.organisations import MemberRole
from tests.make import make_organisation
from tests.officers.making import PASSWORD
from tests.pages.organisations.conftest import MemberClient, link_in, make_member


def test_a_key_is_shown_once_exchanged_and_revoked(client: FlaskClient, session: Session) -> None:
    member_client = MemberClient(client, session, make_member(session), now())
    page = member_client.post(
        "/account/keys", old=PASSWORD, name="<b>check", scope=["verify", "organisation"], days="30"
    ).get_data(as_text=True)
    (key,) = re.findall(r"rrk_[\w-]{43}", page)
    assert "&lt;b&gt;check" in page
    assert client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    stored = session.scalars(select(ApiKey)).one()
    assert key not in member_client.get("/account/keys").get_data(as_text=True)
    exchanged = member_client.post(f"/account/keys/{stored.reference}/exchange", old=PASSWORD, overlap="0").get_data(
        as_text=True
    )
    (fresh,) = re.findall(r"rrk_[\w-]{43}", exchanged)
    statuses = [
        client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {one}"}).status_code
        for one in (key, fresh)
    ]
    assert statuses == [401, 200]
    bad = member_client.post("/account/keys", old=PASSWORD, name="check", days="9999", scope="verify")
    assert (bad.status_code, "1 to 730 days" in bad.get_data(as_text=True)) == (400, True)
    other = MemberClient(client, session, make_member(session, email="other@others.example"), now())
    newest = session.scalars(select(ApiKey.reference).order_by(ApiKey.id.desc())).first()
    assert other.post(f"/account/keys/{newest}/revoke").status_code == 404
    assert member_client.post(f"/account/keys/{newest}/revoke").status_code == 303
    assert client.get("/api/v1/organisation", headers={"Authorization": f"Bearer {fresh}"}).status_code == 401


@pytest.mark.parametrize("password", [{}, {"old": ""}, {"old": "another walnut cobalt"}])
def test_an_open_session_alone_makes_no_key_and_lets_no_one_in(
    client: FlaskClient, session: Session, mails: Callable[[], list[tuple[str, str, str]]], password: dict[str, str]
) -> None:
    member_client = MemberClient(client, session, make_member(session), now())
    member_client.post("/account/keys", old=PASSWORD, name="check", scope="verify", days="30")
    key = session.scalars(select(ApiKey)).one()
    for path, fields in (
        ("keys", {"name": "other", "scope": "verify", "days": "30"}),
        (f"keys/{key.reference}/exchange", {"overlap": "0"}),
        ("people", {"email": "new@works.example", "role": "owner"}),
        ("webhooks", {"label": "Night shift", "url": "https://hooks.example.org/"}),
        ("webhooks/222222222222/secret", {}),
    ):
        refused = member_client.post(f"/account/{path}", **fields, **password)
        assert (refused.status_code, "present password is wrong" in refused.get_data(as_text=True)) == (400, True), path
    session.expire_all()
    assert [one.revoked_at for one in session.scalars(select(ApiKey))] == [None]
    assert mails() == []


def test_an_owner_invites_and_removes_and_a_member_does_not(
    client: FlaskClient, session: Session, mails: Callable[[], list[tuple[str, str, str]]]
) -> None:
    organisation = make_organisation(session)
    owner = MemberClient(client, session, make_member(session, organisation), now())
    owner.post("/account/people", old=PASSWORD, email="new@works.example", role="member")
    ((to, _, text),) = mails()
    assert to == "new@works.example"
    assert "join Invented Works" in text
    client.delete_cookie("account", path="/account")
    joined = {"name": "N. Person", "password": PASSWORD, "again": PASSWORD}
    assert client.post(link_in(text), data=joined).status_code == 303
    member = session.scalars(select(Member).where(Member.email == "new@works.example")).one()
    assert (member.organisation_id, member.role) == (organisation.id, MemberRole.MEMBER)
    member_client = MemberClient(client, session, member, now())
    for path, fields in (
        ("people", {"email": "x@works.example"}),
        (f"people/{member.reference}/role", {"role": "owner"}),
        (f"people/{owner.member.reference}/remove", {}),
        ("invitations/222222222222/take-back", {}),
    ):
        assert member_client.post(f"/account/{path}", **fields).status_code == 403, path
    last = owner.post(f"/account/people/{owner.member.reference}/role", role="member")
    assert (last.status_code, "keeps one owner" in last.get_data(as_text=True)) == (400, True)
    assert owner.post(f"/account/people/{member.reference}/remove").status_code == 303
    assert member_client.get("/account/keys").status_code == 303
    foreign = MemberClient(client, session, make_member(session, email="other@others.example"), now())
    assert foreign.post(f"/account/people/{owner.member.reference}/remove").status_code == 404


def test_a_form_that_is_sent_twice_makes_one_thing(client: FlaskClient, session: Session) -> None:
    member_client = MemberClient(client, session, make_member(session), now())
    marks = re.findall(r'name="mark" value="([\w-]{16})"', member_client.get("/account/keys").get_data(as_text=True))
    assert len(marks) == len(set(marks)) >= 1
    form = {"old": PASSWORD, "name": "check", "scope": "verify", "days": "30", "mark": marks[-1]}
    refused = member_client.post("/account/keys", **(form | {"days": "9999"}))
    assert refused.status_code == 400
    first, again = member_client.post("/account/keys", **form), member_client.post("/account/keys", **form)
    assert (again.status_code, again.data) == (200, first.data)
    assert re.search(r"rrk_[\w-]{43}", first.get_data(as_text=True))
    assert len(session.scalars(select(ApiKey)).all()) == 1
    # Filled in otherwise, or of another page, it is another form.
    member_client.post("/account/keys", **(form | {"name": "other"}))
    member_client.post("/account/keys", **(form | {"mark": "another-mark-000"}))
    session.expire_all()
    assert len(session.scalars(select(ApiKey)).all()) == 3
    webhook = {"old": PASSWORD, "label": "Night", "url": "https://hooks.example.org/", "mark": "mark-of-a-webhook"}
    secrets = {member_client.post("/account/webhooks", **webhook).data for _ in range(2)}
    assert len(secrets) == 1
    search = {"label": "All", "kind": "search", "country": "CZ", "mark": "mark-of-a-watch-0"}
    assert {member_client.post("/account/watches", **search).status_code for _ in range(2)} <= {200, 303, 400}
    other = MemberClient(client, session, make_member(session, email="other@others.example"), now())
    assert other.post("/account/keys", **form).data != first.data
