"""The terms of a sanction in its form: read from it, filled into it, and compared with what stands there."""

from werkzeug.datastructures import MultiDict

from registry.supervision.sanctions.models import Sanction

Form = MultiDict[str, str]


TERMS = (
    "kind", "amount", "currency", "points", "legal_ground", "public_text", "effective_from", "until", "appeal_deadline",
    "publish_until",
)  # fmt: skip


def typed_of(sanction: Sanction) -> dict[str, str]:
    """A sanction's terms as its form shows them."""
    found = {name: getattr(sanction, name) for name in TERMS}
    return {name: str(value) for name, value in found.items() if value is not None}


def otherwise(sanction: Sanction, form: Form) -> list[tuple[str, str, str]]:
    """The terms that stand there otherwise than they were typed: name, what stands there, what was typed."""
    stands = typed_of(sanction)
    both = [(name, stands.get(name, ""), form.get(name, "").strip()) for name in TERMS]
    return [one for one in both if one[1] != one[2]]
