"""Credentials, verification receipts and status lists, and whether a signature is to be trusted."""
