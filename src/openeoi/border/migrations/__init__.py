"""Migrations of the inspection post's database."""
