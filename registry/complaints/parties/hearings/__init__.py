"""Hearing the agency: allegations, the agency's answer, and what follows."""
