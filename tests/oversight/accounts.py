"""Accounts of complainants that must not be found where they do not belong."""

WORDS = (
    "They took my passport on the first evening and said that I would have it back when the debt is paid.",
    "Nobody was paid in spring; the foreman says that the money goes to the office in the other city.",
    "We sleep twelve in a room above the workshop and the door is locked when the shift is over.",
)
