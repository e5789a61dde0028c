"""Reads the rows of a job or request, answers each like a single verification, and writes the results."""
