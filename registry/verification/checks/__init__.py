"""Checks of what someone was told: an advert, a telephone, an account, a website."""
