"""The language card and terminal share: APDUs, status words, secure messaging, and card steps (ISO/IEC 7816-4)."""
