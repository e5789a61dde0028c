"""What an act makes of a public record: the record before, what is said, the record after. Pure."""

from datetime import date, timedelta

import msgspec

from registry.agencies import record
from registry.agencies.storage import in_order


def with_status(licence: record.Licence, period: record.StatusPeriod) -> record.Licence:
    """The licence with another status from `period.from_` on.

    An open period ends what was stated before it. One with a last day is laid over it instead: the gravest status of a day
    counts, so that a suspension ends by itself on its day and no job has to run at midnight.
    """
    begins = period.from_
    if begins is None:
        raise ValueError("a status that officials state has a first day")
    history = licence.status_history
    kept = history if period.to is not None else closed(history, begins)
    return msgspec.structs.replace(licence, status_history=in_order((*kept, period)))


def closed(history: tuple[record.StatusPeriod, ...], begins: date) -> tuple[record.StatusPeriod, ...]:
    """A history that ends before `begins`; what would have no day left is said no more."""
    kept = []
    for period in history:
        if period.to is not None and period.to < begins:
            kept.append(period)
        elif period.from_ is None or period.from_ < begins:
            kept.append(msgspec.structs.replace(period, to=begins - timedelta(days=1)))
    return tuple(kept)


def with_licence(agency: record.Agency, licence: record.Licence) -> record.Agency:
    """The agency with this licence in the place of the one of the same reference, or beside the others."""
    is_known = any(one.licence_id == licence.licence_id for one in agency.licences)
    if not is_known:
        return msgspec.structs.replace(agency, licences=(*agency.licences, licence))
    licences = tuple(licence if one.licence_id == licence.licence_id else one for one in agency.licences)
    return msgspec.structs.replace(agency, licences=licences)
