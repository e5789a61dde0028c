"""Referring a case to a partner or another authority."""
