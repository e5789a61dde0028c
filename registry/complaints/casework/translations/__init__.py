"""Translations that officers write beside what a complainant wrote."""
