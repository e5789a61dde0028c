"""Examples of the officers' API, each area a story in its order. Tests play them and hold examples.json to what comes back.

Tokens and references are new each time; in the stories they are these.
"""

from dataclasses import dataclass, field

from registry.api.examples import Example

SUPERVISOR, COLLEAGUE, KEEPER = "SUPERVSR222A", "CXLLEAGUE22B", "KEEPERXX222C"


@dataclass(frozen=True, slots=True)
class DeskExample(Example):
    """`who` asks, by his name in the story, having read `version`. `keeps`: which field of the answer is which stand-in."""

    who: str = "supervisor"
    keeps: dict[str, str] = field(default_factory=dict)
    version: int | None = None


def example(operation: str, name: str, summary: str, template: str, method: str = "GET", **more: object) -> DeskExample:
    """An example of an operation at a path below /api/v1."""
    return DeskExample(operation, name, summary, f"/api/v1{template}", verb=method, package=__package__, **more)  # type: ignore[arg-type]


OFFICERS = (
    example("getMe", "keeper", "Who keeps the machines", "/officers/me", who="keeper"),
    example(
        "closeOfficer",
        "leaves",
        "Somebody leaves",
        "/officers/{officer_id}/close",
        "POST",
        path={"officer_id": COLLEAGUE},
        version=2,
        status=204,
    ),
)

DESK_EXAMPLES: tuple[DeskExample, ...] = (*OFFICERS,)
