"""Corrections of the law, fees and help lines that an operator signs and two persons put into force, without a release.

`rules` reads a file and lays it over the shipped law, `signatures` signs and checks, `models` is the table, `queries`
gives the law as it stood at an instant, `actions` propose, approve and withdraw. Format: docs/operators/law-overlays.md.
"""
