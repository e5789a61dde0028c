"""The public log: Merkle tree, leaves, tiles, signed checkpoints."""
