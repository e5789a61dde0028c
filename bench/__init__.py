"""What the registry is measured against, side by side in one run: `make bench`. How to read it: docs/performance.md."""
