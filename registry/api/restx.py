"""Flask-RESTX with types: what the API uses of it, for the type checker; at run time it is the library itself.

And what a method of a class of views takes that says nothing of it, and the answer to what makes something.
"""

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from flask import Flask
from flask.views import MethodView

from registry.http.schemas import View, request_schema, response_schema

if TYPE_CHECKING:
    from collections.abc import Callable

    Class = TypeVar("Class", bound=type[MethodView])

    class Resource(MethodView):
        """The views of one path: a method for each HTTP method."""

    class ResourceRoute(NamedTuple):
        """A class of views and the paths that lead to it, relative to its namespace."""

        resource: type[Resource]
        urls: tuple[str, ...]
        route_doc: dict[str, Any]
        kwargs: dict[str, Any]

    class Namespace:
        """A named group of paths."""

        name: str
        path: str
        resources: list[ResourceRoute]
        apis: list["Api"]

        def __init__(self, name: str, *, path: str) -> None: ...

        def route(self, *urls: str) -> Callable[[Class], Class]:
            """Serve a class of views at these paths."""

    class Api:
        """Routes namespaces of one application under a prefix."""

        def __init__(self, *, doc: bool, prefix: str) -> None: ...

        def output(self, resource: Callable[..., Any]) -> Callable[..., Any]:
            """What is called for a class of views."""

        def add_namespace(self, namespace: Namespace) -> None: ...

        def init_app(self, app: Flask, *, add_specs: bool) -> None: ...
else:
    from flask_restx import Api, Namespace, Resource

__all__ = ["Api", "Namespace", "Resource", "created_response", "with_input"]

created_response = partial(response_schema, status=HTTPStatus.CREATED)
"""As `response_schema`, for a view that makes something: 201."""


def with_input(view: View) -> View:
    """The method itself where it says what it takes; else it takes nothing, and what is sent all the same is refused."""
    return view if hasattr(view, "request_spec") else request_schema()(view)
