"""One folder per protocol: terminal.py, card.py and shared.py side by side."""
