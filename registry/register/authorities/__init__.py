"""Authorities, their official lists, and how fresh each list is."""
