"""What an organisation's programs and members do, as tables: each act is one row, served by the API and the account's pages.

A program may do it whose key has the row's scope. What members alone do, such as inviting others, stands in tables of roles:
the API serves none of that (docs/decisions/0233).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate

from registry.core.calls import Call
from registry.core.errors import ActRefused, InvalidInput, RegistryError
from registry.core.keyring import Keyring
from registry.http.act_tables import ActCall, ActRow, Right
from registry.http.transaction import keyring
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope

OrganisationCall = ActCall[OrganisationActor]


@dataclass(frozen=True, slots=True)
class OrganisationAct(ActRow[Right]):
    """One act of an organisation. Its right is the scope that a key needs, or the role of the member."""

    once: str = ""
    """What it makes, once however often it is sent with one Idempotency-Key; references stand in braces by their place."""
    is_body_optional: bool = False
    needs_password: bool = False
    """A member types the password again: an open session alone is not enough."""
    faults: Mapping[type[RegistryError] | str, str] = field(default_factory=dict)
    """What the page says of a refusal, by the field that is wrong or by the kind of refusal."""


def acts_of(*rows: OrganisationAct[Right]) -> Mapping[str, OrganisationAct[Right]]:
    """The acts on one kind of thing by their names."""
    return {row.name: row for row in rows}


def calling_with_keyring(action: Callable[Concatenate[Call[Any], Keyring, ...], object]) -> Callable[..., object]:
    """The `run` of an act that is one call of its action, which is given the keyring between the call and the references."""

    @wraps(action)
    def run(call: ActCall[Any], **fields: Any) -> object:
        return action(call, keyring(), *call.references, **fields)

    return run


def perform(act: OrganisationAct[Any], call: Call[Any], references: Sequence[str], values: Mapping[str, Any]) -> Any:
    """Do an act in the transaction of the call: what its action gives. Raises as that does."""
    given = ActCall(call.session, call.actor, call.at, call.version, references=tuple(references))
    return act.run(given, **values)


def page_fault(refused: RegistryError, faults: Mapping[type[RegistryError] | str, str]) -> str | None:
    """What a page says of a refusal; None where the whole page is about it, as where a thing is not there."""
    if isinstance(refused, ActRefused):
        return refused.reason
    if isinstance(refused, InvalidInput) and refused.faults[0].parameter in faults:
        return faults[refused.faults[0].parameter]
    return next((word for kind, word in faults.items() if isinstance(kind, type) and isinstance(refused, kind)), None)


ScopedActs = Mapping[str, OrganisationAct[Scope]]
