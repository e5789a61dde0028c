"""Endpoints of complainants: filing, mailbox, attachments."""
