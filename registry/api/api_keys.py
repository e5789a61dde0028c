"""Authentication of organisations' programs: whose API key it is, its scopes, and its organisation's rate limit.

A key is accepted in the Authorization header alone. What belongs to another organisation returns 404: views look for
things of `current_organisation()` and find nothing else.
"""

import atexit
import re
import threading
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial, wraps
from typing import Any, cast

import structlog
from flask import current_app, g, request
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.api.restx import with_input
from registry.core.clock import day_at, now
from registry.core.errors import NotInMode, NotSignedIn, TooManyRequests
from registry.http.limits import Quotas
from registry.http.modes import accounts, is_test
from registry.http.transaction import services, writing
from registry.organisations import actions, keys, models
from registry.vocabulary.organisations import Scope

log = structlog.get_logger()

NEEDS_KEY = "organisationKey"
"""The security scheme's name in the document."""

_BEARER = re.compile(rf"[Bb]earer +({keys.BEGINNING}(?:test_)?[A-Za-z0-9_-]{{43}})")
_OURS = re.compile(rf"[Bb]earer +{keys.BEGINNING}")

View = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """The organisation whose key was sent. `id` is its row, `key` the reference of the key, `scopes` what that key opens.

    `keeps_every`: what this key asks is kept where the question does not say otherwise.
    """

    id: int
    reference: str
    name: str
    country: str
    language: str
    key: str
    scopes: frozenset[Scope]
    keeps_every: bool

    @property
    def sorted_scopes(self) -> list[Scope]:
        """The scopes in the order of their names, as answers have them."""
        return sorted(self.scopes)


def needs_scope(scope: Scope) -> Callable[[View], View]:
    """A method of a Resource for organisations' keys of a scope; it stands above request_schema, where there is input, and
    response_schema.

    Before a body is read: 401 without a key that opens, 403 `scope_missing` where it does not open this, 429 beyond the
    organisation's limit. The view reads whose it is from `current_organisation()`.
    """

    def decorate(method: View) -> View:
        view = with_input(method)

        @wraps(view)
        def guarded(self: Any, **path: Any) -> Any:
            admit(scope)
            return view(self, **path)

        guarded.scope = scope  # type: ignore[attr-defined]
        guarded.needs = NEEDS_KEY  # type: ignore[attr-defined]
        guarded.admit_sender = partial(admit, scope)  # type: ignore[attr-defined]
        return guarded

    return decorate


def current_organisation() -> Caller:
    """Whose key it is, behind `needs_scope`. Raises NotSignedIn elsewhere."""
    caller: Caller | None = g.get("organisation")
    if caller is None:
        raise NotSignedIn(keys.NEEDED)
    return caller


def optional_api_key(scope: Scope) -> Callable[[View], View]:
    """A method of a Resource that is open to all, and counts against the organisation's own limit where a key is sent."""

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(self: Any, **path: Any) -> Any:
            if "HTTP_AUTHORIZATION" in request.environ:
                organisation_if_any(scope)
            return view(self, **path)

        opened.scope_if_any = scope  # type: ignore[attr-defined]
        opened.admit_sender = partial(organisation_if_any, scope)  # type: ignore[attr-defined]
        return opened

    return decorate


def require_scope(scope: Scope) -> Caller:
    """The organisation whose key came already, where it opens this too. Raises NotSignedIn, ScopeMissing."""
    caller = current_organisation()
    keys.require_scope(scope, caller.scopes)
    return caller


def keeper_of(wish: bool | None) -> Caller | None:
    """The organisation in whose file an answer is kept: by `wish`, or where none is said because it keeps every one.

    None where it is kept in none. Raises NotSignedIn, ScopeMissing.
    """
    if wish:
        return require_scope(Scope.RECEIPTS)
    caller: Caller | None = g.get("organisation")
    return caller if caller is not None and wish is None and caller.keeps_every else None


def organisation_if_any(scope: Scope) -> Caller | None:
    """Whose key was sent where none need be: None without one. A key of ours that does not open, or not this, is refused."""
    sent = request.environ.get("HTTP_AUTHORIZATION")
    if sent is None or _OURS.match(sent) is None:
        return None
    return admit(scope)


def admit(scope: Scope) -> Caller:
    """Whose key was sent. Raises NotSignedIn, ScopeMissing or TooManyRequests."""
    quotas = cast(Quotas, current_app.extensions["registry_quotas"])
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise NotSignedIn(keys.NEEDED)
    today = day_at(now(), None)
    registry = accounts()
    with registry.reading_sessions() as session:
        try:
            organisation, key = keys.opened_by(session, match[1], today)
        except NotSignedIn:
            quotas.forget(request.environ)
            raise
    quota = quotas.count(request.environ, organisation.reference, organisation.rate)
    if quota.is_refused:
        text = (
            f"more than {quota.limit} requests of your organisation in a minute; ask again in {quota.next_in} seconds"
        )
        raise TooManyRequests(text, quota.next_in)
    opens = keys.scopes_of(key)
    keys.require_scope(scope, opens)
    # A body on its way to the sandbox of another server is admitted here.
    is_handed_on = key.is_test and services().settings.sandbox_url is not None
    if key.is_test is not is_test() and not is_handed_on:
        raise NotInMode("a test key opens nothing here: this server has no sandbox")
    keys.require_network(key, request.environ.get("REMOTE_ADDR", ""))
    _note_usage(key.id, today)
    if key.last_used_on != today:
        with registry.sessions.begin() as session:
            keys.used(session, key.id, today)
    g.organisation = Caller(
        _in_sandbox(organisation) if is_test() else organisation.id,
        organisation.reference,
        organisation.name,
        organisation.country,
        organisation.language,
        key.reference,
        opens,
        organisation.keeps_every if key.keeps_every is None else key.keeps_every,
    )
    return cast(Caller, g.organisation)


USAGE_NOTED = "registry.usage_noted"
"""In the environment of a request that is counted: a list is asked for twice, here and by the process beside."""


class UsageCounts:
    """Requests by key and day, collected in memory and added to what is stored every half minute, and at the end."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._counts: Counter[tuple[int, date]] = Counter()
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        _OPEN.add(self)

    def note(self, key_id: int, day: date) -> None:
        with self._lock:
            self._counts[key_id, day] += 1
            if self._timer is None:
                self._timer = threading.Timer(USAGE_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> None:
        with self._lock:
            counts, self._counts, self._timer = self._counts, Counter(), None
        if not counts:
            return
        try:
            with self._sessions.begin() as session:
                keys.add_usage(session, counts)
        except SQLAlchemyError as error:
            log.warning("usage_not_stored", kind=type(error).__name__)
            if not isinstance(error, IntegrityError):
                with self._lock:
                    self._counts.update(counts)


USAGE_SECONDS = 30.0
_OPEN: "weakref.WeakSet[UsageCounts]" = weakref.WeakSet()


@atexit.register
def _flush_all() -> None:
    for counts in list(_OPEN):
        counts.flush()


def usage_counts() -> UsageCounts:
    """What this process counted and did not store yet."""
    found = current_app.extensions.get("registry_usage_counts")
    if found is None:
        found = current_app.extensions["registry_usage_counts"] = UsageCounts(accounts().sessions)
    return cast(UsageCounts, found)


def _note_usage(key_id: int, day: date) -> None:
    if USAGE_NOTED not in request.environ:
        request.environ[USAGE_NOTED] = True
        usage_counts().note(key_id, day)


def _in_sandbox(organisation: models.Organisation) -> int:
    """The row of an organisation in the sandbox, which knows those alone whose test keys came."""
    with writing() as session:
        return actions.mirror(session, organisation)
