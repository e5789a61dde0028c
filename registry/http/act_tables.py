"""Acts as rows of tables: one row is served by the API and by pages alike, whether officers or organisations do it.

A row says which right an act needs, what it takes, which action does it, and what the API calls it. Officers' tables stand in
registry.officer_acts, organisations' in registry.organisation_acts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, Generic, TypeVar

from registry.core.calls import Call
from registry.http.request_reader import MAX_BODY_BYTES
from schemas.base import InSchema

Who = TypeVar("Who")
Right = TypeVar("Right")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCall(Call[Who]):
    """The call of an act in a table.

    `references` name the object: its own, after that of what it is part of, such as a task's after its case's.
    """

    references: tuple[str, ...]

    @property
    def reference(self) -> str:
        """The reference of an object that is named by one."""
        (reference,) = self.references
        return reference


@dataclass(frozen=True, slots=True)
class ActRow(Generic[Right]):
    """One act. `run` does it: it is given an ActCall and, as keywords, the fields of `schema`."""

    name: str
    """Ends the act's address in API and pages, unless `path` ends it in the API, or `page` in the pages."""
    right: Right
    run: Callable[..., object]
    operation: str
    about: str
    """A summary for the API's documentation, and what follows it."""
    schema: type[InSchema] | None = None
    method: str = "post"
    path: str | None = None
    page: str | None = None
    statuses: tuple[int, ...] | None = None
    """Statuses of refusals in the API, where they are others than follow from the schema."""
    is_versioned: bool = True
    """If not, nothing was read before it, such as a proposal."""
    max_bytes: int = MAX_BODY_BYTES
    """Of a body in the API."""

    @property
    def error_statuses(self) -> tuple[int, ...]:
        """The statuses of refusals in the API, besides those that every operation has."""
        return self.statuses or ((404, 409) if self.schema is None else (404, 409, 413, 415))

    def path_below(self, address: str) -> str:
        """The act's address in the API, below that of what it is done to."""
        return f"{address}/{self.name}" if self.path is None else f"{address}{self.path}"

    def page_below(self, address: str) -> str:
        """The address of the act's form, below that of what it is done to."""
        return f"{address}/{self.name}" if self.page is None else f"{address}{self.page}"


def calling(action: Callable[Concatenate[Call[Any], str, ...], object]) -> Callable[..., object]:
    """The `run` of an act that is one call of its action: given the call, the references and the fields of the schema."""

    @wraps(action)
    def run(call: ActCall[Any], **fields: Any) -> object:
        return action(call, *call.references, **fields)

    return run


def parameters_in(address: str) -> list[str]:
    """The names of the parameters of an address, such as `<webhook_id>`, in their order."""
    return re.findall(r"<(?:[^<>]+:)?(\w+)>", address)
