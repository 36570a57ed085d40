"""NUMBERS -> NUMBERS: functions on plain arrays, each with formula, source and example; imports nothing of ours."""
