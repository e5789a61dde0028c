"""The REST edge: Flask-RESTX for routing alone, without its error handling, documentation and masks."""

from collections.abc import Sequence
from functools import partial, wraps
from typing import Any

from flask import Flask, request

from registry.api.docs import views
from registry.api.namespaces import DESK, EMPLOYERS, INTAKE, NAMESPACES, PREFIX, require_policies, require_scopes
from registry.api.public import dataset, log, ranges, reconciliation, verify, wallets, well_known
from registry.api.restx import Api, Namespace
from registry.http.middleware import PLAIN_VIEWS
from registry.http.transaction import services


class Router(Api):
    """Flask-RESTX with what it would do behind our back taken out."""

    def output(self, resource: Any) -> Any:
        """A class of views as one function, in place of three: every view of ours makes its response, and keeps nothing."""
        views = resource.view_class(self)
        by_method = {method: getattr(views, method.lower()) for method in resource.methods}
        if "GET" in by_method:
            by_method.setdefault("HEAD", by_method["GET"])

        @wraps(resource)
        def answered(**path: Any) -> Any:
            return by_method[request.method](**path)

        return answered

    def error_router(self, original_handler: Any, e: BaseException) -> Any:
        """Errors are the application's: the same body under /api as in every other place, tested or not."""
        return original_handler(e)

    def _register_doc(self, app_or_blueprint: Any) -> None:
        """No root view: its own would claim the prefix."""

    def _register_apidoc(self, app: Flask) -> None:
        """No bundled documentation files: they would be served under a path of their own."""


def register(app: Flask) -> None:
    _route(app, NAMESPACES)
    app.extensions[PLAIN_VIEWS][PREFIX + verify.ns.path] = partial(verify.plain_view, app)
    _route(app, EMPLOYERS)
    app.register_blueprint(log.pages)
    app.register_blueprint(ranges.pages)
    app.register_blueprint(dataset.pages)
    app.register_blueprint(reconciliation.pages)
    well_known.register(app)
    if services(app).settings.wallets is not None:
        app.register_blueprint(wallets.pages)
    views.register(app)
    require_scopes(app)


def register_intake(app: Flask) -> None:
    """Complaints, which a process may serve without the rest."""
    _route(app, INTAKE)


def register_officers_api(app: Flask) -> None:
    """What officers' programs come to. Raises UnguardedRoute where a view of it is open."""
    _route(app, DESK)
    require_policies(app)


def _route(app: Flask, namespaces: Sequence[Namespace]) -> None:
    api = Router(doc=False, prefix=PREFIX)
    for namespace in namespaces:
        api.add_namespace(namespace)
    # `add_specs` counts here only: given to the constructor it is ignored.
    api.init_app(app, add_specs=False)
    # Namespaces are their modules' own: one that remembered whom it was added to would keep every application for ever.
    for namespace in namespaces:
        namespace.apis.remove(api)
