"""How an example of organisations' programs is told."""

from dataclasses import dataclass, field

from registry.api.examples import Example


@dataclass(frozen=True, slots=True)
class EmployerExample(Example):
    """It comes with the key of `who`, by name in the story. `keeps`: which field of the answer is which stand-in."""

    who: str = "owner"
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None


def example(
    operation: str, name: str, summary: str, template: str, method: str = "GET", **more: object
) -> EmployerExample:
    """An example of an operation at a path below /api/v1."""
    return EmployerExample(operation, name, summary, f"/api/v1{template}", verb=method, package=__package__, **more)  # type: ignore[arg-type]
