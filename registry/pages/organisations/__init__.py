"""Pages of an organisation's account: jobs, receipts, watches, keys, members."""
