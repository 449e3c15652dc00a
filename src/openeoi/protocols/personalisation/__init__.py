"""Personalisation: how an office writes a blank card, in a channel made with the office key. The command set is our choice."""
