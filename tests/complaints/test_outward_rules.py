"""Words about a case that leave the unit lead back to nobody."""

import pytest

from registry.complaints.outward_rules import gives_away


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("See 2K7MPXW4NQ9t.", "reference"),
        ("In 2026-3-1.", "day"),
        ("2026年3月2日的事。", "day"),
        ("老板说护照要放在他的办公室里才行。", "words"),
        ("护照被扣押。", None),
        ("Decree 620 of 2012 was broken.", None),
    ],
)
def test_what_gives_somebody_away_is_seen(said: str, code: str | None) -> None:
    assert gives_away(said, "2K7MPXW4NQ9T", ["老板说护照要放在他的办公室里"]) == code
