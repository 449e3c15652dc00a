"""The signing desk's database, step by step."""
