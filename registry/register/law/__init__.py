"""The law of labour intermediaries as data: one file a country in data/, its rows, and what a row may decide.

`words` are the closed sets, `rows` the rows, `loading` reads and validates the files, `rules` decides.
Format: docs/maintainers/law.md.
"""
