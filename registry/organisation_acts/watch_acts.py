"""Acts on watches: made, changed, given another list, ended. No one else is told who watches."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from registry.core.calls import Call
from registry.core.errors import InvalidInput, NotNow
from registry.http.act_tables import calling
from registry.http.modes import refuse_other_reference
from registry.http.transaction import keyring
from registry.organisation_acts.acts import OrganisationAct, OrganisationCall, acts_of
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.vocabulary.watches import EventType
from registry.watches import models, watches
from schemas.watches import NumbersSchema, WatchChangeSchema, WatchMakeSchema

MAX_LIST = 4 * 1024 * 1024
"""Bytes of a list of numbers."""

_MAKERS: Mapping[str, Callable[[Call[OrganisationActor], Any, str], models.Watch]] = {
    "agency_id": watches.watch_agency,
    "licence_id": watches.watch_licence,
    "search": watches.watch_search,
}


class MadeWatch(NamedTuple):
    """A watch, and the places in its list of the numbers that lead to no agency yet, from 1."""

    watch: models.Watch
    waiting_lines: tuple[int, ...] = ()


def _make(call: OrganisationCall, label: str, types: Sequence[EventType] = (), **subject: Any) -> MadeWatch:
    # The schema lets exactly one through.
    [(kind, value)] = subject.items()
    if kind in ("agency_id", "licence_id"):
        refuse_other_reference(kind, value)
    if kind == "numbers":
        watch, listed = watches.watch_list(call, keyring(), _numbers(value), label)
        made = MadeWatch(watch, listed.waited_for)
    else:
        made = MadeWatch(_MAKERS[kind](call, value, label))
    made.watch.types = watches.chosen_types(types)
    return made


def _replace_list(call: OrganisationCall, numbers: Sequence[Mapping[str, str]]) -> MadeWatch:
    watch, listed = watches.replace_list(call, keyring(), call.reference, _numbers(numbers))
    return MadeWatch(watch, listed.waited_for)


def _numbers(sent: Sequence[Mapping[str, str]]) -> list[watches.Number]:
    return [watches.Number(one["number"], one.get("country")) for one in sent]


WATCHES = acts_of(
    OrganisationAct(
        "make", Scope.WATCHES, _make, "createWatch",
        """Create a watch on an agency, a licence, a list of numbers, or the results of a search.

        From now on: what happened before is in the agency's history. Of a list, the numbers themselves are not kept.
        """,
        WatchMakeSchema, path="", page="", once="watch", is_versioned=False, statuses=(409, 413, 415), max_bytes=MAX_LIST,
        faults={"label": "bad_watch_label", InvalidInput: "bad_watch", NotNow: "too_many_watches"},
    ),
)  # fmt: skip

ONE_WATCH = acts_of(
    OrganisationAct(
        "change", Scope.WATCHES, calling(watches.change), "updateWatch",
        "Rename, pause or resume a watch, or choose of which types of events it tells.",
        WatchChangeSchema, method="patch", path="", statuses=(404, 413, 415),
    ),
    OrganisationAct(
        "end", Scope.WATCHES, calling(watches.end), "deleteWatch", "Delete a watch. Earlier events stay in your feed.",
        method="delete", path="", statuses=(404,),
    ),
    OrganisationAct(
        "numbers", Scope.WATCHES, _replace_list, "replaceWatchedNumbers", "Replace the list of numbers of a watch.",
        NumbersSchema, method="put", max_bytes=MAX_LIST,
    ),
)  # fmt: skip
