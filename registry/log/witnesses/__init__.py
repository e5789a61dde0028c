"""Witnesses that cosign checkpoints of the log: the client, and a server to run one."""
