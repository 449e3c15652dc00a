"""The point of care's database, step by step."""
