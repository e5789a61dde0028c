"""Does the same for many, so that one for which it fails keeps none of the others from its turn."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import structlog

from registry.core.db.errors import is_database_away

log = structlog.get_logger()

Item = TypeVar("Item")


class SomeFailed(Exception):
    """What was to be done for each of many failed for some; the log says where, and what they were is not said."""


def do_for_each(items: Iterable[Item], act: Callable[[Item], object], name: str) -> None:
    """Call `act` with each item. Raises SomeFailed at the end where it raised for one, and at once what the database raises.

    `name` says in the log what was being done.
    """
    failed = 0
    for item in items:
        try:
            act(item)
        except Exception as error:
            if is_database_away(error):
                # It is away: the others would each wait for it in vain.
                raise
            failed += 1
            log.error("failed_for_one", doing=name, exc_info=error)
    if failed:
        raise SomeFailed(f"{name} failed for {failed}")
