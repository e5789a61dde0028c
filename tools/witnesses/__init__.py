"""Witnesses that are not ours, to be run beside `registry witness`: litewitness, and a small one in Go."""
