"""The sample insurer's database, step by step."""
