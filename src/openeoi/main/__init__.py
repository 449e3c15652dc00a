"""Wiring: builds everything, mounts the offices' pages and commands; holds no business rule."""
