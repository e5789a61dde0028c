"""Checks of what a worker was told: an advert, a telephone, an account, a website."""
