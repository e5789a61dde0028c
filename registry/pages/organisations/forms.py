"""Forms of the account's pages that are made of the tables of acts (registry.organisation_acts)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import RegistryError
from registry.http.act_tables import parameters_in
from registry.organisation_acts.acts import OrganisationAct, page_fault, perform
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.guard import for_members
from registry.pages.organisations.rendering import to
from registry.pages.organisations.sign_in import acting, require_password
from registry.vocabulary.organisations import MemberRole


def _nothing(_session: Session, _me: MemberPresent, *_references: str) -> Mapping[str, Any]:
    return {}


class Form(NamedTuple):
    """How the form of an act is taken.

    `read` gives the fields of the act: it is given the session, the member present, and the references of the path. `after` makes
    the page that follows of what the act gave; None leads back to the list. `faults` are said in place of those of the act.
    """

    read: Callable[..., Mapping[str, Any]] = _nothing
    after: Callable[[Session, MemberPresent, Any], Response | None] | None = None
    faults: Mapping[type[RegistryError] | str, str] = MappingProxyType({})


USUAL = Form()


class ListPage(NamedTuple):
    """A page of which forms are part: where they are taken and lead back to, and what shows it again with a `fault`.

    `show` is given the session, the member present, and the fault.
    """

    pages: Blueprint
    place: str
    show: Callable[..., Response]

    def serve(
        self, address: str, acts: Mapping[str, OrganisationAct[Any]], *, exclude: tuple[str, ...] = (), **forms: Form
    ) -> None:
        """Take the form of each act below the address of what it is done to, except those of `exclude`."""
        assert forms.keys() <= acts.keys(), "a form is of an act that the table has not"
        for act in acts.values():
            if act.name not in exclude:
                self.serve_form(act.page_below(address), act, forms.get(act.name, USUAL), act.operation)

    def serve_form(self, address: str, act: OrganisationAct[Any], form: Form, endpoint: str) -> None:
        """Take a form of an act at an address."""
        parameters = parameters_in(address)

        def view(session: Session, me: MemberPresent, **path: str) -> Response:
            references = [path[name] for name in parameters]
            call = _call(act, session, me)
            try:
                if act.needs_password:
                    require_password(session, me)
                given = perform(act, call, references, form.read(session, me, *references))
            except RegistryError as refused:
                # An act refuses before it writes anything, so nothing has to be undone.
                fault = page_fault(refused, {**act.faults, **form.faults})
                if fault is None:
                    raise
                return self.show(session, me, fault=fault)
            shown = None if form.after is None else form.after(session, me, given)
            return to(self.place) if shown is None else shown

        self.pages.add_url_rule(address, endpoint, for_members(view), methods=["POST"])


def _call(act: OrganisationAct[Any], session: Session, me: MemberPresent) -> Call[Any]:
    """The call of an act by its member: for the organisation, or as the member where the act is one of members alone."""
    if not isinstance(act.right, MemberRole):
        return acting(session, me)
    if act.right is MemberRole.OWNER:
        me.require_owner()
    return Call(session, me, now())
