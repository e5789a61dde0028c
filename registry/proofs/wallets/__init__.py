"""Licences and staff cards for wallets: their form, who gets one, how it is issued, and status lists of their own."""
