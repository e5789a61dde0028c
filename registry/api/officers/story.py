"""How an example of the officers' API is told."""

from dataclasses import dataclass, field

from registry.api.examples import Example


@dataclass(frozen=True, slots=True)
class DeskExample(Example):
    """An example request of an officer, by `who` in the story, having read `version`.

    `keeps`: which field of the answer is which stand-in.
    """

    who: str = "supervisor"
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None


def example(operation: str, name: str, summary: str, template: str, method: str = "GET", **more: object) -> DeskExample:
    """An example of an operation at a path below /api/v1."""
    return DeskExample(operation, name, summary, f"/api/v1{template}", verb=method, package=__package__, **more)  # type: ignore[arg-type]
