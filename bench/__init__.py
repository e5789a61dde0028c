"""What the registry is measured against, side by side in one run: `make bench` (docs/maintainers/performance.md)."""
