"""What the facts say after an amendment: what is repeated keeps its row, source and first retrieval, in its place. Pure.

actions.py writes the same to the fact tables; a test holds what is read from them to what is said here.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from registry.register.agencies import record, storage


def differ(old: record.Sourced, new: record.Sourced, fields: Iterable[str]) -> bool:
    """Whether two sayings differ in more than where and when they were read."""
    return any(
        getattr(old, field) != getattr(new, field) for field in fields if field not in ("source", "retrieved_at")
    )


def amended_facts(old: record.Agency, new: record.Agency) -> record.Agency:
    """The record of a known agency once `new` is said of it, as it would be read from its facts."""
    profile = new if differ(old, new, storage.PROFILE) else old
    facts: dict[str, Any] = {field: getattr(profile, field) for field in storage.PROFILE}
    for family in storage.FAMILIES:
        facts[family.attribute] = _merged(getattr(old, family.attribute), getattr(new, family.attribute))
    stated = {licence.licence_id: licence for licence in new.licences}
    known = [_amended_licence(one, stated.pop(one.licence_id, one)) for one in old.licences]
    return msgspec.structs.replace(old, **facts, licences=(*known, *stated.values()))


def _merged(old: Sequence[Any], new: Sequence[Any]) -> tuple[Any, ...]:
    if old == new:
        return tuple(old)
    fresh = list(new)
    retained = []
    for part in old:
        match = next((candidate for candidate in fresh if storage.same_statement(part, candidate)), None)
        if match is not None:
            fresh.remove(match)
            retained.append(part)
    return (*retained, *fresh)


def _amended_licence(old: record.Licence, new: record.Licence) -> record.Licence:
    if old == new:
        return old
    term = new if differ(old, new, storage.TERM) else old
    return msgspec.structs.replace(
        old,
        number=new.number,
        status_history=storage.in_order(_merged(old.status_history, new.status_history)),
        **{field: getattr(term, field) for field in storage.TERM},
    )
