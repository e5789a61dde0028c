"""Pages on which access grants are asked for, approved and ended."""
