"""Employers and other organisations: members, sign-in, API keys."""
