"""Reminders before a case is purged, and the purge."""
