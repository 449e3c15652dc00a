"""The holder's or counter's own computer: gives a browser the card, doctor, PIN care."""
