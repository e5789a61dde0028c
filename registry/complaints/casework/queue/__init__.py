"""The queue of cases: order, filters, assignment, and one act on many cases."""
