"""LANGUAGE -> VALUES: quantities, days, clauses and layout of plan texts; imports nothing of ours."""
