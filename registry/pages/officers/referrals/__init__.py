"""Pages of referrals: for the officer, and for the partner."""
