"""Checks what the recruitment registry signs, without trusting it; shares no code with it."""
