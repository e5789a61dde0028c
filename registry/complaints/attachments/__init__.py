"""Attachments: sealed storage, and clean copies made in a confined process."""
