"""Endpoints of employers' programs: bulk verification, jobs, receipts, watches, webhooks."""
