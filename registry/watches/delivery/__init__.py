"""Delivers webhooks: name resolution, connection, retries."""
