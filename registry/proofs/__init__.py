"""Signed proofs that travel: credentials, receipts, papers."""
