"""What officers do, as tables: each act of a resource is one row, served by the API and the console alike.

A row says which right an act needs, what it takes, which action does it, and what the API calls it. What is done to it first,
such as looking it up within the officer's unit, and how it is shown afterwards, is each edge's own.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.query_reader import MAX_BODY_BYTES
from registry.officer_desk.acting import acting
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from schemas.base import InSchema

Who = TypeVar("Who")
Who_contra = TypeVar("Who_contra", contravariant=True)


@dataclass(frozen=True, slots=True)
class Doing(Generic[Who]):
    """A call of an act: the officer as the feature knows officers, its object, and the version read (or None)."""

    session: Session
    me: AuthenticatedOfficer
    officer: Who
    reference: str
    version: int | None
    at: datetime


class Action(Protocol[Who_contra]):
    """An action without arguments besides its object."""

    def __call__(
        self, session: Session, officer: Who_contra, reference: str, at: datetime, /, *, version: int | None
    ) -> object: ...


class SealedAction(Protocol[Who_contra]):
    """Like Action, on sealed content."""

    def __call__(
        self,
        session: Session,
        sealer: Any,
        officer: Who_contra,
        reference: str,
        at: datetime,
        /,
        *,
        version: int | None,
    ) -> object: ...


def plainly(action: Action[Who]) -> Callable[[Doing[Who]], object]:
    """Wrap an action without arguments as the `do` of an act."""
    return lambda on: action(on.session, on.officer, on.reference, on.at, version=on.version)


def sealed(action: SealedAction[Who]) -> Callable[[Doing[Who]], object]:
    """Wrap an action on sealed content without arguments as the `do` of an act."""
    return lambda on: action(on.session, sealer(), on.officer, on.reference, on.at, version=on.version)


@dataclass(frozen=True, slots=True)
class OfficerAct:
    """One act. `name` ends its address in API and console, unless `path` ends it in the API, or `page` in the console, otherwise.

    `do` is given a Doing and, as keywords, the fields of `schema`. `form` says what a field is called in the console's form where
    it is called otherwise, `unread` which message says that it cannot be read. `operation` and `about`, a summary
    and what follows it, document it in the API; `statuses` where they are others than follow from the schema. `resource` is what
    the right is to, where it is another than that of the table. Without `is_shown_after` the API's answer is empty: what it was
    done to is closed to the officer from then on. What `drafts` something, such as a hearing, is done once however often it is
    sent, and its `do` gives the reference of what was drafted. `done` gives the code of what was done (`done.<code>`) from what
    `do` gives, where that is not always the same. `undo` is given what the act is done to, as it was before, and the form;
    it gives the fields with which the same act takes it back, None where that is no act of one person. `taken_back_at` gives,
    from what `do` gives, the rest of the address of another act that takes it back.
    Where nothing was read before it, such as a proposal, the act has
    no version (`is_versioned`). `not_found` is the field that a form names something in which is not there, and the message
    that says so. `max_bytes` bounds a body in the API. Where the console takes the form of another operation for it, `form_of`
    names that.
    """

    name: str
    right: Act
    do: Callable[..., object]
    operation: str
    about: str
    schema: type[InSchema] | None = None
    method: str = "post"
    path: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)
    resource: Resource | None = None
    statuses: tuple[int, ...] | None = None
    is_shown_after: bool = True
    drafts: str = ""
    done: Callable[[object], str] | None = None
    undo: Callable[[Any, Mapping[str, str]], Mapping[str, str] | None] | None = None
    taken_back_at: Callable[[object], str] | None = None
    page: str | None = None
    is_versioned: bool = True
    not_found: tuple[str, str] | None = None
    max_bytes: int = MAX_BODY_BYTES
    form_of: str | None = None

    @property
    def also(self) -> tuple[int, ...]:
        """The API's statuses besides those of every answer."""
        return self.statuses or ((404, 409) if self.schema is None else (404, 409, 413, 415))


@dataclass(frozen=True, slots=True)
class OfficerActs(Generic[Who]):
    """The acts of one resource.

    `officer_of` is the officer present as the feature knows officers, acting by the right that an act needs. `opened` finds what
    an act is done to: given the session, the officer present, the act, and the references that name it, it gives the stored
    reference. It raises NotFound for what belongs to others, Forbidden where the officer declared an interest.
    """

    resource: Resource
    officer_of: Callable[[AuthenticatedOfficer, OfficerAct], Who]
    opened: Callable[..., str]
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
        reference: str,
        version: int | None,
        values: Mapping[str, Any],
    ) -> object:
        """Do an act in the transaction of the session. Raises as its action does, and Forbidden."""
        return act.do(Doing(session, me, self.officer_of(me, act), reference, version, now()), **values)

    def right_to(self, act: OfficerAct) -> tuple[Resource, Act]:
        """The right that an act needs."""
        return act.resource or self.resource, act.right


def case_acts(resource: Resource, opened: Callable[..., str], *rows: OfficerAct) -> OfficerActs[Officer]:
    """The acts of a resource of cases: done by an officer of the case's unit, in the humblest role that has the right."""
    return OfficerActs(resource, lambda me, act: acting(me, act.resource or resource, act.right), opened, rows)
