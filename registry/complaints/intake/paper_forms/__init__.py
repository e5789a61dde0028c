"""Complaints on paper, typed in by an officer."""
