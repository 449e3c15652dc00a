"""PKCS#15 (ISO/IEC 7816-15): what a card says about its keys, certificates and PINs."""
