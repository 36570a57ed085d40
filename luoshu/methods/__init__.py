"""NUMBERS -> NUMBERS: flat functions on plain arrays, each with formula, reference and example; imports nothing of ours."""
