"""Receipts and lists that an organisation archives, and how they are checked again."""
