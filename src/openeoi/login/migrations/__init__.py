"""The identity provider's database, step by step."""
