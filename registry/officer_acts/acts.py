"""What officers do, as tables: each act of a resource is one row, served by the API and the console alike.

What is done first, such as looking its object up within the officer's unit, and how it is shown afterwards, is each edge's own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Generic, TypeVar

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.intake import idempotency
from registry.complaints.parties.steps import PartyMember
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.act_tables import ActCall, ActRow
from registry.http.complaint_services import sealer
from registry.http.request_reader import IdempotencyKey
from registry.officer_acts.permissions import acting, acting_for_party, reference_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer

Who = TypeVar("Who")


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerActCall(ActCall[Who]):
    """The call of an officer's act: `actor` is the officer as the feature knows officers."""

    me: AuthenticatedOfficer


def calling_sealed(
    action: Callable[Concatenate[Call[Any], Any, str, ...], object], into: Callable[..., object] | None = None
) -> Callable[..., object]:
    """The `run` of an act that is one call of its action, which is given the sealer between the call and the references.

    Where `into` is given, the action is given what that makes of the fields, such as a draft.
    """

    def run(call: ActCall[Any], **fields: Any) -> object:
        if into is not None:
            return action(call, sealer(), *call.references, into(**fields))
        return action(call, sealer(), *call.references, **fields)

    return wraps(action)(run) if into is None else run


@dataclass(frozen=True, slots=True)
class OfficerAct(ActRow[Act]):
    """One act of an officer. `run` is given an OfficerActCall."""

    form: Mapping[str, str] = field(default_factory=dict)
    """What a field is called in the console's form, where it is called otherwise."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """By field: the message that says that it cannot be read."""
    resource: Resource | None = None
    """What the right is to, where it is another than that of the table."""
    is_shown_after: bool = True
    """If not, the API's answer is empty: what it was done to is closed to the officer from then on."""
    drafts: str = ""
    """What it drafts, such as a hearing: idempotently, and `run` gives the draft or its reference."""
    done: Callable[[object], str] | None = None
    """From what `run` gives: the code of what was done (`done.<code>`), where that is not always the same."""
    undo: Callable[[Any, Mapping[str, str]], Mapping[str, str] | None] | None = None
    """From what the act is done to, as it was before, and the form: the fields with which the same act takes it back; None
    where that is no act of one person."""
    taken_back_at: Callable[[object], str] | None = None
    """From what `run` gives: the rest of the address of another act that takes it back."""
    not_found: tuple[str, str] | None = None
    """The field of the form that names something which is not there, and the message that says so."""
    is_final: bool = False
    """It cannot be taken back, and takes no written reason: the console's form says what follows (`final.<operation>`) and has a
    box to tick."""
    form_of: str | None = None
    """The operation whose form the console takes for this act, where it is another's."""


@dataclass(frozen=True, slots=True)
class OfficerActs(Generic[Who]):
    """The acts of one resource.

    `officer_of` is the officer present as the feature knows officers, acting by the right that an act needs. `find` finds what
    an act is done to: given the session, the officer present, the act, and the references that name it, it gives the stored
    ones, or the stored one alone. Raises NotFound for what belongs to others, Forbidden where the officer declared an interest.
    """

    resource: Resource
    officer_of: Callable[[AuthenticatedOfficer, OfficerAct], Who]
    find: Callable[..., str | tuple[str, ...]]
    rows: tuple[OfficerAct, ...]

    def __iter__(self) -> Iterator[OfficerAct]:
        return iter(self.rows)

    def __getitem__(self, name: str) -> OfficerAct:
        return next(row for row in self.rows if row.name == name)

    def perform(
        self,
        act: OfficerAct,
        session: Session,
        me: AuthenticatedOfficer,
        reference: str | tuple[str, ...],
        version: int | None,
        values: Mapping[str, Any],
    ) -> object:
        """Do an act in the transaction of the session to what `find` gave. Raises as its action does, and Forbidden."""
        references = (reference,) if isinstance(reference, str) else reference
        call = OfficerActCall(session, self.officer_of(me, act), now(), version, me=me, references=references)
        return act.run(call, **values)

    def right_to(self, act: OfficerAct) -> tuple[Resource, Act]:
        """The right that an act needs."""
        return act.resource or self.resource, act.right


def acts_of(
    resource: Resource,
    officer_of: Callable[[AuthenticatedOfficer, OfficerAct], Who],
    find: Callable[..., str | tuple[str, ...]],
    *rows: OfficerAct,
) -> OfficerActs[Who]:
    """The acts of a resource, one row after the other."""
    return OfficerActs(resource, officer_of, find, rows)


def case_acts(
    resource: Resource, find: Callable[..., str | tuple[str, ...]], *rows: OfficerAct
) -> OfficerActs[Officer]:
    """The acts of a resource of cases: done by an officer of the case's unit, in the humblest role that has the right."""
    return OfficerActs(resource, lambda me, act: acting(me, act.resource or resource, act.right), find, rows)


def find_by_reference(_session: Session, _me: AuthenticatedOfficer, _act: OfficerAct, reference: str) -> str:
    """The reference in its stored form, where each action finds by itself what the officer may act on alone."""
    return reference_in(reference)


def party_acts(resource: Resource, *rows: OfficerAct) -> OfficerActs[PartyMember]:
    """The acts of an agency's or a partner's own people on what was shared with it; each action finds only that."""
    return OfficerActs(resource, lambda me, _: acting_for_party(me), find_by_reference, rows)


def draft_idempotently(
    session: Session,
    me: AuthenticatedOfficer,
    what: str,
    idempotency_key: IdempotencyKey | None,
    make: Callable[[], object],
) -> str:
    """The reference of what `make` drafts, or drafted before with the same key. Without a key it drafts.

    `make` gives the draft or its reference.

    `what` says what and where, such as a hearing of one case: the same key elsewhere is another. Raises as `make`, and
    RepeatDiffers where something else was sent with the key.
    """

    def draft() -> str:
        made: Any = make()
        return made if isinstance(made, str) else str(made.reference)

    if idempotency_key is None:
        return draft()
    scope = f"{what} of officer {me.officer.reference}"
    return idempotency.run_idempotently(session, sealer(), scope, *idempotency_key, day_at(now(), None), draft)
