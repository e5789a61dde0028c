"""What organisations do, as tables that their endpoints and pages share."""
