"""Bytes to values and back: TLV, DER, MRZ, national numbers, LDS data groups, certificates' and biometric formats."""
