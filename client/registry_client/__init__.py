"""Checks what the recruitment registry signs, without trusting it; shares no code with it."""

__version__ = "0.2.0"
