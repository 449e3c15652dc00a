"""Instruction bytes and parameters of the PIN commands, as OpenSC's eOI driver sends them."""

VERIFY = 0x20
CHANGE_REFERENCE_DATA = 0x24
RESET_RETRY_COUNTER = 0x2C

NEW_VALUE_ONLY = 0x01
"""P1 of CHANGE REFERENCE DATA: the data field is the new value, the old one was verified before."""

COUNTER_ONLY = 0x03
"""P1 of RESET RETRY COUNTER: no data field, the PUK was verified before."""

SPECIFIC_REFERENCE = 0x80
"""Bit 8 of P2 (application-specific reference): set or not, the same PIN is meant, because all PINs are global to the card."""
