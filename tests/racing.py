"""Several that act at one and the same instant, each in a transaction of its own."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from registry.core.errors import RegistryError


def at_once(sessions: sessionmaker[Session], *acts: Callable[[Session], Any]) -> list[Any]:
    """What each gave, or the error of ours that it raised. Each has a transaction of its own; all begin together."""
    ready = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[Session], Any]) -> None:
        try:
            with sessions() as session:
                ready.wait()
                results[number] = act(session)
                session.commit()
        except BaseException as error:  # noqa: BLE001 - told below
            results[number] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
        assert not thread.is_alive(), "somebody waits for ever"
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, RegistryError):
            raise result
    return results
