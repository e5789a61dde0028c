"""What all portals with a sign-in share: closed routes, cookies, and forms that only a page of ours can send."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from registry.accounts.sessions import form_token, is_form_token
from registry.core.errors import ActRefused

FORM_FIELD = "form"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

View = Callable[..., Any]
Answer = TypeVar("Answer", bound=BaseResponse)


class UnguardedRoute(RuntimeError):
    """A route of a portal that does not say who may come: a fault in the program, found when it starts."""


def require_guarded_pages(app: Flask, path: str, mark: str, lack: str) -> None:
    """Raise UnguardedRoute unless every view under `path` has the attribute `mark`, which its guard gives it.

    `lack` says what is missing, and what to use.
    """
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(path) and not hasattr(app.view_functions[rule.endpoint], mark):
            raise UnguardedRoute(f"{rule.rule} {lack}")


def require_guarded_endpoint(path: str, method: str, view: Any, mark: str, lack: str) -> None:
    """Raise UnguardedRoute for an endpoint without the attribute `mark`, or whose answer a cache may keep."""
    if not hasattr(view, mark):
        raise UnguardedRoute(f"{method} {path} {lack}")
    response = getattr(view, "response_spec", None)
    if method == "GET" and response is not None and response.is_cacheable:
        raise UnguardedRoute(f"{method} {path} may be kept by caches: say cacheable=False")


def endpoints(app: Flask, is_ours: Callable[[str, Any], bool]) -> Iterator[tuple[str, str, Any]]:
    """Path, method and view of what an API serves, where `is_ours` says so of path and class of views."""
    for rule in app.url_map.iter_rules():
        function = app.view_functions[rule.endpoint]
        resource = getattr(function, "view_class", None)
        if is_ours(rule.rule, resource):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule.rule, method, getattr(resource, method.lower(), function)


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of a portal, which no script reads. `is_lax`: it comes along where another site leads here, too."""

    name: str
    path: str
    is_secure: bool
    is_lax: bool = False

    def beside(self, suffix: str, *, is_lax: bool = False) -> "Cookie":
        """Another cookie of the same portal."""
        return replace(self, name=f"{self.name}-{suffix}", is_lax=is_lax)

    def sent(self) -> str:
        """What the browser brought along; empty where it brought none."""
        return request.cookies.get(self.name, "")

    def give(self, response: Answer, value: str, max_age: timedelta | None = None) -> Answer:
        """Hand a value to the browser, for as long as it is open or for `max_age`."""
        response.set_cookie(
            self.name, value, max_age, httponly=True, samesite=self._same_site, secure=self.is_secure, path=self.path
        )
        return response

    def take(self, response: Answer) -> Answer:
        """Let the browser forget it. Without `secure` it would keep what begins with __Host-."""
        response.delete_cookie(
            self.name, path=self.path, httponly=True, samesite=self._same_site, secure=self.is_secure
        )
        return response

    @property
    def _same_site(self) -> Literal["Lax", "Strict"]:
        return "Lax" if self.is_lax else "Strict"


def open_view(view: View) -> View:
    """A view that anybody may ask for: signing in, files, links of mails. Forms must still come from here."""

    @wraps(view)
    def opened(**path: Any) -> Any:
        if request.method not in SAFE:
            require_same_origin()
        return view(**path)

    return opened


def require_same_origin() -> None:
    """Raise ActRefused for a form that another site sent. Browsers say where a form came from; who says nothing is let by
    here and held by the form's token."""
    if is_foreign():
        raise ActRefused("foreign_form", "this form was sent by another site; nothing was changed")


def is_foreign() -> bool:
    """Whether the browser says that another site sent this request."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc.lower() != request.host.lower():
        return True
    return request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")


def require_form(token: str) -> None:
    """Raise ActRefused unless the form was made for the very session of this token."""
    require_same_origin()
    if not is_form_token(token, request.form.get(FORM_FIELD, "")):
        raise ActRefused("stale_form", "this form is from another sign-in: load the page again and repeat what you did")


def form_token_of(cookie: Cookie) -> str:
    """The token for forms of the session that the browser has; empty without one."""
    token = cookie.sent()
    return form_token(token) if token else ""


def see_other(address: str) -> Response:
    """To another page, by GET; the way there is kept by no cache."""
    response: BaseResponse = redirect(address, 303)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def page_response(body: str, status: int, language: str) -> Response:
    """A page of a portal. Nothing of it is cached by a browser or a proxy."""
    response = Response(body, status, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    # Under `no-referrer` browsers send `Origin: null` with our own forms too, and the guard refuses them. Links of mails hold a
    # secret, and `same-origin` hands it to no other site.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
