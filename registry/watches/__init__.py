"""Watches: the feed of changes, matching, digests, webhooks, the event stream."""
