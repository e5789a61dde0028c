"""What spreadsheets take for a formula, and text that none of them does."""

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""In their full width too, as those of East Asia read them."""


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: one that begins like it gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(BEGINNINGS) else text
