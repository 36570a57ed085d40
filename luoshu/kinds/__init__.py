"""WHAT CAN BE PROMISED: one file a kind, one word on the list below."""
