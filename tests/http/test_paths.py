"""One spelling for each path: what decides by its beginning sees what the router sees."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from registry.core.settings import Edge, Settings
from registry.http.paths import plain_path


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("/", "/"),
        ("", "/"),
        ("//", "/"),
        ("/en", "/en"),
        ("/en/", "/en/"),
        ("//console/sign-in", "/console/sign-in"),
        ("///console//sign-in/", "/console/sign-in/"),
        ("/./console", "/console"),
        ("/x/../console", "/console"),
        ("/../../console", "/console"),
        ("/console/.", "/console/"),
        ("/console/x/..", "/console/"),
        ("/a/b/../..", "/"),
        ("/.well-known/security.txt", "/.well-known/security.txt"),
        ("/a/...b/..c", "/a/...b/..c"),
        ("console", "/console"),
        ("*", "/*"),
    ],
)
def test_a_path_has_one_spelling(path: str, plain: str) -> None:
    assert plain_path(path) == plain
    assert plain_path(plain) == plain


@pytest.mark.parametrize("path", ["//console/sign-in", "/x/../console/sign-in", "//api/v1/cases", "/./api/v1/cases"])
def test_behind_any_server_the_consoles_host_is_a_wall(
    settings: Settings, make_app: Callable[[Settings], Flask], path: str
) -> None:
    own = replace(
        settings,
        public_url="https://registry.example",
        console_url="https://desk.example",
        is_public_url_set=True,
        edges=frozenset(Edge),
    )
    client = make_app(own).test_client()
    # The test client would put the path in order itself.
    for host, statuses in (("registry.example", {421}), ("desk.example", {200, 401})):
        answer = client.get("/", base_url=f"https://{host}", environ_overrides={"PATH_INFO": path})
        assert answer.status_code in statuses
