"""Pages of a list that is read by the ids of its rows, the newest first."""

from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class Page(NamedTuple):
    """`limit` rows at most, those older than the row with the id `after`; from the newest on where it is None."""

    limit: int
    after: int | None = None


def newest_first(query: Query, row_id: InstrumentedAttribute[int], page: Page | None) -> Query:
    """The query in the order of `row_id`, the newest first: one page of it, or all where there is no page."""
    query = query.order_by(row_id.desc())
    if page is None:
        return query
    if page.after is not None:
        query = query.where(row_id < page.after)
    return query.limit(page.limit)
