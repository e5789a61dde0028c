"""Applications that tests use one after another: hundreds of routes are made once for each set of edges, not for each test.

What a test is given is as new: its own settings, database, limits and keys, and nothing that an earlier test left. One whose
routes a test changed is used no more. Routes that many tests need are added once, by the function that they name.
"""

import gc
from collections.abc import Callable, Hashable
from typing import Any

from flask import Flask

from registry.app import RegistryApp, connect, create_app
from registry.core.settings import Edge, Settings
from registry.http.transaction import services
from registry.officers.providers.settings import FILE


class Applications:
    """A pool. `take` gives an application to one test; `give_back` closes its connections and keeps it for the next."""

    def __init__(self) -> None:
        self._free: dict[Hashable, list[_Entry]] = {}
        self._taken: dict[int, _Entry] = {}

    def take(self, settings: Settings, change: Callable[[Flask], None] | None = None) -> Flask:
        """One on these settings, to which `change` was done when it was made."""
        kind = _kind_of(settings)
        if kind is None:
            assert change is None
            return create_app(settings)
        key = (kind, change)
        free = self._free.setdefault(key, [])
        stored = free.pop() if free else _Entry(key, settings, change)
        stored.renew(settings)
        self._taken[id(stored.app)] = stored
        return stored.app

    def give_back(self, app: Flask) -> None:
        services(app).engine.dispose()
        stored = self._taken.pop(id(app), None)
        if stored is not None and stored.is_unchanged():
            self._free[stored.key].append(stored)


def _kind_of(settings: Settings) -> Hashable | None:
    """What the routes of an application follow from; None where more than that is bound to it when it is made."""
    has_providers = Edge.CONSOLE in settings.edges and (settings.home / FILE).exists()
    return None if settings.has_metrics or has_providers else (settings.edges, settings.wallets is not None)


class _Entry:
    def __init__(self, key: Hashable, settings: Settings, change: Callable[[Flask], None] | None) -> None:
        app = create_app(settings)
        assert isinstance(app, RegistryApp)
        if change is not None:
            change(app)
        self.key = key
        self.app = app
        self._made = _state_of(app)
        self._extensions = dict(app.extensions)
        self._client_class = app.test_client_class
        # Flask takes no further routes after a first request: so it is for every test, the first one too.
        with app.test_request_context("/"):
            app.full_dispatch_request()
        services(app).engine.dispose()
        # It lives until the end: no collection need look through it. What is older than a moment is not looked through here.
        gc.collect(1)
        gc.freeze()

    def renew(self, settings: Settings) -> None:
        self.app.extensions.clear()
        self.app.extensions.update(self._extensions)
        self.app.test_client_class = self._client_class
        connect(self.app, settings)

    def is_unchanged(self) -> bool:
        return _state_of(self.app) == self._made


def _state_of(app: Flask) -> tuple[Any, ...]:
    """What a test might have changed. Hooks and handlers of errors Flask itself refuses after a first request."""
    return (
        len(list(app.url_map.iter_rules())),
        dict(app.view_functions),
        dict(app.config),
        dict(app.extensions["registry_error_pages"]),
    )
