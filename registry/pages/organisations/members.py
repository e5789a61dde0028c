"""The people of an organisation: an owner invites, removes, and says who else is an owner."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.organisations import letters, members, second_steps
from registry.organisations.sessions import MemberPresent
from registry.pages.forms import fault_on
from registry.pages.organisations.guard import form_for_members, page_for_members
from registry.pages.organisations.rendering import page, to
from registry.pages.organisations.sign_in import require_password
from registry.vocabulary.organisations import MemberRole
from registry.vocabulary.register import STAFF_LANGUAGES, Language

pages = Blueprint("account_people", __name__)


@page_for_members(pages, "/people")
def list_members(session: Session, me: MemberPresent, *, fault: str | None = None, given: bool = False) -> Response:
    return page(
        "people.html",
        here="people",
        fault=fault,
        notice=given,
        me=me.member,
        is_owner=me.member.role is MemberRole.OWNER,
        steps=second_steps.who_have_apps(session, me.organisation.id),
        is_needed=me.organisation.needs_second_step,
        people=members.members_of(session, me.organisation.id),
        invitations=letters.invitations_of(session, me.organisation.id, now()),
        email=request.form.get("email", "") if fault else "",
    )


@form_for_members(pages, "/people")
@fault_on(list_members)
def invite(session: Session, me: MemberPresent) -> Response:
    """Invite a member. Whether the address has an account already is told to its reader alone."""
    me.require_owner()
    language = request.form.get("language", "")
    spoken = Language(language) if language in STAFF_LANGUAGES else Language(me.member.language)
    require_password(session, me)
    members.invite(Call(session, me, now()), request.form.get("email", "")[:300], _role_sent(), spoken)
    return list_members(session, me, given=True)


@form_for_members(pages, "/people/<reference>/role")
@fault_on(list_members)
def set_role(session: Session, me: MemberPresent, reference: str) -> Response:
    members.set_role(Call(session, me, now()), reference, _role_sent())
    return to("people")


@form_for_members(pages, "/people/<reference>/remove")
@fault_on(list_members)
def remove(session: Session, me: MemberPresent, reference: str) -> Response:
    members.remove(Call(session, me, now()), reference)
    return to("people")


@form_for_members(pages, "/invitations/<reference>/take-back")
def take_back(session: Session, me: MemberPresent, reference: str) -> Response:
    me.require_owner()
    letters.take_back(session, me.organisation.id, reference, now())
    return to("people")


def _role_sent() -> MemberRole:
    return MemberRole.OWNER if request.form.get("role") == MemberRole.OWNER else MemberRole.MEMBER
