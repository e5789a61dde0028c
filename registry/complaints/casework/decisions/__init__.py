"""Decisions on a case: written by one officer, made by another."""
