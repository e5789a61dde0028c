"""What was typed into a field of a page."""

from datetime import date


def day(text: str) -> date | None:
    """A day like 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
