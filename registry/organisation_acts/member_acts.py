"""Acts on the people of an organisation. Members do them on pages: no key lets anybody in, so the API serves none of them."""

from registry.http.act_tables import ActCall, calling
from registry.organisation_acts.acts import OrganisationAct, acts_of
from registry.organisations import letters, members, second_steps
from registry.organisations.sessions import MemberPresent
from registry.vocabulary.organisations import MemberRole

MemberCall = ActCall[MemberPresent]


def _take_back(call: MemberCall) -> None:
    letters.take_back(call.session, call.actor.organisation.id, call.reference, call.at)


def _require_second_step(call: MemberCall, is_needed: bool) -> None:
    second_steps.require(call.session, call.actor, is_needed)


PEOPLE = acts_of(
    OrganisationAct(
        "invite", MemberRole.OWNER, calling(members.invite), "inviteMember",
        "Invite a member. Whether the address has an account already is told to its reader alone.",
        page="", needs_password=True,
    ),
)  # fmt: skip

ONE_MEMBER = acts_of(
    OrganisationAct(
        "role", MemberRole.OWNER, calling(members.set_role), "setMemberRole", "Make a member an owner, or an owner a member.",
    ),
    OrganisationAct("remove", MemberRole.OWNER, calling(members.remove), "removeMember", "Remove a member for good."),
    OrganisationAct(
        "reset", MemberRole.OWNER, calling(members.reset_second_step), "resetSecondStep",
        "Take away what another member lost of the second step.",
        page="/second-step", needs_password=True,
    ),
)  # fmt: skip

ONE_INVITATION = acts_of(
    OrganisationAct(
        "take-back", MemberRole.OWNER, _take_back, "withdrawInvitation", "Let an invitation open nothing any more.",
    ),
)  # fmt: skip

SECOND_STEP = acts_of(
    OrganisationAct(
        "require", MemberRole.OWNER, _require_second_step, "requireSecondStep",
        "Require a second step of all members, or no more.",
        needs_password=True,
    ),
)  # fmt: skip
