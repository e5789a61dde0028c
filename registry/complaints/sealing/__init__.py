"""Encryption of complaints: sealed boxes, unit keys, escrow, key rotation."""
