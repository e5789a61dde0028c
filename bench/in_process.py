"""Requests that are measured without a server: what they cost the application alone, in seconds of processor time."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from registry.http.logs import SINK

Environ = dict[str, Any]


@contextmanager
def unheard() -> Iterator[None]:
    """The lines that the server would write go nowhere: they are written alike for every answer."""
    with Path("/dev/null").open("wb") as nowhere:
        stored, SINK.descriptor = SINK.descriptor, nowhere.fileno()
        try:
            yield
        finally:
            SINK.flush()
            SINK.descriptor = stored


def environ_of(path: str) -> Environ:
    return EnvironBuilder(path=path, base_url="http://127.0.0.1:8000").get_environ()


def cost(app: Flask, environs: Sequence[Environ]) -> float:
    """Seconds of CPU that the requests take."""
    wsgi: Callable[..., Any] = app.wsgi_app
    began = time.process_time()
    for environ in environs:
        for _ in wsgi({**environ}, _accept):
            pass
    return time.process_time() - began


def _accept(answered: str, headers: Any, exc_info: Any = None) -> None:
    if not answered.startswith("200"):
        raise RuntimeError(f"a request was answered {answered}")
