"""Agencies that share a number, a channel or a person: signs for officers to look at."""
